/* folder.h: the folder of the file that was read last.  Files come folder by
 * folder, so it is kept open, and only the name in it is looked up then. */
#ifndef XB_FRONT_FOLDER_H
#define XB_FRONT_FOLDER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "collector/base/core/err.h"
#include "collector/base/core/path.h"

/* As path_walk without flags.  A walk that fails is done anew from the root,
 * for its message. */
int folder_walk(const char *path, struct path_found *out, struct err *err);

/* Opens path to be read where no walk is needed to do it safely: a regular file
 * in a folder of the host's own disks that no link leads to, and that root
 * alone can write, so that nobody puts something else there meanwhile.  A
 * descriptor and its st; -1: walk, which says why. */
int folder_open(const char *path, struct stat *st_out);

bool folder_is_held(void);
void folder_forget(void);

#endif
