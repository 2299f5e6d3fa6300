/* The engine of the diagnosis: rules, conditions, and that
 * what is found depends neither on how the bytes are cut nor on the order in
 * which members come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/err.h"
#include "collector/diagnose/classes.h"
#include "collector/diagnose/condition.h"
#include "collector/base/facts_get.h"
#include "collector/diagnose/diagnose.h"
#include "collector/diagnose/stamp.h"
#include "collector/diagnose/whose.h"

/* Every built-in rule loads, its examples hold, and what it follows is one. */
static void test_builtin(void **state)
{
    struct diag_rules *r = diag_rules_new();
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < diag_builtin_count; i++)
        if (diag_rules_add(r, diag_builtin[i].path, diag_builtin[i].text,
                           diag_builtin[i].len, &err))
            fail_msg("%s", err.text);
    assert_true(r->n >= 5);
    for (size_t i = 0; i < r->n; i++)
        for (unsigned k = 0; k < r->rule[i].n_follows; k++)
            if (!diag_rules_find(r, r->rule[i].follows[k]))
                fail_msg("%s follows '%s', which is no rule", r->rule[i].id,
                         r->rule[i].follows[k]);
    diag_rules_free(r);
}

#define HEAD                                                                   \
    "rules:\n- id: one\n  severity: error\n  title: 'T {name} {x.y}'\n"        \
    "  cause: 'c'\n  remedy: 'r'\n"
#define MATCH(pattern)                                                         \
    HEAD "  when:\n  - match: ['" pattern "']\n"                               \
         "  examples:\n    match: ['some words 7']\n    no-match: ['x']\n"

/* What a rule file may not say, and what is answered. */
static void test_wrong(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"rules:\n- id: one\n", "f.yaml:"},
        {HEAD, "expected at least one condition"},
        {MATCH("a|b"), "4 plain bytes"},
        {MATCH("\\d+"), "4 plain bytes"},
        {MATCH("some (words"), "4 plain bytes"},
        {MATCH("some words {8}"), "does not match"},
        {MATCH("other words"), "f.yaml:10: rule one: this line does not match"},
        {HEAD "  when:\n  - match: ['some words']\n", "needs examples"},
        {HEAD "  when:\n  - fact: 'a ='\n", "PATH OP VALUE"},
        {HEAD "  when:\n  - fact: 'a = 3'\n", "expected one of =="},
        {HEAD "  when:\n  - fact: 'a =~ ('\n", "no regular expression"},
        {HEAD "  when:\n  - any: a\n", "go together"},
        {HEAD "  rank: x\n  when:\n  - fact: 'a == 1'\n", "from 0 to 99"},
        {HEAD "  unexplained: true\n  when:\n  - fact: 'a == 1'\n",
         "expected one condition"},
        {HEAD "  in: [nosuch]\n  when:\n  - fact: 'a == 1'\n", "no such class"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct diag_rules *r = diag_rules_new();
        struct err err = ERR_INIT;

        assert_int_not_equal(diag_rules_add(r, "f.yaml", rows[i].text,
                                            strlen(rows[i].text), &err),
                             0);
        if (!strstr(err.text, rows[i].says))
            fail_msg("%zu: '%s' is not in '%s'", i, rows[i].says, err.text);
        assert_int_equal(r->n, 0);
        assert_int_equal(r->n_patterns, 0);
        diag_rules_free(r);
    }
}

static void test_conditions(void **state)
{
    struct json_object *facts = json_tokener_parse(
        "{\"loop\": {\"used\": 8, \"max\": 8}, \"xen\": {\"v\": \"4.17\"},"
        " \"on\": {\"x\": true}}");
    static const struct {
        const char *text;
        int want;
    } rows[] = {
        {"loop.used >= loop.max", 1}, {"loop.used > loop.max", 0},
        {"loop.used == 8", 1},        {"loop.used < 1K", 1},
        {"loop.used != 8", 0},        {"loop.nodes == 8", -1},
        {"xen.v == '4.17'", 1},       {"xen.v == 4.18", 0},
        {"xen.v =~ ^4\\.1", 1},       {"xen.v !~ ^4\\.1", 0},
        {"on.x == true", 1},          {"on.x == false", 0},
        {"loop.used <= loop.no", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *path = NULL;

        assert_int_equal(condition_check(rows[i].text, NULL), 0);
        if (condition_judge(rows[i].text, facts, NULL, &path) != rows[i].want)
            fail_msg("%s is not %d", rows[i].text, rows[i].want);
        assert_int_equal(path != NULL, rows[i].want < 0);
        free(path);
    }
    json_object_put(facts);
}

static struct diag_rules *some_rules(void)
{
    static const char text[] =
        "rules:\n"
        "- id: line\n  severity: warning\n  title: 'Domain {domain}'\n"
        "  cause: 'c'\n  remedy: 'r'\n"
        "  when:\n  - match: ['domain (?<domain>\\w+) is ill']\n"
        "  examples:\n    match: ['domain a is ill']\n    no-match: ['a']\n"
        "- id: block\n  severity: error\n  title: 'B'\n"
        "  cause: 'c'\n  remedy: 'r'\n"
        "  when:\n  - match: ['begin of block']\n"
        "  block: {lines: 4, until: '^stop'}\n"
        "  examples:\n    match: ['begin of block']\n    no-match: ['a']\n"
        "- id: unless\n  severity: error\n  title: 'U'\n"
        "  cause: 'c'\n  remedy: 'r'\n"
        "  when:\n  - match: ['begin of block']\n"
        "  unless:\n  - match: ['all is well']\n"
        "  examples:\n    match: ['begin of block']\n    no-match: ['a']\n";
    struct diag_rules *r = diag_rules_new();
    struct err err = ERR_INIT;

    if (diag_rules_add(r, "t.yaml", text, strlen(text), &err))
        fail_msg("%s", err.text);
    diag_rules_ready(r);
    return r;
}

static const char log_text[] = "2026-11-01 10:00:00 domain one is ill\r\n"
                               "x\nbegin of block\r\n1\r\n2\r\nstop here\n"
                               "domain two is ill\nall is well\n"
                               "[   12.5] domain one is ill";

static char *judge(const struct diag_rules *r, size_t step, int swapped)
{
    static const char *const names[] = {"files/var/log/syslog", "other"};
    struct diagnosis *d = diagnosis_new(r);
    struct json_object *doc;
    char *out;

    for (int i = 0; i < 2; i++) {
        int k = swapped ? 1 - i : i;
        struct match_stream *m = diagnosis_begin_any(d, names[k], (uint64_t)k);

        for (size_t at = 0; at < strlen(log_text); at += step)
            match_feed(m, log_text + at,
                       strlen(log_text) - at < step ? strlen(log_text) - at
                                                    : step);
        match_end(m);
        match_commit(m);
    }
    doc = diagnosis_json(d, NULL, "1");
    out = strdup(json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN));
    json_object_put(doc);
    diagnosis_free(d);
    return out;
}

/* What a rule demands beside its block's first line often stands within the
 * block; of patterns of which one is enough, the block shows all. */
static void test_within_block(void **state)
{
    static const char text[] =
        "rules:\n"
        "- id: both\n  severity: error\n  title: 'In {place}'\n"
        "  cause: 'c'\n  remedy: 'r'\n"
        "  when:\n  - match: ['^BUG: ']\n  - match: ['RIP: (?<place>\\w+)']\n"
        "  block: {lines: 9, until: '^end'}\n"
        "  examples:\n    match: [\"BUG: a\\nRIP: f\"]\n    no-match: ['a']\n"
        "- id: either\n  severity: error\n  title: 'E'\n"
        "  cause: 'c'\n  remedy: 'r'\n"
        "  when:\n  - match: ['^one: ']\n  or:\n  - match: ['^two: ']\n"
        "  block: {lines: 9, until: '^end'}\n"
        "  examples:\n    match: ['one: a']\n    no-match: ['a']\n";
    static const char log[] = "BUG: a\nRIP: f\nend\none: a\ntwo: b\nend\n";
    struct diag_rules *r = diag_rules_new();
    struct err err = ERR_INIT;
    struct match_stream *m;
    struct json_object *doc;
    struct diagnosis *d;
    const char *out;

    (void)state;
    if (diag_rules_add(r, "t.yaml", text, strlen(text), &err))
        fail_msg("%s", err.text);
    diag_rules_ready(r);
    d = diagnosis_new(r);
    m = diagnosis_begin_any(d, "other", 0);
    match_feed(m, log, strlen(log));
    match_end(m);
    match_commit(m);
    doc = diagnosis_json(d, NULL, "1");
    out = json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN);
    assert_non_null(strstr(out, "\"title\":\"In f\""));
    assert_non_null(strstr(out, "\"id\":\"either\",\"severity\""));
    assert_non_null(strstr(out, "\"text\":\"BUG: a\\nRIP: f\""));
    assert_non_null(strstr(out, "\"text\":\"one: a\\ntwo: b\""));
    assert_null(strstr(out, "\"text\":\"two: b\""));
    json_object_put(doc);
    diagnosis_free(d);
    diag_rules_free(r);
}

static void test_any_cut(void **state)
{
    struct diag_rules *r = some_rules();
    char *whole = judge(r, 1000, 0), *other;

    (void)state;
    assert_non_null(strstr(whole, "\"text\":\"begin of block\\n1\\n2\""));
    assert_non_null(strstr(whole, "\"count\":6"));
    assert_non_null(strstr(whole, "\"first\":\"2026-11-01T10:00:00\""));
    assert_non_null(strstr(whole, "\"last\":\"[   12.5]\""));
    assert_non_null(
        strstr(whole, "\"subjects\":[\"Domain one\",\"Domain two\"]"));
    assert_null(strstr(whole, "\"id\":\"unless\",\"severity\""));
    for (size_t step = 1; step < sizeof(log_text); step++) {
        other = judge(r, step, (int)(step & 1));
        assert_string_equal(other, whole);
        free(other);
    }
    free(whole);
    diag_rules_free(r);
}

/* What of many lines is kept: the first, their number, the last's time; of a
 * long line the part about the match. */
static void test_many_lines(void **state)
{
    struct diag_rules *r = some_rules();
    struct diagnosis *d = diagnosis_new(r);
    struct match_stream *m = diagnosis_begin_any(d, "log", 0);
    struct json_object *doc, *found;
    char line[2048];
    uint64_t count;

    (void)state;
    for (int i = 0; i < 50; i++) {
        int n = snprintf(line, sizeof(line),
                         "2026-11-01 10:00:%02d %*s domain n%d is ill%c", i,
                         i ? 1 : 1000, "x", i, i < 49 ? '\n' : ' ');

        match_feed(m, line, (size_t)n);
    }
    match_end(m);
    match_commit(m);
    doc = diagnosis_json(d, NULL, "1");
    found = facts_at(doc, "findings", 0);
    assert_true(facts_number(found, "count", &count));
    assert_int_equal(count, 50);
    assert_string_equal(facts_text(found, "first"), "2026-11-01T10:00:00");
    assert_string_equal(facts_text(found, "last"), "2026-11-01T10:00:49");
    assert_int_equal(facts_count(found, "subjects"), 16);
    assert_int_equal(facts_count(found, "evidence"), 5);
    found = facts_at(found, "evidence", 0);
    assert_string_equal(facts_text(found, "match"), "domain n0 is ill");
    assert_non_null(strstr(facts_text(found, "text"), "domain n0 is ill"));
    assert_true(strlen(facts_text(found, "text")) < 700);
    json_object_put(doc);
    diagnosis_free(d);
    diag_rules_free(r);
}

/* Lines without an end, NUL, and a member that is dropped. */
static void test_hostile(void **state)
{
    struct diag_rules *r = some_rules();
    struct diagnosis *d = diagnosis_new(r);
    struct match_stream *m = diagnosis_begin_any(d, "a", 0);
    static const char odd[] = "\n\0domain z\0 is ill\ndomain q is ill";
    char *block = malloc(1 << 20);
    struct json_object *doc;

    (void)state;
    memset(block, 'x', 1 << 20);
    for (int i = 0; i < 8; i++)
        match_feed(m, block, 1 << 20);
    match_feed(m, odd, sizeof(odd) - 1);
    match_end(m);
    match_commit(m);
    m = diagnosis_begin_any(d, "b", 1);
    match_feed(m, "begin of block\n", 15);
    match_end(m);
    match_drop(m);
    doc = diagnosis_json(d, NULL, "1");
    assert_int_equal(diagnosis_count(doc, SEV_ERROR), 0);
    assert_int_equal(diagnosis_count(doc, SEV_WARNING), 1);
    json_object_put(doc);
    free(block);
    diagnosis_free(d);
    diag_rules_free(r);
}

#define REST(id, words)                                                        \
    "- id: " id "\n  severity: warning\n  rank: 0\n  unexplained: true\n"      \
    "  title: '{line}'\n  cause: 'c'\n  remedy: 'r'\n"                         \
    "  when:\n  - match: ['" words " (?<line>.*)']\n"                          \
    "  examples:\n    match: ['" words " x']\n    no-match: ['a']\n"

#define KNOWN(id, keys, more)                                                  \
    "- id: " id "\n  severity: error\n" keys "  title: '" id                   \
    "'\n  cause: 'c'\n  remedy: 'r'\n"                                         \
    "  when:\n  - match: ['aaaa " id "']\n" more                               \
    "  examples:\n    match: ['aaaa " id "']\n    no-match: ['a']\n"

/* What no rule knows is told last, by the first line of a chain, thrice; what
 * follows from another problem behind it. */
static void test_unexplained(void **state)
{
    static const char text[] = "rules:\n" REST("r1", "aaaa") REST("r2", "bbbb")
        REST("r3", "cccc") REST("r4", "dddd") KNOWN("known", "", "")
            KNOWN("after", "  follows: [known]\n  rank: 1\n", "")
                KNOWN("pair", "", "  - match: ['eeee']\n");
    static const struct {
        const char *log, *titles;
    } rows[] = {
        {"aaaa one\n", "one "},
        {"aaaa known\n", "known "},
        {"aaaa after\n", "after "},
        {"aaaa after\naaaa known\n", "known after "},
        {"aaaa pair\n", "pair "},
        {"aaaa pair\n\n\n\n\n\n\n\n\neeee\n", "pair "},
        {"aaaa known\nx\naaaa two\n", "known "},
        {"aaaa known\n1\n2\n3\n4\n5\n6\n7\n8\naaaa two\n", "known two "},
        {"aaaa one\n1\n2\n3\n4\n5\n6\n7\nbbbb two\n"
         "1\n2\n3\n4\n5\n6\n7\ncccc three\n",
         "one "},
        {"aaaa one\n1\n2\n3\n4\n5\n6\n7\n8\nbbbb two\n", "one two "},
        {"dddd 1\n\n\n\n\n\n\n\n\ncccc 2\n\n\n\n\n\n\n\n\nbbbb 3\n"
         "\n\n\n\n\n\n\n\naaaa 4\n",
         "4 3 2 "},
    };
    struct diag_rules *r = diag_rules_new();
    struct err err = ERR_INIT;

    (void)state;
    if (diag_rules_add(r, "t.yaml", text, strlen(text), &err))
        fail_msg("%s", err.text);
    diag_rules_ready(r);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct diagnosis *d = diagnosis_new(r);
        struct match_stream *m = diagnosis_begin_any(d, "a", 0);
        struct json_object *doc;
        char titles[100] = "";

        match_feed(m, rows[i].log, strlen(rows[i].log));
        match_end(m);
        match_commit(m);
        doc = diagnosis_json(d, NULL, "1");
        for (size_t k = 0; k < facts_count(doc, "findings"); k++) {
            strcat(titles, facts_text(facts_at(doc, "findings", k), "title"));
            strcat(titles, " ");
        }
        assert_string_equal(titles, rows[i].titles);
        json_object_put(doc);
        diagnosis_free(d);
    }
    diag_rules_free(r);
}

/* What a line puts into a title is text, not the name of a fact. */
static void test_title(void **state)
{
    static const char text[] =
        "rules:\n"
        "- id: one\n  severity: error\n  title: '{what} on {host.name}, "
        "{host.no|x y}'\n"
        "  cause: 'c'\n  remedy: 'r'\n"
        "  when:\n  - match: ['fault of (?<what>\\S+)']\n"
        "  examples:\n    match: ['fault of a']\n    no-match: ['a']\n";
    static const char line[] = "fault of {host.name}\\{x\n";
    struct diag_rules *r = diag_rules_new();
    struct err err = ERR_INIT;
    struct diagnosis *d;
    struct match_stream *m;
    struct json_object *doc;
    const char *out;

    (void)state;
    if (diag_rules_add(r, "t.yaml", text, strlen(text), &err))
        fail_msg("%s", err.text);
    diag_rules_ready(r);
    d = diagnosis_new(r);
    m = diagnosis_begin_any(d, "a", 0);
    match_feed(m, line, strlen(line));
    match_end(m);
    match_commit(m);
    doc = diagnosis_json(
        d, json_tokener_parse("{\"facts\": {\"host\": {\"name\": \"h\"}}}"),
        "1");
    out = json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN);
    assert_non_null(strstr(out, "\"title\":\"{host.name}\\\\{x on h, x y\""));
    assert_non_null(
        strstr(out, "\"subjects\":[\"{host.name}\\\\{x on h, x y\"]"));
    json_object_put(doc);
    diagnosis_free(d);
    diag_rules_free(r);
}

/* Whose the lines are: the name of its number only where both are of the same
 * start of the host. */
static void test_whose(void **state)
{
    static const struct {
        const char *member, *text, *domains;
    } rows[] = {
        {"xen/dmesg.txt", "(XEN) d3v0 Triple fault", "domain 3 (web)"},
        {"xen/dmesg.txt", "(XEN) d0v0 Triple fault", NULL},
        {"xen/dmesg.txt", "(XEN) [ 12.1] d4 is ill", "domain 4"},
        {"xen/dmesg.txt", "(XEN) Domain 3 (vcpu#0) crashed", "domain 3 (web)"},
        {"files/var/log/syslog", "libxl: error: x.c:1:f: Domain 3:is ill",
         "domain 3"},
        {"files/var/log/syslog", "/local/domain/0/backend/vif/7/0 is ill",
         "domain 7"},
        {"files/var/log/syslog", "br0: port 2(vif12.0) is ill", NULL},
        {"files/var/log/syslog", "br0: port 2 vif12.0 is ill", "domain 12"},
        {"files/var/log/syslog", "domain 99999 and domain 5x", NULL},
        {"files/var/log/xen/qemu-dm-a.b.log", "domain 9 is ill", "domain a.b"},
        {"files/var/log/xen/bootloader.5.log", "ill", "domain 5"},
        {"files/var/log/libvirt/libxl/libxl-driver.log", "Domain 6:ill",
         "domain 6"},
        {"files/var/log/xen/qemu-dm-web--incoming.log", "ill", "domain web"},
        {"files/var/log/xen/xl-web--migratedaway.log", "ill", "domain web"},
        {"files/var/log/xen/xl-my%20web.log", "ill", "domain my web"},
        {"domains/4-a%20b/console.txt", "ill", "domain 4 (a b)"},
        {"domains/3-web/console.txt", "domain 9 is ill", "domain 3 (web)"},
    };
    struct json_object *facts =
        json_tokener_parse("{\"domains\": [{\"id\": 0, \"name\": \"Domain-0\"},"
                           " {\"id\": 3, \"name\": \"web\"}]}");

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_object *list = json_object_new_array(),
                           *e = json_object_new_object();
        char *is;

        json_object_object_add(e, "member",
                               json_object_new_string(rows[i].member));
        json_object_object_add(e, "text", json_object_new_string(rows[i].text));
        json_object_array_add(list, e);
        is = whose(list, facts);
        if (rows[i].domains)
            assert_string_equal(is, rows[i].domains);
        else
            assert_null(is);
        free(is);
        json_object_put(list);
    }
    json_object_put(facts);
}

/* Every log that the plugins take is of a kind, wherever it lies. */
static void test_classes(void **state)
{
    static const struct {
        const char *member, *class;
    } rows[] = {
        {"xen/dmesg.txt", "hypervisor"},
        {"xen/dmesg-raw.txt", "hypervisor"},
        {"xen/dmesg.txt.stderr", ""},
        {"commands/xen_hypervisor/xl-dmesg.txt", "hypervisor"},
        {"commands/xen_hypervisor/xl-dmesg.txt.stderr", ""},
        {"files/var/log/xen/console/hypervisor.log", "hypervisor"},
        {"files/var/log/xen/console/guest-a.log", "guest"},
        {"domains/1-a/var/log/xen/console/guest-a.log", "guest"},
        {"domains/1-a/var/log/xen/qemu-dm-a.log", "qemu"},
        {"domains/1-a/var/log/xen/xl-a.log", "toolstack"},
        {"domains/1-a/var/log/xen/xl-a.log.1", "toolstack"},
        {"domains/1-a/var/log/xen/bootloader.1.log", "bootloader"},
        {"domains/1-a/var/log/libvirt/libxl/a.log", "libvirt"},
        {"files/var/log/xen/xl-a.log", "toolstack"},
        {"files/var/log/xen/xend.log", "toolstack"},
        {"files/var/log/xend.log", "toolstack"},
        {"files/var/log/xend-debug.log", "toolstack"},
        {"files/var/log/xen-hotplug.log", "hotplug"},
        {"files/var/log/xen/xenstored.log", "xenstored"},
        {"files/var/lib/systemd/pstore/1/dmesg.txt", "kernel"},
        {"domains/1-a/etc/xen/a.cfg", "config"},
        {"files/etc/xen/xend-config.sxp", "config"},
        {"commands/sys_net/iptables.txt", "firewall"},
        {"xen-bugtool.log", "collector"},
        {"files/proc/mdstat", "storage"},
        {"xen/devices.json.stderr", "xenstored"},
        {"domains/1-a/devices.json", ""},
        {"files/etc/hosts", ""},
    };
    char names[200];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(
            class_names(class_of_member(rows[i].member), names, sizeof(names)),
            rows[i].class);
    assert_int_equal(class_of_file("standard input"), CLASS_ALL);
    assert_int_equal(class_of_file("guest-a.log/b"), CLASS_ALL);
    assert_int_equal(class_of_file("/x/guest-a.log") & class_of_name("kernel"),
                     0);
    assert_int_not_equal(
        class_of_file("guest-a.log.1") & class_of_name("guest"), 0);
}

static void test_stamps(void **state)
{
    static const struct {
        const char *line, *stamp;
    } rows[] = {
        {"2026-01-02T03:04:05.678901+01:00 dom0 x", "2026-01-02T03:04:05.678901"
                                                    "+01:00"},
        {"2026-01-02T03:04:05+0100 dom0 x", "2026-01-02T03:04:05+01:00"},
        {"2026-01-02T03:04:05Z x", "2026-01-02T03:04:05Z"},
        {"2026-01-02 03:04:05,678 x", "2026-01-02T03:04:05.678"},
        {"[2008-03-22 15:00:01 3109] ERROR", "2008-03-22T15:00:01"},
        {"[2026-03-28 22:39:25] [    2.5]", "2026-03-28T22:39:25"},
        {"[20220729T12:11:16.123Z|error|", "2022-07-29T12:11:16.123Z"},
        {"2023-03-10 04:45:50.541+0000: xc:", "2023-03-10T04:45:50.541+00:00"},
        {"Jan  3 04:05:06 dom0 x", "Jan  3 04:05:06"},
        {"Jan 13 04:05:06 dom0 x", "Jan 13 04:05:06"},
        {"[   12.345678] x", "[   12.345678]"},
        {"[2001] x", NULL},
        {"2026-01-02", NULL},
        {"2026-01-02T03:04:05.", "2026-01-02T03:04:05"},
        {"2026-01-02T03:04:05+", "2026-01-02T03:04:05"},
        {"2026-01-02T03:04:05+01", "2026-01-02T03:04:05"},
        {"", NULL},
        {"[", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *stamp = stamp_of(rows[i].line, strlen(rows[i].line));

        if (rows[i].stamp)
            assert_string_equal(stamp, rows[i].stamp);
        else
            assert_null(stamp);
        free(stamp);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin),      cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_conditions),   cmocka_unit_test(test_any_cut),
        cmocka_unit_test(test_within_block), cmocka_unit_test(test_many_lines),
        cmocka_unit_test(test_hostile),      cmocka_unit_test(test_title),
        cmocka_unit_test(test_stamps),       cmocka_unit_test(test_classes),
        cmocka_unit_test(test_unexplained),  cmocka_unit_test(test_whose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
