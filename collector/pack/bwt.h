/* bwt.h: the Burrows-Wheeler transform of a block, over our own suffix sorter
 * (bwt_pieces.h) and the one that the build has (Makefile: SORTER).
 *
 * bzip2 sorts the rotations of a block.  Of a block that starts with its least
 * rotation the order of the suffixes is an order of the rotations: where a
 * suffix is a prefix of another, its rotation goes on with the block's start,
 * which is not greater than what the other goes on with. */
#ifndef XB_BWT_H
#define XB_BWT_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

/* The seam to the sorter that takes what bwt_pieces.h leaves: fills sa with the
 * places at which the suffixes of the n bytes at t begin, in order.
 * 1 <= n <= INT32_MAX. */
int bwt_sort(const uint8_t *t, int32_t *sa, size_t n, struct err *err);

/* Where the least rotation of the n bytes at t begins, in linear time. */
size_t bwt_least_rotation(const uint8_t *t, size_t n);

/* The last column of the sorted rotations of the n bytes at t goes to the first
 * n bytes of room, and the row of t itself to row.  room has n + 1 numbers,
 * turned n + 1 bytes. */
int bwt_transform(const uint8_t *t, size_t n, int32_t *room, uint8_t *turned,
                  uint32_t *row, struct err *err);

#endif
