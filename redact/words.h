/* words.h: finds many words at once, in any case, in one pass.
 *
 * A word of three bytes or more holds a pair of bytes at an even place wherever
 * it stands, so only every second pair of the text is looked up, four at a
 * time, in a table of the two rarest neighbouring pairs of each word. */
#ifndef XB_REDACT_WORDS_H
#define XB_REDACT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "redact/engine.h"

struct words;

/* The words of all anchors of rs. */
struct words *words_new(const struct ruleset *rs);
void words_free(struct words *w);
/* As engine_ops.nominate. */
size_t words_nominate(const struct words *w, const uint8_t *data, size_t len,
                      size_t from, struct nominees *out);

#endif
