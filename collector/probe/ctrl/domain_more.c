#include "collector/probe/ctrl/domain_more.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

#define MAX_FRAMES (1u << 20)
/* Ports of FIFO event channels; Xen ends the list by itself. */
#define MAX_PORTS (1u << 17)
/* So many free ports in a row: nothing more is to come that matters. */
#define FREE_PORTS_END 4096u

static void failed(const char *what, uint32_t domid, int errnum, int *rc,
                   struct err *err)
{
    struct err part = ERR_INIT;
    char text[96];

    if (probe_not_offered(errnum))
        return;
    snprintf(text, sizeof(text), "cannot read %s of domain %u", what, domid);
    probe_part_failed(probe_failed(text, errnum, &part), &part, rc, err);
}

static void absurd(const char *what, uint64_t value, int *rc, struct err *err)
{
    struct err part = ERR_INIT;

    probe_part_failed(probe_absurd(what, value, &part), &part, rc, err);
}

const char *cpu_set_text(const unsigned char *map, size_t bytes, char *out,
                         size_t size)
{
    size_t len = 0, n = bytes * 8;

    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t from = i;

        if (!(map[i / 8] & (1u << (i % 8))))
            continue;
        while (i + 1 < n && map[(i + 1) / 8] & (1u << ((i + 1) % 8)))
            i++;
        len += (size_t)snprintf(out + len, size - len,
                                i == from ? "%s%zu" : "%s%zu-%zu",
                                len ? "," : "", from, i);
        if (len >= size - 1)
            break;
    }
    return out;
}

static void write_affinity(struct json *j, xc_interface *xch, uint32_t domid,
                           unsigned vcpu)
{
    int bytes = xc_get_cpumap_size(xch);
    xc_cpumap_t hard = xc_cpumap_alloc(xch), soft = xc_cpumap_alloc(xch);
    char text[512];

    if (bytes > 0 && (unsigned)bytes <= PROBE_MAX_CPUS / 8 && hard && soft &&
        !xc_vcpu_getaffinity(xch, domid, (int)vcpu, hard, soft,
                             XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)) {
        json_str(j, "hard_affinity",
                 cpu_set_text(hard, (size_t)bytes, text, sizeof(text)),
                 sizeof(text));
        json_str(j, "soft_affinity",
                 cpu_set_text(soft, (size_t)bytes, text, sizeof(text)),
                 sizeof(text));
    } else {
        json_null(j, "hard_affinity");
        json_null(j, "soft_affinity");
    }
    free(hard);
    free(soft);
}

static void write_vcpus(struct json *j, xc_interface *xch,
                        const xc_domaininfo_t *d, int *rc, struct err *err)
{
    unsigned n =
        d->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : d->max_vcpu_id + 1u;

    json_open(j, "vcpus", '[');
    for (unsigned i = 0; i < n && i < PROBE_MAX_VCPUS; i++) {
        xc_vcpuinfo_t v;

        memset(&v, 0, sizeof(v));
        if (xc_vcpu_getinfo(xch, d->domain, i, &v)) {
            failed("the virtual CPUs", d->domain, errno, rc, err);
            continue;
        }
        if (v.cpu >= PROBE_MAX_CPUS && v.cpu != UINT32_MAX) {
            absurd("CPU of a virtual CPU", v.cpu, rc, err);
            break;
        }
        json_open(j, NULL, '{');
        json_u64(j, "vcpu", i);
        json_bool(j, "online", v.online);
        json_str(j, "state",
                 !v.online   ? "offline"
                 : v.running ? "running"
                 : v.blocked ? "blocked"
                             : "runnable",
                 16);
        json_u64(j, "cpu", v.cpu);
        json_u64(j, "cpu_time_ns", v.cpu_time);
        write_affinity(j, xch, d->domain, i);
        json_close(j);
    }
    json_close(j);
}

static void write_scheduling(struct json *j, xc_interface *xch,
                             const xc_domaininfo_t *d, int *rc, struct err *err)
{
    xc_cpupoolinfo_t *pool = xc_cpupool_getinfo(xch, d->cpupool);
    struct xen_domctl_sched_credit credit = {0};
    struct xen_domctl_sched_credit2 credit2 = {0};
    unsigned id = pool && pool->cpupool_id == d->cpupool ? pool->sched_id : 0;
    int bad = -1;

    if (pool)
        xc_cpupool_infofree(xch, pool);
    errno = ENOSYS;
    if (id == XEN_SCHEDULER_CREDIT)
        bad = xc_sched_credit_domain_get(xch, d->domain, &credit);
    else if (id == XEN_SCHEDULER_CREDIT2)
        bad = xc_sched_credit2_domain_get(xch, d->domain, &credit2);
    if (bad) {
        failed("the scheduling", d->domain, errno, rc, err);
        json_null(j, "scheduling");
        return;
    }
    json_open(j, "scheduling", '{');
    json_str(j, "scheduler", probe_scheduler_name((int)id), 16);
    json_u64(j, "weight",
             id == XEN_SCHEDULER_CREDIT ? credit.weight : credit2.weight);
    json_u64(j, "cap", id == XEN_SCHEDULER_CREDIT ? credit.cap : credit2.cap);
    json_close(j);
}

static void write_grants(struct json *j, xc_interface *xch,
                         const xc_domaininfo_t *d, int *rc, struct err *err)
{
    struct gnttab_query_size q = {.dom = d->domain};

    if (xc_gnttab_query_size(xch, &q)) {
        failed("the grant table", d->domain, errno, rc, err);
        json_null(j, "grant_table");
    } else if (q.status) { /* a domain without one, such as a dying one */
        json_null(j, "grant_table");
    } else if (q.nr_frames > MAX_FRAMES || q.max_nr_frames > MAX_FRAMES) {
        absurd("frames of a grant table", q.nr_frames, rc, err);
        json_null(j, "grant_table");
    } else {
        json_open(j, "grant_table", '{');
        json_u64(j, "frames", q.nr_frames);
        json_u64(j, "max_frames", q.max_nr_frames);
        json_close(j);
    }
}

static void write_event_channels(struct json *j, xc_interface *xch,
                                 const xc_domaininfo_t *d, int *rc,
                                 struct err *err)
{
    static const char *const names[] = {
        [EVTCHNSTAT_closed] = "free",
        [EVTCHNSTAT_unbound] = "unbound",
        [EVTCHNSTAT_interdomain] = "interdomain",
        [EVTCHNSTAT_pirq] = "pirq",
        [EVTCHNSTAT_virq] = "virq",
        [EVTCHNSTAT_ipi] = "ipi",
    };
    const unsigned n_names = sizeof(names) / sizeof(names[0]);
    uint64_t counts[sizeof(names) / sizeof(names[0])] = {0}, used = 0;
    unsigned port, empty = 0;

    for (port = 0; port < MAX_PORTS && empty < FREE_PORTS_END; port++) {
        xc_evtchn_status_t st = {.dom = d->domain, .port = port};

        if (xc_evtchn_status(xch, &st)) {
            if (!port)
                failed("the event channels", d->domain, errno, rc, err);
            break;
        }
        if (st.status >= n_names) {
            absurd("state of an event channel", st.status, rc, err);
            port = 0;
            break;
        }
        counts[st.status]++;
        used += st.status != EVTCHNSTAT_closed;
        empty = st.status == EVTCHNSTAT_closed ? empty + 1 : 0;
    }
    if (!port) {
        json_null(j, "event_channels");
        return;
    }
    json_open(j, "event_channels", '{');
    json_u64(j, "used", used);
    for (unsigned i = 1; i < n_names; i++)
        json_u64(j, names[i], counts[i]);
    json_close(j);
}

/* Memory populate-on-demand: HVM guests that started below their maximum. */
static void write_on_demand(struct json *j, xc_interface *xch,
                            const xc_domaininfo_t *d, int *rc, struct err *err)
{
    uint64_t total = 0, cache = 0, entries = 0;

    if (!(d->flags & XEN_DOMINF_hvm_guest)) {
        json_null(j, "populate_on_demand");
        return;
    }
    if (xc_domain_get_pod_target(xch, d->domain, &total, &cache, &entries)) {
        failed("the memory on demand", d->domain, errno, rc, err);
        json_null(j, "populate_on_demand");
        return;
    }
    if (total > PROBE_MAX_PAGES || cache > PROBE_MAX_PAGES ||
        entries > PROBE_MAX_PAGES) {
        absurd("pages populated on demand", total, rc, err);
        json_null(j, "populate_on_demand");
        return;
    }
    json_open(j, "populate_on_demand", '{');
    json_u64(j, "total_pages", total);
    json_u64(j, "cache_pages", cache);
    json_u64(j, "entries", entries);
    json_close(j);
}

void domain_write_more(struct json *j, xc_interface *xch,
                       const xc_domaininfo_t *d, int *rc, struct err *err)
{
    write_on_demand(j, xch, d, rc, err);
    write_scheduling(j, xch, d, rc, err);
    write_grants(j, xch, d, rc, err);
    write_event_channels(j, xch, d, rc, err);
    write_vcpus(j, xch, d, rc, err);
}
