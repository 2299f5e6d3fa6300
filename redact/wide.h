/* wide.h: text in UTF-16, as Windows and its drivers write it, for rules that
 * read bytes.
 *
 * A pair of stages around the redactor, which cut the stream into parts: text
 * of UTF-16, and all else.  In front of the redactor, the former becomes UTF-8;
 * behind it, UTF-16 again, in the order it had.  Units that are no character,
 * and a last byte that is half of one, come out as they went in: where nothing
 * is hidden, not one byte changes.
 *
 * A part of UTF-16 begins, at any place of the stream, with WIDE_LEAST
 * characters of ASCII in a row or with a mark and letters, and ends where it
 * cannot go on: two NUL characters, a control character, bytes that are more
 * likely text of one byte a character or of the other order (wide.c has the
 * bounds). */
#ifndef XB_REDACT_WIDE_H
#define XB_REDACT_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/sink.h"

/* Bytes of the begin of a file that tell. */
#define WIDE_HEAD 16u
#define WIDE_LEAST 6u

enum wide_order {
    WIDE_UNKNOWN, /* needs more than these bytes */
    WIDE_NONE,
    WIDE_LITTLE,
    WIDE_BIG
};

/* What a file is, by its mark or by eight characters of ASCII in a row. */
enum wide_order wide_order_of(const uint8_t *head, size_t n);

/* What stands between passes on all it has, for the next byte belongs to
 * another part.  raw: of how many bytes the part was that ends; wide: whether
 * the next one is UTF-16. */
typedef int wide_part_fn(void *arg, uint64_t raw, bool wide, struct err *err);

struct wide;

/* wide_out passes on to next. */
struct wide *wide_new(struct sink *next, wide_part_fn *part, void *arg);
struct sink *wide_out(struct wide *w);
/* core is what stands between; its last stage is wide_out.  The stage in
 * front; who frees it, frees core, w and next. */
struct sink *wide_in(struct wide *w, struct sink *core);

#endif
