#include "collector/diagnose/diagnose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/diagnose/classes.h"
#include "collector/diagnose/condition.h"
#include "collector/diagnose/match.h"

#define ELEMENTS_MAX 16 /* of a list, shown as evidence */

struct diagnosis {
    const struct diag_rules *rules;
    struct match *match;
};

struct diagnosis *diagnosis_new(const struct diag_rules *rules)
{
    struct diagnosis *d = xcalloc(1, sizeof(*d));

    d->rules = rules;
    d->match = match_new(rules);
    return d;
}

void diagnosis_free(struct diagnosis *d)
{
    if (!d)
        return;
    match_free(d->match);
    free(d);
}

static struct json_object *get(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;

    (void)json_object_object_get_ex(o, key, &v);
    return v;
}

/* ---- members ------------------------------------------------------------- */

struct match_stream *diagnosis_begin(struct diagnosis *d, const char *member,
                                     uint64_t order)
{
    uint32_t classes = class_of_member(member);

    return d && classes ? match_begin(d->match, member, classes, order) : NULL;
}

struct match_stream *diagnosis_begin_any(struct diagnosis *d,
                                         const char *member, uint64_t order)
{
    return match_begin(d->match, member, CLASS_ALL, order);
}

/* ---- judging ------------------------------------------------------------- */

enum verdict { NO, YES, UNKNOWN };

struct judged {
    const struct diag_rule *rule;
    size_t index;
    enum verdict verdict;
    char *because;
    struct json_object *elements; /* of the last any: that hold */
};

static enum verdict judge_any(const struct diag_condition *c,
                              struct json_object *facts, struct judged *j)
{
    struct json_object *list = condition_fact(facts, NULL, c->any), *hold;
    size_t n;

    if (!list || !json_object_is_type(list, json_type_array)) {
        free(j->because);
        j->because = xasprintf("%s is not known", c->any);
        return UNKNOWN;
    }
    hold = json_object_new_array();
    n = json_object_array_length(list);
    for (size_t i = 0; i < n; i++) {
        struct json_object *e = json_object_array_get_idx(list, i);
        bool all = true;

        for (unsigned k = 0; k < c->n_where && all; k++)
            all = condition_judge(c->where[k], facts, e, NULL) == 1;
        if (all)
            json_object_array_add(hold, json_object_get(e));
    }
    n = json_object_array_length(hold);
    json_object_put(j->elements);
    j->elements = hold;
    return n ? YES : NO;
}

static enum verdict judge_match(struct diagnosis *d, const struct judged *j,
                                unsigned condition, char **because)
{
    char names[200];

    if (match_finds(d->match, j->index, condition)->count)
        return YES;
    if (match_classes(d->match) & j->rule->classes)
        return NO;
    if (!*because)
        *because =
            xasprintf("no log of this kind is there (%s)",
                      class_names(j->rule->classes, names, sizeof(names)));
    return UNKNOWN;
}

static enum verdict judge_one(struct diagnosis *d, struct json_object *facts,
                              struct judged *j, const struct diag_condition *c,
                              unsigned condition)
{
    char *path = NULL;
    int r;

    if (c->n_match)
        return judge_match(d, j, condition, &j->because);
    if (c->any)
        return judge_any(c, facts, j);
    r = condition_judge(c->fact, facts, NULL, &path);
    if (r < 0) {
        free(j->because);
        j->because = xasprintf("%s is not known", path);
        free(path);
        return UNKNOWN;
    }
    return r ? YES : NO;
}

static void judge(struct diagnosis *d, struct json_object *facts,
                  struct judged *j)
{
    const struct diag_rule *r = j->rule;
    enum verdict v;

    j->verdict = YES;
    for (unsigned i = 0; i < r->n_when && j->verdict != NO; i++) {
        v = judge_one(d, facts, j, &r->when[i], i);
        if (v != YES)
            j->verdict = v == NO ? NO : UNKNOWN;
    }
    for (unsigned i = 0; i < r->n_unless && j->verdict == YES; i++)
        if (judge_one(d, facts, j, &r->unless[i], r->n_when + i) == YES)
            j->verdict = NO;
}

/* ---- telling ------------------------------------------------------------- */

static void put(struct json_object *o, const char *key, const char *text)
{
    json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

/* The title with {a.fact} and {.field} filled in. */
static char *fill(const char *title, struct json_object *facts,
                  struct json_object *element)
{
    struct buf b = BUF_INIT;
    char path[64];
    const char *end;

    for (; *title; title++) {
        struct json_object *v;

        end = *title == '{' ? strchr(title, '}') : NULL;
        if (!end || (size_t)(end - title) > sizeof(path)) {
            buf_addc(&b, *title == MATCH_BRACE ? '{' : *title);
            continue;
        }
        memcpy(path, title + 1, (size_t)(end - title - 1));
        path[end - title - 1] = '\0';
        v = condition_fact(facts, element, path);
        buf_adds(&b, v ? json_object_get_string(v) : "?");
        title = end;
    }
    return buf_take(&b);
}

static void add_text(struct json_object *list, const char *text)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)),
                    text))
            return;
    json_object_array_add(list, json_object_new_string(text));
}

/* Tabs and line ends stay, other controls are made visible. */
static struct json_object *shown(const char *text)
{
    struct buf b = BUF_INIT;
    char line[MATCH_BLOCK];
    struct json_object *o;

    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n");
        char *one = xstrndup(p, n);

        buf_adds(&b, str_visible(one, line, sizeof(line)));
        free(one);
        p += n;
        if (*p == '\n')
            buf_addc(&b, *p++);
    }
    o = json_object_new_string(buf_str(&b));
    buf_done(&b);
    return o;
}

static void add_finds(struct json_object *evidence, const struct finds *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct json_object *e = json_object_new_object();

        put(e, "member", f->first[i].member);
        json_object_object_add(
            e, "line", json_object_new_int64((int64_t)f->first[i].line));
        json_object_object_add(e, "text", shown(f->first[i].text));
        json_object_array_add(evidence, e);
    }
}

static void add_fact(struct json_object *evidence, struct json_object *facts,
                     const char *text)
{
    struct json_object *e = json_object_new_object(), *v;
    char path[64];

    (void)sscanf(text, "%63s", path);
    v = condition_fact(facts, NULL, path);
    put(e, "fact", path);
    json_object_object_add(e, "value", json_object_get(v));
    json_object_array_add(evidence, e);
}

static void add_elements(struct json_object *evidence, const char *path,
                         struct json_object *elements)
{
    size_t n = json_object_array_length(elements);

    for (size_t i = 0; i < n && i < ELEMENTS_MAX; i++) {
        struct json_object *e = json_object_new_object();

        put(e, "fact", path);
        json_object_object_add(
            e, "value",
            json_object_get(json_object_array_get_idx(elements, i)));
        json_object_array_add(evidence, e);
    }
}

static struct json_object *finding(struct diagnosis *d,
                                   struct json_object *facts,
                                   const struct judged *j)
{
    const struct diag_rule *r = j->rule;
    struct json_object *o = json_object_new_object(),
                       *evidence = json_object_new_array(),
                       *subjects = json_object_new_array(), *toolstack,
                       *first = NULL;
    const struct finds *lines = NULL;
    char *title;

    for (unsigned i = 0; i < r->n_when; i++) {
        const struct diag_condition *c = &r->when[i];
        const struct finds *f = match_finds(d->match, j->index, i);

        if (c->n_match) {
            add_finds(evidence, f);
            lines = lines ? lines : f;
        } else if (c->fact) {
            add_fact(evidence, facts, c->fact);
        } else {
            add_elements(evidence, c->any, j->elements);
        }
    }
    if (j->elements && json_object_array_length(j->elements))
        first = json_object_array_get_idx(j->elements, 0);
    title = fill(lines ? lines->first[0].title : r->title, facts, first);
    for (size_t i = 0; lines && i < lines->n_titles; i++) {
        char *one = fill(lines->title[i].title, facts, first);

        add_text(subjects, one);
        free(one);
    }
    for (size_t i = 0;
         !lines && j->elements && i < json_object_array_length(j->elements) &&
         i < MATCH_SUBJECTS;
         i++) {
        char *one =
            fill(r->title, facts, json_object_array_get_idx(j->elements, i));

        add_text(subjects, one);
        free(one);
    }
    toolstack = condition_fact(facts, NULL, "host.toolstack");
    put(o, "id", r->id);
    put(o, "severity", severity_name(r->severity));
    put(o, "title", title);
    put(o, "cause", r->cause);
    put(o, "remedy",
        r->remedy_xm && toolstack &&
                !strcmp(json_object_get_string(toolstack), "xm")
            ? r->remedy_xm
            : r->remedy);
    put(o, "see", r->see);
    put(o, "source", r->source);
    json_object_object_add(
        o, "count", json_object_new_int64(lines ? (int64_t)lines->count : 1));
    put(o, "first", lines ? lines->first[0].time : NULL);
    put(o, "last", lines ? lines->last.time : NULL);
    json_object_object_add(o, "subjects", subjects);
    json_object_object_add(o, "evidence", evidence);
    free(title);
    return o;
}

static int by_weight(const void *a, const void *b)
{
    const struct diag_rule *x = ((const struct judged *)a)->rule,
                           *y = ((const struct judged *)b)->rule;

    if (x->severity != y->severity)
        return x->severity < y->severity ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp(x->id, y->id);
}

struct json_object *diagnosis_json(struct diagnosis *d,
                                   struct json_object *known,
                                   const char *version)
{
    struct json_object *doc = json_object_new_object(),
                       *facts = get(known, "facts"),
                       *rules = json_object_new_object(),
                       *findings = json_object_new_array(),
                       *unchecked = json_object_new_array();
    struct judged *all = xcalloc(d->rules->n + 1, sizeof(*all));

    for (size_t i = 0; i < d->rules->n; i++) {
        all[i].rule = &d->rules->rule[i];
        all[i].index = i;
        judge(d, facts, &all[i]);
    }
    qsort(all, d->rules->n, sizeof(*all), by_weight);
    for (size_t i = 0; i < d->rules->n; i++) {
        struct judged *j = &all[i];

        if (j->verdict == YES) {
            json_object_array_add(findings, finding(d, facts, j));
        } else if (j->verdict == UNKNOWN) {
            struct json_object *o = json_object_new_object();

            put(o, "id", j->rule->id);
            put(o, "because", j->because);
            json_object_array_add(unchecked, o);
        }
        free(j->because);
        json_object_put(j->elements);
    }
    put(rules, "version", version);
    json_object_object_add(rules, "count",
                           json_object_new_int64((int64_t)d->rules->n));
    json_object_object_add(doc, "format", json_object_new_int(1));
    json_object_object_add(doc, "rules", rules);
    json_object_object_add(doc, "facts", json_object_get(facts));
    json_object_put(known);
    json_object_object_add(doc, "findings", findings);
    json_object_object_add(doc, "not_checked", unchecked);
    free(all);
    return doc;
}

size_t diagnosis_count(struct json_object *doc, enum severity s)
{
    struct json_object *list, *v;
    size_t n = 0;

    if (!json_object_object_get_ex(doc, "findings", &list))
        return 0;
    for (size_t i = 0; i < json_object_array_length(list); i++)
        n += json_object_object_get_ex(json_object_array_get_idx(list, i),
                                       "severity", &v) &&
             !strcmp(json_object_get_string(v), severity_name(s));
    return n;
}
