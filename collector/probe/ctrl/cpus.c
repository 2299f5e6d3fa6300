/* cpus.c: the machine's CPUs: topology, NUMA distances, idle time, power states
 * (JSON). */
#include "collector/probe/ctrl/ctrl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/ctrl/domain_more.h"
#include "collector/probe/json.h"

#define MAX_STATES 64

static void write_frequencies(struct json *j, xc_interface *xch, int cpu)
{
    struct xc_px_stat s = {0};
    int max = 0;

    if (xc_pm_get_max_px(xch, cpu, &max) || max < 1 || max > MAX_STATES)
        goto none;
    s.total = (uint8_t)max;
    s.pt = xcalloc((size_t)max, sizeof(*s.pt));
    s.trans_pt = xcalloc((size_t)max * (size_t)max, sizeof(*s.trans_pt));
    if (xc_pm_get_pxstat(xch, cpu, &s) || s.total > max)
        goto none;
    json_open(j, "p_states", '[');
    for (int i = 0; i < s.total; i++) {
        json_open(j, NULL, '{');
        json_u64(j, "mhz", s.pt[i].freq);
        json_u64(j, "residency_ns", s.pt[i].residency);
        json_u64(j, "entered", s.pt[i].count);
        json_bool(j, "now", i == s.cur);
        json_close(j);
    }
    json_close(j);
    free(s.pt);
    free(s.trans_pt);
    return;
none:
    free(s.pt);
    free(s.trans_pt);
    json_null(j, "p_states");
}

static void write_idle_states(struct json *j, xc_interface *xch, int cpu)
{
    uint64_t triggers[MAX_STATES] = {0}, residencies[MAX_STATES] = {0};
    uint64_t pc[MAX_STATES] = {0}, cc[MAX_STATES] = {0};
    struct xc_cx_stat s = {
        .triggers = triggers,
        .residencies = residencies,
        .nr_pc = MAX_STATES,
        .nr_cc = MAX_STATES,
        .pc = pc,
        .cc = cc,
    };
    int max = 0;

    if (xc_pm_get_max_cx(xch, cpu, &max) || max < 1 || max > MAX_STATES)
        goto none;
    s.nr = (uint32_t)max;
    if (xc_pm_get_cxstat(xch, cpu, &s) || s.nr > (uint32_t)max)
        goto none;
    json_open(j, "c_states", '[');
    for (unsigned i = 0; i < s.nr; i++) {
        json_open(j, NULL, '{');
        json_u64(j, "entered", triggers[i]);
        json_u64(j, "residency_ns", residencies[i]);
        json_close(j);
    }
    json_close(j);
    return;
none:
    json_null(j, "c_states");
}

static void put_id(struct json *j, const char *key, uint32_t id)
{
    if (id == XEN_INVALID_CORE_ID)
        json_null(j, key);
    else
        json_u64(j, key, id);
}

static int write_cpus(struct json *j, xc_interface *xch, struct err *err)
{
    xc_cputopo_t *topo = NULL;
    xc_cpuinfo_t *idle = NULL;
    unsigned n = 0, room;
    int n_idle = 0, rc = 0;

    if (xc_cputopoinfo(xch, &n, NULL))
        return probe_failed("cannot read the CPUs", errno, err);
    if (!n || n > PROBE_MAX_CPUS)
        return probe_absurd("number of CPUs", n, err);
    room = n;
    topo = xcalloc(room, sizeof(*topo));
    idle = xcalloc(room, sizeof(*idle));
    if (xc_cputopoinfo(xch, &n, topo)) {
        rc = probe_failed("cannot read the CPUs", errno, err);
        goto out;
    }
    if (n > room)
        n = room;
    if (xc_getcpuinfo(xch, (int)room, idle, &n_idle) || n_idle < 0 ||
        (unsigned)n_idle > room)
        n_idle = 0;
    json_open(j, "cpus", '[');
    for (unsigned i = 0; i < n; i++) {
        /* A core alone may be unknown, as under QEMU. */
        bool online = topo[i].core != XEN_INVALID_CORE_ID ||
                      topo[i].socket != XEN_INVALID_SOCKET_ID ||
                      topo[i].node != XEN_INVALID_NODE_ID;

        json_open(j, NULL, '{');
        json_u64(j, "cpu", i);
        json_bool(j, "online", online);
        put_id(j, "core", topo[i].core);
        put_id(j, "socket", topo[i].socket);
        put_id(j, "node", topo[i].node);
        if (i < (unsigned)n_idle)
            json_u64(j, "idle_ns", idle[i].idletime);
        else
            json_null(j, "idle_ns");
        if (online) {
            write_frequencies(j, xch, (int)i);
            write_idle_states(j, xch, (int)i);
        }
        json_close(j);
    }
    json_close(j);
out:
    free(topo);
    free(idle);
    return rc;
}

static int write_distances(struct json *j, xc_interface *xch, struct err *err)
{
    xc_meminfo_t *mem = NULL;
    uint32_t *distance = NULL;
    unsigned n = 0, room;
    int rc = 0;

    if (xc_numainfo(xch, &n, NULL, NULL))
        return probe_failed("cannot read the NUMA nodes", errno, err);
    if (!n || n > PROBE_MAX_NODES)
        return probe_absurd("NUMA nodes", n, err);
    room = n;
    mem = xcalloc(room, sizeof(*mem));
    distance = xcalloc((size_t)room * room, sizeof(*distance));
    if (xc_numainfo(xch, &n, mem, distance)) {
        rc = probe_failed("cannot read the NUMA nodes", errno, err);
        goto out;
    }
    if (n > room)
        n = room;
    json_open(j, "numa_distances", '[');
    for (unsigned i = 0; i < n; i++) {
        json_open(j, NULL, '[');
        for (unsigned k = 0; k < n; k++)
            put_id(j, NULL, distance[i * n + k]);
        json_close(j);
    }
    json_close(j);
out:
    free(mem);
    free(distance);
    return rc;
}

int subject_cpus(struct out *o, struct err *err)
{
    xc_interface *xch = probe_open(err);
    struct err part = ERR_INIT;
    struct json j;
    int rc = 0;

    if (!xch)
        return err->code;
    json_init(&j, o);
    json_open(&j, NULL, '{');
    if (probe_part_failed(write_cpus(&j, xch, &part), &part, &rc, err))
        json_null(&j, "cpus");
    if (probe_part_failed(write_distances(&j, xch, &part), &part, &rc, err))
        json_null(&j, "numa_distances");
    json_close(&j);
    xc_interface_close(xch);
    return rc;
}

/* ---- pools and their schedulers ------------------------------------------ */

static void write_parameters(struct json *j, xc_interface *xch,
                             const xc_cpupoolinfo_t *pool, int *rc,
                             struct err *err)
{
    struct xen_sysctl_credit_schedule credit = {0};
    struct xen_sysctl_credit2_schedule credit2 = {0};
    struct err part = ERR_INIT;
    int bad = -1;

    errno = ENOSYS;
    if (pool->sched_id == XEN_SCHEDULER_CREDIT)
        bad = xc_sched_credit_params_get(xch, pool->cpupool_id, &credit);
    else if (pool->sched_id == XEN_SCHEDULER_CREDIT2)
        bad = xc_sched_credit2_params_get(xch, pool->cpupool_id, &credit2);
    if (bad) {
        if (!probe_not_offered(errno))
            probe_part_failed(
                probe_failed("cannot read a scheduler's parameters", errno,
                             &part),
                &part, rc, err);
        json_null(j, "parameters");
        return;
    }
    json_open(j, "parameters", '{');
    if (pool->sched_id == XEN_SCHEDULER_CREDIT) {
        json_u64(j, "timeslice_ms", credit.tslice_ms);
        json_u64(j, "ratelimit_us", credit.ratelimit_us);
        json_u64(j, "migration_delay_us", credit.vcpu_migr_delay_us);
    } else {
        json_u64(j, "ratelimit_us", credit2.ratelimit_us);
    }
    json_close(j);
}

#define MAX_POOLS 4096

int subject_cpupools(struct out *o, struct err *err)
{
    xc_interface *xch = probe_open(err);
    xc_cpupoolinfo_t *pool;
    uint32_t next = 0;
    struct json j;
    char cpus[512];
    int rc = 0, bytes, n = 0;

    if (!xch)
        return err->code;
    bytes = xc_get_cpumap_size(xch);
    json_init(&j, o);
    errno = 0;
    pool = xc_cpupool_getinfo(xch, next);
    if (!pool) {
        rc = probe_failed("cannot read the CPU pools", errno ? errno : ENOSYS,
                          err);
        goto out;
    }
    json_open(&j, NULL, '{');
    json_open(&j, "cpupools", '[');
    for (; pool && n < MAX_POOLS; n++) {
        if (pool->cpupool_id < next) {
            rc = probe_absurd("number of a CPU pool", pool->cpupool_id, err);
            xc_cpupool_infofree(xch, pool);
            break;
        }
        json_open(&j, NULL, '{');
        json_u64(&j, "cpupool", pool->cpupool_id);
        json_str(&j, "scheduler", probe_scheduler_name((int)pool->sched_id),
                 16);
        json_u64(&j, "domains", pool->n_dom);
        if (bytes > 0 && (unsigned)bytes <= PROBE_MAX_CPUS / 8 && pool->cpumap)
            json_str(
                &j, "cpus",
                cpu_set_text(pool->cpumap, (size_t)bytes, cpus, sizeof(cpus)),
                sizeof(cpus));
        write_parameters(&j, xch, pool, &rc, err);
        json_close(&j);
        next = pool->cpupool_id + 1;
        xc_cpupool_infofree(xch, pool);
        pool = xc_cpupool_getinfo(xch, next);
    }
    json_close(&j);
    json_close(&j);
out:
    xc_interface_close(xch);
    return rc;
}
