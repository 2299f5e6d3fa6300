/* test_send_login.c: credentials.yaml, netrc, and which entry is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

#include "collector/send/credentials.h"
#include "collector/send/netrc.h"

/* A job that was given one file. */
static int load(const char *role_name, const char *text,
                struct credentials **out, struct err *err)
{
    char role[16], path[] = "FILE";
    struct job_file file = {role, path, memfd_create("test", MFD_CLOEXEC)};
    struct job job = {.worker = -1, .files = &file, .n_files = 1};
    int rc;

    strcpy(role, role_name);
    assert_true(file.fd >= 0);
    assert_int_equal(write(file.fd, text, strlen(text)), strlen(text));
    rc = credentials_load(&job, out, err);
    close(file.fd);
    return rc;
}

static void test_file(void **state)
{
    static const char text[] = "servers:\n"
                               "  - host: one.example.org:8443\n"
                               "    user: a\n"
                               "    password: 'pass: word'\n"
                               "  - host: one.example.org\n"
                               "    api-key: key\n"
                               "    auth: bearer\n"
                               "  - host: two.example.org\n"
                               "    user: b\n"
                               "  - host: two.example.org\n"
                               "    user: c\n";
    const struct credential *c;
    struct credentials *all;

    (void)state;
    assert_int_equal(load("credentials", text, &all, NULL), 0);
    c = credentials_find(all, "ONE.example.org", 8443, NULL);
    assert_string_equal(c->password, "pass: word");
    assert_null(c->api_key);
    c = credentials_find(all, "one.example.org", 0, NULL);
    assert_string_equal(c->api_key, "key");
    assert_int_equal(c->auth, AUTH_BEARER);
    assert_string_equal(credentials_find(all, "two.example.org", 0, "c")->user,
                        "c");
    assert_string_equal(credentials_find(all, "two.example.org", 0, NULL)->user,
                        "b");
    assert_null(credentials_find(all, "two.example.org", 0, "d"));
    /* No part of a name is another host's. */
    assert_null(credentials_find(all, "two.example.org.evil", 0, NULL));
    assert_null(credentials_find(all, "two.example", 0, NULL));
    assert_null(credentials_find(all, "example.org", 0, NULL));
    credentials_free(all);
    assert_int_equal(load("credentials", "", &all, NULL), 0);
    assert_null(credentials_find(all, "x", 0, NULL));
    credentials_free(all);
}

static void test_wrong_file(void **state)
{
    static const char *const t[] = {
        "servers:\n  - user: a\n", "servers:\n  - host: a\n    auth: none\n",
        "servers:\n  - host: a\n    pasword: x\n", "other: 1\n", "- a\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        struct credentials *all;
        struct err err = ERR_INIT;

        assert_int_equal(load("credentials", t[i], &all, &err), -EINVAL);
        assert_null(all);
        assert_int_equal(strncmp(err.text, "FILE:", 5), 0);
    }
}

static void test_netrc(void **state)
{
    static const char text[] =
        "# a comment\n"
        "machine one login a password #no comment\n"
        "machine two\n\tlogin \"b c\"\n\tpassword \"q\\\"q\\\\\"\n"
        "macdef init\nmachine three login x password y\n\n"
        "machine two login d account none password e\n"
        "default login anonymous password me@\n";
    struct err err = ERR_INIT;
    struct netrc *n;

    (void)state;
    /* "comment" is no key. */
    assert_int_equal(netrc_load("N", text, &n, &err), -EINVAL);
    assert_string_equal(err.text, "N:2: expected machine HOST login USER "
                                  "password WORD");
    assert_int_equal(netrc_load("N", strstr(text, "machine two"), &n, NULL), 0);
    assert_string_equal(netrc_find(n, "two", NULL)->user, "b c");
    assert_string_equal(netrc_find(n, "two", NULL)->password, "q\"q\\");
    assert_string_equal(netrc_find(n, "TWO", "d")->password, "e");
    assert_string_equal(netrc_find(n, "three", NULL)->user, "anonymous");
    assert_null(netrc_find(n, "three", "x"));
    netrc_free(n);
}

static void test_wrong_netrc(void **state)
{
    static const char *const t[] = {"login x",          "machine",
                                    "machine a login",  "machine a login \"x",
                                    "machine a frob x", "password secret"};

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        struct err err = ERR_INIT;
        struct netrc *n;

        assert_int_equal(netrc_load("N", t[i], &n, &err), -EINVAL);
        assert_null(n);
        assert_null(strstr(err.text, "secret"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_wrong_file),
        cmocka_unit_test(test_netrc),
        cmocka_unit_test(test_wrong_netrc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
