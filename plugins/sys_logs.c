/* sys_logs.c: dom0's general logs, the newest part of each, with rotations. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "journal",
     .argv = {"journalctl", "--no-pager", "-q", "-o", "short-precise", "-b",
              "0", "-n", "200000"},
     .since = "--since=@",
     .max_bytes = 64 << 20},
    {.name = "journal-last-boot",
     .argv = {"journalctl", "--no-pager", "-q", "-o", "short-precise", "-b",
              "-1", "-n", "200000"},
     .since = "--since=@",
     .max_bytes = 64 << 20},
    {.name = "journal-boots",
     .argv = {"journalctl", "--no-pager", "-q", "--list-boots"},
     .max_bytes = 1 << 20},
    {.name = "messages", .glob = "/var/log/messages*", .rotated = true},
    {.name = "syslog", .glob = "/var/log/syslog*", .rotated = true},
    {.name = "kern", .glob = "/var/log/kern.log*", .rotated = true},
    {.name = "daemon", .glob = "/var/log/daemon.log*", .rotated = true},
    {.name = "debug", .glob = "/var/log/debug*", .rotated = true},
    {.name = "boot-dmesg", .glob = "/var/log/dmesg*", .rotated = true},
    {.name = "boot", .glob = "/var/log/boot.log*", .rotated = true},
    {.name = "boot-msg", .file = "/var/log/boot.msg"},
    {.name = "warn", .glob = "/var/log/warn*", .rotated = true},
    {.name = "cron", .glob = "/var/log/cron*", .rotated = true},
    {.name = "auth", .glob = "/var/log/auth.log*", .rotated = true},
    {.name = "secure", .glob = "/var/log/secure*", .rotated = true},
    {.name = "last", .argv = {"last", "-w", "-x", "-n", "200"}},
    {.name = "mcelog", .file = "/var/log/mcelog"},
    {.name = NULL},
};

const struct plugin plugin_sys_logs = {
    .name = "sys_logs",
    .summary = "the journal and dom0's general logs",
    .priority = PRIO_LOGS,
    .privacy = PRIVACY_YES,
    .max_bytes = 32 << 20,
    .timeout_ms = 120000,
    .items = items,
};
