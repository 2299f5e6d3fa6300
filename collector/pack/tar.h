/* tar.h: headers of a pax archive. */
#ifndef XB_TAR_H
#define XB_TAR_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"

#define TAR_BLOCK 512u
/* Zero bytes that end an archive. */
#define TAR_END 1024u

struct tar_entry {
    const char *top;  /* the top folder */
    const char *name; /* below it; NULL: the top folder itself */
    uint64_t size;
    int64_t mtime;
};

/* Appends the header (one or more blocks of 512 bytes): root:root, 0600 or
 * 0700.  Any thread. */
int tar_header(const struct tar_entry *entry, struct buf *out, struct err *err);
/* The same bytes, made by libarchive for every entry. */
int tar_header_libarchive(const struct tar_entry *entry, struct buf *out,
                          struct err *err);

/* Zero bytes between the end of a member's data and the next header. */
static inline unsigned tar_padding(uint64_t size)
{
    return (unsigned)(-size % TAR_BLOCK);
}

#endif
