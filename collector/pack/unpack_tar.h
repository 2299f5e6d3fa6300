/* unpack_tar.h: a packed bundle's members one after another, each checked. */
#ifndef XB_UNPACK_TAR_H
#define XB_UNPACK_TAR_H

#include <stdint.h>

#include "collector/pack/unpack.h"
#include "collector/pack/unpack_stream.h"

struct tar_reader;

/* Takes the stream, on failure too. */
int tar_reader_new(struct stream *s, struct tar_reader **out, struct err *err);
void tar_reader_free(struct tar_reader *t);
/* As unpack_top, unpack_next and unpack_read. */
const char *tar_reader_top(const struct tar_reader *t);
int tar_reader_next(struct tar_reader *t, struct unpack_member *out,
                    struct err *err);
ssize_t tar_reader_read(struct tar_reader *t, void *out, size_t n,
                        struct err *err);
/* Where the current member's data begin in the stream; before the first
 * read. */
uint64_t tar_reader_offset(const struct tar_reader *t);
/* Bytes of the whole archive; after tar_reader_next has returned 0. */
uint64_t tar_reader_total(const struct tar_reader *t);

#endif
