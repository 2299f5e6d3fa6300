#include "collector/base/core/deflate.h"

#include <string.h>

#define LENGTHS (286u + 30u)
#define OUT 1024u

struct bits {
    const uint8_t *p;
    size_t n, at; /* in bits */
    bool over;    /* more was asked for than there is */
};

static unsigned take(struct bits *b, unsigned n)
{
    unsigned v = 0;

    for (unsigned i = 0; i < n; i++, b->at++) {
        if (b->at / 8 >= b->n) {
            b->over = true;
            return 0;
        }
        v |= (b->p[b->at / 8] >> b->at % 8 & 1u) << i;
    }
    return v;
}

/* Of n lengths of codes; complete: no code is left over. */
static bool is_code(const uint8_t *len, size_t n, bool complete)
{
    unsigned used = 0, most = 0;

    for (size_t i = 0; i < n; i++) {
        used += len[i] ? 1u << (15 - len[i]) : 0;
        most += len[i] != 0;
    }
    return complete ? used == 1u << 15 : used == 1u << 15 || most <= 1;
}

/* The next symbol of a code; n if there is none. */
static unsigned symbol(struct bits *b, const uint8_t *len, unsigned n)
{
    unsigned code = 0, first = 0, count;

    for (unsigned l = 1; l <= 15 && !b->over; l++) {
        code = code << 1 | take(b, 1);
        first <<= 1;
        count = 0;
        for (unsigned i = 0; i < n; i++) {
            if (len[i] != l)
                continue;
            if (code == first + count)
                return i;
            count++;
        }
        first += count;
    }
    return n;
}

static bool dynamic(struct bits *b)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t small[19] = {0}, len[LENGTHS + 138] = {0};
    unsigned literals = take(b, 5) + 257, distances = take(b, 5) + 1;
    unsigned n = take(b, 4) + 4, at = 0, s, times;

    for (unsigned i = 0; i < n; i++)
        small[order[i]] = (uint8_t)take(b, 3);
    if (literals > 286 || distances > 30)
        return false;
    if (b->over)
        return true;
    if (!is_code(small, 19, true))
        return false;
    while (at < literals + distances) {
        s = symbol(b, small, 19);
        times = s < 16    ? 1
                : s == 16 ? 3 + take(b, 2)
                : s == 17 ? 3 + take(b, 3)
                          : 11 + take(b, 7);
        if (b->over)
            return true;
        if (s == 19 || (s == 16 && !at))
            return false;
        memset(len + at, s < 16 ? (int)s : s == 16 ? len[at - 1] : 0, times);
        at += times;
    }
    return at == literals + distances && len[256] &&
           is_code(len, literals, false) &&
           is_code(len + literals, distances, false);
}

/* What came out, as far as it is short. */
struct out {
    uint8_t data[OUT];
    size_t n; /* more than OUT: not all of it is there */
};

static void add(struct out *o, uint8_t c)
{
    if (o->n < OUT)
        o->data[o->n] = c;
    o->n++;
}

/* A literal or a length with its distance; false: there is no such thing. */
static bool fixed_symbol(struct bits *b, const uint8_t *len, struct out *o,
                         bool *end)
{
    unsigned s = symbol(b, len, 288), length, code = 0, distance, extra;

    *end = s == 256;
    if (b->over || s == 256)
        return true;
    if (s < 256) {
        add(o, (uint8_t)s);
        return true;
    }
    if (s > 285)
        return false;
    extra = s < 265 || s == 285 ? 0 : (s - 261) / 4;
    length = s == 285  ? 258
             : s < 265 ? s - 254
                       : ((4 + (s - 265) % 4) << extra) + 3 + take(b, extra);
    for (unsigned i = 0; i < 5; i++)
        code = code << 1 | take(b, 1);
    if (code > 29)
        return b->over;
    extra = code < 4 ? 0 : code / 2 - 1;
    distance =
        code < 4 ? code + 1 : ((2 + code % 2) << extra) + 1 + take(b, extra);
    if (distance > o->n)
        return b->over;
    for (unsigned i = 0; i < length; i++)
        add(o, o->n <= OUT ? o->data[o->n - distance] : 0);
    return true;
}

static bool fixed(struct bits *b, struct out *o)
{
    uint8_t len[288];
    bool end = false;

    memset(len, 8, 144);
    memset(len + 144, 9, 112);
    memset(len + 256, 7, 24);
    memset(len + 280, 8, 8);
    while (!end && !b->over)
        if (!fixed_symbol(b, len, o, &end))
            return false;
    return true;
}

/* The rest of the byte, and two lengths; of the content no more is looked at.
 */
static bool stored(struct bits *b)
{
    unsigned len, not ;

    b->at = (b->at + 7) / 8 * 8;
    len = take(b, 16);
    not = take(b, 16);
    return b->over || (len ^ not ) == 0xffff;
}

/* RFC 1950: the sum behind the last block. */
static bool sum_fits(struct bits *b, const struct out *o)
{
    uint32_t a = 1, c = 0, sum = 0;

    b->at = (b->at + 7) / 8 * 8;
    for (unsigned i = 0; i < 4; i++)
        sum = sum << 8 | take(b, 8);
    for (size_t i = 0; i < o->n && i < OUT; i++) {
        a = (a + o->data[i]) % 65521;
        c = (c + a) % 65521;
    }
    return b->over || o->n > OUT || sum == (c << 16 | a);
}

bool deflate_begins(const uint8_t *p, size_t n)
{
    struct bits b = {.p = p, .n = n < DEFLATE_LOOK ? n : DEFLATE_LOOK};
    struct out o = {.n = 0};
    unsigned last;

    /* A block of the fixed code may be short: what is behind it tells. */
    do {
        last = take(&b, 1);
        switch (take(&b, 2)) {
        case 0:
            return stored(&b);
        case 1:
            if (!fixed(&b, &o))
                return false;
            break;
        case 2:
            return dynamic(&b);
        default:
            return b.over;
        }
    } while (!last && !b.over);
    return b.over || sum_fits(&b, &o);
}
