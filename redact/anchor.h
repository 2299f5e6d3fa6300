/* anchor.h: reads a rule's regular expression, refuses what cannot be scanned
 * in bounded memory and time, and finds out what the scanner must know.
 *
 * Allowed: bytes, classes, groups (at most one that captures), alternation,
 * look-around, \b, {n,m} up to ANCHOR_REPEAT, and (?i) in front.  ^ and $ stand
 * for the begin and the end of a line; a line ends at LF, CR, NUL and at the
 * ends of the text, since /proc/PID/cmdline separates by NUL.  Refused: * + and
 * {n,}, back-references, recursion, and an anchor that has no word of at least
 * ANCHOR_WORD_MIN bytes to look for. */
#ifndef XB_REDACT_ANCHOR_H
#define XB_REDACT_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

#define ANCHOR_REPEAT 1200
#define ANCHOR_WIDTH_MAX 640  /* bytes that a match may take */
#define ANCHOR_AHEAD_MAX 1400 /* bytes from its start that it may look at */
#define ANCHOR_BEHIND_MAX 64  /* bytes before its start that it may look at */
#define ANCHOR_WORD_MIN 3
#define ANCHOR_WORD_LEN 20
#define ANCHOR_WORDS 32
#define ANCHOR_FAR 64 /* bytes on either side of a word that are looked at */

struct anchor_word {
    unsigned char len;
    unsigned char ahead, behind; /* states of the anchor's around */
    unsigned lo, hi; /* it begins so many bytes after the match begins */
    /* A bit for each byte that must be a letter of this case. */
    unsigned upper, lower;
    char text[ANCHOR_WORD_LEN];
};

/* Every match contains one of the words (letters in lower case here, in any
 * case in the text) at its place. */
struct anchor_words {
    size_t n;
    const struct anchor_word *word;
};

/* Two automata of one anchor: whether what stands behind and before a word can
 * belong to a match.  They start in the states that the word names. */
struct anchor_around {
    unsigned n;                    /* bytes that are alike are a class */
    unsigned n_ahead, n_behind;    /* states */
    const unsigned char *class_of; /* 256; NULL: nothing is known */
    /* For each state and class the next state, or AROUND_NO, AROUND_YES. */
    const unsigned char *ahead, *behind;
};

enum { AROUND_NO, AROUND_YES };

struct anchor {
    bool constant;       /* of a table: nothing to free */
    const char *pattern; /* for PCRE2, with ^ and $ written out */
    bool group;
    unsigned min, max; /* width of a match */
    unsigned ahead, behind;
    struct anchor_words words;
    struct anchor_around around;
};

/* 0, or -EINVAL with the place and the reason; then out is empty. */
int anchor_parse(const char *text, struct anchor *out, struct err *err);
void anchor_done(struct anchor *a);

#endif
