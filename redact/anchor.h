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
#define ANCHOR_NEAR 4 /* bytes behind a word that are looked at */

struct anchor_bytes {
    uint64_t bits[4];
};

/* The bytes that may stand at each of a few places in turn. */
struct anchor_near {
    struct anchor_bytes at[ANCHOR_NEAR];
};

/* What may stand before and after a word where it belongs to a match. */
struct anchor_word {
    unsigned char len;
    bool open_left; /* any byte, or none */
    /* So many places behind it are known. */
    unsigned char n_after;
    unsigned char ends; /* while it is put together, see wordset.h */
    unsigned lo, hi;    /* it begins so many bytes after the match begins */
    char text[ANCHOR_WORD_LEN];
    struct anchor_bytes before; /* else one of these */
    struct anchor_near after;
};

static inline bool anchor_bytes_have(const struct anchor_bytes *b,
                                     unsigned char c)
{
    return b->bits[c / 64] >> c % 64 & 1;
}

/* Whether the word, which stands at at of data, may belong to a match as far as
 * its neighbours tell; those that are not there yet tell nothing. */
static inline bool anchor_word_fits(const struct anchor_word *w,
                                    const unsigned char *data, size_t len,
                                    size_t at)
{
    if (!w->open_left && at && !anchor_bytes_have(&w->before, data[at - 1]))
        return false;
    at += w->len;
    for (unsigned i = 0; i < w->n_after && at + i < len; i++)
        if (!anchor_bytes_have(&w->after.at[i], data[at + i]))
            return false;
    return true;
}

/* Every match contains one of the words (letters in lower case here, in any
 * case in the text) at its place. */
struct anchor_words {
    size_t n;
    const struct anchor_word *word;
};

struct anchor {
    bool constant;       /* of a table: nothing to free */
    const char *pattern; /* for PCRE2, with ^ and $ written out */
    bool group;
    unsigned min, max; /* width of a match */
    unsigned ahead, behind;
    struct anchor_words words;
};

/* 0, or -EINVAL with the place and the reason; then out is empty. */
int anchor_parse(const char *text, struct anchor *out, struct err *err);
void anchor_done(struct anchor *a);

#endif
