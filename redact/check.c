/* Every rule proves itself: its examples, run under all rules at once. */
#include <errno.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "redact/ruleset.h"

/* Is got the text with one place of goes replaced by a token of the rule? */
static bool replaced_once(const char *got, const char *text, const char *goes,
                          const char *name)
{
    const char *at, *rest, *token;
    size_t head, n, len = strlen(name);

    for (at = strstr(text, goes); at; at = strstr(at + 1, goes)) {
        head = (size_t)(at - text);
        rest = at + strlen(goes);
        if (strncmp(got, text, head))
            continue;
        token = got + head;
        n = redact_token_len(token, strlen(token));
        if (n && !strncmp(token + 10, name, len) && token[10 + len] == ':' &&
            !strcmp(token + n, rest))
            return true;
    }
    return false;
}

static int check_rule(const struct redact_rules *rules,
                      const struct redact_rule *rule, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = 0;

    for (const struct rule_example *e = rule->match; !rc && e->text; e++) {
        buf_reset(&out);
        redact_text(rules, e->text, strlen(e->text), &out);
        if (!replaced_once(buf_str(&out), e->text, e->goes, rule->name))
            rc = err_set(err, -EINVAL,
                         "redaction rule %s: example \"%s\" became \"%s\"",
                         rule->name, e->text, buf_str(&out));
    }
    for (const char *const *k = rule->keep; !rc && *k; k++) {
        buf_reset(&out);
        redact_text(rules, *k, strlen(*k), &out);
        if (strcmp(buf_str(&out), *k))
            rc = err_set(err, -EINVAL,
                         "redaction rule %s: \"%s\" must stay, but became "
                         "\"%s\"",
                         rule->name, *k, buf_str(&out));
    }
    buf_done(&out);
    return rc;
}

int redact_rules_check(const struct redact_rules *rules, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < rules->set.n; i++)
        rc = check_rule(rules, rules->set.rule[i].src, err);
    return rc;
}
