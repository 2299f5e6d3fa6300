/* bz2_crc.h: the checksum of a block: CRC-32, polynomial 0x04c11db7, the most
 * significant bit first, over the bytes before the run-length stage. */
#ifndef XB_BZ2_CRC_H
#define XB_BZ2_CRC_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

/* Undoes the run-length stage piece by piece. Starts as {rle, n}. */
struct bz2_expand {
    const uint8_t *rle;
    size_t n;
    /* private */
    size_t pos;
    unsigned run;
};

#define BZ2_PIECE 16384u

/* Bytes put into out, which has room for BZ2_PIECE; 0: the end; -EBADMSG: no
 * output of the stage. */
long bz2_expand_next(struct bz2_expand *x, uint8_t *out);

int bz2_crc_block(const uint8_t *rle, size_t n, uint32_t *crc_out,
                  struct err *err);

#endif
