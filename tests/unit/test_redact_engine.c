/* A libhs database that is damaged, cut or from elsewhere: PCRE2 serves. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/redact/util.h"

static int open_with(const unsigned char *db, size_t len,
                     enum redact_engine engine, struct redact_rules **out,
                     struct err *err)
{
    struct redact_opts opts = {.engine = engine};
    struct redact_table table = {.rules = redact_builtin,
                                 .n = redact_builtin_count,
                                 .hs = db,
                                 .hs_len = len};

    return redact_rules_new_from(&table, &opts, out, err);
}

static void refused(const unsigned char *db, size_t len)
{
    struct redact_rules *rules;
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;

    assert_int_equal(open_with(db, len, REDACT_ENGINE_CHECK, &rules, &err), 0);
    assert_string_equal(redact_rules_engine(rules), "pcre2");
    assert_true(redact_rules_no_hs(rules) || !redact_builtin_hs_len);
    redact_text(rules, "vncpasswd=\"S3cret\"", 18, &b);
    assert_null(strstr(buf_str(&b), "S3cret"));
    buf_done(&b);
    redact_rules_free(rules);
    assert_true(open_with(db, len, REDACT_ENGINE_HS, &rules, &err) < 0);
    assert_true(*err.text);
}

static unsigned char *copy(void)
{
    unsigned char *db = malloc(redact_builtin_hs_len + 1);

    assert_non_null(db);
    memcpy(db, redact_builtin_hs, redact_builtin_hs_len);
    return db;
}

static void test_damaged(void **state)
{
    size_t len = redact_builtin_hs_len;
    /* magic, version, length; then the compiled rules, which have a sum */
    const size_t at[] = {0, 4, 5, 8, len / 3, len / 2, len - 200};
    unsigned char *db = copy();

    (void)state;
    for (size_t i = 0; len && i < N(at); i++) {
        db[at[i]] ^= 0x55;
        refused(db, len);
        db[at[i]] ^= 0x55;
    }
    free(db);
}

static void test_cut(void **state)
{
    unsigned char *db = copy();

    (void)state;
    refused(db, 0);
    refused(db, 1);
    refused(db, redact_builtin_hs_len / 2);
    if (redact_builtin_hs_len)
        refused(db, redact_builtin_hs_len - 1);
    memset(db, 0, redact_builtin_hs_len);
    refused(db, redact_builtin_hs_len);
    free(db);
}

/* The platform that it was made for, in the header: a newer CPU than this. */
static void test_platform(void **state)
{
    unsigned char *db = copy();

    (void)state;
    for (size_t i = 12; redact_builtin_hs_len && i < 20; i++)
        db[i] ^= 0xff;
    refused(db, redact_builtin_hs_len);
    free(db);
}

static void test_whole(void **state)
{
    struct redact_rules *rules;
    struct err err = ERR_INIT;

    (void)state;
    if (open_with(NULL, 0, REDACT_ENGINE_CHECK, &rules, &err))
        fail_msg("%s", err.text);
    if (redact_builtin_hs_len && !redact_rules_no_hs(rules))
        assert_string_equal(redact_rules_engine(rules), "hs");
    redact_rules_free(rules);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_platform),
        cmocka_unit_test(test_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
