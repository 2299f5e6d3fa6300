/* wordset.h: sets of words, while anchor.c reads an expression.
 *
 * Of the bytes behind a word two things are known.  after: what the parts that
 * follow may put there; bit n of ends: the match may end, or what follows is
 * not read yet, n bytes behind the word, so that from there on after tells
 * nothing (bit ANCHOR_NEAR: further away than after tells of). look: what
 * look-ahead demands of them, whoever puts them there. */
#ifndef XB_REDACT_WORDSET_H
#define XB_REDACT_WORDSET_H

#include <stdbool.h>

#include "redact/anchor.h"

struct wordset_word {
    struct anchor_word word;
    struct anchor_near look;
};

struct wordset {
    size_t n;
    struct wordset_word word[ANCHOR_WORDS];
};

void anchor_bytes_add(struct anchor_bytes *b, unsigned c);
void anchor_bytes_join(struct anchor_bytes *a, const struct anchor_bytes *b);
/* A word of len bytes, with nothing around it. */
void wordset_word_init(struct wordset_word *w, unsigned len);
void anchor_near_any(struct anchor_near *n);
void anchor_near_join(struct anchor_near *a, const struct anchor_near *b);
void anchor_near_meet(struct anchor_near *a, const struct anchor_near *b);
/* At each place in ends a part of min to max bytes follows, which may begin
 * with first.  Returns where it may end. */
unsigned anchor_near_follow(struct anchor_near *near, unsigned ends,
                            const struct anchor_near *first, unsigned min,
                            unsigned max);

/* The set without words; that of the empty word alone. */
void wordset_none(struct wordset *w);
void wordset_one_empty(struct wordset *w);
void wordset_copy(struct wordset *to, const struct wordset *from);
/* The words begin lo to hi bytes later. */
void wordset_move(struct wordset *w, unsigned lo, unsigned hi);
/* False if the set is full. */
bool wordset_add(struct wordset *w, const struct wordset_word *a);
/* Each of a followed by each of b; false if that is too much. */
bool wordset_product(const struct wordset *a, const struct wordset *b,
                     struct wordset *out);
/* Of the words that are still at the edge of the part: bytes may stand before
 * them; open: they are still at the edge. */
void wordset_before(struct wordset *w, const struct anchor_bytes *bytes,
                    bool open);
/* A part of min to max bytes follows, which may begin with first. */
void wordset_after(struct wordset *w, const struct anchor_near *first,
                   unsigned min, unsigned max);
/* What follows must begin with one of first. */
void wordset_look(struct wordset *w, const struct anchor_near *first);
/* The words of a whole anchor; NULL: there are none. */
struct anchor_word *wordset_finish(const struct wordset *w);
unsigned wordset_shortest(const struct wordset *w);
/* best becomes w if that is better to look for in a text. */
void wordset_better(struct wordset *best, const struct wordset *w);

#endif
