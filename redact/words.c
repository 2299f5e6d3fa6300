#include "redact/words.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

#define TRIPLE 3
#define HASH_BITS 15
#define HASHES (1u << HASH_BITS)
#define STEP 6 /* triples in 8 bytes */
#define NONE UINT32_MAX

/* One word of one rule, found by its triple at at. */
struct use {
    struct anchor_word word;
    uint8_t at;
    uint16_t rule;
    uint32_t next; /* with the same hash, or NONE */
};

struct words {
    unsigned max_hi;
    uint8_t known[HASHES]; /* small, so that it stays in the nearest cache */
    uint32_t first[HASHES];
    struct use *use;
    size_t n;
};

static inline uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Of the three lowest bytes, which must be folded: letters in lower case, some
 * other bytes changed too; what is found is compared in full anyway. */
static inline unsigned hash(uint64_t triple)
{
    return ((uint32_t)triple << 8) * 0x9e3779b1u >> (32 - HASH_BITS);
}

static inline uint64_t fold(uint64_t bytes)
{
    return bytes | 0x2020202020202020u;
}

static inline uint64_t load(const uint8_t *p, size_t n)
{
    uint64_t x = 0;

    memcpy(&x, p, n);
    return fold(le64toh(x));
}

/* How often a byte comes in logs, roughly: 1 rare, 9 often. */
static unsigned frequency(uint8_t c)
{
    static const char often[] = " e0tainosr1", rare[] = "jqxzwkvyg[{<@\"'$";

    if (strchr(often, c) && c)
        return 9;
    return (strchr(rare, c) && c) ? 2 : 5;
}

/* Where in the word its rarest triple begins. */
static unsigned rarest(const struct anchor_word *w)
{
    /* Parts of words that every log is full of. */
    static const char common[] = "config set device vice service com version "
                                 "sta default ide ser ted ing ion acc ess pri";
    unsigned best = 0, cost, least = ~0u;

    for (unsigned k = 0; k + TRIPLE <= w->len; k++) {
        char triple[TRIPLE + 1] = {w->text[k], w->text[k + 1], w->text[k + 2]};

        cost = frequency((uint8_t)triple[0]) * frequency((uint8_t)triple[1]) *
               frequency((uint8_t)triple[2]);
        if (strstr(common, triple))
            cost += 1000;
        if (cost < least) {
            least = cost;
            best = k;
        }
    }
    return best;
}

static void file_use(struct words *w, uint32_t i)
{
    struct use *u = &w->use[i];
    unsigned h;

    u->at = (uint8_t)rarest(&u->word);
    h = hash(load((const uint8_t *)u->word.text + u->at, TRIPLE));
    w->known[h] = 1;
    u->next = w->first[h];
    w->first[h] = i;
}

struct words *words_new(const struct ruleset *rs, bool only_added)
{
    struct words *w = xcalloc(1, sizeof(*w));

    memset(w->first, 0xff, sizeof(w->first));
    for (size_t r = 0; r < rs->n; r++) {
        const struct anchor_words *aw = &rs->rule[r].anchor.words;

        if (rs->rule[r].off || (only_added && !rs->rule[r].added))
            continue;
        w->use = xreallocarray(w->use, w->n + aw->n, sizeof(*w->use));
        for (size_t i = 0; i < aw->n; i++) {
            w->use[w->n] = (struct use){
                .word = aw->word[i],
                .rule = (uint16_t)r,
            };
            file_use(w, (uint32_t)w->n++);
            if (aw->word[i].hi > w->max_hi)
                w->max_hi = aw->word[i].hi;
        }
    }
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

/* All words of hash h with their triple at i; false if the list is full. */
static bool nominate_at(const struct words *w, unsigned h, const uint8_t *data,
                        size_t len, size_t from, size_t i, struct nominees *out)
{
    uint32_t k = w->first[h];

    for (; k != NONE; k = w->use[k].next) {
        const struct use *u = &w->use[k];
        size_t at = i - u->at, lo;

        if (i < from + u->at + u->word.lo ||
            !same(&u->word, data + at, len - at) ||
            !anchor_word_fits(&u->word, data, len, at))
            continue;
        lo = at > from + u->word.hi ? at - u->word.hi : from;
        if (!nominees_add(out, u->rule, lo, at - u->word.lo))
            return false;
    }
    return true;
}

/* Does any of the STEP triples in these 8 bytes belong to a word? */
static inline unsigned any(const uint8_t *known, uint64_t x)
{
    unsigned hit = 0;

    for (unsigned k = 0; k < STEP; k++)
        hit |= known[hash(x >> 8 * k)];
    return hit;
}

size_t words_nominate(const struct words *w, const uint8_t *data, size_t len,
                      size_t from, struct nominees *out)
{
    size_t i = from, back = w->max_hi + ANCHOR_WORD_LEN, left;
    uint64_t x = 0;

    for (; i + TRIPLE <= len; i += STEP) {
        while (i + 8 <= len && !any(w->known, x = load(data + i, 8)))
            i += STEP;
        left = len - i;
        if (left < TRIPLE)
            break;
        if (left < 8)
            x = load(data + i, left);
        for (size_t k = 0; k < STEP && k + TRIPLE <= left; k++, x >>= 8) {
            unsigned h = hash(x);

            if (w->known[h] && !nominate_at(w, h, data, len, from, i + k, out))
                return i + k > from + back ? i + k - back : from;
        }
    }
    return len;
}
