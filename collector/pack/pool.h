/* pool.h: the packing threads, and the blocks that wait behind them.
 *
 * A block is a full or last buffer of a segment; it is handed over, encoded by
 * some thread, and kept until it is read and dropped.  pool.c opens with who
 * owns what when.  All functions may be called from any thread, but those on
 * one chain only from one thread at a time. */
#ifndef XB_POOL_H
#define XB_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/pack/bz2.h"
#include "collector/pack/codec.h"

/* Bound on what the pool takes when all its threads work: encoders, blocks
 * being encoded and queued, blocks finished and in memory.  What the filling
 * threads hold (at most two blocks each) comes on top. */
#define POOL_MEMORY (36u * 1024 * 1024)
#define POOL_FINISHED_DEFAULT (4u * 1024 * 1024)

struct pool;
struct block;

/* Blocks in the order they will be written. Starts zeroed. */
struct chain {
    struct block *first, *last;
};

/* What the blocks of one segment have in common. Starts zeroed. */
struct batch {
    struct err err; /* the first failure; the pool's lock guards it */
};

struct pool_opts {
    const struct codec *codec; /* NULL: blocks are kept as they are */
    unsigned threads;          /* wished; fewer where POOL_MEMORY says so */
    size_t finished; /* bytes of finished blocks in memory; 0: the default */
    int spool_fd;    /* -1: finished blocks stay in memory */
    uint64_t spool_base; /* the spool file is used from here on */
};

struct pool *pool_new(const struct pool_opts *opts);
/* All chains must have been dropped. */
void pool_free(struct pool *p);
unsigned pool_threads(const struct pool *p);

/* A buffer of BZ2_BLOCK_MAX bytes, for pool_submit or back by pool_unbuffer. */
uint8_t *pool_buffer(struct pool *p);
void pool_unbuffer(struct pool *p, uint8_t *buf);

/* Hands n > 0 bytes in buf over as the chain's next block; buf is the pool's
 * then, whatever is returned.  Waits while too much is queued.  Negative: a
 * block of this batch could not be encoded or kept, now or before. */
int pool_submit(struct pool *p, struct batch *batch, struct chain *c,
                uint8_t *buf, size_t n, struct err *err);
/* Waits until all blocks of the chain are finished. Negative as above. */
int pool_wait(struct pool *p, struct batch *batch, const struct chain *c,
              struct err *err);
/* The failure of this batch so far, or 0. */
int pool_failed(struct pool *p, struct batch *batch, struct err *err);

/* The first block of a chain that was waited for: its bits, in pieces. */
uint64_t chain_nbits(const struct chain *c);
uint32_t chain_crc(const struct chain *c);
int pool_read(struct pool *p, const struct chain *c, size_t pos, void *out,
              size_t n, struct err *err);
/* Drops the chain's first block. */
void pool_shift(struct pool *p, struct chain *c);
/* Drops all blocks, those too that are not finished. */
void pool_drop(struct pool *p, struct chain *c);
/* Puts the blocks of from behind those of to; from is empty then. */
void chain_move(struct chain *to, struct chain *from);

/* Bytes of finished blocks. */
uint64_t pool_waiting(struct pool *p);

#endif
