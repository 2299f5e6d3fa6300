/* evidence.h: what a finding shows: lines, facts, elements of lists of facts.
 *
 * Appended to a list; each line once, be it by itself or in a block. */
#ifndef XB_DIAGNOSE_EVIDENCE_H
#define XB_DIAGNOSE_EVIDENCE_H

#include <json-c/json.h>

#include "collector/diagnose/finds.h"

void evidence_finds(struct json_object *evidence, const struct finds *f);
/* The line near f that says why, with those that belong to it; f has one. */
void evidence_reason(struct json_object *evidence, const struct find *f);
/* text is a comparison that begins with the fact's path. */
void evidence_fact(struct json_object *evidence, struct json_object *facts,
                   const char *text);
void evidence_elements(struct json_object *evidence, const char *path,
                       struct json_object *elements);

#endif
