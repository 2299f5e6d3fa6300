/* base64.h: base64 of bytes that come in pieces, over libcrypto. */
#ifndef XB_BASE64_H
#define XB_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/buf.h"

/* What n bytes become, without line ends. */
uint64_t base64_size(uint64_t n);
/* Appends n bytes encoded.  All pieces of one whole but the last must have a
 * length that 3 divides. */
void base64_add(struct buf *out, const void *data, size_t n);

#endif
