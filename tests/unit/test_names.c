/* test_names.c: a set of names, as hostile as they come. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/names.h"

static void test_order_and_twins(void **state)
{
    struct names *s = names_new();
    char name[32];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "m%d", i);
        assert_int_equal(names_add(s, name), i);
    }
    assert_int_equal(names_add(s, "m77"), -EEXIST);
    assert_int_equal(names_count(s), 5000);
    assert_int_equal(names_find(s, "m4999"), 4999);
    assert_int_equal(names_find(s, "m5000"), -ENOENT);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "m%d", i);
        assert_string_equal(names_at(s, (size_t)i), name);
    }
    names_free(s);
}

/* Longer than what is set aside for many at once, and between short ones. */
static void test_long(void **state)
{
    char *longest = xmalloc(200001);
    struct names *s = names_new();

    (void)state;
    memset(longest, 'x', 200000);
    longest[200000] = '\0';
    assert_int_equal(names_add(s, "a"), 0);
    assert_int_equal(names_add(s, longest), 1);
    assert_int_equal(names_add(s, "b"), 2);
    assert_string_equal(names_at(s, 0), "a");
    assert_string_equal(names_at(s, 1), longest);
    assert_string_equal(names_at(s, 2), "b");
    names_free(s);
    free(longest);
}

static void test_another(void **state)
{
    struct names *s = names_new();

    (void)state;
    names_add(s, "a~1"); /* was called so from the start */
    assert_int_equal(names_add_another(s, "a", 1), 1);
    assert_string_equal(names_at(s, 1), "a");
    assert_string_equal(names_at(s, (size_t)names_add_another(s, "a", 1)),
                        "a~2");
    assert_string_equal(names_at(s, (size_t)names_add_another(s, "a", 1)),
                        "a~3");
    assert_string_equal(names_at(s, (size_t)names_add_another(s, "a~1", 2)),
                        "a~1~2");
    names_free(s);
}

/* Were each number tried again for each name, this would take hours. */
static void test_all_the_same(void **state)
{
    struct names *s = names_new();

    (void)state;
    for (unsigned i = 0; i < NAMES_MAX; i++)
        assert_int_equal(names_add_another(s, "hidden", 1), i);
    assert_string_equal(names_at(s, NAMES_MAX - 1), "hidden~400099");
    assert_int_equal(names_add_another(s, "hidden", 1), -E2BIG);
    assert_int_equal(names_add(s, "other"), -E2BIG);
    names_free(s);
}

/* Those of a set that the caller keeps are replaced in place. */
static void test_kept(void **state)
{
    struct names *s = names_new_of_kept();
    char *name[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        name[i] = xstrdup(i == 2 ? "a~2" : "a");
        assert_int_equal(names_add_kept(s, &name[i], 2), i);
        assert_ptr_equal(names_at(s, (size_t)i), name[i]);
    }
    assert_string_equal(name[0], "a");
    assert_string_equal(name[1], "a~2");
    assert_string_equal(name[2], "a~2~2"); /* taken by then */
    assert_string_equal(name[3], "a~3");
    names_free(s);
    for (int i = 0; i < 4; i++)
        free(name[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_twins),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_another),
        cmocka_unit_test(test_all_the_same),
        cmocka_unit_test(test_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
