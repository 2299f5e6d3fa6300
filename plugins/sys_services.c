/* sys_services.c: what is started, when, and as whom.
 *
 * Not "service --status-all": it runs every init script. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "units",
     .argv = {"systemctl", "list-units", "--no-pager", "--all", "--full"}},
    {.name = "unit-files",
     .argv = {"systemctl", "list-unit-files", "--no-pager", "--full"}},
    {.name = "timers",
     .argv = {"systemctl", "list-timers", "--no-pager", "--all"}},
    {.name = "rc-status", .argv = {"rc-status", "-a"}},
    {.name = "chkconfig", .argv = {"chkconfig", "--list"}},
    {.name = "rc-links",
     .argv = {"find", "/etc", "-ignore_readdir_race", "-mindepth", "1", "-path",
              "/etc/rc*", "-ls", "-o", "-prune"}},
    {.name = "systemd", .tree = "/etc/systemd"},
    {.name = "inittab", .file = "/etc/inittab"},
    {.name = "rc-local", .glob = "/etc/rc*local"},
    {.name = "openrc", .file = "/etc/rc.conf"},
    {.name = "crontab", .file = "/etc/crontab"},
    {.name = "cron-d", .glob = "/etc/cron.d/*"},
    {.name = "logrotate", .file = "/etc/logrotate.conf"},
    {.name = "logrotate-d", .glob = "/etc/logrotate.d/*"},
    {.name = "rsyslog", .file = "/etc/rsyslog.conf"},
    {.name = "rsyslog-d", .glob = "/etc/rsyslog.d/*.conf"},
    {.name = "sshd", .file = "/etc/ssh/sshd_config"},
    {.name = "pam", .glob = "/etc/pam.d/*"},
    {.name = "nsswitch", .file = "/etc/nsswitch.conf"},
    {.name = "selinux", .file = "/etc/selinux/config"},
    {.name = "selinux-enforce", .file = "/sys/fs/selinux/enforce"},
    {.name = "apparmor", .file = "/sys/kernel/security/apparmor/profiles"},
    {.name = "cgroups", .file = "/proc/cgroups"},
    {.name = NULL},
};

const struct plugin plugin_sys_services = {
    .name = "sys_services",
    .summary = "services, timers, logging and login configuration",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_IF_CUSTOMIZED,
    .max_bytes = 1 << 20,
    .timeout_ms = 15000,
    .items = items,
};
