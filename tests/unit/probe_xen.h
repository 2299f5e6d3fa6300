/* probe_xen.h: a hypervisor of our own: the functions of libxenctrl and
 * libxencall that the probe calls are stand-ins here, so that answers can be
 * given that no healthy Xen gives.  Included by one test, so all is static. */
#ifndef XB_TEST_PROBE_XEN_H
#define XB_TEST_PROBE_XEN_H

static struct {
    int error; /* errno of every sysctl; 0: they work */
    int version;
    const char *extra;
    const char *ring;
    size_t ring_len, ring_gap; /* gap: bytes lost after the first call */
    unsigned ring_dropped;
    unsigned ring_says; /* count answered instead of the true one */
    xc_physinfo_t phys;
    unsigned nodes;
    xc_domaininfo_t domains[600];
    int n_domains, says_domains;
    unsigned ring_cleared; /* how often clearing was asked for */
    uint32_t vcpu_cpu;     /* where virtual CPUs run */
    unsigned evtchn_state, grant_frames, cpus, livepatch_len;
    int sched;
    unsigned interface; /* that the raw sysctl takes; 0: none */
    bool vcpu_gone;
} xen;

xc_interface *xc_interface_open(xentoollog_logger *logger,
                                xentoollog_logger *dombuild_logger,
                                unsigned open_flags)
{
    (void)logger, (void)dombuild_logger, (void)open_flags;
    return (xc_interface *)&xen;
}

int xc_interface_close(xc_interface *xch)
{
    (void)xch;
    return 0;
}

static int version_answer(int cmd, void *arg)
{
    switch (cmd) {
    case XENVER_version:
        return xen.version;
    case XENVER_pagesize: /* as do_xen_version() has it */
        return arg ? -1 : 4096;
    case XENVER_extraversion:
        /* Filled to the last byte where the text is long: no NUL. */
        memset(arg, 0, sizeof(xen_extraversion_t));
        memcpy(arg, xen.extra, strnlen(xen.extra, sizeof(xen_extraversion_t)));
        return 0;
    case XENVER_build_id:
        memcpy(((xen_build_id_t *)arg)->buf, "\xab\x01", 2);
        return 2;
    case XENVER_get_features:
        ((xen_feature_info_t *)arg)->submap =
            ((xen_feature_info_t *)arg)->submap_idx ? 2 : 0x705;
        return 0;
    case XENVER_commandline:
        strcpy(arg, "a=\"\x1b\xff");
        return 0;
    default:
        return 0;
    }
}

/* The library's does not hand Xen what stands in arg: the index of a word. */
int xc_version(xc_interface *xch, int cmd, void *arg)
{
    (void)xch;
    if (cmd == XENVER_get_features)
        ((xen_feature_info_t *)arg)->submap_idx = 0;
    return version_answer(cmd, arg);
}

static int sysctl_result(void)
{
    errno = xen.error;
    return xen.error ? -1 : 0;
}

int xc_readconsolering(xc_interface *xch, char *buffer, unsigned *pnr_chars,
                       int clear, int incremental, uint32_t *pindex)
{
    size_t from = incremental ? *pindex - xen.ring_dropped + xen.ring_gap : 0;
    size_t n = xen.ring_len - from;

    (void)xch;
    if (incremental)
        xen.ring_gap = 0;
    xen.ring_cleared += clear != 0;
    if (xen.error)
        return sysctl_result();
    if (n > *pnr_chars)
        n = *pnr_chars;
    memcpy(buffer, xen.ring + from, n);
    *pnr_chars = xen.ring_says ? xen.ring_says : (unsigned)n;
    *pindex = xen.ring_dropped + (uint32_t)(from + n);
    return 0;
}

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    (void)xch;
    *info = xen.phys;
    return sysctl_result();
}

int xc_sched_id(xc_interface *xch, int *sched_id)
{
    (void)xch;
    *sched_id = 6;
    return sysctl_result();
}

/* A handler prints into the ring. */
static char sent_keys[32];
static char ring_after[256];

int xc_send_debug_keys(xc_interface *xch, const char *keys)
{
    size_t had = strlen(sent_keys);
    char before[sizeof(ring_after) - 64];

    (void)xch;
    snprintf(sent_keys + had, sizeof(sent_keys) - had, "%s", keys);
    snprintf(before, sizeof(before), "%.*s", (int)xen.ring_len, xen.ring);
    snprintf(ring_after, sizeof(ring_after), "%s(XEN) key '%.16s' pressed\n",
             before, keys);
    xen.ring = ring_after;
    xen.ring_len = strlen(ring_after);
    return 0;
}

int xc_vcpu_getinfo(xc_interface *xch, uint32_t domid, uint32_t vcpu,
                    xc_vcpuinfo_t *info)
{
    (void)xch, (void)domid;
    *info = (xc_vcpuinfo_t){.vcpu = vcpu,
                            .online = 1,
                            .blocked = 1,
                            .cpu = xen.vcpu_cpu,
                            .cpu_time = 12345};
    errno = ESRCH;
    return xen.vcpu_gone ? -1 : 0;
}

int xc_get_cpumap_size(xc_interface *xch)
{
    (void)xch;
    return 2;
}

xc_cpumap_t xc_cpumap_alloc(xc_interface *xch)
{
    (void)xch;
    return calloc(1, 2);
}

int xc_vcpu_getaffinity(xc_interface *xch, uint32_t domid, int vcpu,
                        xc_cpumap_t hard, xc_cpumap_t soft, uint32_t flags)
{
    (void)xch, (void)domid, (void)vcpu, (void)flags;
    hard[0] = 0x17; /* 0-2,4 */
    soft[0] = soft[1] = 0xff;
    return 0;
}

static unsigned char pool_cpus[2] = {3, 0};
static xc_cpupoolinfo_t the_pool = {.n_dom = 2, .cpumap = pool_cpus};

xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t poolid)
{
    (void)xch;
    the_pool.sched_id = (uint32_t)xen.sched;
    errno = xen.error ? xen.error : ENOENT;
    return xen.error || poolid ? NULL : &the_pool;
}

void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info)
{
    (void)xch;
    assert_ptr_equal(info, &the_pool);
}

int xc_sched_credit_domain_get(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom)
{
    (void)xch, (void)domid;
    *sdom = (struct xen_domctl_sched_credit){.weight = 512, .cap = 50};
    return 0;
}

int xc_sched_credit2_domain_get(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom)
{
    (void)xch, (void)domid;
    *sdom = (struct xen_domctl_sched_credit2){.weight = 256};
    return 0;
}

int xc_sched_credit_params_get(xc_interface *xch, uint32_t pool,
                               struct xen_sysctl_credit_schedule *s)
{
    (void)xch, (void)pool;
    s->tslice_ms = 30;
    return 0;
}

int xc_sched_credit2_params_get(xc_interface *xch, uint32_t pool,
                                struct xen_sysctl_credit2_schedule *s)
{
    (void)xch, (void)pool;
    s->ratelimit_us = 1000;
    return 0;
}

int xc_gnttab_query_size(xc_interface *xch, struct gnttab_query_size *query)
{
    (void)xch;
    query->nr_frames = xen.grant_frames;
    query->max_nr_frames = 64;
    query->status = 0;
    return 0;
}

/* Port 0 is never used; then come two, and the bucket ends at 16. */
int xc_evtchn_status(xc_interface *xch, xc_evtchn_status_t *st)
{
    (void)xch;
    errno = EINVAL;
    st->status = st->port == 1 || st->port == 2 ? xen.evtchn_state : 0;
    return st->port < 16 ? 0 : -1;
}

int xc_domain_get_pod_target(xc_interface *xch, uint32_t domid,
                             uint64_t *tot_pages, uint64_t *pod_cache_pages,
                             uint64_t *pod_entries)
{
    (void)xch, (void)domid;
    *tot_pages = 1000;
    *pod_cache_pages = 20;
    *pod_entries = 30;
    return 0;
}

int xc_cputopoinfo(xc_interface *xch, unsigned *max_cpus, xc_cputopo_t *topo)
{
    (void)xch;
    for (unsigned i = 0; topo && i < *max_cpus; i++)
        topo[i] = i ? (xc_cputopo_t){~0u, ~0u, ~0u} : (xc_cputopo_t){7, 0, 0};
    *max_cpus = xen.cpus;
    return sysctl_result();
}

int xc_getcpuinfo(xc_interface *xch, int max_cpus, xc_cpuinfo_t *info,
                  int *nr_cpus)
{
    (void)xch, (void)max_cpus;
    info[0].idletime = 99;
    *nr_cpus = 1;
    return 0;
}

int xc_pm_get_max_px(xc_interface *xch, int cpuid, int *max_px)
{
    (void)xch, (void)cpuid;
    *max_px = 2;
    return 0;
}

int xc_pm_get_pxstat(xc_interface *xch, int cpuid, struct xc_px_stat *s)
{
    (void)xch, (void)cpuid;
    s->total = 2;
    s->cur = 1;
    s->pt[1].freq = 2400;
    return 0;
}

int xc_pm_get_max_cx(xc_interface *xch, int cpuid, int *max_cx)
{
    (void)xch, (void)cpuid, (void)max_cx;
    errno = ENODEV; /* a machine without an idle driver */
    return -1;
}

int xc_pm_get_cxstat(xc_interface *xch, int cpuid, struct xc_cx_stat *s)
{
    (void)xch, (void)cpuid, (void)s;
    return -1;
}

int xc_livepatch_list_get_sizes(xc_interface *xch, unsigned *nr,
                                uint32_t *name_total_size,
                                uint32_t *metadata_total_size)
{
    (void)xch;
    *nr = 1;
    *name_total_size = 8;
    *metadata_total_size = 0;
    return sysctl_result();
}

int xc_livepatch_list(xc_interface *xch, const unsigned max,
                      const unsigned begin, struct xen_livepatch_status *info,
                      char *name, uint32_t *len, const uint32_t name_total_size,
                      char *metadata, uint32_t *metadata_len,
                      const uint32_t metadata_total_size, unsigned *done,
                      unsigned *left)
{
    (void)xch, (void)max, (void)begin, (void)name_total_size, (void)metadata,
        (void)metadata_len, (void)metadata_total_size;
    info[0].state = LIVEPATCH_STATE_APPLIED;
    memcpy(name, "xsa-999", 8);
    len[0] = xen.livepatch_len ? xen.livepatch_len : 8;
    *done = 1;
    *left = 0;
    return 0;
}

/* libxencall: one sysctl of one interface version. */
xencall_handle *xencall_open(struct xentoollog_logger *logger, unsigned flags)
{
    (void)logger, (void)flags;
    return (xencall_handle *)&xen;
}

int xencall_close(xencall_handle *handle)
{
    (void)handle;
    return 0;
}

void *xencall_alloc_buffer(xencall_handle *handle, size_t size)
{
    (void)handle;
    return malloc(size);
}

void xencall_free_buffer(xencall_handle *handle, void *p)
{
    (void)handle;
    free(p);
}

int xencall1(xencall_handle *handle, unsigned op, uint64_t arg)
{
    struct call *c = (struct call *)(uintptr_t)arg;
    size_t n = xen.ring_len;

    (void)handle;
    assert_int_equal(op, 35);
    assert_int_equal(c->cmd, 1);
    assert_int_equal(c->clear, 0);
    errno = EACCES;
    if (!xen.interface || c->interface_version != xen.interface)
        return -1;
    if (n > c->count)
        n = c->count;
    memcpy((void *)(uintptr_t)c->buffer, xen.ring, n);
    c->count = (uint32_t)n;
    c->index = (uint32_t)n;
    return 0;
}

int xencall2(xencall_handle *handle, unsigned op, uint64_t cmd, uint64_t arg)
{
    (void)handle;
    assert_int_equal(op, 17);
    return version_answer((int)cmd, (void *)(uintptr_t)arg);
}

/* The module is here or it is not. */
static bool no_module;

const struct ctrl_module *ctrl_load(struct err *err)
{
    if (no_module)
        err_set(err, -ELIBACC, "libxenctrl.so.4.99: no such file");
    return no_module ? NULL : &probe_ctrl_module;
}

const char *ctrl_release(void)
{
    return "4.17.1";
}

int xc_numainfo(xc_interface *xch, unsigned *max_nodes, xc_meminfo_t *meminfo,
                uint32_t *distance)
{
    (void)xch, (void)distance;
    for (unsigned i = 0; meminfo && i < *max_nodes; i++)
        meminfo[i] = (xc_meminfo_t){.memsize = 1 << 20, .memfree = 4096};
    *max_nodes = xen.nodes;
    return sysctl_result();
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain,
                          unsigned max_domains, xc_domaininfo_t *info)
{
    unsigned n = 0;

    (void)xch;
    if (xen.error)
        return sysctl_result();
    for (int i = 0; i < xen.n_domains && n < max_domains; i++)
        if (xen.domains[i].domain >= first_domain)
            info[n++] = xen.domains[i];
    return xen.says_domains ? xen.says_domains : (int)n;
}

static void healthy(void)
{
    memset(&xen, 0, sizeof(xen));
    xen.version = 4 << 16 | 17;
    xen.extra = ".7";
    xen.ring = "(XEN) Xen version 4.17.7 (x)\n(XEN) more\n";
    xen.ring_len = strlen(xen.ring);
    xen.nodes = 1;
    xen.phys = (xc_physinfo_t){.nr_cpus = 2,
                               .max_cpu_id = 1,
                               .nr_nodes = 1,
                               .threads_per_core = 1,
                               .cores_per_socket = 2,
                               .total_pages = 1000,
                               .free_pages = 10,
                               .capabilities = 3u | 1u << 30};
    for (int i = 0; i < 600; i++) {
        xc_domaininfo_t *d = xen.domains + i;

        d->domain = (domid_t)(i * 2);
        d->nr_online_vcpus = 1;
        d->tot_pages = 32768;
        d->flags = XEN_DOMINF_blocked;
    }
    xen.n_domains = 2;
    xen.cpus = 2;
    xen.sched = 6;
    xen.evtchn_state = EVTCHNSTAT_interdomain;
    xen.grant_frames = 5;
    xen.interface = XEN_SYSCTL_INTERFACE_VERSION;
}

#endif
