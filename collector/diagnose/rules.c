#include "collector/diagnose/rules.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/yaml.h"
#include "collector/diagnose/classes.h"
#include "collector/diagnose/condition.h"
#include "collector/diagnose/words.h"

#define MAX_TEXT 4000
#define MAX_PATTERN 1000
#define MAX_RULES 500
#define MAX_EXAMPLES 50
#define PATTERN_OPTIONS (PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C)

/* ---- the file as it is written ------------------------------------------- */

struct raw_block {
    char *lines, *until;
};

struct raw_examples {
    char **match, **no_match;
    unsigned n_match, n_no_match;
};

struct raw_rule {
    char *id, *severity, *rank, *title;
    bool unexplained;
    char *reason;
    char **in;
    unsigned n_in;
    struct diag_condition *when, *alt, *unless;
    unsigned n_when, n_alt, n_unless;
    const char **follows;
    unsigned n_follows;
    struct raw_block *block;
    char *cause, *remedy, *remedy_xm, *see, *source;
    struct raw_examples *examples;
};

struct raw_file {
    struct raw_rule *rules;
    unsigned n_rules;
};

#define STR(key, optional, structure, member, max)                             \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (optional), structure,    \
                           member, 1, max)
#define OPT CYAML_FLAG_OPTIONAL
#define LIST(key, structure, member, entry, max)                               \
    CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | OPT, structure,       \
                               member, n_##member, entry, 1, max)

static const cyaml_schema_value_t text_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, MAX_TEXT)};

static const cyaml_schema_field_t condition_fields[] = {
    LIST("match", struct diag_condition, match, &text_value, MAX_EXAMPLES),
    STR("fact", OPT, struct diag_condition, fact, 200),
    STR("any", OPT, struct diag_condition, any, 64),
    LIST("where", struct diag_condition, where, &text_value, 8),
    CYAML_FIELD_END};
static const cyaml_schema_value_t condition_value = {CYAML_VALUE_MAPPING(
    CYAML_FLAG_DEFAULT, struct diag_condition, condition_fields)};

static const cyaml_schema_field_t block_fields[] = {
    STR("lines", OPT, struct raw_block, lines, 8),
    STR("until", OPT, struct raw_block, until, MAX_PATTERN), CYAML_FIELD_END};

static const cyaml_schema_field_t examples_fields[] = {
    LIST("match", struct raw_examples, match, &text_value, MAX_EXAMPLES),
    LIST("no-match", struct raw_examples, no_match, &text_value, MAX_EXAMPLES),
    CYAML_FIELD_END};

static const cyaml_schema_field_t rule_fields[] = {
    STR("id", 0, struct raw_rule, id, 64),
    STR("severity", 0, struct raw_rule, severity, 16),
    STR("rank", OPT, struct raw_rule, rank, 8),
    STR("title", 0, struct raw_rule, title, 200),
    CYAML_FIELD_BOOL("unexplained", OPT, struct raw_rule, unexplained),
    STR("reason", OPT, struct raw_rule, reason, 16),
    LIST("in", struct raw_rule, in, &text_value, 16),
    LIST("when", struct raw_rule, when, &condition_value, DIAG_CONDITIONS),
    CYAML_FIELD_SEQUENCE_COUNT("or", CYAML_FLAG_POINTER | OPT, struct raw_rule,
                               alt, n_alt, &condition_value, 1,
                               DIAG_CONDITIONS),
    LIST("unless", struct raw_rule, unless, &condition_value, DIAG_CONDITIONS),
    LIST("follows", struct raw_rule, follows, &text_value, MAX_EXAMPLES),
    CYAML_FIELD_MAPPING_PTR("block", OPT, struct raw_rule, block, block_fields),
    STR("cause", 0, struct raw_rule, cause, MAX_TEXT),
    STR("remedy", 0, struct raw_rule, remedy, MAX_TEXT),
    STR("remedy-xm", OPT, struct raw_rule, remedy_xm, MAX_TEXT),
    STR("see", OPT, struct raw_rule, see, 300),
    STR("source", OPT, struct raw_rule, source, 300),
    CYAML_FIELD_MAPPING_PTR("examples", OPT, struct raw_rule, examples,
                            examples_fields),
    CYAML_FIELD_END};
static const cyaml_schema_value_t rule_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_rule, rule_fields)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE_COUNT("rules", CYAML_FLAG_POINTER, struct raw_file,
                               rules, n_rules, &rule_value, 1, MAX_RULES),
    CYAML_FIELD_END};
static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_file, file_fields)};

struct diag_file {
    struct diag_file *next;
    struct yamldoc *yaml;
};

const char *severity_name(enum severity s)
{
    static const char *const names[] = {"error", "warning", "info"};

    return names[s];
}

struct diag_rules *diag_rules_new(void)
{
    struct diag_rules *r = xcalloc(1, sizeof(*r));

    r->sum = sha256_new();
    return r;
}

/* ---- one rule ------------------------------------------------------------ */

struct loading {
    struct diag_rules *rules;
    struct diag_file *file;
    const struct raw_rule *raw;
    unsigned index; /* in the file */
    bool proved;    /* by the tests: its expressions compile, and so on */
    struct err *err;
};

static int bad(const struct loading *l, const char *key, const char *why)
{
    char where[80], shown[400];

    snprintf(where, sizeof(where), "rules/%u/%s", l->index, key);
    return yamldoc_error(l->file->yaml, l->err, where, "rule %s: %s",
                         l->raw->id, str_visible(why, shown, sizeof(shown)));
}

static int compile(const struct loading *l, const char *key, const char *text,
                   pcre2_code **out)
{
    PCRE2_SIZE at;
    PCRE2_UCHAR why[120];
    int code;
    char says[200];

    *out = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                         PATTERN_OPTIONS, &code, &at, NULL);
    if (!*out) {
        pcre2_get_error_message(code, why, sizeof(why));
        snprintf(says, sizeof(says), "the pattern is wrong at byte %zu: %s", at,
                 (const char *)why);
        return bad(l, key, says);
    }
    return 0;
}

static int add_pattern(struct loading *l, const char *key, const char *text,
                       unsigned condition, bool explains)
{
    struct diag_rules *r = l->rules;
    struct diag_pattern *p;
    struct literals words;

    if (!literals_of(text, &words))
        return bad(l, key,
                   "a pattern must have 4 plain bytes in a row that stand in "
                   "every line it matches, or in each of its branches");
    r->pattern = xreallocarray(r->pattern, r->n_patterns + 1, sizeof(*p));
    p = &r->pattern[r->n_patterns];
    *p = (struct diag_pattern){.rule = (unsigned)r->n,
                               .condition = condition,
                               .explains = explains,
                               .text = text,
                               .words = words};
    r->n_patterns++;
    return l->proved ? 0 : compile(l, key, text, &p->code);
}

static int add_condition(struct loading *l, const char *list, unsigned i,
                         const struct diag_condition *c, unsigned condition,
                         bool explains)
{
    struct err why = ERR_INIT;
    char key[64];
    int rc = 0;

    snprintf(key, sizeof(key), "%s/%u", list, i);
    if (!!c->n_match + !!c->fact + !!c->any != 1)
        return bad(l, key, "expected exactly one of match:, fact: and any:");
    if (!c->any != !c->n_where)
        return bad(l, key, "any: and where: go together");
    for (unsigned k = 0; !rc && k < c->n_match; k++)
        rc = add_pattern(l, key, c->match[k], condition, explains);
    if (!rc && c->fact && condition_check(c->fact, &why))
        rc = bad(l, key, why.text);
    for (unsigned k = 0; !rc && k < c->n_where; k++)
        if (condition_check(c->where[k], &why))
            rc = bad(l, key, why.text);
    return rc;
}

/* from: the number of the list's first condition.  *lines_out: it has a
 * match. */
static int add_list(struct loading *l, const char *name,
                    const struct diag_condition *list, unsigned n,
                    unsigned from, bool *lines_out)
{
    int rc = 0;

    *lines_out = false;
    for (unsigned i = 0; !rc && i < n; i++) {
        rc = add_condition(l, name, i, &list[i], from + i, n == 1);
        *lines_out |= list[i].n_match != 0;
    }
    return rc;
}

static int add_words(struct loading *l, struct diag_rule *out)
{
    const struct raw_rule *raw = l->raw;
    uint64_t n;

    out->rank = 50;
    if (raw->rank) {
        if (str_parse_u64(raw->rank, 0, 99, &n))
            return bad(l, "rank", "expected a number from 0 to 99");
        out->rank = (unsigned)n;
    }
    if (!strcmp(raw->severity, "error"))
        out->severity = SEV_ERROR;
    else if (!strcmp(raw->severity, "warning"))
        out->severity = SEV_WARNING;
    else if (!strcmp(raw->severity, "info"))
        out->severity = SEV_INFO;
    else
        return bad(l, "severity", "expected error, warning or info");
    if (strspn(raw->id, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
        strlen(raw->id))
        return bad(l, "id", "expected a name [a-z0-9-]+");
    if (!l->proved && diag_rules_find(l->rules, raw->id))
        return bad(l, "id", "there is a rule of that name");
    if (raw->reason && !strcmp(raw->reason, "near"))
        out->reason = REASON_NEAR;
    else if (raw->reason && !strcmp(raw->reason, "place"))
        out->reason = REASON_PLACE;
    else if (raw->reason)
        return bad(l, "reason", "expected near or place");
    out->classes = raw->n_in ? 0 : CLASS_ALL;
    for (unsigned i = 0; i < raw->n_in; i++) {
        uint32_t bit = class_of_name(raw->in[i]);

        if (!bit)
            return bad(l, "in", "there is no such class of logs");
        out->classes |= bit;
    }
    if (raw->block) {
        out->block = 40;
        if (raw->block->lines) {
            if (str_parse_u64(raw->block->lines, 2, 60, &n))
                return bad(l, "block", "expected lines: from 2 to 60");
            out->block = (unsigned)n;
        }
        out->until_text = raw->block->until;
        if (out->until_text && !l->proved)
            return compile(l, "block", out->until_text, &out->until);
    }
    return 0;
}

static int add_rule(struct loading *l)
{
    const struct raw_rule *raw = l->raw;
    struct diag_rules *r = l->rules;
    struct diag_rule *out;
    bool in_when = false, in_alt = false;
    int rc;

    r->rule = xreallocarray(r->rule, r->n + 1, sizeof(*r->rule));
    out = &r->rule[r->n];
    *out = (struct diag_rule){
        .id = raw->id,
        .title = raw->title,
        .unexplained = raw->unexplained,
        .when = raw->when,
        .n_when = raw->n_when,
        .alt = raw->alt,
        .n_alt = raw->n_alt,
        .unless = raw->unless,
        .n_unless = raw->n_unless,
        .follows = raw->follows,
        .n_follows = raw->n_follows,
        .cause = raw->cause,
        .remedy = raw->remedy,
        .remedy_xm = raw->remedy_xm,
        .see = raw->see,
        .source = raw->source,
        .first = r->n_conditions,
    };
    r->n_conditions += raw->n_when + raw->n_alt + raw->n_unless;
    if (raw->examples) {
        out->examples = (const char *const *)raw->examples->match;
        out->n_examples = raw->examples->n_match;
        out->counter = (const char *const *)raw->examples->no_match;
        out->n_counter = raw->examples->n_no_match;
    }
    rc = add_words(l, out);
    if (!rc && !raw->n_when)
        rc = bad(l, "when", "expected at least one condition");
    if (!rc && raw->unexplained &&
        (raw->n_when != 1 || raw->n_alt || raw->n_unless ||
         !raw->when->n_match))
        rc = bad(l, "unexplained", "expected one condition, a match:");
    if (!rc)
        rc = add_list(l, "when", raw->when, raw->n_when, 0, &in_when);
    if (!rc)
        rc = add_list(l, "or", raw->alt, raw->n_alt, raw->n_when, &in_alt);
    for (unsigned i = 0; !rc && i < raw->n_unless; i++)
        rc = add_condition(l, "unless", i, &raw->unless[i],
                           raw->n_when + raw->n_alt + i, false);
    if (!rc && (in_when || in_alt) && (!out->n_examples || !out->n_counter))
        rc = bad(l, "examples",
                 "a rule with match: needs examples: match: and no-match:");
    r->n++; /* also a half-made one: diag_rules_cut frees it */
    return rc;
}

/* ---- examples ------------------------------------------------------------ */

static bool has_word(const struct literals *words, const char *line)
{
    for (size_t i = 0; i < words->n; i++)
        if (strstr(line, words->word[i]))
            return true;
    return false;
}

/* Whether the line is matched by one of the patterns of when or or; the rule is
 * the last. */
static bool rule_matches(const struct diag_rules *r, size_t rule,
                         const char *line)
{
    bool found = false;

    for (size_t i = r->n_patterns;
         i-- && r->pattern[i].rule == rule && !found;) {
        const struct diag_pattern *p = &r->pattern[i];
        pcre2_match_data *md;

        if (p->condition >= r->rule[rule].n_when + r->rule[rule].n_alt)
            continue;
        md = pcre2_match_data_create(1, NULL);
        found = has_word(&p->words, line) &&
                pcre2_match(p->code, (PCRE2_SPTR)line, strlen(line), 0, 0, md,
                            NULL) >= 0;
        pcre2_match_data_free(md);
    }
    return found;
}

static int run_examples(const struct loading *l)
{
    const struct diag_rule *rule = &l->rules->rule[l->rules->n - 1];
    char key[48], says[300];

    for (unsigned i = 0; i < rule->n_examples; i++) {
        snprintf(key, sizeof(key), "examples/match/%u", i);
        snprintf(says, sizeof(says), "this line does not match: %s",
                 rule->examples[i]);
        if (!rule_matches(l->rules, l->rules->n - 1, rule->examples[i]))
            return bad(l, key, says);
    }
    for (unsigned i = 0; i < rule->n_counter; i++) {
        snprintf(key, sizeof(key), "examples/no-match/%u", i);
        snprintf(says, sizeof(says), "this line matches: %s", rule->counter[i]);
        if (rule_matches(l->rules, l->rules->n - 1, rule->counter[i]))
            return bad(l, key, says);
    }
    return 0;
}

/* ---- all ----------------------------------------------------------------- */

/* Back to the first n rules. */
static void cut(struct diag_rules *r, size_t n)
{
    while (r->n_patterns && r->pattern[r->n_patterns - 1].rule >= n) {
        struct diag_pattern *p = &r->pattern[--r->n_patterns];

        pcre2_code_free(p->code);
        if (r->n_patterns >= r->n_made)
            literals_done(&p->words);
    }
    while (r->n > n) {
        pcre2_code_free(r->rule[--r->n].until);
        r->n_conditions = r->rule[r->n].first;
    }
}

static int add_file(struct diag_rules *r, const char *path, const char *text,
                    size_t len, bool proved, struct err *err)
{
    struct diag_file *f = xcalloc(1, sizeof(*f));
    struct loading l = {.rules = r, .file = f, .proved = proved, .err = err};
    const struct raw_file *raw = NULL;
    size_t n = r->n;
    int rc = (proved ? yamldoc_load_proved
                     : yamldoc_load)(path, text, len, &schema, &f->yaml, err);

    if (!rc) {
        raw = yamldoc_data(f->yaml);
        if (!raw)
            rc = yamldoc_error(f->yaml, err, "", "expected rules:");
    }
    for (; !rc && raw && l.index < raw->n_rules; l.index++) {
        l.raw = &raw->rules[l.index];
        rc = add_rule(&l);
        if (!rc && !proved)
            rc = run_examples(&l);
    }
    if (rc) {
        cut(r, n);
        yamldoc_free(f->yaml);
        free(f);
        return rc;
    }
    for (size_t i = 0; r->n_made && !r->made_summed && i < diag_builtin_count;
         i++)
        sha256_update(r->sum, diag_builtin[i].text, diag_builtin[i].len);
    r->made_summed = true;
    sha256_update(r->sum, text, len);
    f->next = r->files;
    r->files = f;
    return 0;
}

static int add(struct diag_rules *r, const char *path, const char *text,
               size_t len, bool proved, struct err *err)
{
    /* It would not know the new ones, and what it lists may move. */
    free(r->by_id);
    r->by_id = NULL;
    return add_file(r, path, text, len, proved, err);
}

int diag_rules_add(struct diag_rules *r, const char *path, const char *text,
                   size_t len, struct err *err)
{
    return add(r, path, text, len, false, err);
}

int diag_rules_add_untried(struct diag_rules *r, const char *path,
                           const char *text, size_t len, struct err *err)
{
    return add(r, path, text, len, true, err);
}

void diag_rules_add_builtin(struct diag_rules *r)
{
    const struct diag_made *m = &diag_made;

    r->rule = xreallocarray(NULL, m->n + 1, sizeof(*r->rule));
    memcpy(r->rule, m->rule, m->n * sizeof(*r->rule));
    r->n = m->n;
    r->pattern = xreallocarray(NULL, m->n_patterns + 1, sizeof(*r->pattern));
    memcpy(r->pattern, m->pattern, m->n_patterns * sizeof(*r->pattern));
    r->n_patterns = r->n_made = m->n_patterns;
    r->n_conditions = m->n_conditions;
}

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct diag_rule *const *)a)->id,
                  (*(const struct diag_rule *const *)b)->id);
}

static void compile_untils(struct diag_rules *r)
{
    PCRE2_SIZE at;
    int code;

    for (size_t i = 0; i < r->n; i++)
        if (r->rule[i].until_text && !r->rule[i].until)
            r->rule[i].until = pcre2_compile((PCRE2_SPTR)r->rule[i].until_text,
                                             PCRE2_ZERO_TERMINATED,
                                             PATTERN_OPTIONS, &code, &at, NULL);
}

void diag_rules_ready(struct diag_rules *r)
{
    r->by_id = xcalloc(r->n + 1, sizeof(*r->by_id));
    for (size_t i = 0; i < r->n; i++)
        r->by_id[i] = &r->rule[i];
    qsort(r->by_id, r->n, sizeof(*r->by_id), by_id);
    compile_untils(r);
    if (r->n_made && !r->files) {
        r->words = diag_made.words;
        memcpy(r->digest, diag_made.digest, sizeof(r->digest));
    } else {
        sha256_hex(r->sum, r->digest);
        r->words = r->own_words = diag_words_new(r);
    }
}

/* Most patterns are never asked.  Until one is ready nobody uses it. */
pcre2_code *diag_rules_code(const struct diag_rules *r, size_t pattern)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct diag_pattern *p = &r->pattern[pattern];
    PCRE2_SIZE at;
    int code;

    if (atomic_load_explicit(&p->ready, memory_order_acquire))
        return p->code;
    pthread_mutex_lock(&lock);
    if (!atomic_load_explicit(&p->ready, memory_order_relaxed)) {
        if (!p->code)
            p->code = pcre2_compile((PCRE2_SPTR)p->text, PCRE2_ZERO_TERMINATED,
                                    PATTERN_OPTIONS, &code, &at, NULL);
        if (p->code)
            (void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
        atomic_store_explicit(&p->ready, true, memory_order_release);
    }
    pthread_mutex_unlock(&lock);
    return p->code;
}

void diag_rules_free(struct diag_rules *r)
{
    struct diag_file *next;

    if (!r)
        return;
    diag_words_free(r->own_words);
    sha256_free(r->sum);
    cut(r, 0);
    free(r->by_id);
    free(r->rule);
    free(r->pattern);
    for (struct diag_file *f = r->files; f; f = next) {
        next = f->next;
        yamldoc_free(f->yaml);
        free(f);
    }
    free(r);
}

const struct diag_rule *diag_rules_find(const struct diag_rules *r,
                                        const char *id)
{
    const struct diag_rule key = {.id = id}, *one = &key;
    const struct diag_rule **found;

    if (r->by_id) {
        found = bsearch(&one, r->by_id, r->n, sizeof(*r->by_id), by_id);
        return found ? *found : NULL;
    }
    for (size_t i = 0; i < r->n; i++)
        if (!strcmp(r->rule[i].id, id))
            return &r->rule[i];
    return NULL;
}
