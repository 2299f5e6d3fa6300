/* bz2_libbz2.c: the block encoder over libbz2.
 *
 * libbz2 has the run-length stage inside, so the block is expanded again while
 * it is fed; it then makes the very block that was cut, because the cut
 * follows libbz2's own bound.  The block's bits lie in its output between the
 * four bytes of the stream's head and the ten bytes of its end, which start at
 * any bit. */
#include <bzlib.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/pack/bz2_crc.h"
#include "collector/pack/bz2_encoder.h"

#define BLOCK_MAGIC 0x314159265359ull
#define END_MAGIC 0x177245385090ull

/* libbz2 asks for the same four pieces for every block; they are kept, or the
 * kernel would have to clear 7 MiB of pages each time. */
struct piece {
    void *mem;
    size_t size;
    bool used;
};

struct libbz2 {
    struct bz2_encoder base;
    struct piece pieces[8];
    struct buf out;
    uint8_t plain[BZ2_PIECE];
};

static void *piece_alloc(void *opaque, int n, int size)
{
    struct libbz2 *e = opaque;
    size_t want = (size_t)n * (size_t)size;

    for (size_t i = 0; i < sizeof(e->pieces) / sizeof(e->pieces[0]); i++) {
        struct piece *p = &e->pieces[i];

        if (!p->mem) {
            p->mem = xmalloc(want);
            p->size = want;
        }
        if (!p->used && p->size == want) {
            p->used = true;
            return p->mem;
        }
    }
    return NULL;
}

static void piece_free(void *opaque, void *mem)
{
    struct libbz2 *e = opaque;

    for (size_t i = 0; i < sizeof(e->pieces) / sizeof(e->pieces[0]); i++)
        if (mem && e->pieces[i].mem == mem)
            e->pieces[i].used = false;
}

static void libbz2_free(struct bz2_encoder *base)
{
    struct libbz2 *e = (struct libbz2 *)base;

    for (size_t i = 0; i < sizeof(e->pieces) / sizeof(e->pieces[0]); i++)
        free(e->pieces[i].mem);
    buf_done(&e->out);
    free(e);
}

static int feed(bz_stream *strm, char *data, size_t n)
{
    strm->next_in = data;
    strm->avail_in = (unsigned)n;
    while (strm->avail_in) {
        if (BZ2_bzCompress(strm, BZ_RUN) != BZ_RUN_OK || !strm->avail_out)
            return -EIO;
    }
    return 0;
}

/* Undoes the run-length stage into libbz2. */
static int feed_block(struct libbz2 *e, bz_stream *strm, const uint8_t *rle,
                      size_t n)
{
    struct bz2_expand x = {.rle = rle, .n = n};
    long got;

    while ((got = bz2_expand_next(&x, e->plain)) > 0)
        if (feed(strm, (char *)e->plain, (size_t)got))
            return -EIO;
    return got < 0 ? -EIO : 0;
}

static int drain(struct libbz2 *e, bz_stream *strm)
{
    int rc;

    do {
        if (!strm->avail_out) {
            e->out.len = (size_t)(strm->next_out - e->out.data);
            strm->next_out = buf_room(&e->out, e->out.len);
            strm->avail_out = (unsigned)(e->out.cap - e->out.len);
        }
        rc = BZ2_bzCompress(strm, BZ_FINISH);
    } while (rc == BZ_FINISH_OK);
    e->out.len = (size_t)(strm->next_out - e->out.data);
    return rc == BZ_STREAM_END ? 0 : -EIO;
}

static uint64_t bits_at(const uint8_t *p, uint64_t pos, unsigned n)
{
    uint64_t v = 0;

    for (; n; n--, pos++)
        v = v << 1 | (p[pos / 8] >> (7 - pos % 8) & 1);
    return v;
}

/* Finds the one block between head and end.  With a single block the CRC in
 * the stream's end is the block's own: a second block cannot go unseen. */
static int find_block(const struct libbz2 *e, struct bz2_block *out)
{
    const uint8_t *p = (const uint8_t *)e->out.data;
    const uint64_t total = (uint64_t)e->out.len * 8;

    if (e->out.len < 4 + 10 + 10 || bits_at(p, 32, 48) != BLOCK_MAGIC)
        return -EIO;
    out->bits = p + 4;
    out->crc = (uint32_t)bits_at(p, 80, 32);
    for (unsigned pad = 0; pad < 8; pad++) {
        uint64_t end = total - pad - 80;

        if (bits_at(p, end, 48) != END_MAGIC ||
            bits_at(p, end + 48, 32) != out->crc)
            continue;
        out->nbits = end - 32;
        return 0;
    }
    return -EIO;
}

static int libbz2_encode(struct bz2_encoder *base, const uint8_t *rle, size_t n,
                         struct bz2_block *out, struct err *err)
{
    struct libbz2 *e = (struct libbz2 *)base;
    bz_stream strm = {
        .bzalloc = piece_alloc, .bzfree = piece_free, .opaque = e};
    int rc = -EIO;

    if (!n || n > BZ2_BLOCK_MAX)
        return err_set(err, -EINVAL, "cannot compress a block of %zu bytes", n);
    if (BZ2_bzCompressInit(&strm, 9, 0, 0) != BZ_OK)
        return err_set(err, -EIO, "cannot start libbz2 %s", BZ2_bzlibVersion());
    buf_reset(&e->out);
    strm.next_out = buf_room(&e->out, 65536);
    strm.avail_out = (unsigned)e->out.cap;
    if (!feed_block(e, &strm, rle, n) && !drain(e, &strm))
        rc = find_block(e, out);
    BZ2_bzCompressEnd(&strm);
    if (rc)
        err_set(err, rc,
                "cannot compress a block of %zu bytes: libbz2 %s does not make "
                "one block of it",
                n, BZ2_bzlibVersion());
    return rc;
}

struct bz2_encoder *bz2_encoder_libbz2(void)
{
    struct libbz2 *e = xcalloc(1, sizeof(*e));

    e->base.encode = libbz2_encode;
    e->base.free = libbz2_free;
    return &e->base;
}
