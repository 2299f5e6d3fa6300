/* test_str.c: sizes, times, lists, escaping, buffers, clock, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/clock.h"
#include "collector/base/core/err.h"
#include "collector/base/core/status.h"
#include "collector/base/core/str.h"

static void sizes(void **state)
{
    static const struct {
        const char *text;
        int rc;
        uint64_t bytes;
    } t[] = {
        {"0", 0, 0},
        {"512", 0, 512},
        {"512B", 0, 512},
        {"10K", 0, 10240},
        {"10k", 0, 10240},
        {"1.5M", 0, 1572864},
        {"2GiB", 0, 2147483648u},
        {"1TB", 0, 1099511627776u},
        {"", -EINVAL, 0},      /* nothing */
        {"K", -EINVAL, 0},     /* a unit alone */
        {"-1", -EINVAL, 0},    /* strtod takes signs, */
        {" 1", -EINVAL, 0},    /* blanks, */
        {"0x10", -EINVAL, 0},  /* hexadecimal, */
        {"inf", -EINVAL, 0},   /* and words */
        {"10KX", -EINVAL, 0},  /* rubbish behind */
        {"1e300", -EINVAL, 0}, /* more than there is */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        uint64_t v = 0;

        assert_int_equal(str_parse_size(t[i].text, &v), t[i].rc);
        assert_int_equal(v, t[i].bytes);
    }
}

static void times(void **state)
{
    uint64_t ms = 0;

    (void)state;
    assert_int_equal(str_parse_time_ms("250ms", &ms), 0);
    assert_int_equal(ms, 250);
    assert_int_equal(str_parse_time_ms("1.5s", &ms), 0);
    assert_int_equal(ms, 1500);
    assert_int_equal(str_parse_time_ms("2m", &ms), 0);
    assert_int_equal(ms, 120000);
    assert_int_equal(str_parse_time_ms("1d", &ms), 0);
    assert_int_equal(ms, 86400000);
    /* A bare number could mean anything. */
    assert_int_equal(str_parse_time_ms("5", &ms), -EINVAL);
    assert_int_equal(str_parse_time_ms("5 s", &ms), -EINVAL);
    assert_int_equal(str_parse_time_ms("s", &ms), -EINVAL);
    assert_int_equal(str_parse_time_ms("166666666666666h", &ms), -EINVAL);
}

static void numbers(void **state)
{
    uint64_t v = 0;

    (void)state;
    assert_int_equal(str_parse_u64("64", 1, 64, &v), 0);
    assert_int_equal(v, 64);
    assert_int_equal(str_parse_u64("65", 1, 64, &v), -ERANGE);
    assert_int_equal(str_parse_u64("0", 1, 64, &v), -ERANGE);
    assert_int_equal(str_parse_u64("99999999999999999999999", 1, 64, &v),
                     -ERANGE);
    assert_int_equal(str_parse_u64("+1", 1, 64, &v), -EINVAL);
    assert_int_equal(str_parse_u64("1x", 1, 64, &v), -EINVAL);
}

static void split(void **state)
{
    size_t n;
    char **l = str_split(" a, b c ,,d,", &n);

    (void)state;
    assert_int_equal(n, 3);
    assert_string_equal(l[0], "a");
    assert_string_equal(l[1], "b c");
    assert_string_equal(l[2], "d");
    assert_null(l[3]);
    str_list_free(l);
    l = str_split("", &n);
    assert_int_equal(n, 0);
    assert_null(l[0]);
    str_list_free(l);
}

static void visible(void **state)
{
    static const struct {
        const char *in, *out;
    } t[] = {
        {"plain", "plain"},
        {"a\tb", "a b"},
        {"\033[31mred", "\\x1b[31mred"}, /* a terminal escape */
        {"a\nb\r", "a\\x0ab\\x0d"},      /* no second line */
        {"caf\xc3\xa9", "caf\xc3\xa9"},  /* UTF-8 stays */
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},                   /* CSI as a C1 byte */
        {"\xff\xfe", "\\xff\\xfe"},          /* no UTF-8 */
        {"\xc3", "\\xc3"},                   /* cut in the middle */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
        {"\xe2\x80\xae"
         "x",
         "\\xe2\\x80\\xaex"}, /* right-to-left override */
        {"\x7f", "\\x7f"},
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
        assert_string_equal(str_visible(t[i].in, out, sizeof(out)), t[i].out);
    /* Cut, but never beyond the room. */
    assert_true(strlen(str_visible("0123456789", out, 8)) < 8);
}

static void member_names(void **state)
{
    static const struct {
        const char *in, *out;
        bool slash;
    } t[] = {
        {"/etc/xen/a.cfg", "etc/xen/a.cfg", true},
        {"a/b", "a%2Fb", false},
        {"//a//b", "a/b", true},       /* doubled slashes */
        {"/a/../b", "a/%2E./b", true}, /* cannot leave its folder */
        {"/./a", "%2E/a", true},
        {"..", "%2E.", false},
        {"...", "...", false}, /* a plain name */
        {".hidden", ".hidden", true},
        {"a b\n", "a%20b%0A", true},
        {"100%", "100%25", true}, /* reversible */
        {"\xc3\xa9", "%C3%A9", true},
        {"[REDACTED:x:1]", "%5BREDACTED:x:1%5D", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        struct buf b = BUF_INIT;

        str_add_member_name(&b, t[i].in, t[i].slash);
        assert_string_equal(buf_str(&b), t[i].out);
        buf_done(&b);
    }
}

static void shown_sizes(void **state)
{
    char s[32];

    (void)state;
    assert_string_equal(str_size(0, s), "0 B");
    assert_string_equal(str_size(1023, s), "1023 B");
    assert_string_equal(str_size(1536, s), "1.5 KiB");
    assert_string_equal(str_size(3ull << 30, s), "3.0 GiB");
    assert_string_equal(str_duration(450, s), "0.4 s");
    assert_string_equal(str_duration(125000, s), "2 min 5 s");
}

static void buffers(void **state)
{
    struct buf b = BUF_INIT;
    char *taken;

    (void)state;
    assert_string_equal(buf_str(&b), "");
    for (int i = 0; i < 1000; i++)
        buf_addf(&b, "%03d", i);
    assert_int_equal(b.len, 3000);
    assert_memory_equal(b.data + 2997, "999", 4);
    buf_reset(&b);
    assert_string_equal(buf_str(&b), "");
    buf_add(&b, "a\0b", 3);
    assert_int_equal(b.len, 3);
    taken = buf_take(&b);
    assert_memory_equal(taken, "a\0b", 4);
    free(taken);
    assert_int_equal(b.len, 0);
    buf_done(&b);
    /* Room alone makes a string too; the heap's bytes must not be read. */
    memset(buf_room(&b, 4000), 'x', 4000);
    buf_done(&b);
    buf_room(&b, 4000);
    assert_string_equal(buf_str(&b), "");
    buf_done(&b);
}

static void clocks(void **state)
{
    char iso[CLOCK_ISO_SIZE], stamp[CLOCK_STAMP_SIZE];
    int64_t ms = 0;

    (void)state;
    assert_string_equal(clock_iso(1790000000123, iso),
                        "2026-09-21T14:13:20.123Z");
    assert_int_equal(clock_parse_iso(iso, &ms), 0);
    assert_true(ms == 1790000000123);
    assert_string_equal(clock_stamp(ms, stamp), "20260921T141320Z");
    assert_int_equal(clock_parse_iso("2026-09-21", &ms), -EINVAL);
    assert_int_equal(clock_parse_iso("2026-09-21T14:13:20.123Zx", &ms),
                     -EINVAL);
}

static void errors(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    assert_int_equal(err_sys(&e, EACCES, "cannot read %s", "/x"), -EACCES);
    assert_string_equal(e.text, "cannot read /x: Permission denied");
    err_prefix(&e, "%s: ", "replay");
    assert_string_equal(e.text, "replay: cannot read /x: Permission denied");
    /* NULL is for callers who do not care. */
    assert_int_equal(err_set(NULL, -EINVAL, "x"), -EINVAL);
    err_prefix(NULL, "x");
}

/* A full disk under standard output is an error of the command. */
static void stdout_full(void **state)
{
    struct err e = ERR_INIT;
    int saved = dup(1), full = open("/dev/full", O_WRONLY), r;

    (void)state;
    fflush(stdout);
    assert_int_equal(err_stdout(&e), 0);
    assert_int_equal(dup2(full, 1), 1);
    printf("x");
    r = err_stdout(&e);
    dup2(saved, 1);
    clearerr(stdout);
    close(saved);
    close(full);
    assert_int_equal(r, -ENOSPC);
    assert_string_equal(e.text,
                        "cannot write to stdout: No space left on device");
}

static void lists(void **state)
{
    char *const list[] = {(char *)"a", (char *)"", NULL};
    char **copy = str_list_copy(list);

    (void)state;
    assert_string_equal(copy[0], "a");
    assert_ptr_not_equal(copy[0], list[0]);
    assert_string_equal(copy[1], "");
    assert_null(copy[2]);
    str_list_free(copy);
    copy = str_list_copy(NULL);
    assert_null(copy[0]);
    str_list_free(copy);
}

static void shell_words(void **state)
{
    static const struct {
        const char *word, *quoted;
    } t[] = {
        {"/a/b-c_d.tar.bz2", "/a/b-c_d.tar.bz2"},
        {"", "''"},
        {"two words", "'two words'"},
        {"it's", "'it'\\''s'"},
        {"$(id)`id`", "'$(id)`id`'"},
        {"~root", "'~root'"},
        {"a\"b\\c", "'a\"b\\c'"},
        {"a?b&c", "'a?b&c'"},
    };
    struct buf b = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        buf_reset(&b);
        str_add_word(&b, t[i].word);
        assert_string_equal(buf_str(&b), t[i].quoted);
    }
    buf_done(&b);
}

static void statuses(void **state)
{
    enum status st;

    (void)state;
    for (int i = 0; i < ST_COUNT; i++) {
        assert_int_equal(status_parse(status_name((enum status)i), &st), 0);
        assert_int_equal(st, i);
    }
    assert_int_equal(status_parse("fine", &st), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),       cmocka_unit_test(times),
        cmocka_unit_test(numbers),     cmocka_unit_test(split),
        cmocka_unit_test(visible),     cmocka_unit_test(member_names),
        cmocka_unit_test(shown_sizes), cmocka_unit_test(buffers),
        cmocka_unit_test(clocks),      cmocka_unit_test(errors),
        cmocka_unit_test(shell_words), cmocka_unit_test(statuses),
        cmocka_unit_test(stdout_full), cmocka_unit_test(lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
