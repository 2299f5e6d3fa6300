/* xen_config.c: how Xen, its toolstack and its domains are configured.
 *
 * Passwords in these files go in the redaction; files that are nothing but a
 * key are refused by the reader. */
#include "plugins/plugin.h"

#define XEN_FOLDERS                                                            \
    "/\\(etc\\|run\\|var/lib\\|var/log\\)/xen\\(d\\|stored\\)?\\(/.*\\)?"
#define MODEL_FILES "/tmp/qemu[.][0-9][^/]*\\|/var/lib/swtpm-localca\\(/.*\\)?"

static const struct item items[] = {
    /* Domain files, xl.conf, xend-config.sxp, oxenstored.conf and the hotplug
     * scripts.  Some keep disk images there: those are cut. */
    {.name = "etc-xen", .tree = "/etc/xen", .privacy = PRIVACY_YES},
    /* What lies in Xen's folders: links in auto/ tell which domains start by
     * themselves, saved and dumped domains fill disks, and xenstored's database
     * has its size and time here when xenstored does not answer. */
    {.name = "xen-folders",
     .argv = {"find", "/etc", "/run", "/var/lib", "/var/log",
              "-ignore_readdir_race", "-mindepth", "1", "-regex", XEN_FOLDERS,
              "-not", "-fstype", "autofs", "-ls", "-o", "-prune"},
     .privacy = PRIVACY_YES},
    /* busybox's find cannot list. */
    {.name = "xen-folders-ls",
     .argv = {"ls", "-lAR", "/etc/xen", "/run/xen", "/run/xenstored",
              "/var/lib/xen", "/var/lib/xenstored", "/var/log/xen"},
     .instead_of = "xen-folders",
     .privacy = PRIVACY_YES},
    /* What device models and vTPMs leave: memory and keys, so no more than
     * that it is there. */
    {.name = "model-files",
     .argv = {"find", "/tmp", "/var/lib", "-ignore_readdir_race", "-mindepth",
              "1", "-regex", MODEL_FILES, "-ls", "-o", "-prune"}},

    /* The daemon's, or "domid:N" where xenstored runs in a domain of its own.
     */
    {.name = "xenstored-pid", .file = "/run/xen/xenstored.pid"},
    /* What runs now: libxl's JSON and the file that "xl create" was given. */
    {.name = "userdata",
     .glob = "/var/lib/xen/userdata-*",
     .privacy = PRIVACY_YES},

    {.name = "xend-domains",
     .tree = "/var/lib/xend/domains",
     .privacy = PRIVACY_YES},
    {.name = "xend-state",
     .tree = "/var/lib/xend/state",
     .privacy = PRIVACY_YES},

    {.name = "libvirt-libxl",
     .tree = "/etc/libvirt/libxl",
     .privacy = PRIVACY_YES},
    {.name = "libvirt-libxl-run",
     .glob = "/run/libvirt/libxl/*.xml",
     .privacy = PRIVACY_YES},
    /* What its domains are given by name. */
    {.name = "libvirt-networks", .glob = "/etc/libvirt/qemu/networks/*.xml"},
    {.name = "libvirt-pools", .glob = "/etc/libvirt/storage/*.xml"},
    {.name = "libvirt-filters", .glob = "/etc/libvirt/nwfilter/*.xml"},
    {.name = "libvirt-conf", .glob = "/etc/libvirt/*.conf"},

    {.name = "default", .glob = "/etc/default/xen*"},
    {.name = "sysconfig", .glob = "/etc/sysconfig/xen*"},
    {.name = "conf-d", .glob = "/etc/conf.d/xen*"},
    {.name = "init-d", .glob = "/etc/init.d/xen*"},
    {.name = "udev-etc", .glob = "/etc/udev/rules.d/*xen*"},
    {.name = "udev-lib", .glob = "/lib/udev/rules.d/*xen*"},
    {.name = NULL},
};

const struct plugin plugin_xen_config = {
    .name = "xen_config",
    .summary = "configuration of Xen, its toolstacks and its domains",
    .priority = PRIO_DOMAINS,
    .privacy = PRIVACY_IF_CUSTOMIZED,
    .max_bytes = 1 << 20,
    .timeout_ms = 10000,
    .items = items,
};
