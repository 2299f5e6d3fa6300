#include "collector/diagnose/classes.h"

#include <fnmatch.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    C_HYPERVISOR = 1,
    C_KERNEL = 2,
    C_TOOLSTACK = 4,
    C_HOTPLUG = 8,
    C_QEMU = 16,
    C_GUEST = 32,
    C_BOOTLOADER = 64,
    C_XENSTORED = 128,
    C_XAPI = 256,
    C_LIBVIRT = 512,
    C_SYSTEM = 1024,
    C_LIST = 2048,
    C_CONFIG = 4096,
    C_FIREWALL = 8192,
    C_COLLECTOR = 16384,
    C_STORAGE = 32768,
    C_FILE = 65536,
};

static const struct {
    const char *name;
    uint32_t bit;
} names[] = {
    {"hypervisor", C_HYPERVISOR},
    {"kernel", C_KERNEL},
    {"toolstack", C_TOOLSTACK},
    {"hotplug", C_HOTPLUG},
    {"qemu", C_QEMU},
    {"guest", C_GUEST},
    {"bootloader", C_BOOTLOADER},
    {"xenstored", C_XENSTORED},
    {"xapi", C_XAPI},
    {"libvirt", C_LIBVIRT},
    {"system", C_SYSTEM},
    {"list", C_LIST},
    {"config", C_CONFIG},
    {"firewall", C_FIREWALL},
    {"collector", C_COLLECTOR},
    {"storage", C_STORAGE},
    {"file", C_FILE},
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

/* The first that fits counts.  A '*' also stands for '/'. */
static const struct {
    const char *glob;
    uint32_t bits;
} members[] = {
    {"xen/dmesg*.stderr", 0},      /* why there is no such log */
    {"xen/*.stderr", C_XENSTORED}, /* the probe asks xenstored, too */
    {"xen/dmesg*", C_HYPERVISOR},
    {"commands/*dmesg*.stderr", 0},
    {"commands/xen_hypervisor/*dmesg*", C_HYPERVISOR},
    {"files/var/log/xen-dmesg*", C_HYPERVISOR},
    {"files/var/log/xen/console/hypervisor.log*", C_HYPERVISOR},
    {"files/var/log/xen/console/*", C_GUEST},
    /* A domain's own logs keep their path below its folder. */
    {"domains/*/console*", C_GUEST},
    {"domains/*/var/log/xen/qemu*", C_QEMU},
    {"domains/*/var/log/xen/bootloader*", C_BOOTLOADER},
    {"domains/*/var/log/xen/*", C_TOOLSTACK},
    {"domains/*/var/log/libvirt/*", C_LIBVIRT},
    {"files/var/log/xen/qemu*", C_QEMU},
    {"files/var/log/libvirt/qemu/*", C_QEMU},
    {"files/var/log/xen/xen-hotplug.log*", C_HOTPLUG},
    {"files/var/log/xen-hotplug.log*", C_HOTPLUG},
    {"files/var/log/xen/bootloader*", C_BOOTLOADER},
    {"files/var/log/xen/xenstored*", C_XENSTORED},
    {"files/var/log/xenstored*", C_XENSTORED},
    {"files/var/log/xen/*", C_TOOLSTACK},
    {"files/var/log/xend*", C_TOOLSTACK},
    {"commands/xen_toolstack/xl-list-v.txt", C_LIST},
    {"commands/xen_toolstack/xl-list-n.txt", C_LIST},
    {"commands/xen_toolstack/xm-list.txt", C_LIST},
    {"commands/xen_toolstack/*.stderr", C_TOOLSTACK},
    {"commands/sys_net/*iptables*.txt", C_FIREWALL},
    {"files/etc/xen/scripts/*", 0},
    {"files/etc/xen/*", C_CONFIG},
    {"domains/*/etc/xen/*", C_CONFIG},
    {"files/var/log/libvirt/*", C_LIBVIRT},
    {"files/var/log/xensource.log*", C_XAPI},
    {"files/var/log/SMlog*", C_XAPI},
    {"files/proc/mdstat", C_STORAGE},
    {"files/proc/drbd", C_STORAGE},
    {"commands/sys_storage/multipathd-paths.txt", C_STORAGE},
    {"commands/sys_kernel/dmesg*", C_KERNEL},
    {"files/var/log/dmesg*", C_KERNEL},
    {"files/var/log/kern.log*", C_KERNEL},
    {"files/sys/fs/pstore/*", C_KERNEL},
    {"files/var/lib/systemd/pstore/*", C_KERNEL},
    {"files/var/crash/*dmesg*", C_KERNEL},
    {"files/var/spool/abrt/*/dmesg", C_KERNEL},
    {"files/var/log/messages*", C_KERNEL | C_SYSTEM | C_TOOLSTACK},
    {"files/var/log/syslog*", C_KERNEL | C_SYSTEM | C_TOOLSTACK},
    {"files/var/log/debug*", C_SYSTEM | C_HOTPLUG},
    {"files/var/log/daemon.log*", C_SYSTEM | C_TOOLSTACK},
    {"commands/sys_logs/*journal*", C_KERNEL | C_SYSTEM | C_TOOLSTACK},
    {"xen-bugtool.log", C_COLLECTOR},
};

uint32_t class_of_name(const char *name)
{
    for (size_t i = 0; i < N_NAMES; i++)
        if (!strcmp(names[i].name, name))
            return names[i].bit;
    return 0;
}

uint32_t class_file(void)
{
    return C_FILE;
}

uint32_t class_of_file(const char *path)
{
    const char *slash = strrchr(path, '/');

    return fnmatch("guest-*.log*", slash ? slash + 1 : path, 0)
               ? CLASS_ALL
               : C_FILE | C_GUEST | C_BOOTLOADER | C_QEMU;
}

uint32_t class_of_member(const char *member)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *glob = members[i].glob;
        size_t n = 0;

        /* Most names differ before the first '*'. */
        while (glob[n] && glob[n] != '*' && glob[n] == member[n])
            n++;
        if (glob[n] == '*' ? !fnmatch(glob + n, member + n, 0)
                           : !glob[n] && !member[n])
            return members[i].bits;
    }
    return 0;
}

const char *class_names(uint32_t classes, char *out, unsigned long size)
{
    size_t at = 0;

    *out = '\0';
    for (size_t i = 0; i < N_NAMES; i++)
        if (classes & names[i].bit && at < size)
            at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "",
                                   names[i].name);
    return out;
}
