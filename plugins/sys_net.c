/* sys_net.c: bridges, links, addresses, routes, and firewall counters.
 *
 * Listing a firewall loads its modules, so each such item names them and runs
 * only where they are loaded already. */
#include "plugins/plugin.h"

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "plugins/ask.h"

#include <stdio.h>
#include <string.h>

#define MAX_BRIDGES 64

/* What iptables over nf_tables is made of. */
static const char *const nft_programs[] = {
    "/usr/sbin/xtables-nft-multi", "/sbin/xtables-nft-multi",
    "/usr/bin/xtables-nft-multi",
    "/run/current-system/sw/bin/xtables-nft-multi"};

#define SS "inet_diag"

static const struct item items[] = {
    {.name = "bridge-link", .argv = {"bridge", "-d", "-s", "link", "show"}},
    {.name = "bridge-fdb", .argv = {"bridge", "-s", "fdb", "show"}},
    {.name = "bridge-mdb", .argv = {"bridge", "-d", "mdb", "show"}},
    {.name = "bridge-vlan", .argv = {"bridge", "-d", "vlan", "show"}},
    /* The bridge ioctl loads the module. */
    {.name = "brctl-show", .argv = {"brctl", "show"}, .modules = {"bridge"}},
    {.name = "network-bridge-status",
     .argv = {"network-bridge", "status"},
     .modules = {"bridge"}},
    {.name = "bridge-id", .glob = "/sys/class/net/*/bridge/bridge_id"},
    {.name = "bridge-stp", .glob = "/sys/class/net/*/bridge/stp_state"},
    {.name = "bridge-delay", .glob = "/sys/class/net/*/bridge/forward_delay"},
    {.name = "bridge-ports", .glob = "/sys/class/net/*/brif/*/state"},
    {.name = "bridge-nf", .glob = "/proc/sys/net/bridge/*"},

    {.name = "ip-link", .argv = {"ip", "-d", "-s", "-s", "link", "show"}},
    {.name = "ip-link-plain",
     .argv = {"ip", "link", "show"},
     .instead_of = "ip-link"},
    {.name = "ip-addr", .argv = {"ip", "addr", "show"}},
    {.name = "ifconfig", .argv = {"ifconfig", "-a"}, .instead_of = "ip-addr"},
    {.name = "ip-route", .argv = {"ip", "route", "show", "table", "all"}},
    {.name = "ip-6-route",
     .argv = {"ip", "-6", "route", "show", "table", "all"}},
    {.name = "ip-rule", .argv = {"ip", "rule", "show"}},
    {.name = "ip-6-rule", .argv = {"ip", "-6", "rule", "show"}},
    {.name = "ip-neigh", .argv = {"ip", "-s", "neigh", "show"}},
    /* Multicast routing; ip prints the same. */
    {.name = "mroute", .glob = "/proc/net/ip*_mr_*"},
    {.name = "ip-maddr", .argv = {"ip", "maddr", "show"}},
    {.name = "ip-ntable", .argv = {"ip", "ntable", "show"}},
    {.name = "ip-netns", .argv = {"ip", "netns", "list"}},
    {.name = "tc-qdisc", .argv = {"tc", "-s", "qdisc", "show"}},
    {.name = "dev", .file = "/proc/net/dev"},
    {.name = "route", .file = "/proc/net/route"},
    {.name = "bonding", .glob = "/proc/net/bonding/*"},
    {.name = "vlan", .glob = "/proc/net/vlan/*"},
    {.name = "netstat", .file = "/proc/net/netstat"},
    {.name = "snmp", .file = "/proc/net/snmp"},
    {.name = "snmp6", .file = "/proc/net/snmp6"},
    {.name = "sockstat", .glob = "/proc/net/sockstat*"},
    {.name = "protocols", .file = "/proc/net/protocols"},
    {.name = "packet", .file = "/proc/net/packet"},
    {.name = "softnet-stat", .file = "/proc/net/softnet_stat"},
    /* ss asks through modules of its own; the tables hold the same but for
     * timers and memory. */
    {.name = "ss-summary", .argv = {"ss", "-s"}, .modules = {SS}},
    {.name = "ss-tcp",
     .argv = {"ss", "-ntaieopm"},
     .modules = {SS, "tcp_diag"}},
    {.name = "ss-udp", .argv = {"ss", "-nuaepm"}, .modules = {SS, "udp_diag"}},
    {.name = "ss-unix", .argv = {"ss", "-nxap"}, .modules = {SS, "unix_diag"}},
    {.name = "tcp", .glob = "/proc/net/tcp*"},
    {.name = "udp", .glob = "/proc/net/udp*"},
    {.name = "unix", .file = "/proc/net/unix"},
    {.name = "nic-vendor", .glob = "/sys/class/net/*/device/vendor"},
    {.name = "nic-mtu", .glob = "/sys/class/net/*/mtu"},
    {.name = "bond", .glob = "/sys/class/net/*/bonding/*"},
    {.name = "vif-features",
     .glob = "/sys/bus/xen-backend/devices/vif-*/nodename"},
    {.name = "vif-state", .glob = "/sys/class/net/vif*/operstate"},

    {.name = "nft",
     .argv = {"nft", "list", "ruleset"},
     .modules = {"nf_tables"}},
    {.name = "iptables-legacy",
     .argv = {"iptables-legacy-save", "-c"},
     .modules = {"ip_tables", "iptable_filter"}},
    {.name = "ip6tables-legacy",
     .argv = {"ip6tables-legacy-save", "-c"},
     .modules = {"ip6_tables", "ip6table_filter"}},
    {.name = "ebtables-legacy",
     .argv = {"ebtables-legacy", "-L", "--Lc"},
     .modules = {"ebtables", "ebtable_filter"}},
    {.name = "arptables-legacy",
     .argv = {"arptables-legacy", "-nvL"},
     .modules = {"arp_tables", "arptable_filter"}},
    {.name = "ipset", .argv = {"ipset", "list"}, .modules = {"ip_set"}},
    {.name = "conntrack-count",
     .glob = "/proc/sys/net/netfilter/nf_conntrack_[cm]*"},
    {.name = "firewalld", .tree = "/etc/firewalld"},
    {.name = "ufw", .glob = "/etc/ufw/*.rules"},
    {.name = "nftables-conf", .file = "/etc/nftables.conf"},
    {.name = "ip-tables-names", .file = "/proc/net/ip_tables_names"},
    {.name = "ip6-tables-names", .file = "/proc/net/ip6_tables_names"},

    {.name = "interfaces", .file = "/etc/network/interfaces"},
    {.name = "interfaces-d", .glob = "/etc/network/interfaces.d/*"},
    {.name = "ifcfg-rh", .glob = "/etc/sysconfig/network-scripts/ifcfg-*"},
    {.name = "route-rh", .glob = "/etc/sysconfig/network-scripts/route-*"},
    {.name = "ifcfg-suse", .glob = "/etc/sysconfig/network/ifcfg-*"},
    {.name = "route-suse", .glob = "/etc/sysconfig/network/*route*"},
    {.name = "netplan", .glob = "/etc/netplan/*.yaml"},
    {.name = "nm-conf", .glob = "/etc/NetworkManager/*.conf"},
    {.name = "nm-conf-d", .glob = "/etc/NetworkManager/conf.d/*"},
    {.name = "nm-connections",
     .glob = "/etc/NetworkManager/system-connections/*"},
    {.name = "nm-devices", .glob = "/run/NetworkManager/devices/*"},
    {.name = "wicked-leases", .glob = "/var/lib/wicked/*.xml"},
    {.name = "udev-net", .glob = "/etc/udev/rules.d/*net*.rules"},
    {.name = "dhcp-leases", .glob = "/var/lib/dhc*/*.leases"},
    {.name = "dhcp-leases-xcp", .tree = "/var/lib/xcp/dhclient"},
    {.name = "dhcp-leases-nm", .glob = "/var/lib/NetworkManager/*.lease"},
    {.name = "dnsmasq", .glob = "/etc/dnsmasq*.conf"},
    {.name = "hosts-allow", .file = "/etc/hosts.allow"},
    {.name = "hosts-deny", .file = "/etc/hosts.deny"},
    {.name = "fcoe", .argv = {"fcoeadm", "-i"}, .modules = {"fcoe"}},
    {.name = "fcoe-target", .argv = {"fcoeadm", "-t"}, .modules = {"fcoe"}},
    {.name = "networkd", .glob = "/etc/systemd/network/*"},
    {.name = "hosts", .file = "/etc/hosts"},
    {.name = "resolv-conf", .file = "/etc/resolv.conf"},
    {.name = NULL},
};

/* The addresses that each bridge has learnt, for hosts whose iproute2 has no
 * "bridge".  path: /sys/class/net/BRIDGE/bridge/bridge_id. */
static void add_showmacs(struct plan_adder *adder, const char *path, unsigned n)
{
    static const char before[] = "/sys/class/net/";
    struct buf member = BUF_INIT;
    char bridge[32], name[48];
    const char *end;
    size_t len;

    if (!str_starts(path, before))
        return;
    path += sizeof(before) - 1;
    end = strchr(path, '/');
    len = end ? (size_t)(end - path) : 0;
    /* A name with a dash in front would be taken for an option. */
    if (!len || len >= sizeof(bridge) || path[0] == '-')
        return;
    memcpy(bridge, path, len);
    bridge[len] = '\0';
    snprintf(name, sizeof(name), "brctl-showmacs-%u", n);
    buf_adds(&member, "commands/sys_net/brctl-showmacs-");
    str_add_member_name(&member, bridge, false);
    buf_adds(&member, ".txt");
    plan_add(adder, &(struct item){.name = name,
                                   .argv = {"brctl", "showmacs", bridge},
                                   .member = buf_str(&member),
                                   .modules = {"bridge"}});
    buf_done(&member);
}

/* Under these names there are two programs: the old one, which needs the
 * modules named here, and the one over nf_tables, which loads that and some
 * releases of which make tables when they list ("nft" above says all that it
 * would).  They are run only where the second is not installed. */
static const struct item classic_firewall[] = {
    {.name = "iptables",
     .argv = {"iptables-save", "-c"},
     .modules = {"ip_tables", "iptable_filter"}},
    {.name = "ip6tables",
     .argv = {"ip6tables-save", "-c"},
     .modules = {"ip6_tables", "ip6table_filter"}},
    {.name = "ebtables",
     .argv = {"ebtables", "-L", "--Lc"},
     .modules = {"ebtables", "ebtable_filter"}},
    {.name = "arptables",
     .argv = {"arptables", "-nvL"},
     .modules = {"arp_tables", "arptable_filter"}},
    {.name = NULL},
};

static int plan(struct plan_adder *adder, struct gather *g, struct err *err)
{
    bool over_nft = false;
    char **bridges;
    int r;

    r = ask_paths(g, "/sys/class/net/*/bridge/bridge_id", MAX_BRIDGES, &bridges,
                  err);
    if (r)
        return r;
    for (unsigned i = 0; bridges[i]; i++)
        add_showmacs(adder, bridges[i], i + 1);
    str_list_free(bridges);

    for (size_t i = 0; i < sizeof(nft_programs) / sizeof(*nft_programs); i++) {
        r = ask_exists(g, nft_programs[i], &over_nft, err);
        if (r || over_nft)
            return r;
    }
    for (const struct item *it = classic_firewall; it->name; it++)
        plan_add(adder, it);
    return 0;
}

const struct plugin plugin_sys_net = {
    .name = "sys_net",
    .summary = "bridges, links, addresses, routes, firewall counters",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_YES,
    .max_bytes = 4 << 20,
    .timeout_ms = 10000,
    .items = items,
    .plan = plan,
};
