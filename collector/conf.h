/* conf.h: files below SYSCONFDIR/xen-bugtool, read through a reader, which
 * takes them only if nobody but root can have written them. */
#ifndef XB_CONF_H
#define XB_CONF_H

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/gather/gather.h"

#define CONF_MAX_FILES 4096u
#define CONF_TIMEOUT_MS 5000u

/* The *.yaml files of a folder ("plugins.d/"), sorted; NULL-terminated.  What
 * became of it is in gather_outcome: ST_ABSENT if there is no such folder,
 * ST_PARTIAL if not all could be listed.  Negative: the gather is lost. */
int conf_list(struct gather *g, const char *folder, char ***out,
              struct err *err);

/* One file; the outcome is in gather_outcome.  Negative: the gather is lost. */
int conf_read(struct gather *g, const char *rel, size_t max_bytes,
              struct buf *out, struct err *err);

#endif
