/* around.h: what may stand around a word where it belongs to a match.
 *
 * A net (net.h) of the anchor is gone through from wherever the word may be in
 * it, ahead to its end and back to its begin.  What it passes may be no match;
 * what it does not pass is none. */
#ifndef XB_REDACT_AROUND_H
#define XB_REDACT_AROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redact/anchor.h"

/* The automata of a pattern that anchor_parse wrote, whose n words get the
 * states that they start in. */
void around_make(const char *pattern, struct anchor_word *word, size_t n,
                 struct anchor_around *out);
void around_done(struct anchor_around *a);

/* The states behind and before a word, after c. */
static inline unsigned around_ahead(const struct anchor_around *a, unsigned s,
                                    uint8_t c)
{
    return s > AROUND_YES ? a->ahead[s * a->n + a->class_of[c]] : s;
}

static inline unsigned around_behind(const struct anchor_around *a, unsigned s,
                                     uint8_t c)
{
    return s > AROUND_YES ? a->behind[s * a->n + a->class_of[c]] : s;
}

/* Whether what is from at to end of data may belong to a match, where behind
 * and ahead are the states there. */
static inline bool around_fits(const struct anchor_around *a, unsigned behind,
                               unsigned ahead, const uint8_t *data, size_t len,
                               size_t at, size_t end)
{
    size_t last = at > ANCHOR_FAR ? at - ANCHOR_FAR : 0;

    for (; behind > AROUND_YES && at > last; at--)
        behind = around_behind(a, behind, data[at - 1]);
    if (behind == AROUND_NO)
        return false;
    if (len > end + ANCHOR_FAR)
        len = end + ANCHOR_FAR;
    for (; ahead > AROUND_YES && end < len; end++)
        ahead = around_ahead(a, ahead, data[end]);
    return ahead != AROUND_NO;
}

/* A bit for each byte of a word that is in upper case in the text at p. */
static inline unsigned around_cases(const char *word, size_t n,
                                    const uint8_t *p)
{
    unsigned bits = 0;

    for (size_t i = 0; i < n; i++)
        bits |= (unsigned)(p[i] != (uint8_t)word[i]) << i;
    return bits;
}

/* Of cases, whether they are right for a word that has upper and lower. */
static inline bool around_case_fits(unsigned upper, unsigned lower,
                                    unsigned cases)
{
    return !((cases & lower) | (~cases & upper));
}

#endif
