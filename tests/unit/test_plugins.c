/* test_plugins.c: every built-in table keeps the rules of plugin.h and runs
 * only what is known to print. */
#include <stdlib.h>

#include "tests/unit/plugin_checks.h"

static const struct item *item(const char *of, const char *name)
{
    for (const struct item *i = plugin(of)->items; i->name; i++) {
        if (!strcmp(i->name, name))
            return i;
    }
    fail_msg("no item %s/%s", of, name);
    return NULL;
}

/* ---- the tables ---------------------------------------------------------- */

/* Absolute, in one spelling. */
static bool path_ok(const char *s)
{
    return s[0] == '/' && s[1] && !strstr(s, "//") && !strstr(s, "/./") &&
           !strstr(s, "/../") && s[strlen(s) - 1] != '/' && strlen(s) < 1024;
}

static bool glob_ok(const char *s)
{
    if (!path_ok(s) || strpbrk(s, "\\{~") || !strpbrk(s, "*?["))
        return false;
    for (s = strchr(s, '['); s; s = strchr(s, '[')) {
        s += strcspn(s, "]/");
        if (*s != ']')
            return false;
    }
    return true;
}

/* A fallback follows what it stands in for: they are one task of the plan. */
static bool stands_behind(const struct item *items, const struct item *i)
{
    return i > items && !strcmp(i[-1].name, i->instead_of) &&
           (i[-1].argv[0] || i[-1].probe) && (i->argv[0] || i->probe);
}

static bool argv_has(const struct item *i, const char *word)
{
    for (size_t k = 0; i->argv[k]; k++)
        if (!strcmp(i->argv[k], word))
            return true;
    return false;
}

static const char *item_fault(const struct plugin *p, const struct item *i)
{
    int kinds = !!i->file + !!i->glob + !!i->tree + !!i->argv[0] + !!i->probe;

    if (!only_has(i->name, LOWER DIGITS "-") || strlen(i->name) > 64)
        return "name";
    for (const struct item *j = p->items; j < i; j++) {
        if (!strcmp(i->name, j->name))
            return "name, which stands twice";
    }
    if (kinds != 1)
        return "kinds: not exactly one";
    if ((i->file && (!path_ok(i->file) || strpbrk(i->file, "*?["))) ||
        (i->tree && !path_ok(i->tree)))
        return "path";
    if (i->glob && !glob_ok(i->glob))
        return "pattern";
    if (i->argv[0] && (strchr(i->argv[0], '/') || i->argv[0][0] == '-'))
        return "program: not a plain name";
    if (i->argv[ITEM_MAX_ARGS] || i->modules[ITEM_MAX_MODULES])
        return "list: not ended";
    if (i->probe && !i->sample && (!i->member || strncmp(i->member, "xen/", 4)))
        return "member of a probe: not below xen/";
    if (i->sample && (!i->member || strncmp(i->member, "samples", 7) ||
                      (!i->file && !i->probe)))
        return "sample: of a file or probe alone, into samples/";
    if (i->argv[0] && !strcmp(i->argv[0], "find") &&
        !argv_has(i, "-ignore_readdir_race"))
        return "find: fails where a name vanishes meanwhile";
    if (i->instead_of && !stands_behind(p->items, i))
        return "instead_of: does not stand directly behind that command";
    if ((i->rotated && !i->glob) || (i->max_depth && !i->tree) ||
        ((i->since || i->interval) && !i->argv[0]))
        return "key of another kind";
    if (i->privacy > PRIVACY_IF_CUSTOMIZED || i->priority > PRIO_LAST)
        return "privacy or priority";
    if ((i->max_bytes ? i->max_bytes : p->max_bytes) > 64 << 20)
        return "size: too much for one item";
    return NULL;
}

static void test_tables(void **state)
{
    size_t n = 0;

    (void)state;
    for (; plugin_builtins[n]; n++) {
        const struct plugin *p = plugin_builtins[n];
        const char *fault;

        assert_true(p->name[0] >= 'a' && p->name[0] <= 'z');
        assert_true(only_has(p->name, LOWER DIGITS "_"));
        assert_true(p->summary && *p->summary && strlen(p->summary) < 72);
        assert_null(p->origin);
        /* Each has its limits and place; none leaves it to the defaults. */
        assert_true(p->priority && p->max_bytes && p->timeout_ms);
        for (size_t i = 0; i < n; i++)
            assert_string_not_equal(p->name, plugin_builtins[i]->name);
        for (const struct item *i = p->items; i->name; i++) {
            fault = item_fault(p, i);
            if (fault)
                fail_msg("%s/%s: %s", p->name, i->name, fault);
        }
    }
    assert_int_equal(n, 24);
}

/* The rules above would not notice a table that is not there. */
static void test_faults_are_seen(void **state)
{
    static const struct item good = {.name = "a", .file = "/x"};
    struct {
        const char *why;
        struct item item;
    } bad[] = {
        {"two kinds", {.name = "a", .file = "/x", .glob = "/x*"}},
        {"no kind", {.name = "a"}},
        {"upper case", {.name = "A", .file = "/x"}},
        {"relative", {.name = "a", .file = "x"}},
        {"a pattern as file", {.name = "a", .file = "/x*"}},
        {"a file as pattern", {.name = "a", .glob = "/x"}},
        {"open bracket", {.name = "a", .glob = "/x[a/b]"}},
        {"a folder in argv", {.name = "a", .argv = {"/bin/ls"}}},
        {"a probe without member", {.name = "a", .probe = "p"}},
        {"nothing before it", {.name = "a", .argv = {"x"}, .instead_of = "b"}},
        {"samples of a glob",
         {.name = "a", .glob = "/x*", .member = "samples", .sample = true}},
        {"rotated file", {.name = "a", .file = "/x", .rotated = true}},
    };
    struct plugin p = {.name = "p", .items = &good};

    (void)state;
    assert_null(item_fault(&p, &good));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        p.items = &bad[i].item;
        if (!item_fault(&p, &bad[i].item))
            fail_msg("not seen: %s", bad[i].why);
    }
}
static void test_commands(void **state)
{
    (void)state;
    for (size_t n = 0; plugin_builtins[n]; n++) {
        const struct plugin *p = plugin_builtins[n];

        for (const struct item *i = p->items; i->name; i++) {
            if (!i->argv[0])
                continue;
            check_command(p->name, i);
            check_modules(p->name, i);
        }
    }
}

/* Doors and key stores, which the readers refuse too: no table asks for them.
 */
static void test_no_doors(void **state)
{
    static const char *const doors[] = {"/proc/kmsg",
                                        "/proc/kcore",
                                        "/proc/xen/privcmd",
                                        "/proc/xen/xenbus",
                                        "/etc/shadow",
                                        "/proc/xen",
                                        "/etc",
                                        "/proc",
                                        "/var/lib/xen",
                                        "/dev",
                                        "/sys/kernel/debug"};

    (void)state;
    for (size_t n = 0; plugin_builtins[n]; n++) {
        for (const struct item *i = plugin_builtins[n]->items; i->name; i++) {
            const char *path = i->file ? i->file : i->tree ? i->tree : "";

            for (size_t k = 0; k < sizeof(doors) / sizeof(doors[0]); k++)
                assert_string_not_equal(path, doors[k]);
            assert_null(strstr(path, "xen-bugtool"));
        }
    }
}

/* ---- what the classic places need ---------------------------------------- */

static void test_fallbacks(void **state)
{
    (void)state;
    assert_string_equal(item("xen_hypervisor", "ring")->probe, "console-ring");
    assert_string_equal(item("xen_hypervisor", "ring")->member,
                        "xen/dmesg.txt");
    assert_string_equal(item("xen_hypervisor", "ring-raw")->instead_of, "ring");
    assert_string_equal(item("xen_hypervisor", "xl-dmesg")->instead_of,
                        "ring-raw");
    assert_string_equal(item("xen_hypervisor", "xm-dmesg")->instead_of,
                        "xl-dmesg");
    assert_string_equal(item("xen_store", "xenstore")->member,
                        "xen/xenstore.txt");
    /* Read first: the hypervisor and xenstore. */
    assert_int_equal(plugin("xen_hypervisor")->priority, PRIO_XEN);
    assert_int_equal(plugin("xen_store")->priority, PRIO_XEN);
    assert_int_equal(plugin("sys_logs")->priority, PRIO_LOGS);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_faults_are_seen),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_no_doors),
        cmocka_unit_test(test_fallbacks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
