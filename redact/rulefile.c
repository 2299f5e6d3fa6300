#include "redact/rulefile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/yaml.h"
#include "redact/anchor.h"
#include "redact/parts.h"
#include "redact/value.h"

#define MAX_RULES 1000
#define MAX_EXAMPLES 200
#define MAX_EXAMPLE 4096
#define MAX_WHY 1000
#define MAX_ANCHOR 12000 /* the same written out, with its parts */
#define MAX_PARTS 100
#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* The file as it is written. */
struct raw_example {
    char *text;
    char *goes;
};

struct raw_rule {
    char *name;
    char *why;
    char *anchor;
    char *form;
    struct raw_example *match;
    unsigned n_match;
    char **keep;
    unsigned n_keep;
};

struct raw_part {
    char *name;
    char *is;
};

struct raw_file {
    struct raw_part *parts;
    unsigned n_parts;
    struct raw_rule *rules;
    unsigned n_rules;
    char **disable;
    unsigned n_disable;
};

#define TEXT(key, structure, member, max)                                      \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, structure, member, 1, max)

static const cyaml_schema_field_t example_fields[] = {
    TEXT("text", struct raw_example, text, MAX_EXAMPLE),
    TEXT("goes", struct raw_example, goes, MAX_EXAMPLE), CYAML_FIELD_END};

static const cyaml_schema_value_t example_value = {CYAML_VALUE_MAPPING(
    CYAML_FLAG_DEFAULT, struct raw_example, example_fields)};

static const cyaml_schema_value_t keep_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, MAX_EXAMPLE)};

static const cyaml_schema_field_t rule_fields[] = {
    TEXT("name", struct raw_rule, name, RULE_NAME_MAX),
    TEXT("why", struct raw_rule, why, MAX_WHY),
    TEXT("anchor", struct raw_rule, anchor, MAX_ANCHOR),
    TEXT("form", struct raw_rule, form, 32),
    CYAML_FIELD_SEQUENCE_COUNT("match", CYAML_FLAG_POINTER, struct raw_rule,
                               match, n_match, &example_value, 1, MAX_EXAMPLES),
    CYAML_FIELD_SEQUENCE_COUNT("keep", CYAML_FLAG_POINTER, struct raw_rule,
                               keep, n_keep, &keep_value, 1, MAX_EXAMPLES),
    CYAML_FIELD_END};

static const cyaml_schema_value_t rule_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_rule, rule_fields)};

static const cyaml_schema_field_t part_fields[] = {
    TEXT("name", struct raw_part, name, RULE_NAME_MAX),
    TEXT("is", struct raw_part, is, MAX_ANCHOR), CYAML_FIELD_END};

static const cyaml_schema_value_t part_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_part, part_fields)};

static const cyaml_schema_value_t name_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, RULE_NAME_MAX)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE_COUNT(
        "parts", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_file,
        parts, n_parts, &part_value, 1, MAX_PARTS),
    CYAML_FIELD_SEQUENCE_COUNT(
        "rules", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_file,
        rules, n_rules, &rule_value, 1, MAX_RULES),
    CYAML_FIELD_SEQUENCE_COUNT(
        "disable", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_file,
        disable, n_disable, &name_value, 1, MAX_RULES),
    CYAML_FIELD_END};

static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_file, file_fields)};

struct rulefile {
    char *path;
    struct yamldoc *yaml;
    const struct raw_file *raw;
    struct redact_rule *rules;
    struct part *parts; /* the shared ones, and its own */
    size_t n_shared, n_parts;
    char **anchors; /* of the rules, written out */
};

/* ---- checks -------------------------------------------------------------- */

int rulefile_error(const struct rulefile *f, struct err *err, const char *where,
                   const char *fmt, ...)
{
    char text[400], shown[400]; /* it quotes what the file says */
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return yamldoc_error(f->yaml, err, where, "%s",
                         str_visible(text, shown, sizeof(shown)));
}

static int bad(const struct rulefile *f, unsigned rule, const char *key,
               struct err *err, const char *text)
{
    char where[64];

    snprintf(where, sizeof(where), "rules/%u/%s", rule, key);
    return rulefile_error(f, err, where, "rule %s: %s",
                          f->raw->rules[rule].name, text);
}

static bool is_rule_name(const char *s)
{
    return s[0] >= 'a' && s[0] <= 'z' && strspn(s, LETTERS) == strlen(s);
}

static int check_rule(const struct rulefile *f, unsigned i, struct err *err)
{
    const struct raw_rule *r = &f->raw->rules[i];
    struct buf anchor = BUF_INIT;
    struct err why = ERR_INIT;
    struct anchor a;
    char key[32];
    int rc = 0;

    if (!is_rule_name(r->name))
        return bad(f, i, "name", err, "expected a name [a-z][a-z0-9-]{0,31}");
    if (!strcmp(r->name, "unscannable"))
        return bad(f, i, "name", err, "that name is taken");
    if (value_form_find(r->form) == FORM_COUNT)
        return bad(f, i, "form", err, "there is no such form of a value");
    if (parts_expand(f->parts, f->n_parts, r->anchor, MAX_ANCHOR, &anchor,
                     &why))
        rc = bad(f, i, "anchor", err, why.text);
    f->anchors[i] = buf_take(&anchor);
    if (rc)
        return rc;
    if (anchor_parse(f->anchors[i], &a, &why))
        return bad(f, i, "anchor", err, why.text);
    anchor_done(&a);
    for (unsigned k = 0; k < r->n_match; k++) {
        if (strstr(r->match[k].text, r->match[k].goes))
            continue;
        snprintf(key, sizeof(key), "match/%u/goes", k);
        return bad(f, i, key, err, "what goes is not in the example's text");
    }
    for (unsigned k = 0; k < i; k++)
        if (!strcmp(f->raw->rules[k].name, r->name))
            return bad(f, i, "name", err, "the file has a rule of that name");
    return 0;
}

/* Each part is written out with those before it. */
static int check_parts(struct rulefile *f, struct err *err)
{
    struct err why = ERR_INIT;
    char where[32];

    for (unsigned i = 0; i < f->raw->n_parts; i++) {
        const struct raw_part *p = &f->raw->parts[i];
        struct buf text = BUF_INIT;
        const char *says = NULL;

        if (!is_rule_name(p->name))
            says = "expected a name [a-z][a-z0-9-]{0,31}";
        else if (parts_expand(f->parts, f->n_parts, p->is, MAX_ANCHOR, &text,
                              &why))
            says = why.text;
        f->parts[f->n_parts++] = (struct part){p->name, buf_take(&text)};
        snprintf(where, sizeof(where), "parts/%u", i);
        if (says)
            return rulefile_error(f, err, where, "part %s: %s", p->name, says);
    }
    return 0;
}

static int check_disabled(const struct rulefile *f, unsigned i, struct err *err)
{
    const char *name = f->raw->disable[i];
    char where[32];

    snprintf(where, sizeof(where), "disable/%u", i);
    if (!is_rule_name(name))
        return rulefile_error(f, err, where,
                              "expected the name of a built-in rule");
    for (unsigned k = 0; k < f->raw->n_rules; k++)
        if (!strcmp(f->raw->rules[k].name, name))
            return rulefile_error(f, err, where,
                                  "rule %s is both switched off and given "
                                  "anew; leave it out here",
                                  name);
    return 0;
}

static int check_file(struct rulefile *f, struct err *err)
{
    int rc = 0;

    if (!f->raw || (!f->raw->n_rules && !f->raw->n_disable))
        return rulefile_error(f, err, "",
                              "expected rules: or disable:, found neither");
    rc = check_parts(f, err);
    for (unsigned i = 0; !rc && i < f->raw->n_rules; i++)
        rc = check_rule(f, i, err);
    for (unsigned i = 0; !rc && i < f->raw->n_disable; i++)
        rc = check_disabled(f, i, err);
    return rc;
}

/* ---- the file ------------------------------------------------------------ */

static void convert(const struct rulefile *f, unsigned i,
                    struct redact_rule *out)
{
    const struct raw_rule *r = &f->raw->rules[i];
    struct rule_example *match = xcalloc(r->n_match + 1u, sizeof(*match));
    const char **keep = xcalloc(r->n_keep + 1u, sizeof(*keep));

    for (unsigned k = 0; k < r->n_match; k++)
        match[k] = (struct rule_example){r->match[k].text, r->match[k].goes};
    for (unsigned k = 0; k < r->n_keep; k++)
        keep[k] = r->keep[k];
    *out = (struct redact_rule){
        .name = r->name,
        .anchor = f->anchors[i],
        .form = value_form_find(r->form),
        .match = match,
        .keep = keep,
        .why = r->why,
        .file = f->path,
    };
}

static void take_shared(struct rulefile *f, const struct rulefile *shared)
{
    f->n_shared = f->n_parts = shared ? shared->n_parts : 0;
    f->parts = xcalloc(f->n_shared + f->raw->n_parts + 1, sizeof(*f->parts));
    for (size_t i = 0; i < f->n_shared; i++)
        f->parts[i] = shared->parts[i];
}

int rulefile_load(const char *path, const char *text, size_t len,
                  const struct rulefile *shared, struct rulefile **out,
                  struct err *err)
{
    struct rulefile *f = xcalloc(1, sizeof(*f));
    int rc;

    *out = NULL;
    f->path = xstrdup(path);
    rc = yamldoc_load(path, text, len, &schema, &f->yaml, err);
    if (!rc) {
        f->raw = yamldoc_data(f->yaml);
        if (f->raw) {
            take_shared(f, shared);
            f->anchors = xcalloc(f->raw->n_rules + 1u, sizeof(*f->anchors));
        }
        rc = check_file(f, err);
    }
    if (rc) {
        rulefile_free(f);
        return rc;
    }
    f->rules = xcalloc(f->raw->n_rules + 1u, sizeof(*f->rules));
    for (unsigned i = 0; i < f->raw->n_rules; i++)
        convert(f, i, &f->rules[i]);
    *out = f;
    return 0;
}

void rulefile_free(struct rulefile *f)
{
    if (!f)
        return;
    for (size_t i = 0; f->rules && i < f->raw->n_rules; i++) {
        free((void *)f->rules[i].match);
        free((void *)f->rules[i].keep);
    }
    for (size_t i = 0; f->anchors && i < f->raw->n_rules; i++)
        free(f->anchors[i]);
    for (size_t i = f->n_shared; i < f->n_parts; i++)
        free((char *)f->parts[i].text);
    free(f->anchors);
    free(f->parts);
    free(f->rules);
    yamldoc_free(f->yaml);
    free(f->path);
    free(f);
}

const char *rulefile_path(const struct rulefile *f)
{
    return f->path;
}

size_t rulefile_count(const struct rulefile *f)
{
    return f->raw->n_rules;
}

const struct redact_rule *rulefile_rule(const struct rulefile *f, size_t i)
{
    return &f->rules[i];
}

size_t rulefile_disabled_count(const struct rulefile *f)
{
    return f->raw->n_disable;
}

const char *rulefile_disabled(const struct rulefile *f, size_t i)
{
    return f->raw->disable[i];
}
