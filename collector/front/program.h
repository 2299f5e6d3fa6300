/* program.h: whether a program may be run. */
#ifndef XB_FRONT_PROGRAM_H
#define XB_FRONT_PROGRAM_H

#include "collector/base/core/err.h"

/* As root only what root alone can write counts; else the kernel's own rights
 * decide.  These are path_walk's flags for that. */
unsigned program_walk_flags(void);
/* 0; -ENOENT: not there; else err says why not. */
int program_check(const char *path, struct err *err);

#endif
