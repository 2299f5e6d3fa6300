#include "collector/facts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"

#define INFO "xen/info.json"
#define DOMAINS "xen/domains.json"
#define DEVICES "xen/devices.json"
#define MEMINFO "files/proc/meminfo"
#define CPUINFO "files/proc/cpuinfo"
#define XL_INFO "commands/xen_toolstack/xl-info.txt"
#define XL_LIST "commands/xen_toolstack/xl-list-v.txt"
#define XM_LIST "commands/xen_toolstack/xm-list.txt"

static const char *const names[] = {INFO,    DOMAINS, DEVICES, MEMINFO,
                                    CPUINFO, XL_INFO, XL_LIST, XM_LIST};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

#define MAX_DOMAINS 4096u
#define PAGE_KIB 4u

/* ---- captures ------------------------------------------------------------ */

struct capture *facts_captures_new(void)
{
    struct capture *c = xcalloc(N_NAMES + 1, sizeof(*c));

    for (size_t i = 0; i < N_NAMES; i++)
        c[i].member = names[i];
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
            return c->text.len && c->text.len < CAPTURE_MAX ? buf_str(&c->text)
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

static void put_text(struct json_object *o, const char *key, const char *text)
{
    if (text && *text)
        json_object_object_add(o, key, json_object_new_string(text));
}

static void put_number(struct json_object *o, const char *key, uint64_t n)
{
    json_object_object_add(
        o, key, json_object_new_int64(n > INT64_MAX ? INT64_MAX : (int64_t)n));
}

/* The number at path of from, times unit. */
static void put_from(struct json_object *o, const char *key,
                     struct json_object *from, const char *path, uint64_t unit)
{
    uint64_t n;

    if (facts_number(from, path, &n) && n <= INT64_MAX / unit)
        put_number(o, key, n * unit);
}

/* ---- the host ------------------------------------------------------------ */

/* The value of "key : value" in a file of such lines; to be freed. */
static char *line_value(const char *text, const char *key)
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

static struct json_object *xen_facts(struct json_object *info,
                                     const struct capture *c)
{
    struct json_object *o = json_object_new_object(), *ring;
    struct json_object *virt = facts_get(info, "physinfo.virt_caps");
    const char *xl = facts_captured(c, XL_INFO);
    char *line = line_value(xl, "xen_commandline");
    char *caps = line_value(xl, "xen_caps");

    put_text(o, "version", facts_text(info, "xen.version"));
    put_text(o, "changeset", facts_text(info, "xen.changeset"));
    put_text(o, "commandline",
             info ? facts_text(info, "xen.command_line") : line);
    put_words(o, "caps",
              info   ? facts_text(info, "xen.capabilities")
              : caps ? caps
                     : "");
    if (virt)
        json_object_object_add(o, "virt_caps", json_object_get(virt));
    ring = json_object_new_object();
    put_from(ring, "bytes", info, "console_ring.bytes", 1);
    if (facts_get(info, "console_ring.wrapped"))
        json_object_object_add(
            ring, "wrapped",
            json_object_get(facts_get(info, "console_ring.wrapped")));
    json_object_object_add(o, "ring", ring);
    free(line);
    free(caps);
    return o;
}

static void put_meminfo(struct json_object *o, const struct capture *c,
                        const char *key, const char *name)
{
    char *value = line_value(facts_captured(c, MEMINFO), name);

    if (value && isdigit((unsigned char)*value))
        put_number(o, key, strtoull(value, NULL, 10));
    free(value);
}

static struct json_object *memory_facts(struct json_object *info,
                                        const struct capture *c)
{
    struct json_object *o = json_object_new_object();

    put_from(o, "total_kb", info, "physinfo.total_memory_kib", 1);
    put_from(o, "free_kb", info, "physinfo.free_memory_kib", 1);
    put_meminfo(o, c, "dom0_total_kb", "MemTotal");
    put_meminfo(o, c, "dom0_free_kb", "MemAvailable");
    put_meminfo(o, c, "swap_free_kb", "SwapFree");
    return o;
}

static struct json_object *host_facts(const struct capture *c)
{
    struct json_object *o = json_object_new_object();

    if (facts_captured(c, XL_INFO) || facts_captured(c, XL_LIST))
        put_text(o, "toolstack", "xl");
    else if (facts_captured(c, XM_LIST))
        put_text(o, "toolstack", "xm");
    return o;
}

static struct json_object *cpu_facts(struct json_object *info,
                                     const struct capture *c)
{
    struct json_object *o = json_object_new_object();
    char *model = line_value(facts_captured(c, CPUINFO), "model name");

    put_from(o, "count", info, "physinfo.nr_cpus", 1);
    put_text(o, "model", model);
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
    put_text(o, "state", state);
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
        unsigned id, mib, vcpus;
        char state[16], *name;

        if (sscanf(text + n, " %9u %9u %9u %15s", &id, &mib, &vcpus, state) ==
                4 &&
            !state[strspn(state, "rbpscd-")] &&
            json_object_array_length(list) < MAX_DOMAINS) {
            struct json_object *o = json_object_new_object();

            name = xstrndup(text, n);
            put_number(o, "id", id);
            put_text(o, "name", name);
            put_number(o, "mem_kb", (uint64_t)mib * 1024);
            put_number(o, "vcpus", vcpus);
            put_text(o, "state", state);
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
            put_number(o, "id", id);
            name = domain_name(devices, c, id);
        }
        put_text(o, "name", name);
        put_state(o, d);
        put_text(o, "type", domain_type(d));
        put_from(o, "mem_kb", d, "pages", PAGE_KIB);
        put_from(o, "max_kb", d, "max_pages", PAGE_KIB);
        put_from(o, "vcpus", d, "vcpus_max", 1);
        if (facts_number(d, "cpu_time_ns", &ns))
            put_number(o, "cpu_s", ns / 1000000000u);
        json_object_object_add(
            o, "dying", json_object_new_boolean(facts_is(d, "dying", true)));
        put_text(o, "reason", facts_text(d, "shutdown_reason"));
        json_object_array_add(list, o);
        free(name);
    }
    return list;
}

/* ---- devices ------------------------------------------------------------- */

/* xen/include/public/io/xenbus.h: enum xenbus_state */
static const char *state_name(struct json_object *d, const char *path)
{
    static const char *const words[] = {
        "unknown", "initialising", "initwait",      "initialised", "connected",
        "closing", "closed",       "reconfiguring", "reconfigured"};
    uint64_t n;

    if (!facts_number(d, path, &n))
        return "absent";
    return n < sizeof(words) / sizeof(words[0]) ? words[n] : "unknown";
}

static void put_states(struct json_object *o, struct json_object *d)
{
    const char *front = state_name(d, "frontend.state");
    const char *back = state_name(d, "backend.state");
    char text[64];

    snprintf(text, sizeof(text), "frontend %s, backend %s", front, back);
    put_text(o, "state", strcmp(front, back) ? text : front);
}

static struct json_object *vif_facts(struct json_object *d)
{
    struct json_object *o = json_object_new_object();
    const char *master = facts_text(d, "netdev.master");
    char name[64];

    put_from(o, "domid", d, "domid", 1);
    put_text(o, "index", facts_text(d, "id"));
    snprintf(name, sizeof(name), "vif%.20s.%.20s", facts_text(d, "domid"),
             facts_text(d, "id"));
    put_text(o, "dev",
             *facts_text(d, "netdev.name") ? facts_text(d, "netdev.name")
                                           : name);
    put_text(o, "bridge", *master ? master : facts_text(d, "backend.bridge"));
    put_text(o, "mac", facts_text(d, "backend.mac"));
    put_states(o, d);
    return o;
}

static struct json_object *vbd_facts(struct json_object *d)
{
    struct json_object *o = json_object_new_object();
    const char *block = facts_text(d, "block.name");
    const char *file = facts_text(d, "block.loop_file");
    char *loop = NULL;

    put_from(o, "domid", d, "domid", 1);
    put_text(o, "dev",
             *facts_text(d, "backend.dev") ? facts_text(d, "backend.dev")
                                           : facts_text(d, "id"));
    put_text(o, "backend", facts_text(d, "backend.kind"));
    put_text(o, "mode", facts_text(d, "backend.mode"));
    if (*file)
        loop = xasprintf("/dev/%s", block);
    put_text(o, "loop", loop);
    put_text(o, "params", *file ? file : facts_text(d, "backend.params"));
    put_states(o, d);
    free(loop);
    return o;
}

static struct json_object *device_facts(
    struct json_object *devices, const char *kind,
    struct json_object *(*make)(struct json_object *d))
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < facts_count(devices, "devices"); i++) {
        struct json_object *d = facts_at(devices, "devices", i);

        if (!strcmp(facts_text(d, "kind"), kind))
            json_object_array_add(list, make(d));
    }
    return list;
}

static struct json_object *bridge_facts(struct json_object *devices)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < facts_count(devices, "bridges"); i++) {
        struct json_object *b = facts_at(devices, "bridges", i);
        struct json_object *o = json_object_new_object();
        struct json_object *ports = facts_get(b, "ports");
        uint64_t physical = 0;

        for (size_t k = 0; k < facts_count(b, "ports"); k++) {
            const char *port = json_object_get_string(facts_at(b, "ports", k));

            physical +=
                port && !str_starts(port, "vif") && !str_starts(port, "tap");
        }
        put_text(o, "name", facts_text(b, "name"));
        if (ports)
            json_object_object_add(o, "ports", json_object_get(ports));
        put_number(o, "physical", physical);
        json_object_array_add(list, o);
    }
    return list;
}

static void put_devices(struct json_object *facts, struct json_object *devices)
{
    struct json_object *loop = json_object_new_object();

    put_number(loop, "used", facts_count(devices, "loops"));
    json_object_object_add(facts, "loop", loop);
    json_object_object_add(facts, "bridges", bridge_facts(devices));
    json_object_object_add(facts, "vifs",
                           device_facts(devices, "vif", vif_facts));
    json_object_object_add(facts, "vbds",
                           device_facts(devices, "vbd", vbd_facts));
}

/* ---- all of it ----------------------------------------------------------- */

struct json_object *facts_make(const struct capture *c)
{
    struct json_object *doc = json_object_new_object();
    struct json_object *facts = json_object_new_object();
    struct json_object *info = parse(c, INFO), *domains = parse(c, DOMAINS);
    struct json_object *devices = parse(c, DEVICES);
    const char *listed = facts_captured(c, XL_LIST);

    if (!listed)
        listed = facts_captured(c, XM_LIST);
    json_object_object_add(doc, "facts", facts);
    json_object_object_add(facts, "host", host_facts(c));
    json_object_object_add(facts, "xen", xen_facts(info, c));
    json_object_object_add(facts, "memory", memory_facts(info, c));
    json_object_object_add(facts, "cpus", cpu_facts(info, c));
    if (domains)
        json_object_object_add(facts, "domains",
                               domain_facts(domains, devices, c));
    else if (listed)
        json_object_object_add(facts, "domains", listed_domains(listed));
    if (devices)
        put_devices(facts, devices);
    json_object_put(info);
    json_object_put(domains);
    json_object_put(devices);
    return doc;
}
