/* sys_boot.c: how the host boots: Xen's and dom0's command lines as they are
 * configured, and the kernels and initrds that are there. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "grub-cfg", .file = "/boot/grub/grub.cfg"},
    {.name = "grub2-cfg", .file = "/boot/grub2/grub.cfg"},
    {.name = "grub-custom", .file = "/boot/grub/custom.cfg"},
    {.name = "grub-conf", .file = "/boot/grub/grub.conf"},
    {.name = "menu-lst", .file = "/boot/grub/menu.lst"},
    {.name = "grubenv", .glob = "/boot/grub*/grubenv"},
    {.name = "device-map", .glob = "/boot/grub*/device.map"},
    {.name = "efi-cfg", .glob = "/boot/efi/EFI/*/*.cfg"},
    {.name = "loader-entries", .glob = "/boot/loader/entries/*.conf"},
    {.name = "xen-efi-cfg", .glob = "/boot/*.cfg"},
    {.name = "extlinux", .glob = "/boot/extlinux*"},
    {.name = "extlinux-conf", .glob = "/boot/extlinux/*.conf"},
    {.name = "default-grub", .file = "/etc/default/grub"},
    {.name = "default-grub-d", .glob = "/etc/default/grub.d/*"},
    {.name = "grub-d", .glob = "/etc/grub.d/*"},
    {.name = "sysconfig", .file = "/etc/sysconfig/bootloader"},
    /* What Xen was built with; and the kernels, for CONFIG_XEN_*. */
    {.name = "xen-config", .glob = "/boot/xen-*.config"},
    {.name = "kernel-config",
     .glob = "/boot/config-*",
     .priority = PRIO_LAST,
     .max_bytes = 512 << 10},
    {.name = "uboot-env", .file = "/etc/fw_env.config"},
    {.name = "kernel-install", .file = "/etc/kernel/cmdline"},
    {.name = "initramfs", .glob = "/etc/initramfs-tools/*.conf"},
    {.name = "initramfs-modules", .file = "/etc/initramfs-tools/modules"},
    {.name = "dracut", .file = "/etc/dracut.conf"},
    {.name = "dracut-d", .glob = "/etc/dracut.conf.d/*.conf"},
    {.name = "boot-list",
     .argv = {"find", "-H", "/boot", "-ignore_readdir_race", "-fstype",
              "autofs", "-prune", "-o", "-ls"}},
    {.name = NULL},
};

const struct plugin plugin_sys_boot = {
    .name = "sys_boot",
    .summary = "boot loader configuration and the kernels to boot",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_IF_CUSTOMIZED,
    .max_bytes = 1 << 20,
    .timeout_ms = 10000,
    .items = items,
};
