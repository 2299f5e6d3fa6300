/* ask.h: what plan functions ask of the host: a few names, a first line. */
#ifndef XB_ASK_H
#define XB_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/core/err.h"
#include "collector/gather/gather.h"

/* The paths that fit a glob, at most max of them; NULL-terminated, free with
 * str_list_free; none if it cannot be listed.  0, or the gather's error. */
int ask_paths(struct gather *g, const char *pattern, unsigned max,
              char ***list_out, struct err *err);

/* True in *found_out if anything fits the glob. */
int ask_exists(struct gather *g, const char *pattern, bool *found_out,
               struct err *err);

#endif
