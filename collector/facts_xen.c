/* facts_xen.c: what the hypervisor tells of itself and of the machine, by the
 * best way that there is. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/facts_part.h"

#define KIB 1024u
/* Messages of early boot come before the version line. */
#define BANNER_WITHIN ((size_t)4096)

/* What xl info tells, else xm info, where the hypervisor was not asked. */
static const char *listed_member(const struct facts_in *in)
{
    return facts_member(in, XL_INFO) ? XL_INFO : XM_INFO;
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

static void put_listed(struct json_object *o, const char *text)
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

/* Of the ring's text, where Xen did not tell the ring's size: its first lines
 * are still there or not.  A short text without them was cleared (xl dmesg -c),
 * or is none at all. */
static void put_wrapped(struct json_object *ring, const struct facts_in *in)
{
    static const char *const members[] = {RING, RING_RAW, XL_DMESG, XM_DMESG};
    static const char banner[] = "Xen version ";

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *text = facts_member(in, members[i]);
        size_t n = text ? strlen(text) : 0;
        bool first = text && memmem(text, n < BANNER_WITHIN ? n : BANNER_WITHIN,
                                    banner, strlen(banner));

        if (!first && n < RING_HEAD)
            continue;
        json_object_object_add(ring, "wrapped",
                               json_object_new_boolean(!first));
        facts_said(in, "xen.ring.wrapped", members[i]);
        return;
    }
}

static struct json_object *ring_facts(struct json_object *info,
                                      const struct facts_in *in)
{
    struct json_object *ring = json_object_new_object();
    struct json_object *wrapped = facts_get(info, "console_ring.wrapped");

    facts_put_from(ring, "bytes", info, "console_ring.bytes", 1);
    if (wrapped)
        json_object_object_add(ring, "wrapped", json_object_get(wrapped));
    else
        put_wrapped(ring, in);
    facts_rest_said(in, "xen.ring", ring, INFO);
    return ring;
}

/* ---- the tools ----------------------------------------------------------- */

/* "4.17" at the begin of text; to be freed; NULL: something else. */
static char *release_at(const char *text)
{
    size_t major = strspn(text, "0123456789"), minor;

    if (!major || text[major] != '.')
        return NULL;
    minor = strspn(text + major + 1, "0123456789");
    return minor ? xstrndup(text, major + 1 + minor) : NULL;
}

/* Of the folder that a program lies in: Debian's has the release. */
static char *release_of_program(const char *path)
{
    static const char folder[] = "/usr/lib/xen-";

    if (!path || !str_starts(path, folder))
        return NULL;
    path += strlen(folder);
    return str_starts(path + strcspn(path, "/ \n"), "/bin/") ? release_at(path)
                                                             : NULL;
}

/* Of root's first program that lies in such a folder. */
static char *release_by_ps(const char *text)
{
    char *header = text ? facts_next_line(&text) : NULL, *line;
    int user = header ? facts_ps_column(header, "USER") : -1;
    int command = header ? facts_ps_column(header, "COMMAND") : -1;
    char *release = NULL;

    while (header && !release && (line = facts_next_line(&text))) {
        const char *who = facts_word(line, user);

        if (who && str_starts(who, "root "))
            release = release_of_program(facts_word(line, command));
        free(line);
    }
    free(header);
    return release;
}

/* Of the running daemons, by what dom0's root alone can write: neither a
 * guest's nodes of xenstore nor the arguments of a program, which have guests'
 * names. */
static char *release_of_daemon(const struct facts_in *in, const char **from)
{
    static const char *const members[] = {PS, PS_PLAIN};
    char *release = release_of_program(
        facts_after(facts_member(in, XENSTORE), "/tool/xenstored = \""));

    *from = XENSTORE;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (!release) {
            *from = members[i];
            release = release_by_ps(facts_member(in, members[i]));
        }
    return release;
}

/* Of the installed tools: libxenctrl's, else that of the running daemons.
 * from: the member that tells. */
static char *tools_release(struct json_object *version,
                           const struct facts_in *in, const char **from)
{
    char *release = release_at(facts_text(version, "tools.libxenctrl"));

    *from = XEN_VERSION;
    return release ? release : release_of_daemon(in, from);
}

/* Whether the tools are of the hypervisor's release.  That they are takes the
 * library itself: its interface has one number in several releases, and where
 * the library was not loaded that number is the one xen-bugtool was built with.
 */
static void put_match(struct json_object *o, struct json_object *version,
                      const struct facts_in *in)
{
    const char *from;
    char *tools = tools_release(version, in, &from);
    char *xen = release_at(facts_text(o, "version"));
    bool loaded = *facts_text(version, "tools.libxenctrl");
    bool told =
        (loaded && facts_is(version, "sysctl_interface.match", false)) ||
        facts_is(version, "tools.match", false);
    bool differ = told || (tools && xen && strcmp(tools, xen));

    facts_put_text(o, "tools_release", tools);
    if (tools)
        facts_said(in, "xen.tools_release", from);
    if (differ || facts_is(version, "tools.match", true)) {
        json_object_object_add(o, "interface_match",
                               json_object_new_boolean(!differ));
        facts_said(in, "xen.interface_match",
                   told || !differ ? XEN_VERSION : from);
    }
    if (differ && !told)
        facts_said(in, "xen.interface_match", facts_text(o, "from"));
    free(tools);
    free(xen);
}

/* ---- Xen and the machine ------------------------------------------------- */

/* The object "xen" of the probe's answers. */
static void put_told(struct json_object *o, struct json_object *told)
{
    facts_put_text(o, "version", facts_text(told, "version"));
    facts_put_text(o, "changeset", facts_text(told, "changeset"));
    facts_put_text(o, "commandline", facts_text(told, "command_line"));
    put_words(o, "caps", facts_text(told, "capabilities"));
}

static void put_virt_caps(struct json_object *o, struct json_object *info,
                          const struct facts_in *in)
{
    struct json_object *virt = facts_get(info, "physinfo.virt_caps");
    char *text =
        facts_line_value(facts_member(in, listed_member(in)), "virt_caps");

    if (virt)
        json_object_object_add(o, "virt_caps", json_object_get(virt));
    else if (text)
        put_words(o, "virt_caps", text);
    if (virt || text)
        facts_said(in, "xen.virt_caps", virt ? INFO : listed_member(in));
    free(text);
}

struct json_object *facts_xen(struct json_object *info,
                              const struct facts_in *in)
{
    struct json_object *o = json_object_new_object();
    struct json_object *version = facts_parse(in, XEN_VERSION);
    const char *listed = facts_member(in, listed_member(in));
    const char *from = NULL;

    if (facts_get(info, "xen")) {
        from = INFO;
        put_told(o, facts_get(info, "xen"));
    } else if (facts_get(version, "xen")) {
        from = XEN_VERSION;
        put_told(o, facts_get(version, "xen"));
    } else if (listed) {
        from = listed_member(in);
        put_listed(o, listed);
    }
    if (facts_get(o, "commandline"))
        put_loglvl(o, facts_text(o, "commandline"));
    facts_rest_said(in, "xen", o, from);
    facts_put_text(o, "from", from);
    put_virt_caps(o, info, in);
    json_object_object_add(o, "ring", ring_facts(info, in));
    put_match(o, version, in);
    json_object_put(version);
    return o;
}

/* A number of xl info, where the hypervisor was not asked. */
static void put_listed_number(struct json_object *o, const char *key,
                              const struct facts_in *in, const char *name,
                              uint64_t unit)
{
    char *value = facts_line_value(facts_member(in, listed_member(in)), name);

    if (!facts_get(o, key) && value && isdigit((unsigned char)*value))
        facts_put_number(o, key, strtoull(value, NULL, 10) * unit);
    free(value);
}

static void put_meminfo(struct json_object *o, const struct facts_in *in,
                        const char *key, const char *name)
{
    char *value = facts_line_value(facts_member(in, MEMINFO), name);

    if (value && isdigit((unsigned char)*value))
        facts_put_number(o, key, strtoull(value, NULL, 10));
    free(value);
}

static bool is_pinned(const char *line)
{
    const char *p = strstr(line, "dom0_mem=");

    return p && (p == line || p[-1] == ' ');
}

struct json_object *facts_memory(struct json_object *info,
                                 struct json_object *xen,
                                 const struct facts_in *in)
{
    struct json_object *o = json_object_new_object();
    const char *line = facts_text(xen, "commandline");

    facts_put_from(o, "total_kb", info, "physinfo.total_memory_kib", 1);
    facts_put_from(o, "free_kb", info, "physinfo.free_memory_kib", 1);
    facts_rest_said(in, "memory", o, INFO);
    put_listed_number(o, "total_kb", in, "total_memory", KIB);
    put_listed_number(o, "free_kb", in, "free_memory", KIB);
    facts_rest_said(in, "memory", o, listed_member(in));
    put_meminfo(o, in, "dom0_total_kb", "MemTotal");
    put_meminfo(o, in, "dom0_free_kb", "MemAvailable");
    put_meminfo(o, in, "swap_free_kb", "SwapFree");
    facts_rest_said(in, "memory", o, MEMINFO);
    if (facts_get(xen, "commandline"))
        json_object_object_add(o, "dom0_pinned",
                               json_object_new_boolean(is_pinned(line)));
    facts_rest_said(in, "memory", o, facts_text(xen, "from"));
    return o;
}

struct json_object *facts_cpus(struct json_object *info,
                               const struct facts_in *in)
{
    struct json_object *o = json_object_new_object();
    char *model = facts_line_value(facts_member(in, CPUINFO), "model name");

    facts_put_from(o, "count", info, "physinfo.nr_cpus", 1);
    facts_rest_said(in, "cpus", o, INFO);
    put_listed_number(o, "count", in, "nr_cpus", 1);
    facts_rest_said(in, "cpus", o, listed_member(in));
    facts_put_text(o, "model", model);
    facts_rest_said(in, "cpus", o, CPUINFO);
    free(model);
    return o;
}
