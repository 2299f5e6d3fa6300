/* Each name of a secret in each syntax: its value goes.  And a private key in
 * each way that logs and programs wrap its lines. */
#include "tests/redact/matrix.h"
#include "tests/redact/util.h"

#define SECRET "S3cretM4rk9xQ7zzLp20vW"

static void fill(const char *form, const char *key, struct buf *out)
{
    buf_reset(out);
    while (*form) {
        if (!strncmp(form, "KEY", 3)) {
            buf_adds(out, key);
            form += 3;
        } else if (!strncmp(form, "VALUE", 5)) {
            buf_adds(out, SECRET);
            form += 5;
        } else {
            buf_addc(out, *form++);
        }
    }
}

static bool hides(struct redact_rules *rules, const struct buf *text,
                  const char *secret)
{
    struct buf got;
    bool hidden;

    run(rules, buf_str(text), text->len, NULL, NULL, &got);
    hidden = !memmem(got.data, got.len, secret, strlen(secret));
    if (!hidden)
        print_message("  not hidden: %s", buf_str(text));
    buf_done(&got);
    return hidden;
}

static void test_names(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    unsigned n = 0, hidden = 0;
    struct buf text = BUF_INIT;

    (void)state;
    for (size_t k = 0; k < N(matrix_keys); k++) {
        for (size_t f = 0; f < N(matrix_forms); f++) {
            fill(matrix_forms[f], matrix_keys[k], &text);
            hidden += hides(rules, &text, SECRET);
            n++;
        }
    }
    print_message("  names x forms: %u of %u hidden\n", hidden, n);
    assert_int_equal(hidden, n);
    buf_done(&text);
    redact_rules_free(rules);
}

/* What stands before and behind each line, and how lines end. */
static void test_key_lines(void **state)
{
    static const char *const ways[][4] = {
        {"", "", "\n", ""},
        {"", "", "\r\n", ""},
        {"{\"k\": \"", "", "\\n", "\"}"},
        {"", "\"", "\\n\" +\n", ""},
        {"String k = \"\"\n", "  + \"", "\\n\"\n", ""},
        {"", "    \"", "\\n\"\n", ""},
        {"", "\"", "\\n\" \\\n", ""},
        {"", "'", "\\n' .\n", ""},
        {"", "  . '", "\\n'\n", ""},
        {"{\"k\":[", "\"", "\",", "]}"},
        {"", "#5 0.228 ", "\n", ""},
        {"{\"log\":\"x\\r\\n", "#5 0.228 ", "\\r\\n", "\"}"},
        {"{\"log\":\"x\\\\n", "2026-04-26 12:36:01 ", "\\\\n", "\"}"},
        {"", "Jan  1 00:00:00 host app[12]: ", "\n", ""},
        {"", "[   12.345678] ", "\n", ""},
        {"", "file.pem:12:", "\n", ""},
        {"key: |\n", "      ", "\n", ""},
    };
    static const char *const lines[] = {
        "-----BEGIN PRIVATE KEY-----",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
        "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu",
        "NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s",
        "-----END PRIVATE KEY-----",
    };
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf text = BUF_INIT;
    unsigned failed = 0;

    (void)state;
    for (size_t w = 0; w < N(ways); w++) {
        buf_reset(&text);
        buf_adds(&text, ways[w][0]);
        for (size_t i = 0; i < N(lines); i++)
            buf_addf(&text, "%s%s%s", ways[w][1], lines[i], ways[w][2]);
        buf_addf(&text, "%s\n", ways[w][3]);
        for (size_t i = 1; i + 1 < N(lines); i++)
            failed += !hides(rules, &text, lines[i]);
    }
    assert_int_equal(failed, 0);
    buf_done(&text);
    redact_rules_free(rules);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_key_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
