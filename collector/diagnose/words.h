/* words.h: which lines of a text have the word of a pattern in them. */
#ifndef XB_DIAGNOSE_WORDS_H
#define XB_DIAGNOSE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "collector/diagnose/rules.h"

#define DIAG_HASH_BITS 20u   /* of the table of bits: 128 KiB */
#define DIAG_BUCKET_BITS 13u /* their upper ones */

/* A run of bytes, and where it stands in its word. */
struct diag_place {
    uint64_t run;
    uint32_t hash;
    uint32_t word;
    uint32_t at;
};

/* words.c says how a text is looked through.  For others to carry about; the
 * build prints one (diagnose/gen). */
struct diag_words {
    size_t n_patterns;
    const char *const *text; /* each word once */
    const uint32_t *len;
    size_t n;
    /* of_word[first[i]] ... of_word[first[i + 1] - 1]: patterns of word i */
    const unsigned *of_word, *first;
    unsigned stride;      /* from one place that is looked at to the next */
    unsigned run;         /* bytes; all words have stride + run - 1 at least */
    const uint64_t *bits; /* 1 << DIAG_HASH_BITS of them */
    /* place[bucket[i]] ... place[bucket[i + 1] - 1]: by the hash's upper
     * bits */
    const struct diag_place *place;
    size_t n_places;
    const uint32_t *bucket; /* (1 << DIAG_BUCKET_BITS) + 1 */
};

struct diag_scratch; /* one thread's */

struct diag_words *diag_words_new(const struct diag_rules *r);
void diag_words_free(struct diag_words *w); /* of diag_words_new */
/* How many bytes of a text lie between two that are looked at. */
unsigned diag_words_stride(const struct diag_words *w);

/* Any thread. */
struct diag_scratch *diag_words_scratch_new(const struct diag_words *w);
void diag_words_scratch_free(struct diag_scratch *s);

/* Calls on_line for each line of data that has a word, in order.  data ends
 * with a newline, or is the end of the text.  patterns are those whose words
 * are in the line, each once, in ascending order. */
typedef void (*diag_line_fn)(void *arg, const char *line, size_t len,
                             const unsigned *patterns, size_t n);
void diag_words_scan(struct diag_scratch *s, const char *data, size_t len,
                     diag_line_fn on_line, void *arg);

#endif
