/* xen_logs.c: all logs that Xen and its toolstacks write. */
#include "plugins/plugin.h"

static const struct item items[] = {
    /* xl-*, qemu-dm-*, xend*, xenstored*, xen-hotplug, bootloader.*, and
     * console/, which holds what guests print */
    {.name = "var-log-xen", .tree = "/var/log/xen"},
    /* xend of Xen 3.0 wrote beside the folder, and so do some scripts. */
    {.name = "xend", .glob = "/var/log/xend.log*", .rotated = true},
    {.name = "xend-debug", .glob = "/var/log/xend-debug.log*", .rotated = true},
    {.name = "xen-hotplug",
     .glob = "/var/log/xen-hotplug.log*",
     .rotated = true},
    {.name = "xenstored", .glob = "/var/log/xenstored*.log*", .rotated = true},
    {.name = "libvirt-libxl", .tree = "/var/log/libvirt/libxl"},
    {.name = "libvirt", .glob = "/var/log/libvirt/*.log*", .rotated = true},
    /* vTPMs, and the tool that many create their domains with. */
    {.name = "swtpm", .tree = "/var/log/swtpm"},
    {.name = "virt-manager", .glob = "/root/.cache/virt-manager/*.log*"},
    {.name = "virt-manager-old", .glob = "/root/.virt-manager/*.log*"},
    {.name = NULL},
};

const struct plugin plugin_xen_logs = {
    .name = "xen_logs",
    .summary = "logs of Xen, its toolstacks and its guests' consoles",
    .priority = PRIO_DOMAINS,
    .privacy = PRIVACY_YES,
    .max_bytes = 32 << 20,
    .timeout_ms = 60000,
    .items = items,
};
