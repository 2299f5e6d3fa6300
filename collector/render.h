/* render.h: the probe's answers as text for people: a line for each value, a
 * table for each list. */
#ifndef XB_RENDER_H
#define XB_RENDER_H

#include <json-c/json.h>
#include <stdbool.h>

#include "collector/base/core/buf.h"

/* Appends doc (xen/info.json, domains.json ...; NULL will do) to out.
 * False: it is none of these. */
bool render_text(struct json_object *doc, struct buf *out);

#endif
