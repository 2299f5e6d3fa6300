/* decode.h: reading through a compressed log (gzip, bzip2, xz, zstd, lzma,
 * compress, lz4), over libarchive's filters.
 *
 * Memory: of xz, zstd and lzma no more than WINDOW_MOST is kept in all; what
 * has more in its head (xz -8 and -9, zstd --ultra) is unpacked up to so many
 * bytes. One at a time keeps more than 2 MiB: decode_new and decode_read then
 * wait for the other's decode_free, which the same thread calls. */
#ifndef XB_DECODE_H
#define XB_DECODE_H

#include <stddef.h>
#include <sys/types.h>

#include "collector/base/core/err.h"

/* Where the compressed bytes come from: n > 0 bytes at *data, valid until the
 * next call; 0 the end; negative failed. */
typedef ssize_t (*decode_source)(void *arg, const void **data);

struct decode;

/* format: what packed_format said of its first bytes.  What is compressed
 * within what was compressed is refused. */
int decode_new(const char *format, decode_source source, void *arg,
               struct decode **out, struct err *err);
/* As decode_source. -EBADMSG: the data is no valid file of its format. */
ssize_t decode_read(struct decode *d, const void **data, struct err *err);
void decode_free(struct decode *d);

#endif
