/* devices_json.c: both ends of each device, what dom0's kernel says of them,
 * and what does not fit together (JSON).
 *
 * All is read before the first byte is written: where xenstored stops answering
 * there is no half document. */
#include "collector/probe/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/probe/devices.h"
#include "collector/probe/devices_check.h"
#include "collector/probe/json.h"
#include "collector/probe/load.h"
#include "collector/probe/sysfs.h"

#define VALUE_MAX 4096
#define BRIDGES_MAX 1024u
#define PORTS_MAX 4096u
#define LOOPS_MAX 4096u
#define COUNTERS_MAX 64u

static void put_str(struct json *j, const char *key, char *owned)
{
    if (owned)
        json_str(j, key, owned, VALUE_MAX);
    else
        json_null(j, key);
    free(owned);
}

static void put_number(struct json *j, const char *key, char *owned)
{
    uint64_t n;

    if (owned && !str_parse_u64(owned, 0, INT64_MAX, &n))
        json_u64(j, key, n);
    else
        json_null(j, key);
    free(owned);
}

/* ---- nodes that are told where they are there ---------------------------- */

/* Of the backend; the keys are the nodes' own names, '-' as '_'. */
static const char *const back_nodes[] = {
    "hotplug-status",
    "hotplug-error",
    "online",
    "script",
    "bridge",
    "mac",
    "ip",
    "vifname",
    "type",
    "dev",
    "device-type",
    "mode",
    "params",
    "node",
    "physical-device",
    "physical-device-path",
};
static const char *const front_nodes[] = {
    "event-channel",
    "ring-ref",
    "virtual-device",
    "multi-queue-num-queues",
};

static void put_nodes(struct json *j, struct devices *d,
                      const struct device *dev, const char *const *nodes,
                      size_t n,
                      char *(*read)(struct devices *, const struct device *,
                                    const char *))
{
    for (size_t i = 0; i < n; i++) {
        char key[48], *value = read(d, dev, nodes[i]);

        if (!value)
            continue;
        snprintf(key, sizeof(key), "%s", nodes[i]);
        for (char *p = key; *p; p++)
            if (*p == '-')
                *p = '_';
        put_str(j, key, value);
    }
}

/* What a kernel that failed left in /local/domain/ID/error. */
static void put_error(struct json *j, struct devices *d, const char *key,
                      uint32_t domid, const char *path)
{
    char start[48], where[XENSTORE_ABS_PATH_MAX + 2];
    int n = snprintf(start, sizeof(start), "/local/domain/%u/", domid);

    if (!path || strncmp(path, start, (size_t)n)) {
        json_null(j, key);
        return;
    }
    snprintf(where, sizeof(where), "/local/domain/%u/error/%s", domid,
             path + n);
    put_str(j, key, devices_node(d, where, "error"));
}

static void put_end(struct json *j, struct devices *d, const struct device *dev,
                    bool front)
{
    const char *path = front ? dev->front : dev->back;
    bool there = front ? dev->has_front : dev->has_back;

    json_open(j, front ? "frontend" : "backend", '{');
    json_str(j, "path", path, VALUE_MAX);
    json_bool(j, "there", there);
    if (!front && dev->backend_domid != UINT32_MAX)
        json_u64(j, "domid", dev->backend_domid);
    else if (!front)
        json_null(j, "domid");
    else
        json_u64(j, "domid", dev->domid);
    if (!front)
        json_str(j, "kind", dev->backend_kind, VALUE_MAX);
    put_number(j, "state", there ? devices_node(d, path, "state") : NULL);
    if (front)
        put_nodes(j, d, dev, front_nodes,
                  sizeof(front_nodes) / sizeof(*front_nodes), devices_front);
    else
        put_nodes(j, d, dev, back_nodes,
                  sizeof(back_nodes) / sizeof(*back_nodes), devices_back);
    put_error(j, d, "error", front ? dev->domid : dev->backend_domid, path);
    json_close(j);
}

/* ---- what the kernel of dom0 has ----------------------------------------- */

static void put_counters(struct json *j, const char *folder)
{
    size_t n;
    char **names = sysfs_names(COUNTERS_MAX, &n, "%s", folder);

    json_open(j, "counters", '{');
    for (size_t i = 0; i < n; i++)
        put_number(j, names[i], sysfs_line("%s/%s", folder, names[i]));
    json_close(j);
    sysfs_names_free(names, n);
}

/* The network device of a vif that dom0 serves. */
static void put_vif(struct json *j, struct devices *d, const struct device *dev)
{
    char folder[96], *name = device_netdev(d, dev);

    if (!name) {
        json_null(j, "netdev");
        return;
    }
    json_open(j, "netdev", '{');
    json_str(j, "name", name, VALUE_MAX);
    json_bool(j, "there", sysfs_exists("class/net/%s", name));
    /* A bridge, or ovs-system. */
    put_str(j, "master", sysfs_link("class/net/%s/master", name));
    put_str(j, "operstate", sysfs_line("class/net/%s/operstate", name));
    put_number(j, "mtu", sysfs_line("class/net/%s/mtu", name));
    snprintf(folder, sizeof(folder), "class/net/%s/statistics", name);
    put_counters(j, folder);
    json_close(j);
    free(name);
}

/* The block device of a vbd that dom0's kernel serves. */
static void put_vbd(struct json *j, struct devices *d, const struct device *dev)
{
    char folder[96], *name = device_block(d, dev);

    if (!name) {
        json_null(j, "block");
    } else {
        json_open(j, "block", '{');
        json_str(j, "name", name, VALUE_MAX);
        json_bool(j, "there", sysfs_exists("class/block/%s", name));
        put_number(j, "sectors", sysfs_line("class/block/%s/size", name));
        put_number(j, "read_only", sysfs_line("class/block/%s/ro", name));
        put_str(j, "loop_file",
                sysfs_line("class/block/%s/loop/backing_file", name));
        put_str(j, "mapper_name", sysfs_line("class/block/%s/dm/name", name));
        json_close(j);
    }
    snprintf(folder, sizeof(folder),
             "bus/xen-backend/devices/vbd-%u-%s/"
             "statistics",
             dev->domid, sysfs_plain(dev->id) ? dev->id : "-");
    put_counters(j, folder);
    free(name);
}

static void put_device(struct json *j, struct devices *d,
                       const struct device *dev)
{
    json_open(j, NULL, '{');
    json_u64(j, "domid", dev->domid);
    json_str(j, "kind", dev->kind, VALUE_MAX);
    json_str(j, "id", dev->id, VALUE_MAX);
    put_end(j, d, dev, true);
    put_end(j, d, dev, false);
    if (!strcmp(dev->kind, "vif"))
        put_vif(j, d, dev);
    else if (!strcmp(dev->kind, "vbd"))
        put_vbd(j, d, dev);
    json_close(j);
}

static void put_domain(struct json *j, struct devices *d,
                       const struct store_domain *dom)
{
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u", dom->domid);
    json_open(j, NULL, '{');
    json_u64(j, "domid", dom->domid);
    json_str(j, "name", dom->name, VALUE_MAX);
    json_str(j, "uuid", dom->uuid, VALUE_MAX);
    if (dom->in_xen < 0)
        json_null(j, "in_hypervisor");
    else
        json_bool(j, "in_hypervisor", dom->in_xen);
    json_bool(j, "in_xenstore", dom->in_store);
    put_number(j, "memory_target_kib", devices_node(d, path, "memory/target"));
    put_number(j, "memory_static_max_kib",
               devices_node(d, path, "memory/static-max"));
    put_number(j, "video_memory_kib", devices_node(d, path, "memory/videoram"));
    put_str(j, "shutdown_request", devices_node(d, path, "control/shutdown"));
    json_close(j);
}

static void put_bridges(struct json *j)
{
    size_t n, n_ports;
    char **names = sysfs_names(BRIDGES_MAX, &n, "class/net"), **ports;

    json_open(j, "bridges", '[');
    for (size_t i = 0; i < n; i++) {
        if (!sysfs_exists("class/net/%s/bridge", names[i]))
            continue;
        json_open(j, NULL, '{');
        json_str(j, "name", names[i], VALUE_MAX);
        put_str(j, "operstate", sysfs_line("class/net/%s/operstate", names[i]));
        put_number(j, "stp",
                   sysfs_line("class/net/%s/bridge/stp_state", names[i]));
        json_open(j, "ports", '[');
        ports = sysfs_names(PORTS_MAX, &n_ports, "class/net/%s/brif", names[i]);
        for (size_t k = 0; k < n_ports; k++)
            json_str(j, NULL, ports[k], VALUE_MAX);
        sysfs_names_free(ports, n_ports);
        json_close(j);
        json_close(j);
    }
    json_close(j);
    sysfs_names_free(names, n);
}

static void put_loops(struct json *j)
{
    size_t n;
    char **names = sysfs_names(LOOPS_MAX, &n, "class/block");

    json_open(j, "loops", '[');
    for (size_t i = 0; i < n; i++) {
        char *file = sysfs_line("class/block/%s/loop/backing_file", names[i]);

        if (!file)
            continue;
        json_open(j, NULL, '{');
        json_str(j, "name", names[i], VALUE_MAX);
        put_str(j, "file", file);
        json_close(j);
    }
    json_close(j);
    sysfs_names_free(names, n);
}

/* ---- the subjects -------------------------------------------------------- */

static void write_document(struct json *j, struct devices *d, uint32_t domid)
{
    json_open(j, NULL, '{');
    json_open(j, "domains", '[');
    for (size_t i = 0; i < d->n_domains; i++)
        if (domid == DEVICES_ALL || domid == d->domains[i].domid)
            put_domain(j, d, &d->domains[i]);
    json_close(j);
    json_open(j, "devices", '[');
    for (size_t i = 0; i < d->n; i++)
        put_device(j, d, &d->v[i]);
    json_close(j);
    json_bool(j, "cut", d->cut);
    put_bridges(j);
    if (domid == DEVICES_ALL) {
        put_loops(j);
        devices_check(j, d);
    }
    json_close(j);
}

static int devices_of(struct out *o, uint32_t domid, struct err *err)
{
    struct buf text = BUF_INIT;
    struct store_conn s;
    struct devices d;
    struct out memory;
    struct json j;
    int rc;

    memset(&d, 0, sizeof(d));
    out_init_memory(&memory, &text);
    rc = store_open(&s, o, STORE_ANSWER_S, STORE_TOTAL_S, err);
    if (!rc)
        rc = devices_read(&d, &s, domid, err);
    if (!rc) {
        json_init(&j, &memory);
        write_document(&j, &d, domid);
        rc = store_in_time(&s, err);
    }
    if (!rc)
        rc = out_flush(&memory, err);
    if (!rc)
        out_add(o, buf_str(&text), text.len);
    buf_done(&text);
    devices_done(&d);
    store_close(&s);
    return rc;
}

int subject_devices(struct out *o, struct err *err)
{
    return devices_of(o, DEVICES_ALL, err);
}

int subject_devices_of(struct out *o, uint32_t domid, struct err *err)
{
    return devices_of(o, domid, err);
}

/* ---- names --------------------------------------------------------------- */

#define NAMES_ANSWER_S 2
#define NAMES_TOTAL_S 20

/* Where the hypervisor cannot be asked: /local/domain/ID/vm is "/vm/UUID". */
static void put_uuid(struct out *o, struct devices *d, uint32_t domid)
{
    static const char before[] = "/vm/";
    char path[64], *vm;

    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    vm = devices_node(d, path, "vm");
    if (vm && str_starts(vm, before) &&
        strspn(vm + strlen(before), "0123456789abcdef-") == 36 &&
        strlen(vm) == strlen(before) + 36)
        out_addf(o, "domain %u %s\n", domid, vm + strlen(before));
    free(vm);
}

/* What libxl would else write when it is asked for dom0 (xl list -l). */
static void put_target(struct out *o, struct devices *d)
{
    char *target = devices_node(d, "/local/domain/0", "memory/target");
    char *max = devices_node(d, "/local/domain/0", "memory/static-max");

    if (target && max)
        out_adds(o, "target 0\n");
    free(target);
    free(max);
}

/* "domain ID UUID" for each that the hypervisor has, then "name ID NAME" as
 * xenstore has it, and "target 0" if dom0 has its memory target and maximum
 * there.  A xenstored that hangs costs the second part alone. */
int subject_domain_names(struct out *o, struct err *err)
{
    const struct ctrl_module *module = ctrl_load(err);
    struct domain_seen *seen = NULL;
    struct devices d;
    struct store_conn s;
    size_t n = 0;
    int rc_xen, rc;

    memset(&d, 0, sizeof(d));
    rc_xen = module ? module->domains_seen(&seen, &n, err) : err->code;
    for (size_t i = 0; i < n; i++)
        out_addf(o, "domain %u %s\n", seen[i].domid, seen[i].uuid);
    free(seen);
    rc = store_open(&s, o, NAMES_ANSWER_S, NAMES_TOTAL_S, rc_xen ? NULL : err);
    if (!rc)
        rc = devices_names(&d, &s, rc_xen ? NULL : err);
    for (size_t i = 0; i < d.n_domains; i++) {
        const char *name = d.domains[i].name;

        if (rc_xen)
            put_uuid(o, &d, d.domains[i].domid);
        if (!name)
            continue;
        out_addf(o, "name %u ", d.domains[i].domid);
        for (; *name; name++)
            out_addc(o, (unsigned char)*name < ' ' ? '?' : *name);
        out_addc(o, '\n');
    }
    if (!rc)
        put_target(o, &d);
    devices_done(&d);
    store_close(&s);
    return rc_xen ? rc_xen : rc;
}
