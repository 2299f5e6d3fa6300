/* words.h: finds many words at once, in any case, in one pass.
 *
 * Each word is filed under the rarest three bytes of it and the kind of the one
 * behind them; every three bytes of the text are looked up.  Of a word that is
 * there its neighbours tell whether it counts (around.h). */
#ifndef XB_REDACT_WORDS_H
#define XB_REDACT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "redact/engine.h"

struct words;

/* The words of the anchors of rs, of added rules alone or of all. */
struct words *words_new(const struct ruleset *rs, bool only_added);
void words_free(struct words *w);
/* As engine_ops.nominate. */
size_t words_nominate(const struct words *w, const uint8_t *data, size_t len,
                      size_t from, struct nominees *out);

#endif
