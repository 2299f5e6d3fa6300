/* sys_storage.c: block devices, loop devices and who holds them, mounts. */
#include "plugins/plugin.h"

static const struct item items[] = {
    /* Opening a loop node without the driver would load it. */
    {.name = "losetup-l", .argv = {"losetup", "-l"}, .modules = {"loop"}},
    {.name = "losetup-a", .argv = {"losetup", "-a"}, .modules = {"loop"}},
    {.name = "loop", .glob = "/sys/block/loop*/loop/*"},
    {.name = "loop-max", .file = "/sys/module/loop/parameters/max_loop"},
    /* Who holds a loop device: the driver above it, or a guest's vbd. */
    {.name = "loop-holders", .glob = "/sys/block/loop*/holders/*/dev"},
    {.name = "loop-dev", .glob = "/sys/block/loop*/dev"},
    {.name = "loop-nodes",
     .argv = {"find", "/dev", "-maxdepth", "2", "-name", "loop*", "-ls"}},
    {.name = "vbd-device",
     .glob = "/sys/bus/xen-backend/devices/vbd-*/physical_device"},
    {.name = "vbd-mode", .glob = "/sys/bus/xen-backend/devices/vbd-*/mode"},

    {.name = "lsblk", .argv = {"lsblk", "-a", "-i"}},
    {.name = "lsblk-f", .argv = {"lsblk", "-a", "-i", "-f"}},
    {.name = "lsblk-t", .argv = {"lsblk", "-a", "-i", "-t"}},
    /* /dev/mapper/control would load dm_mod.  Never "table --showkeys". */
    {.name = "dmsetup-info",
     .argv = {"dmsetup", "info", "-c"},
     .modules = {"dm_mod"}},
    {.name = "dmsetup-table",
     .argv = {"dmsetup", "table"},
     .modules = {"dm_mod"}},
    {.name = "dmsetup-status",
     .argv = {"dmsetup", "status"},
     .modules = {"dm_mod"}},
    {.name = "partitions", .file = "/proc/partitions"},
    {.name = "diskstats", .file = "/proc/diskstats"},
    {.name = "mdstat", .file = "/proc/mdstat"},
    {.name = "drbd", .file = "/proc/drbd"},
    {.name = "scheduler", .glob = "/sys/block/*/queue/scheduler"},

    {.name = "mounts", .file = "/proc/mounts"},
    {.name = "findmnt", .argv = {"findmnt", "-A"}},
    {.name = "fstab", .file = "/etc/fstab"},
    /* Local file systems only: one dead NFS server would hang the rest. */
    {.name = "df", .argv = {"df", "-alT"}},
    {.name = "df-i", .argv = {"df", "-ali"}},
    {.name = NULL},
};

const struct plugin plugin_sys_storage = {
    .name = "sys_storage",
    .summary = "block and loop devices, who holds them, mounts, free space",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 2 << 20,
    .timeout_ms = 10000,
    .items = items,
};
