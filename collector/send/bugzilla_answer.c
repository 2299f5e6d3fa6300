#include "collector/send/bugzilla_answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/core/str.h"

#define MAX_DEPTH 16
#define KIB 1024u
/* Beyond this a limit is none: no bundle is as large. */
#define LIMIT_MAX (1ull << 50)

int bugzilla_parse(const char *text, size_t len, struct json_object **out,
                   struct err *err)
{
    struct json_tokener *tok;
    struct json_object *o = NULL;
    enum json_tokener_error e = json_tokener_continue;
    size_t used = 0;

    *out = NULL;
    if (len > BUGZILLA_ANSWER_MAX)
        return err_set(err, -EBADMSG, "its answer is longer than 1 MiB");
    tok = json_tokener_new_ex(MAX_DEPTH);
    if (!tok)
        return err_set(err, -ENOMEM, "no memory for its answer");
    if (len) {
        o = json_tokener_parse_ex(tok, text, (int)len);
        e = json_tokener_get_error(tok);
        used = json_tokener_get_parse_end(tok);
    }
    json_tokener_free(tok);
    while (used < len && strchr(" \t\r\n", text[used]) && text[used])
        used++;
    if (e == json_tokener_success && used == len &&
        json_object_is_type(o, json_type_object)) {
        *out = o;
        return 0;
    }
    json_object_put(o);
    return err_set(err, -EBADMSG, "its answer is not JSON as Bugzilla's is");
}

/* ---- fields -------------------------------------------------------------- */

static struct json_object *field(struct json_object *o, const char *name,
                                 enum json_type type)
{
    struct json_object *v;

    if (!json_object_is_type(o, json_type_object) ||
        !json_object_object_get_ex(o, name, &v) ||
        !json_object_is_type(v, type))
        return NULL;
    return v;
}

/* Object number 0 of the list in that field. */
static struct json_object *first(struct json_object *o, const char *name)
{
    struct json_object *list = field(o, name, json_type_array);

    return list && json_object_array_length(list)
               ? json_object_array_get_idx(list, 0)
               : NULL;
}

/* A text field, fit to be shown; "" if there is none. */
static void take_text(struct json_object *o, const char *name,
                      char out[BUGZILLA_TEXT])
{
    struct json_object *v = field(o, name, json_type_string);

    str_visible(v ? json_object_get_string(v) : "", out, BUGZILLA_TEXT);
}

/* A number that may come as a string, as Bugzilla's often do. */
static bool take_number(struct json_object *v, uint64_t max, uint64_t *out)
{
    int64_t n;

    if (json_object_is_type(v, json_type_string))
        return !str_parse_u64(json_object_get_string(v), 0, max, out);
    if (!json_object_is_type(v, json_type_int))
        return false;
    n = json_object_get_int64(v);
    if (n < 0 || (uint64_t)n > max)
        return false;
    *out = (uint64_t)n;
    return true;
}

static bool take_number_field(struct json_object *o, const char *name,
                              uint64_t max, uint64_t *out)
{
    struct json_object *v;

    return json_object_is_type(o, json_type_object) &&
           json_object_object_get_ex(o, name, &v) && take_number(v, max, out);
}

/* ---- answers ------------------------------------------------------------- */

bool bugzilla_error(struct json_object *o, int *code_out,
                    char message[BUGZILLA_TEXT])
{
    struct json_object *is = NULL;
    uint64_t code = 0;

    /* true, or 1 where an extension made it. */
    if (!json_object_object_get_ex(o, "error", &is) ||
        !json_object_get_boolean(is))
        return false;
    take_number_field(o, "code", 1000000, &code);
    *code_out = (int)code;
    take_text(o, "message", message);
    return true;
}

int bugzilla_take_version(struct json_object *o, char out[BUGZILLA_TEXT],
                          struct err *err)
{
    take_text(o, "version", out);
    if (*out)
        return 0;
    return err_set(err, -EBADMSG, "it does not say which Bugzilla it is");
}

int bugzilla_take_bug(struct json_object *o, struct bugzilla_bug *out,
                      struct err *err)
{
    struct json_object *bug = first(o, "bugs");

    memset(out, 0, sizeof(*out));
    if (!bug || !take_number_field(bug, "id", INT64_MAX, &out->id))
        return err_set(err, -EBADMSG, "its answer names no bug");
    take_text(bug, "product", out->product);
    take_text(bug, "component", out->component);
    take_text(bug, "summary", out->summary);
    take_text(bug, "status", out->status);
    return 0;
}

int bugzilla_take_id(struct json_object *o, char out[BUGZILLA_ID],
                     struct err *err)
{
    struct json_object *v = first(o, "ids");
    uint64_t id;

    if (v ? take_number(v, INT64_MAX, &id)
          : take_number_field(o, "id", INT64_MAX, &id)) {
        snprintf(out, BUGZILLA_ID, "%" PRIu64, id);
        return 0;
    }
    return err_set(err, -EBADMSG, "its answer has no number of what was made");
}

uint64_t bugzilla_take_limit(struct json_object *o)
{
    struct json_object *p = field(o, "parameters", json_type_object);
    uint64_t kib = 0, mib = 0;

    /* The larger one counts (Bugzilla/Attachment.pm: _check_data). */
    if (!take_number_field(p, "maxattachmentsize", LIMIT_MAX / KIB, &kib))
        kib = 0;
    if (!take_number_field(p, "maxlocalattachment", LIMIT_MAX / KIB / KIB,
                           &mib))
        mib = 0;
    return kib > mib * KIB ? kib * KIB : mib * KIB * KIB;
}

bool bugzilla_take_attachment(struct json_object *o, const char *file_name,
                              uint64_t size, char out[BUGZILLA_ID])
{
    struct json_object *bugs = field(o, "bugs", json_type_object), *a;
    uint64_t has, id;

    if (!bugs)
        return false;
    json_object_object_foreach(bugs, name, list)
    {
        (void)name;
        if (!json_object_is_type(list, json_type_array))
            continue;
        for (size_t i = 0; i < json_object_array_length(list); i++) {
            struct json_object *v;

            a = json_object_array_get_idx(list, i);
            v = field(a, "file_name", json_type_string);
            if (!v || strcmp(json_object_get_string(v), file_name) ||
                !take_number_field(a, "size", INT64_MAX, &has) || has != size ||
                !take_number_field(a, "id", INT64_MAX, &id))
                continue;
            snprintf(out, BUGZILLA_ID, "%" PRIu64, id);
            return true;
        }
    }
    return false;
}
