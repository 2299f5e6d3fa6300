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

#include "collector/base/core/err.h"

#define ANCHOR_REPEAT 600
#define ANCHOR_WIDTH_MAX 640  /* bytes that a match may take */
#define ANCHOR_AHEAD_MAX 1400 /* bytes from its start that it may look at */
#define ANCHOR_BEHIND_MAX 64  /* bytes before its start that it may look at */
#define ANCHOR_WORD_MIN 3
#define ANCHOR_WORD_LEN 20
#define ANCHOR_WORDS 32

struct anchor_word {
    unsigned char len;
    char text[ANCHOR_WORD_LEN];
};

/* Every match contains one of the words (letters in lower case here, in any
 * case in the text), which begins lo to hi bytes after the match begins. */
struct anchor_words {
    size_t n;
    struct anchor_word word[ANCHOR_WORDS];
    unsigned lo, hi;
};

struct anchor {
    char *pattern; /* for PCRE2, with ^ and $ written out */
    bool group;
    unsigned min, max; /* width of a match */
    unsigned ahead, behind;
    struct anchor_words words;
};

/* 0, or -EINVAL with the place and the reason; then out is empty. */
int anchor_parse(const char *text, struct anchor *out, struct err *err);
void anchor_done(struct anchor *a);

#endif
