/* dropin.c: a YAML file -> struct plugin, the same that a built-in is.
 *
 * The schema says what keys there are and of what type; check_* says what no
 * schema can.  The strings of the plugin belong to the loaded YAML, which lives
 * as long as the plugin. */
#include "plugins/plugin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/yaml.h"

#define MAX_NAME 64
#define MAX_PATH 1024
#define MAX_TEXT 200
#define MAX_ARG 2048
#define MAX_NUMBER 24
#define MAX_SIZE (4ull << 30)
#define MAX_TIME_MS (3600ull * 1000)
#define MAX_DEPTH 32

/* The file as it is written; NULL and 0 for what is not there. */
struct raw_item {
    char *name;
    char *file, *glob, *tree, *probe;
    char **command;
    unsigned n_command;
    char *instead_of, *max_size, *timeout, *max_depth;
    char **modules;
    unsigned n_modules;
    unsigned priority;
    enum privacy privacy;
    bool rotated;
    bool head;
};

struct raw_plugin {
    char *name, *summary;
    char *max_size, *timeout;
    unsigned priority;
    unsigned privacy; /* enum privacy + 1 */
    struct raw_item *items;
    unsigned n_items;
};

static const cyaml_strval_t priorities[] = {
    {"xen", PRIO_XEN},
    {"domains", PRIO_DOMAINS},
    {"toolstack", PRIO_TOOLSTACK},
    {"system", PRIO_SYSTEM},
    {"logs", PRIO_LOGS},
    {"last", PRIO_LAST},
};
/* An item cannot say "no": its zero means "as the plugin". */
static const cyaml_strval_t item_privacies[] = {
    {"yes", PRIVACY_YES},
    {"maybe", PRIVACY_MAYBE},
    {"if_customized", PRIVACY_IF_CUSTOMIZED},
};
static const cyaml_strval_t privacies[] = {
    {"no", PRIVACY_NO + 1},
    {"yes", PRIVACY_YES + 1},
    {"maybe", PRIVACY_MAYBE + 1},
    {"if_customized", PRIVACY_IF_CUSTOMIZED + 1},
};
static const cyaml_strval_t keeps[] = {{"tail", 0}, {"head", 1}};

#define TEXT(key, must, structure, member, max)                                \
    CYAML_FIELD_STRING_PTR(                                                    \
        key, CYAML_FLAG_POINTER | ((must) ? 0 : CYAML_FLAG_OPTIONAL),          \
        structure, member, 1, max)
#define WORD(key, structure, member, words, n)                                 \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, structure,  \
                     member, words, n)

static const cyaml_schema_value_t argument = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, MAX_ARG)};
static const cyaml_schema_value_t module = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, MAX_NAME)};

static const cyaml_schema_field_t item_fields[] = {
    TEXT("name", true, struct raw_item, name, MAX_NAME),
    TEXT("file", false, struct raw_item, file, MAX_PATH),
    TEXT("glob", false, struct raw_item, glob, MAX_PATH),
    TEXT("tree", false, struct raw_item, tree, MAX_PATH),
    CYAML_FIELD_SEQUENCE_COUNT(
        "command", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_item,
        command, n_command, &argument, 1, ITEM_MAX_ARGS),
    TEXT("probe", false, struct raw_item, probe, MAX_NAME),
    TEXT("instead_of", false, struct raw_item, instead_of, MAX_NAME),
    CYAML_FIELD_SEQUENCE_COUNT(
        "modules", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_item,
        modules, n_modules, &module, 1, ITEM_MAX_MODULES),
    TEXT("max_size", false, struct raw_item, max_size, MAX_NUMBER),
    TEXT("timeout", false, struct raw_item, timeout, MAX_NUMBER),
    TEXT("max_depth", false, struct raw_item, max_depth, MAX_NUMBER),
    WORD("priority", struct raw_item, priority, priorities, 6),
    WORD("privacy", struct raw_item, privacy, item_privacies, 3),
    YAML_FIELD_BOOL("rotated", struct raw_item, rotated),
    WORD("keep", struct raw_item, head, keeps, 2),
    CYAML_FIELD_END};

static const cyaml_schema_value_t item_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_item, item_fields)};

static const cyaml_schema_field_t plugin_fields[] = {
    TEXT("name", true, struct raw_plugin, name, MAX_NAME),
    TEXT("summary", true, struct raw_plugin, summary, MAX_TEXT),
    WORD("priority", struct raw_plugin, priority, priorities, 6),
    WORD("privacy", struct raw_plugin, privacy, privacies, 4),
    TEXT("max_size", false, struct raw_plugin, max_size, MAX_NUMBER),
    TEXT("timeout", false, struct raw_plugin, timeout, MAX_NUMBER),
    CYAML_FIELD_SEQUENCE_COUNT("items", CYAML_FLAG_POINTER, struct raw_plugin,
                               items, n_items, &item_value, 1,
                               DROPIN_MAX_ITEMS),
    CYAML_FIELD_END};

static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_plugin, plugin_fields)};

struct dropin {
    struct plugin plugin; /* first: dropin_free gets a pointer to it */
    struct item *items;
    struct yamldoc *yaml;
    char *origin;
};

/* ---- one value ----------------------------------------------------------- */

struct at {
    const struct yamldoc *yaml;
    struct err *err;
    unsigned item; /* counted from 0 */
    bool in_item;
};

static int bad(const struct at *a, const char *key, const char *expected,
               const char *found)
{
    char where[64], text[64];

    if (a->in_item)
        snprintf(where, sizeof(where), "items/%u/%s", a->item, key);
    else
        snprintf(where, sizeof(where), "%s", key);
    return yamldoc_error(a->yaml, a->err, where,
                         "expected %s to be %s, found "
                         "\"%s\"",
                         key, expected, str_visible(found, text, sizeof(text)));
}

static bool only_has(const char *s, const char *allowed)
{
    return *s && s[strspn(s, allowed)] == '\0';
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static int check_item_name(const struct at *a, const char *key, const char *s)
{
    if (!only_has(s, LOWER DIGITS "-"))
        return bad(a, key, "made of a-z, 0-9 and -", s);
    return 0;
}

static bool has_controls(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return true;
    }
    return false;
}

/* Absolute, and as the kernel would spell it, so that a rule about paths need
 * know one spelling. */
static bool is_plain_path(const char *s)
{
    if (*s != '/' || !s[1] || has_controls(s))
        return false;
    while (*s) {
        size_t len = strcspn(++s, "/");

        if (!len || (len == 1 && s[0] == '.') ||
            (len == 2 && s[0] == '.' && s[1] == '.'))
            return false;
        s += len;
    }
    return true;
}

static int check_path(const struct at *a, const char *key, const char *s)
{
    if (!s || is_plain_path(s))
        return 0;
    return bad(a, key, "an absolute path without //, . or ..", s);
}

/* [ needs its ] before the next '/', or it would fit nothing. */
static bool is_glob(const char *s)
{
    if (!is_plain_path(s))
        return false;
    for (; *s; s++) {
        if (*s == '\\' || *s == '{')
            return false;
        if (*s != '[')
            continue;
        s++;
        if (*s == '!' || *s == '^')
            s++;
        if (*s == ']')
            s++;
        s += strcspn(s, "]/");
        if (*s != ']')
            return false;
    }
    return true;
}

static int check_glob(const struct at *a, const char *s)
{
    if (!s || is_glob(s))
        return 0;
    return bad(a, "glob", "an absolute pattern of names with *, ? or [...]", s);
}

static int parse_size(const struct at *a, const char *s, uint64_t *out)
{
    if (!s)
        return 0;
    if (str_parse_size(s, out) || *out == 0 || *out > MAX_SIZE)
        return bad(a, "max_size", "a size up to 4G such as 64K, 1M or 1.5G", s);
    return 0;
}

static int parse_time(const struct at *a, const char *s, unsigned *out)
{
    uint64_t ms;

    if (!s)
        return 0;
    if (str_parse_time_ms(s, &ms) || ms == 0 || ms > MAX_TIME_MS)
        return bad(a, "timeout", "a time up to 1h such as 500ms, 5s or 2m", s);
    *out = (unsigned)ms;
    return 0;
}

static int parse_depth(const struct at *a, const char *s, unsigned *out)
{
    uint64_t depth;

    if (!s)
        return 0;
    if (str_parse_u64(s, 1, MAX_DEPTH, &depth))
        return bad(a, "max_depth", "a number from 1 to 32", s);
    *out = (unsigned)depth;
    return 0;
}

/* ---- one item ------------------------------------------------------------ */

static int item_error(const struct at *a, const char *text)
{
    char where[32];

    snprintf(where, sizeof(where), "items/%u", a->item);
    return yamldoc_error(a->yaml, a->err, where, "%s", text);
}

/* Exactly one key that says what the item is. */
static int check_kind(const struct at *a, const struct raw_item *raw)
{
    const struct {
        const char *key;
        bool there;
    } kinds[] = {{"file", raw->file},
                 {"glob", raw->glob},
                 {"tree", raw->tree},
                 {"command", raw->n_command > 0},
                 {"probe", raw->probe}};
    const char *first = NULL;
    char where[48];

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!kinds[i].there)
            continue;
        if (first) {
            snprintf(where, sizeof(where), "items/%u/%s", a->item,
                     kinds[i].key);
            return yamldoc_error(a->yaml, a->err, where,
                                 "expected one of file, glob, tree, command, "
                                 "probe in item \"%s\", found %s and %s",
                                 raw->name, first, kinds[i].key);
        }
        first = kinds[i].key;
    }
    if (!first)
        return item_error(a, "expected one of file, glob, tree, command, probe "
                             "in the item, found none of them");
    return 0;
}

static int check_command(const struct at *a, const struct raw_item *raw)
{
    const char *program;

    if (!raw->n_command)
        return 0;
    program = raw->command[0];
    if (!*program || *program == '-' || strchr(program, '/') ||
        has_controls(program))
        return bad(a, "command",
                   "the plain name of a program, without folder, and its "
                   "arguments",
                   program);
    return 0;
}

static int misfit(const struct at *a, const char *key, const char *kind,
                  const char *name)
{
    char where[64];

    snprintf(where, sizeof(where), "items/%u/%s", a->item, key);
    return yamldoc_error(a->yaml, a->err, where,
                         "expected %s together with %s only, found it in item "
                         "\"%s\"",
                         key, kind, name);
}

/* Keys that mean something for one kind of item only. */
static int check_fits(const struct at *a, const struct raw_item *raw)
{
    if (raw->rotated && !raw->glob)
        return misfit(a, "rotated", "glob", raw->name);
    if (raw->max_depth && !raw->tree)
        return misfit(a, "max_depth", "tree", raw->name);
    if (raw->instead_of && !raw->n_command && !raw->probe)
        return misfit(a, "instead_of", "command or probe", raw->name);
    return 0;
}

/* Names are unique.  *root_out: the item whose group this one is in, which is
 * itself, or that of what it stands in for. */
static int check_neighbours(const struct at *a, const struct raw_item *items,
                            const unsigned *roots, unsigned *root_out)
{
    const struct raw_item *raw = &items[a->item];

    *root_out = a->item;
    for (unsigned i = 0; i < a->item; i++) {
        if (!strcmp(items[i].name, raw->name))
            return bad(a, "name", "unique in the file", raw->name);
        if (raw->instead_of && !strcmp(items[i].name, raw->instead_of))
            *root_out = roots[i];
    }
    if (raw->instead_of && *root_out == a->item)
        return bad(a, "instead_of", "the name of an item before this one",
                   raw->instead_of);
    return 0;
}

static int check_modules(const struct at *a, const struct raw_item *raw)
{
    for (unsigned i = 0; i < raw->n_modules; i++) {
        if (!only_has(raw->modules[i], LOWER DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                    "_"))
            return bad(a, "modules", "names as lsmod shows them",
                       raw->modules[i]);
    }
    return 0;
}

static int fill_item(const struct at *a, const struct raw_item *items,
                     unsigned *roots, struct item *out)
{
    const struct raw_item *raw = &items[a->item];
    int r;

    if ((r = check_item_name(a, "name", raw->name)) ||
        (r = check_kind(a, raw)) || (r = check_path(a, "file", raw->file)) ||
        (r = check_path(a, "tree", raw->tree)) ||
        (r = check_glob(a, raw->glob)) || (r = check_command(a, raw)) ||
        (raw->probe && (r = check_item_name(a, "probe", raw->probe))) ||
        (r = check_modules(a, raw)) || (r = check_fits(a, raw)) ||
        (r = check_neighbours(a, items, roots, &roots[a->item])) ||
        (r = parse_size(a, raw->max_size, &out->max_bytes)) ||
        (r = parse_time(a, raw->timeout, &out->timeout_ms)) ||
        (r = parse_depth(a, raw->max_depth, &out->max_depth)))
        return r;
    out->name = raw->name;
    out->file = raw->file;
    out->glob = raw->glob;
    out->tree = raw->tree;
    out->probe = raw->probe;
    for (unsigned i = 0; i < raw->n_command; i++)
        out->argv[i] = raw->command[i];
    out->instead_of = raw->instead_of;
    for (unsigned i = 0; i < raw->n_modules; i++)
        out->modules[i] = raw->modules[i];
    out->priority = raw->priority;
    out->privacy = raw->privacy;
    out->rotated = raw->rotated;
    out->head = raw->head;
    return 0;
}

/* ---- the plugin ---------------------------------------------------------- */

static int check_plugin_name(const struct at *a, const char *name)
{
    if (!strchr(LOWER, *name) || !only_has(name, LOWER DIGITS "_"))
        return bad(a, "name", "made of a-z, 0-9 and _ and to start with a-z",
                   name);
    for (size_t i = 0; plugin_builtins[i]; i++) {
        if (!strcmp(plugin_builtins[i]->name, name))
            return bad(a, "name", "none of a built-in plugin", name);
    }
    return 0;
}

/* In the file's order, but what stands in for an item directly behind it. */
static int fill_items(struct dropin *d, struct at *a,
                      const struct raw_plugin *raw)
{
    struct item *filled = xcalloc(raw->n_items, sizeof(*filled));
    unsigned *roots = xcalloc(raw->n_items, sizeof(*roots));
    size_t n = 0;
    int r = 0;

    a->in_item = true;
    for (a->item = 0; a->item < raw->n_items && !r; a->item++)
        r = fill_item(a, raw->items, roots, &filled[a->item]);
    if (r)
        goto out;
    d->items = xcalloc((size_t)raw->n_items + 1, sizeof(*d->items));
    for (unsigned root = 0; root < raw->n_items; root++) {
        for (unsigned i = root; i < raw->n_items; i++) {
            if (roots[i] == root)
                d->items[n++] = filled[i];
        }
    }
    d->plugin.items = d->items;
out:
    free(filled);
    free(roots);
    return r;
}

static int fill(struct dropin *d, struct err *err)
{
    const struct raw_plugin *raw = yamldoc_data(d->yaml);
    struct at a = {.yaml = d->yaml, .err = err};
    struct plugin *p = &d->plugin;
    int r;

    if (!raw)
        return yamldoc_error(d->yaml, err, "",
                             "expected a plugin with name, summary and items, "
                             "found an empty file");
    if ((r = check_plugin_name(&a, raw->name)) ||
        (has_controls(raw->summary) &&
         (r = bad(&a, "summary", "one line of text", raw->summary))) ||
        (r = parse_size(&a, raw->max_size, &p->max_bytes)) ||
        (r = parse_time(&a, raw->timeout, &p->timeout_ms)))
        return r;
    p->name = raw->name;
    p->summary = raw->summary;
    p->priority = raw->priority ? raw->priority : PRIO_SYSTEM;
    p->privacy =
        raw->privacy ? (enum privacy)(raw->privacy - 1) : PRIVACY_MAYBE;
    p->origin = d->origin;
    return fill_items(d, &a, raw);
}

int dropin_parse(const char *path, const char *text, size_t len,
                 struct plugin **out, struct err *err)
{
    struct dropin *d;
    int r;

    *out = NULL;
    if (len > DROPIN_MAX_BYTES)
        return err_set(err, -EINVAL, "%s:1: expected at most %u KiB, found %zu",
                       path, DROPIN_MAX_BYTES / 1024, len / 1024);
    d = xcalloc(1, sizeof(*d));
    d->origin = xstrdup(path);
    r = yamldoc_load(path, text, len, &schema, &d->yaml, err);
    if (!r)
        r = fill(d, err);
    if (r)
        dropin_free(&d->plugin);
    else
        *out = &d->plugin;
    return r;
}

void dropin_free(struct plugin *p)
{
    struct dropin *d = (struct dropin *)p;

    if (!d)
        return;
    yamldoc_free(d->yaml);
    free(d->items);
    free(d->origin);
    free(d);
}
