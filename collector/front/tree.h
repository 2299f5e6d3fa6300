/* tree.h: a folder that a process without root has filled. */
#ifndef XB_TREE_H
#define XB_TREE_H

#include <sys/types.h>

#include "collector/base/core/err.h"

/* Makes all below dir ours and private.  Only folders and files of the user
 * from, on dir's file system, with one name each, are taken: anything else is
 * an error, and what was taken until then stays so.  dir itself must be ours
 * already, so that from can change nothing while we look. */
int tree_take(int dir, uid_t from, struct err *err);

/* Removes the folder name in parent with all that is in it, following no link
 * and leaving no file system. */
int tree_remove(int parent, const char *name, struct err *err);

#endif
