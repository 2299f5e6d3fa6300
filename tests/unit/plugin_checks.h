/* plugin_checks.h: what an item may run on a host, and what it must name.
 * Included by one test each, so all is static. */
#ifndef XB_TEST_PLUGIN_CHECKS_H
#define XB_TEST_PLUGIN_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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
    {"last", {"-w"}},
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
        /* To last, -w is whole names. */
        if (one_of(i->argv[k], never) && strcmp(i->argv[0], "last") != 0)
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

#endif
