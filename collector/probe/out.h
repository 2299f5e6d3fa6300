/* out.h: bytes on their way to a descriptor, through one fixed buffer.
 *
 * Errors stick: after the first one everything is dropped and out_flush says
 * what it was, so that callers check once, at the end. */
#ifndef XB_PROBE_OUT_H
#define XB_PROBE_OUT_H

#include <stddef.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"

struct out {
    int fd;             /* the caller's */
    struct buf *memory; /* the caller's; in place of fd unless NULL */
    int error;          /* errno of the first failed write, else 0 */
    size_t len;
    char data[32768];
};

void out_init(struct out *o, int fd);
/* Into memory, for what must be whole or not at all. */
void out_init_memory(struct out *o, struct buf *memory);
void out_add(struct out *o, const void *data, size_t n);
void out_adds(struct out *o, const char *s);
void out_addc(struct out *o, char c);
/* For short, bounded texts: what is longer than 255 bytes is cut. */
void out_addf(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes what is left. 0 or -errno, also for earlier errors. */
int out_flush(struct out *o, struct err *err);

#endif
