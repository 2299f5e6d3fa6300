#include "redact/wordset.h"

#include <string.h>

void anchor_bytes_add(struct anchor_bytes *b, unsigned c)
{
    b->bits[c / 64] |= UINT64_C(1) << c % 64;
}

void anchor_bytes_join(struct anchor_bytes *a, const struct anchor_bytes *b)
{
    for (unsigned i = 0; i < 4; i++)
        a->bits[i] |= b->bits[i];
}

void anchor_word_init(struct anchor_word *w, unsigned len)
{
    *w = (struct anchor_word){
        .len = (unsigned char)len, .open_left = true, .open_right = true};
}

void wordset_none(struct anchor_words *w)
{
    w->n = 0;
}

void wordset_one_empty(struct anchor_words *w)
{
    wordset_none(w);
    w->n = 1;
    anchor_word_init(&w->word[0], 0);
}

void wordset_copy(struct anchor_words *to, const struct anchor_words *from)
{
    memcpy(to->word, from->word, from->n * sizeof(to->word[0]));
    to->n = from->n;
}

void wordset_move(struct anchor_words *w, unsigned lo, unsigned hi)
{
    for (size_t i = 0; i < w->n; i++) {
        w->word[i].lo += lo;
        w->word[i].hi += hi;
    }
}

static void word_join(struct anchor_word *a, const struct anchor_word *b)
{
    if (b->lo < a->lo)
        a->lo = b->lo;
    if (b->hi > a->hi)
        a->hi = b->hi;
    a->open_left |= b->open_left;
    a->open_right |= b->open_right;
    anchor_bytes_join(&a->before, &b->before);
    anchor_bytes_join(&a->after, &b->after);
}

bool wordset_add(struct anchor_words *w, const struct anchor_word *a)
{
    for (size_t i = 0; i < w->n; i++) {
        if (w->word[i].len == a->len &&
            !memcmp(w->word[i].text, a->text, a->len)) {
            word_join(&w->word[i], a);
            return true;
        }
    }
    if (w->n == ANCHOR_WORDS)
        return false;
    w->word[w->n++] = *a;
    return true;
}

bool wordset_product(const struct anchor_words *a, const struct anchor_words *b,
                     struct anchor_words *out)
{
    struct anchor_word w;

    wordset_none(out);
    for (size_t i = 0; i < a->n; i++) {
        for (size_t j = 0; j < b->n; j++) {
            w = a->word[i];
            if (w.len + b->word[j].len > ANCHOR_WORD_LEN)
                return false;
            memcpy(w.text + w.len, b->word[j].text, b->word[j].len);
            w.len = (unsigned char)(w.len + b->word[j].len);
            if (!wordset_add(out, &w))
                return false;
        }
    }
    return true;
}

void wordset_before(struct anchor_words *w, const struct anchor_bytes *bytes,
                    bool open)
{
    for (size_t i = 0; i < w->n; i++) {
        if (!w->word[i].open_left)
            continue;
        anchor_bytes_join(&w->word[i].before, bytes);
        w->word[i].open_left = open;
    }
}

void wordset_after(struct anchor_words *w, const struct anchor_bytes *bytes,
                   bool open)
{
    for (size_t i = 0; i < w->n; i++) {
        if (!w->word[i].open_right)
            continue;
        anchor_bytes_join(&w->word[i].after, bytes);
        w->word[i].open_right = open;
    }
}

unsigned wordset_shortest(const struct anchor_words *w)
{
    unsigned len = w->n ? ANCHOR_WORD_LEN : 0;

    for (size_t i = 0; i < w->n; i++)
        if (w->word[i].len < len)
            len = w->word[i].len;
    return len;
}

/* Longer words are rarer in logs; words at fixed places are cheaper. */
static long score(const struct anchor_words *w)
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

void wordset_better(struct anchor_words *best, const struct anchor_words *w)
{
    if (score(w) > score(best))
        wordset_copy(best, w);
}
