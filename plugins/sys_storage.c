/* sys_storage.c: block devices, loop devices and who holds them, volumes,
 * arrays, paths, mounts.
 *
 * What has a file in sysfs is read there: fdisk, blkid, hdparm, mdadm and
 * iscsiadm open the disks (which hang when a path is dead), load modules or
 * start daemons. */
#include "plugins/plugin.h"

#define LVM_QUIETLY                                                            \
    "--readonly", "--config",                                                  \
        "devices { hints=\"none\" } backup { backup=0 archive=0 }"
#define LVM(program, columns)                                                  \
    {                                                                          \
        .name = program, .argv = { program, "-a", "-o", columns, LVM_QUIETLY } \
    }

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
     .argv = {"find", "/dev", "-ignore_readdir_race", "-mindepth", "1", "-path",
              "/dev/loop*", "-ls", "-o", "-prune"}},
    {.name = "vbd-device",
     .glob = "/sys/bus/xen-backend/devices/vbd-*/physical_device"},
    {.name = "vbd-mode", .glob = "/sys/bus/xen-backend/devices/vbd-*/mode"},

    {.name = "vbd-statistics",
     .glob = "/sys/bus/xen-backend/devices/vbd-*/statistics/*"},

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
    {.name = "dmsetup-tree",
     .argv = {"dmsetup", "ls", "--tree"},
     .modules = {"dm_mod"}},
    /* Who waits for udev: LVM's programs hang there. */
    {.name = "dmsetup-udevcookies",
     .argv = {"dmsetup", "udevcookies"},
     .modules = {"dm_mod"}},
    {.name = "partitions", .file = "/proc/partitions"},
    {.name = "diskstats", .file = "/proc/diskstats"},
    {.name = "mdstat", .file = "/proc/mdstat"},
    {.name = "drbd", .file = "/proc/drbd"},
    {.name = "scheduler", .glob = "/sys/block/*/queue/scheduler"},
    {.name = "queue-limits", .glob = "/sys/block/*/queue/*_size"},
    {.name = "queue-depth", .glob = "/sys/block/*/queue/nr_requests"},
    {.name = "rotational", .glob = "/sys/block/*/queue/rotational"},
    {.name = "partition-start", .glob = "/sys/block/*/*/start"},
    {.name = "partition-size", .glob = "/sys/block/*/*/size"},
    {.name = "disk-names", .glob = "/sys/block/*/device/[mrv]*[dlv]*"},
    {.name = "disk-state", .glob = "/sys/block/*/device/state"},
    {.name = "disk-timeout", .glob = "/sys/block/*/device/timeout"},
    {.name = "thin", .glob = "/sys/block/*/device/scsi_disk/*/*provisioning*"},
    {.name = "lsblk-all", .argv = {"lsblk", "-a", "-b", "-O", "-P"}},

    /* Metadata as it stands on the disks: no lock taken, no hint and no backup
     * written, the kernel not asked (dmsetup tells what is active). */
    LVM("pvs", "pv_all,vg_name"),
    {.name = "vgs", .argv = {"vgs", "-o", "vg_all", LVM_QUIETLY}},
    LVM("lvs", "vg_name,lv_all,seg_all,devices"),
    {.name = "lvm-conf", .glob = "/etc/lvm/*.conf"},
    {.name = "lvm-devices", .glob = "/etc/lvm/devices/*.devices"},
    {.name = "lvm-cache", .file = "/etc/lvm/cache/.cache"},
    {.name = "lvm-backup", .glob = "/etc/lvm/backup/*"},
    {.name = "multipathd-topology",
     .argv = {"multipathd", "show", "topology"},
     .modules = {"dm_multipath"}},
    {.name = "multipathd-paths",
     .argv = {"multipathd", "show", "paths"},
     .modules = {"dm_multipath"}},
    /* With the defaults of each kind of array. */
    {.name = "multipathd-config",
     .argv = {"multipathd", "show", "config"},
     .modules = {"dm_multipath"}},
    {.name = "multipath-conf", .file = "/etc/multipath.conf"},
    {.name = "multipath-conf-d", .glob = "/etc/multipath/conf.d/*"},
    {.name = "multipath-wwids", .file = "/etc/multipath/wwids"},
    {.name = "md", .glob = "/sys/block/md*/md/[a-z]*_*"},
    {.name = "md-level", .glob = "/sys/block/md*/md/[dl]e*"},
    {.name = "md-members", .glob = "/sys/block/md*/md/dev-*/state"},
    {.name = "md-errors", .glob = "/sys/block/md*/md/dev-*/errors"},
    {.name = "mdadm-conf", .file = "/etc/mdadm.conf"},
    {.name = "mdadm-conf-debian", .file = "/etc/mdadm/mdadm.conf"},
    {.name = "drbdsetup-status",
     .argv = {"drbdsetup", "status", "--verbose", "--statistics"},
     .modules = {"drbd"}},
    {.name = "drbdsetup-show",
     .argv = {"drbdsetup", "show"},
     .modules = {"drbd"}},
    {.name = "drbd-conf", .file = "/etc/drbd.conf"},
    {.name = "drbd-d", .glob = "/etc/drbd.d/*"},
    {.name = "drbd-debug",
     .tree = "/sys/kernel/debug/drbd/resources",
     .max_depth = 5},
    /* Not the whole folder: username and password are files beside these. */
    {.name = "iscsi-target", .glob = "/sys/class/iscsi_session/*/t[ap]*"},
    {.name = "iscsi-state", .glob = "/sys/class/iscsi_session/*/state"},
    {.name = "iscsi-recovery",
     .glob = "/sys/class/iscsi_session/*/recovery_tmo"},
    {.name = "iscsi-connection",
     .glob = "/sys/class/iscsi_connection/*/[ap]*[st]"},
    {.name = "iscsid-conf", .file = "/etc/iscsi/iscsid.conf"},
    {.name = "iscsi-initiator", .file = "/etc/iscsi/initiatorname.iscsi"},
    {.name = "iscsi-ifaces", .glob = "/etc/iscsi/ifaces/*"},
    {.name = "iscsi-ifaces-lib", .glob = "/var/lib/iscsi/ifaces/*"},
    {.name = "iscsi-nodes", .tree = "/etc/iscsi/nodes"},
    {.name = "iscsi-nodes-lib", .tree = "/var/lib/iscsi/nodes"},
    {.name = "scsi", .file = "/proc/scsi/scsi"},
    {.name = "lsscsi", .argv = {"lsscsi", "-L"}},
    {.name = "scsi-host", .glob = "/sys/class/scsi_host/*/proc_name"},
    /* Firmware of QLogic's and Emulex's adapters. */
    {.name = "scsi-firmware", .glob = "/sys/class/scsi_host/*/fw*r*"},
    {.name = "scsi-state", .glob = "/sys/class/scsi_host/*/state"},
    {.name = "fc-host", .glob = "/sys/class/fc_host/*/[pns]*"},
    {.name = "fc-ports", .glob = "/sys/class/fc_remote_ports/*/[pnr]*"},
    {.name = "nvme-model", .glob = "/sys/class/nvme/nvme*/model"},
    {.name = "nvme-firmware", .glob = "/sys/class/nvme/nvme*/firmware_rev"},
    {.name = "nvme-state", .glob = "/sys/class/nvme/nvme*/state"},
    {.name = "zpool-status",
     .argv = {"zpool", "status", "-v"},
     .modules = {"zfs"}},
    {.name = "zpool-list", .argv = {"zpool", "list", "-v"}, .modules = {"zfs"}},
    {.name = "zfs-list",
     .argv = {"zfs", "list", "-t", "all"},
     .modules = {"zfs"}},
    {.name = "zfs-kstat", .glob = "/proc/spl/kstat/zfs/*stats"},
    {.name = "zfs-pools", .glob = "/proc/spl/kstat/zfs/*/state"},
    {.name = "zfs-arc", .glob = "/sys/module/zfs/parameters/zfs_arc_m*"},
    {.name = "btrfs-show",
     .argv = {"btrfs", "filesystem", "show", "--mounted"},
     .modules = {"btrfs"}},
    {.name = "btrfs-errors", .glob = "/sys/fs/btrfs/*/devinfo/*/error_stats"},
    {.name = "btrfs-allocation", .glob = "/sys/fs/btrfs/*/allocation/*/*_u*"},
    {.name = "dm-suspended", .glob = "/sys/block/dm-*/dm/*"},
    {.name = "bcache", .glob = "/sys/block/bcache*/bcache/state"},

    {.name = "mounts", .file = "/proc/mounts"},
    {.name = "findmnt", .argv = {"findmnt", "-A"}},
    {.name = "fstab", .file = "/etc/fstab"},
    {.name = "nfs-servers", .glob = "/proc/fs/nfsfs/*"},
    {.name = "nfs-rpc", .glob = "/proc/net/rpc/nfs*"},
    {.name = "mountstats", .file = "/proc/self/mountstats"},
    {.name = "locks", .file = "/proc/locks"},
    /* Local file systems only: one dead NFS server would hang the rest.  Never
     * all (-a): asking a point of automount how full it is mounts there. */
    {.name = "df", .argv = {"df", "-lT"}},
    {.name = "df-i", .argv = {"df", "-li"}},
    {.name = NULL},
};

const struct plugin plugin_sys_storage = {
    .name = "sys_storage",
    .summary = "disks, loop devices and holders, volumes, arrays, mounts",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 2 << 20,
    .timeout_ms = 10000,
    .items = items,
};
