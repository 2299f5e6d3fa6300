/* What the rules take and leave, on both engines, however the text is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/redact/util.h"

/* ---- the rules ---- */

static void test_examples(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *rules = rules_of(engines[e], false, 0, 0);

        if (rules && redact_rules_check(rules, &err))
            fail_msg("%s", err.text);
        redact_rules_free(rules);
    }
}

/* The check of examples can fail, both ways. */
static void test_examples_fail(void **state)
{
    static const struct rule_example good[] = {{"abc=S", "S"}, {0}};
    static const struct rule_example bad[] = {{"abc=S", "=S"}, {0}};
    static const char *const keep[] = {"abd=S", NULL};
    static const char *const hit[] = {"abc=T", NULL};
    struct redact_rule rule[] = {
        {"a", "abc=", FORM_AUTO, good, keep, NULL, NULL},
        {"a", "abc=", FORM_AUTO, bad, keep, NULL, NULL},
        {"a", "abc=", FORM_AUTO, good, hit, NULL, NULL}};
    struct redact_opts opts = {.engine = REDACT_ENGINE_AUTO};
    struct redact_rules *rules;

    (void)state;
    for (size_t i = 0; i < N(rule); i++) {
        struct redact_table table = {.rules = &rule[i], .n = 1};

        assert_int_equal(redact_rules_new_from(&table, &opts, &rules, NULL), 0);
        assert_string_equal(redact_rules_engine(rules), "pcre2");
        assert_int_equal(redact_rules_check(rules, NULL), i ? -EINVAL : 0);
        redact_rules_free(rules);
    }
}

/* ---- vectors ---- */

static void test_vectors(void **state)
{
    struct buf got, plain = BUF_INIT;

    (void)state;
    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *rules = rules_of(engines[e], false, 0, 0);

        for (size_t i = 0; rules && i < N_VECTORS; i++) {
            const struct vector *v = &vectors[i];

            run(rules, v->text, v->len, NULL, NULL, &got);
            normalise(&got, &plain);
            assert_same(&plain, v->want, v->want_len, v->why);
            buf_done(&got);
        }
        redact_rules_free(rules);
    }
    buf_done(&plain);
}

/* A value is one value however a format spells its letters: \u and a pair of
 * surrogates in JSON, \x and octal in others. */
static void test_spellings(void **state)
{
    static const char *const spelled[] = {
        "\"password\": \"p\xc3\xa4ss\xe2\x82\xac\xf0\x9f\x98\x80w\"\n",
        "\"password\": \"p\\u00e4ss\\u20ac\\ud83d\\ude00w\"\n",
        "\"password\": \"\\u0070\\u00E4ss\\u20AC\\uD83D\\uDE00w\"\n",
        "password = \"p\\xc3\\xa4ss\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80w\"\n",
        "password = \"p\\303\\244ss\\342\\202\\254\\360\\237\\230\\200w\"\n",
    };
    struct redact_rules *rules = rules_of(engines[0], false, 0, 0);
    char first[16] = "";

    (void)state;
    for (size_t i = 0; i < N(spelled); i++) {
        struct buf got = BUF_INIT;
        const char *token;

        redact_text(rules, spelled[i], strlen(spelled[i]), &got);
        token = strrchr(buf_str(&got), ':');
        assert_non_null(strstr(buf_str(&got), "[REDACTED:password-"));
        if (i)
            assert_memory_equal(token, first, 13);
        else
            memcpy(first, token, 13);
        buf_done(&got);
    }
    redact_rules_free(rules);
}

struct split {
    size_t at;
    bool done;
};

static size_t cut_once(void *ctx)
{
    struct split *s = ctx;

    if (s->done)
        return SIZE_MAX;
    s->done = true;
    return s->at;
}

static size_t cut_bytes(void *ctx)
{
    (void)ctx;
    return 1;
}

/* Every vector, cut at every place and into single bytes. */
static void splits(enum redact_engine engine)
{
    struct redact_rules *rules = rules_of(engine, false, 0, 0);
    struct buf whole, got;

    for (size_t i = 0; rules && i < N_VECTORS; i++) {
        const struct vector *v = &vectors[i];

        run(rules, v->text, v->len, NULL, NULL, &whole);
        for (size_t at = 1; at < v->len; at++) {
            struct split s = {.at = at};

            run(rules, v->text, v->len, cut_once, &s, &got);
            assert_same(&got, buf_str(&whole), whole.len, v->why);
            buf_done(&got);
        }
        run(rules, v->text, v->len, cut_bytes, NULL, &got);
        assert_same(&got, buf_str(&whole), whole.len, v->why);
        buf_done(&got);
        buf_done(&whole);
    }
    redact_rules_free(rules);
}

static void test_splits(void **state)
{
    (void)state;
    for (size_t e = 0; e < N(engines); e++)
        splits(engines[e]);
}

/* Every vector with every byte of it at the edge of the window. */
static void test_window_edges(void **state)
{
    struct buf whole, got, text = BUF_INIT;

    (void)state;
    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *big = rules_of(engines[e], false, 0, 0);
        struct redact_rules *small = rules_of(engines[e], false, 1, 0);
        size_t edge[2];

        if (!big)
            continue;
        edge[0] = small->window;
        edge[1] = small->window - small->set.max_width - small->set.max_ahead;
        for (size_t i = 0; i < N_VECTORS; i++) {
            const struct vector *v = &vectors[i];

            for (size_t k = 0; k <= 2 * v->len; k += 1 + e) {
                size_t pad = edge[k % 2] - k / 2;

                buf_reset(&text);
                memset(buf_room(&text, pad), 'x', pad);
                text.len = pad;
                text.data[pad - 1] = '\n';
                buf_add(&text, v->text, v->len);
                buf_adds(&text, "\nmore\n");
                run(big, text.data, text.len, NULL, NULL, &whole);
                run(small, text.data, text.len, NULL, NULL, &got);
                assert_same(&got, buf_str(&whole), whole.len, v->why);
                buf_done(&whole);
                buf_done(&got);
            }
        }
        redact_rules_free(big);
        redact_rules_free(small);
    }
    buf_done(&text);
}

static size_t cut_random(void *ctx)
{
    uint32_t r = next_random(ctx);

    return r % 8 ? 1 + r % 300 : 1 + r % 70000;
}

/* Large input: random cuts, other windows and the other engine give the same
 * bytes, and a second pass that keeps tokens changes none of them. */
static void test_large(void **state)
{
    struct redact_rules *one = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct redact_rules *small = rules_of(REDACT_ENGINE_PCRE2, false, 1, 0);
    struct redact_rules *hs = rules_of(REDACT_ENGINE_HS, false, 9001, 0);
    struct buf text = BUF_INIT, whole, got;
    uint32_t seed = 5;

    (void)state;
    make_log(&text, 1 << 20, 77);
    run(one, text.data, text.len, NULL, NULL, &whole);
    assert_int_not_equal(whole.len, text.len);
    for (int i = 0; i < 4; i++) {
        run(one, text.data, text.len, cut_random, &seed, &got);
        assert_same(&got, whole.data, whole.len, "random cuts");
        buf_done(&got);
    }
    run(small, text.data, text.len, cut_random, &seed, &got);
    assert_same(&got, whole.data, whole.len, "smallest window");
    buf_done(&got);
    if (hs) {
        run(hs, text.data, text.len, cut_random, &seed, &got);
        assert_same(&got, whole.data, whole.len, "libhs");
        buf_done(&got);
    }
    buf_done(&whole);
    buf_done(&text);
    redact_rules_free(one);
    redact_rules_free(small);
    redact_rules_free(hs);
}

/* ---- long things ---- */

static long peak_kib(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* "test_redact LINE VALUE": other sizes for a long run. */
static int line_mib = 256, value_mib = 32;

/* So many MiB without a line end, then such a value: no memory for either. */
static void test_long(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct keep k = {.sink = {&keep_ops}};
    struct redactor *r = redactor_new(rules, &k.sink);
    static char block[1 << 20];
    long before;

    (void)state;
    memset(block, 'x', sizeof(block));
    sink_write(redactor_sink(r), block, sizeof(block), NULL);
    before = peak_kib();
    for (int i = 0; i < line_mib; i++) {
        sink_write(redactor_sink(r), block, sizeof(block), NULL);
        buf_reset(&k.buf);
    }
    sink_write(redactor_sink(r), " password=\"", 11, NULL);
    for (int i = 0; i < value_mib; i++)
        sink_write(redactor_sink(r), block, sizeof(block), NULL);
    sink_write(redactor_sink(r), "\" end", 5, NULL);
    assert_int_equal(sink_close(redactor_sink(r), NULL), 0);
    assert_int_equal(redactor_hits_total(r), 1);
    assert_non_null(strstr(buf_str(&k.buf), " password=\"[REDACTED:password:"));
    assert_non_null(strstr(buf_str(&k.buf), "]\" end"));
    assert_true(peak_kib() - before < 4096);
    sink_free(redactor_sink(r));
    buf_done(&k.buf);
    redact_rules_free(rules);
}

/* A guest that prints BEGIN and then only words hides 64 KiB, no more. */
static void test_block_limit(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf text = BUF_INIT, got;

    (void)state;
    buf_adds(&text, "-----BEGIN RSA PRIVATE KEY-----\n");
    while (text.len < 200000)
        buf_adds(&text, "hello\n");
    run(rules, text.data, text.len, NULL, NULL, &got);
    assert_true(got.len > 200000 - 65536 - 5000);
    assert_true(got.len < 200000 - 60000);
    buf_done(&got);
    buf_done(&text);
    redact_rules_free(rules);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_examples_fail),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_window_edges),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_block_limit),
    };

    if (argc > 1)
        line_mib = atoi(argv[1]);
    if (argc > 2)
        value_mib = atoi(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
