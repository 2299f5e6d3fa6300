/* test_dropin.c: drop-in files, good and bad, and the documents' examples. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "plugins/plugin.h"

static struct plugin *parse(const char *text)
{
    struct err err = ERR_INIT;
    struct plugin *p;

    if (dropin_parse("f", text, strlen(text), &p, &err))
        fail_msg("%s", err.text);
    return p;
}

/* ---- what is taken ------------------------------------------------------- */

static void test_all_keys(void **state)
{
    struct plugin *p = parse("name: my_plugin2\n"
                             "summary: some things\n"
                             "priority: toolstack\n"
                             "privacy: no\n"
                             "timeout: 1.5s\n"
                             "max_size: 64K\n"
                             "items:\n"
                             "- name: a-1\n"
                             "  file: /etc/a.conf\n"
                             "  priority: xen\n"
                             "  privacy: yes\n"
                             "  keep: head\n"
                             "- name: g\n"
                             "  glob: /var/log/[a-c]*/x?.log\n"
                             "  rotated: true\n"
                             "  max_size: 1M\n"
                             "  timeout: 250ms\n"
                             "- name: t\n"
                             "  tree: /var/lib/x\n"
                             "  max_depth: 3\n"
                             "- name: c\n"
                             "  command: [prog, '', \"--x=1 2\"]\n"
                             "  modules: [dm_mod, loop]\n"
                             "- name: p\n"
                             "  probe: info\n"
                             "  instead_of: c\n");
    const struct item *i = p->items;

    (void)state;
    assert_string_equal(p->name, "my_plugin2");
    assert_string_equal(p->summary, "some things");
    assert_string_equal(p->origin, "f");
    assert_int_equal(p->priority, PRIO_TOOLSTACK);
    assert_int_equal(p->privacy, PRIVACY_NO);
    assert_int_equal(p->timeout_ms, 1500);
    assert_int_equal(p->max_bytes, 65536);
    assert_null(p->plan);

    assert_string_equal(i[0].name, "a-1");
    assert_string_equal(i[0].file, "/etc/a.conf");
    assert_int_equal(i[0].priority, PRIO_XEN);
    assert_int_equal(i[0].privacy, PRIVACY_YES);
    assert_true(i[0].head);
    assert_null(i[0].member);

    assert_string_equal(i[1].glob, "/var/log/[a-c]*/x?.log");
    assert_true(i[1].rotated);
    assert_false(i[1].head);
    assert_int_equal(i[1].max_bytes, 1 << 20);
    assert_int_equal(i[1].timeout_ms, 250);
    /* As the plugin. */
    assert_int_equal(i[1].priority, 0);
    assert_int_equal(i[1].privacy, 0);

    assert_string_equal(i[2].tree, "/var/lib/x");
    assert_int_equal(i[2].max_depth, 3);

    assert_string_equal(i[3].argv[0], "prog");
    assert_string_equal(i[3].argv[1], "");
    assert_string_equal(i[3].argv[2], "--x=1 2");
    assert_null(i[3].argv[3]);
    assert_string_equal(i[3].modules[1], "loop");
    assert_null(i[3].modules[2]);

    assert_string_equal(i[4].probe, "info");
    assert_string_equal(i[4].instead_of, "c");
    assert_null(i[5].name);
    dropin_free(p);
    dropin_free(NULL);
}

static void test_defaults(void **state)
{
    struct plugin *p = parse("name: a\nsummary: s\nitems:\n"
                             "- {name: x, file: /x}\n");

    (void)state;
    assert_int_equal(p->priority, PRIO_SYSTEM);
    assert_int_equal(p->privacy, PRIVACY_MAYBE);
    assert_int_equal(p->max_bytes, 0);
    assert_int_equal(p->timeout_ms, 0);
    dropin_free(p);
}

/* The plan needs an item and its fallbacks side by side. */
static void test_fallbacks_follow(void **state)
{
    static const char *const order[] = {"a", "a2", "a3", "a4", "b", "c", "c2"};
    struct plugin *p = parse("name: a\nsummary: s\nitems:\n"
                             "- {name: a, file: /x}\n"
                             "- {name: b, command: [x]}\n"
                             "- {name: a2, command: [x], instead_of: a}\n"
                             "- {name: c, probe: info}\n"
                             "- {name: a3, command: [x], instead_of: a2}\n"
                             "- {name: c2, command: [x], instead_of: c}\n"
                             "- {name: a4, command: [x], instead_of: a}\n");

    (void)state;
    for (size_t i = 0; i < 7; i++)
        assert_string_equal(p->items[i].name, order[i]);
    assert_null(p->items[7].name);
    dropin_free(p);
}

/* ---- what is refused ----------------------------------------------------- */

#define HEAD "name: a\nsummary: s\nitems:\n"

static const struct {
    const char *why, *text, *error;
} bad[] = {
    {"empty", "",
     "f:1: expected a plugin with name, summary and items, found an empty "
     "file"},
    {"only comments", "# later\n",
     "f:1: expected a plugin with name, summary and items, found an empty "
     "file"},
    {"a misspelt key", HEAD "- name: x\n  path: /x\n",
     "f:5: expected one of name, file, glob, tree, command, probe, "
     "instead_of, modules, max_size, timeout, max_depth, priority, privacy, "
     "rotated, keep, found \"path\""},
    {"a command as one text, as a shell has it",
     HEAD "- name: x\n  command: ls -l\n",
     "f:5: expected command to be a list, found a single value"},
    {"no name", HEAD "- file: /x\n",
     "f:4: expected the key \"name\" here, found none"},
    {"no kind", HEAD "- name: x\n  timeout: 5s\n",
     "f:4: expected one of file, glob, tree, command, probe in the item, "
     "found none of them"},
    {"two kinds", HEAD "- name: x\n  file: /x\n  glob: /x*\n",
     "f:6: expected one of file, glob, tree, command, probe in item \"x\", "
     "found file and glob"},
    {"a built-in's name",
     "name: sys_net\nsummary: s\nitems: [{name: x, file: /x}]\n",
     "f:1: expected name to be none of a built-in plugin, found \"sys_net\""},
    {"a name that --skip could not tell from an item",
     "name: a/b\nsummary: s\nitems: [{name: x, file: /x}]\n",
     "f:1: expected name to be made of a-z, 0-9 and _ and to start with a-z, "
     "found \"a/b\""},
    {"a name that begins with a digit",
     "name: 1a\nsummary: s\nitems: [{name: x, file: /x}]\n",
     "f:1: expected name to be made of a-z, 0-9 and _ and to start with a-z, "
     "found \"1a\""},
    {"an item's name is a file's name in the bundle",
     HEAD "- name: ../x\n  file: /x\n",
     "f:4: expected name to be made of a-z, 0-9 and -, found \"../x\""},
    {"a name twice", HEAD "- {name: x, file: /x}\n- {name: x, file: /y}\n",
     "f:5: expected name to be unique in the file, found \"x\""},
    {"a relative path", HEAD "- name: x\n  file: etc/x\n",
     "f:5: expected file to be an absolute path without //, . or .., found "
     "\"etc/x\""},
    {"dot dot", HEAD "- name: x\n  tree: /var/../etc\n",
     "f:5: expected tree to be an absolute path without //, . or .., found "
     "\"/var/../etc\""},
    {"dot dot at the end", HEAD "- name: x\n  tree: /var/..\n",
     "f:5: expected tree to be an absolute path without //, . or .., found "
     "\"/var/..\""},
    {"a second spelling of a refused path",
     HEAD "- name: x\n  file: //proc/kmsg\n",
     "f:5: expected file to be an absolute path without //, . or .., found "
     "\"//proc/kmsg\""},
    {"the whole disk", HEAD "- name: x\n  tree: /\n",
     "f:5: expected tree to be an absolute path without //, . or .., found "
     "\"/\""},
    {"a line break in a path", HEAD "- name: x\n  file: \"/a\\nb\"\n",
     "f:5: expected file to be an absolute path without //, . or .., found "
     "\"/a\\x0ab\""},
    {"braces are no pattern here", HEAD "- name: x\n  glob: /a/{b,c}\n",
     "f:5: expected glob to be an absolute pattern of names with *, ? or "
     "[...], found \"/a/{b,c}\""},
    {"a bracket across a slash", HEAD "- name: x\n  glob: /a/[b/c]\n",
     "f:5: expected glob to be an absolute pattern of names with *, ? or "
     "[...], found \"/a/[b/c]\""},
    {"a program by its path", HEAD "- name: x\n  command: [/bin/ls]\n",
     "f:5: expected command to be the plain name of a program, without "
     "folder, and its arguments, found \"/bin/ls\""},
    {"no program", HEAD "- name: x\n  command: ['', x]\n",
     "f:5: expected command to be the plain name of a program, without "
     "folder, and its arguments, found \"\""},
    {"too many arguments",
     HEAD "- name: x\n  command: [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q]\n",
     "f:5: expected command to have at most 16 entries, found more"},
    {"a time without unit, which libcyaml would read",
     HEAD "- name: x\n  file: /x\n  timeout: 5\n",
     "f:6: expected timeout to be a time up to 1h such as 500ms, 5s or 2m, "
     "found \"5\""},
    {"no time at all", HEAD "- name: x\n  file: /x\n  timeout: 0s\n",
     "f:6: expected timeout to be a time up to 1h such as 500ms, 5s or 2m, "
     "found \"0s\""},
    {"a time for ever", HEAD "- name: x\n  file: /x\n  timeout: 2h\n",
     "f:6: expected timeout to be a time up to 1h such as 500ms, 5s or 2m, "
     "found \"2h\""},
    {"a size that is none",
     "name: a\nsummary: s\nmax_size: big\nitems: [{name: x, file: /x}]\n",
     "f:3: expected max_size to be a size up to 4G such as 64K, 1M or 1.5G, "
     "found \"big\""},
    {"too large a size", HEAD "- name: x\n  file: /x\n  max_size: 5G\n",
     "f:6: expected max_size to be a size up to 4G such as 64K, 1M or 1.5G, "
     "found \"5G\""},
    {"depth of a tree", HEAD "- name: x\n  tree: /x\n  max_depth: 33\n",
     "f:6: expected max_depth to be a number from 1 to 32, found \"33\""},
    {"no privacy class", HEAD "- name: x\n  file: /x\n  privacy: secret\n",
     "f:6: expected privacy to be one of yes, maybe, if_customized, found "
     "\"secret\""},
    {"a priority as a number", "name: a\nsummary: s\npriority: 10\nitems: []\n",
     "f:3: expected priority to be one of xen, domains, toolstack, system, "
     "logs, last, found \"10\""},
    {"rotations of one file", HEAD "- name: x\n  file: /x\n  rotated: yes\n",
     "f:6: expected rotated together with glob only, found it in item \"x\""},
    {"depth without tree", HEAD "- name: x\n  glob: /x*\n  max_depth: 2\n",
     "f:6: expected max_depth together with tree only, found it in item "
     "\"x\""},
    {"a file as stand-in",
     HEAD "- {name: x, command: [a]}\n- name: y\n  file: /x\n  instead_of: "
          "x\n",
     "f:7: expected instead_of together with command or probe only, found it "
     "in item \"y\""},
    {"stands in for what comes later",
     HEAD "- name: y\n  command: [b]\n  instead_of: x\n"
          "- {name: x, command: [a]}\n",
     "f:6: expected instead_of to be the name of an item before this one, "
     "found \"x\""},
    {"stands in for itself",
     HEAD "- name: y\n  command: [b]\n  instead_of: y\n",
     "f:6: expected instead_of to be the name of an item before this one, "
     "found \"y\""},
    {"a module as modprobe takes it",
     HEAD "- name: x\n  command: [a]\n  modules: [../dm]\n",
     "f:6: expected modules to be names as lsmod shows them, found "
     "\"../dm\""},
    {"a probe with a blank", HEAD "- name: x\n  probe: a b\n",
     "f:5: expected probe to be made of a-z, 0-9 and -, found \"a b\""},
    {"a summary of two lines",
     "name: a\nsummary: \"s\\nt\"\nitems: [{name: x, file: /x}]\n",
     "f:2: expected summary to be one line of text, found \"s\\x0at\""},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err err = ERR_INIT;
        struct plugin *p = (struct plugin *)&err;
        int r = dropin_parse("f", bad[i].text, strlen(bad[i].text), &p, &err);

        if (r != -EINVAL || strcmp(err.text, bad[i].error))
            fail_msg("%s: got \"%s\"", bad[i].why, err.text);
        assert_null(p);
    }
}

static void test_limits(void **state)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    struct plugin *p;

    (void)state;
    buf_adds(&b, HEAD);
    for (unsigned i = 0; i < DROPIN_MAX_ITEMS; i++)
        buf_addf(&b, "- {name: x%u, file: /x%u}\n", i, i);
    assert_int_equal(dropin_parse("f", b.data, b.len, &p, &err), 0);
    dropin_free(p);
    buf_adds(&b, "- {name: y, file: /y}\n");
    assert_int_equal(dropin_parse("f", b.data, b.len, &p, &err), -EINVAL);
    assert_string_equal(
        err.text, "f:3: expected items to have at most 256 entries, found "
                  "more");
    while (b.len <= DROPIN_MAX_BYTES)
        buf_adds(&b, "# ########################################\n");
    assert_int_equal(dropin_parse("f", b.data, b.len, &p, &err), -EINVAL);
    assert_string_equal(err.text, "f:1: expected at most 256 KiB, found 256");
    buf_done(&b);
}

/* ---- the documents' examples --------------------------------------------- */

static void read_doc(const char *name, struct buf *out)
{
    const char *top = getenv("TOP");
    char path[512], chunk[4096];
    size_t n;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", top ? top : ".", name);
    f = fopen(path, "r");
    if (!f)
        fail_msg("cannot open %s (TOP is the checkout)", path);
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        buf_add(out, chunk, n);
    fclose(f);
}

/* The sample shows every key, so a new one is missed here. */
static void test_sample(void **state)
{
    static const char *const keys[] = {
        "name:",    "summary:",  "priority:", "privacy:",
        "timeout:", "max_size:", "items:",    "file:",
        "glob:",    "tree:",     "command:",  "instead_of:",
        "modules:", "rotated:",  "keep:",     "max_depth:"};
    struct buf text = BUF_INIT;
    struct plugin *p;

    (void)state;
    read_doc("docs/samples/plugin.yaml", &text);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!strstr(buf_str(&text), keys[i]))
            fail_msg("%s is not shown", keys[i]);
    }
    p = parse(buf_str(&text));
    assert_string_equal(p->name, "site_storage");
    dropin_free(p);
    buf_done(&text);
}

/* What stands between the two comments, less the macros and escapes. */
static void man_example(const char *page, struct buf *out)
{
    const char *line = strstr(page, ".\\\" example begins\n");
    const char *end = strstr(page, ".\\\" example ends\n");

    assert_non_null(line);
    assert_non_null(end);
    for (; line < end; line += strcspn(line, "\n") + 1) {
        if (*line == '.')
            continue;
        for (const char *s = line; s == line || s[-1] != '\n'; s++) {
            if (*s != '\\')
                buf_addc(out, *s);
        }
    }
}

static void test_man_example(void **state)
{
    struct buf page = BUF_INIT, text = BUF_INIT;
    struct plugin *p;

    (void)state;
    read_doc("man/xen-bugtool-plugin.5", &page);
    man_example(buf_str(&page), &text);
    p = parse(buf_str(&text));
    assert_string_equal(p->name, "host_clock");
    assert_string_equal(p->items[0].name, "clocksource");
    dropin_free(p);
    buf_done(&text);
    buf_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_keys),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_fallbacks_follow),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_man_example),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
