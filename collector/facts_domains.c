/* facts_domains.c: facts of the domains, by the best way that there is. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/facts_part.h"

#define MAX_DOMAINS 4096u
#define PAGE_KIB 4u

/* ---- names --------------------------------------------------------------- */

/* What printf of xl makes of a name that there is not. */
static bool is_null(const char *name, size_t n)
{
    return n == 6 && !strncmp(name, "(null)", n);
}

/* The name that xl list -v has for a domain; to be freed. */
static char *listed_name(const struct facts_in *in, uint64_t id)
{
    const char *text = facts_member(in, XL_LIST);

    while (text && *text) {
        size_t n = strcspn(text, " \n");
        const char *p = text + n + strspn(text + n, " ");
        char *end;

        if (isdigit((unsigned char)*p) && strtoull(p, &end, 10) == id &&
            *end == ' ' && !is_null(text, n))
            return xstrndup(text, n);
        text = strchrnul(text, '\n');
        text += *text == '\n';
    }
    return NULL;
}

/* "name 3 web": what libxl was told; to be freed. */
static char *configured_name(const struct facts_in *in, uint64_t id)
{
    const char *text = facts_member(in, NAMES_LIBXL);
    char *line, *name = NULL, *end;

    while (text && !name && (line = facts_next_line(&text))) {
        if (str_starts(line, "name ") && strtoull(line + 5, &end, 10) == id &&
            *end == ' ')
            name = xstrdup(end + 1);
        free(line);
    }
    return name;
}

/* What xenstore has. */
static const char *stored_name(struct json_object *devices, uint64_t id)
{
    uint64_t other;

    for (size_t i = 0; i < facts_count(devices, "domains"); i++) {
        struct json_object *d = facts_at(devices, "domains", i);

        if (facts_number(d, "domid", &other) && other == id &&
            *facts_text(d, "name"))
            return facts_text(d, "name");
    }
    return "";
}

/* The name, and the member that it is from. */
static void put_name(struct json_object *o, struct json_object *devices,
                     const struct facts_in *in, uint64_t id)
{
    const char *from = DEVICES;
    char *name = xstrdup(stored_name(devices, id));

    if (!*name) {
        free(name);
        from = XL_LIST;
        name = listed_name(in, id);
    }
    if (!name) {
        from = NAMES_LIBXL;
        name = configured_name(in, id);
    }
    /* So every toolstack calls it, and xenstore may have lost that. */
    if (!name && !id) {
        from = "own";
        name = xstrdup("Domain-0");
    }
    facts_put_text(o, "name", name);
    if (name)
        facts_put_text(o, "name_from", from);
    free(name);
}

/* ---- what is known of each ----------------------------------------------- */

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
static bool store_domid(const struct facts_in *in, uint64_t *out,
                        const char **from)
{
    static const char *const ways[][2] = {
        {STORE_PID, "domid:"}, {XENSTORE, "/tool/xenstored/domid = \""}};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const char *p = facts_after(facts_member(in, ways[i][0]), ways[i][1]);

        if (p && isdigit((unsigned char)*p)) {
            *out = strtoull(p, NULL, 10);
            *from = ways[i][0];
            return true;
        }
    }
    return false;
}

static void mark_store(struct json_object *list, const struct facts_in *in)
{
    const char *from = NULL;
    uint64_t store, id;
    bool known = store_domid(in, &store, &from);

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *d = json_object_array_get_idx(list, i);

        if (!facts_is(d, "xenstore", true))
            json_object_object_add(
                d, "xenstore",
                json_object_new_boolean(known && facts_number(d, "id", &id) &&
                                        id == store));
    }
    facts_said(in, "domains", from);
}

/* What xenstore has, where nobody else was there to be asked. */
static struct json_object *named_domains(struct json_object *devices,
                                         const struct facts_in *in)
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
        put_name(o, devices, in, id);
        json_object_array_add(list, o);
    }
    return list;
}

static void put_listed_name(struct json_object *o, const char *name, size_t n,
                            const char *member)
{
    json_object_object_add(o, "name", json_object_new_string_len(name, (int)n));
    facts_put_text(o, "name_from", member);
}

/* What xl list -v or xm list tells, where the hypervisor was not asked. */
static struct json_object *listed_domains(const char *member,
                                          struct json_object *devices,
                                          const struct facts_in *in)
{
    const char *text = facts_member(in, member);
    struct json_object *list = json_object_new_array();

    for (; *text; text += *text == '\n') {
        size_t n = strcspn(text, " \n");
        unsigned id, mib, vcpus, cpu;
        char state[16];
        int fields = sscanf(text + n, " %9u %9u %9u %15s %9u", &id, &mib,
                            &vcpus, state, &cpu);

        if (fields >= 4 && !state[strspn(state, "rbpscd-")] &&
            json_object_array_length(list) < MAX_DOMAINS) {
            struct json_object *o = json_object_new_object();

            facts_put_number(o, "id", id);
            if (is_null(text, n))
                put_name(o, devices, in, id);
            else
                put_listed_name(o, text, n, member);
            facts_put_number(o, "mem_kb", (uint64_t)mib * 1024);
            facts_put_number(o, "vcpus", vcpus);
            facts_put_text(o, "state", state);
            if (fields == 5)
                facts_put_number(o, "cpu_s", cpu);
            json_object_object_add(o, "dying",
                                   json_object_new_boolean(state[5] == 'd'));
            json_object_array_add(list, o);
        }
        text = strchrnul(text, '\n');
    }
    return list;
}

static struct json_object *domain_facts(struct json_object *domains,
                                        struct json_object *devices,
                                        const struct facts_in *in)
{
    struct json_object *list = json_object_new_array();
    size_t n = facts_count(domains, "domains");

    for (size_t i = 0; i < n && i < MAX_DOMAINS; i++) {
        struct json_object *d = facts_at(domains, "domains", i);
        struct json_object *o = json_object_new_object();
        uint64_t id, ns;

        if (facts_number(d, "domid", &id)) {
            facts_put_number(o, "id", id);
            put_name(o, devices, in, id);
        }
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
    }
    return list;
}

void facts_put_domains(struct json_object *facts, struct json_object *devices,
                       struct json_object *xen, const struct facts_in *in)
{
    struct json_object *domains = facts_parse(in, DOMAINS), *list = NULL;
    const char *from = facts_member(in, XL_LIST) ? XL_LIST : XM_LIST;

    if (domains) {
        from = DOMAINS;
        list = domain_facts(domains, devices, in);
    } else if (facts_member(in, from)) {
        list = listed_domains(from, devices, in);
    } else if (facts_count(devices, "domains")) {
        from = DEVICES;
        list = named_domains(devices, in);
    }
    json_object_put(domains);
    if (!list)
        return;
    facts_said(in, "domains", from);
    mark_store(list, in);
    facts_put_text(xen, "domains_from", from);
    json_object_object_add(facts, "domains", list);
}
