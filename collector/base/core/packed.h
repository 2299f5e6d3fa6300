/* packed.h: compressed files by their first bytes. */
#ifndef XB_PACKED_H
#define XB_PACKED_H

#include <stddef.h>

/* Enough of a file's start to know it. */
#define PACKED_MAGIC 6

/* "gzip", "bzip2", "xz", "zstd"; NULL if it is none of these. */
const char *packed_format(const void *data, size_t n);

#endif
