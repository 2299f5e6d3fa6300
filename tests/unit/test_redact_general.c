/* What the rules for clouds, services, hashes, headers, databases and general
 * keys take and leave, on both engines, however the text is cut. */
#include <stdio.h>

#include "tests/redact/util.h"
#include "tests/redact/vectors_general.h"

static void assert_vector(const struct redact_rules *rules,
                          const struct vector *v)
{
    struct buf got, plain = BUF_INIT;

    run(rules, v->text, v->len, NULL, NULL, &got);
    normalise(&got, &plain);
    assert_same(&plain, v->want, v->want_len, v->why);
    buf_done(&got);
    buf_done(&plain);
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *rules = rules_of(engines[e], false, 0, 0);

        for (size_t i = 0; rules && i < N_GENERAL; i++)
            assert_vector(rules, &general_vectors[i]);
        redact_rules_free(rules);
    }
}

/* Cuts once, at a place; 0: into single bytes. */
static size_t cut(void *ctx)
{
    size_t *at = ctx, now = *at;

    if (!now)
        return 1;
    *at = SIZE_MAX;
    return now;
}

static void test_splits(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct buf whole, got;

    (void)state;
    for (size_t i = 0; i < N_GENERAL; i++) {
        const struct vector *v = &general_vectors[i];

        run(rules, v->text, v->len, NULL, NULL, &whole);
        for (size_t k = 0; k < v->len; k++) {
            size_t at = k;

            run(rules, v->text, v->len, cut, &at, &got);
            assert_same(&got, whole.data, whole.len, v->why);
            buf_done(&got);
        }
        buf_done(&whole);
    }
    redact_rules_free(rules);
}

/* Every vector with every byte of it at the edge of the smallest window. */
static void test_window_edges(void **state)
{
    struct redact_rules *big = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct redact_rules *small = rules_of(REDACT_ENGINE_PCRE2, false, 1, 0);
    struct buf whole, got, text = BUF_INIT;
    size_t edge[2] = {small->window, small->window - small->set.max_width -
                                         small->set.max_ahead};

    (void)state;
    for (size_t i = 0; i < N_GENERAL; i++) {
        const struct vector *v = &general_vectors[i];

        for (size_t k = 0; k <= 2 * v->len; k++) {
            size_t pad = edge[k % 2] - k / 2;

            buf_reset(&text);
            memset(buf_room(&text, pad), '\n', pad);
            text.len = pad;
            buf_add(&text, v->text, v->len);
            buf_adds(&text, "\nmore\n");
            run(big, text.data, text.len, NULL, NULL, &whole);
            run(small, text.data, text.len, NULL, NULL, &got);
            assert_same(&got, whole.data, whole.len, v->why);
            buf_done(&whole);
            buf_done(&got);
        }
    }
    buf_done(&text);
    redact_rules_free(big);
    redact_rules_free(small);
}

/* Many of them one behind the other, and parts of them, cut at random. */
static size_t cut_random(void *ctx)
{
    uint32_t r = next_random(ctx);

    return r % 8 ? 1 + r % 200 : 1 + r % 70000;
}

static void make_general_log(struct buf *text, size_t size, uint32_t seed)
{
    while (text->len < size) {
        const struct vector *v =
            &general_vectors[next_random(&seed) % N_GENERAL];

        buf_add(text, v->text, v->len);
        for (uint32_t n = next_random(&seed) % 90; n; n--)
            buf_addc(text,
                     " \n=,'\"\\:/@-&%.;AKIAeyJ$"[next_random(&seed) % 24]);
        v = &general_vectors[next_random(&seed) % N_GENERAL];
        if (v->len)
            buf_add(text, v->text, next_random(&seed) % v->len);
    }
}

static void test_large(void **state)
{
    struct redact_rules *one = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct redact_rules *small = rules_of(REDACT_ENGINE_PCRE2, false, 1, 0);
    struct redact_rules *hs = rules_of(REDACT_ENGINE_HS, false, 9001, 0);
    const struct redact_rules *all[] = {one, small, hs};
    struct buf text = BUF_INIT, whole, got;
    uint32_t seed = 3;

    (void)state;
    make_general_log(&text, 1 << 20, 41);
    run(one, text.data, text.len, NULL, NULL, &whole);
    for (size_t i = 0; i < N(all); i++) {
        if (!all[i])
            continue;
        run(all[i], text.data, text.len, cut_random, &seed, &got);
        if (got.len != whole.len || memcmp(got.data, whole.data, whole.len))
            fail_msg("other bytes with %s", redact_rules_engine(all[i]));
        buf_done(&got);
    }
    buf_done(&whole);
    buf_done(&text);
    redact_rules_free(one);
    redact_rules_free(small);
    redact_rules_free(hs);
}

/* Tokens that are kept stay as they are: no name of a rule is taken for the
 * key of a secret. */
static void test_keep_tokens(void **state)
{
    struct redact_rules *once = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct redact_rules *keep = rules_of(REDACT_ENGINE_PCRE2, true, 0, 0);
    struct buf first, again;

    (void)state;
    for (size_t i = 0; i < N_GENERAL; i++) {
        const struct vector *v = &general_vectors[i];

        run(once, v->text, v->len, NULL, NULL, &first);
        run(keep, buf_str(&first), first.len, NULL, NULL, &again);
        assert_same(&again, buf_str(&first), first.len, v->why);
        buf_done(&first);
        buf_done(&again);
    }
    for (size_t i = 0; i < redact_rules_count(keep); i++) {
        char text[128];
        int n = snprintf(text, sizeof(text),
                         "k [REDACTED:%s:0123456789ab] k=\"[REDACTED:%s:"
                         "abcdef012345]\"\n",
                         redact_rule_name(keep, i), redact_rule_name(keep, i));

        run(keep, text, (size_t)n, NULL, NULL, &again);
        assert_same(&again, text, (size_t)n, text);
        buf_done(&again);
    }
    redact_rules_free(once);
    redact_rules_free(keep);
}

/* A word has no longest length, and needs no memory for it. */
static void test_long_word(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf text = BUF_INIT, got, plain = BUF_INIT;
    const char *want = "x <github-token> y <aws-session-token> z";

    (void)state;
    buf_adds(&text, "x " GHP);
    for (int i = 0; i < 300000; i++)
        buf_adds(&text, ".EXAMPLE");
    buf_adds(&text, " y FwoGZXIvYXdzE");
    for (int i = 0; i < 300000; i++)
        buf_adds(&text, "EXAMPLE\\/%2B");
    buf_adds(&text, " z");
    run(rules, text.data, text.len, NULL, NULL, &got);
    normalise(&got, &plain);
    assert_same(&plain, want, strlen(want), "long words");
    buf_done(&got);
    buf_done(&text);
    buf_done(&plain);
    redact_rules_free(rules);
}

/* However it is escaped, it is the same secret and gets the same token. */
static void test_equal(void **state)
{
    static const char *const texts[] = {
        "FwoGZXIvYXdzE/EXAMPLE+EXAMPLE/EXAMPLE==",
        "FwoGZXIvYXdzE\\/EXAMPLE+EXAMPLE\\/EXAMPLE\\u003d\\u003D",
        "FwoGZXIvYXdzE%2FEXAMPLE%2bEXAMPLE%2fEXAMPLE%3D%3D",
        "FwoGZXIvYXdzE\\\\/EXAMPLE\\\\u002bEXAMPLE\\\\\\/EXAMPLE=%3d"};
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf first, got;

    (void)state;
    run(rules, texts[0], strlen(texts[0]), NULL, NULL, &first);
    assert_int_equal(redact_token_len(first.data, first.len), first.len);
    for (size_t i = 1; i < N(texts); i++) {
        run(rules, texts[i], strlen(texts[i]), NULL, NULL, &got);
        assert_same(&got, first.data, first.len, texts[i]);
        buf_done(&got);
    }
    buf_done(&first);
    redact_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),      cmocka_unit_test(test_splits),
        cmocka_unit_test(test_window_edges), cmocka_unit_test(test_long_word),
        cmocka_unit_test(test_equal),        cmocka_unit_test(test_keep_tokens),
        cmocka_unit_test(test_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
