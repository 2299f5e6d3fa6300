/* cut.h: a private key whose BEGIN line is lost, as in a log that was cut. */
#ifndef XB_REDACT_CUT_H
#define XB_REDACT_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is decided depends on so many bytes of a text and on no others. */
#define CUT_LOOK 8192

/* Looks in the n bytes at p, a text from its begin, for lines of base64 with
 * the first END line of a private key behind them.  True: they are from..to.
 * A BEGIN line does not matter: what stands behind it has gone before, and it
 * may itself be part of another value, which a second pass would not see. */
bool cut_key_find(const uint8_t *p, size_t n, size_t *from, size_t *to);

#endif
