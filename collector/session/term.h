/* term.h: the user's terminal, line by line.
 *
 * Asks nothing of it but to show lines and to send them: no escape sequences,
 * no cursor, so that a serial console will do; editing a line is the tty's.
 * Whatever is shown is made harmless first (hostile names), is ASCII unless the
 * locale is UTF-8, and fits the terminal's width.  What cannot be shown any
 * more, since the terminal is gone, is dropped, and the next question ends. */
#ifndef XB_TERM_H
#define XB_TERM_H

#include <stdbool.h>

#include "collector/base/core/buf.h"
#include "collector/base/stop.h"

struct term;

enum term_answer {
    TERM_LINE,    /* an answer, maybe empty */
    TERM_END,     /* end of input: Ctrl-D, or the terminal is gone */
    TERM_STOPPED, /* Ctrl-C: the stop was requested */
};

/* Is there somebody to ask: both are one terminal's, and it is ours now? */
bool term_usable(int in, int out);

/* The descriptors and stop stay the caller's. */
struct term *term_new(int in, int out, struct stop *stop);
void term_free(struct term *t);
/* From here on this one ends the questions. */
void term_set_stop(struct term *t, struct stop *stop);
/* Columns that a line may have. */
unsigned term_width(const struct term *t);

/* A sentence, broken into lines between words; a line that begins with blanks
 * goes on below its first word. */
void term_say(struct term *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* One line, cut where it is too long. */
void term_row(struct term *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A line to be copied from the terminal: neither broken nor cut. */
void term_copy(struct term *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Between these two, what is said stops at each full screen.  Who has seen
 * enough ends it, and the rest is not shown. */
void term_pages_begin(struct term *t);
void term_pages_end(struct term *t);

/* Asks, and waits for a line; blanks around it are gone.  The answer is as it
 * was typed otherwise: any byte but NUL and newline. */
enum term_answer term_ask(struct term *t, struct buf *answer, const char *fmt,
                          ...) __attribute__((format(printf, 3, 4)));
/* The same without showing what is typed. */
enum term_answer term_ask_secret(struct term *t, struct buf *answer,
                                 const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
