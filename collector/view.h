/* view.h: what a report says: walks the manifest and the diagnosis into a
 * writer (report/writer.h).
 *
 * It is told each item in the manifest's order and keeps a bounded part of
 * them; at the end it writes all.  Members of our own (log, diagnosis, ...) are
 * no part of it, so that a page inside a bundle and one that is made from the
 * finished bundle are the same bytes. */
#ifndef XB_VIEW_H
#define XB_VIEW_H

#include <stdbool.h>

#include <json-c/json.h>

#include "collector/pack/manifest.h"
#include "collector/report/writer.h"

struct view;

struct view *view_new(void);
void view_free(struct view *v);
void view_item(struct view *v, const struct manifest_item *item);
/* The bundle is not what its manifest says. */
void view_unsound(struct view *v);
/* diagnosis is a diagnosis.json, or the facts of one (facts.h); NULL: there is
 * none.  Neither it nor the head is kept. */
void view_write(const struct view *v, const struct manifest_head *head,
                struct json_object *diagnosis, struct writer *w);

/* view_items.c, internal: the sections that come of the items. */
bool view_is_unsound(const struct view *v);
void view_write_members(const struct view *v, const char *folder,
                        struct writer *w);
void view_write_items(const struct view *v, struct writer *w);
/* view_host.c, internal: the sections that come of the facts. */
void view_write_host(const struct manifest_head *head,
                     struct json_object *facts, struct writer *w);
void view_write_memory(const struct manifest_head *head,
                       struct json_object *facts, struct writer *w);
void view_write_network(struct json_object *facts, struct writer *w);
void view_write_storage(struct json_object *facts, struct writer *w);
void view_write_domains(const struct view *v, struct json_object *facts,
                        struct writer *w);

#endif
