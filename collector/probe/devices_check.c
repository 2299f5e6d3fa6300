#include "collector/probe/devices_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/probe/sysfs.h"

#define CHECK_TEXT 400
#define LOOPS_MAX 4096u

/* Of xen/io/xenbus.h. */
#define CONNECTED 4
static const char *const states[] = {
    "Unknown", "Initialising", "InitWait",      "Initialised",  "Connected",
    "Closing", "Closed",       "Reconfiguring", "Reconfigured",
};

static const char *state_name(uint64_t n)
{
    return n < sizeof(states) / sizeof(states[0]) ? states[n] : "unknown";
}

char *device_netdev(struct devices *d, const struct device *dev)
{
    char *name;

    if (dev->backend_domid != 0 || !dev->has_back)
        return NULL;
    name = devices_back(d, dev, "vifname");
    if (name && sysfs_plain(name))
        return name;
    free(name);
    return sysfs_plain(dev->id) ? xasprintf("vif%u.%s", dev->domid, dev->id)
                                : NULL;
}

char *device_block(struct devices *d, const struct device *dev)
{
    char *numbers, *name = NULL, rest;
    unsigned major, minor;

    if (dev->backend_domid != 0)
        return NULL;
    /* Hexadecimal, see write_dev of Xen's hotplug script block-common.sh. */
    numbers = devices_back(d, dev, "physical-device");
    if (numbers && sscanf(numbers, "%x:%x%c", &major, &minor, &rest) == 2)
        name = sysfs_link("dev/block/%u:%u", major, minor);
    free(numbers);
    if (name && !sysfs_plain(name)) {
        free(name);
        name = NULL;
    }
    return name;
}

static void put_check(struct json *j, const char *check, uint32_t domid,
                      const struct device *dev, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
static void put_check(struct json *j, const char *check, uint32_t domid,
                      const struct device *dev, const char *fmt, ...)
{
    char text[CHECK_TEXT], device[160];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    json_open(j, NULL, '{');
    json_str(j, "check", check, 64);
    json_u64(j, "domid", domid);
    if (dev) {
        snprintf(device, sizeof(device), "%.64s/%.64s", dev->kind, dev->id);
        json_str(j, "device", device, sizeof(device));
    } else {
        json_null(j, "device");
    }
    json_str(j, "text", text, sizeof(text));
    json_close(j);
}

static bool state_of(struct devices *d, const char *path, uint64_t *out)
{
    char *text = devices_node(d, path, "state");
    bool ok = text && !str_parse_u64(text, 0, 100, out);

    free(text);
    return ok;
}

static void check_ends(struct json *j, struct devices *d,
                       const struct device *dev)
{
    uint64_t front, back;

    if (!dev->has_back) {
        put_check(j, "frontend-without-backend", dev->domid, dev,
                  "the frontend names the backend %s, which is not there",
                  dev->back ? dev->back : "(none)");
        return;
    }
    if (!dev->has_front) {
        put_check(j, "backend-without-frontend", dev->domid, dev,
                  "the backend %s has no frontend: it was left behind, or its "
                  "domain has gone",
                  dev->back);
        return;
    }
    /* The states in between pass; one end Connected and the other not lasts. */
    if (state_of(d, dev->front, &front) && state_of(d, dev->back, &back) &&
        front != back && (front == CONNECTED || back == CONNECTED))
        put_check(j, "states-disagree", dev->domid, dev,
                  "frontend %s (%u), backend %s (%u)", state_name(front),
                  (unsigned)front, state_name(back), (unsigned)back);
}

/* libxl gives every vif a bridge (libxl__device_nic_setdefault); these of its
 * hotplug scripts put none on it. */
static bool routed(struct devices *d, const struct device *dev)
{
    char *script = devices_back(d, dev, "script");
    bool yes =
        script && (strstr(script, "vif-route") || strstr(script, "vif-nat"));

    free(script);
    return yes;
}

static void check_vif(struct json *j, struct devices *d,
                      const struct device *dev)
{
    char *name = device_netdev(d, dev), *bridge, *master;

    if (!name)
        return;
    bridge = routed(d, dev) ? NULL : devices_back(d, dev, "bridge");
    master = sysfs_link("class/net/%s/master", name);
    if (!sysfs_exists("class/net/%s", name))
        put_check(j, "vif-without-netdev", dev->domid, dev,
                  "dom0 has no network device %s", name);
    else if (bridge && *bridge && !master)
        put_check(j, "vif-on-no-bridge", dev->domid, dev,
                  "%s is to be on the bridge %.64s, but is on none", name,
                  bridge);
    else if (bridge && master && strcmp(bridge, master) &&
             strcmp(master, "ovs-system"))
        put_check(j, "vif-on-other-bridge", dev->domid, dev,
                  "%s is to be on the bridge %.64s, but is on %s", name, bridge,
                  master);
    free(name);
    free(bridge);
    free(master);
}

static void check_name(struct json *j, const struct store_domain *dom)
{
    if (dom->in_xen == 1 && !dom->name)
        put_check(j, "domain-without-name", dom->domid, NULL,
                  "%s %u is in the hypervisor but has no name in xenstore",
                  dom->dying ? "dying domain" : "domain", dom->domid);
    else if (dom->in_xen == 0)
        put_check(j, "name-without-domain", dom->domid, NULL,
                  "xenstore has the domain %u (%.64s), the hypervisor does not",
                  dom->domid, dom->name ? dom->name : "no name");
    if (dom->dying)
        put_check(j, "domain-dying", dom->domid, NULL,
                  "domain %u is dying: somebody still holds its memory",
                  dom->domid);
}

/* A RAID, a volume group or a crypt device lies on it. */
static bool has_holders(const char *block)
{
    size_t n;
    char **names = sysfs_names(1, &n, "class/block/%s/holders", block);

    sysfs_names_free(names, n);
    return n > 0;
}

/* Loop devices that no virtual disk uses: left behind by a domain, or
 * somebody's mount.  The file's name lets the reader decide. */
static void check_loops(struct json *j, struct devices *d)
{
    size_t n, n_used = 0;
    char **names = sysfs_names(LOOPS_MAX, &n, "class/block");
    char **used = xcalloc(d->n + 1, sizeof(*used));

    for (size_t i = 0; i < d->n; i++) {
        used[n_used] =
            strcmp(d->v[i].kind, "vbd") ? NULL : device_block(d, &d->v[i]);
        n_used += used[n_used] != NULL;
    }
    for (size_t i = 0; i < n; i++) {
        char *file = sysfs_line("class/block/%s/loop/backing_file", names[i]);
        bool found = false;

        for (size_t k = 0; file && k < n_used && !found; k++)
            found = !strcmp(names[i], used[k]);
        if (file && !found && *file && !has_holders(names[i]))
            put_check(j, "loop-without-vbd", 0, NULL,
                      "%s holds %.256s, and no virtual disk uses it", names[i],
                      file);
        free(file);
    }
    for (size_t i = 0; i < n_used; i++)
        free(used[i]);
    free(used);
    sysfs_names_free(names, n);
}

void devices_check(struct json *j, struct devices *d)
{
    json_open(j, "checks", '[');
    for (size_t i = 0; i < d->n_domains; i++)
        check_name(j, &d->domains[i]);
    for (size_t i = 0; i < d->n; i++) {
        check_ends(j, d, &d->v[i]);
        if (!strcmp(d->v[i].kind, "vif"))
            check_vif(j, d, &d->v[i]);
    }
    check_loops(j, d);
    json_close(j);
}
