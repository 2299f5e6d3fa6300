/* spool.h: where finished blocks wait for their turn: memory, then a file.
 *
 * Knows nothing of threads.  spool_place, spool_drop and spool_waiting must be
 * called one at a time (the pool's lock); spool_store and spool_read touch
 * only the place they are given and may run at any time, for different places
 * at once. */
#ifndef XB_SPOOL_H
#define XB_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

struct spool;

struct spool_place {
    uint8_t *mem; /* if in_memory, from spool_store on */
    uint64_t off; /* in the file, if not */
    bool in_memory;
    size_t len; /* 0: nothing here */
};

/* fd: an unnamed file, not closed, used from offset base on; -1: all stays in
 * memory.  mem_max: bytes kept in memory. */
struct spool *spool_new(int fd, size_t mem_max, uint64_t base);
/* Places still in use are forgotten; the file is cut to nothing. */
void spool_free(struct spool *sp);

/* Sets room for n > 0 bytes aside; allocates nothing. */
void spool_place(struct spool *sp, size_t n, struct spool_place *out);
/* Fills a place; all its bytes. -ENOSPC, -EIO ... */
int spool_store(struct spool *sp, struct spool_place *pl, const void *data,
                struct err *err);
/* n bytes from pos on, which must be there. */
int spool_read(struct spool *sp, const struct spool_place *pl, size_t pos,
               void *out, size_t n, struct err *err);
/* Gives the place back, and its space to the file system. */
void spool_drop(struct spool *sp, struct spool_place *pl);

/* Bytes placed and not dropped. */
uint64_t spool_waiting(const struct spool *sp);

#endif
