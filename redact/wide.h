/* wide.h: text in UTF-16, as Windows and its drivers write it, for rules that
 * read bytes.
 *
 * A pair of stages around the redactor.  In front of it, what is UTF-16 becomes
 * UTF-8; behind it, UTF-16 again, in the order it had.  All else passes as it
 * is.  Units that are no character, and a last byte that is half of one, come
 * out as they went in: where nothing is hidden, not one byte changes. */
#ifndef XB_REDACT_WIDE_H
#define XB_REDACT_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/sink.h"

/* Bytes of the begin of a stream that tell. */
#define WIDE_HEAD 16u

enum wide_order {
    WIDE_UNKNOWN, /* needs more than these bytes */
    WIDE_NONE,
    WIDE_LITTLE,
    WIDE_BIG
};

/* By its mark, or by eight characters of ASCII in a row. */
enum wide_order wide_order_of(const uint8_t *head, size_t n);

struct wide;

/* wide_out passes on to next. */
struct wide *wide_new(struct sink *next);
struct sink *wide_out(struct wide *w);
/* core is what stands between; its last stage is wide_out.  The stage in
 * front; who frees it, frees core, w and next. */
struct sink *wide_in(struct wide *w, struct sink *core);
/* Whether the stream is UTF-16; known when core gets its first byte. */
bool wide_is(const struct wide *w);

#endif
