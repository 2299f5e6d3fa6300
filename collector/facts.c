#include "collector/facts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/facts_part.h"

#define KIB 1024u

/* Where members are, and how much of each is kept: of a head, what is there; of
 * the others all, or they are not known. */
static const struct {
    const char *member;
    size_t max;
    bool head;
} members[] = {
    {INFO, 64 * KIB, false},
    {XEN_VERSION, 16 * KIB, false},
    {DOMAINS, CAPTURE_MAX, false},
    {DEVICES, CAPTURE_MAX, false},
    {MEMINFO, 16 * KIB, false},
    {CPUINFO, 16 * KIB, true},
    {XL_INFO, 64 * KIB, false},
    {XM_INFO, 64 * KIB, false},
    {XL_LIST, 256 * KIB, false},
    {XM_LIST, 256 * KIB, false},
    {DF, 64 * KIB, false},
    {DF_INODES, 64 * KIB, false},
    {PS, 512 * KIB, false},
    {PS_PLAIN, 512 * KIB, false},
    {OSRELEASE, 4 * KIB, false},
    {CMDLINE, 8 * KIB, false},
    {TAINTED, 4 * KIB, false},
    {CLOCKSOURCE, 4 * KIB, false},
    {MODULES, 64 * KIB, false},
    {SYSCTL, 256 * KIB, false},
    {BRCTL, 64 * KIB, false},
    {BRIDGE_XM, 64 * KIB, false},
    {SYSCTL_PLAIN, 256 * KIB, false},
    {LOOP_MAX, 4 * KIB, false},
    {LOOP_NODES, 64 * KIB, false},
    {LOSETUP, 64 * KIB, false},
    {DPKG, 512 * KIB, false},
    {RPM, 256 * KIB, false},
};
#define N_MEMBERS (sizeof(members) / sizeof(members[0]))

#define MAX_DOMAINS 4096u
#define PAGE_KIB 4u

/* ---- captures ------------------------------------------------------------ */

struct capture *facts_captures_new(void)
{
    struct capture *c = xcalloc(N_MEMBERS + 1, sizeof(*c));

    for (size_t i = 0; i < N_MEMBERS; i++) {
        c[i].member = members[i].member;
        c[i].max = members[i].max;
        c[i].head = members[i].head;
    }
    return c;
}

void facts_captures_free(struct capture *c)
{
    for (size_t i = 0; c && c[i].member; i++)
        buf_done(&c[i].text);
    free(c);
}

const char *facts_captured(const struct capture *c, const char *member)
{
    for (; c->member; c++)
        if (!strcmp(c->member, member))
            return c->text.len && (c->head || c->text.len < c->max)
                       ? buf_str(&c->text)
                       : NULL;
    return NULL;
}

static struct json_object *parse(const struct capture *c, const char *member)
{
    const char *text = facts_captured(c, member);
    struct json_object *o = text ? json_tokener_parse(text) : NULL;

    if (json_object_is_type(o, json_type_object))
        return o;
    json_object_put(o);
    return NULL;
}

/* ---- putting ------------------------------------------------------------- */

void facts_put_text(struct json_object *o, const char *key, const char *text)
{
    if (text && *text)
        json_object_object_add(o, key, json_object_new_string(text));
}

void facts_put_number(struct json_object *o, const char *key, uint64_t n)
{
    json_object_object_add(
        o, key, json_object_new_int64(n > INT64_MAX ? INT64_MAX : (int64_t)n));
}

void facts_put_from(struct json_object *o, const char *key,
                    struct json_object *from, const char *path, uint64_t unit)
{
    uint64_t n;

    if (facts_number(from, path, &n) && n <= INT64_MAX / unit)
        facts_put_number(o, key, n * unit);
}

char *facts_line_value(const char *text, const char *key)
{
    size_t n = strlen(key);

    while (text && *text) {
        const char *end = strchrnul(text, '\n'), *p = text + n;

        if (!strncmp(text, key, n)) {
            p += strspn(p, " \t");
            if (*p == ':') {
                p += 1 + strspn(p + 1, " \t");
                return p < end ? xstrndup(p, (size_t)(end - p)) : NULL;
            }
        }
        text = *end ? end + 1 : end;
    }
    return NULL;
}

char *facts_next_line(const char **text)
{
    const char *from = *text, *end = strchrnul(from, '\n');

    if (!*from)
        return NULL;
    *text = *end ? end + 1 : end;
    return xstrndup(from, (size_t)(end - from));
}

/* ---- the hypervisor ------------------------------------------------------ */

static void put_words(struct json_object *o, const char *key, const char *text)
{
    struct json_object *list = json_object_new_array();
    char *copy = xstrdup(text), *rest = copy, *word;

    while ((word = strsep(&rest, " ")))
        if (*word)
            json_object_array_add(list, json_object_new_string(word));
    json_object_object_add(o, key, list);
    free(copy);
}

/* "loglvl=" of Xen's command line; Xen's own choice where there is none. */
static void put_loglvl(struct json_object *o, const char *line)
{
    const char *p = line;

    while ((p = strstr(p, "loglvl=")) && p > line && p[-1] != ' ')
        p++;
    if (p)
        p += strlen("loglvl=");
    if (p && *p && *p != ' ')
        json_object_object_add(
            o, "loglvl", json_object_new_string_len(p, (int)strcspn(p, " ")));
    else
        facts_put_text(o, "loglvl", "default");
}

/* What xl or xm info tells, where the hypervisor was not asked. */
static void put_listed_xen(struct json_object *o, const char *text)
{
    static const char *const keys[][2] = {{"changeset", "xen_changeset"},
                                          {"commandline", "xen_commandline"}};
    char *major = facts_line_value(text, "xen_major");
    char *minor = facts_line_value(text, "xen_minor");
    char *extra = facts_line_value(text, "xen_extra");
    char *caps = facts_line_value(text, "xen_caps"), *value;

    if (major && minor) {
        value = xasprintf("%s.%s%s", major, minor, extra ? extra : "");
        facts_put_text(o, "version", value);
        free(value);
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        value = facts_line_value(text, keys[i][1]);
        facts_put_text(o, keys[i][0], value);
        free(value);
    }
    if (caps)
        put_words(o, "caps", caps);
    free(major);
    free(minor);
    free(extra);
    free(caps);
}

static struct json_object *ring_facts(struct json_object *info)
{
    struct json_object *ring = json_object_new_object();
    struct json_object *wrapped = facts_get(info, "console_ring.wrapped");

    facts_put_from(ring, "bytes", info, "console_ring.bytes", 1);
    if (wrapped)
        json_object_object_add(ring, "wrapped", json_object_get(wrapped));
    return ring;
}

/* Whether the installed tools fit the hypervisor, by interface and release. */
static void put_match(struct json_object *o, const struct capture *c)
{
    struct json_object *v = parse(c, XEN_VERSION);
    static const char *const paths[] = {"sysctl_interface.match",
                                        "tools.match"};
    bool known = false, fit = true;

    for (size_t i = 0; i < 2; i++) {
        known |= json_object_is_type(facts_get(v, paths[i]), json_type_boolean);
        fit &= !facts_is(v, paths[i], false);
    }
    if (known)
        json_object_object_add(o, "interface_match",
                               json_object_new_boolean(fit));
    json_object_put(v);
}

static struct json_object *xen_facts(struct json_object *info,
                                     const struct capture *c)
{
    struct json_object *o = json_object_new_object();
    struct json_object *virt = facts_get(info, "physinfo.virt_caps");
    const char *listed = facts_captured(c, XL_INFO);

    if (!listed)
        listed = facts_captured(c, XM_INFO);
    if (info) {
        facts_put_text(o, "version", facts_text(info, "xen.version"));
        facts_put_text(o, "changeset", facts_text(info, "xen.changeset"));
        facts_put_text(o, "commandline", facts_text(info, "xen.command_line"));
        put_words(o, "caps", facts_text(info, "xen.capabilities"));
    } else if (listed) {
        put_listed_xen(o, listed);
    }
    if (facts_get(o, "commandline"))
        put_loglvl(o, facts_text(o, "commandline"));
    if (virt)
        json_object_object_add(o, "virt_caps", json_object_get(virt));
    json_object_object_add(o, "ring", ring_facts(info));
    put_match(o, c);
    return o;
}

static void put_meminfo(struct json_object *o, const struct capture *c,
                        const char *key, const char *name)
{
    char *value = facts_line_value(facts_captured(c, MEMINFO), name);

    if (value && isdigit((unsigned char)*value))
        facts_put_number(o, key, strtoull(value, NULL, 10));
    free(value);
}

static bool is_pinned(const char *line)
{
    const char *p = strstr(line, "dom0_mem=");

    return p && (p == line || p[-1] == ' ');
}

static struct json_object *memory_facts(struct json_object *info,
                                        struct json_object *xen,
                                        const struct capture *c)
{
    struct json_object *o = json_object_new_object();
    const char *line = facts_text(xen, "commandline");
    char *value;

    facts_put_from(o, "total_kb", info, "physinfo.total_memory_kib", 1);
    facts_put_from(o, "free_kb", info, "physinfo.free_memory_kib", 1);
    value = facts_line_value(facts_captured(c, XM_INFO), "free_memory");
    if (!info && value && isdigit((unsigned char)*value))
        facts_put_number(o, "free_kb", strtoull(value, NULL, 10) * KIB);
    free(value);
    put_meminfo(o, c, "dom0_total_kb", "MemTotal");
    put_meminfo(o, c, "dom0_free_kb", "MemAvailable");
    put_meminfo(o, c, "swap_free_kb", "SwapFree");
    if (facts_get(xen, "commandline"))
        json_object_object_add(o, "dom0_pinned",
                               json_object_new_boolean(is_pinned(line)));
    return o;
}

static struct json_object *cpu_facts(struct json_object *info,
                                     const struct capture *c)
{
    struct json_object *o = json_object_new_object();
    char *model = facts_line_value(facts_captured(c, CPUINFO), "model name");

    facts_put_from(o, "count", info, "physinfo.nr_cpus", 1);
    facts_put_text(o, "model", model);
    free(model);
    return o;
}

/* ---- domains ------------------------------------------------------------- */

/* The name that xl list -v has for a domain; to be freed. */
static char *listed_name(const struct capture *c, uint64_t id)
{
    const char *text = facts_captured(c, XL_LIST);

    while (text && *text) {
        size_t n = strcspn(text, " \n");
        const char *p = text + n + strspn(text + n, " ");
        char *end;

        if (isdigit((unsigned char)*p) && strtoull(p, &end, 10) == id &&
            *end == ' ')
            return xstrndup(text, n);
        text = strchrnul(text, '\n');
        text += *text == '\n';
    }
    return NULL;
}

static char *domain_name(struct json_object *devices, const struct capture *c,
                         uint64_t id)
{
    uint64_t other;

    for (size_t i = 0; i < facts_count(devices, "domains"); i++) {
        struct json_object *d = facts_at(devices, "domains", i);

        if (facts_number(d, "domid", &other) && other == id)
            return xstrdup(facts_text(d, "name"));
    }
    return listed_name(c, id);
}

/* As xl list shows it: running, blocked, paused, shut down, crashed, dying. */
static void put_state(struct json_object *o, struct json_object *d)
{
    static const char *const flags[] = {"running",  "blocked", "paused",
                                        "shutdown", "",        "dying"};
    static const char letters[] = "rbpscd";
    char state[] = "------";

    for (size_t i = 0; i < 6; i++)
        if (*flags[i] && facts_is(d, flags[i], true))
            state[i] = letters[i];
    if (!strncmp(facts_text(d, "shutdown_reason"), "crash", 5)) {
        state[3] = '-';
        state[4] = 'c';
    }
    facts_put_text(o, "state", state);
}

/* PVH is a domain that is given a local APIC and nothing else (libxl_x86.c). */
static const char *domain_type(struct json_object *d)
{
    if (facts_is(d, "hvm", false))
        return "PV";
    if (!facts_is(d, "hvm", true))
        return "";
    return strcmp(facts_text(d, "emulation_flags"), "0x1") ? "HVM" : "PVH";
}

/* What xl list -v or xm list tells, where the hypervisor was not asked. */
static struct json_object *listed_domains(const char *text)
{
    struct json_object *list = json_object_new_array();

    for (; *text; text += *text == '\n') {
        size_t n = strcspn(text, " \n");
        unsigned id, mib, vcpus, cpu;
        char state[16], *name;
        int fields = sscanf(text + n, " %9u %9u %9u %15s %9u", &id, &mib,
                            &vcpus, state, &cpu);

        if (fields >= 4 && !state[strspn(state, "rbpscd-")] &&
            json_object_array_length(list) < MAX_DOMAINS) {
            struct json_object *o = json_object_new_object();

            name = xstrndup(text, n);
            facts_put_number(o, "id", id);
            facts_put_text(o, "name", name);
            facts_put_number(o, "mem_kb", (uint64_t)mib * 1024);
            facts_put_number(o, "vcpus", vcpus);
            facts_put_text(o, "state", state);
            if (fields == 5)
                facts_put_number(o, "cpu_s", cpu);
            json_object_object_add(o, "dying",
                                   json_object_new_boolean(state[5] == 'd'));
            json_object_array_add(list, o);
            free(name);
        }
        text = strchrnul(text, '\n');
    }
    return list;
}

static struct json_object *domain_facts(struct json_object *domains,
                                        struct json_object *devices,
                                        const struct capture *c)
{
    struct json_object *list = json_object_new_array();
    size_t n = facts_count(domains, "domains");

    for (size_t i = 0; i < n && i < MAX_DOMAINS; i++) {
        struct json_object *d = facts_at(domains, "domains", i);
        struct json_object *o = json_object_new_object();
        uint64_t id, ns;
        char *name = NULL;

        if (facts_number(d, "domid", &id)) {
            facts_put_number(o, "id", id);
            name = domain_name(devices, c, id);
        }
        facts_put_text(o, "name", name);
        put_state(o, d);
        facts_put_text(o, "type", domain_type(d));
        facts_put_from(o, "mem_kb", d, "pages", PAGE_KIB);
        facts_put_from(o, "max_kb", d, "max_pages", PAGE_KIB);
        facts_put_from(o, "vcpus", d, "vcpus_max", 1);
        if (facts_number(d, "cpu_time_ns", &ns))
            facts_put_number(o, "cpu_s", ns / 1000000000u);
        json_object_object_add(
            o, "dying", json_object_new_boolean(facts_is(d, "dying", true)));
        facts_put_text(o, "reason", facts_text(d, "shutdown_reason"));
        json_object_array_add(list, o);
        free(name);
    }
    return list;
}

/* ---- all of it ----------------------------------------------------------- */

struct json_object *facts_make(const struct capture *c)
{
    struct json_object *doc = json_object_new_object();
    struct json_object *facts = json_object_new_object();
    struct json_object *info = parse(c, INFO), *domains = parse(c, DOMAINS);
    struct json_object *devices = parse(c, DEVICES), *xen = xen_facts(info, c);
    const char *listed = facts_captured(c, XL_LIST);

    if (!listed)
        listed = facts_captured(c, XM_LIST);
    json_object_object_add(doc, "facts", facts);
    facts_put_host(facts, c);
    json_object_object_add(facts, "xen", xen);
    json_object_object_add(facts, "memory", memory_facts(info, xen, c));
    json_object_object_add(facts, "cpus", cpu_facts(info, c));
    if (domains)
        json_object_object_add(facts, "domains",
                               domain_facts(domains, devices, c));
    else if (listed)
        json_object_object_add(facts, "domains", listed_domains(listed));
    facts_put_devices(facts, devices, c);
    json_object_put(info);
    json_object_put(domains);
    json_object_put(devices);
    return doc;
}
