/* sys_load.c: how busy the host was before anybody looked. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "sar", .argv = {"sar", "-A"}},
    /* Yesterday and before, as text. */
    {.name = "sar-rh", .glob = "/var/log/sa/sar[0-9]*", .rotated = true},
    {.name = "sar-debian",
     .glob = "/var/log/sysstat/sar[0-9]*",
     .rotated = true},
    {.name = "monitor-memory",
     .glob = "/var/log/monitor_memory.log*",
     .rotated = true},
    {.name = NULL},
};

const struct plugin plugin_sys_load = {
    .name = "sys_load",
    .summary = "the load of the last days, where sysstat keeps it",
    .priority = PRIO_LAST,
    .privacy = PRIVACY_NO,
    .max_bytes = 8 << 20,
    .timeout_ms = 30000,
    .items = items,
};
