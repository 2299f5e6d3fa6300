#include "redact/ruleset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "redact/again.h"
#include "redact/cut.h"
#include "redact/load.h"
#include "redact/pseudonym.h"
#include "redact/value.h"

#define KEY_RULE "private-key"

/* ---- one stream's tools ---- */

static struct work *work_new(const struct redact_rules *rules)
{
    struct work *w = xcalloc(1, sizeof(*w));

    w->window = xmalloc(rules->window);
    w->hash = sha256_new();
    scan_init(&w->scan, &rules->set);
    if (rules->opts.keep_tokens)
        w->scan.skip_rule = rules->token_rule + 1;
    if (rules->engine->scratch_new)
        w->scratch = rules->engine->scratch_new(rules->engine_state);
    return w;
}

static void work_free(const struct redact_rules *rules, struct work *w)
{
    free(w->window);
    sha256_free(w->hash);
    scan_done(&w->scan);
    if (w->scratch)
        rules->engine->scratch_free(w->scratch);
    free(w);
}

struct work *redact_work_get(const struct redact_rules *rules)
{
    struct work *w;

    pthread_mutex_lock(rules->lock);
    w = *rules->idle;
    if (w)
        *rules->idle = w->next;
    pthread_mutex_unlock(rules->lock);
    if (!w)
        return work_new(rules);
    scan_reset(&w->scan);
    return w;
}

void redact_work_put(const struct redact_rules *rules, struct work *w)
{
    pthread_mutex_lock(rules->lock);
    w->next = *rules->idle;
    *rules->idle = w;
    pthread_mutex_unlock(rules->lock);
}

/* ---- the rules ---- */

static void make_digest(struct redact_rules *rules)
{
    struct sha256 *h = sha256_new();

    for (size_t i = 0; i < rules->set.n; i++) {
        const struct redact_rule *r = rules->set.rule[i].src;
        const char *form = value_form_name(r->form);

        if (rules->set.rule[i].off)
            continue;
        /* With the NULs, so that fields cannot run into each other. */
        sha256_update(h, r->name, strlen(r->name) + 1);
        sha256_update(h, r->anchor, strlen(r->anchor) + 1);
        sha256_update(h, form, strlen(form) + 1);
    }
    sha256_hex(h, rules->digest);
    sha256_free(h);
}

/* Only the database of the built-in table was made at build time. */
static int choose_engine(struct redact_rules *rules, struct err *err)
{
    enum redact_engine want = rules->opts.engine;
    int rc;

    engine_pcre2.open(&rules->set, &rules->fallback, NULL);
    rules->engine = &engine_pcre2;
    rules->engine_state = rules->fallback;
    if (want == REDACT_ENGINE_PCRE2 || want == REDACT_ENGINE_AUTO)
        return 0;
    rc = rules->set.builtin
             ? engine_hs.open(&rules->set, &rules->engine_state, &rules->no_hs)
             : err_set(&rules->no_hs, -ENOTSUP,
                       "libhs cannot be used without the built-in rules");
    if (!rc) {
        rules->engine = &engine_hs;
        return 0;
    }
    rules->engine_state = rules->fallback;
    if (want != REDACT_ENGINE_HS)
        return 0;
    return err_set(err, rc, "%s", rules->no_hs.text);
}

size_t redact_undecided(const struct redact_rules *rules)
{
    size_t ahead = rules->set.max_ahead;

    if (rules->opts.around_tokens && ahead < AGAIN_LOOK)
        ahead = AGAIN_LOOK;
    return rules->set.max_width + ahead;
}

size_t redact_window_min(const struct redact_rules *rules)
{
    size_t undecided = redact_undecided(rules);

    if (undecided < VALUE_LOOK)
        undecided = VALUE_LOOK;
    undecided += REDACT_BACK + ANCHOR_WIDTH_MAX + 2;
    return undecided < CUT_LOOK ? CUT_LOOK : undecided;
}

int redact_rules_new_from(const struct redact_table *table,
                          const struct redact_opts *opts,
                          struct redact_rules **out, struct err *err)
{
    struct redact_rules *rules = xcalloc(1, sizeof(*rules));
    int rc;

    *out = NULL;
    rules->opts = *opts;
    rules->lock = xmalloc(sizeof(*rules->lock));
    pthread_mutex_init(rules->lock, NULL);
    rules->idle = xcalloc(1, sizeof(*rules->idle));
    rules->set.n = table->n;
    rules->set.rule = xcalloc(table->n, sizeof(*rules->set.rule));
    rules->set.match_limit = table->match_limit;
    rules->set.hs = table->hs ? table->hs : redact_builtin_hs;
    rules->set.hs_len = table->hs ? table->hs_len : redact_builtin_hs_len;
    rules->set.builtin = table->flags || (table->rules == redact_builtin &&
                                          table->n == redact_builtin_count);
    rules->token_rule = rules->key_rule = table->n;
    for (size_t i = 0; i < table->n; i++) {
        rules->set.rule[i].src = &table->rules[i];
        if (table->flags) {
            rules->set.rule[i].off = table->flags[i] & REDACT_OFF;
            rules->set.rule[i].added = table->flags[i] & REDACT_ADDED;
        }
        if (table->rules[i].form == FORM_TOKEN)
            rules->token_rule = i;
        if (!rules->set.rule[i].off && !strcmp(table->rules[i].name, KEY_RULE))
            rules->key_rule = i;
    }
    rc = ruleset_compile(&rules->set, err);
    if (!rc)
        rc = choose_engine(rules, err);
    if (rc) {
        redact_rules_free(rules);
        return rc;
    }
    rules->window = table->window  ? table->window
                    : opts->window ? opts->window
                                   : REDACT_WINDOW;
    if (rules->window < redact_window_min(rules))
        rules->window = redact_window_min(rules);
    make_digest(rules);
    *out = rules;
    return 0;
}

int redact_rules_new(const struct redact_opts *opts, struct redact_rules **out,
                     struct err *err)
{
    struct redact_table table = {.rules = redact_builtin,
                                 .n = redact_builtin_count};

    return redact_rules_new_from(&table, opts, out, err);
}

struct redact_rules *redact_rules_keeping(const struct redact_rules *rules)
{
    struct redact_rules *k = xmalloc(sizeof(*k));

    *k = *rules;
    k->borrowed = true;
    k->opts.keep_tokens = true;
    k->pseudonyms = NULL;
    k->lock = xmalloc(sizeof(*k->lock));
    pthread_mutex_init(k->lock, NULL);
    k->idle = xcalloc(1, sizeof(*k->idle));
    return k;
}

void redact_rules_free(struct redact_rules *rules)
{
    struct work *w;

    if (!rules)
        return;
    while ((w = *rules->idle)) {
        *rules->idle = w->next;
        work_free(rules, w);
    }
    if (!rules->borrowed) {
        if (rules->engine && rules->engine != &engine_pcre2)
            rules->engine->close(rules->engine_state);
        engine_pcre2.close(rules->fallback);
        ruleset_done(&rules->set);
        redact_added_free(rules->added);
        pseudonyms_free(rules->pseudonyms);
    }
    pthread_mutex_destroy(rules->lock);
    free(rules->lock);
    free(rules->idle);
    explicit_bzero(rules->opts.key, sizeof(rules->opts.key));
    free(rules);
}

void redact_rules_pseudonyms(struct redact_rules *rules, struct pseudonyms *p)
{
    pseudonyms_free(rules->pseudonyms);
    rules->pseudonyms = p;
}

const char *redact_rules_engine(const struct redact_rules *rules)
{
    return rules->engine->name;
}

const char *redact_rules_no_hs(const struct redact_rules *rules)
{
    int code = rules->no_hs.code;

    return code && code != -ENOSYS ? rules->no_hs.text : NULL;
}

const char *redact_rules_digest(const struct redact_rules *rules)
{
    return rules->digest;
}

size_t redact_rules_count(const struct redact_rules *rules)
{
    return rules->set.n;
}

size_t redact_rules_in_force(const struct redact_rules *rules)
{
    size_t n = 0;

    for (size_t i = 0; i < rules->set.n; i++)
        n += !rules->set.rule[i].off;
    return n;
}

const char *redact_rule_name(const struct redact_rules *rules, size_t i)
{
    return rules->set.rule[i].src->name;
}
