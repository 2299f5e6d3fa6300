#include "redact/wordset.h"

#include <string.h>

void wordset_one_empty(struct anchor_words *w)
{
    memset(w, 0, sizeof(*w));
    w->n = 1;
}

bool wordset_add(struct anchor_words *w, const struct anchor_word *a)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->word[i].len == a->len &&
            !memcmp(w->word[i].text, a->text, a->len))
            return true;
    if (w->n == ANCHOR_WORDS)
        return false;
    w->word[w->n++] = *a;
    return true;
}

/* Each of a followed by each of b; false if that is too much. */
bool wordset_product(const struct anchor_words *a, const struct anchor_words *b,
                     struct anchor_words *out)
{
    struct anchor_word w;

    memset(out, 0, sizeof(*out));
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

unsigned wordset_shortest(const struct anchor_words *w)
{
    unsigned len = w->n ? ANCHOR_WORD_LEN : 0;

    for (size_t i = 0; i < w->n; i++)
        if (w->word[i].len < len)
            len = w->word[i].len;
    return len;
}

/* Longer words are rarer in logs; a word at a fixed place is cheaper. */
static long score(const struct anchor_words *w)
{
    unsigned len = wordset_shortest(w);

    if (len < ANCHOR_WORD_MIN)
        return 0;
    return 1 + 4096L * (len < 8 ? len : 8) - 8L * (long)w->n -
           (long)(w->hi - w->lo < 1024 ? w->hi - w->lo : 1024);
}

void wordset_better(struct anchor_words *best, const struct anchor_words *w)
{
    if (score(w) > score(best))
        *best = *w;
}
