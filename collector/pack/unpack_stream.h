/* unpack_stream.h: the archive inside a packed bundle, as a stream of bytes.
 *
 * plain, bzip2 (by bunzip.h), and gzip, xz and zstd by libarchive.  Whatever
 * follows the end of the compressed stream is an error. */
#ifndef XB_UNPACK_STREAM_H
#define XB_UNPACK_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/base/core/err.h"

struct stream;

/* Called at the start of each bzip2 block: its bit in the file, and how many
 * bytes were before it. Negative ends the reading. */
typedef int (*stream_block_fn)(uint64_t bit, uint64_t pos, void *arg,
                               struct err *err);

enum stream_kind {
    STREAM_PLAIN,
    STREAM_BZIP2,
    STREAM_GZIP,
    STREAM_XZ,
    STREAM_ZSTD
};

/* fd is a regular file, read with pread; not closed. fn may be NULL. */
int stream_new(int fd, stream_block_fn fn, void *arg, struct stream **out,
               struct err *err);
/* The rest of a bzip2 stream, from the block at this bit on: the checksum of
 * the whole is not known then, each block's own still is. */
int stream_new_at(int fd, uint64_t bit, unsigned level, struct stream **out,
                  struct err *err);
void stream_free(struct stream *s);
enum stream_kind stream_kind(const struct stream *s);
unsigned stream_level(const struct stream *s); /* of bzip2 */
/* 0: the end, and nothing after it. -EBADMSG: damaged. */
ssize_t stream_read(struct stream *s, void *out, size_t n, struct err *err);

#endif
