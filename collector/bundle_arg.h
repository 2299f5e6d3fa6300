/* bundle_arg.h: the bundle that the command line names, opened for reading. */
#ifndef XB_BUNDLE_ARG_H
#define XB_BUNDLE_ARG_H

#include <stdbool.h>

#include "collector/base/core/err.h"
#include "collector/gather/control.h"
#include "collector/pack/unpack.h"

/* The master opens it; of a folder, file by file.  On success free *out with
 * unpack_free.  folder_out may be NULL. */
int bundle_arg_open(struct control *ctl, struct unpack **out, bool *folder_out,
                    struct err *err);

#endif
