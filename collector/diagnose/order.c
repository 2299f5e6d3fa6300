#include "collector/diagnose/order.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/diagnose/classes.h"

#define TOLD_FIRST 3u      /* what a reader is sure to see */
#define UNEXPLAINED_MAX 3u /* findings of lines that no rule knows */

static const struct diag_rule *rule_at(struct json_object *findings, size_t i,
                                       const struct diag_rules *rules)
{
    return diag_rules_find(
        rules, facts_text(json_object_array_get_idx(findings, i), "id"));
}

static bool is_of_file(const struct diag_rule *r)
{
    return r->unexplained && r->classes == class_file();
}

static bool follows_another(struct json_object *findings,
                            const struct diag_rules *rules, size_t at)
{
    const struct diag_rule *r = rule_at(findings, at, rules);

    for (size_t i = 0; i < json_object_array_length(findings); i++)
        for (unsigned k = 0; i != at && k < r->n_follows; k++)
            if (!strcmp(r->follows[k], rule_at(findings, i, rules)->id))
                return true;
    return false;
}

static bool is_general(const struct diag_rule *r)
{
    return r->reason == REASON_NEAR;
}

/* Whether none of the first names a cause. */
static bool are_general(struct json_object *findings,
                        const struct diag_rules *rules)
{
    for (size_t i = 0; i < TOLD_FIRST; i++)
        if (!is_general(rule_at(findings, i, rules)) &&
            !follows_another(findings, rules, i))
            return false;
    return true;
}

/* Whether a finding other than the one at `but` shows the text. */
static bool is_told(struct json_object *findings, size_t but, const char *text)
{
    for (size_t i = 0; i < json_object_array_length(findings); i++) {
        struct json_object *f = json_object_array_get_idx(findings, i);

        for (size_t k = 0; i != but && k < facts_count(f, "evidence"); k++)
            if (strstr(facts_text(facts_at(f, "evidence", k), "text"), text))
                return true;
    }
    return false;
}

/* Of a list of the finding, what no other finding shows. */
static void keep_untold(struct json_object *findings, size_t at,
                        const char *key, const char *title)
{
    struct json_object *f = json_object_array_get_idx(findings, at),
                       *out = json_object_new_array();

    for (size_t i = 0; i < facts_count(f, key); i++) {
        struct json_object *e = facts_at(f, key, i);
        const char *text =
            title ? json_object_get_string(e) : facts_text(e, "text");

        if (title && !strncmp(text, title, strlen(title)))
            text += strlen(title);
        if (!is_told(findings, at, text))
            json_object_array_add(out, json_object_get(e));
    }
    json_object_object_add(f, key, out);
}

static bool is_all_told(struct json_object *findings, size_t at)
{
    struct json_object *f = json_object_array_get_idx(findings, at);

    for (size_t i = 0; i < facts_count(f, "evidence"); i++)
        if (!is_told(findings, at,
                     facts_text(facts_at(f, "evidence", i), "text")))
            return false;
    return true;
}

/* A line that another finding shows, in its block or as its reason, is told
 * once. */
static void drop_told(struct json_object *findings,
                      const struct diag_rules *rules)
{
    size_t i = json_object_array_length(findings);

    while (i--) {
        const struct diag_rule *r = rule_at(findings, i, rules);
        struct json_object *f = json_object_array_get_idx(findings, i);
        char *head;

        if (!is_of_file(r)) {
            if (r->unexplained && is_all_told(findings, i))
                json_object_array_del_idx(findings, i, 1);
            continue;
        }
        head = xstrndup(r->title, strcspn(r->title, "{"));
        keep_untold(findings, i, "evidence", NULL);
        keep_untold(findings, i, "subjects", head);
        free(head);
        if (facts_count(f, "evidence") && facts_count(f, "subjects"))
            json_object_object_add(f, "title",
                                   json_object_get(facts_at(f, "subjects", 0)));
        else
            json_object_array_del_idx(findings, i, 1);
    }
}

static void raise_unexplained(struct json_object *findings,
                              const struct diag_rules *rules)
{
    size_t n = json_object_array_length(findings), at = TOLD_FIRST;
    struct json_object *f;

    while (at < n && !is_of_file(rule_at(findings, at, rules)))
        at++;
    if (at >= n || !are_general(findings, rules))
        return;
    f = json_object_get(json_object_array_get_idx(findings, at));
    for (; at >= TOLD_FIRST; at--)
        json_object_array_put_idx(
            findings, at,
            json_object_get(json_object_array_get_idx(findings, at - 1)));
    json_object_array_put_idx(findings, at, f);
}

/* Of what no rule knows, a little stays; what is no warning, only where there
 * is little else to read. */
static void leave_out(struct json_object *findings,
                      const struct diag_rules *rules)
{
    size_t i = 0, unexplained = 0;

    while (i < json_object_array_length(findings)) {
        const struct diag_rule *r = rule_at(findings, i, rules);
        size_t most = r->severity == SEV_INFO ? i : unexplained;

        if (r->unexplained && most >= UNEXPLAINED_MAX) {
            json_object_array_del_idx(findings, i, 1);
        } else {
            unexplained += r->unexplained;
            i++;
        }
    }
}

void order_findings(struct json_object *findings,
                    const struct diag_rules *rules)
{
    drop_told(findings, rules);
    raise_unexplained(findings, rules);
    leave_out(findings, rules);
}
