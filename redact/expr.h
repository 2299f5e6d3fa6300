/* expr.h: the smallest parts of an anchor's expression, for those who read it:
 * anchor.c, which refuses what is not allowed, and net.c, which makes a net of
 * what was taken.
 *
 * *p is where a part begins, and then what follows it.  0, or negative with the
 * reason (expr_why) and *p where it shows. */
#ifndef XB_REDACT_EXPR_H
#define XB_REDACT_EXPR_H

#include <stdbool.h>

struct byteset {
    unsigned char has[256];
};

/* A class in brackets. */
int expr_class(const char **p, struct byteset *out);
/* A backslash, and the byte or bytes that it makes; not \b or \B. */
int expr_escape(const char **p, struct byteset *out);
/* \b or \B. */
bool expr_is_edge(const char *p);
/* {n} or {n,m}. */
int expr_bounds(const char **p, unsigned *lo, unsigned *hi);
const char *expr_why(int rc);

#endif
