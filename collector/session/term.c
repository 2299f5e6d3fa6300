#include "collector/session/term.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

/* More than a tty takes as one line. */
#define LINE_BYTES 8192u
#define TEXT_BYTES 8192u
#define COLUMNS 80u
#define ROWS 24u

struct term {
    int in, out;
    struct stop *stop;
    bool utf8;
    bool gone; /* nobody reads what we write */
    char line[LINE_BYTES];
    size_t have;   /* bytes read and not answered with yet */
    unsigned rows; /* shown since the last question */
    bool paging, enough;
};

bool term_usable(int in, int out)
{
    return isatty(in) && isatty(out) && tcgetpgrp(in) == getpgrp();
}

static bool locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

struct term *term_new(int in, int out, struct stop *stop)
{
    struct term *t = xcalloc(1, sizeof(*t));

    t->in = in;
    t->out = out;
    t->stop = stop;
    t->utf8 = locale_is_utf8();
    return t;
}

void term_free(struct term *t)
{
    free(t);
}

void term_set_stop(struct term *t, struct stop *stop)
{
    t->stop = stop;
}

/* A serial line knows no size. */
static unsigned size_of(const struct term *t, bool rows)
{
    struct winsize ws;
    unsigned n = 0;

    if (!ioctl(t->out, TIOCGWINSZ, &ws))
        n = rows ? ws.ws_row : ws.ws_col;
    if (!n)
        n = rows ? ROWS : COLUMNS;
    if (rows)
        return n < 4 ? 4 : n;
    return n < 30 ? 30 : n > 200 ? 200 : n;
}

/* Some terminals begin a new line as soon as the last column is full. */
unsigned term_width(const struct term *t)
{
    return size_of(t, false) - 1;
}

/* ---- writing --------------------------------------------------------------
 */

/* Waits for a terminal that was halted (Ctrl-S) no longer than until a stop. */
static void put(struct term *t, const char *s, size_t n)
{
    while (n && !t->gone) {
        struct pollfd p[2] = {{t->out, POLLOUT, 0},
                              {stop_fd(t->stop), POLLIN, 0}};
        int r = poll(p, 2, -1);

        if (r < 0 && errno == EINTR)
            continue;
        if (r >= 0 && !p[0].revents)
            return;
        ssize_t k = write(t->out, s, n > 512 ? 512 : n);

        if (k < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        t->gone = k <= 0;
        if (k > 0) {
            s += k;
            n -= (size_t)k;
        }
    }
}

/* Turns writing direction, joins, or takes no room: nothing that a name should
 * be able to do. */
static bool is_invisible(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0xad, 0xad},        {0x34f, 0x34f},   {0x61c, 0x61c},
        {0x115f, 0x1160},    {0x17b4, 0x17b5}, {0x180b, 0x180f},
        {0x200b, 0x200f},    {0x2028, 0x202e}, {0x2060, 0x206f},
        {0x3164, 0x3164},    {0xe000, 0xf8ff}, {0xfe00, 0xfe0f},
        {0xfeff, 0xfeff},    {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
        {0xe0000, 0x10ffff},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* One character of well-formed UTF-8. */
static size_t decode(const unsigned char *p, uint32_t *c)
{
    size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

    *c = n == 1 ? *p : *p & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        *c = *c << 6 | (p[i] & 0x3f);
    return n;
}

/* Never too few: what is counted as two and takes one only ends a line early.
 */
static unsigned columns(uint32_t c)
{
    return c >= 0x1100 ? 2 : 1;
}

/* text without what a terminal could be driven by, or a line be forged with. */
static void add_harmless(const struct term *t, const char *text,
                         struct buf *out)
{
    char shown[4 * TEXT_BYTES];
    const unsigned char *p;
    uint32_t c;

    p = (unsigned char *)str_visible(text, shown, sizeof(shown));
    while (*p) {
        size_t len = decode(p, &c);

        if (c < 0x80 || (t->utf8 && !is_invisible(c)))
            buf_add(out, p, len);
        else
            buf_addf(out, "\\u%04x", c);
        p += len;
    }
}

/* Bytes of text that fit into width columns; if words is true, up to the end of
 * a word.  A word that is too long by itself, such as a
 * path, stays in one piece, to be copied. */
static size_t fit(const char *text, unsigned width, bool words)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t blank = 0, lead = strspn(text, " "), n = 0;
    unsigned used = 0;
    uint32_t c;

    while (p[n]) {
        size_t len = decode(p + n, &c);

        used += columns(c);
        if (used > width)
            break;
        if (c == ' ' && n >= lead)
            blank = n;
        n += len;
    }
    if (used <= width || !words)
        return n;
    return blank ? blank : lead + strcspn(text + lead, " ");
}

static void next_page(struct term *t)
{
    struct buf answer = BUF_INIT;

    t->paging = false;
    t->enough = term_ask(t, &answer, "-- Enter: more; q: not the rest -- ") !=
                    TERM_LINE ||
                *buf_str(&answer) == 'q';
    t->paging = true;
    buf_done(&answer);
}

static void show_line(struct term *t, unsigned indent, const char *s, size_t n)
{
    struct buf line = BUF_INIT;

    if (t->paging && !t->enough && t->rows + 1 >= size_of(t, true))
        next_page(t);
    if (!t->paging || !t->enough) {
        buf_addf(&line, "%*s%.*s\n", (int)indent, "", (int)n, s);
        put(t, buf_str(&line), line.len);
        t->rows++;
    }
    buf_done(&line);
}

static void show_words(struct term *t, const char *text)
{
    unsigned lead = (unsigned)strspn(text, " "), width = term_width(t);

    if (lead > width / 2)
        lead = 0;
    for (unsigned indent = 0;; indent = lead) {
        size_t n = fit(text, width - indent, true);

        show_line(t, indent, text, n);
        text += n;
        text += strspn(text, " ");
        if (!*text)
            return;
    }
}

enum how { BY_WORDS, CUT, WHOLE };

static void say(struct term *t, enum how how, const char *fmt, va_list ap)
{
    struct buf harmless = BUF_INIT;
    char text[TEXT_BYTES];
    const char *p;

    vsnprintf(text, sizeof(text), fmt, ap);
    add_harmless(t, text, &harmless);
    p = buf_str(&harmless);
    if (how == BY_WORDS)
        show_words(t, p);
    else
        show_line(t, 0, p,
                  how == CUT ? fit(p, term_width(t), false) : strlen(p));
    buf_done(&harmless);
}

void term_say(struct term *t, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(t, BY_WORDS, fmt, ap);
    va_end(ap);
}

void term_row(struct term *t, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(t, CUT, fmt, ap);
    va_end(ap);
}

void term_copy(struct term *t, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(t, WHOLE, fmt, ap);
    va_end(ap);
}

void term_pages_begin(struct term *t)
{
    t->paging = true;
    t->enough = false;
}

void term_pages_end(struct term *t)
{
    t->paging = false;
}

/* ---- asking ---------------------------------------------------------------
 */

/* The first n bytes that were read, without blanks around, are the answer;
 * they and skip more are done with. */
static void take_line(struct term *t, size_t n, size_t skip, struct buf *out)
{
    size_t from = 0, to = n;

    while (from < to && strchr(" \t\r", t->line[from]))
        from++;
    while (to > from && strchr(" \t\r", t->line[to - 1]))
        to--;
    for (size_t i = from; i < to; i++)
        if (t->line[i])
            buf_addc(out, t->line[i]);
    t->have -= n + skip;
    memmove(t->line, t->line + n + skip, t->have);
}

static enum term_answer read_line(struct term *t, struct buf *out)
{
    for (;;) {
        struct pollfd p[2] = {{t->in, POLLIN, 0},
                              {stop_fd(t->stop), POLLIN, 0}};
        char *end = memchr(t->line, '\n', t->have);
        ssize_t r;

        if (stop_reason(t->stop) != STOP_NONE)
            return TERM_STOPPED;
        if (t->gone)
            return TERM_END;
        if (end || t->have == sizeof(t->line)) {
            take_line(t, end ? (size_t)(end - t->line) : t->have, end != NULL,
                      out);
            return TERM_LINE;
        }
        r = poll(p, 2, -1);
        if ((r < 0 && errno == EINTR) || (r > 0 && !p[0].revents))
            continue;
        r = read(t->in, t->line + t->have, sizeof(t->line) - t->have);
        if (r < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (r <= 0 && t->have) { /* Ctrl-D behind the last words */
            take_line(t, t->have, 0, out);
            return TERM_LINE;
        }
        if (r <= 0)
            return TERM_END;
        t->have += (size_t)r;
    }
}

static enum term_answer ask(struct term *t, struct buf *answer, const char *fmt,
                            va_list ap)
{
    struct buf harmless = BUF_INIT;
    char text[TEXT_BYTES];
    enum term_answer a;
    const char *p;

    vsnprintf(text, sizeof(text), fmt, ap);
    add_harmless(t, text, &harmless);
    p = buf_str(&harmless);
    /* All lines but the last; with room for an answer on that. */
    for (;;) {
        size_t n = fit(p, term_width(t) - 8, true);

        if (!p[n])
            break;
        show_line(t, 0, p, n);
        p += n;
        p += strspn(p, " ");
    }
    put(t, p, strlen(p));
    buf_reset(answer);
    a = read_line(t, answer);
    if (a != TERM_LINE)
        put(t, "\n", 1); /* no Enter was echoed */
    t->rows = 0;
    buf_done(&harmless);
    return a;
}

enum term_answer term_ask(struct term *t, struct buf *answer, const char *fmt,
                          ...)
{
    enum term_answer a;
    va_list ap;

    va_start(ap, fmt);
    a = ask(t, answer, fmt, ap);
    va_end(ap);
    return a;
}

enum term_answer term_ask_secret(struct term *t, struct buf *answer,
                                 const char *fmt, ...)
{
    struct termios shown = {0}, hidden;
    bool can_hide = !tcgetattr(t->in, &shown);
    enum term_answer a;
    va_list ap;

    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    /* What was typed before was no secret. */
    t->have = 0;
    if (can_hide)
        tcsetattr(t->in, TCSAFLUSH, &hidden);
    va_start(ap, fmt);
    a = ask(t, answer, fmt, ap);
    va_end(ap);
    if (can_hide)
        tcsetattr(t->in, TCSANOW, &shown);
    if (a == TERM_LINE)
        put(t, "\n", 1);
    explicit_bzero(t->line + t->have, sizeof(t->line) - t->have);
    return a;
}
