/* unpack_ahead.h: the blocks of a bzip2 stream, decoded by several threads
 * before they are asked for.
 *
 * The magic number of a block is searched at every bit; what follows is decoded
 * on trial.  Only a block that begins where the one before it has ended is ever
 * handed out, so a magic number by chance, or put there on purpose, costs time
 * and nothing else; and where that becomes a habit, decoding ahead is given up.
 * All faults are left to the reader, who decodes such a block himself. */
#ifndef XB_UNPACK_AHEAD_H
#define XB_UNPACK_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/pack/bunzip.h"

struct ahead;

struct ahead_block {
    uint8_t *data; /* free() */
    size_t n;
    uint64_t end; /* as bunzip_end, bunzip_next, bunzip_crc */
    enum bunzip_at next;
    uint32_t crc;
};

/* Below this size threads are not worth their start. */
#define AHEAD_WORTH (512u * 1024)
/* Blocks with more bytes are the reader's. */
#define AHEAD_BLOCK_MAX (2u << 20)

/* fd is read with pread, of a stream of this level.  NULL: no thread could be
 * started. */
struct ahead *ahead_new(int fd, unsigned level);
void ahead_free(struct ahead *a);

/* The sound block that begins at this bit, which must not go down from call to
 * call.  False: it is the caller's to decode. */
bool ahead_take(struct ahead *a, uint64_t bit, struct ahead_block *out);

#endif
