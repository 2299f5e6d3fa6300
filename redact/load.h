/* load.h: rules added at run time, beside the built-in ones.
 *
 * Files are added one by one and then compiled together.  A rule with the name
 * of a built-in one takes its place, and disable: switches one off; both are
 * overrides, which whoever gets the bundle must be told of.  No other way to
 * weaken a built-in rule is let pass: every example is run under all rules. */
#ifndef XB_REDACT_LOAD_H
#define XB_REDACT_LOAD_H

#include "redact/redact.h"

/* Of all added rules together. */
#define REDACT_ADDED_MAX 256u

struct redact_added;

struct redact_added *redact_added_new(void);
void redact_added_free(struct redact_added *a);
/* 0, or -EINVAL with "PATH:LINE: " and what is wrong. */
int redact_added_file(struct redact_added *a, const char *path,
                      const char *text, size_t len, struct err *err);

/* As redact_rules_new, with the rules of a, which is owned by *out or freed.
 * -EINVAL with "PATH:LINE: ": an example of an added rule fails, or an added
 * rule keeps a built-in one from hiding what it should. */
int redact_rules_load(const struct redact_opts *opts, struct redact_added *a,
                      struct redact_rules **out, struct err *err);

/* A built-in rule that an added file weakens. */
struct redact_override {
    const char *rule;
    const char *file;
    bool disabled; /* else another rule stands in its place */
};

/* Entry i, or NULL behind the last. */
const struct redact_override *redact_rules_override(
    const struct redact_rules *rules, size_t i);
/* Path of the added file i, or NULL behind the last. */
const char *redact_rules_file(const struct redact_rules *rules, size_t i);

/* What a list of rules shows of rule i. */
struct redact_rule_info {
    const char *name, *why, *form;
    const char *file; /* of a built-in rule: its name in redact/rules */
    bool builtin;
    bool off;       /* switched off */
    bool overrides; /* it stands in place of a built-in rule */
};

void redact_rule_info(const struct redact_rules *rules, size_t i,
                      struct redact_rule_info *out);

#endif
