/* draft.h: the file of a mail, beside the bundle that it tells of.
 *
 * Like a bundle it has no name until it is whole, and replaces nothing. */
#ifndef XB_FRONT_DRAFT_H
#define XB_FRONT_DRAFT_H

#include <stdbool.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/core/sandbox.h"

struct draft;

/* Made new in the folder of the bundle, which path (absolute) must still be.
 * *fd_out belongs to the draft. */
int draft_new(int bundle, const char *path, const struct sandbox_id *worker,
              struct draft **out, int *fd_out, struct err *err);
/* Drops what was not kept. */
void draft_free(struct draft *d);
/* Open for reading at its beginning; it belongs to the draft. */
int draft_rewind(struct draft *d, struct err *err);
/* Gives it its name, BUNDLE.eml or BUNDLE.N.eml, which is appended to path. */
int draft_keep(struct draft *d, struct buf *path, struct err *err);

#endif
