/* whose.h: the domains that the evidence of a finding is about. */
#ifndef XB_DIAGNOSE_WHOSE_H
#define XB_DIAGNOSE_WHOSE_H

#include <json-c/json.h>

/* "domain 3 (guest1)", "domains 3 (guest1) and 5", to be freed; NULL: none is
 * named.  evidence: as in diagnosis.json.  dom0 is not named: all that nobody
 * else has is its. */
char *whose(struct json_object *evidence, struct json_object *facts);

#endif
