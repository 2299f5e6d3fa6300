/* wordset.h: sets of words, while anchor.c reads an expression. */
#ifndef XB_REDACT_WORDSET_H
#define XB_REDACT_WORDSET_H

#include <stdbool.h>

#include "redact/anchor.h"

void anchor_bytes_add(struct anchor_bytes *b, unsigned c);
void anchor_bytes_join(struct anchor_bytes *a, const struct anchor_bytes *b);
/* A word of len bytes, with nothing around it. */
void anchor_word_init(struct anchor_word *w, unsigned len);

/* The set without words; that of the empty word alone. */
void wordset_none(struct anchor_words *w);
void wordset_one_empty(struct anchor_words *w);
void wordset_copy(struct anchor_words *to, const struct anchor_words *from);
/* The words begin lo to hi bytes later. */
void wordset_move(struct anchor_words *w, unsigned lo, unsigned hi);
/* False if the set is full. */
bool wordset_add(struct anchor_words *w, const struct anchor_word *a);
/* Each of a followed by each of b; false if that is too much. */
bool wordset_product(const struct anchor_words *a, const struct anchor_words *b,
                     struct anchor_words *out);
/* Of the words at the edge of the part: bytes may stand before (after) them;
 * open: they are still at the edge. */
void wordset_before(struct anchor_words *w, const struct anchor_bytes *bytes,
                    bool open);
void wordset_after(struct anchor_words *w, const struct anchor_bytes *bytes,
                   bool open);
unsigned wordset_shortest(const struct anchor_words *w);
/* best becomes w if that is better to look for in a text. */
void wordset_better(struct anchor_words *best, const struct anchor_words *w);

#endif
