/* words.h: which lines of a text have the word of a pattern in them.
 *
 * libhs looks for all words at once; where it cannot serve, PCRE2 does, with
 * the same answers. */
#ifndef XB_DIAGNOSE_WORDS_H
#define XB_DIAGNOSE_WORDS_H

#include "collector/diagnose/rules.h"

struct diag_words;
struct diag_scratch; /* one thread's */

/* The longest run of plain bytes that every match of the expression holds, to
 * be freed; NULL if there is none of 4 bytes. */
char *diag_words_of_pattern(const char *pattern);

int diag_words_new(const struct diag_rules *r, struct diag_words **out,
                   struct err *err);
void diag_words_free(struct diag_words *w);
/* "hs", "pcre2": who serves, or will when the first text comes. */
const char *diag_words_engine(const struct diag_words *w);
/* Any thread. */
struct diag_scratch *diag_words_scratch_new(struct diag_words *w);
void diag_words_scratch_free(struct diag_scratch *s);

/* Calls on_line for each line of data that has a word, in order.  data ends
 * with a newline, or is the end of the text.  patterns are those whose words
 * are in the line, in ascending order. */
typedef void (*diag_line_fn)(void *arg, const char *line, size_t len,
                             const unsigned *patterns, size_t n);
void diag_words_scan(const struct diag_words *w, struct diag_scratch *s,
                     const char *data, size_t len, diag_line_fn on_line,
                     void *arg);

#endif
