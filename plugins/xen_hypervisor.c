/* xen_hypervisor.c: what Xen says of itself: by hypercall, else by xl, else by
 * xm (xl refuses where its libraries are of another release than Xen). */
#include "plugins/plugin.h"

static const struct item items[] = {
    /* The ring is 16 KiB by default, conring_size= may make it megabytes. */
    {.name = "ring",
     .probe = "console-ring",
     .member = "xen/dmesg.txt",
     .max_bytes = 4 << 20},
    /* Tools of another release than the hypervisor: xl fails with them. */
    {.name = "ring-raw",
     .probe = "console-ring-raw",
     .member = "xen/dmesg-raw.txt",
     .instead_of = "ring",
     .max_bytes = 4 << 20},
    {.name = "xl-dmesg",
     .argv = {"xl", "dmesg"},
     .instead_of = "ring-raw",
     .max_bytes = 4 << 20},
    {.name = "xm-dmesg",
     .argv = {"xm", "dmesg"},
     .instead_of = "xl-dmesg",
     .max_bytes = 4 << 20},
    {.name = "info", .probe = "info", .member = "xen/info.json"},
    {.name = "info-text",
     .made_of = "xen_hypervisor/info",
     .member = "xen/info.txt"},
    {.name = "version", .probe = "version", .member = "xen/version.json"},
    {.name = "domains", .probe = "domains", .member = "xen/domains.json"},
    {.name = "domains-text",
     .made_of = "xen_hypervisor/domains",
     .member = "xen/domains.txt"},
    {.name = "cpus", .probe = "cpus", .member = "xen/cpus.json"},
    {.name = "cpus-text",
     .made_of = "xen_hypervisor/cpus",
     .member = "xen/cpus.txt"},
    {.name = "cpupools", .probe = "cpupools", .member = "xen/cpupools.json"},
    {.name = "livepatches",
     .probe = "livepatches",
     .member = "xen/livepatches.json"},
    {.name = "debug-keys",
     .probe = "debug-keys",
     .member = "xen/debug-keys.txt",
     .debug_keys = true,
     .max_bytes = 16 << 20},
    /* Kept by some init scripts, from before the ring wrapped. */
    {.name = "boot-dmesg", .file = "/var/log/xen-dmesg", .head = true},
    {.name = "sys-hypervisor", .tree = "/sys/hypervisor", .max_depth = 4},
    /* Not the whole folder: privcmd and xenbus are doors, not sources. */
    {.name = "capabilities", .file = "/proc/xen/capabilities"},
    {.name = "balloon", .file = "/proc/xen/balloon"},
    {.name = "xsd-kva", .file = "/proc/xen/xsd_kva"},
    {.name = "xsd-port", .file = "/proc/xen/xsd_port"},
    {.name = NULL},
};

const struct plugin plugin_xen_hypervisor = {
    .name = "xen_hypervisor",
    .summary = "Xen's message ring, version, CPUs, schedulers and domains",
    .priority = PRIO_XEN,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 2 << 20,
    .timeout_ms = 20000,
    .items = items,
};
