/* diagnosed.h: a diagnosis.json in words for people. */
#ifndef XB_DIAGNOSED_H
#define XB_DIAGNOSED_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

/* Everything: findings with cause, evidence and remedy, then what was not
 * checked. */
void diagnosed_print(FILE *f, struct json_object *doc, bool verbose);
/* One line a finding, errors and warnings only. */
void diagnosed_print_short(FILE *f, struct json_object *doc);

#endif
