/* packed.h: compressed files by their first bytes. */
#ifndef XB_PACKED_H
#define XB_PACKED_H

#include <stddef.h>

/* Enough of a file's start to know it. */
#define PACKED_MAGIC 14

/* "gzip", "bzip2", "xz", "zstd", "lzma", "compress", "lz4"; NULL if it is none
 * of these. */
const char *packed_format(const void *data, size_t n);
/* Where in name the ending begins that tells of one of them (".gz"); NULL: it
 * has none, or consists of it. */
const char *packed_ending(const char *name);

#endif
