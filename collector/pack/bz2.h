/* bz2.h: the bzip2 format without threads: cut, encode, join.
 *
 * bytes -> bz2_cut (run-length stage, cuts blocks) -> bz2_encode_block ->
 * bz2_join (bits of all blocks behind one another, one stream).
 * Blocks are independent of each other, so any thread may encode any block. */
#ifndef XB_BZ2_H
#define XB_BZ2_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/pack/outfd.h"

/* What bzip2 -9 puts into a block at most, counted behind the run-length
 * stage: 900 000 less the 19 that libbz2 keeps back. */
#define BZ2_BLOCK_MAX 899981

/* The run-length stage: 4 to 255 equal bytes become 4 bytes and a count. */
struct bz2_cut {
    uint8_t *buf; /* BZ2_BLOCK_MAX bytes of the caller's; NULL: none yet */
    size_t len;   /* filled */
    unsigned run; /* of the byte last, since the last count; 0: none */
    uint8_t last;
};

/* Starts an empty block in buf. */
void bz2_cut_start(struct bz2_cut *c, uint8_t *buf);
/* Returns how many bytes fitted; fewer than n: the block is full. Blocks are
 * the same however the input is cut into calls. */
size_t bz2_cut_add(struct bz2_cut *c, const void *data, size_t n);

/* One finished block: nbits bits from the most significant of bits[0] on. */
struct bz2_block {
    const uint8_t *bits;
    uint64_t nbits;
    uint32_t crc; /* of the bytes before the run-length stage */
};

/* The seam behind which the encoder can be exchanged.  rle is the output of
 * the run-length stage, 1 to BZ2_BLOCK_MAX bytes.  out->bits is the encoder's
 * and valid until its next call.  One thread at a time per encoder. */
struct bz2_encoder;
struct bz2_encoder *bz2_encoder_new(void);
/* The one over libbz2, whatever the build has: slow, and what ours is held
 * against. */
struct bz2_encoder *bz2_encoder_libbz2(void);
void bz2_encoder_free(struct bz2_encoder *e);
int bz2_encode_block(struct bz2_encoder *e, const uint8_t *rle, size_t n,
                     struct bz2_block *out, struct err *err);
/* What an encoder takes when it works on a full block that compresses. */
#ifdef BZ2_NO_SORTER
#define BZ2_ENCODER_BYTES (8700u * 1024)
#else
#define BZ2_ENCODER_BYTES (5600u * 1024)
#endif

/* Joins blocks into one stream.  A value: a copy of it, put back, takes back
 * what was joined since (the output must then be taken back too). */
struct bz2_join {
    unsigned n;   /* bits waiting for their byte to be full, 0 to 7 */
    uint8_t acc;  /* these bits, the least significant ones */
    uint32_t crc; /* of the stream so far */
};

int bz2_join_begin(struct bz2_join *j, struct outfd *o, struct err *err);
/* Bits of a block, in pieces: nbits is a multiple of 8 in all but the last. */
int bz2_join_bits(struct bz2_join *j, const uint8_t *bits, uint64_t nbits,
                  struct outfd *o, struct err *err);
/* Once for each block. */
void bz2_join_crc(struct bz2_join *j, uint32_t crc);
/* The stream's end; the last byte is filled with zero bits. */
int bz2_join_end(struct bz2_join *j, struct outfd *o, struct err *err);

#endif
