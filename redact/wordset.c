#include "redact/wordset.h"

#include <string.h>

#include "collector/base/core/xalloc.h"

void wordset_none(struct wordset *w)
{
    w->n = 0;
}

void wordset_one_empty(struct wordset *w)
{
    w->n = 1;
    memset(&w->word[0], 0, sizeof(w->word[0]));
}

void wordset_copy(struct wordset *to, const struct wordset *from)
{
    memcpy(to->word, from->word, from->n * sizeof(to->word[0]));
    to->n = from->n;
}

void wordset_move(struct wordset *w, unsigned lo, unsigned hi)
{
    for (size_t i = 0; i < w->n; i++) {
        w->word[i].lo += lo;
        w->word[i].hi += hi;
    }
}

bool wordset_add(struct wordset *w, const struct anchor_word *a)
{
    for (size_t i = 0; i < w->n; i++) {
        struct anchor_word *o = &w->word[i];

        if (o->len != a->len || memcmp(o->text, a->text, a->len) != 0)
            continue;
        if (a->lo < o->lo)
            o->lo = a->lo;
        if (a->hi > o->hi)
            o->hi = a->hi;
        return true;
    }
    if (w->n == ANCHOR_WORDS)
        return false;
    w->word[w->n++] = *a;
    return true;
}

/* w, which ends where the part ends, goes on with b. */
static bool append(struct anchor_word *w, const struct anchor_word *b)
{
    if (w->len + b->len > ANCHOR_WORD_LEN)
        return false;
    memcpy(w->text + w->len, b->text, b->len);
    w->len = (unsigned char)(w->len + b->len);
    return true;
}

bool wordset_product(const struct wordset *a, const struct wordset *b,
                     struct wordset *out)
{
    struct anchor_word w;

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

struct anchor_word *wordset_finish(const struct wordset *w)
{
    struct anchor_word *out = NULL;

    if (w->n) {
        out = xcalloc(w->n, sizeof(*out));
        memcpy(out, w->word, w->n * sizeof(*out));
    }
    return out;
}

unsigned wordset_shortest(const struct wordset *w)
{
    unsigned len = w->n ? ANCHOR_WORD_LEN : 0;

    for (size_t i = 0; i < w->n; i++)
        if (w->word[i].len < len)
            len = w->word[i].len;
    return len;
}

/* Longer words are rarer in logs; words at fixed places are cheaper. */
static long score(const struct wordset *w)
{
    unsigned len = wordset_shortest(w), spread = 0;

    if (len < ANCHOR_WORD_MIN)
        return 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->word[i].hi - w->word[i].lo > spread)
            spread = w->word[i].hi - w->word[i].lo;
    return 1 + 4096L * (len < 8 ? len : 8) - 8L * (long)w->n -
           (long)(spread < 1024 ? spread : 1024);
}

void wordset_better(struct wordset *best, const struct wordset *w)
{
    if (score(w) > score(best))
        wordset_copy(best, w);
}
