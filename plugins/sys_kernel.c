/* sys_kernel.c: dom0's kernel: messages, command line, modules, settings. */
#include "plugins/plugin.h"

/* Groups of sysctl that bear on Xen.  Not all: net.ipv4.tcp_fastopen_key,
 * net.ipv6.conf.*.stable_secret and net.core.netdev_rss_key are keys. */
/* Without those of huge pages, which a dom0 has not: they end sysctl with an
 * error there. */
#define SYSCTL_WANTED                                                          \
    "^(dev|fs|kernel|xen)[.]|^vm[.]([a-mo-z]|n[^r]|nr_[^ho])|"                 \
    "^net[.](bridge|netfilter)[.]|"                                            \
    "^net[.]core[.]([a-mo-z]|netdev_[a-qs-z])|"                                \
    "^net[.]ipv[46][.](ip_|route[.]|neigh[.]default[.]gc_)|"                   \
    "^net[.]ipv[46][.]conf[.].*[.](arp_|rp_filter|forwarding|proxy_|accept_|"  \
    "disable_)"
#define SYSCTL_FS                                                              \
    "fs.aio-max-nr", "fs.aio-nr", "fs.file-max", "fs.file-nr", "fs.inode-nr",  \
        "fs.inotify", "fs.nr_open"

static const struct item items[] = {
    {.name = "dmesg",
     .argv = {"dmesg"},
     .max_bytes = 8 << 20,
     .privacy = PRIVACY_MAYBE},
    {.name = "version", .file = "/proc/version"},
    {.name = "osrelease", .file = "/proc/sys/kernel/osrelease"},
    {.name = "hostname",
     .file = "/proc/sys/kernel/hostname",
     .privacy = PRIVACY_YES},
    {.name = "cmdline", .file = "/proc/cmdline", .privacy = PRIVACY_MAYBE},
    {.name = "tainted", .file = "/proc/sys/kernel/tainted"},
    {.name = "modules", .file = "/proc/modules"},
    {.name = "interrupts", .file = "/proc/interrupts"},
    {.name = "softirqs", .file = "/proc/softirqs"},
    {.name = "cpuinfo", .file = "/proc/cpuinfo"},
    {.name = "stat", .file = "/proc/stat"},
    {.name = "uptime", .file = "/proc/uptime"},
    {.name = "loadavg", .file = "/proc/loadavg"},
    {.name = "devices", .file = "/proc/devices"},
    {.name = "misc", .file = "/proc/misc"},
    {.name = "filesystems", .file = "/proc/filesystems"},
    {.name = "consoles", .file = "/proc/consoles"},
    {.name = "iomem", .file = "/proc/iomem"},
    {.name = "ioports", .file = "/proc/ioports"},
    {.name = "clocksource",
     .glob = "/sys/devices/system/clocksource/clocksource0/*_clocksource"},
    {.name = "vulnerabilities",
     .glob = "/sys/devices/system/cpu/vulnerabilities/*"},
    /* Never all (-a): fs/binfmt_misc is a point of automount, and looking into
     * it mounts there, for which a module may be loaded. */
    {.name = "sysctl",
     .argv = {"sysctl", "-e", "--pattern", SYSCTL_WANTED, "dev", "kernel",
              "net", "vm", "xen", SYSCTL_FS},
     .privacy = PRIVACY_MAYBE},
    /* Busybox knows no patterns, and fails where one of the folders is not. */
    {.name = "sysctl-plain",
     .argv = {"sysctl", "dev", "kernel", "net.ipv4.ip_forward", "vm",
              SYSCTL_FS},
     .instead_of = "sysctl",
     .privacy = PRIVACY_MAYBE},
    {.name = "bridge-nf", .glob = "/proc/sys/net/bridge/bridge-nf-call-*"},
    {.name = "sysctl-conf", .file = "/etc/sysctl.conf"},
    {.name = "sysctl-d", .glob = "/etc/sysctl.d/*.conf"},
    {.name = "modprobe-conf", .file = "/etc/modprobe.conf"},
    {.name = "modprobe-d", .glob = "/etc/modprobe.d/*"},
    {.name = "modules-conf", .file = "/etc/modules"},
    {.name = "config",
     .file = "/proc/config.gz",
     .priority = PRIO_LAST,
     .max_bytes = 512 << 10},
    {.name = "module-versions", .glob = "/sys/module/*/version"},
    {.name = "xen-parameters", .glob = "/sys/module/xen*/parameters/*"},
    {.name = "livepatch", .glob = "/sys/kernel/livepatch/*/enabled"},
    {.name = "kpatch", .argv = {"kpatch", "list"}},
    {.name = "schedstat", .file = "/proc/schedstat"},
    {.name = "sched-debug", .file = "/sys/kernel/debug/sched/debug"},
    {.name = "irq-affinity", .glob = "/proc/irq/*/smp_affinity_list"},
    {.name = "limits", .file = "/etc/security/limits.conf"},
    {.name = "limits-d", .glob = "/etc/security/limits.d/*"},
    {.name = "modules-load-d", .glob = "/etc/modules-load.d/*"},
    {.name = NULL},
};

const struct plugin plugin_sys_kernel = {
    .name = "sys_kernel",
    .summary = "dom0's kernel: messages, command line, modules, settings",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_IF_CUSTOMIZED,
    .max_bytes = 2 << 20,
    .timeout_ms = 10000,
    .items = items,
};
