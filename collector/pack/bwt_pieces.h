/* bwt_pieces.h: suffixes sorted by the names of pieces, in linear time but for
 * the sorting of few different pieces.  Twice as fast as libdivsufsort on what
 * hosts write, where the same words come again and again.
 *
 * A text whose pieces nearly all differ, or one made to be hard, is left to
 * another sorter. */
#ifndef XB_BWT_PIECES_H
#define XB_BWT_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the room's numbers the first n become the places at which the suffixes of
 * the n bytes at t begin, in order.  False: not sorted.  n numbers suffice for
 * most texts of 10,000 bytes and more. */
bool bwt_pieces_sort(const uint8_t *t, size_t n, int32_t *room, size_t n_room);

#endif
