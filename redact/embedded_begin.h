/* embedded_begin.h: where something begins that no rule can look through, among
 * bytes of any kind. */
#ifndef XB_REDACT_EMBEDDED_BEGIN_H
#define XB_REDACT_EMBEDDED_BEGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/opaque.h"

/* So many bytes tell each. */
#define EMBEDDED_BEGIN OPAQUE_ZLIB

/* Where in p a begin is, whole or cut off by its end; n: nowhere.  ended: the
 * stream has no more than these, so nothing is cut off. */
size_t embedded_find(const uint8_t *p, size_t n, bool ended);
/* Of how many bytes the begin at p is: 0 for none, and more than n for one that
 * n cuts off. */
size_t embedded_begin(const uint8_t *p, size_t n, bool ended);

#endif
