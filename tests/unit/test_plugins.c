/* test_plugins.c: every built-in table keeps the rules of plugin.h, runs only
 * what is known to print, and the plan functions ask and add what they should.
 */
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

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static const struct plugin *plugin(const char *name)
{
    for (size_t i = 0; plugin_builtins[i]; i++) {
        if (!strcmp(plugin_builtins[i]->name, name))
            return plugin_builtins[i];
    }
    fail_msg("no plugin %s", name);
    return NULL;
}

static const struct item *item(const char *of, const char *name)
{
    for (const struct item *i = plugin(of)->items; i->name; i++) {
        if (!strcmp(i->name, name))
            return i;
    }
    fail_msg("no item %s/%s", of, name);
    return NULL;
}

static bool only_has(const char *s, const char *allowed)
{
    return *s && !s[strspn(s, allowed)];
}

static bool one_of(const char *s, const char *const *list)
{
    for (; *list; list++) {
        if (!strcmp(s, *list))
            return true;
    }
    return false;
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
    if (i->instead_of && !stands_behind(p->items, i))
        return "instead_of: does not stand directly behind that command";
    if ((i->rotated && !i->glob) || (i->max_depth && !i->tree) ||
        (i->since && !i->argv[0]))
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

/* ---- nothing changes the host -------------------------------------------- */

/* Whoever adds a program here has looked at what it does as root: writes
 * nothing, takes no lock that others wait for, loads no module but those that
 * modules_of below names. */
static const char *const programs[] = {"apk",
                                       "arptables",
                                       "arptables-legacy",
                                       "brctl",
                                       "bridge",
                                       "btrfs",
                                       "chkconfig",
                                       "chronyc",
                                       "coredumpctl",
                                       "df",
                                       "dkms",
                                       "dmesg",
                                       "dmidecode",
                                       "dmsetup",
                                       "dpkg-query",
                                       "drbdsetup",
                                       "driver-tool",
                                       "ebtables",
                                       "ebtables-legacy",
                                       "efibootmgr",
                                       "ethtool",
                                       "fcoeadm",
                                       "find",
                                       "findmnt",
                                       "ifconfig",
                                       "ip",
                                       "ip6tables-legacy-save",
                                       "ip6tables-save",
                                       "ipset",
                                       "iptables-legacy-save",
                                       "iptables-save",
                                       "journalctl",
                                       "kpatch",
                                       "last",
                                       "list_domains",
                                       "losetup",
                                       "ls",
                                       "lsblk",
                                       "lscpu",
                                       "lsmem",
                                       "lsof",
                                       "lspci",
                                       "lsscsi",
                                       "lsusb",
                                       "lvs",
                                       "mokutil",
                                       "multipathd",
                                       "network-bridge",
                                       "nft",
                                       "ntpq",
                                       "ovs-appctl",
                                       "ovs-dpctl",
                                       "ovs-ofctl",
                                       "ovs-vsctl",
                                       "pacman",
                                       "ps",
                                       "pvs",
                                       "rc-status",
                                       "rpm",
                                       "sar",
                                       "ss",
                                       "static-vdis",
                                       "sysctl",
                                       "systemctl",
                                       "tap-ctl",
                                       "tc",
                                       "top",
                                       "vgs",
                                       "xbps-query",
                                       "xe",
                                       "xen-cpuid",
                                       "xen-livepatch",
                                       "xen-ucode",
                                       "xenhypfs",
                                       "xenlockprof",
                                       "xenperf",
                                       "xenpm",
                                       "xenstore-ls",
                                       "xentop",
                                       "xl",
                                       "xm",
                                       "zfs",
                                       "zpool",
                                       NULL};

/* The only words that may follow these. */
static const struct {
    const char *program;
    const char *words[20];
} words[] = {
    {"xl",
     {"dmesg", "info", "list", "vcpu-list", "uptime", "claims", "cpupool-list",
      "sched-credit", "sched-credit2", "sched-rtds", "pci-assignable-list",
      "network-list", "block-list"}},
    {"xm", {"dmesg", "info", "list", "vcpu-list", "uptime", "sched-credit"}},
    {"systemctl",
     {"list-units", "list-jobs", "list-unit-files", "list-timers", "show"}},
    {"dmsetup", {"info", "table", "status", "ls", "udevcookies"}},
    {"network-bridge", {"status"}},
    {"brctl", {"show", "showmacs"}},
    {"nft", {"list"}},
    {"bridge", {"-d", "-s"}},
    {"losetup", {"-a", "-l"}},
    {"rpm", {"-qa"}},
    {"pacman", {"-Q"}},
    {"apk", {"info"}},
    {"arptables", {"-nvL"}},
    {"arptables-legacy", {"-nvL"}},
    {"btrfs", {"filesystem"}},
    {"chkconfig", {"--list"}},
    {"chronyc", {"-n"}},
    {"coredumpctl", {"--no-pager"}},
    {"dkms", {"status"}},
    {"driver-tool", {"-l"}},
    {"drbdsetup", {"status", "show"}},
    {"efibootmgr", {"-v"}},
    {"ethtool",
     {"-i", "-S", "-k", "-g", "-l", "-c", "-a", "-n", "--show-priv-flags",
      "--show-eee", "--show-fec", "eth0", "a%b"}},
    {"fcoeadm", {"-i", "-t"}},
    {"ipset", {"list"}},
    {"kpatch", {"list"}},
    {"last", {"-x"}},
    {"list_domains", {"-all"}},
    {"lsof", {"-b"}},
    {"lspci", {"-nnvv", "-nntv"}},
    {"lsusb", {"-t"}},
    {"mokutil", {"--sb-state"}},
    {"multipathd", {"show"}},
    {"ntpq", {"-pn"}},
    {"ovs-appctl", {"--timeout=8"}},
    {"ovs-dpctl", {"--timeout=8"}},
    {"ovs-ofctl", {"--timeout=8"}},
    {"ovs-vsctl", {"--timeout=8"}},
    {"rc-status", {"-a"}},
    {"sar", {"-A"}},
    {"static-vdis", {"list"}},
    {"tap-ctl", {"list"}},
    {"xbps-query", {"-l"}},
    {"xe",
     {"pool-list", "host-list", "vm-list", "sr-list", "pbd-list", "vdi-list",
      "vbd-list", "vif-list", "network-list", "pif-list", "bond-list",
      "vlan-list", "task-list", "update-list", "patch-list", "message-list"}},
    {"xen-cpuid", {"-v", "-d", "-p"}},
    {"xen-livepatch", {"list"}},
    {"xen-ucode", {"show-cpu-info"}},
    {"xenhypfs", {"tree", "cat"}},
    {"xenpm",
     {"get-cpu-topology", "get-cpuidle-states", "get-cpufreq-states",
      "get-cpufreq-para"}},
    {"xentop", {"-b"}},
    {"zfs", {"list"}},
    {"zpool", {"status", "list"}},
};

/* Words that change something, wherever they stand. */
static const char *const never[] = {
    "add",     "del",     "delete",     "set",     "replace",  "flush",   "-w",
    "--write", "--clear", "--showkeys", "-exec",   "-execdir", "-delete", "-ok",
    "-fprint", "-fls",    "-C",         "--reset", NULL};

/* LVM's programs lock, write hints and write backups unless they are told. */
static void check_lvm(const char *of, const struct item *i)
{
    bool told = false;

    if (!one_of(i->argv[0], (const char *const[]){"pvs", "vgs", "lvs", NULL}))
        return;
    for (size_t k = 1; i->argv[k]; k++)
        told |= !strcmp(i->argv[k], "--readonly");
    if (!told)
        fail_msg("%s/%s: without --readonly", of, i->name);
}

static void check_command(const char *of, const struct item *i)
{
    if (!one_of(i->argv[0], programs))
        fail_msg("%s/%s runs %s, which is not on the list", of, i->name,
                 i->argv[0]);
    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        if (!strcmp(words[k].program, i->argv[0]) &&
            (!i->argv[1] || !one_of(i->argv[1], words[k].words)))
            fail_msg("%s/%s: %s %s is not on the list", of, i->name, i->argv[0],
                     i->argv[1] ? i->argv[1] : "alone");
    }
    for (size_t k = 1; i->argv[k]; k++) {
        if (one_of(i->argv[k], never))
            fail_msg("%s/%s: %s", of, i->name, i->argv[k]);
    }
    /* "-r" sets all counters to nothing. */
    if (!strcmp(i->argv[0], "xenperf") || !strcmp(i->argv[0], "xenlockprof")) {
        assert_null(i->argv[1]);
        assert_true(i->on_request);
    }
    check_lvm(of, i);
    /* What Open vSwitch's programs are asked: the word behind the time limit.
     */
    if (str_starts(i->argv[0], "ovs-"))
        assert_true(one_of(
            i->argv[str_starts(i->argv[2], "--protocols=") ? 3 : 2],
            (const char *const[]){"show", "list", "upcall/show", "memory/show",
                                  "coverage/show", "dpif/show", "bond/show",
                                  "lacp/show", "-s", "dump-flows", "fdb/show",
                                  "mdb/show", "bridge/dump-flows",
                                  "dpif/dump-flows", NULL}));
    /* "dmesg -c" and "xl dmesg -c" empty the ring. */
    if (!strcmp(i->argv[0], "dmesg") ||
        !strcmp(i->argv[1] ? i->argv[1] : "", "dmesg"))
        for (size_t k = 1; i->argv[k]; k++)
            assert_true(i->argv[k][0] != '-');
}

/* What a program would load. */
static const struct {
    const char *program, *module;
} modules_of[] = {
    {"losetup", "loop"},
    {"brctl", "bridge"},
    {"network-bridge", "bridge"},
    {"dmsetup", "dm_mod"},
    {"nft", "nf_tables"},
    {"iptables-save", "ip_tables"},
    {"iptables-save", "iptable_filter"},
    {"iptables-legacy-save", "ip_tables"},
    {"iptables-legacy-save", "iptable_filter"},
    {"ip6tables-save", "ip6_tables"},
    {"ip6tables-save", "ip6table_filter"},
    {"ip6tables-legacy-save", "ip6_tables"},
    {"ip6tables-legacy-save", "ip6table_filter"},
    {"ebtables", "ebtables"},
    {"ebtables", "ebtable_filter"},
    {"ebtables-legacy", "ebtables"},
    {"ebtables-legacy", "ebtable_filter"},
    {"ss", "inet_diag"},
    {"arptables", "arp_tables"},
    {"arptables", "arptable_filter"},
    {"arptables-legacy", "arp_tables"},
    {"arptables-legacy", "arptable_filter"},
    {"btrfs", "btrfs"},
    {"drbdsetup", "drbd"},
    {"efibootmgr", "efivarfs"},
    {"fcoeadm", "fcoe"},
    {"ipset", "ip_set"},
    {"mokutil", "efivarfs"},
    {"ovs-dpctl", "openvswitch"},
    {"multipathd", "dm_multipath"},
    {"zfs", "zfs"},
    {"zpool", "zfs"},
};

static void check_modules(const char *of, const struct item *i)
{
    for (size_t k = 0; k < sizeof(modules_of) / sizeof(modules_of[0]); k++) {
        if (!strcmp(modules_of[k].program, i->argv[0]) &&
            !one_of(modules_of[k].module, i->modules))
            fail_msg("%s/%s: %s would load %s", of, i->name, i->argv[0],
                     modules_of[k].module);
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

/* ---- the plan functions, against a host made of lists -------------------- */

struct host {
    struct gather gather;
    const char *const (*globs)[5]; /* pattern, paths; ends with NULL */
    const char *const (*files)[2]; /* path, probe or program, and its text; ends
                                      with NULL */
    const char *const *entries;    /* what is being listed */
    const char *text;              /* what is being read */
    int error;                     /* of the backend */
};

static int host_start(struct gather *g, const struct request *rq,
                      struct err *err)
{
    struct host *h = (struct host *)g;

    h->entries = NULL;
    h->text = NULL;
    g->outcome.status = ST_ABSENT;
    if (h->error)
        return err_set(err, h->error, "lost");
    for (size_t i = 0; rq->kind == REQ_GLOB && h->globs[i][0]; i++) {
        if (!strcmp(h->globs[i][0], rq->name))
            h->entries = &h->globs[i][1];
    }
    for (size_t i = 0; rq->kind != REQ_GLOB && h->files && h->files[i][0];
         i++) {
        if (!strcmp(h->files[i][0],
                    rq->kind == REQ_RUN ? rq->argv[0] : rq->name))
            h->text = h->files[i][1];
    }
    return 0;
}

static int host_next(struct gather *g, struct chunk *out, struct err *err)
{
    struct host *h = (struct host *)g;

    (void)err;
    memset(out, 0, sizeof(*out));
    if (h->entries && *h->entries) {
        out->kind = CHUNK_ENTRY;
        out->path = *h->entries++;
        return 1;
    }
    if (h->text) {
        out->kind = CHUNK_DATA;
        out->data = h->text;
        out->len = strlen(h->text);
        h->text = NULL;
        return 1;
    }
    return 0;
}

static const struct gather_ops host_ops = {
    .name = "host", .start = host_start, .next = host_next};

/* The plan, for the test: what was added, one line each. */
struct plan_adder {
    char text[8192];
};

void plan_add(struct plan_adder *a, const struct item *i)
{
    size_t n = strlen(a->text);

    n += (size_t)snprintf(a->text + n, sizeof(a->text) - n, "%s", i->name);
    if (i->file || i->glob || i->probe)
        n += (size_t)snprintf(a->text + n, sizeof(a->text) - n, " %s",
                              i->file   ? i->file
                              : i->glob ? i->glob
                                        : i->probe);
    for (size_t k = 0; i->argv[k]; k++)
        n += (size_t)snprintf(a->text + n, sizeof(a->text) - n, " %s",
                              i->argv[k]);
    snprintf(a->text + n, sizeof(a->text) - n, " > %s\n",
             i->member ? i->member : "");
    assert_true(only_has(i->name, LOWER DIGITS "-"));
    if (i->argv[0]) {
        check_command("plan", i);
        check_modules("plan", i);
    }
}

#define CLASSIC                                                                \
    "iptables iptables-save -c > \n"                                           \
    "ip6tables ip6tables-save -c > \n"                                         \
    "ebtables ebtables -L --Lc > \n"                                           \
    "arptables arptables -nvL > \n"

static void test_net(void **state)
{
    static const char *const none[][5] = {{NULL}};
    static const char *const bridges[][5] = {
        {"/sys/class/net/*/bridge/bridge_id",
         "/sys/class/net/xenbr0/bridge/bridge_id",
         /* A name is anything but '/' and blanks; this one would be taken for
          * an option, and the next must not leave its folder. */
         "/sys/class/net/-h/bridge/bridge_id",
         "/sys/class/net/a%b/bridge/bridge_id"},
        {NULL}};
    static const char *const hostile[][5] = {
        {"/sys/class/net/*/bridge/bridge_id", "/etc/passwd", "/sys/class/net/",
         "/sys/class/net/0123456789012345678901234567890123456789/bridge"},
        {NULL}};
    static const char *const over_nft[][5] = {
        {"/usr/sbin/xtables-nft-multi", "/usr/sbin/xtables-nft-multi"}, {NULL}};
    static const struct {
        const char *const (*globs)[5];
        const char *added;
    } hosts[] = {
        {none, CLASSIC},
        {bridges, "brctl-showmacs-1 brctl showmacs xenbr0 > "
                  "commands/sys_net/brctl-showmacs-xenbr0.txt\n"
                  "brctl-showmacs-3 brctl showmacs a%b > "
                  "commands/sys_net/brctl-showmacs-a%25b.txt\n" CLASSIC},
        {hostile, CLASSIC},
        {over_nft, ""}, /* it would load nf_tables */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        struct host h = {.gather.ops = &host_ops, .globs = hosts[i].globs};
        struct plan_adder added = {""};

        assert_int_equal(plugin("sys_net")->plan(&added, &h.gather, NULL), 0);
        assert_string_equal(added.text, hosts[i].added);
    }
}

static void test_nic(void **state)
{
    static const char *const globs[][5] = {
        {"/sys/class/net/*/device/vendor", "/sys/class/net/eth0/device/vendor",
         "/sys/class/net/-s/device/vendor", "/etc/passwd"},
        {"/sys/class/net/vif*/operstate", "/sys/class/net/vif1.0/operstate"},
        {NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = globs};
    struct plan_adder added = {""};

    (void)state;
    assert_int_equal(plugin("sys_nic")->plan(&added, &h.gather, NULL), 0);
    assert_string_equal(
        added.text,
        "nic1-link ethtool eth0 > commands/sys_nic/eth0-link.txt\n"
        "nic1-driver ethtool -i eth0 > commands/sys_nic/eth0-driver.txt\n"
        "nic1-statistics ethtool -S eth0 > "
        "commands/sys_nic/eth0-statistics.txt\n"
        "nic1-features ethtool -k eth0 > commands/sys_nic/eth0-features.txt\n"
        "nic1-rings ethtool -g eth0 > commands/sys_nic/eth0-rings.txt\n"
        "nic1-channels ethtool -l eth0 > commands/sys_nic/eth0-channels.txt\n"
        "nic1-coalesce ethtool -c eth0 > commands/sys_nic/eth0-coalesce.txt\n"
        "nic1-pause ethtool -a eth0 > commands/sys_nic/eth0-pause.txt\n"
        "nic1-private-flags ethtool --show-priv-flags eth0 > "
        "commands/sys_nic/eth0-private-flags.txt\n"
        "nic1-eee ethtool --show-eee eth0 > commands/sys_nic/eth0-eee.txt\n"
        "nic1-fec ethtool --show-fec eth0 > commands/sys_nic/eth0-fec.txt\n"
        "nic1-flow-rules ethtool -n eth0 > "
        "commands/sys_nic/eth0-flow-rules.txt\n"
        "vif1-features ethtool -k vif1.0 > "
        "commands/sys_nic/vif1.0-features.txt\n");
}

static void test_ovs(void **state)
{
    static const char *const none[][5] = {{NULL}};
    static const char *const files[][2] = {
        {"ovs-vsctl", "xenbr0\n-h\n../x\ntcp:192.0.2.1\na%b\n"}, {NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = none, .files = files};
    struct plan_adder added = {""};
    struct buf expected = BUF_INIT;

    (void)state;
    assert_int_equal(plugin("sys_ovs")->plan(&added, &h.gather, NULL), 0);
    for (int n = 1; n <= 2; n++) {
        const char *name = n == 1 ? "xenbr0" : "a%b";
        const char *file = n == 1 ? "xenbr0" : "a%25b";

        buf_addf(&expected,
                 "fdb-%d ovs-appctl --timeout=8 fdb/show %s > "
                 "commands/sys_ovs/fdb-%s.txt\n"
                 "mdb-%d ovs-appctl --timeout=8 mdb/show %s > "
                 "commands/sys_ovs/mdb-%s.txt\n",
                 n, name, file, n, name, file);
        buf_addf(&expected,
                 "ports-%d ovs-ofctl --timeout=8 --protocols=OpenFlow10,"
                 "OpenFlow11,OpenFlow12,OpenFlow13,OpenFlow14 show %s > "
                 "commands/sys_ovs/ports-%s.txt\n",
                 n, name, file);
        buf_addf(&expected,
                 "flows-%d ovs-appctl --timeout=8 bridge/dump-flows %s > "
                 "commands/sys_ovs/flows-%s.txt\n"
                 "datapath-flows-%d ovs-appctl --timeout=8 dpif/dump-flows "
                 "%s > commands/sys_ovs/datapath-flows-%s.txt\n",
                 n, name, file, n, name, file);
    }
    assert_string_equal(added.text, buf_str(&expected));
    buf_done(&expected);
}

static void test_process(void **state)
{
    static const char *const globs[][5] = {{"/proc/[1-9]*/status",
                                            "/proc/1/status", "/proc/20/status",
                                            "/proc/300/status"},
                                           {NULL}};
    static const char *const more[][5] = {
        /* From a recording, which may say anything. */
        {"/proc/[1-9]*/status", "/proc/4x/status", "/proc/../etc/passwd",
         "/proc/99999999999999/status"},
        {NULL}};
    static const char *const files[][2] = {
        {"/proc/1/status", "Name:\tinit\nState:\tS (sleeping)\n"},
        {"/proc/20/status", "Name:\txenstored\nState:\tS (sleeping)\n"},
        {"/proc/300/status", "Name:\tcp\nState:\tD (disk sleep)\n"},
        {"/proc/4x/status", "Name:\txenstored\n"},
        {"/proc/../etc/passwd", "Name:\txenstored\n"},
        {"/proc/99999999999999/status", "Name:\txenstored\n"},
        {NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = globs, .files = files};
    struct plan_adder added = {""};

    (void)state;
    assert_int_equal(plugin("sys_process")->plan(&added, &h.gather, NULL), 0);
    assert_string_equal(added.text, "pid-20-status /proc/20/status > \n"
                                    "pid-20-stack /proc/20/stack > \n"
                                    "pid-20-wchan /proc/20/wchan > \n"
                                    "pid-20-limits /proc/20/limits > \n"
                                    "pid-20-cgroup /proc/20/cgroup > \n"
                                    "pid-20-oom /proc/20/oom_score_adj > \n"
                                    "pid-300-status /proc/300/status > \n"
                                    "pid-300-stack /proc/300/stack > \n"
                                    "pid-300-wchan /proc/300/wchan > \n"
                                    "pid-300-limits /proc/300/limits > \n"
                                    "pid-300-cgroup /proc/300/cgroup > \n"
                                    "pid-300-oom /proc/300/oom_score_adj > \n");
    h.globs = more;
    added.text[0] = '\0';
    assert_int_equal(plugin("sys_process")->plan(&added, &h.gather, NULL), 0);
    assert_string_equal(added.text, "");
}

#define FOLDER(id, name)                                                       \
    "d" id "-domain domain-" id " > domains/" id "-" name "/domain.json\n"     \
    "d" id "-xenstore xenstore-" id " > domains/" id "-" name                  \
    "/xenstore.txt\n"                                                          \
    "d" id "-devices devices-" id " > domains/" id "-" name "/devices.json\n"
#define BY_ID(id, name)                                                        \
    "d" id "-userdata /var/lib/xen/userdata-*." id ".*.* > domains/" id        \
    "-" name "\n"
#define BOOTLOADER(id, name)                                                   \
    "d" id "-bootloader /var/log/xen/bootloader." id ".log* > domains/" id     \
    "-" name "\n"
#define LONG_LIST "xl-list-l xl list -l > \nxm-list-l xm list --long > \n"
#define LONG(id, name)                                                         \
    "d" id "-xl-list-l xl list -l " id " > domains/" id "-" name               \
    "/xl-list-l.json\n"
#define UUID "911e5508-906b-4d1e-b83d-04bac6f2184c"

static void domains_of(const char *source, const char *text,
                       struct plan_adder *added)
{
    const char *const files[][2] = {{source, text}, {NULL, NULL}};
    static const char *const none[][5] = {{NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = none, .files = files};

    added->text[0] = '\0';
    assert_int_equal(plugin("xen_domains")->plan(added, &h.gather, NULL), 0);
}

static void test_domains(void **state)
{
    struct plan_adder added = {""};

    (void)state;
    domains_of("domain-names",
               "domain 0 00000000-0000-0000-0000-000000000000\n"
               "domain 3 " UUID "\nname 3 web\nname 0 Domain-0\n",
               &added);
    assert_string_equal(
        added.text,
        FOLDER("0", "Domain-0") FOLDER("3", "web") BY_ID(
            "3",
            "web") "d3-xend /var/lib/xend/domains/" UUID
                   "/*.sxp > domains/3-web\n"
                   "d3-cfg /etc/xen/web.cfg* > domains/3-web\n"
                   "d3-cfg-classic /etc/xen/web > domains/3-web\n"
                   "d3-cfg-auto /etc/xen/auto/web* > domains/3-web\n"
                   "d3-cfg-suse /etc/xen/vm/web* > domains/3-web\n"
                   "d3-libvirt /etc/libvirt/libxl/web.xml > domains/3-web\n"
                   "d3-libvirt-run /run/libvirt/libxl/web.xml > "
                   "domains/3-web\n" BOOTLOADER(
                       "3",
                       "web") "d3-xl-log /var/log/xen/xl-web.log* > "
                              "domains/3-web\n"
                              "d3-qemu-log /var/log/xen/qemu-dm-web.log* > "
                              "domains/3-web\n"
                              "d3-console /var/log/xen/console/guest-web.log* "
                              "> domains/3-web\n"
                              "d3-libvirt-log /var/log/libvirt/libxl/web.log* "
                              "> domains/3-web\n"
                              "xl-network-list-1 xl network-list 3 > \n"
                              "xl-block-list-1 xl block-list 3 > \n" LONG_LIST
                                  LONG("0", "Domain-0") LONG("3", "web"));
}

/* What a guest is called leads nowhere, and a domain that xenstore does not
 * know has its folder too. */
static void test_domains_hostile(void **state)
{
    static const char lists[] =
        "xl-network-list-1 xl network-list 4 > \n"
        "xl-block-list-1 xl block-list 4 > \n" LONG_LIST;
    static const struct {
        const char *name, *member;
    } rows[] = {
        {"../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"},
        {"a*b", "a%2Ab"},
        {"a b\x1b[2J", "a%20b%1B%5B2J"},
        {".hidden", ".hidden"},
        {"-rf", "-rf"},
    };
    struct plan_adder added = {""};
    char text[200], want[2000];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(text, sizeof(text), "name 4 %s\n", rows[i].name);
        domains_of("domain-names", text, &added);
        snprintf(want, sizeof(want),
                 FOLDER("4", "%1$s") BY_ID("4", "%1$s")
                     BOOTLOADER("4", "%1$s") "%2$s" LONG("4", "%1$s"),
                 rows[i].member, lists);
        assert_string_equal(added.text, want);
    }
    domains_of("domain-names", "domain 4 " UUID "\n", &added);
    assert_non_null(strstr(added.text, " > domains/4-unnamed/domain.json\n"));
    /* Numbers that no domain has, and lines that are none. */
    domains_of("domain-names", "name 99999 a\nname -1 b\nname x c\nname\n\n",
               &added);
    assert_string_equal(added.text, LONG_LIST);
    /* libxl would write to xenstore, if asked for dom0. */
    domains_of("domain-names",
               "name 0 Domain-0\nname 3 a\nname 4 b\nno-target 0\n", &added);
    assert_null(strstr(added.text, "xl list -l > "));
    assert_null(strstr(added.text, "xl list -l 0"));
    assert_null(strstr(added.text, "xm list"));
    assert_non_null(strstr(added.text, LONG("3", "a") LONG("4", "b")));
    domains_of("domain-names", "name 0 Domain-0\n", &added);
    assert_string_equal(added.text, FOLDER("0", "Domain-0"));
}

/* Where the probe cannot start, the toolstack is asked. */
static void test_domains_listed(void **state)
{
    struct plan_adder added = {""};

    (void)state;
    domains_of("xl",
               "Name  ID Mem VCPUs\tState\tTime(s) UUID Reason-Code\n"
               "my guest  7  128  1  -b----  3.9 " UUID "  -   -\n",
               &added);
    assert_non_null(strstr(added.text, " > domains/7-my%20guest/domain.json"));
    assert_non_null(strstr(added.text, "/var/lib/xend/domains/" UUID "/"));
    domains_of("xm",
               "Name                ID Mem(MiB) VCPUs State  Time(s)\n"
               "Domain-0             0     512     1 r-----     35.7\n"
               "old                 12     128     1 -b----      3.9\n",
               &added);
    assert_non_null(strstr(added.text, " > domains/0-Domain-0/domain.json"));
    assert_non_null(strstr(added.text, "/etc/xen/vm/old* > domains/12-old"));
}

/* A lost backend ends the plan with the backend's error. */
static void test_lost(void **state)
{
    static const char *const none[][5] = {{NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = none, .error = -EPIPE};
    struct plan_adder added = {""};
    struct err err = ERR_INIT;

    (void)state;
    for (size_t n = 0; plugin_builtins[n]; n++) {
        if (plugin_builtins[n]->plan)
            assert_int_equal(plugin_builtins[n]->plan(&added, &h.gather, &err),
                             -EPIPE);
    }
    assert_string_equal(err.text, "lost");
    assert_string_equal(added.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_faults_are_seen),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_no_doors),
        cmocka_unit_test(test_fallbacks),
        cmocka_unit_test(test_net),
        cmocka_unit_test(test_nic),
        cmocka_unit_test(test_ovs),
        cmocka_unit_test(test_process),
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_domains_hostile),
        cmocka_unit_test(test_domains_listed),
        cmocka_unit_test(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
