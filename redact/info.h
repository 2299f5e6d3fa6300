/* info.h: what is known of a part of an anchor, and how it grows when parts
 * are put together; anchor.c reads the expression.
 *
 * Of a part: widths, reach, and either the exact set of strings it stands for
 * or the best set of words it must contain.  All of it may say too much, never
 * too little. */
#ifndef XB_REDACT_INFO_H
#define XB_REDACT_INFO_H

#include "redact/expr.h"
#include "redact/wordset.h"

/* A class of at most so many bytes makes words. */
#define INFO_CLASS_WORDS 6

struct info {
    unsigned min, max, ahead, behind;
    bool exact;          /* set is all it matches */
    struct wordset set;  /* valid if exact */
    struct wordset best; /* n == 0: none */
};

/* What matches the empty string alone. */
void info_empty(struct info *in);
/* One byte of the set. */
void info_of_set(const struct byteset *s, struct info *out);
void info_copy(struct info *to, const struct info *from);
/* lo to hi times what it was. */
void info_repeat(struct info *in, unsigned lo, unsigned hi);
/* a or b. */
void info_alternative(struct info *a, const struct info *b);
/* The words that every match contains; none: n == 0. */
void info_words(const struct info *in, struct wordset *out);

/* What a sequence of parts has come to so far. */
struct info_seq {
    struct info info;
    struct wordset run;      /* exact strings since */
    unsigned run_lo, run_hi; /* these many bytes */
    bool broken;             /* the whole is not exact */
};

void info_seq_begin(struct info_seq *s);
void info_seq_add(struct info_seq *s, const struct info *in);
void info_seq_end(struct info_seq *s, struct info *out);

#endif
