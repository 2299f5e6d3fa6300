/* err.h: one error with its context.
 *
 * Functions that can fail return 0 (or a count) on success and a negative
 * errno code on failure, and take a struct err * last (may be NULL).  The
 * lowest place that knows the object and the operation fills it once, in the
 * form "cannot read /etc/xen/a.cfg: Permission denied"; higher places only add
 * a prefix.  Texts carry no final newline and no full stop. */
#ifndef XB_ERR_H
#define XB_ERR_H

#include <stdarg.h>

struct err {
    int code; /* negative errno; 0 while nothing failed */
    char text[480];
};

#define ERR_INIT                                                               \
    {                                                                          \
        0, ""                                                                  \
    }

/* Each returns code, so that "return err_set(err, -EINVAL, ...)" works. code
 * must be negative.  err may be NULL. */
int err_set(struct err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set with code -errnum, and ": <strerror>" appended. */
int err_sys(struct err *err, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether all that was printed to stdout left us: 0, else the error; -EPIPE
 * means that whoever reads it had enough, which nobody needs to be told. */
int err_stdout(struct err *err);

/* Puts text in front of what is there. */
void err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Puts "NAME: " in front, if the text does not name it already. */
void err_about(struct err *err, const char *name);

#endif
