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
    {INFO, 64 * KIB, false},        {XEN_VERSION, 16 * KIB, false},
    {DOMAINS, CAPTURE_MAX, false},  {DEVICES, CAPTURE_MAX, false},
    {MEMINFO, 16 * KIB, false},     {CPUINFO, 16 * KIB, true},
    {XL_INFO, 64 * KIB, false},     {XM_INFO, 64 * KIB, false},
    {XL_LIST, 256 * KIB, false},    {XM_LIST, 256 * KIB, false},
    {DF, 64 * KIB, false},          {DF_PLAIN, 64 * KIB, false},
    {BRIDGE_NF, 4 * KIB, false},    {DF_INODES, 64 * KIB, false},
    {PS, 512 * KIB, false},         {PS_PLAIN, 512 * KIB, false},
    {XENSTORE, 256 * KIB, false},   {STORE_PID, 4 * KIB, false},
    {NAMES_LIBXL, 64 * KIB, false}, {OSRELEASE, 4 * KIB, false},
    {CMDLINE, 8 * KIB, false},      {TAINTED, 4 * KIB, false},
    {CLOCKSOURCE, 4 * KIB, false},  {MODULES, 64 * KIB, false},
    {SYSCTL, 256 * KIB, false},     {BRCTL, 64 * KIB, false},
    {BRIDGE_XM, 64 * KIB, false},   {SYSCTL_PLAIN, 256 * KIB, false},
    {LOOP_MAX, 4 * KIB, false},     {LOOP_NODES, 64 * KIB, false},
    {LOSETUP, 64 * KIB, false},     {DPKG, 512 * KIB, false},
    {RPM, 256 * KIB, false},        {RING, RING_HEAD, true},
    {RING_RAW, RING_HEAD, true},    {XL_DMESG, RING_HEAD, true},
    {XM_DMESG, RING_HEAD, true},
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

struct json_object *facts_parse(const struct capture *c, const char *member)
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

const char *facts_after(const char *text, const char *begin)
{
    while (text && *text) {
        if (str_starts(text, begin))
            return text + strlen(begin);
        text = strchrnul(text, '\n');
        text += *text == '\n';
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

/* "name 3 web": what libxl was told; to be freed. */
static char *configured_name(const struct capture *c, uint64_t id)
{
    const char *text = facts_captured(c, NAMES_LIBXL);
    char *line, *name = NULL, *end;

    while (text && !name && (line = facts_next_line(&text))) {
        if (str_starts(line, "name ") && strtoull(line + 5, &end, 10) == id &&
            *end == ' ')
            name = xstrdup(end + 1);
        free(line);
    }
    return name;
}

static char *domain_name(struct json_object *devices, const struct capture *c,
                         uint64_t id)
{
    uint64_t other;
    char *name;

    for (size_t i = 0; i < facts_count(devices, "domains"); i++) {
        struct json_object *d = facts_at(devices, "domains", i);

        if (facts_number(d, "domid", &other) && other == id &&
            *facts_text(d, "name"))
            return xstrdup(facts_text(d, "name"));
    }
    name = listed_name(c, id);
    return name ? name : configured_name(c, id);
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

/* The domain that xenstored runs in, as init-xenstore-domain.c of Xen leaves it
 * behind: in a file in dom0, and in xenstore.  False: none, or not known. */
static bool store_domid(const struct capture *c, uint64_t *out)
{
    static const char *const ways[][2] = {
        {STORE_PID, "domid:"}, {XENSTORE, "/tool/xenstored/domid = \""}};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const char *p = facts_after(facts_captured(c, ways[i][0]), ways[i][1]);

        if (p && isdigit((unsigned char)*p)) {
            *out = strtoull(p, NULL, 10);
            return true;
        }
    }
    return false;
}

static void mark_store(struct json_object *list, const struct capture *c)
{
    uint64_t store, id;
    bool known = store_domid(c, &store);

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *d = json_object_array_get_idx(list, i);

        if (!facts_is(d, "xenstore", true))
            json_object_object_add(
                d, "xenstore",
                json_object_new_boolean(known && facts_number(d, "id", &id) &&
                                        id == store));
    }
}

/* What xenstore has, where nobody else was there to be asked. */
static struct json_object *named_domains(struct json_object *devices)
{
    struct json_object *list = json_object_new_array();
    size_t n = facts_count(devices, "domains");
    uint64_t id;

    for (size_t i = 0; i < n && i < MAX_DOMAINS; i++) {
        struct json_object *d = facts_at(devices, "domains", i), *o;

        if (!facts_number(d, "domid", &id))
            continue;
        o = json_object_new_object();
        facts_put_number(o, "id", id);
        facts_put_text(o, "name", facts_text(d, "name"));
        json_object_array_add(list, o);
    }
    return list;
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
        if (facts_is(d, "xenstore_domain", true))
            json_object_object_add(o, "xenstore",
                                   json_object_new_boolean(true));
        json_object_array_add(list, o);
        free(name);
    }
    return list;
}

/* By the best way that there is; where they are from goes to xen. */
static void put_domains(struct json_object *facts, struct json_object *devices,
                        struct json_object *xen, const struct capture *c)
{
    struct json_object *domains = facts_parse(c, DOMAINS), *list = NULL;
    const char *from = facts_captured(c, XL_LIST) ? XL_LIST : XM_LIST;

    if (domains) {
        from = DOMAINS;
        list = domain_facts(domains, devices, c);
    } else if (facts_captured(c, from)) {
        list = listed_domains(facts_captured(c, from));
    } else if (facts_count(devices, "domains")) {
        from = DEVICES;
        list = named_domains(devices);
    }
    json_object_put(domains);
    if (!list)
        return;
    mark_store(list, c);
    facts_put_text(xen, "domains_from", from);
    json_object_object_add(facts, "domains", list);
}

/* ---- all of it ----------------------------------------------------------- */

struct json_object *facts_make(const struct capture *c)
{
    struct json_object *doc = json_object_new_object();
    struct json_object *facts = json_object_new_object();
    struct json_object *info = facts_parse(c, INFO);
    struct json_object *devices = facts_parse(c, DEVICES);
    struct json_object *xen = facts_xen(info, c);

    json_object_object_add(doc, "facts", facts);
    facts_put_host(facts, c);
    json_object_object_add(facts, "xen", xen);
    json_object_object_add(facts, "memory", facts_memory(info, xen, c));
    json_object_object_add(facts, "cpus", facts_cpus(info, c));
    put_domains(facts, devices, xen, c);
    facts_put_devices(facts, devices, c);
    json_object_put(info);
    json_object_put(devices);
    return doc;
}
