/* Held-out texts in the syntax of Xen and its neighbours: how many secrets go,
 * and how many other texts stay. */
#include "tests/redact/heldout_xen.h"

static void count(const struct secret_kind *kinds, size_t n, const char *what)
{
    size_t failed = 0;

    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *rules = rules_of(engines[e], false, 0, 0);

        if (rules)
            failed += count_kinds(rules, kinds, n, what);
        redact_rules_free(rules);
    }
    assert_int_equal(failed, 0);
}

static void test_recall(void **state)
{
    (void)state;
    count(heldout_hidden, N(heldout_hidden), "hidden");
}

static void test_precision(void **state)
{
    (void)state;
    count(heldout_kept_kinds, N(heldout_kept_kinds), "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recall),
        cmocka_unit_test(test_precision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
