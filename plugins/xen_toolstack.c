/* xen_toolstack.c: what the toolstack in use tells: xl, or xm with xend.
 *
 * Only subcommands that print.  Each xm line stands in for its xl line, on
 * hosts that have no xl, or one that does not fit the running Xen. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "xl-info", .argv = {"xl", "info"}},
    {.name = "xm-info", .argv = {"xm", "info"}, .instead_of = "xl-info"},
    {.name = "xl-info-n", .argv = {"xl", "info", "-n"}},
    {.name = "xm-info-n",
     .argv = {"xm", "info", "-n"},
     .instead_of = "xl-info-n"},
    {.name = "xl-list-v", .argv = {"xl", "list", "-v"}},
    {.name = "xm-list", .argv = {"xm", "list"}, .instead_of = "xl-list-v"},
    {.name = "xl-list-n", .argv = {"xl", "list", "-n"}},
    {.name = "xl-vcpu-list", .argv = {"xl", "vcpu-list"}},
    {.name = "xm-vcpu-list",
     .argv = {"xm", "vcpu-list"},
     .instead_of = "xl-vcpu-list"},
    {.name = "xl-uptime", .argv = {"xl", "uptime"}},
    {.name = "xm-uptime", .argv = {"xm", "uptime"}, .instead_of = "xl-uptime"},
    {.name = "xl-claims", .argv = {"xl", "claims"}},
    {.name = "xl-cpupool-list", .argv = {"xl", "cpupool-list", "-c"}},
    {.name = "xl-sched-credit", .argv = {"xl", "sched-credit"}},
    {.name = "xm-sched-credit",
     .argv = {"xm", "sched-credit"},
     .instead_of = "xl-sched-credit"},
    {.name = "xl-sched-credit2", .argv = {"xl", "sched-credit2"}},
    {.name = "xl-sched-rtds", .argv = {"xl", "sched-rtds"}},
    {.name = "xl-pci-assignable", .argv = {"xl", "pci-assignable-list"}},
    {.name = NULL},
};

const struct plugin plugin_xen_toolstack = {
    .name = "xen_toolstack",
    .summary = "Xen and its domains as xl or xm list them",
    .priority = PRIO_TOOLSTACK,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 8 << 20,
    .timeout_ms = 20000,
    .items = items,
};
