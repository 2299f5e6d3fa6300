/* yaml.c: two passes over the text.  The first, over libyaml's events, refuses
 * what we do not take (aliases, a second document, deep nesting) before any
 * recursive code sees it, and notes the line of each value.  The second is
 * libcyaml with the schema; its log names the value at fault, and the notes
 * give the line. */
#include "collector/base/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define SHOWN_BYTES 64 /* of a text from the file, in a message */
#define WHERE_BYTES 256

/* Where a value stands. */
struct node {
    size_t parent;
    char *key;    /* NULL: an entry of a list, or the root */
    size_t index; /* of an entry */
    size_t line;
};

struct yamldoc {
    char *path;
    const cyaml_schema_value_t *schema;
    void *data;
    struct node *nodes; /* nodes[0] is the root */
    size_t n, cap;
};

const cyaml_strval_t yamldoc_bool_words[4] = {
    {"false", 0}, {"true", 1}, {"no", 0}, {"yes", 1}};

static void *mem(void *ctx, void *p, size_t size)
{
    (void)ctx;
    if (size)
        return xrealloc(p, size);
    free(p);
    return NULL;
}

static const char *shown(const char *s, char out[SHOWN_BYTES])
{
    return str_visible(s, out, SHOWN_BYTES);
}

static int error_at(const char *path, size_t line, struct err *err,
                    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static int error_at(const char *path, size_t line, struct err *err,
                    const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set(err, -EINVAL, "%s:%zu: %s", path, line ? line : 1, text);
}

/* ---- the first pass ------------------------------------------------------ */

struct level {
    size_t node; /* the list or mapping that is open */
    bool is_map;
    bool has_key; /* its key has come, the value has not */
    size_t n;     /* entries so far */
};

struct scan {
    struct yamldoc *y;
    struct err *err;
    struct level levels[YAML_MAX_DEPTH];
    unsigned depth;
    unsigned documents;
};

static struct node *node_add(struct yamldoc *y, size_t parent, size_t line)
{
    struct node *n;

    if (y->n == y->cap) {
        y->cap = y->cap ? y->cap * 2 : 64;
        y->nodes = xreallocarray(y->nodes, y->cap, sizeof(*y->nodes));
    }
    n = &y->nodes[y->n++];
    *n = (struct node){.parent = parent, .line = line};
    return n;
}

/* A scalar, or the start of a list or mapping: is it a key or a value, and of
 * what?  *node_out is the value's node. */
static int scan_value(struct scan *s, const yaml_event_t *ev, size_t *node_out)
{
    struct level *top = s->depth ? &s->levels[s->depth - 1] : NULL;
    size_t line = ev->start_mark.line + 1;
    bool scalar = ev->type == YAML_SCALAR_EVENT;
    const char *text = scalar ? (const char *)ev->data.scalar.value : "";
    struct node *n;

    if (scalar && strlen(text) != ev->data.scalar.length)
        return error_at(s->y->path, line, s->err,
                        "expected plain text, found a NUL byte in it");
    if (s->y->n >= YAML_MAX_NODES)
        return error_at(s->y->path, line, s->err,
                        "expected at most %u values, found more",
                        YAML_MAX_NODES);
    *node_out = s->y->n - 1;
    if (top && top->is_map && top->has_key) { /* its node came with the key */
        top->has_key = false;
        return 0;
    }
    n = node_add(s->y, top ? top->node : 0, line);
    *node_out = s->y->n - 1;
    if (top && top->is_map) {
        if (!scalar)
            return error_at(s->y->path, line, s->err,
                            "expected a key, found a list or mapping");
        n->key = xstrdup(text);
        top->has_key = true;
    } else if (top) {
        n->index = top->n++;
    }
    return 0;
}

static int scan_event(struct scan *s, const yaml_event_t *ev)
{
    const char *path = s->y->path;
    size_t line = ev->start_mark.line + 1, node = 0;
    int r;

    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++s->documents > 1)
            return error_at(path, line, s->err,
                            "expected one document, found the start of "
                            "another");
        return 0;
    case YAML_ALIAS_EVENT:
        return error_at(path, line, s->err,
                        "expected a value, found an alias (*name), which is "
                        "not supported");
    case YAML_SCALAR_EVENT:
        if (ev->data.scalar.anchor)
            break;
        return scan_value(s, ev, &node);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (ev->type == YAML_SEQUENCE_START_EVENT
                ? ev->data.sequence_start.anchor
                : ev->data.mapping_start.anchor)
            break;
        r = scan_value(s, ev, &node);
        if (r)
            return r;
        if (s->depth == YAML_MAX_DEPTH)
            return error_at(path, line, s->err,
                            "expected at most %u levels, found more",
                            YAML_MAX_DEPTH);
        s->levels[s->depth++] = (struct level){
            .node = node, .is_map = ev->type == YAML_MAPPING_START_EVENT};
        return 0;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        s->depth--;
        return 0;
    default:
        return 0;
    }
    return error_at(path, line, s->err,
                    "expected a value, found an anchor (&name), which is not "
                    "supported");
}

static int syntax_error(const struct yamldoc *y, const yaml_parser_t *p,
                        const char *text, size_t len, struct err *err)
{
    const char *problem = p->problem ? p->problem : "what is no YAML";
    size_t line = p->problem_mark.line + 1;

    if (p->error == YAML_READER_ERROR) { /* has an offset only */
        line = 1;
        for (size_t i = 0; i < p->problem_offset && i < len; i++)
            line += text[i] == '\n';
    }
    if (str_starts(problem, "found "))
        return error_at(y->path, line, err, "expected valid YAML, %s", problem);
    return error_at(y->path, line, err,
                    "expected valid YAML, found an error: %s", problem);
}

static int first_pass(struct yamldoc *y, const char *text, size_t len,
                      struct err *err)
{
    struct scan s = {.y = y, .err = err};
    yaml_parser_t p;
    yaml_event_t ev;
    bool end = false;
    int r = 0;

    if (!yaml_parser_initialize(&p))
        return err_set(err, -ENOMEM, "cannot parse %s: out of memory", y->path);
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)text, len);
    while (!end && !r) {
        if (!yaml_parser_parse(&p, &ev)) {
            r = syntax_error(y, &p, text, len, err);
            break;
        }
        end = ev.type == YAML_STREAM_END_EVENT;
        r = scan_event(&s, &ev);
        yaml_event_delete(&ev);
    }
    yaml_parser_delete(&p);
    return r;
}

/* ---- where a value stands ------------------------------------------------ */

/* The last child of that name: of a key that stands twice the second is the
 * one at fault. */
static size_t find_child(const struct yamldoc *y, size_t parent,
                         const char *name, size_t name_len)
{
    size_t found = 0;
    char number[24];

    for (size_t i = parent + 1; i < y->n; i++) {
        const char *is = y->nodes[i].key;

        if (y->nodes[i].parent != parent)
            continue;
        if (!is) {
            snprintf(number, sizeof(number), "%zu", y->nodes[i].index);
            is = number;
        }
        if (strlen(is) == name_len && !memcmp(is, name, name_len))
            found = i;
    }
    return found;
}

static size_t line_of(const struct yamldoc *y, const char *where)
{
    size_t node = 0, next;

    if (!y->n)
        return 1;
    while (*where) {
        size_t len = strcspn(where, "/");

        next = find_child(y, node, where, len);
        if (!next)
            break;
        node = next;
        where += len;
        where += *where == '/';
    }
    return y->nodes[node].line;
}

int yamldoc_error(const struct yamldoc *y, struct err *err, const char *where,
                  const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return error_at(y->path, line_of(y, where), err, "%s", text);
}

/* ---- the second pass ----------------------------------------------------- */

enum trace_kind { TRACE_MAPPING, TRACE_FIELD, TRACE_ENTRY };

/* What libcyaml logs of a failure: a reason, then from the value at fault up to
 * the top where it was. */
struct caught {
    char reason[256];
    struct trace {
        enum trace_kind kind;
        char key[64];
        unsigned entry; /* counted from 1 */
    } trace[YAML_MAX_DEPTH + 1];
    unsigned n;
};

static void catch_log(cyaml_log_t level, void *ctx, const char *fmt,
                      va_list args)
{
    struct caught *c = ctx;
    struct trace *t = &c->trace[c->n];
    const char *text;
    char line[sizeof(c->reason)];

    if (level < CYAML_LOG_ERROR)
        return;
    vsnprintf(line, sizeof(line), fmt, args);
    if (c->n <= YAML_MAX_DEPTH && c->reason[0]) {
        if (sscanf(line, "  in mapping field '%63[^']'", t->key) == 1) {
            t->kind = TRACE_FIELD;
            c->n++;
            return;
        }
        if (sscanf(line, "  in sequence entry '%u'", &t->entry) == 1) {
            t->kind = TRACE_ENTRY;
            c->n++;
            return;
        }
        if (str_starts(line, "  in mapping ")) {
            t->kind = TRACE_MAPPING;
            c->n++;
            return;
        }
    }
    text = str_starts(line, "Load: ") ? line + strlen("Load: ") : line;
    if (!c->reason[0])
        snprintf(c->reason, sizeof(c->reason), "%.*s", (int)strcspn(text, "\n"),
                 text);
}

/* The trace as "items/0/timeout", leaving out the deepest skip of it. */
static void trace_where(const struct caught *c, unsigned skip,
                        char out[WHERE_BYTES])
{
    struct buf b = BUF_INIT;

    for (unsigned i = c->n; i-- > skip;) {
        const struct trace *t = &c->trace[i];

        if (t->kind == TRACE_MAPPING)
            continue;
        if (b.len)
            buf_addc(&b, '/');
        if (t->kind == TRACE_FIELD)
            buf_adds(&b, t->key);
        else
            buf_addf(&b, "%u", t->entry ? t->entry - 1 : 0);
    }
    snprintf(out, WHERE_BYTES, "%s", buf_str(&b));
    buf_done(&b);
}

static const cyaml_schema_value_t *schema_at(const cyaml_schema_value_t *v,
                                             const char *where)
{
    while (v && *where) {
        size_t len = strcspn(where, "/");
        const cyaml_schema_value_t *next = NULL;

        if (v->type == CYAML_SEQUENCE || v->type == CYAML_SEQUENCE_FIXED) {
            next = v->sequence.entry;
        } else if (v->type == CYAML_MAPPING) {
            const cyaml_schema_field_t *f = v->mapping.fields;

            for (; f->key && !next; f++) {
                if (strlen(f->key) == len && !memcmp(f->key, where, len))
                    next = &f->value;
            }
        }
        v = next;
        where += len;
        where += *where == '/';
    }
    return v;
}

/* "privacy", "an entry of command", "the file": the last name in where. */
static const char *subject(const char *where, char out[96])
{
    const char *last = strrchr(where, '/');
    const char *of = where;
    size_t len;

    if (!*where)
        return "the file";
    last = last ? last + 1 : where;
    if (*last < '0' || *last > '9') {
        snprintf(out, 96, "%s", last);
        return out;
    }
    len = last > where ? (size_t)(last - 1 - where) : 0;
    for (size_t i = 0; i < len; i++) {
        if (where[i] == '/')
            of = where + i + 1;
    }
    snprintf(out, 96, "an entry of %.*s", (int)(where + len - of), of);
    return out;
}

static const char *type_words(const cyaml_schema_value_t *v)
{
    if (v && v->type == CYAML_MAPPING)
        return "a mapping (key: value)";
    if (v && (v->type == CYAML_SEQUENCE || v->type == CYAML_SEQUENCE_FIXED))
        return "a list";
    return "a single value";
}

static const char *event_words(const char *event)
{
    if (str_starts(event, "SEQUENCE"))
        return "a list";
    if (str_starts(event, "MAPPING"))
        return "a mapping";
    return "a single value";
}

static void list_keys(const cyaml_schema_value_t *v, struct buf *out)
{
    if (!v || v->type != CYAML_MAPPING)
        return;
    for (const cyaml_schema_field_t *f = v->mapping.fields; f->key; f++)
        buf_addf(out, "%s%s", out->len ? ", " : "", f->key);
}

static void list_words(const cyaml_schema_value_t *v, struct buf *out)
{
    if (!v || v->type != CYAML_ENUM)
        return;
    for (uint32_t i = 0; i < v->enumeration.count; i++)
        buf_addf(out, "%s%s", out->len ? ", " : "",
                 v->enumeration.strings[i].str);
}

/* The part of the reason after a known start; NULL if it starts otherwise. */
static const char *after(const struct caught *c, const char *start)
{
    return str_starts(c->reason, start) ? c->reason + strlen(start) : NULL;
}

/* libcyaml's reason in our words. */
static int explain(const struct yamldoc *y, const struct caught *c,
                   cyaml_err_t code, struct err *err)
{
    unsigned skip = c->n && c->trace[0].kind != TRACE_MAPPING;
    char at[WHERE_BYTES], above[WHERE_BYTES], name[96], text[SHOWN_BYTES];
    const cyaml_schema_value_t *v, *v_above;
    struct buf words = BUF_INIT;
    const char *rest;
    unsigned limit;
    int r;

    trace_where(c, 0, at);
    trace_where(c, skip, above);
    v = schema_at(y->schema, at);
    v_above = schema_at(y->schema, above);
    if ((rest = after(c, "Unexpected key: "))) {
        char with_key[WHERE_BYTES + sizeof(c->reason) + 2];

        snprintf(with_key, sizeof(with_key), "%s%s%.*s", at, *at ? "/" : "",
                 (int)sizeof(c->reason), rest);
        list_keys(v, &words);
        r = yamldoc_error(y, err, with_key, "expected one of %s, found \"%s\"",
                          buf_str(&words), shown(rest, text));
    } else if ((rest = after(c, "Missing required mapping field: "))) {
        r = yamldoc_error(y, err, above,
                          "expected the key \"%s\" here, found none",
                          shown(rest, text));
    } else if ((rest = after(c, "Mapping field already seen: "))) {
        r = yamldoc_error(y, err, at,
                          "expected the key \"%s\" once, found it again",
                          shown(rest, text));
    } else if ((rest = after(c, "Expecting "))) {
        const char *event = strstr(rest, "got event: ");

        r = yamldoc_error(
            y, err, at, "expected %s to be %s, found %s", subject(at, name),
            type_words(v),
            event_words(event ? event + strlen("got event: ") : ""));
    } else if ((rest = after(c, "Invalid ENUM value: "))) {
        list_words(v, &words);
        r = yamldoc_error(
            y, err, at, "expected %s to be one of %s, found \"%s\"",
            subject(at, name), buf_str(&words), shown(rest, text));
    } else if (sscanf(c->reason, "STRING length > %u", &limit) == 1) {
        r = yamldoc_error(y, err, at,
                          "expected %s to have at most %u bytes, found more",
                          subject(at, name), limit);
    } else if (sscanf(c->reason, "STRING length < %u", &limit) == 1) {
        r = yamldoc_error(y, err, at, "expected %s to be a text, found nothing",
                          subject(at, name));
    } else if (sscanf(c->reason, "Excessive entries (%u max)", &limit) == 1) {
        r = yamldoc_error(
            y, err, above, "expected %s to have at most %u entries, found more",
            subject(above, name),
            v_above && v_above->type == CYAML_SEQUENCE ? v_above->sequence.max
                                                       : limit);
    } else if (after(c, "Insufficient entries ")) {
        r = yamldoc_error(y, err, above,
                          "expected %s to have at least one entry, found none",
                          subject(above, name));
    } else {
        r = yamldoc_error(
            y, err, at, "expected %s to be %s, found an error: %s",
            subject(at, name), type_words(v),
            c->reason[0] ? shown(c->reason, text) : cyaml_strerror(code));
    }
    buf_done(&words);
    return r;
}

/* ---- the whole ----------------------------------------------------------- */

static cyaml_config_t config(struct caught *c)
{
    return (cyaml_config_t){.log_fn = c ? catch_log : NULL,
                            .log_ctx = c,
                            .log_level = CYAML_LOG_WARNING,
                            .mem_fn = mem,
                            .flags = CYAML_CFG_NO_ALIAS};
}

static int load(const char *path, const char *text, size_t len, bool proved,
                const cyaml_schema_value_t *schema, struct yamldoc **out,
                struct err *err)
{
    struct caught caught = {.n = 0};
    cyaml_config_t cfg = config(&caught);
    struct yamldoc *y;
    cyaml_err_t code;
    int r;

    *out = NULL;
    if (len > YAML_MAX_BYTES)
        return error_at(path, 1, err, "expected at most %u bytes, found %zu",
                        YAML_MAX_BYTES, len);
    if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) { /* some editors' mark */
        text += 3;
        len -= 3;
    }
    y = xcalloc(1, sizeof(*y));
    y->path = xstrdup(path);
    y->schema = schema;
    r = proved ? 0 : first_pass(y, text, len, err);
    if (r)
        goto out;
    code = cyaml_load_data((const uint8_t *)text, len, &cfg, schema, &y->data,
                           NULL);
    if (code != CYAML_OK)
        r = explain(y, &caught, code, err);
out:
    if (r)
        yamldoc_free(y);
    else
        *out = y;
    return r;
}

int yamldoc_load(const char *path, const char *text, size_t len,
                 const cyaml_schema_value_t *schema, struct yamldoc **out,
                 struct err *err)
{
    return load(path, text, len, false, schema, out, err);
}

int yamldoc_load_proved(const char *path, const char *text, size_t len,
                        const cyaml_schema_value_t *schema,
                        struct yamldoc **out, struct err *err)
{
    return load(path, text, len, true, schema, out, err);
}

void yamldoc_free(struct yamldoc *y)
{
    cyaml_config_t cfg = config(NULL);

    if (!y)
        return;
    if (y->data)
        cyaml_free(&cfg, y->schema, y->data, 0);
    for (size_t i = 0; i < y->n; i++)
        free(y->nodes[i].key);
    free(y->nodes);
    free(y->path);
    free(y);
}

void *yamldoc_data(struct yamldoc *y)
{
    return y->data;
}
