#include "redact/words.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/typical.h"
#include "redact/around.h"

#define TRIPLE 3
#define HASH_BITS 15
#define HASHES (1u << HASH_BITS)
#define STEP 8             /* places looked at at once */
#define FACTOR 0x5bd1e995u /* of the hashes */
#define SLOT_BITS 13
#define SLOTS (1u << SLOT_BITS)
#define NONE UINT32_MAX
#define RUN_COST 16384u
#define MEMO 512u     /* words in what is around them that are remembered, */
#define MEMO_USES 28u /* if no more of their rules fit, */
#define DENSE 4096u   /* where a text has many of them */

/* A word that one rule looks for; what its anchor_word says. */
struct use {
    const struct anchor_around *around;
    /* The states after one byte more, by its class. */
    const uint8_t *class_of, *behind_row, *ahead_row;
    uint32_t upper, lower, lo, hi;
    uint16_t rule;
    uint8_t behind, ahead;
};

/* A word, found by its triple at at. */
struct entry {
    char text[ANCHOR_WORD_LEN];
    uint8_t len, at;
    uint32_t next; /* with the same hash, or NONE */
    uint32_t n;
    struct use *use;
};

/* What is compared first: those of one slot stand together, since most of what
 * is looked up comes to nothing. */
struct probe {
    uint64_t key, mask; /* the word's first 8 bytes, folded */
    uint32_t entry;
    uint8_t len, at;
};

/* Where a word stood with what around it, and which of its uses fitted. */
struct seen {
    const struct entry *e; /* NULL: nothing is known */
    size_t before;         /* ANCHOR_FAR bytes before the word */
    unsigned n;
    uint32_t use[MEMO_USES];
};

struct memo {
    size_t words; /* that were looked at */
    bool ready;
    struct seen seen[MEMO];
};

/* How often a triple's hash comes with each kind of byte behind it. */
struct typical {
    uint16_t n[HASHES][8];
};

struct words {
    unsigned max_hi;
    /* For a triple's hash, a bit for each kind of byte that may follow it;
     * small, so that it stays in the nearest cache. */
    uint8_t known[HASHES];
    uint8_t bit[256]; /* of a byte that follows */
    /* Of the probes of a slot; they end where those of the next begin.  The
     * second half is for words that end with their triple. */
    uint32_t first[2 * SLOTS + 1];
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
    return (bytes << 8) * FACTOR >> (32 - HASH_BITS);
}

/* Which of eight kinds a folded byte is: what is behind a word is often no
 * letter. */
static unsigned kind_of(unsigned c)
{
    c |= 0x20;
    return c == ' '               ? 0
           : c >= '0' && c <= '9' ? 1
           : c >= 'a' && c <= 'z' ? 3 + c % 5
                                  : 2;
}

/* The slot of words that have these four bytes, and of those that end with the
 * first three. */
static inline unsigned slot_of(uint32_t bytes)
{
    return bytes * FACTOR >> (32 - SLOT_BITS);
}

static inline unsigned slot_of_end(uint32_t bytes)
{
    return SLOTS + (hash(bytes) >> (HASH_BITS - SLOT_BITS));
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
        t->n[hash(x)][kind_of(x >> 24)]++;
    }
    return t;
}

/* The kinds of bytes that may follow the triple at at, a bit for each. */
static uint8_t followers(const struct anchor_around *a,
                         const struct anchor_word *w, unsigned at)
{
    unsigned bits = 1; /* NUL is read where the text ends */

    if (at + TRIPLE < w->len)
        return (uint8_t)(1u << kind_of((uint8_t)w->text[at + TRIPLE]));
    for (unsigned c = 0; c < 256; c++)
        if (around_ahead(a, w->ahead, (uint8_t)c) != AROUND_NO)
            bits |= 1u << kind_of(c);
    return (uint8_t)bits;
}

/* Three times the same: tables, rules and dumps are full of it. */
static bool is_run(const char *p)
{
    return p[0] == p[1] && p[1] == p[2];
}

/* Where in the word its rarest triple begins. */
static unsigned rarest(const struct typical *t, const struct anchor_around *a,
                       const struct anchor_word *w)
{
    unsigned best = 0, cost, least = ~0u, bits;

    for (unsigned k = 0; k + TRIPLE <= w->len; k++) {
        const uint16_t *n = t->n[hash(load(w->text + k, TRIPLE))];

        cost = is_run(w->text + k) ? RUN_COST : 0;
        bits = followers(a, w, k);
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
                                const struct anchor_word *word, unsigned at,
                                unsigned h)
{
    struct entry *e;

    for (uint32_t k = chain[h]; k != NONE; k = w->entry[k].next)
        if (w->entry[k].len == word->len && w->entry[k].at == at &&
            !memcmp(w->entry[k].text, word->text, word->len))
            return &w->entry[k];
    w->entry = xreallocarray(w->entry, w->n + 1, sizeof(*w->entry));
    e = &w->entry[w->n];
    *e = (struct entry){.len = word->len, .at = (uint8_t)at, .next = chain[h]};
    memcpy(e->text, word->text, word->len);
    chain[h] = (uint32_t)w->n++;
    return e;
}

/* What is known of nothing passes on to the state YES. */
static struct use use_of(const struct anchor_around *a,
                         const struct anchor_word *w, size_t r)
{
    static const uint8_t zero[256], yes[256] = {[0 ... 255] = AROUND_YES};
    struct use u = {.around = a,
                    .class_of = zero,
                    .behind_row = yes,
                    .ahead_row = yes,
                    .upper = w->upper,
                    .lower = w->lower,
                    .lo = w->lo,
                    .hi = w->hi,
                    .rule = (uint16_t)r,
                    .behind = w->behind,
                    .ahead = w->ahead};

    if (w->behind > AROUND_YES || w->ahead > AROUND_YES)
        u.class_of = a->class_of;
    if (w->behind > AROUND_YES)
        u.behind_row = a->behind + w->behind * a->n;
    if (w->ahead > AROUND_YES)
        u.ahead_row = a->ahead + w->ahead * a->n;
    return u;
}

static void file_word(struct words *w, uint32_t *chain, const struct typical *t,
                      const struct anchor *a, const struct anchor_word *word,
                      size_t r)
{
    unsigned at = rarest(t, &a->around, word),
             h = hash(load(word->text + at, TRIPLE));
    struct entry *e = find_entry(w, chain, word, at, h);

    w->known[h] |= followers(&a->around, word, at);
    e->use = xreallocarray(e->use, e->n + 1, sizeof(*e->use));
    e->use[e->n++] = use_of(&a->around, word, r);
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

static unsigned slot_of_entry(const struct entry *e)
{
    uint32_t x = load(e->text + e->at, (size_t)e->len - e->at);

    return e->at + TRIPLE < e->len ? slot_of(x) : slot_of_end(x);
}

/* Counts what each slot has, then fills it from its end. */
static void make_probes(struct words *w)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < w->n; i++)
        w->first[slot_of_entry(&w->entry[i])]++;
    for (unsigned k = 0; k < 2 * SLOTS; k++)
        w->first[k] = n += w->first[k];
    w->first[2 * SLOTS] = n;
    w->probe = xcalloc(w->n + 1, sizeof(*w->probe));
    for (uint32_t i = 0; i < w->n; i++)
        w->probe[--w->first[slot_of_entry(&w->entry[i])]] = probe_of(w, i);
}

struct words *words_new(const struct ruleset *rs, bool only_added)
{
    struct words *w = xcalloc(1, sizeof(*w));
    struct typical *t = typical_new();
    uint32_t *chain = xmalloc(HASHES * sizeof(*chain));

    memset(chain, 0xff, HASHES * sizeof(*chain)); /* NONE */
    for (unsigned c = 0; c < 256; c++)
        w->bit[c] = (uint8_t)(1u << kind_of(c));
    for (size_t r = 0; r < rs->n; r++) {
        const struct anchor_words *aw = &rs->rule[r].anchor.words;

        if (rs->rule[r].off || (only_added && !rs->rule[r].added))
            continue;
        for (size_t i = 0; i < aw->n; i++)
            file_word(w, chain, t, &rs->rule[r].anchor, &aw->word[i], r);
    }
    make_probes(w);
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

/* Whether the word from at to end belongs to a match as far as its neighbours
 * tell.  Most do not, by the one before or the one behind. */
static inline bool fits(const struct use *u, const uint8_t *data, size_t len,
                        size_t at, size_t end)
{
    unsigned behind, ahead;

    if (!at || end >= len)
        return around_fits(u->around, u->behind, u->ahead, data, len, at, end);
    behind = u->behind_row[u->class_of[data[at - 1]]];
    ahead = u->ahead_row[u->class_of[data[end]]];
    if ((behind == AROUND_NO) | (ahead == AROUND_NO))
        return false;
    return (behind | ahead) == AROUND_YES ||
           around_fits(u->around, behind, ahead, data, len, at - 1, end + 1);
}

/* Of some of the n bytes: they are compared anyway. */
static inline uint64_t around_hash(const uint8_t *p, size_t n)
{
    uint64_t h = n, x;

    for (size_t i = 0; i + sizeof(x) <= n; i += n / 5) {
        memcpy(&x, p + i, sizeof(x));
        h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return h >> 40;
}

static bool nominate_use(const struct use *u, size_t from, size_t at,
                         struct nominees *out)
{
    if (at < from + u->lo)
        return true;
    return nominees_add(out, u->rule, at > from + u->hi ? at - u->hi : from,
                        at - u->lo);
}

static bool fits_whole(const struct entry *e, const struct use *u,
                       unsigned cases, const uint8_t *data, size_t len,
                       size_t at)
{
    return around_case_fits(u->upper, u->lower, cases) &&
           fits(u, data, len, at, at + e->len);
}

/* A text that is one word over and over would have each of its rules tried at
 * each of them.  What stands around a word within ANCHOR_FAR decides, so where
 * it stood before with the same around it, the same rules are nominated. */
static bool nominate_again(const struct entry *e, struct memo *memo,
                           const uint8_t *data, size_t len, size_t from,
                           size_t at, struct nominees *out)
{
    size_t n = 2 * ANCHOR_FAR + e->len, before = at - ANCHOR_FAR;
    uintptr_t slot =
        (uintptr_t)e / sizeof(*e); /* any that tells entries apart */
    struct seen *s = &memo->seen[(around_hash(data + before, n) + slot) % MEMO];
    unsigned cases;

    if (s->e != e || memcmp(data + s->before, data + before, n) != 0) {
        *s = (struct seen){.e = e, .before = before};
        cases = around_cases(e->text, e->len, data + at);
        for (uint32_t k = 0; k < e->n; k++) {
            if (!fits_whole(e, &e->use[k], cases, data, len, at))
                continue;
            if (s->n < MEMO_USES)
                s->use[s->n] = k;
            s->n++;
            if (!nominate_use(&e->use[k], from, at, out)) {
                s->e = NULL;
                return false;
            }
        }
        s->e = s->n <= MEMO_USES ? e : NULL;
        return true;
    }
    for (unsigned k = 0; k < s->n; k++)
        if (!nominate_use(&e->use[s->use[k]], from, at, out))
            return false;
    return true;
}

/* Whether of so many bytes every eighth or more began a word. */
static inline bool is_dense(struct memo *memo, size_t n)
{
    if (++memo->words * 8 <= n + DENSE)
        return false;
    for (size_t k = 0; !memo->ready && k < MEMO; k++)
        memo->seen[k].e = NULL;
    memo->ready = true;
    return true;
}

/* The rules of the word at at; false if the list is full. */
static bool nominate_word(const struct entry *e, struct memo *memo,
                          const uint8_t *data, size_t len, size_t from,
                          size_t at, struct nominees *out)
{
    unsigned cases;

    if (is_dense(memo, at - from) && at >= ANCHOR_FAR &&
        at + e->len + ANCHOR_FAR <= len)
        return nominate_again(e, memo, data, len, from, at, out);
    cases = around_cases(e->text, e->len, data + at);
    for (const struct use *u = e->use, *end = u + e->n; u < end; u++)
        if (fits_whole(e, u, cases, data, len, at) &&
            !nominate_use(u, from, at, out))
            return false;
    return true;
}

/* All words of a slot with their triple at i; false if the list is full. */
static inline bool nominate_slot(const struct words *w, struct memo *memo,
                                 unsigned slot, const uint8_t *data, size_t len,
                                 size_t from, size_t i, struct nominees *out)
{
    for (uint32_t k = w->first[slot], end = w->first[slot + 1]; k < end; k++) {
        const struct probe *o = &w->probe[k];
        size_t at = i - o->at;

        if (i >= from + o->at && same(w, o, data + at, len - at) &&
            !nominate_word(&w->entry[o->entry], memo, data, len, from, at, out))
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
    struct memo memo;
    uint64_t all;
    unsigned bit;
    uint32_t x;

    memo.words = 0;
    memo.ready = false;
    for (size_t i = from; i + TRIPLE <= len; i += STEP) {
        all = i + STEP + TRIPLE <= len ? places(w, data + i)
                                       : last_places(w, data + i, len - i);
        for (; all; all &= ~(UINT64_C(0xff) << bit)) {
            bit = (unsigned)__builtin_ctzll(all) & ~7u;
            at = i + bit / 8;
            x = load(data + at, len - at);
            if (!nominate_slot(w, &memo, slot_of(x), data, len, from, at,
                               out) ||
                !nominate_slot(w, &memo, slot_of_end(x), data, len, from, at,
                               out))
                return at > from + back ? at - back : from;
        }
    }
    return len;
}
