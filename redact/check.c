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

static void run(const struct redact_rules *rules, const char *text,
                struct redact_fault *f)
{
    buf_reset(&f->became);
    redact_text(rules, text, strlen(text), &f->became);
}

bool redact_rule_proves(const struct redact_rules *rules, size_t i,
                        struct redact_fault *f)
{
    const struct redact_rule *rule = rules->set.rule[i].src;

    f->keep = false;
    for (f->n = 0; rule->match[f->n].text; f->n++) {
        const struct rule_example *e = &rule->match[f->n];

        run(rules, e->text, f);
        if (!replaced_once(buf_str(&f->became), e->text, e->goes, rule->name))
            return false;
    }
    f->keep = true;
    for (f->n = 0; rule->keep[f->n]; f->n++) {
        run(rules, rule->keep[f->n], f);
        if (strcmp(buf_str(&f->became), rule->keep[f->n]))
            return false;
    }
    return true;
}

/* How often what stands in text, outside of tokens. */
static unsigned count(const char *text, const char *what)
{
    size_t len = strlen(what), token;
    unsigned n = 0;

    while (*text) {
        token = redact_token_len(text, strlen(text));
        n += !token && !strncmp(text, what, len);
        text += token ? token : 1;
    }
    return n;
}

bool redact_rule_hides(const struct redact_rules *rules, size_t i,
                       struct redact_fault *f)
{
    const struct redact_rule *rule = rules->set.rule[i].src;

    f->keep = false;
    for (f->n = 0; rule->match[f->n].text; f->n++) {
        const struct rule_example *e = &rule->match[f->n];

        run(rules, e->text, f);
        if (replaced_once(buf_str(&f->became), e->text, e->goes, rule->name))
            continue;
        if (count(buf_str(&f->became), e->goes) >= count(e->text, e->goes))
            return false;
    }
    return true;
}

int redact_rules_check(const struct redact_rules *rules, struct err *err)
{
    struct redact_fault f = {.became = BUF_INIT};
    int rc = 0;

    for (size_t i = 0; !rc && i < rules->set.n; i++) {
        const struct redact_rule *rule = rules->set.rule[i].src;

        if (rules->set.rule[i].off || redact_rule_proves(rules, i, &f))
            continue;
        rc = f.keep ? err_set(err, -EINVAL,
                              "redaction rule %s: \"%s\" must stay, but "
                              "became \"%s\"",
                              rule->name, rule->keep[f.n], buf_str(&f.became))
                    : err_set(err, -EINVAL,
                              "redaction rule %s: example \"%s\" became \"%s\"",
                              rule->name, rule->match[f.n].text,
                              buf_str(&f.became));
    }
    buf_done(&f.became);
    return rc;
}
