/* settings_file.h: config.yaml, see xen-bugtool.yaml(5).
 *
 * One mapping of long option names (without dashes) to a text, or for only,
 * skip and skip-file to a list of texts. */
#ifndef XB_SETTINGS_FILE_H
#define XB_SETTINGS_FILE_H

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/core/options.h"

/* Calls fn for each value, checked with option_check.  0, or -EINVAL with
 * "PATH: ..." and the line where the parser knows it. An empty file is fine. */
int settings_file_read(const char *path, const struct buf *text,
                       int (*fn)(const struct option_def *def,
                                 const char *value, void *arg, struct err *err),
                       void *arg, struct err *err);

#endif
