/* manifest_value.h: JSON values into the fields of a struct, by the tables of
 * manifest_fields.h; every value is checked.  Internal to the reader. */
#ifndef XB_MANIFEST_VALUE_H
#define XB_MANIFEST_VALUE_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/pack/manifest_fields.h"

/* Strings and lists handed out; freed together. */
struct pool {
    void **p;
    size_t n, cap;
};

/* Frees all that was handed out; the pool can be used again. */
void pool_clear(struct pool *pool);

/* Says which field of what is wrong. */
struct place {
    uint64_t item; /* 1 for the first; 0: the head */
    const char *group, *key;
    struct err *err;
};

/* -EBADMSG with "manifest.json, WHERE: FIELD text". */
int place_fault(const struct place *at, const char *text);

/* v (NULL is JSON's null) into the field at p. */
int field_read(struct json_object *v, const struct field *f, struct pool *pool,
               void *p, struct place *at);
/* All fields of a table out of the object o into the struct at base. */
int fields_read(struct json_object *o, const struct field *fields,
                struct pool *pool, void *base, struct place *at);

#endif
