/* What was sent where: a line each, synced unless the run was stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/receipt.h"

static unsigned n_syncs;

/* In place of libc's. */
int fsync(int fd)
{
    (void)fd;
    n_syncs++;
    return 0;
}

static void test_syncs(void **state)
{
    struct receipt_line line = {.url = "https://me:S3cret@h/x?k=S3cret",
                                .sha256 = "00",
                                .result = "delivered",
                                .text = "",
                                .answer = "",
                                .where = ""};
    FILE *f = tmpfile();
    char text[1024];
    size_t n;

    (void)state;
    assert_non_null(f);
    assert_int_equal(receipt_add(fileno(f), &line, NULL), 0);
    assert_int_equal(n_syncs, 1);
    line.result = "stopped";
    line.hasty = true;
    assert_int_equal(receipt_add(fileno(f), &line, NULL), 0);
    assert_int_equal(n_syncs, 1);
    rewind(f);
    n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    assert_non_null(strstr(text, "\"result\":\"delivered\""));
    assert_non_null(strstr(text, "\"result\":\"stopped\""));
    assert_null(strstr(text, "S3cret"));
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_syncs)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
