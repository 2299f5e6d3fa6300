/* deflate.h: whether bytes can be the begin of what deflate compressed (RFC
 * 1951) for zlib, whose header of two bytes is too short to tell. */
#ifndef XB_DEFLATE_H
#define XB_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More bytes do not tell more. */
#define DEFLATE_LOOK 126u

/* Blocks of the fixed code, up to the sum behind the last one, and the header
 * and lengths of one of another code are what a compressor writes, as far as
 * the n bytes go. */
bool deflate_begins(const uint8_t *p, size_t n);

#endif
