#include "redact/words.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

#define HASH_BITS 12
#define HASH_SIZE (1u << HASH_BITS)
#define NONE UINT16_MAX

/* One word of one rule. */
struct use {
    struct anchor_word word;
    uint16_t rule;
    uint16_t lo, hi; /* where the word is in a match */
    uint16_t next;   /* in the same bucket, or NONE */
};

struct words {
    unsigned shortest;
    unsigned max_hi;
    uint8_t shift[HASH_SIZE];
    uint16_t bucket[HASH_SIZE]; /* uses by the pair before shortest */
    struct use *use;
    size_t n;
};

/* Of a pair without regard to case; pairs that collide only shift less. */
static inline unsigned hash_pair(const uint8_t *p)
{
    uint32_t pair = (uint32_t)(p[0] | 0x20) | (uint32_t)(p[1] | 0x20) << 8;

    return (pair * 0x9e3779b1u) >> (32 - HASH_BITS);
}

static inline uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static void add_use(struct words *w, uint16_t i)
{
    const uint8_t *text = (const uint8_t *)w->use[i].word.text;
    unsigned h;

    for (unsigned k = 0; k + 1 < w->shortest; k++) {
        unsigned shift = w->shortest - 2 - k;

        h = hash_pair(text + k);
        if (w->shift[h] > shift)
            w->shift[h] = (uint8_t)shift;
    }
    h = hash_pair(text + w->shortest - 2);
    w->use[i].next = w->bucket[h];
    w->bucket[h] = i;
}

struct words *words_new(const struct ruleset *rs)
{
    struct words *w = xcalloc(1, sizeof(*w));

    w->shortest = ANCHOR_WORD_LEN;
    for (size_t r = 0; r < rs->n; r++) {
        const struct anchor_words *aw = &rs->rule[r].anchor.words;

        w->use = xreallocarray(w->use, w->n + aw->n, sizeof(*w->use));
        for (size_t i = 0; i < aw->n; i++) {
            w->use[w->n++] = (struct use){ .word = aw->word[i],
                                           .rule = (uint16_t)r,
                                           .lo = (uint16_t)aw->lo,
                                           .hi = (uint16_t)aw->hi };
            if (aw->word[i].len < w->shortest)
                w->shortest = aw->word[i].len;
        }
        if (aw->hi > w->max_hi)
            w->max_hi = aw->hi;
    }
    memset(w->shift, (int)w->shortest - 1, sizeof(w->shift));
    memset(w->bucket, 0xff, sizeof(w->bucket));
    for (size_t i = 0; i < w->n; i++)
        add_use(w, (uint16_t)i);
    return w;
}

void words_free(struct words *w)
{
    if (!w)
        return;
    free(w->use);
    free(w);
}

static bool same(const struct anchor_word *w, const uint8_t *p, size_t n)
{
    if (n < w->len)
        return false;
    for (size_t i = 0; i < w->len; i++)
        if (lower(p[i]) != (uint8_t)w->text[i])
            return false;
    return true;
}

/* All words that begin at i. */
static bool nominate_at(const struct words *w, const uint8_t *data, size_t len,
                        size_t from, size_t i, unsigned h,
                        struct nominees *out)
{
    for (uint16_t k = w->bucket[h]; k != NONE; k = w->use[k].next) {
        const struct use *u = &w->use[k];
        size_t lo;

        if (!same(&u->word, data + i, len - i) || i < from + u->lo)
            continue;
        lo = i > from + u->hi ? i - u->hi : from;
        if (!nominees_add(out, u->rule, lo, i - u->lo))
            return false;
    }
    return true;
}

size_t words_nominate(const struct words *w, const uint8_t *data, size_t len,
                      size_t from, struct nominees *out)
{
    size_t back = w->shortest - 1; /* from a window's last byte to its first */
    size_t i = from + back;

    while (i < len) {
        unsigned h = hash_pair(data + i - 1);
        unsigned shift = w->shift[h];

        if (shift) {
            i += shift;
            continue;
        }
        if (!nominate_at(w, data, len, from, i - back, h, out)) {
            i -= back;
            return i > from + w->max_hi ? i - w->max_hi : from;
        }
        i++;
    }
    return len;
}
