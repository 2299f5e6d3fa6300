/* wordset.h: sets of words, while anchor.c reads an expression. */
#ifndef XB_REDACT_WORDSET_H
#define XB_REDACT_WORDSET_H

#include <stdbool.h>

#include "redact/anchor.h"

struct wordset {
    size_t n;
    struct anchor_word word[ANCHOR_WORDS];
};

/* The set without words; that of the empty word alone. */
void wordset_none(struct wordset *w);
void wordset_one_empty(struct wordset *w);
void wordset_copy(struct wordset *to, const struct wordset *from);
/* The words begin lo to hi bytes later. */
void wordset_move(struct wordset *w, unsigned lo, unsigned hi);
/* False if the set is full. */
bool wordset_add(struct wordset *w, const struct anchor_word *a);
/* Each of a followed by each of b; false if that is too much. */
bool wordset_product(const struct wordset *a, const struct wordset *b,
                     struct wordset *out);
/* The words of a whole anchor; NULL: there are none. */
struct anchor_word *wordset_finish(const struct wordset *w);
unsigned wordset_shortest(const struct wordset *w);
/* best becomes w if that is better to look for in a text. */
void wordset_better(struct wordset *best, const struct wordset *w);

#endif
