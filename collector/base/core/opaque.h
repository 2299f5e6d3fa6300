/* opaque.h: files whose content no rule can look through, by their first bytes:
 * archives, databases, images of memory and disks, text of four bytes a
 * character.  What secrets may be in there would be passed on unseen. */
#ifndef XB_OPAQUE_H
#define XB_OPAQUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enough of a file's start to know it. */
#define OPAQUE_HEAD 512u

/* What it is, "a zip archive"; NULL: none of these.  What packed_format knows
 * is none of them: it can be unpacked. */
const char *opaque_format(const void *head, size_t n);

/* Whether they are the begin of what zlib compressed; OPAQUE_ZLIB bytes are
 * enough. */
#define OPAQUE_ZLIB 128u
bool opaque_zlib(const uint8_t *p, size_t n);
/* Of these, what the first two bytes tell. */
bool opaque_zlib_head(uint8_t method, uint8_t flags);

#endif
