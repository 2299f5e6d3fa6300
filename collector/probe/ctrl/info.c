/* info.c: the hypervisor itself: version, build, machine, scheduler, ring. */
#include "collector/probe/ctrl/ctrl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/json.h"
#include "collector/probe/raw.h"
#include "collector/probe/ring.h"
#include "collector/probe/version.h"

static int read_physinfo(xc_interface *xch, xc_physinfo_t *p, struct err *err)
{
    memset(p, 0, sizeof(*p));
    if (xc_physinfo(xch, p))
        return probe_failed("cannot read the machine's description", errno,
                            err);
    if (!p->nr_cpus || p->nr_cpus > PROBE_MAX_CPUS)
        return probe_absurd("CPUs online", p->nr_cpus, err);
    if (p->max_cpu_id >= PROBE_MAX_CPUS || p->max_cpu_id + 1 < p->nr_cpus)
        return probe_absurd("highest CPU", p->max_cpu_id, err);
    if (!p->nr_nodes || p->nr_nodes > PROBE_MAX_NODES)
        return probe_absurd("NUMA nodes", p->nr_nodes, err);
    if (!p->threads_per_core || p->threads_per_core > PROBE_MAX_CPUS)
        return probe_absurd("threads in a core", p->threads_per_core, err);
    if (!p->cores_per_socket || p->cores_per_socket > PROBE_MAX_CPUS)
        return probe_absurd("cores in a socket", p->cores_per_socket, err);
    if (!p->total_pages || p->total_pages > PROBE_MAX_PAGES)
        return probe_absurd("pages of memory", p->total_pages, err);
    if (p->free_pages > p->total_pages)
        return probe_absurd("free pages of memory", p->free_pages, err);
    if (p->outstanding_pages > PROBE_MAX_PAGES)
        return probe_absurd("claimed pages", p->outstanding_pages, err);
    return 0;
}

static void write_virt_caps(struct json *j, uint32_t caps)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        {XEN_SYSCTL_PHYSCAP_pv, "pv"},
        {XEN_SYSCTL_PHYSCAP_hvm, "hvm"},
        {XEN_SYSCTL_PHYSCAP_directio, "directio"},
        {XEN_SYSCTL_PHYSCAP_hap, "hap"},
        {XEN_SYSCTL_PHYSCAP_shadow, "shadow"},
        {XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share, "iommu_hap_pt_share"},
#ifdef XEN_SYSCTL_PHYSCAP_vmtrace
        {XEN_SYSCTL_PHYSCAP_vmtrace, "vmtrace"},
#endif
#ifdef XEN_SYSCTL_PHYSCAP_vpmu
        {XEN_SYSCTL_PHYSCAP_vpmu, "vpmu"},
#endif
#ifdef XEN_SYSCTL_PHYSCAP_gnttab_v1
        {XEN_SYSCTL_PHYSCAP_gnttab_v1, "gnttab-v1"},
        {XEN_SYSCTL_PHYSCAP_gnttab_v2, "gnttab-v2"},
#endif
    };
    char rest[16];

    json_open(j, "virt_caps", '[');
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (caps & names[i].bit)
            json_str(j, NULL, names[i].name, 32);
        caps &= ~names[i].bit;
    }
    if (caps) {
        snprintf(rest, sizeof(rest), "0x%x", caps);
        json_str(j, NULL, rest, sizeof(rest));
    }
    json_close(j);
}

static void write_physinfo(struct json *j, const xc_physinfo_t *p,
                           unsigned page_size)
{
    uint64_t kib = page_size / 1024;
    char hw[80];

    snprintf(hw, sizeof(hw), "%08x:%08x:%08x:%08x:%08x:%08x:%08x:%08x",
             p->hw_cap[0], p->hw_cap[1], p->hw_cap[2], p->hw_cap[3],
             p->hw_cap[4], p->hw_cap[5], p->hw_cap[6], p->hw_cap[7]);
    json_open(j, "physinfo", '{');
    json_u64(j, "nr_cpus", p->nr_cpus);
    json_u64(j, "max_cpu_id", p->max_cpu_id);
    json_u64(j, "nr_nodes", p->nr_nodes);
    json_u64(j, "cores_per_socket", p->cores_per_socket);
    json_u64(j, "threads_per_core", p->threads_per_core);
    json_u64(j, "cpu_khz", p->cpu_khz);
    json_str(j, "hw_caps", hw, sizeof(hw));
    write_virt_caps(j, p->capabilities);
    json_u64(j, "total_memory_kib", p->total_pages * kib);
    json_u64(j, "free_memory_kib", p->free_pages * kib);
    json_u64(j, "scrub_memory_kib", p->scrub_pages * kib);
    json_u64(j, "outstanding_claims_kib", p->outstanding_pages * kib);
    json_close(j);
}

static int read_nodes(xc_interface *xch, xc_meminfo_t **nodes_out,
                      unsigned *n_out, struct err *err)
{
    unsigned n = 0, room;

    *nodes_out = NULL;
    *n_out = 0;
    if (xc_numainfo(xch, &n, NULL, NULL))
        return probe_failed("cannot read the NUMA nodes", errno, err);
    if (!n || n > PROBE_MAX_NODES)
        return probe_absurd("NUMA nodes", n, err);
    room = n;
    *nodes_out = xcalloc(room, sizeof(**nodes_out));
    if (xc_numainfo(xch, &n, *nodes_out, NULL))
        return probe_failed("cannot read the NUMA nodes", errno, err);
    *n_out = n < room ? n : room;
    return 0;
}

static void write_nodes(struct json *j, const xc_meminfo_t *nodes, unsigned n)
{
    json_open(j, "numa_nodes", '[');
    for (unsigned i = 0; i < n; i++) {
        if (nodes[i].memsize == XEN_INVALID_MEM_SZ)
            continue;
        json_open(j, NULL, '{');
        json_u64(j, "node", i);
        json_u64(j, "memory_kib", nodes[i].memsize / 1024);
        json_u64(j, "free_kib", nodes[i].memfree / 1024);
        json_close(j);
    }
    json_close(j);
}

static void write_scheduler(struct json *j, int id)
{
    json_open(j, "scheduler", '{');
    json_u64(j, "id", (uint64_t)id);
    json_str(j, "name", probe_scheduler_name(id), 16);
    json_close(j);
}

static void write_ring(struct json *j, const struct ring_facts *r)
{
    /* A ring that is full has the size of a power of two, 16 KiB or more. */
    bool full = r->bytes >= 16384 && !(r->bytes & (r->bytes - 1));

    json_open(j, "console_ring", '{');
    json_u64(j, "bytes", r->bytes);
    /* Overwritten since boot, or cleared by "xl dmesg -c". */
    json_u64(j, "dropped_bytes", r->dropped);
    json_bool(j, "wrapped", r->dropped && full);
    json_bool(j, "cleared", r->dropped && !full);
    json_bool(j, "has_version_line", r->has_version != 0);
    json_str(j, "first_line", r->first_line, sizeof(r->first_line));
    json_close(j);
}

/* Not by xc_version(): it does not hand Xen which word of the features is
 * wanted (xc_version.c, xc_domain.c before: XC_HYPERCALL_BUFFER_BOUNCE_OUT of
 * all but the build id). */
static int read_version(struct version *v, struct err *err)
{
    struct raw *raw = raw_new(RAW_VERSION_BYTES, err);
    int rc = raw ? version_read(raw_version, raw, v, err) : err->code;

    raw_free(raw);
    return rc;
}

int subject_info(struct out *o, struct err *err)
{
    xc_interface *xch = probe_open(err);
    struct err part = ERR_INIT;
    struct ring_facts ring;
    xc_meminfo_t *nodes = NULL;
    xc_physinfo_t phys;
    struct version version;
    struct json j;
    unsigned n_nodes;
    int rc, sched;

    if (!xch)
        return err->code;
    rc = read_version(&version, err);
    if (rc)
        goto out;
    json_init(&j, o);
    json_open(&j, NULL, '{');
    version_write(&j, &version);

    if (probe_part_failed(read_physinfo(xch, &phys, &part), &part, &rc, err))
        json_null(&j, "physinfo");
    else
        write_physinfo(&j, &phys, version.page_size);
    if (xc_sched_id(xch, &sched)) {
        probe_part_failed(
            probe_failed("cannot read the scheduler", errno, &part), &part, &rc,
            err);
        json_null(&j, "scheduler");
    } else {
        write_scheduler(&j, sched);
    }
    if (probe_part_failed(read_nodes(xch, &nodes, &n_nodes, &part), &part, &rc,
                          err))
        json_null(&j, "numa_nodes");
    else
        write_nodes(&j, nodes, n_nodes);
    if (probe_part_failed(ring_read(ring_of_library, xch, NULL, &ring, &part),
                          &part, &rc, err))
        json_null(&j, "console_ring");
    else
        write_ring(&j, &ring);
    json_close(&j);

out:
    free(nodes);
    xc_interface_close(xch);
    return rc;
}
