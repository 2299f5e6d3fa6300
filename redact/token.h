/* token.h: what stands in place of a secret.
 *
 *   token       = "[REDACTED:" name ":" 12 lower-case hex digits "]"
 *               | "[REDACTED:unscannable:" 1 to 20 decimal digits "]"
 *   name        = a lower-case letter, then up to 31 of a-z 0-9 and "-"
 *
 * The digits are the first 48 bits of HMAC-SHA-256 under the key over the
 * SHA-256 of the decoded secret, so that a secret of any length streams. */
#ifndef XB_REDACT_TOKEN_H
#define XB_REDACT_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/digest.h"

#define TOKEN_MAX 64 /* of any well-formed token */

/* Appends one token to out and starts hash afresh; returns its length. */
size_t token_make(const uint8_t key[32], const char *rule, struct sha256 *hash,
                  char out[TOKEN_MAX + 1]);
size_t token_unscannable(uint64_t n, char out[TOKEN_MAX + 1]);

#endif
