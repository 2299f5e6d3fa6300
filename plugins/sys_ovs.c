/* sys_ovs.c: Open vSwitch, in the place of bridges on XenServer and elsewhere.
 *
 * All but ovs-dpctl talk to its daemons over local sockets, with a time limit
 * of their own; where no daemon runs they end at once.  Not conf.db: it keeps
 * what was deleted, keys too, and the lists hold what counts now. */
#include "plugins/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "plugins/ask.h"

#define MAX_BRIDGES 32u
#define BRIDGE_SIZE 64u
#define LIMIT "--timeout=8"
/* A bridge may speak but one of them, and ovs-ofctl by itself the first. */
#define PROTOCOLS                                                              \
    "--protocols=OpenFlow10,OpenFlow11,OpenFlow12,OpenFlow13,OpenFlow14"

#define VSCTL_LIST(table)                                                      \
    {                                                                          \
        .name = "list-" table, .argv = { "ovs-vsctl", LIMIT, "list", table }   \
    }
#define APPCTL(id, what)                                                       \
    {                                                                          \
        .name = id, .argv = { "ovs-appctl", LIMIT, what }                      \
    }

static const struct item items[] = {
    {.name = "show", .argv = {"ovs-vsctl", LIMIT, "show"}},
    {.name = "list-switch",
     .argv = {"ovs-vsctl", LIMIT, "list", "Open_vSwitch"}},
    VSCTL_LIST("bridge"),
    VSCTL_LIST("port"),
    VSCTL_LIST("interface"),
    VSCTL_LIST("controller"),
    APPCTL("upcall", "upcall/show"),
    APPCTL("memory", "memory/show"),
    APPCTL("coverage", "coverage/show"),
    APPCTL("dpif", "dpif/show"),
    APPCTL("bond", "bond/show"),
    APPCTL("lacp", "lacp/show"),
    /* Asking for the kernel's datapath would load it. */
    {.name = "dpctl-show",
     .argv = {"ovs-dpctl", LIMIT, "-s", "show"},
     .modules = {"openvswitch"}},
    {.name = "dpctl-flows",
     .argv = {"ovs-dpctl", LIMIT, "dump-flows"},
     .modules = {"openvswitch"}},
    {.name = NULL},
};

/* To ovs-ofctl a path is a socket, and tcp:HOST a switch elsewhere. */
static bool bridge_ok(const char *name)
{
    return *name && *name != '-' && strlen(name) < BRIDGE_SIZE &&
           !strpbrk(name, "/:");
}

static void add_bridge(struct plan_adder *adder, const char *bridge, unsigned n)
{
    static const struct {
        const char *name, *argv[5];
        size_t at; /* of the bridge's name */
    } readings[] = {
        {"fdb", {"ovs-appctl", LIMIT, "fdb/show"}, 3},
        {"mdb", {"ovs-appctl", LIMIT, "mdb/show"}, 3},
        {"ports", {"ovs-ofctl", LIMIT, PROTOCOLS, "show"}, 4},
        {"flows", {"ovs-appctl", LIMIT, "bridge/dump-flows"}, 3},
        {"datapath-flows", {"ovs-appctl", LIMIT, "dpif/dump-flows"}, 3},
    };

    for (size_t i = 0; i < sizeof(readings) / sizeof(*readings); i++) {
        struct buf member = BUF_INIT;
        char name[32];
        struct item it = {.name = name, .lacks = "snooping disabled"};

        snprintf(name, sizeof(name), "%s-%u", readings[i].name, n);
        memcpy(it.argv, readings[i].argv, sizeof(readings[i].argv));
        it.argv[readings[i].at] = bridge;
        buf_addf(&member, "commands/sys_ovs/%s-", readings[i].name);
        str_add_member_name(&member, bridge, false);
        buf_adds(&member, ".txt");
        it.member = buf_str(&member);
        plan_add(adder, &it);
        buf_done(&member);
    }
}

static int plan(struct plan_adder *adder, struct gather *g, struct err *err)
{
    static const char *const argv[] = {"ovs-vsctl", LIMIT, "list-br", NULL};
    const struct request rq = {
        .kind = REQ_RUN, .argv = argv, .timeout_ms = 10000, .max_bytes = 8192};
    struct buf text = BUF_INIT;
    char *copy, *save = NULL;
    unsigned n = 0;
    int r = gather_slurp(g, &rq, &text, err);

    copy = buf_take(&text);
    for (char *line = copy ? strtok_r(copy, "\n", &save) : NULL;
         line && !r && n < MAX_BRIDGES; line = strtok_r(NULL, "\n", &save)) {
        if (bridge_ok(line))
            add_bridge(adder, line, ++n);
    }
    free(copy);
    return r;
}

const struct plugin plugin_sys_ovs = {
    .name = "sys_ovs",
    .summary = "Open vSwitch: bridges, ports, flows, state",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_YES,
    .max_bytes = 4 << 20,
    .timeout_ms = 10000,
    .items = items,
    .plan = plan,
};
