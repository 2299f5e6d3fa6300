/* order.h: which findings are told, and which of them first. */
#ifndef XB_DIAGNOSE_ORDER_H
#define XB_DIAGNOSE_ORDER_H

#include <json-c/json.h>

#include "collector/diagnose/rules.h"

/* findings: those of diagnosis.json, by weight.  Of lines that no rule knows a
 * few stay.  Where what is told first is general, or follows from something,
 * the best of a file's lines that no rule knows comes third. */
void order_findings(struct json_object *findings,
                    const struct diag_rules *rules);

#endif
