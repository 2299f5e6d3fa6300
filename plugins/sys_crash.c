/* sys_crash.c: what crashes left behind, as far as it is text.  Images of
 * memory are never read: only that they are there, how big and how old. */
#include "plugins/plugin.h"

/* A folder that is not there is no failure. */
#define CRASH_FOLDERS                                                          \
    "/var/\\(crash\\(/.*\\)?\\|lib\\(/systemd\\(/coredump\\(/"                 \
    ".*\\)?\\)?\\)?\\)"

static const struct item items[] = {
    {.name = "crash-list",
     .argv = {"find", "/var", "-ignore_readdir_race", "-mindepth", "1",
              "-regex", CRASH_FOLDERS, "-not", "-fstype", "autofs", "-ls", "-o",
              "-prune"}},
    {.name = "coredumpctl", .argv = {"coredumpctl", "--no-pager", "list"}},
    /* kdump, and XenServer's analyser of a crashed hypervisor */
    {.name = "crash-dmesg", .glob = "/var/crash/*/*dmesg*.txt"},
    {.name = "crash-dmesg-debian", .glob = "/var/crash/*/dmesg.*"},
    {.name = "crash-logs", .glob = "/var/crash/*/*.log"},
    {.name = "crash-texts", .glob = "/var/crash/*/README*"},
    {.name = "abrt-reason", .glob = "/var/spool/abrt/*/reason"},
    {.name = "abrt-cmdline", .glob = "/var/spool/abrt/*/cmdline"},
    {.name = "abrt-package", .glob = "/var/spool/abrt/*/package"},
    {.name = "abrt-backtrace", .glob = "/var/spool/abrt/*/*backtrace"},
    {.name = "abrt-dmesg", .glob = "/var/spool/abrt/*/dmesg"},
    {.name = "pstore", .glob = "/sys/fs/pstore/*"},
    {.name = "pstore-kept", .tree = "/var/lib/systemd/pstore"},
    {.name = "kexec", .glob = "/sys/kernel/kexec_*"},
    {.name = "kdump-conf", .file = "/etc/kdump.conf"},
    {.name = "kdump-sysconfig", .file = "/etc/sysconfig/kdump"},
    {.name = "kdump-default", .file = "/etc/default/kdump-tools"},
    {.name = NULL},
};

const struct plugin plugin_sys_crash = {
    .name = "sys_crash",
    .summary = "traces of crashes: kernel messages and reports, no memory",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 8 << 20,
    .timeout_ms = 20000,
    .items = items,
};
