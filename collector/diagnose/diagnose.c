#include "collector/diagnose/diagnose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/diagnose/classes.h"
#include "collector/diagnose/condition.h"
#include "collector/diagnose/evidence.h"
#include "collector/diagnose/fold.h"
#include "collector/diagnose/match.h"
#include "collector/diagnose/order.h"
#include "collector/diagnose/titles.h"
#include "collector/diagnose/whose.h"

#define GUEST_RULE "host-is-a-guest"

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
    return match_begin(d->match, member, class_of_file(member), order);
}

/* ---- judging ------------------------------------------------------------- */

enum verdict { NO, YES, UNKNOWN };

struct judged {
    const struct diag_rule *rule;
    size_t index;
    enum verdict verdict;
    bool when, alt; /* which of its lists holds */
    bool consequence;
    int score; /* of its best line, where lines are scored */
    char *because;
    /* of each any: of when, then of or, the elements that hold */
    struct json_object *elements[2 * DIAG_CONDITIONS];
};

static void set_because(struct judged *j, char *because)
{
    free(j->because);
    j->because = because;
}

/* One element: what is not known makes it unknown, unless another comparison
 * tells that it is not the one. */
static enum verdict judge_element(const struct diag_condition *c,
                                  struct json_object *facts,
                                  struct json_object *element, char **missing)
{
    enum verdict v = YES;
    char *path = NULL;
    int r;

    for (unsigned k = 0; k < c->n_where && v != NO; k++) {
        r = condition_judge(c->where[k], facts, element, &path);
        if (r < 0) {
            free(*missing);
            *missing = path;
            path = NULL;
        }
        if (r != 1)
            v = r ? UNKNOWN : NO;
    }
    return v;
}

static enum verdict judge_any(const struct diag_condition *c,
                              struct json_object *facts, struct judged *j,
                              unsigned condition)
{
    struct json_object *list = facts_get(facts, c->any), *hold;
    enum verdict v = NO, one;
    char *missing = NULL;
    size_t n;

    if (!json_object_is_type(list, json_type_array)) {
        set_because(j, xasprintf("%s is not known", c->any));
        return UNKNOWN;
    }
    hold = json_object_new_array();
    n = json_object_array_length(list);
    for (size_t i = 0; i < n; i++) {
        struct json_object *e = json_object_array_get_idx(list, i);

        one = judge_element(c, facts, e, &missing);
        if (one == YES)
            json_object_array_add(hold, json_object_get(e));
        if (one == YES || (one == UNKNOWN && v == NO))
            v = one;
    }
    if (condition < j->rule->n_when + j->rule->n_alt)
        j->elements[condition] = hold;
    else
        json_object_put(hold);
    if (v == UNKNOWN)
        set_because(j, xasprintf("%s%s is not known of all", c->any, missing));
    free(missing);
    return v;
}

static enum verdict judge_match(struct diagnosis *d, struct judged *j,
                                unsigned condition)
{
    char names[200];

    if (match_finds(d->match, j->index, condition)->count)
        return YES;
    if (match_classes(d->match) & j->rule->classes ||
        j->rule->classes == class_file())
        return NO;
    set_because(j,
                xasprintf("no log of this kind is there (%s)",
                          class_names(j->rule->classes, names, sizeof(names))));
    return UNKNOWN;
}

static enum verdict judge_one(struct diagnosis *d, struct json_object *facts,
                              struct judged *j, const struct diag_condition *c,
                              unsigned condition)
{
    char *path = NULL;
    int r;

    if (c->n_match)
        return judge_match(d, j, condition);
    if (c->any)
        return judge_any(c, facts, j, condition);
    r = condition_judge(c->fact, facts, NULL, &path);
    if (r < 0) {
        set_because(j, xasprintf("%s is not known", path));
        free(path);
        return UNKNOWN;
    }
    return r ? YES : NO;
}

/* All conditions of a list; from: the number of its first. */
static enum verdict judge_list(struct diagnosis *d, struct json_object *facts,
                               struct judged *j,
                               const struct diag_condition *list, unsigned n,
                               unsigned from)
{
    enum verdict all = YES, v;

    for (unsigned i = 0; i < n && all != NO; i++) {
        v = judge_one(d, facts, j, &list[i], from + i);
        if (v != YES)
            all = v;
    }
    return all;
}

static void judge(struct diagnosis *d, struct json_object *facts,
                  struct judged *j)
{
    const struct diag_rule *r = j->rule;
    enum verdict when, alt = NO;
    unsigned unless = r->n_when + r->n_alt;

    when = judge_list(d, facts, j, r->when, r->n_when, 0);
    if (r->n_alt)
        alt = judge_list(d, facts, j, r->alt, r->n_alt, r->n_when);
    j->when = when == YES;
    j->alt = alt == YES;
    j->verdict = j->when || j->alt                   ? YES
                 : when == UNKNOWN || alt == UNKNOWN ? UNKNOWN
                                                     : NO;
    for (unsigned i = 0; i < r->n_unless && j->verdict == YES; i++)
        if (judge_list(d, facts, j, &r->unless[i], 1, unless + i) == YES)
            j->verdict = NO;
}

static void judged_done(struct judged *j)
{
    free(j->because);
    for (size_t i = 0; i < sizeof(j->elements) / sizeof(j->elements[0]); i++)
        json_object_put(j->elements[i]);
}

/* ---- telling ------------------------------------------------------------- */

static void put(struct json_object *o, const char *key, const char *text)
{
    json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

static void add_text(struct json_object *list, const char *text)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)),
                    text))
            return;
    json_object_array_add(list, json_object_new_string(text));
}

/* What a finding shows, gathered from the conditions that hold. */
struct shown {
    struct json_object *evidence, *subjects;
    const struct finds *lines;    /* of the first match, with a whole title if
                                     one has it: */
    struct json_object *elements; /* of the first any: */
};

static void show(struct diagnosis *d, struct json_object *facts,
                 const struct judged *j, const struct diag_condition *list,
                 unsigned n, unsigned from, struct shown *out)
{
    for (unsigned i = 0; i < n; i++) {
        const struct finds *f = match_finds(d->match, j->index, from + i);
        struct json_object *elements = j->elements[from + i];

        if (list[i].n_match) {
            evidence_finds(out->evidence, f);
            if (!out->lines || (!titles_whole(out->lines) && titles_whole(f)))
                out->lines = f;
        } else if (list[i].fact) {
            evidence_fact(out->evidence, facts, list[i].fact);
        } else {
            evidence_elements(out->evidence, list[i].any, elements);
            out->elements = out->elements ? out->elements : elements;
        }
    }
}

/* The titles of all lines or elements; returns the first, to be freed. */
static char *add_titles(const struct diag_rule *r, struct json_object *facts,
                        struct shown *out)
{
    struct json_object *first =
        out->elements ? json_object_array_get_idx(out->elements, 0) : NULL;
    size_t n = out->lines      ? out->lines->n_titles
               : out->elements ? json_object_array_length(out->elements)
                               : 0;

    const char *whole = out->lines ? titles_whole(out->lines) : NULL;

    for (size_t i = 0; i < n && i < MATCH_SUBJECTS; i++) {
        char *one;

        if (whole && titles_left_open(out->lines->title[i].title))
            continue;
        one =
            out->lines
                ? titles_fill(out->lines->title[i].title, facts, first, "?")
                : titles_fill(r->title, facts,
                              json_object_array_get_idx(out->elements, i), "?");

        add_text(out->subjects, one);
        free(one);
    }
    return titles_fill(whole        ? whole
                       : out->lines ? out->lines->first[0].title
                                    : r->title,
                       facts, first, "?");
}

/* The title names the domain; of what has a name, that is enough. */
static char *add_domain(char *title, struct json_object *evidence,
                        struct json_object *facts)
{
    char *domain = whose(evidence, facts), *out;
    const char *id = domain ? strpbrk(domain, "0123456789") : NULL;

    if (!domain || strcasestr(title, domain) || (id && strstr(title, id))) {
        free(domain);
        return title;
    }
    out = xasprintf("%s [%s]", title, domain);
    free(domain);
    free(title);
    return out;
}

/* A general title says why, or where, if lines near its own do. */
static char *add_reason(char *title, const struct shown *s)
{
    const struct find *of = NULL;
    char *said = s->lines ? titles_reason(s->lines, title, &of) : NULL, *out;

    if (of && of->reason_line)
        evidence_reason(s->evidence, of);
    if (!said)
        return title;
    out = xasprintf("%s: %s", title, said);
    free(said);
    free(title);
    return out;
}

static const char *remedy_of(const struct diag_rule *r,
                             struct json_object *facts)
{
    bool xm = !strcmp(facts_text(facts, "host.toolstack"), "xm");

    return xm && r->remedy_xm ? r->remedy_xm : r->remedy;
}

/* Rules speak of dom0, as most logs are of one. */
static void put_of_host(struct json_object *o, const char *key,
                        const char *text, bool guest)
{
    struct buf b = BUF_INIT;
    const char *at;

    while (text && guest && (at = strstr(text, "dom0"))) {
        bool name = at[4] == '_' || (at > text && strchr("-_", at[-1]));

        buf_add(&b, text, (size_t)(at - text));
        buf_adds(&b, name ? "dom0" : "this guest");
        text = at + 4;
    }
    buf_adds(&b, text ? text : "");
    put(o, key, text ? buf_str(&b) : NULL);
    buf_done(&b);
}

static struct json_object *finding(struct diagnosis *d,
                                   struct json_object *facts,
                                   const struct judged *j, bool guest)
{
    const struct diag_rule *r = j->rule;
    struct json_object *o = json_object_new_object();
    struct shown s = {json_object_new_array(), json_object_new_array(), NULL,
                      NULL};
    char *title;

    if (j->when)
        show(d, facts, j, r->when, r->n_when, 0, &s);
    if (j->alt)
        show(d, facts, j, r->alt, r->n_alt, r->n_when, &s);
    title = add_domain(add_titles(r, facts, &s), s.evidence, facts);
    title = add_reason(title, &s);
    put(o, "id", r->id);
    put(o, "severity", severity_name(r->severity));
    put_of_host(o, "title", title, guest);
    put_of_host(o, "cause", r->cause, guest);
    put_of_host(o, "remedy", remedy_of(r, facts), guest);
    put(o, "see", r->see);
    put(o, "source", r->source);
    json_object_object_add(
        o, "count",
        json_object_new_int64(s.lines ? (int64_t)s.lines->count : 1));
    put(o, "first", s.lines ? titles_first_time(s.lines) : NULL);
    put(o, "last", s.lines ? s.lines->last.time : NULL);
    json_object_object_add(o, "subjects", s.subjects);
    json_object_object_add(o, "evidence", s.evidence);
    free(title);
    return o;
}

/* A rule that follows from another one that holds, too. */
static void find_consequences(const struct diag_rules *rules,
                              struct judged *all)
{
    for (size_t i = 0; i < rules->n; i++)
        for (unsigned k = 0; k < all[i].rule->n_follows; k++) {
            const struct diag_rule *cause =
                diag_rules_find(rules, all[i].rule->follows[k]);

            if (cause && all[cause - rules->rule].verdict == YES)
                all[i].consequence = true;
        }
}

static bool is_of_guest(const struct diag_rules *rules,
                        const struct judged *all)
{
    const struct diag_rule *r = diag_rules_find(rules, GUEST_RULE);

    return r && all[r - rules->rule].verdict == YES;
}

/* Who needs somebody, what may explain it, what follows from these, what
 * nobody knows, what is worth knowing. */
static int weight_class(const struct judged *j)
{
    if (j->rule->severity == SEV_INFO)
        return j->rule->unexplained ? 5 : 4;
    if (j->rule->unexplained)
        return 3;
    return j->consequence ? 2 : (int)j->rule->severity;
}

static int by_weight(const void *a, const void *b)
{
    const struct judged *j = a, *k = b;
    const struct diag_rule *x = j->rule, *y = k->rule;

    if (weight_class(j) != weight_class(k))
        return weight_class(j) - weight_class(k);
    if (j->score != k->score)
        return j->score > k->score ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp(x->id, y->id);
}

struct json_object *diagnosis_json(struct diagnosis *d,
                                   struct json_object *known,
                                   const char *version)
{
    struct json_object *doc = json_object_new_object(),
                       *facts = facts_get(known, "facts"),
                       *rules = json_object_new_object(),
                       *findings = json_object_new_array(),
                       *unchecked = json_object_new_array();
    struct judged *all = xcalloc(d->rules->n + 1, sizeof(*all));
    bool guest;

    for (size_t i = 0; i < d->rules->n; i++) {
        all[i].rule = &d->rules->rule[i];
        all[i].index = i;
        judge(d, facts, &all[i]);
        all[i].score = match_finds(d->match, i, 0)->first[0].score;
    }
    find_consequences(d->rules, all);
    guest = is_of_guest(d->rules, all);
    qsort(all, d->rules->n, sizeof(*all), by_weight);
    for (size_t i = 0; i < d->rules->n; i++) {
        struct judged *j = &all[i];

        if (j->verdict == YES) {
            json_object_array_add(findings, finding(d, facts, j, guest));
        } else if (j->verdict == UNKNOWN) {
            struct json_object *o = json_object_new_object();

            char *title = titles_plain(j->rule);

            put(o, "id", j->rule->id);
            put_of_host(o, "title", title, guest);
            put(o, "because", j->because);
            free(title);
            json_object_array_add(unchecked, o);
        }
        judged_done(j);
    }
    fold_findings(findings, d->rules);
    order_findings(findings, d->rules);
    put(rules, "version", version);
    put(rules, "digest", d->rules->digest);
    json_object_object_add(rules, "count",
                           json_object_new_int64((int64_t)d->rules->n));
    json_object_object_add(doc, "format", json_object_new_int(1));
    json_object_object_add(doc, "rules", rules);
    json_object_object_add(doc, "facts", json_object_get(facts));
    json_object_object_add(doc, "facts_from",
                           json_object_get(facts_get(known, "facts_from")));
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
