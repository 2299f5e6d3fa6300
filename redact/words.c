#include "redact/words.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

#define PAIRS 65536u
#define BUCKETS 255u /* 1..255; more pairs than that share */
#define NONE UINT16_MAX

/* One word of one rule, found by its pair at at. */
struct use {
    struct anchor_word word;
    uint8_t at;
    uint16_t rule;
    uint16_t lo, hi; /* where the word begins in a match */
    uint16_t next;   /* in the same bucket, or NONE */
};

struct words {
    unsigned max_hi;
    uint8_t bucket[PAIRS]; /* 0: no word has this pair */
    uint16_t first[BUCKETS + 1];
    unsigned n_buckets;
    struct use *use;
    size_t n;
};

static inline uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static inline unsigned pair(const uint8_t *p)
{
    return p[0] | (unsigned)p[1] << 8;
}

/* How often a byte comes in logs, roughly: 1 rare, 9 often. */
static unsigned frequency(uint8_t c)
{
    static const char often[] = " e0tainosr1", rare[] = "jqxzwkvyg[{<@\"'";

    if (strchr(often, c) && c)
        return 9;
    return (strchr(rare, c) && c) ? 2 : 5;
}

/* Where in the word its rarest two neighbouring pairs begin. */
static unsigned rarest(const struct anchor_word *w)
{
    unsigned best = 0, cost, least = ~0u;

    for (unsigned k = 0; k + 2 < w->len; k++) {
        cost = frequency((uint8_t)w->text[k + 1]) *
               (frequency((uint8_t)w->text[k]) +
                frequency((uint8_t)w->text[k + 2]));
        if (cost < least) {
            least = cost;
            best = k;
        }
    }
    return best;
}

static uint8_t upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? c & 0xdf : c;
}

/* Puts use i into the bucket of its pair, the same for all cases. */
static void file_use(struct words *w, uint16_t i)
{
    struct use *u = &w->use[i];
    const uint8_t *p = (const uint8_t *)u->word.text + u->at;
    unsigned b = w->bucket[pair(p)];

    if (!b) {
        b = 1 + w->n_buckets++ % BUCKETS;
        for (unsigned k = 0; k < 4; k++) {
            uint8_t v[2] = {k & 1 ? upper(p[0]) : p[0],
                            k & 2 ? upper(p[1]) : p[1]};

            w->bucket[pair(v)] = (uint8_t)b;
        }
    }
    u->next = w->first[b];
    w->first[b] = i;
}

struct words *words_new(const struct ruleset *rs)
{
    struct words *w = xcalloc(1, sizeof(*w));

    for (size_t r = 0; r < rs->n; r++) {
        const struct anchor_words *aw = &rs->rule[r].anchor.words;

        w->use = xreallocarray(w->use, w->n + 2 * aw->n, sizeof(*w->use));
        for (size_t i = 0; i < 2 * aw->n; i++) {
            const struct anchor_word *word = &aw->word[i / 2];

            w->use[w->n++] = (struct use){
                .word = *word,
                .at = (uint8_t)(rarest(word) + i % 2),
                .rule = (uint16_t)r,
                .lo = (uint16_t)aw->lo,
                .hi = (uint16_t)aw->hi,
            };
        }
        if (aw->hi > w->max_hi)
            w->max_hi = aw->hi;
    }
    memset(w->first, 0xff, sizeof(w->first));
    for (size_t i = 0; i < w->n; i++)
        file_use(w, (uint16_t)i);
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

/* All words with a pair at i; false if the list is full. */
static bool nominate_at(const struct words *w, const uint8_t *data, size_t len,
                        size_t from, size_t i, struct nominees *out)
{
    uint16_t k = w->first[w->bucket[pair(data + i)]];

    for (; k != NONE; k = w->use[k].next) {
        const struct use *u = &w->use[k];
        size_t at = i - u->at, lo;

        if (i < from + u->at + u->lo || !same(&u->word, data + at, len - at))
            continue;
        lo = at > from + u->hi ? at - u->hi : from;
        if (!nominees_add(out, u->rule, lo, at - u->lo))
            return false;
    }
    return true;
}

size_t words_nominate(const struct words *w, const uint8_t *data, size_t len,
                      size_t from, struct nominees *out)
{
    const uint8_t *b = w->bucket;
    size_t i, back = w->max_hi + ANCHOR_WORD_LEN;

    for (i = from; i + 1 < len; i += 2) {
        while (i + 8 <= len && !(b[pair(data + i)] | b[pair(data + i + 2)] |
                                 b[pair(data + i + 4)] | b[pair(data + i + 6)]))
            i += 8;
        if (i + 1 >= len)
            break;
        if (b[pair(data + i)] && !nominate_at(w, data, len, from, i, out))
            return i > from + back ? i - back : from;
    }
    return len;
}
