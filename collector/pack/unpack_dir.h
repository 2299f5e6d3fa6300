/* unpack_dir.h: an unpacked bundle: a folder with a manifest.json.
 *
 * Members are those that the manifest lists, in its order, and itself last.
 * Files are opened part by part without following any link. */
#ifndef XB_UNPACK_DIR_H
#define XB_UNPACK_DIR_H

#include <stdint.h>

#include "collector/pack/unpack.h"

struct dir_reader;

/* fd stays the caller's. */
int dir_reader_new(int fd, unpack_open_fn open_fn, void *arg,
                   struct dir_reader **out, struct err *err);
void dir_reader_free(struct dir_reader *d);
/* As unpack_next and unpack_read. An error of next concerns that member only;
 * the next call goes on. */
int dir_reader_next(struct dir_reader *d, struct unpack_member *out,
                    struct err *err);
ssize_t dir_reader_read(struct dir_reader *d, void *out, size_t n,
                        struct err *err);
/* A descriptor for a listed member; -ENOENT if it is not listed or not there.
 * Any thread, if open_fn is. */
int dir_reader_open(const struct dir_reader *d, const char *name,
                    uint64_t *size_out, int64_t *mtime_out, struct err *err);

#endif
