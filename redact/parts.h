/* parts.h: named parts of anchors, so that a long expression is written once.
 *
 * In an anchor {name}, which would else be an error, stands for (?:text) of the
 * part of that name; a part may use those before it. */
#ifndef XB_REDACT_PARTS_H
#define XB_REDACT_PARTS_H

#include <stddef.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"

struct part {
    const char *name; /* [a-z][a-z0-9-]* */
    const char *text; /* no parts in it any more */
};

/* Appends the anchor to out, written out.  0, or -EINVAL with the name of a
 * part that there is not, or if out grows beyond max bytes. */
int parts_expand(const struct part *parts, size_t n, const char *anchor,
                 size_t max, struct buf *out, struct err *err);

#endif
