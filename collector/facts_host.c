/* facts_host.c: facts of dom0, from files of its kernel and output of ps, df
 * and package managers. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/facts_part.h"

#define MAX_DISKS 512u
#define MAX_MODULES 2048u
#define MAX_PACKAGES 200u

/* ---- the kernel ---------------------------------------------------------- */

static void put_first_line(struct json_object *o, const char *key,
                           const char *text)
{
    char *one = text ? facts_next_line(&text) : NULL;

    facts_put_text(o, key, one);
    free(one);
}

static struct json_object *modules(const char *text)
{
    struct json_object *list = json_object_new_array();
    char *line;

    while ((line = facts_next_line(&text)) &&
           json_object_array_length(list) < MAX_MODULES) {
        line[strcspn(line, " ")] = '\0';
        if (*line)
            json_object_array_add(list, json_object_new_string(line));
        free(line);
    }
    free(line);
    return list;
}

/* "net.bridge.bridge-nf-call-iptables = 1" -> sysctl.bridge_nf_call_iptables */
static struct json_object *sysctls(const char *text)
{
    static const char *const wanted[] = {"net.bridge.bridge-nf-call-iptables",
                                         "net.ipv4.ip_forward",
                                         "vm.min_free_kbytes",
                                         "vm.swappiness",
                                         "kernel.panic",
                                         "kernel.panic_on_oops"};
    struct json_object *o = json_object_new_object();
    char *line, key[64], *value;

    while ((line = facts_next_line(&text))) {
        value = strstr(line, " = ");
        for (size_t i = 0; value && i < sizeof(wanted) / sizeof(wanted[0]);
             i++) {
            size_t n = strlen(wanted[i]), at = 0;

            if ((size_t)(value - line) != n || strncmp(line, wanted[i], n))
                continue;
            for (const char *p = strrchr(wanted[i], '.') + 1; *p; p++)
                key[at++] = *p == '-' ? '_' : *p;
            key[at] = '\0';
            facts_put_number(o, key, strtoull(value + 3, NULL, 10));
        }
        free(line);
    }
    return o;
}

/* The first of two that is there, else the second. */
static const char *either(const struct facts_in *in, const char *first,
                          const char *second)
{
    return facts_member(in, first) ? first : second;
}

static void put_sysctls(struct json_object *facts, const struct facts_in *in)
{
    const char *member = either(in, SYSCTL, SYSCTL_PLAIN);
    const char *values = facts_member(in, member);
    const char *bridge = facts_member(in, BRIDGE_NF);
    struct json_object *set;

    if (!values)
        return;
    set = sysctls(values);
    facts_rest_said(in, "sysctl", set, member);
    if (bridge && !facts_get(set, "bridge_nf_call_iptables"))
        facts_put_number(set, "bridge_nf_call_iptables",
                         strtoull(bridge, NULL, 10));
    facts_rest_said(in, "sysctl", set, BRIDGE_NF);
    json_object_object_add(facts, "sysctl", set);
}

static void put_kernel(struct json_object *facts, struct json_object *host,
                       const struct facts_in *in)
{
    const char *taint = facts_member(in, TAINTED);
    const char *loaded = facts_member(in, MODULES);
    struct json_object *o = json_object_new_object();

    put_first_line(o, "release", facts_member(in, OSRELEASE));
    facts_rest_said(in, "kernel", o, OSRELEASE);
    put_first_line(o, "cmdline", facts_member(in, CMDLINE));
    facts_rest_said(in, "kernel", o, CMDLINE);
    if (loaded)
        json_object_object_add(o, "modules", modules(loaded));
    facts_rest_said(in, "kernel", o, MODULES);
    json_object_object_add(facts, "kernel", o);
    put_sysctls(facts, in);
    put_first_line(host, "clocksource", facts_member(in, CLOCKSOURCE));
    facts_rest_said(in, "host", host, CLOCKSOURCE);
    if (taint && isdigit((unsigned char)*taint))
        facts_put_number(host, "taint", strtoull(taint, NULL, 10));
    facts_rest_said(in, "host", host, TAINTED);
}

/* ---- daemons ------------------------------------------------------------- */

static const struct {
    const char *program, *daemon;
    bool expected; /* on every host: where it does not run, that is said */
} daemons[] = {
    {"xenstored", "xenstored", true},
    {"oxenstored", "xenstored", true},
    {"xenconsoled", "xenconsoled", true},
    {"xend", "xend", false},
    {"libvirtd", "libvirtd", false},
    {"virtxend", "libvirtd", false},
    {"xapi", "xapi", false},
    {"xenopsd-xc", "xenopsd", false},
    {"udevd", "udev", false},
    {"systemd-udevd", "udev", false},
};
#define N_DAEMONS (sizeof(daemons) / sizeof(daemons[0]))

/* The base name of the program that a command begins with; xend's is Python
 * with a script. */
static void program_of(const char *command, char *out, size_t size)
{
    const char *p = command;
    size_t n = strcspn(p, " "), slash;

    if (n >= 6 && memmem(p, n, "python", 6) && p[n]) {
        p += n + strspn(p + n, " ");
        n = strcspn(p, " ");
    }
    for (slash = n; slash && p[slash - 1] != '/'; slash--)
        ;
    snprintf(out, size, "%.*s", (int)(n - slash), p + slash);
}

const char *facts_word(const char *line, int n)
{
    if (n < 0)
        return NULL;
    line += strspn(line, " ");
    while (n-- && *line) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return *line ? line : NULL;
}

/* A date of STARTED (lstart) is five words. */
int facts_ps_column(const char *header, const char *name)
{
    const char *w;
    int at = 0;

    for (int i = 0; (w = facts_word(header, i)); i++) {
        size_t n = strcspn(w, " ");

        if (n == strlen(name) && !strncmp(w, name, n))
            return at;
        at += n == 7 && !strncmp(w, "STARTED", 7) ? 5 : 1;
    }
    return -1;
}

static void one_process(struct json_object *facts, struct json_object *o,
                        const char *command, const char *cpu)
{
    struct json_object *store;
    char program[64];

    program_of(command, program, sizeof(program));
    for (size_t i = 0; i < N_DAEMONS; i++) {
        if (strcmp(daemons[i].program, program))
            continue;
        json_object_object_add(o, daemons[i].daemon,
                               json_object_new_boolean(true));
        if (!cpu || strcmp(daemons[i].daemon, "xenstored"))
            continue;
        store = json_object_new_object();
        facts_put_number(store, "cpu_pct", strtoull(cpu, NULL, 10));
        json_object_object_add(facts, "xenstored", store);
    }
}

static void put_daemons(struct json_object *facts, const char *member,
                        const struct facts_in *in)
{
    const char *text = facts_member(in, member);
    struct json_object *o = json_object_new_object();
    char *header = facts_next_line(&text), *line;
    int command = -1, cpu = -1;

    if (header) {
        command = facts_ps_column(header, "COMMAND");
        cpu = facts_ps_column(header, "%CPU");
    }
    for (size_t i = 0; i < N_DAEMONS; i++)
        if (daemons[i].expected)
            json_object_object_add(o, daemons[i].daemon,
                                   json_object_new_boolean(false));
    while ((line = facts_next_line(&text))) {
        const char *what = facts_word(line, command);

        if (what && *what != '[')
            one_process(facts, o, what, facts_word(line, cpu));
        free(line);
    }
    free(header);
    if (command < 0) {
        json_object_put(o);
        return;
    }
    json_object_object_add(facts, "daemons", o);
    facts_said(in, "daemons", member);
    facts_said(in, "xenstored", facts_get(facts, "xenstored") ? member : NULL);
}

/* ---- file systems -------------------------------------------------------- */

struct df_row {
    char source[128], type[32], mount[256];
    uint64_t size, free;
    unsigned pct;
};

/* df -lT, df -li: a row without blanks in its names, of a file system that
 * has a size. */
static bool df_row(const char *line, bool typed, struct df_row *out)
{
    unsigned long long size, used, left;
    char pct[16], *end;
    int n;

    if (typed)
        n = sscanf(line, "%127s %31s %llu %llu %llu %15s %255s", out->source,
                   out->type, &size, &used, &left, pct, out->mount) -
            1;
    else
        n = sscanf(line, "%127s %llu %llu %llu %15s %255s", out->source, &size,
                   &used, &left, pct, out->mount);
    if (n != 6)
        return false;
    out->size = size;
    out->free = left;
    out->pct = (unsigned)strtoul(pct, &end, 10);
    return end != pct && *end == '%' && size > 0;
}

/* Those whose contents are not of a disk: they are full by design, or small. */
static bool is_pseudo(const char *type)
{
    static const char *const types[] = {"devtmpfs", "iso9660",  "squashfs",
                                        "udf",      "efivarfs", "cramfs",
                                        "overlay"};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (!strcmp(types[i], type))
            return true;
    return false;
}

/* Busybox has a row for each path that it was told. */
static bool has_mount(struct json_object *list, const char *mount)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (!strcmp(facts_text(json_object_array_get_idx(list, i), "mount"),
                    mount))
            return true;
    return false;
}

static void put_inodes(struct json_object *list, const char *text)
{
    struct df_row row;
    char *line;

    while ((line = facts_next_line(&text))) {
        if (df_row(line, false, &row))
            for (size_t i = 0; i < json_object_array_length(list); i++) {
                struct json_object *d = json_object_array_get_idx(list, i);

                if (!strcmp(facts_text(d, "mount"), row.mount))
                    facts_put_number(d, "inodes_pct", row.pct);
            }
        free(line);
    }
}

static struct json_object *disks(const char *text, const char *inodes)
{
    struct json_object *list = json_object_new_array(), *o;
    struct df_row row;
    char *line;

    while ((line = facts_next_line(&text)) &&
           json_object_array_length(list) < MAX_DISKS) {
        if (df_row(line, true, &row) && !is_pseudo(row.type) &&
            !has_mount(list, row.mount)) {
            o = json_object_new_object();
            /* A summary's line has room for the first few only. */
            facts_put_text(o, "mount", row.mount);
            facts_put_number(o, "used_pct", row.pct);
            facts_put_number(o, "free_kb", row.free);
            facts_put_number(o, "size_kb", row.size);
            facts_put_text(o, "source", row.source);
            facts_put_text(o, "type", row.type);
            json_object_array_add(list, o);
        }
        free(line);
    }
    free(line);
    if (inodes)
        put_inodes(list, inodes);
    return list;
}

/* ---- packages ------------------------------------------------------------ */

/* Those of Xen: "xen-utils-4.17<TAB>4.17.3..." of dpkg, "xen-4.14.2-1 <date>"
 * of rpm (there the version stands in the name). */
static struct json_object *packages(const char *text)
{
    struct json_object *list = json_object_new_array(), *o;
    char *line, *version;

    while ((line = facts_next_line(&text)) &&
           json_object_array_length(list) < MAX_PACKAGES) {
        version = strpbrk(line, "\t ");
        if (version &&
            (str_starts(line, "xen") || str_starts(line, "libxen"))) {
            bool tab = *version == '\t';

            *version++ = '\0';
            o = json_object_new_object();
            facts_put_text(o, "name", line);
            version[strcspn(version, "\t ")] = '\0';
            if (tab)
                facts_put_text(o, "version", version);
            json_object_array_add(list, o);
        }
        free(line);
    }
    free(line);
    return list;
}

/* ---- all of it ----------------------------------------------------------- */

/* What the machine is, and how titles call it.  Of a disk nothing is known. */
static void put_role(struct json_object *host, const struct facts_in *in)
{
    static const char *const called[][2] = {
        {"dom0", "dom0"}, {"domU", "this guest"}, {"none", "this machine"}};
    const char *head = facts_member(in, MANIFEST);
    const char *line = facts_after(head, "\"host\":");
    const char *options = facts_after(head, "\"options\":");
    struct json_object *o = line ? json_tokener_parse(line) : NULL;
    struct json_object *disk = options ? json_tokener_parse(options) : NULL;

    for (size_t i = 0; i < sizeof(called) / sizeof(called[0]); i++) {
        if (strcmp(facts_text(o, "role"), called[i][0]) ||
            facts_get(disk, "sysroot"))
            continue;
        facts_put_text(host, "role", called[i][0]);
        facts_put_text(host, "called", called[i][1]);
    }
    facts_rest_said(in, "host", host, MANIFEST);
    json_object_put(o);
    json_object_put(disk);
}

static void put_toolstack(struct json_object *host, const struct facts_in *in)
{
    static const char *const ways[][2] = {{INVENTORY, "xapi"},
                                          {XL_INFO, "xl"},
                                          {XL_LIST, "xl"},
                                          {XM_LIST, "xm"},
                                          {XM_INFO, "xm"}};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (facts_member(in, ways[i][0])) {
            facts_put_text(host, "toolstack", ways[i][1]);
            facts_said(in, "host.toolstack", ways[i][0]);
            return;
        }
    }
}

/* os-release(5): PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" */
static void put_system(struct json_object *host, const struct facts_in *in)
{
    const char *p = facts_after(facts_member(in, OS_RELEASE), "PRETTY_NAME=");
    char *name;

    if (!p)
        return;
    p += *p == '"' || *p == '\'';
    name = xstrndup(p, strcspn(p, "\"'\n"));
    facts_put_text(host, "system", name);
    facts_said(in, "host.system", OS_RELEASE);
    free(name);
}

/* The package that tells which Xen a distribution built: its hypervisor's, or
 * what goes with it. */
static void put_xen_package(struct json_object *facts, const char *member,
                            const struct facts_in *in)
{
    static const char *const begins[] = {"xen-hypervisor", "xen-utils", "xen"};
    struct json_object *list = facts_get(facts, "packages");

    for (size_t k = 0; k < sizeof(begins) / sizeof(begins[0]); k++) {
        for (size_t i = 0; i < facts_count(facts, "packages"); i++) {
            struct json_object *p = json_object_array_get_idx(list, i);
            const char *name = facts_text(p, "name");
            char *text;

            if (!str_starts(name, begins[k]))
                continue;
            text = xasprintf("%s %s", name, facts_text(p, "version"));
            if (!*facts_text(p, "version"))
                text[strlen(name)] = '\0';
            facts_put_text(facts_get(facts, "host"), "xen_package", text);
            facts_said(in, "host.xen_package", member);
            free(text);
            return;
        }
    }
}

static void put_disks(struct json_object *facts, const struct facts_in *in)
{
    const char *member = either(in, DF, DF_PLAIN);
    const char *df = facts_member(in, member);
    const char *inodes = facts_member(in, DF_INODES);

    if (!df)
        return;
    json_object_object_add(facts, "disks", disks(df, inodes));
    facts_said(in, "disks", member);
    facts_said(in, "disks", inodes ? DF_INODES : NULL);
}

void facts_put_host(struct json_object *facts, const struct facts_in *in)
{
    struct json_object *host = json_object_new_object();
    const char *ps = either(in, PS, PS_PLAIN);
    const char *pkgs = either(in, DPKG, RPM);

    put_role(host, in);
    put_toolstack(host, in);
    put_system(host, in);
    json_object_object_add(facts, "host", host);
    put_kernel(facts, host, in);
    if (facts_member(in, ps))
        put_daemons(facts, ps, in);
    put_disks(facts, in);
    if (facts_member(in, pkgs)) {
        json_object_object_add(facts, "packages",
                               packages(facts_member(in, pkgs)));
        facts_said(in, "packages", pkgs);
        put_xen_package(facts, pkgs, in);
    }
}
