#include "redact/wordset.h"

#include <string.h>

#include "collector/base/core/xalloc.h"

#define BEYOND (1u << ANCHOR_NEAR) /* in ends: it is further away */

void anchor_bytes_add(struct anchor_bytes *b, unsigned c)
{
    b->bits[c / 64] |= UINT64_C(1) << c % 64;
}

void anchor_bytes_join(struct anchor_bytes *a, const struct anchor_bytes *b)
{
    for (unsigned i = 0; i < 4; i++)
        a->bits[i] |= b->bits[i];
}

void anchor_near_any(struct anchor_near *n)
{
    memset(n, 0xff, sizeof(*n));
}

void wordset_word_init(struct wordset_word *w, unsigned len)
{
    memset(&w->word, 0, sizeof(w->word));
    w->word.len = (unsigned char)len;
    w->word.open_left = true;
    w->word.ends = 1;
    anchor_near_any(&w->look);
}

void wordset_none(struct wordset *w)
{
    w->n = 0;
}

void wordset_one_empty(struct wordset *w)
{
    wordset_none(w);
    w->n = 1;
    wordset_word_init(&w->word[0], 0);
}

void wordset_copy(struct wordset *to, const struct wordset *from)
{
    memcpy(to->word, from->word, from->n * sizeof(to->word[0]));
    to->n = from->n;
}

void wordset_move(struct wordset *w, unsigned lo, unsigned hi)
{
    for (size_t i = 0; i < w->n; i++) {
        w->word[i].word.lo += lo;
        w->word[i].word.hi += hi;
    }
}

void anchor_near_join(struct anchor_near *a, const struct anchor_near *b)
{
    for (unsigned i = 0; i < ANCHOR_NEAR; i++)
        anchor_bytes_join(&a->at[i], &b->at[i]);
}

void anchor_near_meet(struct anchor_near *a, const struct anchor_near *b)
{
    for (unsigned i = 0; i < ANCHOR_NEAR; i++)
        for (unsigned k = 0; k < 4; k++)
            a->at[i].bits[k] &= b->at[i].bits[k];
}

static void word_join(struct wordset_word *to, const struct wordset_word *from)
{
    struct anchor_word *a = &to->word;
    const struct anchor_word *b = &from->word;

    if (b->lo < a->lo)
        a->lo = b->lo;
    if (b->hi > a->hi)
        a->hi = b->hi;
    a->open_left |= b->open_left;
    a->ends |= b->ends;
    anchor_bytes_join(&a->before, &b->before);
    anchor_near_join(&a->after, &b->after);
    anchor_near_join(&to->look, &from->look);
}

bool wordset_add(struct wordset *w, const struct wordset_word *a)
{
    for (size_t i = 0; i < w->n; i++) {
        if (w->word[i].word.len == a->word.len &&
            !memcmp(w->word[i].word.text, a->word.text, a->word.len)) {
            word_join(&w->word[i], a);
            return true;
        }
    }
    if (w->n == ANCHOR_WORDS)
        return false;
    w->word[w->n++] = *a;
    return true;
}

/* w, which ends where the part ends, goes on with b. */
static bool append(struct wordset_word *w, const struct wordset_word *b)
{
    struct anchor_near look = w->look;
    unsigned n = b->word.len;

    if (w->word.len + n > ANCHOR_WORD_LEN)
        return false;
    memcpy(w->word.text + w->word.len, b->word.text, n);
    w->word.len = (unsigned char)(w->word.len + n);
    w->look = b->look;
    for (unsigned i = n; i < ANCHOR_NEAR; i++)
        for (unsigned k = 0; k < 4; k++)
            w->look.at[i - n].bits[k] &= look.at[i].bits[k];
    return true;
}

bool wordset_product(const struct wordset *a, const struct wordset *b,
                     struct wordset *out)
{
    struct wordset_word w;

    wordset_none(out);
    for (size_t i = 0; i < a->n; i++) {
        for (size_t j = 0; j < b->n; j++) {
            w = a->word[i];
            if (!append(&w, &b->word[j]) || !wordset_add(out, &w))
                return false;
        }
    }
    return true;
}

void wordset_before(struct wordset *w, const struct anchor_bytes *bytes,
                    bool open)
{
    for (size_t i = 0; i < w->n; i++) {
        if (!w->word[i].word.open_left)
            continue;
        anchor_bytes_join(&w->word[i].word.before, bytes);
        w->word[i].word.open_left = open;
    }
}

/* Bit n for a place n bytes on, for each n in min..max. */
static unsigned places(unsigned min, unsigned max)
{
    unsigned bits = max >= ANCHOR_NEAR ? BEYOND : 0;

    for (unsigned n = min; n <= max && n < ANCHOR_NEAR; n++)
        bits |= 1u << n;
    return bits;
}

unsigned anchor_near_follow(struct anchor_near *near, unsigned ends,
                            const struct anchor_near *first, unsigned min,
                            unsigned max)
{
    unsigned on = ends & BEYOND, next = places(min, max);

    for (unsigned o = 0; o < ANCHOR_NEAR; o++) {
        if (!(ends >> o & 1))
            continue;
        for (unsigned k = o; k < ANCHOR_NEAR; k++)
            anchor_bytes_join(&near->at[k], &first->at[k - o]);
        on |= next << o;
    }
    return on >= BEYOND ? (on & (BEYOND - 1)) | BEYOND : on;
}

void wordset_after(struct wordset *w, const struct anchor_near *first,
                   unsigned min, unsigned max)
{
    for (size_t i = 0; i < w->n; i++) {
        struct anchor_word *a = &w->word[i].word;

        a->ends = (unsigned char)anchor_near_follow(&a->after, a->ends, first,
                                                    min, max);
    }
}

/* What look-ahead demands that begins at one of the places in ends. */
static void demand(const struct anchor_near *first, unsigned ends,
                   struct anchor_near *out)
{
    struct anchor_near any;

    anchor_near_any(&any);
    memset(out, 0, sizeof(*out));
    for (unsigned k = 0; k < ANCHOR_NEAR; k++) {
        for (unsigned o = 0; o <= k; o++)
            if (ends >> o & 1)
                anchor_bytes_join(&out->at[k], &first->at[k - o]);
        if (ends >> (k + 1)) /* it may begin only behind k */
            out->at[k] = any.at[k];
    }
}

void wordset_look(struct wordset *w, const struct anchor_near *first)
{
    struct anchor_near near;

    for (size_t i = 0; i < w->n; i++) {
        demand(first, w->word[i].word.ends, &near);
        anchor_near_meet(&w->word[i].look, &near);
    }
}

/* Of after what is known, and what look-ahead demands besides. */
static void finish_word(const struct wordset_word *from, struct anchor_word *w)
{
    static const struct anchor_bytes any = {
        {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0)}};

    *w = from->word;
    for (unsigned i = 0; i < ANCHOR_NEAR; i++)
        if (w->ends & ((2u << i) - 1))
            w->after.at[i] = any;
    anchor_near_meet(&w->after, &from->look);
    for (unsigned i = 0; i < ANCHOR_NEAR; i++)
        if (memcmp(&w->after.at[i], &any, sizeof(any)))
            w->n_after = (unsigned char)(i + 1);
}

struct anchor_word *wordset_finish(const struct wordset *w)
{
    struct anchor_word *out = NULL;

    if (w->n)
        out = xcalloc(w->n, sizeof(*out));
    for (size_t i = 0; i < w->n; i++)
        finish_word(&w->word[i], &out[i]);
    return out;
}

unsigned wordset_shortest(const struct wordset *w)
{
    unsigned len = w->n ? ANCHOR_WORD_LEN : 0;

    for (size_t i = 0; i < w->n; i++)
        if (w->word[i].word.len < len)
            len = w->word[i].word.len;
    return len;
}

/* Longer words are rarer in logs; words at fixed places are cheaper. */
static long score(const struct wordset *w)
{
    unsigned len = wordset_shortest(w), spread = 0;

    if (len < ANCHOR_WORD_MIN)
        return 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->word[i].word.hi - w->word[i].word.lo > spread)
            spread = w->word[i].word.hi - w->word[i].word.lo;
    return 1 + 4096L * (len < 8 ? len : 8) - 8L * (long)w->n -
           (long)(spread < 1024 ? spread : 1024);
}

void wordset_better(struct wordset *best, const struct wordset *w)
{
    if (score(w) > score(best))
        wordset_copy(best, w);
}
