/* counters.c: counters of domains that make sense as rates only, one a line:
 * the time of each virtual CPU and what each backend of dom0 has moved. */
#include "collector/probe/ctrl/ctrl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/probe/sysfs.h"

#define DEVICES_MAX 16384u
#define COUNTERS_MAX 64u

static void add_vcpus(struct out *o, xc_interface *xch,
                      const xc_domaininfo_t *d)
{
    unsigned n =
        d->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : d->max_vcpu_id + 1u;

    /* Those that are offline lie anywhere between the others, and have run. */
    for (unsigned i = 0; i < n && i < PROBE_MAX_VCPUS; i++) {
        xc_vcpuinfo_t v;

        memset(&v, 0, sizeof(v));
        if (!xc_vcpu_getinfo(xch, d->domain, i, &v))
            out_addf(o, "domain%u.vcpu%u.ns %" PRIu64 "\n", d->domain, i,
                     v.cpu_time);
    }
}

static void add_backends(struct out *o)
{
    size_t n, k;
    char **devices = sysfs_names(DEVICES_MAX, &n, "bus/xen-backend/devices");

    for (size_t i = 0; i < n; i++) {
        char **names =
            sysfs_names(COUNTERS_MAX, &k,
                        "bus/xen-backend/devices/%s/statistics", devices[i]);

        for (size_t m = 0; m < k; m++) {
            char *value = sysfs_line("bus/xen-backend/devices/%s/statistics/%s",
                                     devices[i], names[m]);

            if (value)
                out_addf(o, "%s.%s %.32s\n", devices[i], names[m], value);
            free(value);
        }
        sysfs_names_free(names, k);
    }
    sysfs_names_free(devices, n);
}

int subject_counters(struct out *o, struct err *err)
{
    xc_interface *xch = probe_open(err);
    xc_domaininfo_t *list = NULL;
    size_t n = 0;
    int rc;

    if (!xch)
        return err->code;
    rc = domains_read(xch, &list, &n, err);
    for (size_t i = 0; i < n && !rc; i++)
        add_vcpus(o, xch, list + i);
    add_backends(o);
    free(list);
    xc_interface_close(xch);
    return rc;
}
