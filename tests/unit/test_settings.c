/* test_settings.c: defaults, then the file, then the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <time.h>

#include <cmocka.h>

#include "collector/settings.h"

static int load(const char *file, char **argv, struct settings *s,
                struct err *err)
{
    struct buf text = BUF_INIT;
    struct options opt;
    int argc = 0, r;

    while (argv[argc])
        argc++;
    assert_int_equal(options_parse(argc, argv, &opt, NULL), 0);
    if (file)
        buf_adds(&text, file);
    r = settings_load(&opt, "/etc/x/config.yaml", file ? &text : NULL,
                      1790000000000, s, err);
    buf_done(&text);
    options_done(&opt);
    return r;
}

#define ARGV(...)                                                              \
    (char *[])                                                                 \
    {                                                                          \
        "xen-bugtool", "collect", ##__VA_ARGS__, NULL                          \
    }

static void defaults(void **state)
{
    struct settings s;

    (void)state;
    assert_int_equal(load(NULL, ARGV("-y"), &s, NULL), 0);
    assert_int_equal(s.format, BUNDLE_TAR_BZ2);
    assert_int_equal(s.item_timeout_ms, 30000);
    assert_false(s.item_timeout_set);
    assert_int_equal(s.max_size, 0);
    assert_true(s.jobs >= 1 && s.threads >= 1);
    assert_null(s.only[0]);
    settings_done(&s);
}

static void command_line_over_file(void **state)
{
    struct settings s;

    (void)state;
    assert_int_equal(load("format: tar\n"
                          "item-timeout: 5s\n"
                          "max-size: 10M\n"
                          "skip: [sys_pkgs, sys_logs/journal]\n",
                          ARGV("--item-timeout", "7s", "--skip", "sys_net"), &s,
                          NULL),
                     0);
    assert_int_equal(s.format, BUNDLE_TAR);
    assert_int_equal(s.item_timeout_ms, 7000);
    assert_int_equal(s.max_size, 10 << 20);
    /* Lists add up. */
    assert_string_equal(s.skip[0], "sys_pkgs");
    assert_string_equal(s.skip[1], "sys_logs/journal");
    assert_string_equal(s.skip[2], "sys_net");
    assert_null(s.skip[3]);
    settings_done(&s);
}

static void bad_files(void **state)
{
    static const struct {
        const char *text, *says;
    } t[] = {
        {"formatt: tar\n", "/etc/x/config.yaml:1"}, /* unknown key */
        {"a\n", "/etc/x/config.yaml:1"},            /* no mapping */
        {"\njobs: many\n", "/etc/x/config.yaml:2"}, /* no number */
        {"format: zip\n", "format"},                /* no such format */
        {"privacy: none\n", "privacy"},             /* no such level */
        {"item-timeout: 5\n", "item-timeout"},      /* a bare number */
        {"only: {a: b}\n", "/etc/x/config.yaml:1"}, /* no list */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        struct err e = ERR_INIT;
        struct settings s;

        assert_int_equal(load(t[i].text, ARGV("-y"), &s, &e), -EINVAL);
        if (!strstr(e.text, t[i].says))
            fail_msg("'%s' does not say '%s'", e.text, t[i].says);
        settings_done(&s);
    }
}

static void empty_file(void **state)
{
    struct settings s;

    (void)state;
    assert_int_equal(load("# nothing\n", ARGV("-y"), &s, NULL), 0);
    settings_done(&s);
}

static void since(void **state)
{
    struct settings s;
    struct err e = ERR_INIT;

    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    assert_int_equal(load(NULL, ARGV("--since", "2h"), &s, NULL), 0);
    assert_true(s.since_ms == 1790000000000 - 7200000);
    settings_done(&s);
    assert_int_equal(load(NULL, ARGV("--since", "2026-09-21"), &s, NULL), 0);
    assert_true(s.since_ms == 1789948800000);
    settings_done(&s);
    assert_int_equal(load(NULL, ARGV("--since", "2026-09-21 14:13"), &s, NULL),
                     0);
    assert_true(s.since_ms == 1789999980000);
    settings_done(&s);
    assert_int_equal(load("since: yesterday\n", ARGV("-y"), &s, &e), -EINVAL);
    assert_non_null(strstr(e.text, "yesterday"));
    settings_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),  cmocka_unit_test(command_line_over_file),
        cmocka_unit_test(bad_files), cmocka_unit_test(empty_file),
        cmocka_unit_test(since),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
