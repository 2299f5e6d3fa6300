/* sys_rates.c: counters that make sense as rates only, read twice.  xentop has
 * two samples of its own. */
#include "plugins/plugin.h"

#define TWICE(id, path)                                                        \
    {                                                                          \
        .name = id, .file = path, .member = "samples", .sample = true          \
    }

static const struct item items[] = {
    TWICE("interrupts", "/proc/interrupts"),
    TWICE("softirqs", "/proc/softirqs"),
    TWICE("softnet-stat", "/proc/net/softnet_stat"),
    TWICE("net-dev", "/proc/net/dev"),
    TWICE("diskstats", "/proc/diskstats"),
    TWICE("stat", "/proc/stat"),
    TWICE("vmstat", "/proc/vmstat"),
    /* The time of each virtual CPU, and what the backends have moved. */
    {.name = "domains",
     .probe = "counters",
     .member = "samples/domains.txt",
     .sample = true},
    {.name = NULL},
};

const struct plugin plugin_sys_rates = {
    .name = "sys_rates",
    .summary = "interrupts, traffic, disks and domains in two samples",
    .priority = PRIO_TOOLSTACK,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 256 << 10,
    .timeout_ms = 10000,
    .items = items,
};
