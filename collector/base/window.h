/* window.h: what a compressed file asks its reader to hold.
 *
 * xz and zstd say in the head of each of their parts how far back what follows
 * may reach; a reader keeps that much, up to 4 GiB. libarchive sets no bound,
 * so the file is walked through beside it, part by part, without unpacking.
 * lzma says so in its head; lz4 is unpacked block by block. */
#ifndef XB_WINDOW_H
#define XB_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

/* Of a log this much is kept, whatever its window: see decode.h. A bundle with
 * more is refused; ours have 4 MiB. */
#define WINDOW_MOST (16u << 20)
#define WINDOW_HEAD_MAX 1024
/* libarchive holds what it is given until something comes out: of so many bytes
 * without one that does (a name in a head of gzip that does not end, heads
 * alone) no more are given.  Of lz4 a block of the oldest kind has 8 MiB. */
#define WINDOW_STARVED (4u << 20)
#define WINDOW_STARVED_LZ4 (12u << 20)

struct window {
    uint64_t largest; /* bytes, of the parts so far */
    uint64_t starved; /* bytes since something came out; the caller's to zero */

    /* private: how to go on */
    int (*step)(struct window *w, struct err *err);
    uint64_t skip; /* bytes that are passed over first */
    uint64_t starved_most;
    size_t have, need;
    uint8_t head[WINDOW_HEAD_MAX];
    uint64_t size;          /* of a part or index, so far */
    uint64_t count, number; /* numbers of an index that follow; the one read */
    unsigned shift, check;  /* check: bytes behind each part */
};

/* format: as packed_format names it; of gzip and bzip2
 * nothing is looked at, of compress whether it was packed twice. */
void window_start(struct window *w, const char *format);
/* The next n bytes of the file, before they are unpacked.  -EBADMSG: it is no
 * valid one of its format, or nothing comes out of it. */
int window_feed(struct window *w, const void *data, size_t n, struct err *err);

#endif
