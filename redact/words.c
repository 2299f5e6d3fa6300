#include "redact/words.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/typical.h"

#define TRIPLE 3
#define HASH_BITS 15
#define HASHES (1u << HASH_BITS)
#define STEP 8 /* places looked at at once */
#define NONE UINT32_MAX

/* A word that one rule looks for. */
struct use {
    const struct anchor_word *word;
    uint16_t rule;
};

/* A word, found by its triple at at. */
struct entry {
    char text[ANCHOR_WORD_LEN];
    uint8_t len, at;
    uint32_t next; /* with the same hash, or NONE */
    uint32_t n;
    struct use *use;
};

/* What is compared first: those of one hash stand together, since most of what
 * is looked up comes to nothing. */
struct probe {
    uint64_t key, mask; /* the word's first 8 bytes, folded */
    uint32_t entry;
    uint8_t len, at;
};

/* How often a triple's hash comes with a byte behind it, modulo 8. */
struct typical {
    uint16_t n[HASHES][8];
};

struct words {
    unsigned max_hi;
    /* For a triple's hash, a bit for each byte that may follow it, modulo 8;
     * small, so that it stays in the nearest cache. */
    uint8_t known[HASHES];
    uint8_t bit[256];           /* of a byte that follows */
    uint32_t first[HASHES + 1]; /* of the probes; those of h end at h + 1 */
    struct probe *probe;
    struct entry *entry;
    size_t n;
};

static inline uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Of the three lowest bytes, which must be folded: letters in lower case, some
 * other bytes changed too; what is found is compared in full anyway. */
static inline unsigned hash(uint32_t bytes)
{
    return (bytes << 8) * 0x9e3779b1u >> (32 - HASH_BITS);
}

static inline uint32_t load(const void *p, size_t n)
{
    uint32_t x = 0;

    if (n >= sizeof(x))
        memcpy(&x, p, sizeof(x));
    else
        memcpy(&x, p, n);
    return le32toh(x) | 0x20202020u;
}

static inline uint64_t load8(const void *p, size_t n)
{
    uint64_t x = 0;

    if (n >= sizeof(x))
        memcpy(&x, p, sizeof(x));
    else
        memcpy(&x, p, n);
    return le64toh(x) | 0x2020202020202020u;
}

static struct typical *typical_new(void)
{
    struct typical *t = xcalloc(1, sizeof(*t));
    const char *p = typical_text;
    uint32_t x;

    for (; strlen(p) > TRIPLE; p++) {
        x = load(p, 4);
        t->n[hash(x)][x >> 24 & 7]++;
    }
    return t;
}

/* The bytes that may follow the triple at at, modulo 8, a bit for each. */
static uint8_t followers(const struct anchor_word *w, unsigned at)
{
    unsigned bits = 1; /* NUL is read where the text ends */

    if (at + TRIPLE < w->len)
        return (uint8_t)(1u << ((uint8_t)w->text[at + TRIPLE] & 7));
    for (unsigned c = 0; c < 256; c++)
        if (!w->n_after || anchor_bytes_have(&w->after.at[0], (unsigned char)c))
            bits |= 1u << (c & 7);
    return (uint8_t)bits;
}

/* Where in the word its rarest triple begins. */
static unsigned rarest(const struct typical *t, const struct anchor_word *w)
{
    unsigned best = 0, cost, least = ~0u, bits;

    for (unsigned k = 0; k + TRIPLE <= w->len; k++) {
        const uint16_t *n = t->n[hash(load(w->text + k, TRIPLE))];

        cost = 0;
        bits = followers(w, k);
        for (unsigned c = 0; c < 8; c++)
            cost += (bits >> c & 1) * (1 + 16u * n[c]);
        if (cost < least) {
            least = cost;
            best = k;
        }
    }
    return best;
}

/* chain: where the entries of each hash begin. */
static struct entry *find_entry(struct words *w, uint32_t *chain,
                                const struct anchor_word *word, unsigned h)
{
    struct entry *e;

    for (uint32_t k = chain[h]; k != NONE; k = w->entry[k].next)
        if (w->entry[k].len == word->len &&
            !memcmp(w->entry[k].text, word->text, word->len))
            return &w->entry[k];
    w->entry = xreallocarray(w->entry, w->n + 1, sizeof(*w->entry));
    e = &w->entry[w->n];
    *e = (struct entry){.len = word->len, .next = chain[h]};
    memcpy(e->text, word->text, word->len);
    chain[h] = (uint32_t)w->n++;
    return e;
}

static void file_word(struct words *w, uint32_t *chain, const struct typical *t,
                      const struct anchor_word *word, size_t r)
{
    unsigned at = rarest(t, word), h = hash(load(word->text + at, TRIPLE));
    struct entry *e = find_entry(w, chain, word, h);

    e->at = (uint8_t)at;
    w->known[h] |= followers(word, at);
    e->use = xreallocarray(e->use, e->n + 1, sizeof(*e->use));
    e->use[e->n++] = (struct use){word, (uint16_t)r};
    if (word->hi > w->max_hi)
        w->max_hi = word->hi;
}

static struct probe probe_of(const struct words *w, uint32_t i)
{
    const struct entry *e = &w->entry[i];
    uint64_t mask = e->len < 8 ? (UINT64_C(1) << 8 * e->len) - 1 : ~UINT64_C(0);

    return (struct probe){.key = load8(e->text, e->len) & mask,
                          .mask = mask,
                          .entry = i,
                          .len = e->len,
                          .at = e->at};
}

static void make_probes(struct words *w, const uint32_t *chain)
{
    uint32_t n = 0;

    w->probe = xcalloc(w->n + 1, sizeof(*w->probe));
    for (unsigned h = 0; h < HASHES; h++) {
        w->first[h] = n;
        for (uint32_t k = chain[h]; k != NONE; k = w->entry[k].next)
            w->probe[n++] = probe_of(w, k);
    }
    w->first[HASHES] = n;
}

struct words *words_new(const struct ruleset *rs, bool only_added)
{
    struct words *w = xcalloc(1, sizeof(*w));
    struct typical *t = typical_new();
    uint32_t *chain = xmalloc(HASHES * sizeof(*chain));

    memset(chain, 0xff, HASHES * sizeof(*chain)); /* NONE */
    for (unsigned c = 0; c < 256; c++)
        w->bit[c] = (uint8_t)(1u << (c & 7));
    for (size_t r = 0; r < rs->n; r++) {
        const struct anchor_words *aw = &rs->rule[r].anchor.words;

        if (rs->rule[r].off || (only_added && !rs->rule[r].added))
            continue;
        for (size_t i = 0; i < aw->n; i++)
            file_word(w, chain, t, &aw->word[i], r);
    }
    make_probes(w, chain);
    free(chain);
    free(t);
    return w;
}

void words_free(struct words *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->n; i++)
        free(w->entry[i].use);
    free(w->entry);
    free(w->probe);
    free(w);
}

/* Does the word stand at p, before which and up to which are n bytes? */
static inline bool same(const struct words *w, const struct probe *o,
                        const uint8_t *p, size_t n)
{
    const struct entry *e;

    if (n < o->len || (load8(p, n) & o->mask) != o->key)
        return false;
    e = &w->entry[o->entry];
    for (size_t i = 0; i < e->len; i++)
        if (lower(p[i]) != (uint8_t)e->text[i])
            return false;
    return true;
}

/* All words of hash h with their triple at i; false if the list is full. */
static bool nominate_at(const struct words *w, unsigned h, const uint8_t *data,
                        size_t len, size_t from, size_t i, struct nominees *out)
{
    for (uint32_t k = w->first[h]; k < w->first[h + 1]; k++) {
        const struct probe *o = &w->probe[k];
        const struct entry *e = &w->entry[o->entry];
        size_t at = i - o->at, lo;

        if (i < from + o->at || !same(w, o, data + at, len - at))
            continue;
        for (size_t n = 0; n < e->n; n++) {
            const struct anchor_word *word = e->use[n].word;

            if (at < from + word->lo || !anchor_word_fits(word, data, len, at))
                continue;
            lo = at > from + word->hi ? at - word->hi : from;
            if (!nominees_add(out, e->use[n].rule, lo, at - word->lo))
                return false;
        }
    }
    return true;
}

static inline unsigned may_be(const struct words *w, uint32_t x)
{
    return w->known[hash(x)] & w->bit[x >> 24];
}

/* Whether a word's triple may begin at one of the STEP bytes at p. */
static inline unsigned any(const struct words *w, const uint8_t *p)
{
    return may_be(w, load(p, 4)) | may_be(w, load(p + 1, 4)) |
           may_be(w, load(p + 2, 4)) | may_be(w, load(p + 3, 4)) |
           may_be(w, load(p + 4, 4)) | may_be(w, load(p + 5, 4)) |
           may_be(w, load(p + 6, 4)) | may_be(w, load(p + 7, 4));
}

size_t words_nominate(const struct words *w, const uint8_t *data, size_t len,
                      size_t from, struct nominees *out)
{
    size_t i = from, back = w->max_hi + ANCHOR_WORD_LEN, end;
    uint32_t x;

    while (i + TRIPLE <= len) {
        while (i + STEP + TRIPLE <= len && !any(w, data + i))
            i += STEP;
        for (end = i + STEP; i < end && i + TRIPLE <= len; i++) {
            x = load(data + i, len - i);
            if (may_be(w, x) &&
                !nominate_at(w, hash(x), data, len, from, i, out))
                return i > from + back ? i - back : from;
        }
    }
    return len;
}
