#include "collector/pack/bz2_crc.h"

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "collector/pack/bytes64.h"

#define POLYNOMIAL 0x04c11db7u

/* table[k][b]: what byte b does to the sum when k bytes follow it. */
static uint32_t table[16][256];

static void make_table(void)
{
    for (unsigned b = 0; b < 256; b++) {
        uint32_t c = b << 24;

        for (unsigned bit = 0; bit < 8; bit++)
            c = c & 0x80000000u ? c << 1 ^ POLYNOMIAL : c << 1;
        table[0][b] = c;
    }
    for (unsigned k = 1; k < 16; k++)
        for (unsigned b = 0; b < 256; b++)
            table[k][b] =
                table[k - 1][b] << 8 ^ table[0][table[k - 1][b] >> 24];
}

static uint64_t load(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return be64toh(v);
}

/* What the eight bytes of v do to the sum when more * 8 bytes follow them. */
static inline uint32_t sum8(uint64_t v, unsigned more)
{
    uint32_t(*t)[256] = table + 8 * more;

    return t[0][v & 255] ^ t[1][v >> 8 & 255] ^ t[2][v >> 16 & 255] ^
           t[3][v >> 24 & 255] ^ t[4][v >> 32 & 255] ^ t[5][v >> 40 & 255] ^
           t[6][v >> 48 & 255] ^ t[7][v >> 56];
}

static uint32_t add(uint32_t crc, const uint8_t *p, size_t n)
{
    for (; n >= 16; n -= 16, p += 16)
        crc = sum8(load(p) ^ (uint64_t)crc << 32, 1) ^ sum8(load(p + 8), 0);
    while (n--)
        crc = crc << 8 ^ table[0][crc >> 24 ^ *p++];
    return crc;
}

/* How many bytes from x->pos on stand for themselves, at most room: eight at a
 * time while no run can end in them, as the cutter does (bz2.c). */
static size_t plain_span(struct bz2_expand *x, size_t room)
{
    const size_t from = x->pos;

    if (room > x->n - from)
        room = x->n - from;
    while (x->pos && x->run && x->run <= 2 && room - (x->pos - from) >= 8) {
        const uint8_t *p = x->rle + x->pos;
        uint64_t same = bytes_zero64(bytes_load64(p) ^ bytes_load64(p - 1));

        if (same & (same << 8))
            break;
        x->pos += 8;
        x->run = same >> 63 ? 2 : 1;
    }
    return x->pos - from;
}

/* The next byte, or the rest of its run: how many went to out, at most 255. */
static long expand_one(struct bz2_expand *x, uint8_t *out)
{
    uint8_t c = x->rle[x->pos], more;

    x->run = x->run && c == x->rle[x->pos - 1] ? x->run + 1 : 1;
    x->pos++;
    *out = c;
    if (x->run < 4)
        return 1;
    if (x->pos == x->n || x->rle[x->pos] > 251)
        return -EBADMSG;
    more = x->rle[x->pos++];
    memset(out + 1, c, more);
    x->run = 0;
    return 1 + more;
}

long bz2_expand_next(struct bz2_expand *x, uint8_t *out)
{
    size_t len = 0;

    while (x->pos < x->n && len < BZ2_PIECE - 256) {
        const uint8_t *from = x->rle + x->pos;
        size_t plain = plain_span(x, BZ2_PIECE - 256 - len);
        long got;

        memcpy(out + len, from, plain);
        len += plain;
        if (x->pos == x->n || len >= BZ2_PIECE - 256)
            break;
        got = expand_one(x, out + len);
        if (got < 0)
            return got;
        len += (size_t)got;
    }
    return (long)len;
}

int bz2_crc_block(const uint8_t *rle, size_t n, uint32_t *crc_out,
                  struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct bz2_expand x = {.rle = rle, .n = n};
    uint32_t crc = 0xffffffffu;

    pthread_once(&once, make_table);
    while (x.pos < n) {
        const uint8_t *from = rle + x.pos;
        uint8_t run[256];
        long got;

        crc = add(crc, from, plain_span(&x, n));
        if (x.pos == n)
            break;
        got = expand_one(&x, run);
        if (got < 0)
            return err_set(err, (int)got,
                           "cannot compress a block: it is no output of the "
                           "run-length stage");
        crc = add(crc, run, (size_t)got);
    }
    *crc_out = ~crc;
    return 0;
}
