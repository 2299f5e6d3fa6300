/* events.h: --json: one JSON object a line on stdout, see xen-bugtool(8). */
#ifndef XB_EVENTS_H
#define XB_EVENTS_H

#include <stdint.h>

#include "collector/conductor.h"
#include "collector/pack/manifest.h"
#include "collector/plan.h"

void event_start(const char *stem, const struct plan *plan);
void event_item(const struct manifest_item *item);
/* path NULL: written to --outfd; cut NULL: whole. */
void event_end(const char *path, uint64_t bytes, const struct tally *tally,
               const char *cut);
/* One planned item (--dry-run --json, plugins --json). */
void event_planned(const struct planned *it);

#endif
