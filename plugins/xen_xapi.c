/* xen_xapi.c: XenServer and XCP-ng: xapi's objects, its files and its logs.
 *
 * Not "xe pool-dump-database": it writes a file; state.db is the same.  No
 * signals to tapdisk, and no log deleted, unlike what XenServer's own does. */
#include "plugins/plugin.h"

#define XE_LIST(what)                                                          \
    {                                                                          \
        .name = "xe-" what, .argv = {"xe", what "-list", "params=all"},        \
        .privacy = PRIVACY_YES                                                 \
    }
#define XAPI_LOG(id, file)                                                     \
    {                                                                          \
        .name = id, .glob = "/var/log/" file "*", .rotated = true,             \
        .priority = PRIO_LOGS                                                  \
    }

static const struct item items[] = {
    XE_LIST("pool"),
    XE_LIST("host"),
    XE_LIST("vm"),
    XE_LIST("sr"),
    XE_LIST("pbd"),
    XE_LIST("vdi"),
    XE_LIST("vbd"),
    XE_LIST("vif"),
    XE_LIST("network"),
    XE_LIST("pif"),
    XE_LIST("bond"),
    XE_LIST("vlan"),
    XE_LIST("task"),
    XE_LIST("update"),
    {.name = "xe-patch", .argv = {"xe", "patch-list"}},
    {.name = "xe-message", .argv = {"xe", "message-list"}},
    {.name = "list-domains", .argv = {"list_domains", "-all"}},
    {.name = "static-vdis", .argv = {"static-vdis", "list"}},
    {.name = "inventory", .file = "/etc/xensource-inventory"},
    {.name = "etc", .tree = "/etc/xensource", .max_depth = 4},
    {.name = "xapi-conf", .file = "/etc/xapi.conf"},
    {.name = "xapi-conf-d", .glob = "/etc/xapi.conf.d/*"},
    {.name = "xenopsd-conf", .file = "/etc/xenopsd.conf"},
    {.name = "xenopsd-conf-d", .glob = "/etc/xenopsd.conf.d/*"},
    {.name = "state-db", .file = "/var/xapi/state.db", .head = true},
    {.name = "state-db-lib", .file = "/var/lib/xcp/state.db", .head = true},
    {.name = "local-db", .file = "/var/xapi/local.db", .head = true},
    {.name = "network-db", .glob = "/var/xapi/network*.db*"},
    {.name = "networkd-db", .file = "/var/lib/xcp/networkd.db"},
    {.name = "opt-list",
     .argv = {"find", "/opt", "-ignore_readdir_race", "-mindepth", "1",
              "-regex", "/opt/xensource\\(/.*\\)?", "-not", "-fstype", "autofs",
              "-ls", "-o", "-prune"}},
    /* Patches, screenshots and dumps: that they are there, not what is in
     * them. */
    {.name = "var-list",
     .argv = {"find", "/var", "-ignore_readdir_race", "-mindepth", "1",
              "-regex", "/var/\\(xapi\\(/.*\\)?\\|xen\\(/.*\\)?\\)", "-not",
              "-fstype", "autofs", "-ls", "-o", "-prune"}},
    {.name = "sr-mounts",
     .argv = {"find", "/run", "-ignore_readdir_race", "-mindepth", "1",
              "-maxdepth", "2", "-regex", "/run/sr-mount\\(/.*\\)?", "-ls",
              "-o", "-prune"}},
    XAPI_LOG("xensource-log", "xensource.log"),
    XAPI_LOG("smlog", "SMlog"),
    XAPI_LOG("audit-log", "audit.log"),
    XAPI_LOG("xenstored-access", "xenstored-access.log"),
    XAPI_LOG("squeezed", "squeezed.log"),
    XAPI_LOG("xha", "xha.log"),
    XAPI_LOG("telemetry", "telemetry/"),
    XAPI_LOG("isl-trace", "isl_trace.log"),
    XAPI_LOG("xcp-rrdd", "xcp-rrdd-plugins.log"),
    XAPI_LOG("v6d", "v6d.log"),
    XAPI_LOG("user", "user.log"),
    XAPI_LOG("crit", "crit.log"),
    XAPI_LOG("install", "installer/install-log"),
    XAPI_LOG("blktap", "blktap/"),
    XAPI_LOG("blktap-log", "blktap.log"),
    XAPI_LOG("tapback", "tapback/"),
    XAPI_LOG("openvswitch", "openvswitch/"),
    {.name = NULL},
};

const struct plugin plugin_xen_xapi = {
    .name = "xen_xapi",
    .summary = "XenServer and XCP-ng: xapi's objects, database and logs",
    .priority = PRIO_TOOLSTACK,
    .privacy = PRIVACY_YES,
    .max_bytes = 32 << 20,
    .timeout_ms = 30000,
    .items = items,
};
