/* facts_get.h: values out of the facts of a diagnosis (docs/BUNDLE.md). */
#ifndef XB_FACTS_GET_H
#define XB_FACTS_GET_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/buf.h"

/* The value at "memory.total_kb" below o; NULL if there is none or it is null.
 * o may be NULL. */
struct json_object *facts_get(struct json_object *o, const char *path);
/* A string or number as text, "" if there is none; valid until o changes. */
const char *facts_text(struct json_object *o, const char *path);
/* A whole number from 0 on. */
bool facts_number(struct json_object *o, const char *path, uint64_t *out);
/* It is there, and is true or false as is. */
bool facts_is(struct json_object *o, const char *path, bool is);
/* Elements of the list at path; 0 if it is none. */
size_t facts_count(struct json_object *o, const char *path);
struct json_object *facts_at(struct json_object *o, const char *path, size_t i);

/* For people: "mount /, free_kb 0" of an object, else the value; "not known" of
 * NULL. */
void facts_add_value(struct buf *b, struct json_object *value);

#endif
