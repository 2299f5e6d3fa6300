/* Facts out of members. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/facts.h"
#include "collector/base/facts_get.h"

static void give(struct capture *c, const char *member, const char *text)
{
    for (; c->member; c++)
        if (!strcmp(c->member, member)) {
            capture_add(c, text, strlen(text));
            return;
        }
    fail_msg("%s is not asked for", member);
}

static void is(struct json_object *doc, const char *path, const char *want)
{
    assert_string_equal(facts_text(doc, path), want);
}

static void test_xl(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc, *d;

    (void)state;
    give(
        c, "xen/info.json",
        "{\"xen\":{\"version\":\"4.17.7\",\"command_line\":\"loglvl=all\","
        "\"capabilities\":\"a b \"},\"physinfo\":{\"nr_cpus\":4,"
        "\"total_memory_kib\":1000,\"free_memory_kib\":7,\"virt_caps\":[\"pv\"]"
        "},\"console_ring\":{\"bytes\":16,\"wrapped\":true}}");
    give(
        c, "xen/domains.json",
        "{\"domains\":[{\"domid\":0,\"running\":true,\"hvm\":false,\"pages\":"
        "256,\"vcpus_max\":2,\"cpu_time_ns\":2500000000},{\"domid\":7,"
        "\"blocked\":true,\"hvm\":true,\"emulation_flags\":\"0x1\"},{\"domid\":"
        "8,\"shutdown\":true,\"shutdown_reason\":\"crash\",\"dying\":true,"
        "\"hvm\":true,\"emulation_flags\":\"0x1ff\"}]}");
    give(
        c, "xen/devices.json",
        "{\"domains\":[{\"domid\":7,\"name\":\"web\"}],\"devices\":[{\"domid\":"
        "7,\"kind\":\"vif\",\"id\":\"0\",\"frontend\":{\"state\":4},"
        "\"backend\":"
        "{\"state\":2,\"bridge\":\"xenbr1\",\"mac\":\"00:16:3e:00:00:01\"},"
        "\"netdev\":{\"name\":\"vif7.0\",\"master\":\"xenbr0\"}},{\"domid\":7,"
        "\"kind\":\"vbd\",\"id\":\"51712\",\"frontend\":{\"state\":4},"
        "\"backend\":{\"state\":4,\"kind\":\"vbd\",\"dev\":\"xvda\",\"mode\":"
        "\"w\",\"params\":\"/dev/loop0\"},\"block\":{\"name\":\"loop0\","
        "\"loop_file\":\"/img\"}}],\"bridges\":[{\"name\":\"xenbr0\",\"ports\":"
        "[\"eth0\",\"vif7.0\",\"tap7.0\"]}],\"loops\":[{\"name\":\"loop0\","
        "\"file\":\"/img\"}]}");
    give(c, "commands/xen_toolstack/xl-list-v.txt",
         "Name  ID  Mem VCPUs State Time(s)\nDomain-0   0 1 2 r----- 2.5\n"
         "other 7 1 1 -b---- 1.0\n");
    give(c, "files/proc/meminfo",
         "MemTotal:        512 kB\nMemAvailable:  99 kB\nSwapFree: 0 kB\n");
    give(c, "files/proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU\n");
    doc = facts_make(c);
    is(doc, "facts.host.toolstack", "xl");
    is(doc, "facts.xen.version", "4.17.7");
    assert_int_equal(facts_count(doc, "facts.xen.caps"), 2);
    assert_true(facts_is(doc, "facts.xen.ring.wrapped", true));
    is(doc, "facts.memory.free_kb", "7");
    is(doc, "facts.memory.dom0_free_kb", "99");
    is(doc, "facts.memory.swap_free_kb", "0");
    is(doc, "facts.cpus.count", "4");
    is(doc, "facts.cpus.model", "Some CPU");
    d = facts_at(doc, "facts.domains", 0);
    is(d, "name", "Domain-0"); /* of the list: xenstore had none */
    is(d, "mem_kb", "1024");
    is(d, "cpu_s", "2");
    is(d, "type", "PV");
    is(d, "state", "r-----");
    d = facts_at(doc, "facts.domains", 1);
    is(d, "name", "web"); /* xenstore's before the list's */
    is(d, "type", "PVH");
    d = facts_at(doc, "facts.domains", 2);
    is(d, "name", "");
    is(d, "type", "HVM");
    is(d, "state", "----cd");
    assert_true(facts_is(d, "dying", true));
    d = facts_at(doc, "facts.vifs", 0);
    is(d, "dev", "vif7.0");
    is(d, "bridge", "xenbr0"); /* where it is, not where it should be */
    is(d, "state", "frontend connected, backend initwait");
    d = facts_at(doc, "facts.vbds", 0);
    is(d, "params", "/img");
    is(d, "loop", "/dev/loop0");
    is(d, "state", "connected");
    is(facts_at(doc, "facts.bridges", 0), "physical", "1");
    is(doc, "facts.loop.used", "1");
    assert_null(facts_get(doc, "findings"));
    json_object_put(doc);
    facts_captures_free(c);
}

/* No probe, no xl: xm's list is all there is. */
static void test_xm(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    (void)state;
    give(c, "commands/xen_toolstack/xm-list.txt",
         "Name                 ID   Mem VCPUs      State   Time(s)\n"
         "Domain-0              0   512     1     r-----     69.1\n"
         "old                       256     2                 0.0\n");
    doc = facts_make(c);
    is(doc, "facts.host.toolstack", "xm");
    assert_int_equal(facts_count(doc, "facts.domains"), 1);
    is(facts_at(doc, "facts.domains", 0), "mem_kb", "524288");
    assert_null(facts_get(doc, "facts.vifs"));
    json_object_put(doc);
    facts_captures_free(c);
}

static void test_odd(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "7",
        "{\"domains\":7,\"devices\":{},\"xen\":[]}",
        ("{\"domains\":[null,1,{\"domid\":-1,\"pages\":9223372036854775807}],"
         "\"devices\":[1,{\"kind\":7}],\"bridges\":[{\"ports\":[1,null]},2]}"),
        "Name\n\nx 1 2 3 r",
        "MemTotal: \nMemAvailable:x\nmodel name",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct capture *c = facts_captures_new();
        struct json_object *doc;

        for (struct capture *one = c; one->member; one++)
            capture_add(one, texts[i], strlen(texts[i]));
        doc = facts_make(c);
        assert_non_null(facts_get(doc, "facts"));
        assert_null(facts_get(doc, "facts.memory.dom0_total_kb"));
        json_object_put(doc);
        facts_captures_free(c);
    }
}

/* A member that is longer than is kept is not known, rather than half. */
static void test_long(void **state)
{
    struct capture *c = facts_captures_new();
    char *blanks = malloc(CAPTURE_MAX);

    (void)state;
    memset(blanks, ' ', CAPTURE_MAX);
    give(c, "xen/info.json", "{\"xen\":{\"version\":\"4\"}}");
    assert_non_null(facts_captured(c, "xen/info.json"));
    capture_add(c, blanks, CAPTURE_MAX);
    assert_int_equal(c->text.len, CAPTURE_MAX);
    assert_null(facts_captured(c, "xen/info.json"));
    free(blanks);
    facts_captures_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xl),
        cmocka_unit_test(test_xm),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
