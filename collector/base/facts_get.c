#include "collector/base/facts_get.h"

#include <string.h>

#define KEY_MAX 64

struct json_object *facts_get(struct json_object *o, const char *path)
{
    char key[KEY_MAX];

    while (*path) {
        size_t n = strcspn(path, ".");

        if (n >= sizeof(key) || !json_object_is_type(o, json_type_object))
            return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        if (!json_object_object_get_ex(o, key, &o))
            return NULL;
        path += n + (path[n] == '.');
    }
    return o;
}

const char *facts_text(struct json_object *o, const char *path)
{
    struct json_object *v = facts_get(o, path);

    switch (json_object_get_type(v)) {
    case json_type_string:
    case json_type_int:
    case json_type_double:
        return json_object_get_string(v);
    default:
        return "";
    }
}

bool facts_number(struct json_object *o, const char *path, uint64_t *out)
{
    struct json_object *v = facts_get(o, path);

    if (!json_object_is_type(v, json_type_int) || json_object_get_int64(v) < 0)
        return false;
    *out = (uint64_t)json_object_get_int64(v);
    return true;
}

bool facts_is(struct json_object *o, const char *path, bool is)
{
    struct json_object *v = facts_get(o, path);

    return json_object_is_type(v, json_type_boolean) &&
           json_object_get_boolean(v) == is;
}

size_t facts_count(struct json_object *o, const char *path)
{
    struct json_object *v = facts_get(o, path);

    return json_object_is_type(v, json_type_array) ? json_object_array_length(v)
                                                   : 0;
}

struct json_object *facts_at(struct json_object *o, const char *path, size_t i)
{
    return json_object_array_get_idx(facts_get(o, path), i);
}

void facts_add_value(struct buf *b, struct json_object *value)
{
    size_t n = 0;

    if (!json_object_is_type(value, json_type_object)) {
        buf_adds(b, value ? json_object_get_string(value) : "not known");
        return;
    }
    json_object_object_foreach(value, key, v)
    {
        if (json_object_is_type(v, json_type_array) || !v)
            continue;
        buf_addf(b, "%s%s %s", n++ ? ", " : "", key, json_object_get_string(v));
    }
}
