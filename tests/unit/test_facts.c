/* Facts out of members. */
#include "tests/unit/facts_give.h"

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
    is(d, "name_from", "commands/xen_toolstack/xl-list-v.txt");
    is(d, "mem_kb", "1024");
    is(d, "cpu_s", "2");
    is(d, "type", "PV");
    is(d, "state", "r-----");
    d = facts_at(doc, "facts.domains", 1);
    is(d, "name", "web"); /* xenstore's before the list's */
    is(d, "name_from", "xen/devices.json");
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

/* The kernel knows one datapath, xenstore the bridge. */
static void test_open_vswitch(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    (void)state;
    give(c, "xen/devices.json",
         "{\"devices\":[{\"domid\":7,\"kind\":\"vif\",\"id\":\"0\",\"backend\":"
         "{\"state\":4,\"bridge\":\"xapi1\"},\"netdev\":{\"name\":\"vif7.0\","
         "\"master\":\"ovs-system\"}},{\"domid\":8,\"kind\":\"vif\",\"id\":"
         "\"0\",\"backend\":{\"state\":4},\"netdev\":{\"name\":\"vif8.0\","
         "\"master\":\"ovs-system\"}}]}");
    doc = facts_make(c);
    is(facts_at(doc, "facts.vifs", 0), "bridge", "xapi1");
    is(facts_at(doc, "facts.vifs", 0), "switch", "ovs-system");
    is(facts_at(doc, "facts.vifs", 1), "bridge", "ovs-system");
    is(facts_at(doc, "facts.vifs", 1), "switch", "ovs-system");
    json_object_put(doc);
    facts_captures_free(c);
}

static void from(struct json_object *doc, const char *fact, const char *want)
{
    struct json_object *list;

    if (!json_object_object_get_ex(facts_get(doc, "facts_from"), fact, &list))
        fail_msg("nobody told %s", fact);
    assert_string_equal(
        json_object_to_json_string_ext(list, JSON_C_TO_STRING_NOSLASHESCAPE),
        want);
}

/* Each by the first way that answered. */
static void test_from(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    (void)state;
    give(c, "xen/info.json",
         "{\"xen\":null,\"physinfo\":{\"total_memory_kib\":1000}}");
    give(c, "commands/xen_toolstack/xl-info.txt",
         "xen_major : 4\nxen_minor : 17\nxen_commandline : x\nfree_memory : "
         "7\ntotal_memory : 9\nnr_cpus : 4\n");
    give(c, "files/proc/meminfo", "MemTotal: 512 kB\n");
    give(c, "files/run/xen/xenstored.pid", "domid:3\n");
    give(c, "commands/xen_toolstack/xl-list-v.txt",
         "Domain-0   0 1 2 r----- 2.5\n");
    give(c, "commands/sys_storage/df-plain.txt", "none\n");
    give(c, "commands/sys_storage/df-i.txt", "none\n");
    doc = facts_make(c);
    is(doc, "facts.memory.total_kb", "1000");
    from(doc, "memory.total_kb", "[\"xen/info.json\"]");
    is(doc, "facts.memory.free_kb", "7168");
    from(doc, "memory.free_kb", "[\"commands/xen_toolstack/xl-info.txt\"]");
    from(doc, "memory.dom0_total_kb", "[\"files/proc/meminfo\"]");
    from(doc, "memory.dom0_pinned", "[\"commands/xen_toolstack/xl-info.txt\"]");
    from(doc, "xen.version", "[\"commands/xen_toolstack/xl-info.txt\"]");
    from(doc, "xen.loglvl", "[\"commands/xen_toolstack/xl-info.txt\"]");
    from(doc, "domains",
         "[\"commands/xen_toolstack/xl-list-v.txt\","
         "\"files/run/xen/xenstored.pid\"]");
    from(doc, "disks",
         "[\"commands/sys_storage/df-plain.txt\","
         "\"commands/sys_storage/df-i.txt\"]");
    assert_null(facts_get(doc, "facts_from.packages"));
    json_object_put(doc);
    facts_captures_free(c);
}

/* Of the manifest's head: of a disk the machine that read it says nothing. */
static void test_role(void **state)
{
    static const struct {
        const char *role, *sysroot, *want, *called;
    } rows[] = {
        {"dom0", NULL, "dom0", "dom0"},
        {"domU", NULL, "domU", "this guest"},
        {"none", NULL, "none", "this machine"},
        {"none", "/mnt", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct capture *c = facts_captures_new();
        struct manifest_head head = {
            .tool_version = "1",
            .rules_digest = "",
            .complete = true,
            .sync = "tried",
            .host = {"h", "6.1", "x86_64", NULL, rows[i].role, 1},
            .options = {.format = "tar.bz2",
                        .privacy = "secrets",
                        .sysroot = rows[i].sysroot},
            .key_id = "",
        };
        struct json_object *doc;

        facts_head(c, &head);
        doc = facts_make(c);
        is(doc, "facts.host.role", rows[i].want);
        is(doc, "facts.host.called", rows[i].called);
        json_object_put(doc);
        facts_captures_free(c);
    }
}

/* Domain 0 has a name even where nobody tells it; a guest has not. */
static void test_domain_0(void **state)
{
    static const struct {
        const char *member, *text, *guest, *from;
    } rows[] = {
        {"xen/domains.json", "{\"domains\":[{\"domid\":0},{\"domid\":1}]}", "",
         ""},
        {"commands/xen_toolstack/xl-list-v.txt",
         "Name  ID  Mem VCPUs State Time(s)\n(null)   0 1 2 r----- 2.5\n"
         "(null) 1 1 1 -b---- 1.0\n",
         "(null)", "commands/xen_toolstack/xl-list-v.txt"},
        {"xen/devices.json", "{\"domains\":[{\"domid\":0},{\"domid\":1}]}", "",
         ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct capture *c = facts_captures_new();
        struct json_object *doc;

        give(c, rows[i].member, rows[i].text);
        doc = facts_make(c);
        assert_int_equal(facts_count(doc, "facts.domains"), 2);
        is(facts_at(doc, "facts.domains", 0), "name", "Domain-0");
        is(facts_at(doc, "facts.domains", 0), "name_from", "own");
        is(facts_at(doc, "facts.domains", 1), "name", rows[i].guest);
        is(facts_at(doc, "facts.domains", 1), "name_from", rows[i].from);
        json_object_put(doc);
        facts_captures_free(c);
    }
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

/* What dom0's kernel and tools tell. */
static void test_host(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc, *d;

    (void)state;
    give(c, "files/proc/modules",
         "xen_blkback 57344 2 - Live 0x0\nloop 1 2 -\n");
    give(c, "files/proc/cmdline", "root=/dev/sda1 ro\n");
    give(c, "files/proc/sys/kernel/osrelease", "6.1.0-9-amd64\n");
    give(c, "files/proc/sys/kernel/tainted", "4096\n");
    give(c,
         "files/sys/devices/system/clocksource/clocksource0/"
         "current_clocksource",
         "xen\n");
    give(c, "commands/sys_kernel/sysctl.txt",
         "net.bridge.bridge-nf-call-iptables = 1\nvm.swappiness = 60\n");
    give(c, "commands/sys_storage/df.txt",
         "Filesystem Type 1K-blocks Used Available Use% Mounted on\n"
         "/dev/sda1 ext4 883184 866800 0 100% /\n"
         "proc proc 0 0 0 - /proc\n"
         "/dev/loop0 squashfs 9 9 0 100% /snap/a\n");
    give(c, "commands/sys_storage/df-i.txt",
         "Filesystem Inodes IUsed IFree IUse% Mounted on\n"
         "/dev/sda1 57344 57344 0 100% /\n");
    give(c, "commands/sys_process/ps.txt",
         "  PID USER STARTED TIME %CPU COMMAND\n"
         "    1 root Mon Nov 23 00:31:23 2026 00:00:01 1.7 init\n"
         "    2 root Mon Nov 23 00:31:23 2026 00:00:01 0.0 [xenconsoled]\n"
         "   77 root Mon Nov 23 00:31:23 2026 00:09:01 88.4 "
         "/usr/lib/xen/bin/oxenstored --pid-file x\n"
         "   78 root Mon Nov 23 00:31:23 2026 00:09:01 0.1 "
         "/usr/bin/python2 /usr/sbin/xend start\n");
    give(c, "commands/sys_pkgs/dpkg.txt",
         "bash\t5.2\tamd64\tinstall ok installed\n"
         "xen-doc\t4.17.3-1\tall\tinstall ok installed\n"
         "xen-utils-4.17\t4.17.3-1\tamd64\tinstall ok installed\n");
    give(c, "files/etc/os-release",
         "NAME=\"Some\"\nPRETTY_NAME=\"Some Linux 1 (x)\"\nID=some\n");
    give(c, "files/etc/xensource-inventory", "PRODUCT_BRAND='XCP-ng'\n");
    give(c, "commands/sys_storage/losetup-a.txt",
         "/dev/loop0: [65024]:1 (/a)\n/dev/loop1: [65024]:2 (/b)\n");
    give(c, "commands/sys_storage/loop-nodes.txt",
         "1 0 brw-rw---- 1 root disk 7, 1 Nov 23 00:31 /dev/loop1\n"
         "2 0 brw-rw---- 1 root disk 7, 0 Nov 23 00:31 /dev/loop0\n");
    give(c, "commands/sys_net/brctl-show.txt",
         "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n"
         "xenbr0\t\t8000.52\tno\t\teth0\n\t\t\t\t\t\t\tvif1.0\n"
         "br1\t\t8000.53\tno\t\n");
    doc = facts_make(c);
    assert_int_equal(facts_count(doc, "facts.kernel.modules"), 2);
    is(doc, "facts.kernel.cmdline", "root=/dev/sda1 ro");
    is(doc, "facts.kernel.release", "6.1.0-9-amd64");
    is(doc, "facts.host.taint", "4096");
    is(doc, "facts.host.clocksource", "xen");
    is(doc, "facts.sysctl.bridge_nf_call_iptables", "1");
    assert_int_equal(facts_count(doc, "facts.disks"), 1);
    d = facts_at(doc, "facts.disks", 0);
    is(d, "mount", "/");
    is(d, "used_pct", "100");
    is(d, "inodes_pct", "100");
    assert_true(facts_is(doc, "facts.daemons.xenstored", true));
    assert_true(facts_is(doc, "facts.daemons.xenconsoled", false));
    assert_true(facts_is(doc, "facts.daemons.xend", true));
    is(doc, "facts.xenstored.cpu_pct", "88");
    assert_int_equal(facts_count(doc, "facts.packages"), 2);
    is(doc, "facts.host.xen_package", "xen-utils-4.17 4.17.3-1");
    is(doc, "facts.host.system", "Some Linux 1 (x)");
    is(doc, "facts.host.toolstack", "xapi");
    is(doc, "facts.loop.used", "2");
    is(doc, "facts.loop.max", "2");
    assert_int_equal(facts_count(doc, "facts.bridges"), 2);
    is(facts_at(doc, "facts.bridges", 0), "physical", "1");
    is(facts_at(doc, "facts.bridges", 1), "physical", "0");
    json_object_put(doc);
    facts_captures_free(c);
}

/* A loop device that is mounted is not left over. */
static void test_loop_mounted(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    (void)state;
    give(c, "xen/devices.json",
         "{\"checks\":[{\"check\":\"loop-without-vbd\",\"domid\":0,\"device\":"
         "null,\"text\":\"loop1 holds /snap, and no virtual disk uses it\"},"
         "{\"check\":\"loop-without-vbd\",\"domid\":0,\"device\":null,\"text\":"
         "\"loop11 holds /img, and no virtual disk uses it\"}]}");
    give(c, "commands/sys_storage/df.txt",
         "Filesystem Type 1K-blocks Used Available Use% Mounted on\n"
         "/dev/loop1 squashfs 883184 866800 0 100% /snap/a\n");
    doc = facts_make(c);
    assert_int_equal(facts_count(doc, "facts.checks"), 1);
    assert_non_null(
        strstr(facts_text(facts_at(doc, "facts.checks", 0), "text"), "loop11"));
    json_object_put(doc);
    facts_captures_free(c);
}

/* Busybox: df has a row for each path it was told, sysctl no bridges. */
static void test_busybox(void **state)
{
    struct capture *c = facts_captures_new();
    struct json_object *doc;

    (void)state;
    give(c, "commands/sys_storage/df-plain.txt",
         "Filesystem Type 1024-blocks Used Available Capacity Mounted on\n"
         "/dev/sda1 ext4 1000 1000 0 100% /\n"
         "tmpfs tmpfs 500 1 499 1% /run\n"
         "/dev/sda1 ext4 1000 1000 0 100% /\n");
    give(c, "commands/sys_kernel/sysctl-plain.txt", "vm.swappiness = 60\n");
    give(c, "files/proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
    doc = facts_make(c);
    assert_int_equal(facts_count(doc, "facts.disks"), 2);
    is(facts_at(doc, "facts.disks", 0), "free_kb", "0");
    is(doc, "facts.sysctl.swappiness", "60");
    is(doc, "facts.sysctl.bridge_nf_call_iptables", "1");
    json_object_put(doc);
    facts_captures_free(c);
}

/* A member that is longer than is kept is not known, rather than half; but for
 * those of which the begin tells.  All that is kept fits into the worker. */
static void test_long(void **state)
{
    struct capture *c = facts_captures_new();
    char *blanks = malloc(CAPTURE_MAX);
    size_t sum = 0;

    (void)state;
    memset(blanks, ' ', CAPTURE_MAX);
    give(c, "xen/info.json", "{\"xen\":{\"version\":\"4\"}}");
    assert_non_null(facts_captured(c, "xen/info.json"));
    for (struct capture *one = c; one->member; one++) {
        for (int k = 0; k < 3; k++)
            capture_add(one, blanks, CAPTURE_MAX);
        assert_int_equal(one->text.len, one->max);
        assert_int_equal(facts_captured(c, one->member) != NULL, one->head);
        sum += one->max;
    }
    assert_true(sum <= 6u << 20);
    free(blanks);
    facts_captures_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xl),
        cmocka_unit_test(test_xm),
        cmocka_unit_test(test_from),
        cmocka_unit_test(test_domain_0),
        cmocka_unit_test(test_role),
        cmocka_unit_test(test_open_vswitch),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_loop_mounted),
        cmocka_unit_test(test_busybox),
        cmocka_unit_test(test_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
