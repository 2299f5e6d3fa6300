/* facts.h: what is known of the host, from members that are kept while they
 * are collected or read: a table that page and summary show. */
#ifndef XB_FACTS_H
#define XB_FACTS_H

#include <json-c/json.h>

#include "collector/pack/manifest.h"
#include "collector/take.h"

/* The members that facts and summary are made from; a new list each time, ends
 * with member NULL; free with facts_captures_free. */
struct capture *facts_captures_new(void);
void facts_captures_free(struct capture *c);

/* What was kept of a member; NULL: nothing, or it is longer than is kept. */
const char *facts_captured(const struct capture *c, const char *member);

/* The begin of the manifest, before there is one: its head.  Not what was read
 * of the host, but as what it was asked. */
void facts_head(struct capture *c, const struct manifest_head *head);

/* An object with "facts" as docs/BUNDLE.md has them; what is not known is not
 * there. */
struct json_object *facts_make(const struct capture *c);

#endif
