/* again.h: what was redacted once is looked at again, by verify --deep.
 *
 * Where a token stands in place of a secret, rules find what they did not find
 * before: the secret had a blank or a quote that ended another rule's value, or
 * the name in the token reads like the word that the rule looks for.  So in a
 * text of tokens that are kept, a match is none that begins inside of a token,
 * or whose value has one in each of its lines, and nothing at it that may be a
 * secret.  No other match is passed over for it: the text around the token
 * is still looked at. */
#ifndef XB_REDACT_AGAIN_H
#define XB_REDACT_AGAIN_H

#include "redact/engine.h"
#include "redact/value.h"

/* Of a value so many bytes are looked at. */
#define AGAIN_LOOK 2048u

/* Needs AGAIN_LOOK bytes from where the value starts, unless eof. */
bool again_is_none(const uint8_t *w, size_t len, bool eof,
                   const struct hit *hit, enum value_form form,
                   const struct value_context *context);

/* Whether a token stands before at.  Then it is not known how far into the text
 * that was, which decides whether the rest of a key without its BEGIN line is
 * looked for there. */
bool again_moved(const uint8_t *w, size_t len, size_t at);

#endif
