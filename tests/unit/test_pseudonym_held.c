/* Recall and precision at privacy public over inputs that no finder was made
 * from: what other projects test their cleaners with. */
#include "tests/redact/public_heldout.h"

static double share(const struct secret_kind *kinds, size_t n, const char *what)
{
    uint8_t key[PSEUDONYM_KEY_SIZE] = {3};
    struct pseudonyms *p = pseudonyms_new(key, true);
    size_t held = 0, all = 0;

    for (size_t i = 0; i < N(heldout_learned); i++)
        assert_true(pseudonyms_learn(p, heldout_learned[i].kind,
                                     heldout_learned[i].text,
                                     strlen(heldout_learned[i].text)));
    for (size_t k = 0; k < n; k++) {
        size_t of_kind = 0;

        for (size_t i = 0; i < kinds[k].n; i++)
            of_kind += public_holds(p, &kinds[k].cases[i], true);
        print_message("%-20s %s %zu of %zu\n", kinds[k].name, what, of_kind,
                      kinds[k].n);
        held += of_kind;
        all += kinds[k].n;
    }
    print_message("all                  %s %zu of %zu, %.1f %%\n", what, held,
                  all, 100.0 * (double)held / (double)all);
    pseudonyms_free(p);
    return (double)held / (double)all;
}

static void test_goes(void **state)
{
    (void)state;
    assert_true(share(heldout_goes, N(heldout_goes), "gone") >= 0.97);
}

static void test_stays(void **state)
{
    (void)state;
    assert_true(share(heldout_stays, N(heldout_stays), "kept") >= 0.98);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes),
        cmocka_unit_test(test_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
