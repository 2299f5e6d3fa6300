#include "collector/send/ask.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"

/* One line, byte by byte, so that nothing of a later line is taken.  Also ends
 * when the worker is gone. */
static bool read_line(const struct job *job, char *out, size_t size)
{
    struct pollfd p[2] = {{STDIN_FILENO, POLLIN, 0}, {job->worker, 0, 0}};
    size_t n = 0;
    char c;

    for (;;) {
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[1].revents || read(STDIN_FILENO, &c, 1) != 1 || c == 3)
            return false;
        if (c == '\n' || c == '\r')
            break;
        if (n + 1 < size)
            out[n++] = c;
    }
    out[n] = '\0';
    return true;
}

bool ask_line(const struct job *job, const char *question, bool secret,
              char *out, size_t size)
{
    char shown[512];
    struct termios old, quiet;
    bool changed = false, got;

    out[0] = '\0';
    if (!job->ask)
        return false;
    log_progress("%s", "");
    /* Before the question is seen: nothing that answers it is shown or lost.
     * Ctrl-C comes as a byte then, and ends the line: a signal would leave the
     * echo off. */
    if (secret && !tcgetattr(STDIN_FILENO, &old)) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
        quiet.c_cc[VEOL] = 3;
        changed = !tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    dprintf(STDERR_FILENO, "%s", str_visible(question, shown, sizeof(shown)));
    got = read_line(job, out, size);
    if (changed) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        dprintf(STDERR_FILENO, "\n");
    }
    return got;
}

bool ask_yes(const struct job *job, const char *question, bool otherwise)
{
    char line[64], text[512];

    if (!job->ask)
        return otherwise;
    snprintf(text, sizeof(text), "%s [%s] ", question,
             otherwise ? "Y/n" : "y/N");
    if (!ask_line(job, text, false, line, sizeof(line)))
        return false;
    return line[0] ? line[0] == 'y' || line[0] == 'Y' : otherwise;
}
