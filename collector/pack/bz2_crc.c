#include "collector/pack/bz2_crc.h"

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "collector/pack/bytes64.h"

#define POLYNOMIAL 0x04c11db7u

/* table[k][b]: what byte b does to the sum when k bytes follow it. */
static uint32_t table[8][256];

static void make_table(void)
{
    for (unsigned b = 0; b < 256; b++) {
        uint32_t c = b << 24;

        for (unsigned bit = 0; bit < 8; bit++)
            c = c & 0x80000000u ? c << 1 ^ POLYNOMIAL : c << 1;
        table[0][b] = c;
    }
    for (unsigned k = 1; k < 8; k++)
        for (unsigned b = 0; b < 256; b++)
            table[k][b] =
                table[k - 1][b] << 8 ^ table[0][table[k - 1][b] >> 24];
}

static uint32_t add(uint32_t crc, const uint8_t *p, size_t n)
{
    while (n >= 8) {
        uint64_t v;

        memcpy(&v, p, 8);
        v = be64toh(v) ^ (uint64_t)crc << 32;
        crc = 0;
        for (unsigned k = 0; k < 8; k++)
            crc ^= table[k][v >> (8 * k) & 255];
        p += 8;
        n -= 8;
    }
    while (n--)
        crc = crc << 8 ^ table[0][crc >> 24 ^ *p++];
    return crc;
}

/* Copies eight bytes at a time while no run can end in them, as the cutter does
 * (bz2.c); returns how many. */
static size_t expand_plain(struct bz2_expand *x, uint8_t *out, size_t room)
{
    size_t done = 0;

    while (x->pos && x->run && x->run <= 2 && x->n - x->pos >= 8 &&
           room - done >= 8) {
        const uint8_t *p = x->rle + x->pos;
        uint64_t same = bytes_zero64(bytes_load64(p) ^ bytes_load64(p - 1));

        if (same & (same << 8))
            break;
        memcpy(out + done, p, 8);
        done += 8;
        x->pos += 8;
        x->run = same >> 63 ? 2 : 1;
    }
    return done;
}

long bz2_expand_next(struct bz2_expand *x, uint8_t *out)
{
    size_t len = 0;

    while (x->pos < x->n && len < BZ2_PIECE - 256) {
        uint8_t c;

        len += expand_plain(x, out + len, BZ2_PIECE - 256 - len);
        if (x->pos == x->n || len >= BZ2_PIECE - 256)
            break;
        c = x->rle[x->pos];
        x->run = x->run && c == x->rle[x->pos - 1] ? x->run + 1 : 1;
        x->pos++;
        out[len++] = c;
        if (x->run < 4)
            continue;
        if (x->pos == x->n || x->rle[x->pos] > 251)
            return -EBADMSG;
        memset(out + len, c, x->rle[x->pos]);
        len += x->rle[x->pos++];
        x->run = 0;
    }
    return (long)len;
}

int bz2_crc_block(const uint8_t *rle, size_t n, uint32_t *crc_out,
                  struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct bz2_expand x = {.rle = rle, .n = n};
    uint8_t piece[BZ2_PIECE];
    uint32_t crc = 0xffffffffu;
    long got;

    pthread_once(&once, make_table);
    while ((got = bz2_expand_next(&x, piece)) > 0)
        crc = add(crc, piece, (size_t)got);
    if (got < 0)
        return err_set(err, (int)got,
                       "cannot compress a block: it is no output of the "
                       "run-length stage");
    *crc_out = ~crc;
    return 0;
}
