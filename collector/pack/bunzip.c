#include "collector/pack/bunzip.h"

#include <bzlib.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"

#define BLOCK_MAGIC 0x314159265359ull
#define END_MAGIC 0x177245385090ull
#define MAGIC_BITS 48
#define INPUT_BYTES 16384
/* libbz2 itself keeps at most 7 bits it has not used; others that stand in for
 * it may keep a word. */
#define SLACK_BITS 64

struct bunzip {
    bz_stream z;
    bool live;
    uint64_t end;
    enum bunzip_at next;
    uint32_t crc;
};

/* Up to n bytes at offset; fewer only at the end of the file. */
static ssize_t read_at(int fd, void *buf, size_t n, uint64_t offset,
                       struct err *err)
{
    size_t got = 0;

    while (got < n) {
        ssize_t r =
            pread(fd, (char *)buf + got, n - got, (off_t)(offset + got));

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return err_sys(err, errno, "cannot read the bundle");
        if (r == 0)
            break;
        got += (size_t)r;
    }
    return (ssize_t)got;
}

/* The n bits (up to 56) at this bit of p. */
static uint64_t bits_at(const uint8_t *p, uint64_t bit, unsigned n)
{
    uint64_t v = 0;

    p += bit / 8;
    for (int i = 0; i < 8; i++)
        v = v << 8 | p[i];
    v <<= bit % 8;
    return v >> (64 - n);
}

static enum bunzip_at magic_at(const uint8_t *p, uint64_t bit)
{
    uint64_t v = bits_at(p, bit, MAGIC_BITS);

    return v == BLOCK_MAGIC ? BUNZIP_BLOCK
           : v == END_MAGIC ? BUNZIP_END
                            : BUNZIP_NOTHING;
}

int bunzip_look(int fd, uint64_t bit, enum bunzip_at *at_out, uint32_t *crc_out,
                struct err *err)
{
    uint8_t p[24] = {0};
    ssize_t got = read_at(fd, p, 11, bit / 8, err);

    if (got < 0)
        return (int)got;
    *at_out = (size_t)got * 8 >= bit % 8 + BUNZIP_END_BITS
                  ? magic_at(p, bit % 8)
                  : BUNZIP_NOTHING;
    *crc_out = (uint32_t)bits_at(p, bit % 8 + MAGIC_BITS, 32);
    return 0;
}

static int damaged(uint64_t bit, struct err *err)
{
    return err_set(err, -EBADMSG,
                   "the bundle is damaged: bzip2 block at byte %llu",
                   (unsigned long long)(bit / 8));
}

/* Where between bit and about (what was taken at most) the block ends. */
static int find_end(struct bunzip *z, int fd, uint64_t bit, uint64_t about,
                    struct err *err)
{
    uint8_t p[SLACK_BITS / 8 + 24] = {0};
    uint64_t from = about - SLACK_BITS;
    ssize_t got = read_at(fd, p, SLACK_BITS / 8 + 8, from / 8, err);

    if (got < 0)
        return (int)got;
    for (unsigned back = 0; back < SLACK_BITS; back++) {
        uint64_t at = about - back;

        z->next = magic_at(p, at - from / 8 * 8);
        if (z->next != BUNZIP_NOTHING) {
            z->end = at;
            return 0;
        }
    }
    return damaged(bit, err);
}

/* Gives libbz2 input, from this bit on, until it has the block. */
static int feed(struct bunzip *z, int fd, uint64_t bit, unsigned level,
                struct err *err)
{
    uint8_t raw[INPUT_BYTES + 1], in[INPUT_BYTES] = {'B', 'Z', 'h'};
    unsigned shift = bit % 8;
    uint64_t offset = bit / 8;
    char nowhere[1];

    in[3] = (uint8_t)('0' + level);
    z->z.next_in = (char *)in;
    z->z.avail_in = 4;
    z->z.next_out = nowhere;
    z->z.avail_out = 0;
    for (;;) {
        if (BZ2_bzDecompress(&z->z) != BZ_OK)
            return damaged(bit, err);
        if (z->z.avail_in)
            break;

        ssize_t got = read_at(fd, raw, sizeof(raw), offset, err);
        size_t n = got < 0 ? 0 : (size_t)got;

        if (got < 0)
            return (int)got;
        if (n == 0)
            return err_set(err, -EBADMSG,
                           "the bundle is cut off: its bzip2 stream ends too "
                           "early");
        if (n < sizeof(raw))
            raw[n] = 0;
        else
            n--;
        for (size_t i = 0; i < n; i++)
            in[i] = (uint8_t)(raw[i] << shift | raw[i + 1] >> (8 - shift));
        offset += n;
        z->z.next_in = (char *)in;
        z->z.avail_in = (unsigned)n;
    }
    return 0;
}

static void *alloc(void *arg, int n, int size)
{
    (void)arg;
    return xmalloc((size_t)n * (size_t)size);
}

static void release(void *arg, void *p)
{
    (void)arg;
    free(p);
}

int bunzip_open(int fd, uint64_t bit, unsigned level, struct bunzip **out,
                struct err *err)
{
    struct bunzip *z = xcalloc(1, sizeof(*z));
    enum bunzip_at at;
    uint64_t taken;
    int rc;

    rc = bunzip_look(fd, bit, &at, &z->crc, err);
    if (rc < 0)
        goto out;
    if (at != BUNZIP_BLOCK) {
        rc = damaged(bit, err);
        goto out;
    }
    z->z.bzalloc = alloc;
    z->z.bzfree = release;
    if (BZ2_bzDecompressInit(&z->z, 0, 0) != BZ_OK) {
        rc = err_set(err, -EINVAL, "cannot start libbz2");
        goto out;
    }
    z->live = true;
    rc = feed(z, fd, bit, level, err);
    if (rc < 0)
        goto out;
    taken = ((uint64_t)z->z.total_in_hi32 << 32 | z->z.total_in_lo32) - 4;
    rc = find_end(z, fd, bit, bit + 8 * taken, err);
    if (rc < 0)
        goto out;
    z->z.avail_in = 0;
    *out = z;
    return 0;

out:
    bunzip_free(z);
    return rc;
}

uint64_t bunzip_end(const struct bunzip *z)
{
    return z->end;
}

enum bunzip_at bunzip_next(const struct bunzip *z)
{
    return z->next;
}

uint32_t bunzip_crc(const struct bunzip *z)
{
    return z->crc;
}

ssize_t bunzip_read(struct bunzip *z, void *out, size_t n, struct err *err)
{
    unsigned want = n < (1u << 30) ? (unsigned)n : 1u << 30;

    if (!want)
        return 0;
    z->z.next_out = out;
    z->z.avail_out = want;
    /* Without input it ends behind the block, after its CRC was compared. */
    if (BZ2_bzDecompress(&z->z) != BZ_OK)
        return err_set(err, -EBADMSG,
                       "the bundle is damaged: bzip2 block before byte %llu",
                       (unsigned long long)(z->end / 8));
    return (ssize_t)(want - z->z.avail_out);
}

void bunzip_free(struct bunzip *z)
{
    if (!z)
        return;
    if (z->live)
        BZ2_bzDecompressEnd(&z->z);
    free(z);
}
