#include "redact/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "redact/rulefile.h"
#include "redact/ruleset.h"
#include "redact/value.h"

#define SHOWN 200 /* bytes of a text, in a message */

struct redact_added {
    struct rulefile **file;
    size_t n_files;
    struct redact_rule *rule; /* the built-in ones, then all of the files */
    bool *off;
    size_t n;
    struct redact_override *override;
    size_t n_overrides;
};

struct redact_added *redact_added_new(void)
{
    struct redact_added *a = xcalloc(1, sizeof(*a));

    a->n = redact_builtin_count;
    a->rule = xcalloc(a->n, sizeof(*a->rule));
    a->off = xcalloc(a->n, sizeof(*a->off));
    memcpy(a->rule, redact_builtin, a->n * sizeof(*a->rule));
    return a;
}

void redact_added_free(struct redact_added *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n_files; i++)
        rulefile_free(a->file[i]);
    free(a->file);
    free(a->rule);
    free(a->off);
    free(a->override);
    free(a);
}

/* ---- files --------------------------------------------------------------- */

static size_t find_builtin(const char *name)
{
    size_t i = 0;

    while (i < redact_builtin_count && strcmp(redact_builtin[i].name, name))
        i++;
    return i;
}

/* Switches built-in rule i off. */
static int override(struct redact_added *a, struct rulefile *f, size_t i,
                    bool disabled, const char *where, struct err *err)
{
    const char *name = redact_builtin[i].name;

    if (redact_builtin[i].form == FORM_TOKEN)
        return rulefile_error(f, err, where,
                              "the rule %s cannot be overridden: forged tokens "
                              "would pass",
                              name);
    for (size_t k = 0; k < a->n_overrides; k++)
        if (!strcmp(a->override[k].rule, name))
            return rulefile_error(f, err, where,
                                  "the rule %s is overridden already, by %s",
                                  name, a->override[k].file);
    a->override =
        xreallocarray(a->override, a->n_overrides + 1, sizeof(*a->override));
    a->override[a->n_overrides++] =
        (struct redact_override){name, rulefile_path(f), disabled};
    a->off[i] = true;
    return 0;
}

/* The checker of anchors lets pass what PCRE2 may still refuse, such as a
 * look-behind whose length varies; it is to be told with its line, too. */
static int check_anchor(const struct rulefile *f, size_t i, struct err *err)
{
    struct redact_opts opts = {.engine = REDACT_ENGINE_PCRE2};
    struct redact_table table = {.rules = rulefile_rule(f, i), .n = 1};
    struct redact_rules *rules = NULL;
    struct err why = ERR_INIT;
    char where[48];
    int rc = redact_rules_new_from(&table, &opts, &rules, &why);

    redact_rules_free(rules);
    if (!rc)
        return 0;
    snprintf(where, sizeof(where), "rules/%zu/anchor", i);
    return rulefile_error(f, err, where, "%s", why.text);
}

static int add_rule(struct redact_added *a, struct rulefile *f, size_t i,
                    struct err *err)
{
    const struct redact_rule *r = rulefile_rule(f, i);
    size_t builtin = find_builtin(r->name);
    char where[48];

    snprintf(where, sizeof(where), "rules/%zu/form", i);
    if (r->form == FORM_TOKEN)
        return rulefile_error(f, err, where,
                              "the form token is for our own tokens");
    if (check_anchor(f, i, err))
        return -EINVAL;
    snprintf(where, sizeof(where), "rules/%zu/name", i);
    for (size_t k = redact_builtin_count; k < a->n; k++)
        if (!strcmp(a->rule[k].name, r->name))
            return rulefile_error(f, err, where,
                                  "there is a rule %s already, in %s", r->name,
                                  a->rule[k].file);
    if (a->n >= redact_builtin_count + REDACT_ADDED_MAX)
        return rulefile_error(f, err, where,
                              "expected at most %u added rules, found more",
                              REDACT_ADDED_MAX);
    a->rule = xreallocarray(a->rule, a->n + 1, sizeof(*a->rule));
    a->off = xreallocarray(a->off, a->n + 1, sizeof(*a->off));
    a->off[a->n] = false;
    a->rule[a->n++] = *r;
    return builtin < redact_builtin_count
               ? override(a, f, builtin, false, where, err)
               : 0;
}

static int disable(struct redact_added *a, struct rulefile *f, size_t i,
                   struct err *err)
{
    const char *name = rulefile_disabled(f, i);
    size_t builtin = find_builtin(name);
    char where[48];

    snprintf(where, sizeof(where), "disable/%zu", i);
    if (builtin == redact_builtin_count)
        return rulefile_error(f, err, where, "there is no built-in rule %s",
                              name);
    return override(a, f, builtin, true, where, err);
}

int redact_added_file(struct redact_added *a, const char *path,
                      const char *text, size_t len, struct err *err)
{
    struct rulefile *f;
    int rc = rulefile_load(path, text, len, &f, err);

    if (rc)
        return rc;
    a->file = xreallocarray(a->file, a->n_files + 1, sizeof(struct rulefile *));
    a->file[a->n_files++] = f;
    for (size_t i = 0; !rc && i < rulefile_count(f); i++)
        rc = add_rule(a, f, i, err);
    for (size_t i = 0; !rc && i < rulefile_disabled_count(f); i++)
        rc = disable(a, f, i, err);
    return rc;
}

/* ---- proof --------------------------------------------------------------- */

static int example_fails(const struct rulefile *f, size_t i,
                         const struct redact_fault *fault, struct err *err)
{
    const struct redact_rule *r = rulefile_rule(f, i);
    char where[64], shown[SHOWN];

    snprintf(where, sizeof(where), "rules/%zu/%s/%u", i,
             fault->keep ? "keep" : "match", fault->n);
    str_visible(buf_str(&fault->became), shown, sizeof(shown));
    if (fault->keep)
        return rulefile_error(f, err, where,
                              "rule %s: the example must stay as it is, but "
                              "became \"%s\"",
                              r->name, shown);
    return rulefile_error(f, err, where,
                          "rule %s: what goes of the example should be "
                          "replaced by its token, but the example became "
                          "\"%s\"",
                          r->name, shown);
}

static int prove_added(const struct redact_rules *rules, struct err *err)
{
    const struct redact_added *a = rules->added;
    struct redact_fault fault = {.became = BUF_INIT};
    size_t n = redact_builtin_count;
    int rc = 0;

    for (size_t k = 0; !rc && k < a->n_files; k++)
        for (size_t i = 0; !rc && i < rulefile_count(a->file[k]); i++, n++)
            if (!redact_rule_proves(rules, n, &fault))
                rc = example_fails(a->file[k], i, &fault, err);
    buf_done(&fault.became);
    return rc;
}

/* Names the added rule whose token stands in what the example became. */
static int weakened(const struct redact_rules *rules, const char *name,
                    const char *became, struct err *err)
{
    const struct redact_added *a = rules->added;
    char token[RULE_NAME_MAX + 16], where[48], shown[SHOWN];

    str_visible(became, shown, sizeof(shown));
    for (size_t k = 0; k < a->n_files; k++) {
        for (size_t i = 0; i < rulefile_count(a->file[k]); i++) {
            snprintf(token, sizeof(token),
                     "[REDACTED:%s:", rulefile_rule(a->file[k], i)->name);
            if (!strstr(became, token))
                continue;
            snprintf(where, sizeof(where), "rules/%zu/anchor", i);
            return rulefile_error(a->file[k], err, where,
                                  "rule %s keeps the built-in rule %s from "
                                  "hiding a secret: an example of it became "
                                  "\"%s\"",
                                  rulefile_rule(a->file[k], i)->name, name,
                                  shown);
        }
    }
    return err_set(err, -EINVAL,
                   "the added rules keep the built-in rule %s from hiding a "
                   "secret: an example of it became \"%s\"",
                   name, shown);
}

static int prove_builtin(const struct redact_rules *rules, struct err *err)
{
    struct redact_fault fault = {.became = BUF_INIT};
    int rc = 0;

    for (size_t i = 0; !rc && i < redact_builtin_count; i++) {
        if (rules->set.rule[i].off ||
            (rules->opts.keep_tokens && i == rules->token_rule))
            continue;
        if (!redact_rule_hides(rules, i, &fault))
            rc = weakened(rules, redact_builtin[i].name, buf_str(&fault.became),
                          err);
    }
    buf_done(&fault.became);
    return rc;
}

int redact_rules_load(const struct redact_opts *opts, struct redact_added *a,
                      struct redact_rules **out, struct err *err)
{
    struct redact_table table = {
        .rules = a->rule,
        .n = a->n,
        .n_builtin = redact_builtin_count,
        .off = a->off,
    };
    int rc;

    if (!a->n_files) {
        redact_added_free(a);
        return redact_rules_new(opts, out, err);
    }
    rc = redact_rules_new_from(&table, opts, out, err);
    if (rc) {
        redact_added_free(a);
        return rc;
    }
    (*out)->added = a;
    rc = prove_added(*out, err);
    if (!rc && a->n > redact_builtin_count)
        rc = prove_builtin(*out, err);
    if (rc) {
        redact_rules_free(*out);
        *out = NULL;
    }
    return rc;
}

/* ---- what there is ------------------------------------------------------- */

const struct redact_override *redact_rules_override(
    const struct redact_rules *rules, size_t i)
{
    const struct redact_added *a = rules->added;

    return a && i < a->n_overrides ? &a->override[i] : NULL;
}

const char *redact_rules_file(const struct redact_rules *rules, size_t i)
{
    const struct redact_added *a = rules->added;

    return a && i < a->n_files ? rulefile_path(a->file[i]) : NULL;
}

void redact_rule_info(const struct redact_rules *rules, size_t i,
                      struct redact_rule_info *out)
{
    const struct redact_rule *r = rules->set.rule[i].src;

    *out = (struct redact_rule_info){
        .name = r->name,
        .why = r->why,
        .form = value_form_name(r->form),
        .file = r->file,
        .builtin = i < redact_builtin_count,
        .off = rules->set.rule[i].off,
    };
    out->overrides =
        !out->builtin && find_builtin(r->name) < redact_builtin_count;
}
