/* test_recorded.c: how replay finds a source in a recorded manifest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/gather/recorded.h"

static void patterns(void **state)
{
    static const struct {
        const char *pattern, *path;
        bool fits;
    } t[] = {
        {"/etc/xen/*.cfg", "/etc/xen/a.cfg", true},
        {"/etc/xen/*.cfg", "/etc/xen/sub/a.cfg", false},
        {"/etc/xen/*", "/etc/xen/.hidden", false},
        {"/etc/xen/.*", "/etc/xen/.hidden", true},
        {"/var/log/xen/**", "/var/log/xen/console/guest.log", true},
        {"/var/log/xen/**", "/var/log/xen", false},
        {"/var/**/x.log", "/var/x.log", true},
        {"/var/**/x.log", "/var/a/b/x.log", true},
        {"/var/**/x.log", "/var/a/.b/x.log", false},
        {"/var/**/x.log", "/var/a/b/y.log", false},
        {"/a", "/a/b", false},
        {"/a/b", "/a", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        if (recorded_match(t[i].pattern, t[i].path) != t[i].fits)
            fail_msg("%s against %s", t[i].pattern, t[i].path);
    }
}

static void keys(void **state)
{
    const char *const one[] = {"xl", "list", "-l", NULL};
    const char *const other[] = {"xl", "list -l", NULL};
    struct request a = {.kind = REQ_RUN, .argv = one};
    struct request b = {.kind = REQ_RUN, .argv = other};
    struct request p = {.kind = REQ_PROBE, .name = "info"};
    struct manifest_item item = {.source = SRC_COMMAND, .argv = one};
    struct recorded *rec = recorded_new(&item);
    char *ka = recorded_key(&a), *kb = recorded_key(&b), *kp = recorded_key(&p);

    (void)state;
    /* Words are told apart, not only their text. */
    assert_string_not_equal(ka, kb);
    assert_string_equal(kp, "p:info");
    assert_string_equal(rec->key, ka);
    recorded_free(rec);
    item = (struct manifest_item){.source = SRC_OWN};
    assert_null(recorded_new(&item));
    free(ka);
    free(kb);
    free(kp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(patterns),
                                       cmocka_unit_test(keys)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
