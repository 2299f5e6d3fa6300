#include "collector/base/core/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"

#define DUMB_MS 5000

static enum log_level max_level = LOG_NOTE;
static void (*output)(enum log_level, const char *, void *);
static void *output_arg;
static int progress_shown;
/* The line that is shown; on a serial line the same is not sent again. */
static char progress_line[1024];

void log_set_level(enum log_level max)
{
    max_level = max;
}

void log_set_output(void (*fn)(enum log_level, const char *, void *), void *arg)
{
    output = fn;
    output_arg = arg;
}

static void write_all(const char *s, size_t n)
{
    while (n) {
        ssize_t r = write(STDERR_FILENO, s, n);

        if (r <= 0)
            return;
        s += r;
        n -= (size_t)r;
    }
}

/* A terminal that knows no escape sequences gets whole lines, and few. */
static bool is_dumb(void)
{
    const char *term = getenv("TERM");

    return !term || !*term || !strcmp(term, "dumb") || !strcmp(term, "unknown");
}

static void progress_clear(void)
{
    if (progress_shown && !is_dumb())
        write_all("\r\033[K", 4);
    progress_shown = 0;
    progress_line[0] = '\0';
}

void log_msg(enum log_level level, const char *fmt, ...)
{
    static const char *const prefix[] = {
        "xen-bugtool: ", "xen-bugtool: warning: ", "", ""};
    char text[2048], line[4096];
    va_list ap;
    int n;

    if (level > max_level)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    str_visible(text, line, sizeof(line));
    if (output) {
        output(level, line, output_arg);
        return;
    }
    progress_clear();
    n = snprintf(text, sizeof(text), "%s%.*s\n", prefix[level],
                 (int)sizeof(text) - 40, line);
    write_all(text, (size_t)n);
}

static bool progress_due(void)
{
    static int64_t last;
    int64_t now = clock_mono_ms();

    if (last && now - last < DUMB_MS)
        return false;
    last = now;
    return true;
}

void log_progress(const char *fmt, ...)
{
    char text[512], line[1024], out[1100];
    struct winsize ws;
    unsigned width = 79;
    va_list ap;
    int n;

    if (output || max_level < LOG_NOTE || !isatty(STDERR_FILENO))
        return;
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) && ws.ws_col > 8)
        width = ws.ws_col - 1u;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (!text[0]) {
        progress_clear();
        return;
    }
    str_visible(text, line, sizeof(line));
    if (!strcmp(line, progress_line) || (is_dumb() && !progress_due()))
        return;
    snprintf(progress_line, sizeof(progress_line), "%s", line);
    n = snprintf(out, sizeof(out), is_dumb() ? "%.*s\n" : "\r%.*s\033[K",
                 (int)width, line);
    write_all(out, (size_t)n);
    progress_shown = 1;
}
