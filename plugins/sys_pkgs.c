/* sys_pkgs.c: installed versions.  All packages, not only Xen's: the library
 * or firmware at fault is the one nobody thought of. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "release", .glob = "/etc/*[-_]release"},
    {.name = "debian-version", .file = "/etc/debian_version"},
    {.name = "dpkg",
     .argv = {"dpkg-query", "-W", "-f",
              "${Package}\\t${Version}\\t${Architecture}\\t${Status}\\n"}},
    /* The newest first. */
    {.name = "rpm", .argv = {"rpm", "-qa", "--last"}},
    {.name = "apk", .argv = {"apk", "info", "-v"}},
    {.name = "pacman", .argv = {"pacman", "-Q"}},
    {.name = "dpkg-log",
     .glob = "/var/log/dpkg.log*",
     .rotated = true,
     .priority = PRIO_LAST},
    {.name = "dnf-log",
     .glob = "/var/log/dnf.rpm.log*",
     .rotated = true,
     .priority = PRIO_LAST},
    {.name = "zypp-history",
     .file = "/var/log/zypp/history",
     .priority = PRIO_LAST},
    {.name = NULL},
};

const struct plugin plugin_sys_pkgs = {
    .name = "sys_pkgs",
    .summary = "the distribution and its installed packages",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_IF_CUSTOMIZED,
    .max_bytes = 4 << 20,
    .timeout_ms = 30000,
    .items = items,
};
