/* view_host.c: the host and its domains, from the facts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"
#include "collector/base/facts_get.h"
#include "collector/view.h"

#define MAX_DOMAINS 256u
#define MAX_DEVICES 16u /* of one kind, of one domain */
#define MAX_LINKS 300u
#define MAX_DISKS 24u

#define KIB 1024u
#define UNKNOWN "Nothing is known: what would tell it is missing."

/* Why a section is empty, if it is. */
static void write_state(struct json_object *facts, const char *path,
                        const char *none, struct writer *w)
{
    if (!json_object_is_type(facts_get(facts, path), json_type_array))
        writer_attr(w, "state", "", UNKNOWN);
    else if (!facts_count(facts, path))
        writer_attr(w, "state", "", none);
}

static void write_count(struct json_object *facts, const char *path,
                        const char *label, struct writer *w)
{
    if (facts_count(facts, path))
        writer_number(w, path, label, facts_count(facts, path), NULL);
}

/* ---- host ---------------------------------------------------------------- */

static const struct {
    const char *name, *label, *fact;
} host_rows[] = {
    {"system", "System", "host.system"},
    {"toolstack", "Toolstack", "host.toolstack"},
    {"xen_package", "Xen package", "host.xen_package"},
    {"changeset", "Xen changeset", "xen.changeset"},
    {"xen_commandline", "Xen command line", "xen.commandline"},
    {"loglvl", "Xen log level", "xen.loglvl"},
    {"tools", "Xen tools", "xen.tools_release"},
    {"xen_from", "Xen told by", "xen.from"},
    {"domains_from", "Domains told by", "xen.domains_from"},
    {"cmdline", "Kernel command line", "kernel.cmdline"},
    {"cpus", "Processors", "cpus.count"},
    {"cpu_model", "Processor", "cpus.model"},
    {"clocksource", "Clock source", "host.clocksource"},
    {"taint", "Kernel taint", "host.taint"},
};

static void write_list(struct json_object *facts, const char *path,
                       const char *name, const char *label, struct writer *w)
{
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < facts_count(facts, path); i++)
        buf_addf(&b, "%s%s", i ? " " : "",
                 json_object_get_string(facts_at(facts, path, i)));
    writer_attr(w, name, label, buf_str(&b));
    buf_done(&b);
}

static void write_daemons(struct json_object *facts, struct writer *w)
{
    struct json_object *daemons = facts_get(facts, "daemons");
    struct buf up = BUF_INIT, down = BUF_INIT;

    if (json_object_is_type(daemons, json_type_object)) {
        json_object_object_foreach(daemons, name, alive)
        {
            struct buf *b = json_object_get_boolean(alive) ? &up : &down;

            if (json_object_is_type(alive, json_type_boolean))
                buf_addf(b, "%s%s", b->len ? ", " : "", name);
        }
    }
    writer_attr(w, "daemons", "Daemons running", buf_str(&up));
    writer_attr(w, "daemons_missing", "Daemons not running", buf_str(&down));
    buf_done(&up);
    buf_done(&down);
}

static void write_loops(struct json_object *facts, struct writer *w)
{
    uint64_t used, max;
    char text[64];

    if (!facts_number(facts, "loop.used", &used))
        return;
    if (facts_number(facts, "loop.max", &max))
        snprintf(text, sizeof(text), "%" PRIu64 " of %" PRIu64 " used", used,
                 max);
    else
        snprintf(text, sizeof(text), "%" PRIu64 " used", used);
    writer_attr(w, "loops", "Loop devices", text);
}

static void write_disks(const struct manifest_head *head,
                        struct json_object *facts, struct writer *w)
{
    size_t n = facts_count(facts, "disks");
    char size[24], text[48];
    uint64_t v;

    if (!n)
        return;
    snprintf(text, sizeof(text), "File systems of %s", manifest_machine(head));
    writer_start(w, WRITER_TABLE, "filesystems", text);
    for (size_t i = 0; i < n && i < MAX_DISKS; i++) {
        struct json_object *d = facts_at(facts, "disks", i);

        writer_start(w, WRITER_SECTION, "filesystem", NULL);
        writer_attr(w, "mount", "Mounted on", facts_text(d, "mount"));
        if (facts_number(d, "size_kb", &v))
            writer_number(w, "size_kb", "Size", v, str_size(v * KIB, size));
        if (facts_number(d, "used_pct", &v)) {
            snprintf(text, sizeof(text), "%" PRIu64 " %%", v);
            writer_number(w, "used_pct", "Used", v, text);
        }
        if (facts_number(d, "inodes_pct", &v)) {
            snprintf(text, sizeof(text), "%" PRIu64 " %%", v);
            writer_number(w, "inodes_pct", "Inodes used", v, text);
        }
        writer_end(w);
    }
    writer_end(w);
}

/* What the files of a host say that does not run. */
static void write_disk(const struct manifest_head *head, struct writer *w)
{
    static const char none[] = "none in its /boot";
    char when[CLOCK_ISO_SIZE];

    writer_attr(w, "disk", "Disk", head->options.sysroot);
    writer_attr(w, "system", "System", head->disk.system);
    writer_attr(w, "kernel", "Newest kernel",
                head->disk.kernel ? head->disk.kernel : none);
    writer_attr(w, "xen", "Newest Xen", head->disk.xen ? head->disk.xen : none);
    if (head->disk.last_log_ms)
        writer_attr(w, "last_log", "Last log written",
                    clock_iso(head->disk.last_log_ms, when));
}

static void write_running(const struct manifest_head *head, struct writer *w)
{
    struct buf b = BUF_INIT;
    char up[32];

    buf_addf(&b, "%s, %s", head->host.xen ? head->host.xen : "not under Xen",
             head->host.role);
    writer_attr(w, "xen", "Xen", head->host.xen ? buf_str(&b) : "none");
    buf_reset(&b);
    buf_addf(&b, "%s on %s", head->host.kernel, head->host.machine);
    writer_attr(w, "kernel", "Kernel", buf_str(&b));
    writer_number(w, "uptime_s", "Up for", head->host.uptime_s,
                  str_duration(head->host.uptime_s * 1000, up));
    buf_done(&b);
}

void view_write_host(const struct manifest_head *head,
                     struct json_object *facts, struct writer *w)
{
    struct buf b = BUF_INIT;

    writer_start(w, WRITER_SECTION, "host", "The host");
    if (head->options.sysroot)
        write_disk(head, w);
    else
        write_running(head, w);
    for (size_t i = 0; i < sizeof(host_rows) / sizeof(host_rows[0]); i++)
        writer_attr(w, host_rows[i].name, host_rows[i].label,
                    facts_text(facts, host_rows[i].fact));
    write_list(facts, "xen.caps", "capabilities", "Xen capabilities", w);
    write_list(facts, "xen.virt_caps", "virt_caps", "Virtualisation", w);
    if (facts_is(facts, "xen.ring.wrapped", true))
        writer_attr(w, "ring", "Xen's message ring",
                    "wrapped: its oldest messages are lost");
    write_daemons(facts, w);
    write_loops(facts, w);
    buf_addf(&b, "%s, %" PRIu64 " rules, key %s", head->options.privacy,
             head->rules_count, head->key_id);
    writer_attr(w, "privacy", "Privacy", buf_str(&b));
    write_disks(head, facts, w);
    writer_end(w);
    buf_done(&b);
}

/* ---- memory -------------------------------------------------------------- */

static const char *domain_name(struct json_object *facts, uint64_t id)
{
    uint64_t other;

    for (size_t i = 0; i < facts_count(facts, "domains"); i++) {
        struct json_object *d = facts_at(facts, "domains", i);

        if (facts_number(d, "id", &other) && other == id)
            return facts_text(d, "name");
    }
    return "";
}

/* "guest1 (3)" */
static const char *domain_label(struct json_object *facts,
                                struct json_object *device, const char *key,
                                struct buf *b)
{
    uint64_t id;

    buf_reset(b);
    if (facts_number(device, key, &id))
        buf_addf(b, "%s (%" PRIu64 ")", domain_name(facts, id), id);
    return buf_str(b);
}

static void write_use(struct json_object *d, struct writer *w)
{
    char size[24];
    uint64_t kb, id;

    if (!facts_number(d, "mem_kb", &kb))
        return;
    writer_start(w, WRITER_SECTION, "use", NULL);
    if (facts_number(d, "id", &id))
        writer_number(w, "id", "Id", id, NULL);
    writer_attr(w, "domain", "Domain", facts_text(d, "name"));
    writer_number(w, "kb", "Memory", kb, str_size(kb * KIB, size));
    writer_end(w);
}

void view_write_memory(const struct manifest_head *head,
                       struct json_object *facts, struct writer *w)
{
    static const struct {
        const char *name, *label, *fact;
        bool of_machine; /* it is named behind the label */
    } rows[] = {
        {"total_kb", "Host", "memory.total_kb", false},
        {"free_kb", "Free in Xen", "memory.free_kb", false},
        {"dom0_total_kb", "Memory of ", "memory.dom0_total_kb", true},
        {"dom0_free_kb", "Available in ", "memory.dom0_free_kb", true},
        {"swap_free_kb", "Free swap of ", "memory.swap_free_kb", true},
    };
    size_t n = facts_count(facts, "domains");
    char size[24], label[48];
    uint64_t kb;

    writer_start(w, WRITER_SECTION, "memory", "Memory");
    if (!n)
        writer_attr(w, "state", "", UNKNOWN);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(label, sizeof(label), "%s%s", rows[i].label,
                 rows[i].of_machine ? manifest_machine(head) : "");
        if (facts_number(facts, rows[i].fact, &kb))
            writer_number(w, rows[i].name, label, kb, str_size(kb * KIB, size));
    }
    if (facts_get(facts, "memory.dom0_pinned"))
        writer_attr(w, "dom0", "Dom0's memory",
                    facts_is(facts, "memory.dom0_pinned", true) ? "fixed"
                                                                : "balloons");
    writer_start(w, WRITER_TABLE, "use", NULL);
    for (size_t i = 0; i < n && i < MAX_DOMAINS; i++)
        write_use(facts_at(facts, "domains", i), w);
    writer_end(w);
    writer_end(w);
}

/* ---- network ------------------------------------------------------------- */

/* Backend and frontend meet in the state "connected" (4). */
static bool is_connected(struct json_object *device)
{
    const char *state = facts_text(device, "state");

    return !*state || !strcasecmp(state, "connected") || !strcmp(state, "4");
}

static bool is_vif(const char *port)
{
    return str_starts(port, "vif") || str_starts(port, "tap");
}

/* The i-th port of a bridge that is no guest's; NULL: there are fewer. */
static const char *card(struct json_object *bridge, size_t i)
{
    for (size_t k = 0; k < facts_count(bridge, "ports"); k++) {
        const char *port = json_object_get_string(facts_at(bridge, "ports", k));

        if (port && !is_vif(port) && !i--)
            return port;
    }
    return NULL;
}

static void write_link(struct json_object *facts, const char *nic,
                       const char *bridge, struct json_object *vif,
                       const char *fault, struct writer *w)
{
    struct buf b = BUF_INIT;

    writer_start(w, WRITER_SECTION, "link", NULL);
    writer_attr(w, "nic", "Network card", nic);
    writer_attr(w, "bridge", "Bridge", bridge);
    if (vif) {
        writer_attr(w, "vif", "Virtual interface", facts_text(vif, "dev"));
        writer_attr(w, "domain", "Domain",
                    domain_label(facts, vif, "domid", &b));
        if (!is_connected(vif))
            fault = "vif";
    }
    writer_attr(w, "fault", NULL, fault);
    writer_end(w);
    buf_done(&b);
}

static size_t write_bridge(struct json_object *facts,
                           struct json_object *bridge, size_t n,
                           struct writer *w)
{
    const char *name = facts_text(bridge, "name");
    size_t vifs = 0, cards = 0, i = 0;
    uint64_t physical = 1;

    while (card(bridge, cards))
        cards++;
    facts_number(bridge, "physical", &physical);
    for (size_t k = 0; k < facts_count(facts, "vifs"); k++)
        vifs += !strcmp(facts_text(facts_at(facts, "vifs", k), "bridge"), name);
    for (size_t k = 0; k < facts_count(facts, "vifs") && n < MAX_LINKS; k++) {
        struct json_object *vif = facts_at(facts, "vifs", k);

        if (strcmp(facts_text(vif, "bridge"), name))
            continue;
        /* Each card stands beside its share of the interfaces. */
        write_link(facts, cards ? card(bridge, i * cards / vifs) : "no card",
                   name, vif, cards || physical ? NULL : "nic", w);
        i++;
        n++;
    }
    for (i = vifs; i < cards && n < MAX_LINKS; i++, n++)
        write_link(facts, card(bridge, i), name, NULL, NULL, w);
    return n;
}

/* Interfaces of a bridge that is not there, or of none; Open vSwitch's bridges
 * are not among those that the kernel lists. */
static void write_loose(struct json_object *facts, size_t n, struct writer *w)
{
    for (size_t k = 0; k < facts_count(facts, "vifs") && n < MAX_LINKS; k++) {
        struct json_object *vif = facts_at(facts, "vifs", k);
        const char *name = facts_text(vif, "bridge");
        bool known = false;

        for (size_t i = 0; i < facts_count(facts, "bridges"); i++)
            known = known ||
                    !strcmp(facts_text(facts_at(facts, "bridges", i), "name"),
                            name);
        if (known)
            continue;
        write_link(facts, NULL, *name ? name : "no bridge", vif,
                   *name && !*facts_text(vif, "switch") ? "bridge" : NULL, w);
        n++;
    }
}

void view_write_network(struct json_object *facts, struct writer *w)
{
    size_t n = 0;

    writer_start(w, WRITER_SECTION, "network", "Network");
    write_state(facts, "bridges", "There is no bridge.", w);
    write_count(facts, "bridges", "Bridges", w);
    write_count(facts, "vifs", "Virtual interfaces", w);
    writer_start(w, WRITER_TABLE, "links", NULL);
    for (size_t i = 0; i < facts_count(facts, "bridges"); i++)
        n = write_bridge(facts, facts_at(facts, "bridges", i), n, w);
    write_loose(facts, n, w);
    writer_end(w);
    writer_end(w);
}

/* ---- storage ------------------------------------------------------------- */

void view_write_storage(struct json_object *facts, struct writer *w)
{
    size_t n = facts_count(facts, "vbds");
    struct buf b = BUF_INIT;

    writer_start(w, WRITER_SECTION, "storage", "Storage");
    write_state(facts, "vbds", "No domain has a virtual disk.", w);
    write_count(facts, "vbds", "Virtual disks", w);
    writer_start(w, WRITER_TABLE, "links", NULL);
    for (size_t i = 0; i < n && i < MAX_LINKS; i++) {
        struct json_object *vbd = facts_at(facts, "vbds", i);

        writer_start(w, WRITER_SECTION, "link", NULL);
        writer_attr(w, "file", "Disk or file", facts_text(vbd, "params"));
        writer_attr(w, "loop", "Loop device", facts_text(vbd, "loop"));
        buf_reset(&b);
        buf_addf(&b, "%s %s", facts_text(vbd, "dev"),
                 facts_text(vbd, "backend"));
        writer_attr(w, "backend", "Virtual disk", buf_str(&b));
        writer_attr(w, "domain", "Domain",
                    domain_label(facts, vbd, "domid", &b));
        if (facts_is(vbd, "path_exists", false))
            writer_attr(w, "fault", NULL, "file");
        else if (!is_connected(vbd))
            writer_attr(w, "fault", NULL, "backend");
        writer_end(w);
    }
    writer_end(w);
    writer_end(w);
    buf_done(&b);
}

/* ---- domains ------------------------------------------------------------- */

struct column {
    const char *name, *label, *fact;
};

/* The domain's devices in the list at path. */
static void write_devices(struct json_object *facts, const char *path,
                          const char *title, uint64_t id,
                          const struct column *columns, struct writer *w)
{
    size_t shown = 0;
    uint64_t of;

    for (size_t i = 0; i < facts_count(facts, path); i++) {
        struct json_object *d = facts_at(facts, path, i);

        if (!facts_number(d, "domid", &of) || of != id || shown == MAX_DEVICES)
            continue;
        if (!shown++)
            writer_start(w, WRITER_TABLE, path, title);
        writer_start(w, WRITER_SECTION, "device", NULL);
        for (const struct column *c = columns; c->name; c++)
            writer_attr(w, c->name, c->label, facts_text(d, c->fact));
        writer_end(w);
    }
    if (shown)
        writer_end(w);
}

static const struct column vif_columns[] = {
    {"dev", "Interface", "dev"}, {"bridge", "Bridge", "bridge"},
    {"mac", "Address", "mac"},   {"state", "State", "state"},
    {NULL, NULL, NULL},
};
static const struct column vbd_columns[] = {
    {"dev", "Disk", "dev"},
    {"params", "Is", "params"},
    {"backend", "By", "backend"},
    {"mode", "Mode", "mode"},
    {"loop", "Loop device", "loop"},
    {"state", "State", "state"},
    {NULL, NULL, NULL},
};

static void write_domain(const struct view *v, struct json_object *facts,
                         struct json_object *d, struct writer *w)
{
    static const struct column rows[] = {
        {"state", "State", "state"},
        {"type", "Type", "type"},
        {"vcpus", "Virtual processors", "vcpus"},
        {"cpu_s", "Processor time, s", "cpu_s"},
        {"reason", "Shut down because of", "reason"},
        {NULL, NULL, NULL},
    };
    char size[24], folder[48];
    uint64_t n;

    writer_start(w, WRITER_SECTION, "domain", facts_text(d, "name"));
    if (facts_number(d, "id", &n))
        writer_number(w, "id", "Id", n, NULL);
    writer_attr(w, "name", NULL, facts_text(d, "name"));
    if (facts_number(d, "mem_kb", &n))
        writer_number(w, "mem_kb", "Memory", n, str_size(n * KIB, size));
    if (facts_number(d, "max_kb", &n))
        writer_number(w, "max_kb", "At most", n, str_size(n * KIB, size));
    for (const struct column *c = rows; c->name; c++)
        writer_attr(w, c->name, c->label, facts_text(d, c->fact));
    if (facts_is(d, "dying", true))
        writer_attr(w, "dying", "Dying", "yes: its memory is still in use");
    if (facts_number(d, "id", &n)) {
        write_devices(facts, "vifs", "Network", n, vif_columns, w);
        write_devices(facts, "vbds", "Disks", n, vbd_columns, w);
        snprintf(folder, sizeof(folder), "domains/%" PRIu64 "-", n);
        view_write_members(v, folder, w);
    }
    writer_end(w);
}

void view_write_domains(const struct view *v, struct json_object *facts,
                        struct writer *w)
{
    size_t n = facts_count(facts, "domains");

    writer_start(w, WRITER_SECTION, "domains", "Domains");
    write_state(facts, "domains", "There is none.", w);
    if (n)
        writer_number(w, "count", "Domains", n, NULL);
    if (n > MAX_DOMAINS)
        writer_number(w, "shown", "Shown here", MAX_DOMAINS, NULL);
    writer_start(w, WRITER_LIST, "list", NULL);
    for (size_t i = 0; i < n && i < MAX_DOMAINS; i++)
        write_domain(v, facts, facts_at(facts, "domains", i), w);
    writer_end(w);
    writer_end(w);
}
