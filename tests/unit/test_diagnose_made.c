/* The rules that the build made (diagnose/gen) are those of the files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/diagnose/rules.h"
#include "collector/diagnose/words.h"

static void same_text(const char *a, const char *b)
{
    assert_int_equal(!a, !b);
    if (a)
        assert_string_equal(a, b);
}

static void same_list(const char *const *a, unsigned n, const char *const *b,
                      unsigned m)
{
    assert_int_equal(n, m);
    for (unsigned i = 0; i < n; i++)
        assert_string_equal(a[i], b[i]);
}

static void same_conditions(const struct diag_condition *a, unsigned n,
                            const struct diag_condition *b, unsigned m)
{
    assert_int_equal(n, m);
    for (unsigned i = 0; i < n; i++) {
        same_list(a[i].match, a[i].n_match, b[i].match, b[i].n_match);
        same_list(a[i].where, a[i].n_where, b[i].where, b[i].n_where);
        same_text(a[i].fact, b[i].fact);
        same_text(a[i].any, b[i].any);
    }
}

static void same_rule(const struct diag_rule *a, const struct diag_rule *b)
{
    assert_string_equal(a->id, b->id);
    assert_int_equal(a->severity, b->severity);
    assert_int_equal(a->rank, b->rank);
    assert_string_equal(a->title, b->title);
    assert_int_equal(a->classes, b->classes);
    assert_int_equal(a->unexplained, b->unexplained);
    same_conditions(a->when, a->n_when, b->when, b->n_when);
    same_conditions(a->alt, a->n_alt, b->alt, b->n_alt);
    same_conditions(a->unless, a->n_unless, b->unless, b->n_unless);
    same_list(a->follows, a->n_follows, b->follows, b->n_follows);
    assert_int_equal(a->first, b->first);
    assert_int_equal(a->block, b->block);
    same_text(a->until_text, b->until_text);
    assert_int_equal(!a->until, !b->until);
    assert_string_equal(a->cause, b->cause);
    assert_string_equal(a->remedy, b->remedy);
    same_text(a->remedy_xm, b->remedy_xm);
    same_text(a->see, b->see);
    same_text(a->source, b->source);
    same_list(a->examples, a->n_examples, b->examples, b->n_examples);
    same_list(a->counter, a->n_counter, b->counter, b->n_counter);
}

static void same_pattern(const struct diag_pattern *a,
                         const struct diag_pattern *b)
{
    assert_int_equal(a->rule, b->rule);
    assert_int_equal(a->condition, b->condition);
    assert_int_equal(a->explains, b->explains);
    assert_string_equal(a->text, b->text);
    same_list((const char *const *)a->words.word, (unsigned)a->words.n,
              (const char *const *)b->words.word, (unsigned)b->words.n);
}

static void same_words(const struct diag_words *a, const struct diag_words *b)
{
    assert_int_equal(a->n_patterns, b->n_patterns);
    same_list(a->text, (unsigned)a->n, b->text, (unsigned)b->n);
    assert_memory_equal(a->len, b->len, a->n * sizeof(*a->len));
    assert_memory_equal(a->first, b->first, (a->n + 1) * sizeof(*a->first));
    assert_memory_equal(a->of_word, b->of_word,
                        a->first[a->n] * sizeof(*a->of_word));
    assert_int_equal(a->stride, b->stride);
    assert_int_equal(a->run, b->run);
    assert_memory_equal(a->bits, b->bits, (1u << DIAG_HASH_BITS) / 8);
    assert_int_equal(a->n_places, b->n_places);
    for (size_t i = 0; i < a->n_places; i++) {
        assert_int_equal(a->place[i].run, b->place[i].run);
        assert_int_equal(a->place[i].hash, b->place[i].hash);
        assert_int_equal(a->place[i].word, b->place[i].word);
        assert_int_equal(a->place[i].at, b->place[i].at);
    }
    assert_memory_equal(a->bucket, b->bucket,
                        ((1u << DIAG_BUCKET_BITS) + 1) * sizeof(*a->bucket));
}

static void same(const struct diag_rules *a, const struct diag_rules *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++)
        same_rule(&a->rule[i], &b->rule[i]);
    assert_int_equal(a->n_patterns, b->n_patterns);
    for (size_t i = 0; i < a->n_patterns; i++)
        same_pattern(&a->pattern[i], &b->pattern[i]);
    assert_int_equal(a->n_conditions, b->n_conditions);
    assert_string_equal(a->digest, b->digest);
    same_words(a->words, b->words);
}

static void add(struct diag_rules *r, const char *path, const char *text,
                size_t len)
{
    struct err err = ERR_INIT;

    if (diag_rules_add(r, path, text, len, &err))
        fail_msg("%s", err.text);
}

static struct diag_rules *from_files(void)
{
    struct diag_rules *r = diag_rules_new();

    for (size_t i = 0; i < diag_builtin_count; i++)
        add(r, diag_builtin[i].path, diag_builtin[i].text, diag_builtin[i].len);
    return r;
}

static void test_made(void **state)
{
    struct diag_rules *made = diag_rules_new(), *read = from_files();

    (void)state;
    diag_rules_add_builtin(made);
    diag_rules_ready(made);
    diag_rules_ready(read);
    assert_true(made->n > 5);
    same(made, read);
    diag_rules_free(made);
    diag_rules_free(read);
}

/* One of a site's own comes behind them, and one that is wrong leaves none. */
static void test_added(void **state)
{
    static const char own[] =
        "rules:\n- id: own\n  severity: info\n  title: t\n  cause: c\n"
        "  remedy: r\n  block: {until: 'no more'}\n  when:\n"
        "  - match: ['a word of ours']\n"
        "  examples: {match: ['a word of ours'], no-match: ['a']}\n";
    static const char wrong[] = "rules:\n- id: own2\n";
    struct diag_rules *made = diag_rules_new(), *read = from_files();
    struct err err = ERR_INIT;

    (void)state;
    diag_rules_add_builtin(made);
    add(made, "own.yaml", own, strlen(own));
    add(read, "own.yaml", own, strlen(own));
    assert_int_not_equal(
        diag_rules_add(made, "wrong.yaml", wrong, strlen(wrong), &err), 0);
    diag_rules_ready(made);
    diag_rules_ready(read);
    same(made, read);
    assert_string_not_equal(made->digest, diag_made.digest);
    assert_non_null(diag_rules_find(made, "own"));
    assert_non_null(diag_rules_find(made, diag_made.rule[0].id));
    diag_rules_free(made);
    diag_rules_free(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
