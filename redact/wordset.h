/* wordset.h: sets of words, while anchor.c reads an expression. */
#ifndef XB_REDACT_WORDSET_H
#define XB_REDACT_WORDSET_H

#include <stdbool.h>

#include "redact/anchor.h"

/* The set that holds only the empty word. */
void wordset_one_empty(struct anchor_words *w);
/* False if the set is full. */
bool wordset_add(struct anchor_words *w, const struct anchor_word *a);
/* Each of a followed by each of b; false if that is too much. */
bool wordset_product(const struct anchor_words *a, const struct anchor_words *b,
                     struct anchor_words *out);
unsigned wordset_shortest(const struct anchor_words *w);
/* best becomes w if that is better to look for in a text. */
void wordset_better(struct anchor_words *best, const struct anchor_words *w);

#endif
