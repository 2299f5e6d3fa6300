#include "collector/diagnose/speaker.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "collector/diagnose/classes.h"

#define LEAD 160       /* stamps and marks are no longer */
#define BRACKET_MAX 48 /* "[2026-11-27 10:00:00]", "[    3.141592]" */

/* Programs that log words of whoever speaks to them. */
static const char *const heard[] = {
    "apache2", "asterisk", "cupsd",   "dovecot",  "exim",   "exim4",
    "ftpd",    "haproxy",  "httpd",   "lighttpd", "named",  "nginx",
    "nmbd",    "ntpd",     "postfix", "proftpd",  "rsyncd", "rsyslogd",
    "saned",   "sendmail", "smbd",    "snmpd",    "spamd",  "squid",
    "vsftpd",  "telnetd",
};

/* Whose lines tell of a kernel, of Xen or of the machine; the begin of a name
 * is enough.  Of other programs' lines none is a crash of them. */
static const char *const of_xen[] = {
    "kernel",
    "hypervisor",
    "xen",
    "Xen",
    "xl",
    "xm",
    "libxl",
    "libvirt",
    "qemu",
    "root",
    "logger",
    "qubes",
    "xapi",
    "xcp",
    "console",
    "conserver",
    "guest",
    "stubdom",
    "bsd",
    /* what starts, and what looks after disks, memory and network */
    "systemd",
    "dracut",
    "init",
    "mount",
    "fsck",
    "udev",
    "modprobe",
    "lvm",
    "dmeventd",
    "multipath",
    "iscsi",
    "smartd",
    "mdadm",
    "mcelog",
    "ras",
    "drbd",
    "zed",
    "nvme",
    "network",
    "Network",
    "ovs",
    "watchdog",
    "earlyoom",
    "kdump",
    "kexec",
    "blkmapd",
    "nfs",
    "ifup",
    "dhclient",
};

/* These log a name that somebody typed, and otherwise what they are at. */
static const char *const asked[] = {
    "sshd", "sshd-session", "sshd-auth", "dropbear", "login", "su", "sudo",
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

/* "<4>", as a log has it that was taken from the wire. */
static void take_priority(struct text *t)
{
    struct text at = *t;
    size_t n;

    if (!take(&at, "<"))
        return;
    n = span(&at, "0123456789");
    at.p += n;
    if (n && take(&at, ">"))
        *t = at;
}

static void take_stamps(struct text *t)
{
    size_t n = 1;

    take_priority(t);
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

static bool is_one_of(const char *const *names, size_t n, const char *name,
                      size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(names[i]) == len && !memcmp(names[i], name, len))
            return true;
    return false;
}

/* HOST PROGRAM[PID]: or HOST PROGRAM: */
static bool is_stranger(struct text t)
{
    const char *name;
    size_t n;

    t.p += span_to(&t, " ");
    if (!take(&t, " "))
        return false;
    name = t.p;
    n = span_to(&t, " :[/");
    t.p += n;
    if (t.p == t.end || *t.p == ' ')
        return false;
    if (is_one_of(heard, sizeof(heard) / sizeof(heard[0]), name, n))
        return true;
    return is_one_of(asked, sizeof(asked) / sizeof(asked[0]), name, n) &&
           memmem(t.p, (size_t)(t.end - t.p), "user ", 5);
}

static bool is_of_xen(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(of_xen) / sizeof(of_xen[0]); i++)
        if (len >= strlen(of_xen[i]) &&
            !memcmp(name, of_xen[i], strlen(of_xen[i])))
            return true;
    return false;
}

/* "Nov 27 " or "2026-11-27": a log of many programs has that, the ring of Xen
 * or of a kernel has not. */
static bool is_dated(struct text t)
{
    take_priority(&t);
    return take_month(&t) || (t.end - t.p > 10 && t.p[4] == '-' &&
                              t.p[7] == '-' && isdigit((unsigned char)*t.p));
}

uint32_t speaker_classes(const char *line, size_t len, uint32_t classes)
{
    struct text t = {line, line + len};

    if (!memmem(line, len < LEAD ? len : LEAD, "(d", 2))
        return classes;
    take_stamps(&t);
    return is_guest(t) ? class_of_name("guest") : classes;
}

/* '10.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET' of a web server. */
static bool is_of_access(struct text t)
{
    t.p += span_to(&t, " ");
    return take(&t, " - ") && memmem(t.p, (size_t)(t.end - t.p), " [", 2);
}

bool speaker_is_program(const char *line, size_t len)
{
    struct text t = {line, line + len};
    const char *name;
    size_t n;

    if (take(&t, "type=") || is_of_access(t))
        return true;
    if (!is_dated(t))
        return false;
    take_stamps(&t);
    if (memmem(line, (size_t)(t.p - line), "(XEN)", 5))
        return false;
    name = t.p;
    n = span_to(&t, " ");
    t.p += n;
    if (!n || name[n - 1] == ':') /* no host's name, or the line's own words */
        return n && memchr(name, '[', n) && !is_of_xen(name, n);
    if (!take(&t, " ") || t.p == t.end || !isalpha((unsigned char)*t.p))
        return false;
    name = t.p;
    n = span_to(&t, " :[");
    t.p += n;
    if (take(&t, "[")) {
        t.p += span_to(&t, "]");
        (void)take(&t, "]");
    }
    return take(&t, ":") && !is_of_xen(name, n);
}

bool speaker_is_stranger(const char *line, size_t len)
{
    struct text t = {line, line + len};

    take_stamps(&t);
    return is_stranger(t);
}
