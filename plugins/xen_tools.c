/* xen_tools.c: Xen's smaller programs: processors, microcode, live patches,
 * parameters, load.  Each asks Xen by itself; none changes a setting. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "xenpm-topology", .argv = {"xenpm", "get-cpu-topology"}},
    {.name = "xenpm-cpuidle", .argv = {"xenpm", "get-cpuidle-states"}},
    {.name = "xenpm-cpufreq", .argv = {"xenpm", "get-cpufreq-states"}},
    {.name = "xenpm-cpufreq-para", .argv = {"xenpm", "get-cpufreq-para"}},
    {.name = "xen-cpuid", .argv = {"xen-cpuid", "-v"}},
    {.name = "xen-cpuid-detail",
     .argv = {"xen-cpuid", "-d"},
     .instead_of = "xen-cpuid"},
    {.name = "xen-cpuid-policy", .argv = {"xen-cpuid", "-p"}},
    {.name = "xen-livepatch", .argv = {"xen-livepatch", "list"}},
    /* Before Xen 4.18 that is a file to load; there is none of that name, for
     * commands are started in the root folder. */
    {.name = "xen-ucode",
     .argv = {"xen-ucode", "show-cpu-info"},
     .lacks = "Could not open show-cpu-info"},
    {.name = "xenhypfs", .argv = {"xenhypfs", "tree"}},
    /* How Xen was configured when it was built. */
    {.name = "xenhypfs-config",
     .argv = {"xenhypfs", "cat", "/buildinfo/config"}},
    {.name = "xentop",
     .argv = {"xentop", "-b", "-f", "-i", "2", "-d"},
     .interval = true},
    /* Both look at every CPU's counters; on a busy host that is felt. */
    {.name = "xenperf", .argv = {"xenperf"}, .on_request = true},
    {.name = "xenlockprof", .argv = {"xenlockprof"}, .on_request = true},
    {.name = "tap-ctl", .argv = {"tap-ctl", "list"}, .privacy = PRIVACY_YES},
    {.name = "netback-debug", .tree = "/sys/kernel/debug/xen-netback"},
    {.name = "xen-debug", .tree = "/sys/kernel/debug/xen", .max_depth = 3},
    {.name = "xsversion", .file = "/proc/xsversion"},
    /* The kernel's own notes: entry point, features, build id. */
    {.name = "kernel-notes", .file = "/sys/kernel/notes"},
    {.name = NULL},
};

const struct plugin plugin_xen_tools = {
    .name = "xen_tools",
    .summary = "processors, microcode, live patches, parameters, load",
    .priority = PRIO_TOOLSTACK,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 4 << 20,
    .timeout_ms = 20000,
    .items = items,
};
