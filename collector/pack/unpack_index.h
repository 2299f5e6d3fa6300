/* unpack_index.h: members of a packed bundle by name, in any order.
 *
 * One pass over the bundle checks it whole and notes where each member lies in
 * the archive and where each bzip2 block begins.  Members are then read from
 * the file (tar) or from single blocks (tar.bz2), of which a few stay decoded.
 * Any thread; one handle each. */
#ifndef XB_UNPACK_INDEX_H
#define XB_UNPACK_INDEX_H

#include <stdint.h>
#include <sys/types.h>

#include "collector/base/core/err.h"

struct index;
struct index_file;

/* fd stays the caller's.  -ENOTSUP: the packing does not allow it. */
int index_new(int fd, struct index **out, struct err *err);
void index_free(struct index *x);

/* -ENOENT if there is none of that name. */
int index_open(struct index *x, const char *name, struct index_file **out,
               struct err *err);
uint64_t index_file_size(const struct index_file *f);
int64_t index_file_mtime(const struct index_file *f);
ssize_t index_file_read(struct index_file *f, void *out, size_t n,
                        struct err *err);
void index_file_free(struct index_file *f);

#endif
