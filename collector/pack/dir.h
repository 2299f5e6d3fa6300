/* dir.h: members as files of a folder. */
#ifndef XB_DIR_H
#define XB_DIR_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

struct dir_file;

/* Makes the file, which must not be there, and the folders above it.  Opens
 * nothing through a symbolic link.  name is '/'-separated. Any thread. */
int dir_file_new(int folder_fd, const char *name, struct dir_file **out,
                 struct err *err);
int dir_file_write(struct dir_file *f, const void *data, size_t n,
                   struct err *err);
/* Moves what was written by n bytes and puts data in front. */
int dir_file_prepend(struct dir_file *f, const void *data, size_t n,
                     struct err *err);
/* Sets the times, closes and keeps the file; frees f in any case. */
int dir_file_end(struct dir_file *f, int64_t mtime, struct err *err);
/* Removes the file and frees f. */
void dir_file_drop(struct dir_file *f);
/* Removes a file that was kept. */
void dir_remove(int folder_fd, const char *name);

#endif
