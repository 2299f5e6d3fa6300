/* bz2_own.c: the block encoder over a suffix sorter.
 *
 * run-length stage's output -> bwt.h -> places in a list of bytes that were
 * seen last (move to front), runs of place 0 as numbers -> bz2_huffman.h ->
 * bits.  The format: bzip2's own source is its definition; "BZIP2 Format
 * Specification" (J. Tsai, 2016) describes it. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/pack/bwt.h"
#include "collector/pack/bytes64.h"
#include "collector/pack/bz2_crc.h"
#include "collector/pack/bz2_encoder.h"
#include "collector/pack/bz2_huffman.h"

#define BLOCK_MAGIC 0x314159265359ull
enum { RUNA, RUNB };

/* Symbols follow the column in the sorter's room: two bytes for each byte of
 * the block, and the end. */
#define ROOM (BZ2_BLOCK_MAX + 1)

/* Sorting jumps about in the text and in its room: large pages, where the
 * kernel has some, make it a twentieth faster. */
#define LARGE_PAGE (2u * 1024 * 1024)

struct own {
    struct bz2_encoder base;
    uint8_t turned[ROOM];
    _Alignas(16) int32_t room[ROOM];
    struct bz2_tables tables;
    struct buf out;
};

/* ---- bits ---------------------------------------------------------------- */

struct bits {
    uint8_t *p;
    uint64_t acc; /* the n highest are waiting */
    unsigned n;
};

/* Up to 32 bits. */
static inline void put(struct bits *b, unsigned n, uint32_t v)
{
    b->acc |= (uint64_t)v << (64 - b->n - n);
    b->n += n;
    if (b->n >= 32) {
        uint32_t word = htobe32((uint32_t)(b->acc >> 32));

        memcpy(b->p, &word, 4);
        b->p += 4;
        b->acc <<= 32;
        b->n -= 32;
    }
}

/* Writes what waits; returns how many bits there are since start. */
static uint64_t put_end(struct bits *b, const uint8_t *start)
{
    uint64_t total = (uint64_t)(b->p - start) * 8 + b->n;
    uint32_t word = htobe32((uint32_t)(b->acc >> 32));

    memcpy(b->p, &word, 4);
    return total;
}

/* ---- move to front ------------------------------------------------------- */

struct symbols {
    uint16_t *v;
    size_t n;
    unsigned count; /* of different ones: the used bytes and two */
    uint32_t freq[BZ2_SYMBOLS_MAX];
};

static void add_symbol(struct symbols *s, unsigned v)
{
    s->v[s->n++] = (uint16_t)v;
    s->freq[v]++;
}

/* A number in base 2 with the digits 1 and 2, the lowest first. */
static void add_run(struct symbols *s, size_t run)
{
    while (run) {
        add_symbol(s, run & 1 ? RUNA : RUNB);
        run = (run - 1) / 2;
    }
}

/* c, which stands in the list, comes to its front; returns where it stood.
 * Mostly that is among the first eight. */
static inline unsigned move_to_front(uint8_t list[256], uint8_t c)
{
    uint64_t head = bytes_load64(list);
    uint64_t there = bytes_zero64(head ^ c * UINT64_C(0x0101010101010101));
    uint64_t moved; /* the bytes up to the one that was found */
    unsigned at;

    if (there) {
        moved = there ^ (there - 1);
        bytes_store64(list, (head & ~moved) | ((head << 8 | c) & moved));
        return (unsigned)__builtin_ctzll(there) / 8;
    }
    at = (unsigned)((uint8_t *)memchr(list + 8, c, 256 - 8) - list);
    memmove(list + 1, list, at);
    list[0] = c;
    return at;
}

/* The first of column[i..n) that is not c; n: none. */
static inline size_t run_end(const uint8_t *column, size_t i, size_t n,
                             uint8_t c)
{
    const uint64_t all = c * UINT64_C(0x0101010101010101);

    for (; n - i >= 8; i += 8) {
        uint64_t differ = bytes_load64(column + i) ^ all;

        if (differ)
            return i + (unsigned)__builtin_ctzll(differ) / 8;
    }
    while (i < n && column[i] == c)
        i++;
    return i;
}

/* used[c] for each byte of the column; the last symbol is the end. */
static void make_symbols(struct symbols *s, const uint8_t *column, size_t n,
                         const bool used[256])
{
    uint8_t list[256] = {0};
    unsigned n_used = 0;
    size_t i = 0;

    for (unsigned c = 0; c < 256; c++)
        if (used[c])
            list[n_used++] = (uint8_t)c;
    s->n = 0;
    s->count = n_used + 2;
    memset(s->freq, 0, sizeof(s->freq));
    while (i < n) {
        size_t from = i;

        i = run_end(column, i, n, list[0]);
        add_run(s, i - from);
        if (i < n)
            add_symbol(s, move_to_front(list, column[i++]) + 1);
    }
    add_symbol(s, n_used + 1);
}

/* Which bytes there are: eight are loaded at once. */
static void find_used(const uint8_t *rle, size_t n, bool used[256])
{
    size_t i = 0;

    for (; n - i >= 8; i += 8) {
        uint64_t v = bytes_load64(rle + i);

        used[v & 255] = used[v >> 8 & 255] = used[v >> 16 & 255] = true;
        used[v >> 24 & 255] = used[v >> 32 & 255] = used[v >> 40 & 255] = true;
        used[v >> 48 & 255] = used[v >> 56] = true;
    }
    for (; i < n; i++)
        used[rle[i]] = true;
}

/* ---- the block ----------------------------------------------------------- */

static void put_used(struct bits *b, const bool used[256])
{
    uint32_t row[16], rows = 0;

    for (unsigned i = 0; i < 16; i++) {
        row[i] = 0;
        for (unsigned j = 0; j < 16; j++)
            row[i] |= (uint32_t)used[16 * i + j] << (15 - j);
        rows |= (uint32_t)(row[i] != 0) << (15 - i);
    }
    put(b, 16, rows);
    for (unsigned i = 0; i < 16; i++)
        if (row[i])
            put(b, 16, row[i]);
}

static void put_selectors(struct bits *b, const struct bz2_tables *t)
{
    uint8_t list[256] = {0, 1, 2, 3, 4, 5};

    put(b, 3, t->n_tables);
    put(b, 15, t->n_selectors);
    for (unsigned i = 0; i < t->n_selectors; i++) {
        unsigned at = move_to_front(list, t->selector[i]);

        put(b, at + 1, (2u << at) - 2);
    }
}

static void put_lengths(struct bits *b, const struct bz2_tables *t)
{
    for (unsigned k = 0; k < t->n_tables; k++) {
        unsigned at = t->length[k][0];

        put(b, 5, at);
        for (unsigned i = 0; i < t->n_symbols; i++) {
            unsigned want = t->length[k][i];

            for (; at < want; at++)
                put(b, 2, 2);
            for (; at > want; at--)
                put(b, 2, 3);
            put(b, 1, 0);
        }
    }
}

static void put_symbols(struct bits *b, const struct bz2_tables *t,
                        const struct symbols *s)
{
    uint32_t code[BZ2_TABLES_MAX][BZ2_SYMBOLS_MAX];
    size_t i = 0;

    for (unsigned k = 0; k < t->n_tables; k++)
        bz2_codes(t->length[k], t->n_symbols, code[k]);
    for (unsigned g = 0; g < t->n_selectors; g++) {
        const uint32_t *c = code[t->selector[g]];
        const uint8_t *l = t->length[t->selector[g]];
        size_t end = i + BZ2_GROUP < s->n ? i + BZ2_GROUP : s->n;

        for (; i < end; i++)
            put(b, l[s->v[i]], c[s->v[i]]);
    }
}

/* More than the block can take: its head, tables, selectors and symbols. */
static size_t most_bytes(const struct bz2_tables *t, const struct symbols *s)
{
    uint64_t bits = 2048 + BZ2_TABLES_MAX * BZ2_SYMBOLS_MAX * 40ull +
                    t->n_selectors * 6ull + BZ2_LENGTH_MAX * (uint64_t)s->n;

    return (size_t)(bits / 8 + 64);
}

static int own_encode(struct bz2_encoder *e, const uint8_t *rle, size_t n,
                      struct bz2_block *out, struct err *err)
{
    struct own *w = (struct own *)e;
    uint8_t *column = (uint8_t *)w->room;
    struct symbols s = {.v = (uint16_t *)(column + (n + 1) / 2 * 2)};
    struct bits b = {0};
    bool used[256] = {false};
    uint32_t row = 0;
    int rc;

    if (!n || n > BZ2_BLOCK_MAX)
        return err_set(err, -EINVAL, "cannot compress a block of %zu bytes", n);
    rc = bz2_crc_block(rle, n, &out->crc, err);
    if (!rc)
        rc = bwt_transform(rle, n, w->room, w->turned, &row, err);
    if (rc)
        return rc;
    find_used(rle, n, used);
    make_symbols(&s, column, n, used);
    bz2_tables_make(&w->tables, s.v, s.n, s.freq, s.count);
    buf_reset(&w->out);
    b.p = (uint8_t *)buf_room(&w->out, most_bytes(&w->tables, &s));
    out->bits = b.p;
    put(&b, 24, (uint32_t)(BLOCK_MAGIC >> 24));
    put(&b, 24, (uint32_t)(BLOCK_MAGIC & 0xffffff));
    put(&b, 32, out->crc);
    put(&b, 1, 0); /* "randomised", which nobody writes any more */
    put(&b, 24, row);
    put_used(&b, used);
    put_selectors(&b, &w->tables);
    put_lengths(&b, &w->tables);
    put_symbols(&b, &w->tables, &s);
    out->nbits = put_end(&b, out->bits);
    return 0;
}

static void own_free(struct bz2_encoder *e)
{
    struct own *w = (struct own *)e;

    buf_done(&w->out);
    free(w);
}

static struct own *own_alloc(void)
{
    void *p = NULL;

    if (posix_memalign(&p, LARGE_PAGE, sizeof(struct own)))
        return xmalloc(sizeof(struct own));
#ifdef MADV_HUGEPAGE
    /* Not the end, which would become more than we need. */
    (void)madvise(p, sizeof(struct own) / LARGE_PAGE * LARGE_PAGE,
                  MADV_HUGEPAGE);
#endif
    return p;
}

struct bz2_encoder *bz2_encoder_own(void)
{
    struct own *w = own_alloc();

    w->base.encode = own_encode;
    w->base.free = own_free;
    w->out = (struct buf)BUF_INIT;
    return &w->base;
}
