/* Facts of Xen itself, by each way that tells them. */
#include "tests/unit/facts_give.h"

/* No json from the probe: xl info tells. */
static void test_xl_info(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    (void)state;
    give(c, "commands/xen_toolstack/xm-info.txt",
         "xen_major : 4\nxen_minor : 1\nxen_extra : .2\n"
         "xen_caps : xen-3.0-x86_64 \nfree_memory : 2\n"
         "xen_commandline : guest_loglvl=all loglvl=info dom0_mem=1G\n");
    give(c, "xen/version.json",
         "{\"sysctl_interface\":{\"match\":false},"
         "\"tools\":{\"libxenctrl\":\"4.1.2\",\"match\":true}}");
    doc = facts_make(c);
    is(doc, "facts.xen.version", "4.1.2");
    is(doc, "facts.xen.loglvl", "info");
    is(doc, "facts.memory.free_kb", "2048");
    assert_true(facts_is(doc, "facts.memory.dom0_pinned", true));
    assert_true(facts_is(doc, "facts.xen.interface_match", false));
    assert_int_equal(facts_count(doc, "facts.xen.caps"), 1);
    json_object_put(doc);
    facts_captures_free(c);
    c = facts_captures_new();
    give(c, "xen/version.json",
         "{\"sysctl_interface\":{\"match\":true},\"tools\":{\"match\":false}}");
    doc = facts_make(c);
    assert_true(facts_is(doc, "facts.xen.interface_match", false));
    json_object_put(doc);
    facts_captures_free(c);
}

/* Built for another release than the host's, whose tools fit its hypervisor:
 * the interface that we were built with is not theirs. */
static void test_built_for_another(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    (void)state;
    give(
        c, "xen/version.json",
        "{\"xen\":{\"version\":\"4.11.4\"},"
        "\"sysctl_interface\":{\"tools\":21,\"hypervisor\":18,\"match\":false},"
        "\"tools\":{\"libxenctrl\":null,\"match\":null}}");
    doc = facts_make(c);
    assert_null(facts_get(doc, "facts.xen.interface_match"));
    json_object_put(doc);
    give(c, "xen/xenstore.txt",
         "/tool/xenstored = \"/usr/lib/xen-4.11/bin/oxenstored\"   (n0)\n");
    doc = facts_make(c);
    is(doc, "facts.xen.tools_release", "4.11");
    assert_null(facts_get(doc, "facts.xen.interface_match"));
    json_object_put(doc);
    facts_captures_free(c);
}

static const char *tools_of(const char *member, const char *text)
{
    static char release[16];
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    give(c, "xen/version.json", "{\"xen\":{\"version\":\"4.17.7\"}}");
    give(c, member, text);
    doc = facts_make(c);
    snprintf(release, sizeof(release), "%s",
             facts_text(doc, "facts.xen.tools_release"));
    assert_int_equal(!*release || !strcmp(release, "4.17"),
                     !facts_is(doc, "facts.xen.interface_match", false));
    json_object_put(doc);
    facts_captures_free(c);
    return release;
}

/* What a guest writes, is called or has in its command line is not the release
 * of dom0's tools. */
static void test_release_forged(void **state)
{
    static const char store[] = "xen/xenstore.txt";
    static const char ps[] = "commands/sys_process/ps.txt";

#define FORGED "/usr/lib/xen-4.99/bin/oxenstored"
    (void)state;
    assert_string_equal(
        tools_of(store, "/local/domain/3/data/a = \"" FORGED "\"   (n3,r0)\n"),
        "");
    assert_string_equal(
        tools_of(
            store,
            "/local/domain/3/data/a = \"/tool/xenstored = \"" FORGED
            "\"   (n3)\n"
            "/tool/xenstored = \"/usr/lib/xen-4.17/bin/xenstored\" (n0)\n"),
        "4.17");
    assert_string_equal(
        tools_of(ps, "  PID USER     %CPU COMMAND\n"
                     "    7 root      0.1 qemu -name " FORGED "\n"
                     "    8 guest     0.1 " FORGED "\n"
                     "    9 root      0.1 /usr/lib/xen-common/bin/xen-x 1\n"
                     "   10 root      0.1 /usr/lib/xen-4.17/bin/xenconsoled\n"),
        "4.17");
    assert_string_equal(
        tools_of(ps, "  PID USER     COMMAND\n    7 root     " FORGED "\n"),
        "4.99");
#undef FORGED
}

/* "", "true" or "false": by the text alone, which starts so and is so long. */
static const char *wrapped_of(const char *member, const char *start, size_t n)
{
    static char text[40000];
    struct capture *c = facts_captures_new();
    struct json_object *doc;
    const char *is;

    memset(text, 'x', n);
    memcpy(text, start, strlen(start));
    text[n] = '\0';
    give(c, member, text);
    doc = facts_make(c);
    is = facts_is(doc, "facts.xen.ring.wrapped", true)    ? "true"
         : facts_is(doc, "facts.xen.ring.wrapped", false) ? "false"
                                                          : "";
    json_object_put(doc);
    facts_captures_free(c);
    return is;
}

/* Where libxenctrl does not fit, the text of the ring tells whether its first
 * lines are lost. */
static void test_ring_text(void **state)
{
    static const char *const members[] = {
        "xen/dmesg.txt", "xen/dmesg-raw.txt",
        "commands/xen_hypervisor/xl-dmesg.txt",
        "commands/xen_hypervisor/xm-dmesg.txt"};
    static const char first[] = "(XEN) early\n(XEN) Xen version 4.20.5 (x)\n";

    (void)state;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *m = members[i];

        assert_string_equal(wrapped_of(m, first, 7000), "false");
        assert_string_equal(wrapped_of(m, first, 32768), "false");
        assert_string_equal(wrapped_of(m, "domid 3\n(XEN) d3v0\n", 16384),
                            "true");
        assert_string_equal(wrapped_of(m, "(XEN) after -c\n", 900), "");
    }
}

/* Without libxenctrl: what xencall, xl and xenstore tell are facts as well,
 * each with the member that it is from. */
static void test_without_libxenctrl(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    (void)state;
    give(c, "xen/version.json",
         "{\"xen\":{\"version\":\"4.20.5\",\"capabilities\":\"xen-3.0-x86_64\","
         "\"command_line\":\"dom0_mem=1G\"},\"sysctl_interface\":{\"match\":"
         "true},"
         "\"tools\":{\"libxenctrl\":null,\"match\":null}}");
    give(c, "commands/xen_toolstack/xl-info.txt",
         "nr_cpus : 4\ntotal_memory : 2\nfree_memory : 1\n"
         "virt_caps : pv hvm\n");
    give(c, "xen/devices.json",
         "{\"domains\":[{\"domid\":0,\"name\":\"Domain-0\"},"
         "{\"domid\":3,\"name\":\"web\"}]}");
    doc = facts_make(c);
    is(doc, "facts.xen.version", "4.20.5");
    is(doc, "facts.xen.from", "xen/version.json");
    is(doc, "facts.xen.commandline", "dom0_mem=1G");
    is(doc, "facts.memory.total_kb", "2048");
    is(doc, "facts.memory.free_kb", "1024");
    is(doc, "facts.cpus.count", "4");
    assert_int_equal(facts_count(doc, "facts.xen.virt_caps"), 2);
    is(doc, "facts.xen.domains_from", "xen/devices.json");
    is(facts_at(doc, "facts.domains", 1), "name", "web");
    /* One interface is no proof of one release. */
    assert_null(facts_get(doc, "facts.xen.interface_match"));
    json_object_put(doc);
    give(c, "xen/xenstore.txt",
         "/tool/xenstored = \"/usr/lib/xen-4.17/bin/oxenstored\"   (n0)\n");
    doc = facts_make(c);
    is(doc, "facts.xen.tools_release", "4.17");
    assert_true(facts_is(doc, "facts.xen.interface_match", false));
    json_object_put(doc);
    facts_captures_free(c);
}

/* The domain that xenstored runs in, whatever it is called: as Xen tells it, by
 * the file that init-xenstore-domain writes, and by xenstore itself. */
static void test_store_domain(void **state)
{
    static const char *const ways[][2] = {
        {"xen/domains.json", "{\"domains\":[{\"domid\":0},{\"domid\":1,"
                             "\"xenstore_domain\":true}]}"},
        {"files/run/xen/xenstored.pid", "domid:1\n"},
        /* The guest's words come first, and count for nothing. */
        {"xen/xenstore.txt", "/local/domain/1/data/a = "
                             "\"/tool/xenstored/domid = \"0\"   (n1)\n"
                             "/tool = \"\"   (n0)\n"
                             "/tool/xenstored/domid = \"1\"   (n0)\n"},
        {"files/run/xen/xenstored.pid", "811\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct capture *c = facts_captures_new();
        struct json_object *doc;

        if (i)
            give(c, "xen/domains.json",
                 "{\"domains\":[{\"domid\":0},{\"domid\":1}]}");
        give(c, ways[i][0], ways[i][1]);
        doc = facts_make(c);
        assert_true(
            facts_is(facts_at(doc, "facts.domains", 0), "xenstore", false));
        assert_true(
            facts_is(facts_at(doc, "facts.domains", 1), "xenstore", i < 3));
        json_object_put(doc);
        facts_captures_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xl_info),
        cmocka_unit_test(test_built_for_another),
        cmocka_unit_test(test_release_forged),
        cmocka_unit_test(test_ring_text),
        cmocka_unit_test(test_without_libxenctrl),
        cmocka_unit_test(test_store_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
