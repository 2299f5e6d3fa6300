/* words.h: which lines of a text have the word of a pattern in them. */
#ifndef XB_DIAGNOSE_WORDS_H
#define XB_DIAGNOSE_WORDS_H

#include "collector/diagnose/rules.h"

struct diag_words;
struct diag_scratch; /* one thread's */

struct diag_words *diag_words_new(const struct diag_rules *r);
void diag_words_free(struct diag_words *w);
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
