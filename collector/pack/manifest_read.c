/* The reading side of manifest.h.
 *
 * A small scanner finds where one value ends, whatever the white space, and
 * hands each top-level value and each item to json-c by itself. */
#include "collector/pack/manifest.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/manifest_value.h"

#define MAX_VALUE (1024u * 1024u) /* bytes of one item or one head value */
#define MAX_DEPTH 8
#define MAX_ITEMS 250000u /* PLAN_MAX_ITEMS, and what its plugins add */
#define MAX_HEAD 1024u    /* top-level fields, known or not */
#define MAX_KEY 256u
#define MAX_HEAD_FIELDS 64

enum state {
    AT_START,
    AT_KEY,   /* a key, or the end where there may be none */
    AT_COLON, /* behind a key */
    IN_KEY,
    BEFORE_VALUE,
    IN_VALUE,
    BEFORE_ITEMS, /* the '[' of "items" */
    BEFORE_ITEM,
    IN_ITEM,
    AT_CLOSE, /* the last '}' */
    AT_END,
    FAILED,
};

struct manifest_reader {
    struct manifest_handler handler;
    enum state state;
    struct buf text; /* the value being collected */
    unsigned depth;
    bool in_string, escaped;
    char *key;
    struct json_tokener *tok;
    struct pool head_pool, item_pool;
    struct manifest_head head;
    bool seen[MAX_HEAD_FIELDS]; /* by row of manifest_head_fields */
    unsigned n_head;
    uint64_t n_items;
};

/* ---- items ---- */

/* Which of path, glob, tree, argv and probe there is must fit the source. */
static int check_selector(const struct manifest_item *it, struct place *at)
{
    unsigned files = !!it->path + !!it->glob + !!it->tree;
    unsigned argv = it->argv && it->argv[0], probe = !!it->probe;
    bool fits = false;

    switch (it->source) {
    case SRC_FILE:
        fits = files == 1 && !it->argv && !probe;
        break;
    case SRC_COMMAND:
        fits = argv && !files && !probe;
        break;
    case SRC_HYPERCALL:
    case SRC_XENSTORE:
        fits = probe && !files && !it->argv;
        break;
    case SRC_OWN:
        fits = !files && !it->argv && !probe;
        break;
    }
    at->key = "source";
    return fits ? 0
                : place_fault(at,
                              "does not fit what there is of path, glob, tree, "
                              "argv and probe");
}

static int take_item(struct manifest_reader *r, struct json_object *o,
                     struct err *err)
{
    struct place at = {++r->n_items, "", "", err};
    struct manifest_item item;
    int rc;

    if (r->n_items > MAX_ITEMS)
        return err_set(err, -EBADMSG, "manifest.json has more than %u items",
                       MAX_ITEMS);
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, -EBADMSG, "manifest.json, item %llu: no object",
                       (unsigned long long)r->n_items);
    memset(&item, 0, sizeof(item));
    item.exit_code = -1;
    rc = fields_read(o, manifest_item_fields, &r->item_pool, &item, &at);
    if (rc == 0)
        rc = check_selector(&item, &at);
    if (rc == 0 && r->handler.item)
        rc = r->handler.item(&item, r->handler.arg, err);
    pool_clear(&r->item_pool);
    return rc;
}

/* ---- the head ---- */

static int take_head_value(struct manifest_reader *r, struct json_object *v,
                           struct err *err)
{
    struct place at = {0, "", r->key, err};
    int rc;

    for (size_t i = 0; manifest_head_fields[i].key; i++) {
        const struct field *f = &manifest_head_fields[i];
        const char *name = f->group[0] ? f->group : f->key;
        struct json_object *part = v;

        if (strcmp(name, r->key))
            continue;
        if (r->seen[i])
            return place_fault(&at, "is there twice");
        if (f->group[0]) {
            if (!json_object_is_type(v, json_type_object))
                return place_fault(&at, "is not an object");
            if (!json_object_object_get_ex(v, f->key, &part) &&
                f->when == FW_SET)
                continue;
            at.group = f->group;
            at.key = f->key;
            if (!json_object_object_get_ex(v, f->key, &part))
                return place_fault(&at, "is missing");
        }
        rc = field_read(part, f, &r->head_pool, (char *)&r->head + f->offset,
                        &at);
        if (rc < 0)
            return rc;
        r->seen[i] = true;
        at.group = "";
        at.key = r->key;
    }
    return 0;
}

static int end_head(struct manifest_reader *r, struct err *err)
{
    struct place at = {0, "", "", err};

    for (size_t i = 0; manifest_head_fields[i].key; i++) {
        const struct field *f = &manifest_head_fields[i];

        at.group = f->group;
        at.key = f->key;
        if (!r->seen[i] && f->when != FW_SET)
            return place_fault(&at, "is missing");
    }
    at.group = "";
    at.key = "complete";
    if (r->head.complete != !r->head.cut)
        return place_fault(&at, "and \"cut\" contradict each other");
    return r->handler.head ? r->handler.head(&r->head, r->handler.arg, err) : 0;
}

/* ---- the scanner ---- */

static int broken(const struct manifest_reader *r, struct err *err)
{
    if (r->n_items || r->state == BEFORE_ITEM || r->state == IN_ITEM)
        return err_set(err, -EBADMSG,
                       "manifest.json, behind item %llu: not valid JSON",
                       (unsigned long long)r->n_items);
    return err_set(err, -EBADMSG,
                   "manifest.json, the head: not valid JSON near \"%.40s\"",
                   r->key ? r->key : "");
}

/* Parses the collected text; *out may be NULL, JSON's null. */
static int parse_text(struct manifest_reader *r, struct json_object **out,
                      struct err *err)
{
    json_tokener_reset(r->tok);
    *out =
        json_tokener_parse_ex(r->tok, buf_str(&r->text), (int)r->text.len + 1);
    if (json_tokener_get_error(r->tok) != json_tokener_success) {
        json_object_put(*out);
        return broken(r, err);
    }
    return 0;
}

static void begin_text(struct manifest_reader *r, enum state state)
{
    buf_reset(&r->text);
    r->depth = 0;
    r->in_string = r->escaped = false;
    r->state = state;
}

static int end_key(struct manifest_reader *r, struct err *err)
{
    struct json_object *v = NULL;
    int rc = parse_text(r, &v, err);

    if (rc < 0)
        return rc;
    free(r->key);
    r->key = xstrdup(json_object_get_string(v));
    json_object_put(v);
    if (++r->n_head > MAX_HEAD)
        return err_set(err, -EBADMSG, "manifest.json has more than %u fields",
                       MAX_HEAD);
    r->state = AT_COLON;
    return 0;
}

static int end_value(struct manifest_reader *r, char c, struct err *err)
{
    struct json_object *v = NULL;
    int rc = parse_text(r, &v, err);

    if (rc == 0)
        rc = take_head_value(r, v, err);
    json_object_put(v);
    if (rc == 0 && c == '}')
        rc = err_set(err, -EBADMSG, "manifest.json: \"items\" is missing");
    r->state = AT_KEY;
    return rc;
}

static int end_item(struct manifest_reader *r, char c, struct err *err)
{
    struct json_object *v = NULL;
    int rc = parse_text(r, &v, err);

    if (rc == 0)
        rc = take_item(r, v, err);
    json_object_put(v);
    r->state = c == ',' ? BEFORE_ITEM : AT_CLOSE;
    return rc;
}

/* How many of the n bytes at p belong to the value being collected; at most
 * all.  *ended_out: the byte behind them ends it. */
static size_t value_span(struct manifest_reader *r, const char *p, size_t n,
                         bool *ended_out)
{
    char closer = r->state == IN_ITEM ? ']' : '}';

    *ended_out = false;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];

        if (r->in_string) {
            if (r->escaped)
                r->escaped = false;
            else if (c == '\\')
                r->escaped = true;
            else if (c == '"')
                r->in_string = false;
            if (r->state == IN_KEY && !r->in_string) {
                *ended_out = true;
                return i;
            }
        } else if (c == '"') {
            r->in_string = true;
        } else if (c == '{' || c == '[') {
            r->depth++;
        } else if (r->depth == 0 && (c == ',' || c == closer)) {
            *ended_out = true;
            return i;
        } else if (r->depth && (c == '}' || c == ']')) {
            r->depth--;
        }
    }
    return n;
}

/* Takes bytes of a value or key; returns how many, or negative. */
static ssize_t collect(struct manifest_reader *r, const char *p, size_t n,
                       struct err *err)
{
    size_t max = r->state == IN_KEY ? MAX_KEY : MAX_VALUE, len;
    bool ended;
    int rc;

    len = value_span(r, p, n, &ended);
    if (memchr(p, 0, len) || r->depth > MAX_DEPTH)
        return broken(r, err);
    if (len > max || r->text.len > max - len)
        return err_set(err, -EBADMSG,
                       "manifest.json, behind item %llu: a value is longer "
                       "than %zu bytes",
                       (unsigned long long)r->n_items, max);
    buf_add(&r->text, p, len);
    if (!ended)
        return (ssize_t)len;
    if (r->state == IN_KEY) {
        buf_addc(&r->text, '"');
        rc = end_key(r, err);
    } else if (r->state == IN_VALUE) {
        rc = end_value(r, p[len], err);
    } else {
        rc = end_item(r, p[len], err);
    }
    return rc < 0 ? rc : (ssize_t)len + 1;
}

/* One byte that is in no value and no white space.  1: it was taken; 0: it
 * begins a value, for collect. */
static int step(struct manifest_reader *r, char c, struct err *err)
{
    int rc;

    switch (r->state) {
    case AT_START:
        if (c != '{')
            break;
        r->state = AT_KEY;
        return 1;
    case AT_KEY:
        if (c != '"')
            break;
        begin_text(r, IN_KEY);
        buf_addc(&r->text, '"');
        r->in_string = true;
        return 1;
    case AT_COLON:
        if (c != ':')
            break;
        r->state = strcmp(r->key, "items") ? BEFORE_VALUE : BEFORE_ITEMS;
        return 1;
    case BEFORE_VALUE:
        begin_text(r, IN_VALUE);
        return 0;
    case BEFORE_ITEMS:
        if (c != '[')
            break;
        r->state = BEFORE_ITEM;
        rc = end_head(r, err);
        return rc < 0 ? rc : 1;
    case BEFORE_ITEM:
        if (c == ']' && !r->n_items) {
            r->state = AT_CLOSE;
            return 1;
        }
        begin_text(r, IN_ITEM);
        return 0;
    case AT_CLOSE:
        if (c == ',')
            return err_set(err, -EBADMSG,
                           "manifest.json: \"items\" is not the last field");
        if (c != '}')
            break;
        r->state = AT_END;
        return 1;
    case AT_END:
        return err_set(err, -EBADMSG, "manifest.json: bytes follow its end");
    default:
        break;
    }
    return broken(r, err);
}

int manifest_reader_feed(struct manifest_reader *r, const void *data, size_t n,
                         struct err *err)
{
    const char *p = data;

    if (r->state == FAILED)
        return err_set(err, -EBADMSG, "manifest.json could not be read");
    while (n) {
        bool inside =
            r->state == IN_KEY || r->state == IN_VALUE || r->state == IN_ITEM;
        ssize_t used;

        if (inside)
            used = collect(r, p, n, err);
        else if (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')
            used = 1;
        else
            used = step(r, *p, err);
        if (used < 0) {
            r->state = FAILED;
            return (int)used;
        }
        p += used;
        n -= (size_t)used;
    }
    return 0;
}

int manifest_reader_end(struct manifest_reader *r, struct err *err)
{
    if (r->state == AT_END)
        return 0;
    if (r->state == FAILED)
        return err_set(err, -EBADMSG, "manifest.json could not be read");
    return err_set(err, -EBADMSG, "manifest.json ends too early");
}

struct manifest_reader *manifest_reader_new(const struct manifest_handler *h)
{
    struct manifest_reader *r = xcalloc(1, sizeof(*r));

    r->handler = *h;
    r->tok = json_tokener_new_ex(MAX_DEPTH);
    if (!r->tok)
        free(xmalloc(SIZE_MAX / 4));
    json_tokener_set_flags(r->tok,
                           JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    return r;
}

void manifest_reader_free(struct manifest_reader *r)
{
    if (!r)
        return;
    pool_clear(&r->head_pool);
    pool_clear(&r->item_pool);
    free(r->head_pool.p);
    free(r->item_pool.p);
    free(r->key);
    buf_done(&r->text);
    json_tokener_free(r->tok);
    free(r);
}
