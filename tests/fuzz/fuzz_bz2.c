/* fuzz_bz2.c: what is packed, libbz2 unpacks to the same bytes, and the stream
 * does not depend on the calls.
 *
 * Input: one byte that picks the encoder (1: the one over libbz2, which is
 * slow), one that says how it is cut into calls, then the bytes.  With both 255
 * they are repeated, and for some inputs until a block is full: that takes a
 * thousand times as long as most do.  An input that is run alone is always
 * among them. */
#include <bzlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bz2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

#define FULL_BYTES 950000
#define REPEATED_BYTES 5000
#define INPUT_MOST 5000
/* All of the first inputs (a corpus, or one that is run again), then few. */
#define FULL_FIRST 8
#define FULL_EVERY 16384

/* Kept from run to run: making them costs more than most inputs do. */
static struct bz2_encoder *encoders[2];
static struct bz2_encoder *e;
static uint8_t *block;

/* What libbz2 unpacks with is asked for in the same order each time. */
static struct room {
    void *p;
    size_t n;
    int used;
} rooms[4];

static void *room_get(void *arg, int n, int size)
{
    size_t bytes = (size_t)n * (size_t)size;

    (void)arg;
    for (struct room *r = rooms; r < rooms + 4; r++)
        if (!r->used && (!r->p || r->n == bytes)) {
            r->p = r->p ? r->p : xmalloc(bytes);
            r->n = bytes;
            r->used = 1;
            return r->p;
        }
    return NULL;
}

static void room_drop(void *arg, void *p)
{
    (void)arg;
    for (struct room *r = rooms; r < rooms + 4; r++)
        if (r->p == p)
            r->used = 0;
}

static void unpack(char *packed, size_t n_packed, char *plain, size_t room,
                   size_t *n_out)
{
    bz_stream z = {.bzalloc = room_get, .bzfree = room_drop};

    must(BZ2_bzDecompressInit(&z, 0, 0) == BZ_OK);
    z.next_in = packed;
    z.avail_in = (unsigned)n_packed;
    z.next_out = plain;
    z.avail_out = (unsigned)room;
    must(BZ2_bzDecompress(&z) == BZ_STREAM_END && !z.avail_in);
    *n_out = room - z.avail_out;
    BZ2_bzDecompressEnd(&z);
}

static void end_block(struct bz2_cut *c, struct bz2_join *j, struct outfd *o)
{
    struct bz2_block b;

    must(!bz2_encode_block(e, c->buf, c->len, &b, NULL));
    must(!bz2_join_bits(j, b.bits, b.nbits, o, NULL));
    bz2_join_crc(j, b.crc);
    bz2_cut_start(c, c->buf);
}

static char *pack(const uint8_t *in, size_t n, size_t step, size_t *n_out)
{
    int fd = memfd_create("packed", MFD_CLOEXEC);
    struct outfd *o = outfd_new(fd);
    struct bz2_join j;
    struct bz2_cut c;
    char *out;

    must(fd >= 0);
    bz2_cut_start(&c, block);
    must(!bz2_join_begin(&j, o, NULL));
    while (n) {
        size_t now = step < n ? step : n;
        size_t took = bz2_cut_add(&c, in, now);

        in += took;
        n -= took;
        if (took < now)
            end_block(&c, &j, o);
    }
    if (c.len)
        end_block(&c, &j, o);
    must(!bz2_join_end(&j, o, NULL));
    must(!outfd_flush(o, NULL));
    *n_out = outfd_pos(o);
    out = xmalloc(*n_out);
    must(pread(fd, out, *n_out, 0) == (ssize_t)*n_out);
    outfd_free(o);
    close(fd);
    return out;
}

static void try_bytes(const uint8_t *data, size_t size, size_t times,
                      size_t step)
{
    size_t n = size * times, n_packed, n_again, n_plain;
    uint8_t *in = xmalloc(n + 1);
    char *packed, *again, *plain = xmalloc(n + 1);

    for (size_t i = 0; i < times; i++)
        memcpy(in + i * size, data, size);
    packed = pack(in, n, n ? n : 1, &n_packed);
    again = pack(in, n, step, &n_again);
    must(n_packed == n_again && !memcmp(packed, again, n_packed));
    unpack(packed, n_packed, plain, n + 1, &n_plain);
    must(n_plain == n && !memcmp(plain, in, n));
    free(plain);
    free(again);
    free(packed);
    free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned n_repeated;
    size_t step;
    int repeated;

    if (size < 2 || size > INPUT_MOST)
        return 0;
    if (!block) {
        encoders[0] = bz2_encoder_new();
        encoders[1] = bz2_encoder_libbz2();
        block = xmalloc(BZ2_BLOCK_MAX);
    }
    e = encoders[data[0] == 1];
    step = data[1] + 1u;
    repeated = data[0] == 255 && data[1] == 255 && size > 2;
    data += 2;
    size -= 2;
    try_bytes(data, size, repeated ? 1 + REPEATED_BYTES / size : 1, step);
    if (repeated && (n_repeated++ < FULL_FIRST || n_repeated % FULL_EVERY == 0))
        try_bytes(data, size, 1 + FULL_BYTES / size, step);
    return 0;
}
