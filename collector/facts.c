#include "collector/facts.h"

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
    {OS_RELEASE, 4 * KIB, false},   {INVENTORY, 4 * KIB, false},
    {RING_RAW, RING_HEAD, true},    {XL_DMESG, RING_HEAD, true},
    {XM_DMESG, RING_HEAD, true},    {MANIFEST, 16 * KIB, true},
};
#define N_MEMBERS (sizeof(members) / sizeof(members[0]))

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

void facts_head(struct capture *c, const struct manifest_head *head)
{
    struct capture *kept = capture_find(c, MANIFEST);
    struct buf text = BUF_INIT;

    manifest_head_write(head, &text);
    buf_reset(&kept->text);
    capture_add(kept, buf_str(&text), text.len);
    buf_done(&text);
}

const char *facts_member(const struct facts_in *in, const char *member)
{
    return facts_captured(in->captures, member);
}

struct json_object *facts_parse(const struct facts_in *in, const char *member)
{
    const char *text = facts_member(in, member);
    struct json_object *o = text ? json_tokener_parse(text) : NULL;

    if (json_object_is_type(o, json_type_object))
        return o;
    json_object_put(o);
    return NULL;
}

/* ---- where they are from ------------------------------------------------ */

void facts_said(const struct facts_in *in, const char *fact, const char *member)
{
    struct json_object *list;

    if (!member || !*member)
        return;
    if (!json_object_object_get_ex(in->from, fact, &list)) {
        list = json_object_new_array();
        json_object_object_add(in->from, fact, list);
    }
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)),
                    member))
            return;
    json_object_array_add(list, json_object_new_string(member));
}

void facts_rest_said(const struct facts_in *in, const char *name,
                     struct json_object *o, const char *member)
{
    json_object_object_foreach(o, key, value)
    {
        char *fact = xasprintf("%s.%s", name, key);

        (void)value;
        if (!json_object_object_get_ex(in->from, fact, NULL))
            facts_said(in, fact, member);
        free(fact);
    }
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

/* ---- all of it ----------------------------------------------------------- */

struct json_object *facts_make(const struct capture *c)
{
    struct json_object *doc = json_object_new_object();
    struct json_object *facts = json_object_new_object();
    const struct facts_in all = {c, json_object_new_object()}, *in = &all;
    struct json_object *info = facts_parse(in, INFO);
    struct json_object *devices = facts_parse(in, DEVICES);
    struct json_object *xen = facts_xen(info, in);

    json_object_object_add(doc, "facts", facts);
    json_object_object_add(doc, "facts_from", all.from);
    facts_put_host(facts, in);
    json_object_object_add(facts, "xen", xen);
    json_object_object_add(facts, "memory", facts_memory(info, xen, in));
    json_object_object_add(facts, "cpus", facts_cpus(info, in));
    facts_put_domains(facts, devices, xen, in);
    facts_put_devices(facts, devices, in);
    json_object_put(info);
    json_object_put(devices);
    return doc;
}
