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
 * is looked up comes to nothing.  The byte behind the triple, which tag has
 * apart (ENDS: the word has none), comes to nothing most often. */
#define ENDS 0
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
    uint8_t *tag;
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

/* Folded bytes are not 0. */
static uint8_t tag_of(const struct entry *e)
{
    return e->at + TRIPLE < e->len ? e->text[e->at + TRIPLE] | 0x20 : ENDS;
}

static void make_probes(struct words *w, const uint32_t *chain)
{
    uint32_t n = 0;

    w->probe = xcalloc(w->n + 1, sizeof(*w->probe));
    w->tag = xcalloc(w->n + 1, 1);
    for (unsigned h = 0; h < HASHES; h++) {
        w->first[h] = n;
        for (uint32_t k = chain[h]; k != NONE; k = w->entry[k].next) {
            w->tag[n] = tag_of(&w->entry[k]);
            w->probe[n++] = probe_of(w, k);
        }
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
    free(w->tag);
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

/* The rules of the word at at; false if the list is full. */
static bool nominate_word(const struct entry *e, const uint8_t *data,
                          size_t len, size_t from, size_t at,
                          struct nominees *out)
{
    size_t lo;

    for (size_t n = 0; n < e->n; n++) {
        const struct anchor_word *word = e->use[n].word;

        if (at < from + word->lo || !anchor_word_fits(word, data, len, at))
            continue;
        lo = at > from + word->hi ? at - word->hi : from;
        if (!nominees_add(out, e->use[n].rule, lo, at - word->lo))
            return false;
    }
    return true;
}

/* All words with the triple of x, which is at i; false if the list is full. */
static bool nominate_at(const struct words *w, uint32_t x, const uint8_t *data,
                        size_t len, size_t from, size_t i, struct nominees *out)
{
    unsigned h = hash(x);
    uint8_t c = (uint8_t)(x >> 24);

    for (uint32_t k = w->first[h], end = w->first[h + 1]; k < end; k++) {
        const struct probe *o = &w->probe[k];
        size_t at = i - o->at;

        if ((w->tag[k] == c || w->tag[k] == ENDS) && i >= from + o->at &&
            same(w, o, data + at, len - at) &&
            !nominate_word(&w->entry[o->entry], data, len, from, at, out))
            return false;
    }
    return true;
}

/* Not 0 if a word's triple may be the first three bytes of x. */
static inline uint64_t may_be(const struct words *w, uint32_t x)
{
    return w->known[hash(x)] & w->bit[x >> 24];
}

/* Of the STEP places at p a byte each: not 0 if a word's triple may begin
 * there. */
static inline uint64_t places(const struct words *w, const uint8_t *p)
{
    return may_be(w, load(p, 4)) | may_be(w, load(p + 1, 4)) << 8 |
           may_be(w, load(p + 2, 4)) << 16 | may_be(w, load(p + 3, 4)) << 24 |
           may_be(w, load(p + 4, 4)) << 32 | may_be(w, load(p + 5, 4)) << 40 |
           may_be(w, load(p + 6, 4)) << 48 | may_be(w, load(p + 7, 4)) << 56;
}

/* The same for the end of a text, of n bytes. */
static uint64_t last_places(const struct words *w, const uint8_t *p, size_t n)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < STEP && i + TRIPLE <= n; i++)
        all |= may_be(w, load(p + i, n - i)) << 8 * i;
    return all;
}

size_t words_nominate(const struct words *w, const uint8_t *data, size_t len,
                      size_t from, struct nominees *out)
{
    size_t back = w->max_hi + ANCHOR_WORD_LEN, at;
    uint64_t all;
    unsigned bit;

    for (size_t i = from; i + TRIPLE <= len; i += STEP) {
        all = i + STEP + TRIPLE <= len ? places(w, data + i)
                                       : last_places(w, data + i, len - i);
        for (; all; all &= ~(UINT64_C(0xff) << bit)) {
            bit = (unsigned)__builtin_ctzll(all) & ~7u;
            at = i + bit / 8;
            if (!nominate_at(w, load(data + at, len - at), data, len, from, at,
                             out))
                return at > from + back ? at - back : from;
        }
    }
    return len;
}
