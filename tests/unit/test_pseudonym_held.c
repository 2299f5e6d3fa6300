/* Recall and precision at privacy public over inputs that no finder was made
 * from: what other projects test their cleaners with. */
#include <errno.h>
#include <stdio.h>

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

/* ---- sets in files; all but "own" were made without a look at the finders -
 */

/* Escapes of a line of a set, in place. */
static size_t unescape(char *text)
{
    char *to = text, hex[3] = "";

    for (const char *p = text; *p && *p != '\n'; p++) {
        if (*p != '\\' || !p[1]) {
            *to++ = *p;
            continue;
        }
        p++;
        if (*p == 'x' && p[1] && p[2]) {
            memcpy(hex, p + 1, 2);
            *to++ = (char)strtoul(hex, NULL, 16);
            p += 2;
        } else {
            *to++ = (char)(*p == 'n'   ? '\n'
                           : *p == 't' ? '\t'
                           : *p == 'r' ? '\r'
                                       : *p);
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

/* None of what is marked is in what came out; all of it is, if nothing is. */
static bool fits_marks(const struct pseudonyms *p, const char *text, size_t len)
{
    struct secret_case c = {.why = text, .text = text, .len = len};
    struct part part[64];
    struct buf plain = BUF_INIT, got;
    size_t n = parts_of(&c, part), marked = 0;
    bool holds = true;

    for (size_t i = 0; i < n; i++)
        buf_add(&plain, part[i].text, part[i].len);
    public_run(p, buf_str(&plain), plain.len, NULL, NULL, &got);
    for (size_t i = 0; i < n; i++) {
        marked += part[i].goes;
        holds &= !part[i].goes ||
                 !memmem(got.data, got.len, part[i].text, part[i].len);
    }
    if (!marked)
        holds = got.len == plain.len && !memcmp(got.data, plain.data, got.len);
    if (!holds)
        print_message("  %s\n    %s\n", text, buf_str(&got));
    buf_done(&plain);
    buf_done(&got);
    return holds;
}

static void test_set(const char *name, size_t least, double percent)
{
    const char *top = getenv("TOP");
    uint8_t key[PSEUDONYM_KEY_SIZE] = {3};
    struct pseudonyms *p = pseudonyms_new(key, true);
    char path[4096], *line = NULL, *text;
    size_t room = 0, held = 0, all = 0;
    FILE *f;

    assert_non_null(top);
    snprintf(path, sizeof(path), "%s/tests/redact/held/%s.txt", top, name);
    f = fopen(path, "r");
    if (!f)
        fail_msg("%s: %s", path, strerror(errno));
    while (getline(&line, &room, f) > 0) {
        if (*line == '#')
            continue;
        text = strchr(line, '\t');
        text = text ? strchr(text + 1, '\t') : NULL;
        assert_non_null(text);
        held += fits_marks(p, text + 1, unescape(text + 1));
        all++;
    }
    print_message("%s: %zu of %zu, %.2f %%\n", name, held, all,
                  100.0 * (double)held / (double)all);
    assert_true(all >= least);
    assert_true(100.0 * (double)held / (double)all >= percent);
    pseudonyms_free(p);
    free(line);
    fclose(f);
}

static void test_blind_goes(void **state)
{
    (void)state;
    test_set("public-goes", 150, 97);
    test_set("public-goes-2", 60, 97);
    test_set("public-goes-4", 60, 97);
    test_set("public-goes-5", 70, 97);
    test_set("public-own-goes", 180, 100);
}

static void test_blind_stays(void **state)
{
    (void)state;
    test_set("public-stays", 110, 98);
    test_set("public-stays-2", 60, 98);
    test_set("public-stays-4", 60, 98);
    test_set("public-stays-5", 70, 98);
    test_set("public-own-stays", 400, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes),
        cmocka_unit_test(test_stays),
        cmocka_unit_test(test_blind_goes),
        cmocka_unit_test(test_blind_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
