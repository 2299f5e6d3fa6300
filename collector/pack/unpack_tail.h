/* unpack_tail.h: a member near the end of a bundle, without reading the rest.
 *
 * Each segment of a bundle begins with a block of its own (bundle.h), so the
 * header of its first member stands at the start of a block: of manifest.json,
 * the last member, for one. */
#ifndef XB_UNPACK_TAIL_H
#define XB_UNPACK_TAIL_H

#include <stdint.h>

#include "collector/base/core/err.h"

/* The bit at which the last block begins whose bytes start with the header of
 * this member, and the stream's level.  1: found; 0: no tar.bz2, or not within
 * some hundred blocks of the end. */
int tail_find(int fd, const char *member, uint64_t *bit_out,
              unsigned *level_out);

#endif
