#include "collector/pack/bz2_search.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAGIC 0x314159265359ull
#define MAGIC_BITS 48u
#define MAGIC_MASK ((1ull << MAGIC_BITS) - 1)

void bz2_search_start(struct bz2_search *s, int fd, uint64_t from)
{
    memset(s, 0, sizeof(*s));
    s->fd = fd;
    s->from = from;
    s->pos = from / 8;
    for (unsigned shift = 0; shift < 8; shift++)
        s->may[MAGIC >> (16 - shift) & 0xff] |= (uint8_t)(1u << shift);
}

static bool next_byte(struct bz2_search *s)
{
    while (s->i == s->n) {
        ssize_t r = pread(s->fd, s->window, sizeof(s->window), (off_t)s->pos);

        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return false;
        s->i = 0;
        s->n = (size_t)r;
    }
    s->v = s->v << 8 | s->window[s->i++];
    s->pos++;
    s->shifts = s->may[s->v >> 16 & 0xff];
    return true;
}

bool bz2_search_next(struct bz2_search *s, uint64_t *bit_out)
{
    do {
        /* The greatest shift is the number that begins first. */
        for (unsigned k = 8; s->shifts && k-- > 0;) {
            uint64_t behind = 8 * s->pos - k;

            if (!(s->shifts >> k & 1))
                continue;
            s->shifts &= ~(1u << k);
            if (behind >= s->from + MAGIC_BITS &&
                (s->v >> k & MAGIC_MASK) == MAGIC) {
                *bit_out = behind - MAGIC_BITS;
                return true;
            }
        }
    } while (next_byte(s));
    return false;
}
