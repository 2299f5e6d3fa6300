/* sys_time.c: the clocks and who sets them.
 *
 * Not timedatectl: it starts a daemon.  chronyc and ntpq ask the daemon on this
 * machine, by address. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "chronyc-tracking", .argv = {"chronyc", "-n", "tracking"}},
    {.name = "chronyc-sources", .argv = {"chronyc", "-n", "sources", "-v"}},
    {.name = "chronyc-stats", .argv = {"chronyc", "-n", "sourcestats", "-v"}},
    {.name = "chronyc-activity", .argv = {"chronyc", "-n", "activity"}},
    {.name = "chronyc-rtc", .argv = {"chronyc", "-n", "rtcdata"}},
    {.name = "chronyc-ntpdata", .argv = {"chronyc", "-n", "ntpdata"}},
    {.name = "chronyc-clients", .argv = {"chronyc", "-n", "clients"}},
    {.name = "chronyc-serverstats", .argv = {"chronyc", "-n", "serverstats"}},
    {.name = "chronyc-smoothing", .argv = {"chronyc", "-n", "smoothing"}},
    {.name = "ntpq", .argv = {"ntpq", "-pn"}},
    {.name = "chrony-conf", .file = "/etc/chrony.conf"},
    {.name = "chrony-conf-debian", .file = "/etc/chrony/chrony.conf"},
    {.name = "chrony-conf-d", .glob = "/etc/chrony/conf.d/*.conf"},
    {.name = "ntp-conf", .file = "/etc/ntp.conf"},
    {.name = "ntpsec-conf", .file = "/etc/ntpsec/ntp.conf"},
    {.name = "ntp-drift", .glob = "/var/lib/ntp*/*drift"},
    {.name = "timesyncd", .file = "/etc/systemd/timesyncd.conf"},
    {.name = "adjtime", .file = "/etc/adjtime"},
    {.name = "timezone", .file = "/etc/timezone"},
    {.name = "rtc", .file = "/proc/driver/rtc"},
    {.name = "rtc-epoch", .glob = "/sys/class/rtc/rtc*/since_epoch"},
    {.name = "timer-list", .file = "/proc/timer_list"},
    {.name = "clockevents",
     .glob = "/sys/devices/system/clockevents/*/current_device"},
    {.name = "wallclock", .glob = "/proc/sys/xen/*"},
    {.name = NULL},
};

const struct plugin plugin_sys_time = {
    .name = "sys_time",
    .summary = "clocks, time daemons and their sources",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 1 << 20,
    .timeout_ms = 10000,
    .items = items,
};
