/* fold.h: findings of one event are one finding. */
#ifndef XB_DIAGNOSE_FOLD_H
#define XB_DIAGNOSE_FOLD_H

#include <json-c/json.h>

#include "collector/diagnose/rules.h"

/* findings: those of diagnosis.json, in their order.  One that follows from an
 * earlier one, is no graver and shows the same event (all of its lines are the
 * other's, or are in one block with them) is taken out: the earlier one gets
 * its block, its title among the subjects and its id among "includes". */
void fold_findings(struct json_object *findings,
                   const struct diag_rules *rules);

#endif
