/* sys_memory.c: dom0's memory: how much, in what pieces, ballooned or not. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "meminfo", .file = "/proc/meminfo"},
    {.name = "buddyinfo", .file = "/proc/buddyinfo"},
    {.name = "vmstat", .file = "/proc/vmstat"},
    {.name = "slabinfo", .file = "/proc/slabinfo"},
    {.name = "zoneinfo", .file = "/proc/zoneinfo"},
    {.name = "pagetypeinfo", .file = "/proc/pagetypeinfo"},
    {.name = "vmallocinfo", .file = "/proc/vmallocinfo"},
    {.name = "ksm", .glob = "/sys/kernel/mm/ksm/*"},
    {.name = "lru-gen", .glob = "/sys/kernel/mm/lru_gen/*"},
    {.name = "huge-pools", .glob = "/sys/kernel/mm/hugepages/*/*"},
    {.name = "node-numastat",
     .glob = "/sys/devices/system/node/node*/numastat"},
    {.name = "node-vmstat", .glob = "/sys/devices/system/node/node*/vmstat"},
    {.name = "lsmem", .argv = {"lsmem"}},
    {.name = "swaps", .file = "/proc/swaps"},
    {.name = "pressure", .glob = "/proc/pressure/*"},
    /* The balloon driver; /proc/xen/balloon on old kernels. */
    {.name = "balloon", .glob = "/sys/devices/system/xen_memory/xen_memory0/*"},
    {.name = "balloon-info",
     .glob = "/sys/devices/system/xen_memory/xen_memory0/info/*"},
    {.name = "node-meminfo", .glob = "/sys/devices/system/node/node*/meminfo"},
    {.name = "hugepages", .glob = "/sys/kernel/mm/transparent_hugepage/[de]*"},
    {.name = NULL},
};

const struct plugin plugin_sys_memory = {
    .name = "sys_memory",
    .summary = "dom0's memory and balloon",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_NO,
    .max_bytes = 2 << 20,
    .timeout_ms = 10000,
    .items = items,
};
