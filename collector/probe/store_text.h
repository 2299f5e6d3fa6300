/* store_text.h: xenstore's nodes as "xenstore-ls -fp" prints them. */
#ifndef XB_PROBE_STORE_TEXT_H
#define XB_PROBE_STORE_TEXT_H

#include <stddef.h>

#include <xenstore.h>

#include "collector/probe/out.h"

/* One line.  Bytes of path and value that are not printable ASCII, and the
 * backslash, are escaped.  value NULL: it could not be read. */
void store_line(struct out *o, const char *path, const char *value, size_t len,
                const struct xs_permissions *perms, unsigned n_perms);

#endif
