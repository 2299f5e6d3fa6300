#include "collector/diagnose/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "collector/base/facts_get.h"
#include "collector/diagnose/finds.h"

#define DEPTH 8 /* of rules that follow from each other */

/* The lines that an element of evidence shows. */
struct span {
    const char *member; /* NULL: it is a fact */
    uint64_t from, to;
};

static struct span span_of(struct json_object *evidence)
{
    struct span s = {NULL, 0, 0};
    const char *text = facts_text(evidence, "text");

    if (!facts_number(evidence, "line", &s.from))
        return s;
    s.member = facts_text(evidence, "member");
    s.to = s.from;
    while ((text = strchr(text, '\n')) && *++text)
        s.to++;
    return s;
}

static bool is_block(struct json_object *evidence)
{
    struct span s = span_of(evidence);

    return s.member && s.to > s.from;
}

static bool overlap(struct json_object *a, struct json_object *b)
{
    struct span x = span_of(a), y = span_of(b);

    if (!x.member && !y.member)
        return json_object_equal(a, b);
    return x.member && y.member && !strcmp(x.member, y.member) &&
           x.from <= y.to && y.from <= x.to;
}

static bool overlaps_any(struct json_object *e, struct json_object *finding)
{
    for (size_t i = 0; i < facts_count(finding, "evidence"); i++)
        if (overlap(e, facts_at(finding, "evidence", i)))
            return true;
    return false;
}

/* A line near a find, which is no event of its own. */
static bool is_reason(struct json_object *evidence)
{
    return facts_get(evidence, "reason");
}

static size_t lines_of(struct json_object *finding)
{
    size_t n = 0;

    for (size_t i = 0; i < facts_count(finding, "evidence"); i++)
        n += !is_reason(facts_at(finding, "evidence", i));
    return n;
}

/* All that f shows belongs to what c shows, and nothing more was counted. */
static bool shows_the_same(struct json_object *f, struct json_object *c)
{
    size_t n = lines_of(f);
    uint64_t count, others;

    if (!n || !facts_number(f, "count", &count) ||
        !facts_number(c, "count", &others) || (count > n && count > others))
        return false;
    for (size_t i = 0; i < facts_count(f, "evidence"); i++) {
        struct json_object *e = facts_at(f, "evidence", i);

        if (!is_reason(e) && !overlaps_any(e, c))
            return false;
    }
    return true;
}

static bool follows(const struct diag_rules *rules, const char *id,
                    const char *cause, unsigned depth)
{
    const struct diag_rule *r = diag_rules_find(rules, id);

    for (unsigned i = 0; r && depth && i < r->n_follows; i++)
        if (!strcmp(r->follows[i], cause) ||
            follows(rules, r->follows[i], cause, depth - 1))
            return true;
    return false;
}

static bool is_graver(const struct diag_rules *rules, const char *id,
                      const char *than)
{
    const struct diag_rule *a = diag_rules_find(rules, id),
                           *b = diag_rules_find(rules, than);

    return !a || !b || a->severity < b->severity;
}

/* Blocks first stand where the first of their lines stood. */
static void take_blocks(struct json_object *c, struct json_object *f)
{
    struct json_object *out = json_object_new_array();
    uint64_t blocks = 0;

    for (size_t i = 0; i < facts_count(c, "evidence"); i++) {
        struct json_object *e = facts_at(c, "evidence", i);

        for (size_t k = 0; k < facts_count(f, "evidence"); k++) {
            struct json_object *b = facts_at(f, "evidence", k);

            if (!is_block(e) && is_block(b) && overlap(e, b))
                e = b;
        }
        for (size_t k = 0; e && k < json_object_array_length(out); k++)
            if (overlap(e, json_object_array_get_idx(out, k)))
                e = NULL;
        if (!e)
            continue;
        blocks += is_block(e);
        json_object_array_add(out, json_object_get(e));
    }
    if (blocks && blocks == json_object_array_length(out))
        json_object_object_add(c, "count",
                               json_object_new_int64((int64_t)blocks));
    json_object_object_add(c, "evidence", out);
}

static void add_text(struct json_object *finding, const char *key,
                     const char *text)
{
    struct json_object *list = facts_get(finding, key);

    if (!list) {
        list = json_object_new_array();
        json_object_object_add(finding, key, list);
    }
    if (json_object_array_length(list) >= MATCH_SUBJECTS)
        return;
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)),
                    text))
            return;
    json_object_array_add(list, json_object_new_string(text));
}

static void add_list(struct json_object *finding, const char *key,
                     struct json_object *from)
{
    for (size_t i = 0; i < facts_count(from, key); i++)
        add_text(finding, key, json_object_get_string(facts_at(from, key, i)));
}

static void fold(struct json_object *c, struct json_object *f)
{
    take_blocks(c, f);
    if (!facts_count(c, "subjects"))
        add_text(c, "subjects", facts_text(c, "title"));
    if (!facts_count(f, "subjects"))
        add_text(c, "subjects", facts_text(f, "title"));
    add_list(c, "subjects", f);
    add_text(c, "includes", facts_text(f, "id"));
    add_list(c, "includes", f);
}

/* Whether something was folded. */
static bool fold_one(struct json_object *findings,
                     const struct diag_rules *rules)
{
    size_t n = json_object_array_length(findings);

    for (size_t i = n; i-- > 1;) {
        struct json_object *f = json_object_array_get_idx(findings, i);
        const char *id = facts_text(f, "id");

        for (size_t k = i; k--;) {
            struct json_object *c = json_object_array_get_idx(findings, k);
            const char *cause = facts_text(c, "id");

            if (!follows(rules, id, cause, DEPTH) ||
                is_graver(rules, id, cause) || !shows_the_same(f, c))
                continue;
            fold(c, f);
            json_object_array_del_idx(findings, i, 1);
            return true;
        }
    }
    return false;
}

void fold_findings(struct json_object *findings, const struct diag_rules *rules)
{
    while (fold_one(findings, rules))
        ;
}
