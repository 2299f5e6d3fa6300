/* held.h: lines with a secret in them, and lines without, that the rules were
 * not made from. */
#ifndef XB_TEST_REDACT_HELD_H
#define XB_TEST_REDACT_HELD_H

/* The secret stands between before and after. */
struct held {
    const char *kind;
    const char *source;
    const char *before, *secret, *after;
};

#define H(kind, source, before, secret, after)                                 \
    {                                                                          \
        kind, source, before, secret, after                                    \
    }

#endif
