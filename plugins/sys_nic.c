/* sys_nic.c: what the driver of each network card says, by ethtool, and which
 * offloads each vif has: wrong checksums and lost throughput come from there.
 *
 * Only what reads settings and counters; not -e, -d, -m and --phy-statistics,
 * which go to memories behind slow buses, where some drivers hang; not -x,
 * which prints the key of the hash. */
#include "plugins/plugin.h"

#include <stdio.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "plugins/ask.h"

#define MAX_NICS 32u
#define MAX_VIFS 64u
#define NAME_SIZE 32u /* IFNAMSIZ is 16 */

struct reading {
    const char *name, *option; /* option NULL: none */
};

static const struct reading of_nic[] = {
    {"link", NULL},
    {"driver", "-i"},
    {"statistics", "-S"},
    {"features", "-k"},
    {"rings", "-g"},
    {"channels", "-l"},
    {"coalesce", "-c"},
    {"pause", "-a"},
    {"private-flags", "--show-priv-flags"},
    {"eee", "--show-eee"},
    {"fec", "--show-fec"},
    {"flow-rules", "-n"},
};
static const struct reading of_vif[] = {{"features", "-k"}};

/* The device of /sys/class/net/DEVICE/...; one with a dash in front would be
 * taken for an option. */
static bool device_of(const char *path, char name[NAME_SIZE])
{
    static const char before[] = "/sys/class/net/";
    size_t len;

    if (!str_starts(path, before))
        return false;
    path += sizeof(before) - 1;
    len = strcspn(path, "/");
    if (!len || len >= NAME_SIZE || path[0] == '-')
        return false;
    memcpy(name, path, len);
    name[len] = '\0';
    return true;
}

static void add_reading(struct plan_adder *adder, const char *device,
                        const char *kind, unsigned n, const struct reading *r)
{
    struct buf member = BUF_INIT;
    char name[48];
    struct item it = {
        .name = name, .argv = {"ethtool"}, .lacks = "Operation not supported"};

    snprintf(name, sizeof(name), "%s%u-%s", kind, n, r->name);
    it.argv[1] = r->option ? r->option : device;
    it.argv[2] = r->option ? device : NULL;
    buf_adds(&member, "commands/sys_nic/");
    str_add_member_name(&member, device, false);
    buf_addf(&member, "-%s.txt", r->name);
    it.member = buf_str(&member);
    plan_add(adder, &it);
    buf_done(&member);
}

static int add_all(struct plan_adder *adder, struct gather *g,
                   const char *pattern, unsigned max, const char *kind,
                   const struct reading *readings, size_t n_readings,
                   struct err *err)
{
    char device[NAME_SIZE], **paths;
    int r = ask_paths(g, pattern, max, &paths, err);

    if (r)
        return r;
    for (unsigned i = 0; paths[i]; i++) {
        if (!device_of(paths[i], device))
            continue;
        for (size_t k = 0; k < n_readings; k++)
            add_reading(adder, device, kind, i + 1, &readings[k]);
    }
    str_list_free(paths);
    return 0;
}

static int plan(struct plan_adder *adder, struct gather *g, struct err *err)
{
    int r = add_all(adder, g, "/sys/class/net/*/device/vendor", MAX_NICS, "nic",
                    of_nic, sizeof(of_nic) / sizeof(*of_nic), err);

    return r ? r
             : add_all(adder, g, "/sys/class/net/vif*/operstate", MAX_VIFS,
                       "vif", of_vif, sizeof(of_vif) / sizeof(*of_vif), err);
}

static const struct item items[] = {{.name = NULL}};

const struct plugin plugin_sys_nic = {
    .name = "sys_nic",
    .summary = "network cards by ethtool, offloads of vifs",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 1 << 20,
    .timeout_ms = 10000,
    .items = items,
    .plan = plan,
};
