/* condition.h: comparisons of facts: "PATH OP VALUE".
 *
 * PATH is the way to a fact ("memory.free_kb"); with a dot in front it begins
 * at an element of a list (".vifs").  OP: == != < <= > >=, =~ and !~ (a regular
 * expression).  VALUE: a number with K M or G, a text in quotes or without
 * blanks, true, false, or another PATH. */
#ifndef XB_DIAGNOSE_CONDITION_H
#define XB_DIAGNOSE_CONDITION_H

#include <json-c/json.h>

#include "collector/base/core/err.h"

/* 0, or -EINVAL with what was expected. */
int condition_check(const char *text, struct err *err);

/* 1 true, 0 false, -1: a fact is not known, and *unknown_out (may be NULL) is
 * its path, to be freed. */
int condition_judge(const char *text, struct json_object *facts,
                    struct json_object *element, char **unknown_out);

/* The fact at path; NULL if it is not known. */
struct json_object *condition_fact(struct json_object *facts,
                                   struct json_object *element,
                                   const char *path);

#endif
