#include "collector/pack/bz2.h"

#include <endian.h>
#include <string.h>

#include "collector/pack/bytes64.h"

void bz2_cut_start(struct bz2_cut *c, uint8_t *buf)
{
    c->buf = buf;
    c->len = 0;
    c->run = 0;
    c->last = 0;
}

/* Copies eight bytes at a time while no run can reach four bytes in them:
 * true as long as the run before is at most two and no byte and its neighbour
 * both equal the byte before them.  p[-1] is c->last. Returns what it took. */
static size_t copy_plain(struct bz2_cut *c, const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (n - i >= 8 && c->run <= 2 && BZ2_BLOCK_MAX - c->len >= 8) {
        uint64_t same =
            bytes_zero64(bytes_load64(p + i) ^ bytes_load64(p + i - 1));

        if (same & (same << 8))
            break;
        memcpy(c->buf + c->len, p + i, 8);
        c->len += 8;
        i += 8;
        c->run = same >> 63 ? 2 : 1;
        c->last = p[i - 1];
    }
    return i;
}

size_t bz2_cut_add(struct bz2_cut *c, const void *data, size_t n)
{
    const uint8_t *p = data;
    size_t i = 0;

    while (i < n) {
        if (i) {
            i += copy_plain(c, p + i, n - i);
            if (i == n)
                break;
        }
        if (!c->run || p[i] != c->last) {
            if (c->len == BZ2_BLOCK_MAX)
                break;
            c->run = 1;
            c->last = p[i];
            c->buf[c->len++] = p[i];
        } else if (c->run < 3) {
            if (c->len == BZ2_BLOCK_MAX)
                break;
            c->run++;
            c->buf[c->len++] = p[i];
        } else if (c->run == 3) {
            /* The fourth brings the count with it. */
            if (BZ2_BLOCK_MAX - c->len < 2)
                break;
            c->run = 4;
            c->buf[c->len++] = p[i];
            c->buf[c->len++] = 0;
        } else {
            c->buf[c->len - 1]++;
            if (++c->run == 255)
                c->run = 0;
        }
        i++;
    }
    return i;
}

int bz2_join_begin(struct bz2_join *j, struct outfd *o, struct err *err)
{
    j->n = 0;
    j->acc = 0;
    j->crc = 0;
    return outfd_write(o, "BZh9", 4, err);
}

/* Shifts n whole bytes right by j->n bits, with the waiting bits in front. */
static void shift_bytes(struct bz2_join *j, const uint8_t *in, size_t n,
                        uint8_t *out)
{
    uint64_t carry = j->acc;
    size_t i = 0;

    for (; n - i >= 8; i += 8) {
        uint64_t v, w;

        memcpy(&v, in + i, 8);
        v = be64toh(v);
        w = htobe64(carry << (64 - j->n) | v >> j->n);
        memcpy(out + i, &w, 8);
        carry = v & ((1u << j->n) - 1);
    }
    for (; i < n; i++) {
        out[i] = (uint8_t)(carry << (8 - j->n) | in[i] >> j->n);
        carry = in[i] & ((1u << j->n) - 1);
    }
    j->acc = (uint8_t)carry;
}

/* The last 1 to 7 bits of a block, the upper ones of a byte. */
static int join_rest(struct bz2_join *j, uint8_t byte, unsigned nbits,
                     struct outfd *o, struct err *err)
{
    unsigned v = (unsigned)j->acc << nbits | byte >> (8 - nbits);
    uint8_t full;

    j->n += nbits;
    if (j->n < 8) {
        j->acc = (uint8_t)v;
        return 0;
    }
    j->n -= 8;
    full = (uint8_t)(v >> j->n);
    j->acc = (uint8_t)(v & ((1u << j->n) - 1));
    return outfd_write(o, &full, 1, err);
}

int bz2_join_bits(struct bz2_join *j, const uint8_t *bits, uint64_t nbits,
                  struct outfd *o, struct err *err)
{
    uint64_t bytes = nbits / 8;
    uint8_t shifted[4096];
    int rc = 0;

    while (!rc && bytes) {
        size_t n = bytes < sizeof(shifted) ? (size_t)bytes : sizeof(shifted);

        if (j->n) {
            shift_bytes(j, bits, n, shifted);
            rc = outfd_write(o, shifted, n, err);
        } else {
            rc = outfd_write(o, bits, n, err);
        }
        bits += n;
        bytes -= n;
    }
    if (!rc && nbits % 8)
        rc = join_rest(j, *bits, nbits % 8, o, err);
    return rc;
}

void bz2_join_crc(struct bz2_join *j, uint32_t crc)
{
    j->crc = (j->crc << 1 | j->crc >> 31) ^ crc;
}

int bz2_join_end(struct bz2_join *j, struct outfd *o, struct err *err)
{
    uint8_t end[11] = {0x17, 0x72, 0x45, 0x38, 0x50, 0x90};
    uint64_t nbits = 80;

    for (int i = 0; i < 4; i++)
        end[6 + i] = (uint8_t)(j->crc >> (24 - 8 * i));
    if (j->n)
        nbits += 8 - j->n;
    return bz2_join_bits(j, end, nbits, o, err);
}
