/* test_hung.c: which folders are given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "collector/hung.h"

static void one_folder(void **state)
{
    struct hung *h = hung_new();

    (void)state;
    assert_false(hung_here(h, "/mnt/a/x"));
    /* One file may have its own reason. */
    hung_note(h, "/mnt/a/x");
    assert_false(hung_here(h, "/mnt/a/y"));
    hung_note(h, "/mnt/a/y");
    assert_true(hung_here(h, "/mnt/a/z"));
    /* What lies below hangs, too; what lies beside need not. */
    assert_true(hung_here(h, "/mnt/a/b/c/z"));
    assert_false(hung_here(h, "/mnt/ab/z"));
    assert_false(hung_here(h, "/mnt/z"));
    assert_false(hung_here(h, "/etc/z"));
    hung_free(h);
    hung_free(NULL);
}

static void many_folders(void **state)
{
    struct hung *h = hung_new();

    (void)state;
    hung_note(h, "/mnt/a/1");
    hung_note(h, "/mnt/a/2");
    hung_note(h, "/mnt/a/3"); /* counted once in /mnt */
    assert_false(hung_here(h, "/mnt/c/1"));
    hung_note(h, "/mnt/b/1");
    hung_note(h, "/mnt/b/2");
    assert_true(hung_here(h, "/mnt/c/1"));
    /* The root is never given up. */
    hung_note(h, "/srv/a/1");
    hung_note(h, "/srv/a/2");
    hung_note(h, "/srv/b/1");
    hung_note(h, "/srv/b/2");
    assert_true(hung_here(h, "/srv/z/1"));
    assert_false(hung_here(h, "/etc/passwd"));
    hung_free(h);
}

static void bounded(void **state)
{
    struct hung *h = hung_new();
    char path[64];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof(path), "/m%d/x", i);
        hung_note(h, path);
    }
    assert_false(hung_here(h, "/m4999/x"));
    hung_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_folder),
                                       cmocka_unit_test(many_folders),
                                       cmocka_unit_test(bounded)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
