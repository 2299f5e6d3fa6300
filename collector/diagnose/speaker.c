#include "collector/diagnose/speaker.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

#include "collector/diagnose/classes.h"

#define LEAD 160       /* stamps and marks are no longer */
#define BRACKET_MAX 48 /* "[2026-11-27 10:00:00]", "[    3.141592]" */

/* Programs of a system's log that report for a kernel or for Xen.  What is in
 * neither list logs words of strangers, or means other things by the same. */
static const char *const kernels[] = {
    "(XEN)",
    "*hw-detect*",
    "abrt*",
    "conserver",
    "console*",
    "dmeventd",
    "dracut*",
    "drbd*",
    "earlyoom",
    "fsck*",
    "hypervisor*",
    "init",
    "initctl",
    "initramfs*",
    "iscsi*",
    "kdump*",
    "kernel",
    "kexec*",
    "klogd",
    "lvm*",
    "main-menu",
    "mcelog",
    "mdadm",
    "modprobe",
    "multipath*",
    "netcfg",
    "nvme*",
    "ras*",
    "smartd",
    "systemd-journald",
    "systemd-modules-load",
    "systemd-pstore",
    "systemd-udevd",
    "udevd*",
    "watchdog*",
    "xenconsole*",
    "zed",
    "zfs*",
};

/* Xen's programs, and those for guests' disks and networks; hotplug scripts log
 * as root or logger. */
static const char *const tools[] = {
    "*[aA]naconda*",
    "*qubes*",
    "/etc/xen/*",
    "/usr/lib*/xen*",
    "blkmapd",
    "blktap*",
    "block*",
    "brctl",
    "ceph*",
    "cinder*",
    "cloudstack*",
    "corosync*",
    "dhclient",
    "drak*",
    "forkexecd",
    "ganeti*",
    "gnt-*",
    "grub-installer",
    "ifup*",
    "launch-xenstore",
    "libvirt*",
    "libxl*",
    "linstor*",
    "logger",
    "message-switch",
    "mount*",
    "network*",
    "NetworkManager",
    "neutron*",
    "nfs*",
    "nova*",
    "one",
    "oned",
    "openvswitch*",
    "ovs*",
    "oxenstored",
    "pacemaker*",
    "pygrub",
    "qmemman*",
    "qemu*",
    "qrexec*",
    "qvm-*",
    "rbd*",
    "root",
    "rpc.*",
    "SM*",
    "squeezed",
    "swtpm*",
    "systemd",
    "tap*",
    "uefistored*",
    "v6d",
    "varstored*",
    "vif*",
    "virt*",
    "xapi*",
    "xcp*",
    "xe",
    "xen*",
    "xha*",
    "xl",
    "xm",
    "xo-*",
};

struct text {
    const char *p, *end;
};

static bool take(struct text *t, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(t->end - t->p) < n || memcmp(t->p, word, n) != 0)
        return false;
    t->p += n;
    return true;
}

static size_t span(const struct text *t, const char *set)
{
    size_t n = 0;

    while (t->p + n < t->end && t->p[n] && strchr(set, t->p[n]))
        n++;
    return n;
}

static size_t span_to(const struct text *t, const char *set)
{
    size_t n = 0;

    while (t->p + n < t->end && !strchr(set, t->p[n]))
        n++;
    return n;
}

static bool take_bracket(struct text *t)
{
    size_t left = (size_t)(t->end - t->p);
    const char *to;

    if (!left || *t->p != '[')
        return false;
    to = memchr(t->p, ']', left < BRACKET_MAX ? left : BRACKET_MAX);
    if (to)
        t->p = to + 1;
    return to;
}

/* "Nov 27 " of syslog; the time behind it is taken like any other. */
static bool take_month(struct text *t)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    if (t->end - t->p < 7 || t->p[3] != ' ')
        return false;
    for (const char *m = months; *m; m += 3) {
        if (memcmp(t->p, m, 3) == 0) {
            t->p += 4;
            return true;
        }
    }
    return false;
}

static void take_stamps(struct text *t)
{
    size_t n = 1;

    (void)take_month(t);
    while (n) {
        n = span(t, " \t>");
        if (!n && t->p < t->end && isdigit((unsigned char)*t->p))
            n = span(t, "0123456789-:.,TZ+/");
        t->p += n;
        if (!n)
            n = take_bracket(t) || take(t, "(XEN)");
    }
}

/* The stamp of a system's log: "Nov 27 10:00:00 ", "2026-11-27T10:00:00+01:00
 * ", both with "<4>" or RFC 5424's "<4>1 " in front. */
static bool take_system_stamp(struct text *t)
{
    const char *from;

    if (take(t, "<")) {
        t->p += span(t, "0123456789");
        if (!take(t, ">"))
            return false;
        (void)take(t, "1 ");
    }
    if (take_month(t)) {
        t->p += span(t, " 0123456789:.");
        return true;
    }
    from = t->p;
    t->p += span(t, "0123456789-:.,TZ+");
    return t->p - from > 18 && from[10] == 'T' && take(t, " ");
}

/* "(d3) " and "(d3v0) " are in front of what domain 3 printed. */
static bool is_guest(struct text t)
{
    size_t n;

    if (!take(&t, "(d"))
        return false;
    n = span(&t, "0123456789");
    if (!n || (n == 1 && *t.p == '0'))
        return false;
    t.p += n;
    if (take(&t, "v"))
        t.p += span(&t, "0123456789");
    return take(&t, ")");
}

static bool is_one_of(const char *const *globs, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!fnmatch(globs[i], name, 0))
            return true;
    return false;
}

static enum speaker speaker_of_program(const char *from, const char *to)
{
    char name[64];
    size_t len = (size_t)(to - from);

    if (len && to[-1] == ':')
        len--;
    if (!len)
        return SPEAKER_UNKNOWN;
    if (len >= sizeof(name))
        return SPEAKER_OTHER;
    memcpy(name, from, len);
    name[len] = '\0';
    if (is_one_of(kernels, sizeof(kernels) / sizeof(kernels[0]), name))
        return SPEAKER_KERNEL;
    if (is_one_of(tools, sizeof(tools) / sizeof(tools[0]), name))
        return SPEAKER_TOOL;
    return SPEAKER_OTHER;
}

/* '10.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET' of a web server, and audit's
 * 'type=USER_AUTH msg=audit(1): acct='; its other types are a kernel's. */
static bool is_of_strangers(struct text t)
{
    if (take(&t, "type="))
        return memmem(t.p, (size_t)(t.end - t.p), "acct=", 5);
    t.p += span_to(&t, " ");
    return take(&t, " - ") && memmem(t.p, (size_t)(t.end - t.p), " [", 2);
}

/* HOST PROGRAM[PID]: or HOST PROGRAM: or, where the host is left out, PROGRAM:
 */
enum speaker speaker_of(const char *line, size_t len)
{
    struct text t = {line, line + len};
    const char *name;

    if (!take_system_stamp(&t))
        return is_of_strangers((struct text){line, line + len})
                   ? SPEAKER_OTHER
                   : SPEAKER_UNKNOWN;
    name = t.p;
    if (take(&t, "(XEN)"))
        return SPEAKER_KERNEL;
    t.p += span_to(&t, " [");
    if (t.p > name && t.p[-1] != ':' && take(&t, " ")) {
        name = t.p;
        t.p += span_to(&t, " [");
    } else if (t.p == t.end && (t.p == name || t.p[-1] != ':')) {
        return SPEAKER_UNKNOWN;
    }
    return speaker_of_program(name, t.p);
}

bool speaker_may_tell(enum speaker who, uint32_t classes)
{
    const uint32_t system = class_of_name("system"),
                   kernel =
                       system | class_of_name("kernel") |
                       class_of_name("hypervisor") | class_of_name("guest") |
                       class_of_name("bootloader") | class_of_name("storage");

    if (who == SPEAKER_UNKNOWN || who == SPEAKER_KERNEL)
        return true;
    if (classes == CLASS_ALL || classes == system)
        return true;
    return who == SPEAKER_TOOL && (classes & ~kernel);
}

uint32_t speaker_classes(const char *line, size_t len, uint32_t classes)
{
    struct text t = {line, line + len};

    if (!memmem(line, len < LEAD ? len : LEAD, "(d", 2))
        return classes;
    take_stamps(&t);
    return is_guest(t) ? class_of_name("guest") : classes;
}

/* "[12] ", "[ info|host|7 ||xapi] " behind the program */
static void take_marks(struct text *t)
{
    struct text mark = *t;
    const char *from;

    for (;;) {
        mark.p += span(&mark, " ");
        from = mark.p;
        if (!take_bracket(&mark))
            return;
        if ((size_t)(mark.p - from) !=
                span(&(struct text){from, mark.p}, "[]0123456789") &&
            !memchr(from, '|', (size_t)(mark.p - from)))
            return;
        *t = mark;
    }
}

size_t speaker_skip(const char *line, size_t len)
{
    struct text t = {line, line + len}, program;

    if (len && (*line == ' ' || *line == '\t'))
        return 0;
    if (take_system_stamp(&t)) {
        program = t;
        program.p += span_to(&program, " ");
        if (program.p > t.p && program.p[-1] != ':' && take(&program, " "))
            program.p += span_to(&program, " ");
        if (program.p > t.p && program.p[-1] == ':')
            t = program;
    } else {
        t.p = line;
        take_stamps(&t);
        while (t.p > line && (t.p[-1] == ' ' || t.p[-1] == '\t'))
            t.p--;
    }
    take_marks(&t);
    return (size_t)(t.p - line);
}
