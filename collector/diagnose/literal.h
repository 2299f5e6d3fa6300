/* literal.h: the words that the lines of an expression have.
 *
 * Most lines of a log match nothing.  So that they need not be tried, each
 * expression has a few plain words of which one stands in every line that it
 * matches. */
#ifndef XB_DIAGNOSE_LITERAL_H
#define XB_DIAGNOSE_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#define LITERAL_MIN 4u
#define LITERAL_GOOD 6u /* shorter ones make the search slower */
#define LITERAL_MAX 48u /* words of one expression */

struct literals {
    char **word;
    size_t n;
};

/* False: there are no such words of LITERAL_MIN bytes; out is empty then. */
bool literals_of(const char *pattern, struct literals *out);
void literals_done(struct literals *l);

#endif
