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

/* The file that a rule of the table is from; f NULL: it is built in. */
struct origin {
    struct rulefile *f;
    size_t i;
};

struct redact_added {
    struct rulefile **file;
    size_t n_files;
    /* The built-in rules, some of them replaced, then those of other names. */
    struct redact_rule *rule;
    struct origin *origin;
    unsigned char *flags;
    size_t n, n_added;
    struct redact_override *override;
    size_t n_overrides;
};

struct redact_added *redact_added_new(void)
{
    struct redact_added *a = xcalloc(1, sizeof(*a));

    a->n = redact_builtin_count;
    a->rule = xcalloc(a->n, sizeof(*a->rule));
    a->origin = xcalloc(a->n, sizeof(*a->origin));
    a->flags = xcalloc(a->n, sizeof(*a->flags));
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
    free(a->origin);
    free(a->flags);
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

/* Notes that built-in rule i is weakened. */
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
    a->flags[i] = disabled ? REDACT_OFF : REDACT_ADDED;
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

static void grow(struct redact_added *a)
{
    a->rule = xreallocarray(a->rule, a->n + 1, sizeof(*a->rule));
    a->origin = xreallocarray(a->origin, a->n + 1, sizeof(*a->origin));
    a->flags = xreallocarray(a->flags, a->n + 1, sizeof(*a->flags));
    a->flags[a->n++] = REDACT_ADDED;
}

/* An override stands where the built-in rule stood, since of rules that find
 * the same the first one wins. */
static int add_rule(struct redact_added *a, struct rulefile *f, size_t i,
                    struct err *err)
{
    const struct redact_rule *r = rulefile_rule(f, i);
    size_t at = find_builtin(r->name);
    char where[48];

    snprintf(where, sizeof(where), "rules/%zu/form", i);
    if (r->form == FORM_TOKEN)
        return rulefile_error(f, err, where,
                              "the form token is for our own tokens");
    if (check_anchor(f, i, err))
        return -EINVAL;
    snprintf(where, sizeof(where), "rules/%zu/name", i);
    for (size_t k = 0; k < a->n; k++)
        if (a->origin[k].f && !strcmp(a->rule[k].name, r->name))
            return rulefile_error(f, err, where,
                                  "there is a rule %s already, in %s", r->name,
                                  a->rule[k].file);
    if (a->n_added++ == REDACT_ADDED_MAX)
        return rulefile_error(f, err, where,
                              "expected at most %u added rules, found more",
                              REDACT_ADDED_MAX);
    if (at < redact_builtin_count) {
        if (override(a, f, at, false, where, err))
            return -EINVAL;
    } else {
        at = a->n;
        grow(a);
    }
    a->rule[at] = *r;
    a->origin[at] = (struct origin){f, i};
    return 0;
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
    int rc = rulefile_load(path, text, len, NULL, &f, err);

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

/* Names the added rule whose token stands in what the example became. */
static int weakened(const struct redact_rules *rules, const char *name,
                    const char *became, struct err *err)
{
    const struct redact_added *a = rules->added;
    char token[RULE_NAME_MAX + 16], where[48], shown[SHOWN];

    str_visible(became, shown, sizeof(shown));
    for (size_t k = 0; k < a->n; k++) {
        snprintf(token, sizeof(token), "[REDACTED:%s:", a->rule[k].name);
        if (!a->origin[k].f || !strstr(became, token))
            continue;
        snprintf(where, sizeof(where), "rules/%zu/anchor", a->origin[k].i);
        return rulefile_error(a->origin[k].f, err, where,
                              "rule %s keeps the built-in rule %s from hiding "
                              "a secret: an example of it became \"%s\"",
                              a->rule[k].name, name, shown);
    }
    return err_set(err, -EINVAL,
                   "the added rules keep the built-in rule %s from hiding a "
                   "secret: an example of it became \"%s\"",
                   name, shown);
}

static int prove(const struct redact_rules *rules, size_t i,
                 struct redact_fault *fault, struct err *err)
{
    const struct redact_added *a = rules->added;

    if (a->origin[i].f)
        return redact_rule_proves(rules, i, fault)
                   ? 0
                   : example_fails(a->origin[i].f, a->origin[i].i, fault, err);
    if (!a->n_added || (a->flags[i] & REDACT_OFF) ||
        (rules->opts.keep_tokens && i == rules->token_rule) ||
        redact_rule_hides(rules, i, fault))
        return 0;
    return weakened(rules, a->rule[i].name, buf_str(&fault->became), err);
}

/* The added ones first: what is wrong with them shows best by themselves. */
static int prove_all(const struct redact_rules *rules, struct err *err)
{
    struct redact_fault fault = {.became = BUF_INIT};
    const struct redact_added *a = rules->added;
    int rc = 0;

    for (size_t i = 0; !rc && i < a->n; i++)
        if (a->origin[i].f)
            rc = prove(rules, i, &fault, err);
    for (size_t i = 0; !rc && i < a->n; i++)
        if (!a->origin[i].f)
            rc = prove(rules, i, &fault, err);
    buf_done(&fault.became);
    return rc;
}

int redact_rules_load(const struct redact_opts *opts, struct redact_added *a,
                      struct redact_rules **out, struct err *err)
{
    struct redact_table table = {
        .rules = a->rule, .n = a->n, .flags = a->flags};
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
    rc = prove_all(*out, err);
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
        .builtin = !rules->set.rule[i].added,
        .off = rules->set.rule[i].off,
        .overrides = rules->set.rule[i].added && i < redact_builtin_count,
    };
}
