#include "collector/base/window.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Two blocks of the oldest kind; the others have at most 4 MiB. */
#define LZ4_HELD (16u << 20)

typedef int (*step_fn)(struct window *w, struct err *err);

/* After skip bytes the next need ones come to step, in head. */
static int go(struct window *w, uint64_t skip, size_t need, step_fn step)
{
    w->skip = skip;
    w->have = 0;
    w->need = need;
    w->step = step;
    return 0;
}

/* The same with what is in head already. */
static int more(struct window *w, size_t need, step_fn step)
{
    w->need = need;
    w->step = step;
    return 0;
}

static int damaged(struct err *err)
{
    return err_set(err, -EBADMSG, "the data is damaged or cut off");
}

static void wants(struct window *w, uint64_t bytes)
{
    if (bytes > w->largest)
        w->largest = bytes;
}

static uint32_t le32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return le32toh(v);
}

/* ---- zstd: RFC 8878, 3.1.1 ----------------------------------------------- */

#define ZSTD_MAGIC 0xfd2fb528u
#define ZSTD_SKIPPED 0x184d2a50u

static int zstd_magic(struct window *w, struct err *err);

static int zstd_skipped(struct window *w, struct err *err)
{
    (void)err;
    return go(w, le32(w->head), 4, zstd_magic);
}

static int zstd_block(struct window *w, struct err *err)
{
    uint32_t v =
        w->head[0] | (uint32_t)w->head[1] << 8 | (uint32_t)w->head[2] << 16;
    unsigned kind = v >> 1 & 3;
    uint64_t size = kind == 1 ? 1 : v >> 3;

    if (kind == 3)
        return damaged(err);
    return v & 1 ? go(w, size + w->check, 4, zstd_magic)
                 : go(w, size, 3, zstd_block);
}

/* Bytes of the content's size, by the descriptor. */
static unsigned size_bytes(uint8_t d)
{
    return d >> 6 ? 1u << (d >> 6) : d >> 5 & 1;
}

static unsigned id_bytes(uint8_t d)
{
    return (d & 3) == 3 ? 4 : d & 3;
}

static int zstd_frame(struct window *w, struct err *err)
{
    uint8_t d = w->head[0];
    bool single = d >> 5 & 1;
    const uint8_t *p = w->head + 1;
    uint64_t window = UINT64_MAX, size = 0;

    (void)err;
    if (!single) {
        uint64_t base = 1ull << (10 + (*p >> 3));

        window = base + base / 8 * (*p & 7);
        p++;
    }
    p += id_bytes(d);
    for (unsigned i = 0; i < size_bytes(d); i++)
        size |= (uint64_t)p[i] << (8 * i);
    /* No more is kept than there is. */
    if (size_bytes(d) && size < window)
        window = size;
    wants(w, window);
    w->check = d >> 2 & 1 ? 4 : 0;
    return go(w, 0, 3, zstd_block);
}

static int zstd_descriptor(struct window *w, struct err *err)
{
    uint8_t d = w->head[0];

    (void)err;
    return more(w, 1u + !(d >> 5 & 1) + id_bytes(d) + size_bytes(d),
                zstd_frame);
}

static int zstd_magic(struct window *w, struct err *err)
{
    uint32_t magic = le32(w->head);

    if (magic == ZSTD_MAGIC)
        return go(w, 0, 1, zstd_descriptor);
    if ((magic & ~15u) == ZSTD_SKIPPED)
        return go(w, 0, 4, zstd_skipped);
    return damaged(err);
}

/* ---- xz: xz-file-format 1.2.0 -------------------------------------------- */

#define XZ_HEAD 12
#define XZ_LZMA2 0x21

static int xz_part(struct window *w, struct err *err);

/* A number of up to 63 bits at *p; false: it does not end before end. */
static bool xz_number(const uint8_t **p, const uint8_t *end, uint64_t *v)
{
    *v = 0;
    for (unsigned i = 0; i < 9 && *p < end; i++) {
        uint8_t c = *(*p)++;

        *v |= (uint64_t)(c & 0x7f) << (7 * i);
        if (!(c & 0x80))
            return true;
    }
    return false;
}

static int xz_head(struct window *w, struct err *err)
{
    static const uint8_t bytes[16] = {0,  4,  4,  4,  8,  8,  8,  16,
                                      16, 16, 32, 32, 32, 64, 64, 64};

    if (memcmp(w->head,
               "\xfd"
               "7zXZ",
               6) != 0)
        return damaged(err);
    w->check = bytes[w->head[7] & 15];
    return go(w, 0, 1, xz_part);
}

/* Behind a stream: zeros, four at a time, or the next one. */
static int xz_next(struct window *w, struct err *err)
{
    (void)err;
    return le32(w->head) ? more(w, XZ_HEAD, xz_head) : go(w, 0, 4, xz_next);
}

/* The index is a number of pairs and these; it is filled up to four bytes, and
 * then come its check and the stream's end. */
static int xz_index(struct window *w, struct err *err)
{
    uint8_t c = w->head[0];

    if (w->shift > 56)
        return damaged(err);
    w->size++;
    w->number |= (uint64_t)(c & 0x7f) << w->shift;
    w->shift += 7;
    if (c & 0x80)
        return go(w, 0, 1, xz_index);
    if (w->count)
        w->count--;
    else if (w->number > UINT64_MAX / 4)
        return damaged(err);
    else
        w->count = 2 * w->number;
    w->number = 0;
    w->shift = 0;
    return w->count ? go(w, 0, 1, xz_index)
                    : go(w, (-w->size & 3) + 4 + XZ_HEAD, 4, xz_next);
}

static int xz_chunk(struct window *w, struct err *err);

static int xz_chunk_sizes(struct window *w, struct err *err)
{
    const uint8_t *h = w->head;
    size_t at = *h >= 0x80 ? 3 : 1;
    uint64_t size = ((uint64_t)h[at] << 8 | h[at + 1]) + 1;

    (void)err;
    w->size += w->need + size;
    return go(w, size, 1, xz_chunk);
}

static int xz_chunk(struct window *w, struct err *err)
{
    uint8_t c = w->head[0];

    if (!c) {
        w->size++;
        return go(w, (-w->size & 3) + w->check, 1, xz_part);
    }
    if (c > 2 && c < 0x80)
        return damaged(err);
    return more(w, c < 0x80 ? 3 : c < 0xc0 ? 5 : 6, xz_chunk_sizes);
}

static int xz_part_head(struct window *w, struct err *err)
{
    const uint8_t *p = w->head + 2, *end = w->head + w->need - 4;
    unsigned n = (w->head[1] & 3) + 1u;
    uint64_t v, id = 0, size;

    for (unsigned bit = 6; bit < 8; bit++)
        if (w->head[1] >> bit & 1 && !xz_number(&p, end, &v))
            return damaged(err);
    for (unsigned i = 0; i < n; i++) {
        if (!xz_number(&p, end, &id) || !xz_number(&p, end, &size) ||
            size > (uint64_t)(end - p))
            return damaged(err);
        if (id == XZ_LZMA2) {
            if (size != 1 || *p > 40)
                return damaged(err);
            wants(w, *p == 40 ? UINT32_MAX
                              : (uint64_t)(2 | (*p & 1)) << (*p / 2 + 11));
        }
        p += size;
    }
    /* It must be the last one. */
    if (id != XZ_LZMA2)
        return damaged(err);
    w->size = 0;
    return go(w, 0, 1, xz_chunk);
}

static int xz_part(struct window *w, struct err *err)
{
    (void)err;
    if (w->head[0])
        return more(w, (w->head[0] + 1u) * 4, xz_part_head);
    w->count = w->number = w->shift = 0;
    w->size = 1;
    return go(w, 0, 1, xz_index);
}

/* ---- lzma: lzma-file-format.txt ------------------------------------------ */

#define LZMA_HEAD 5

static int lzma_head(struct window *w, struct err *err)
{
    (void)err;
    wants(w, le32(w->head + 1));
    w->step = NULL;
    return 0;
}

/* ---- compress ------------------------------------------------------------ */

#define Z_HEAD 5

/* Its reader would unpack what was packed twice, too. Behind the magic stands a
 * code of nine bits, which is the first byte that comes out. */
static int z_head(struct window *w, struct err *err)
{
    w->step = NULL;
    if (w->head[4] & 1)
        return damaged(err);
    if (w->head[3] == 0x1f)
        return err_set(err, -EBADMSG, "it is compressed more than once");
    return 0;
}

/* -------------------------------------------------------------------------- */

void window_start(struct window *w, const char *format)
{
    memset(w, 0, sizeof(*w));
    w->starved_most = WINDOW_STARVED;
    if (!strcmp(format, "xz"))
        go(w, 0, XZ_HEAD, xz_head);
    else if (!strcmp(format, "zstd"))
        go(w, 0, 4, zstd_magic);
    else if (!strcmp(format, "lzma"))
        go(w, 0, LZMA_HEAD, lzma_head);
    else if (!strcmp(format, "compress"))
        go(w, 0, Z_HEAD, z_head);
    else if (!strcmp(format, "lz4")) {
        wants(w, LZ4_HELD);
        w->starved_most = WINDOW_STARVED_LZ4;
    }
}

int window_feed(struct window *w, const void *data, size_t n, struct err *err)
{
    const uint8_t *p = data;
    int rc = 0;

    w->starved += n;
    if (w->starved > w->starved_most)
        return err_set(err, -EBADMSG, "nothing comes out of %llu MiB of it",
                       (unsigned long long)(w->starved_most >> 20));
    while (w->step && n && !rc) {
        size_t now = w->skip ? 0 : w->need - w->have;

        if (w->skip) {
            now = w->skip < n ? (size_t)w->skip : n;
            w->skip -= now;
        } else {
            now = now < n ? now : n;
            memcpy(w->head + w->have, p, now);
            w->have += now;
        }
        p += now;
        n -= now;
        if (!w->skip && w->have == w->need)
            rc = w->step(w, err);
    }
    return rc;
}
