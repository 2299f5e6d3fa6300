/* diagnose.h: one bundle's diagnosis: members go in, findings come out.
 *
 * It is fed redacted bytes only, so that a run and a later look at its bundle
 * find the same.  Members may come from several threads, each member from one;
 * the result does not depend on their timing. */
#ifndef XB_DIAGNOSE_H
#define XB_DIAGNOSE_H

#include <json-c/json.h>

#include "collector/diagnose/match.h"
#include "collector/diagnose/rules.h"

struct diagnosis;

/* rules must be ready and outlive it. */
struct diagnosis *diagnosis_new(const struct diag_rules *rules);
void diagnosis_free(struct diagnosis *d);

/* A member, to be fed and then committed or dropped (match.h).  order: its
 * place in the bundle.  NULL: nothing is asked of it.  any: every rule applies,
 * whatever the name. */
struct match_stream *diagnosis_begin(struct diagnosis *d, const char *member,
                                     uint64_t order);
struct match_stream *diagnosis_begin_any(struct diagnosis *d,
                                         const char *member, uint64_t order);

/* When all members are committed: the document of diagnosis.json
 * (docs/BUNDLE.md); free with json_object_put. */
struct json_object *diagnosis_json(struct diagnosis *d,
                                   struct json_object *known,
                                   const char *version);

/* How many findings of that severity a document holds. */
size_t diagnosis_count(struct json_object *doc, enum severity s);

#endif
