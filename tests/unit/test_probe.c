/* The probe against a hypervisor and a xenstored of our own: the functions of
 * libxenctrl and libxenstore that it calls are stand-ins here, so that answers
 * can be given that no healthy Xen gives. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* There is a hypervisor as far as xen.c and xenstore.c can see. */
#define access(path, mode) 0
#include "collector/probe/ctrl/counters.c"
#include "collector/probe/ctrl/cpus.c"
#include "collector/probe/ctrl/ctrl.c"
#include "collector/probe/ctrl/debug_keys.c"
#include "collector/probe/ctrl/domain_more.c"
#include "collector/probe/ctrl/domains.c"
#include "collector/probe/ctrl/info.c"
#include "collector/probe/ctrl/livepatches.c"
#include "collector/probe/json.c"
#include "collector/probe/out.c"
#include "collector/probe/raw.c"
#include "collector/probe/release.c"
#include "collector/probe/ring.c"
#include "collector/probe/store.c"
#include "collector/probe/store_text.c"
#include "collector/probe/sysfs.c"
#include "collector/probe/version.c"
#include "collector/probe/xen.c"
#include "collector/probe/xenstore.c"
#undef access

/* --- the hypervisor ------------------------------------------------------ */

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

int xc_version(xc_interface *xch, int cmd, void *arg)
{
    (void)xch;
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
    (void)xch;
    snprintf(sent_keys, sizeof(sent_keys), "%s", keys);
    snprintf(ring_after, sizeof(ring_after), "%.*s(XEN) key '%s' pressed\n",
             (int)xen.ring_len, xen.ring, keys);
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

/* --- xenstored ----------------------------------------------------------- */

static struct {
    const char *hang; /* no answer at this path */
    int notify;       /* told then */
    const char *gone; /* listed, but not there any more */
    const char *denied;
    int all;   /* errno of every request */
    bool wide; /* the root has a child with a hostile name */
    bool lost; /* the connection breaks after the first value */
} store;

struct xs_handle *xs_open(unsigned long flags)
{
    (void)flags;
    return (struct xs_handle *)&store;
}

void xs_close(struct xs_handle *xsh)
{
    (void)xsh;
}

static bool refused(const char *path)
{
    if (store.hang && !strcmp(path, store.hang)) {
        if (write(store.notify, "x", 1) != 1)
            _exit(98);
        for (;;)
            pause();
    }
    errno = store.all;
    if (store.gone && !strcmp(path, store.gone))
        errno = ENOENT;
    if (store.denied && !strcmp(path, store.denied))
        errno = EACCES;
    return errno != 0;
}

/* xs_directory's answer: one allocation, pointers and then the names. */
static char **names_of(const char *a, const char *b, unsigned *num)
{
    char **list = malloc(2 * sizeof(*list) + 80);
    char *p = (char *)(list + 2);

    list[0] = strcpy(p, a);
    list[1] = strcpy(p + strlen(a) + 1, b ? b : "");
    *num = b ? 2 : 1;
    return list;
}

char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
                    unsigned *num)
{
    (void)h;
    assert_int_equal(t, XBT_NULL);
    if (refused(path))
        return NULL;
    if (!strcmp(path, "/"))
        return names_of(store.wide ? "a\033[2Jb" : "local", "vm", num);
    if (!strcmp(path, "/local"))
        return names_of("domain", NULL, num);
    *num = 0;
    return calloc(1, 1);
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
              unsigned *len)
{
    char *value;

    (void)h, (void)t;
    if (refused(path))
        return NULL;
    if (store.lost)
        store.all = EBADF;
    value = calloc(1, 32);
    *len = 0;
    if (!strcmp(path, "/vm")) {
        memcpy(value, "a\0\"\\\n\t\x07\x08\xe9", 9);
        *len = 9;
    }
    return value;
}

struct xs_permissions *xs_get_permissions(struct xs_handle *h,
                                          xs_transaction_t t, const char *path,
                                          unsigned *num)
{
    struct xs_permissions *p = calloc(2, sizeof(*p));

    (void)h, (void)t, (void)path;
    p[1].id = 5;
    p[1].perms = XS_PERM_READ | XS_PERM_WRITE;
    *num = 2;
    return p;
}

/* --- helpers ------------------------------------------------------------- */

struct result {
    int rc;
    struct err err;
    char text[4000000];
    size_t len;
};

static struct result res;

static void slurp(int fd)
{
    ssize_t n = pread(fd, res.text, sizeof(res.text) - 1, 0);

    assert_true(n >= 0);
    res.len = (size_t)n;
    res.text[n] = '\0';
}

static void run(int (*subject)(struct out *, struct err *))
{
    int fd = memfd_create("out", MFD_CLOEXEC), rc;
    struct out o;

    memset(&res, 0, sizeof(res));
    out_init(&o, fd);
    res.rc = subject(&o, &res.err);
    rc = out_flush(&o, NULL);
    assert_int_equal(rc, 0);
    slurp(fd);
    close(fd);
}

#define has(part) assert_non_null(strstr(res.text, part))
#define has_not(part) assert_null(strstr(res.text, part))
#define says(part) assert_non_null(strstr(res.err.text, part))

/* --- tests --------------------------------------------------------------- */

static void ring_bytes(void **state)
{
    (void)state;
    healthy();
    /* Guests can put any byte into the ring; none may be changed. */
    xen.ring = "a\0\xff\r\nb";
    xen.ring_len = 6;
    run(subject_console_ring);
    assert_int_equal(res.rc, 0);
    assert_int_equal(res.len, 6);
    assert_memory_equal(res.text, "a\0\xff\r\nb", 6);
    assert_int_equal(xen.ring_cleared, 0);
}

static void ring_longer_than_one_call(void **state)
{
    char *big = xmalloc(RING_CHUNK + 1000);
    struct ring_facts facts;
    struct err err = ERR_INIT;
    int rc;

    (void)state;
    healthy();
    memset(big, 'x', RING_CHUNK + 1000);
    xen.ring = big;
    xen.ring_len = RING_CHUNK + 1000;
    xen.ring_dropped = 77;
    rc = ring_read(ring_of_library, &xen, NULL, &facts, &err);
    assert_int_equal(rc, 0);
    assert_int_equal(facts.bytes, RING_CHUNK + 1000);
    assert_int_equal(facts.dropped, 77);

    /* The ring moves on between the calls: a hole must not go unsaid. */
    xen.ring_gap = 10;
    rc = ring_read(ring_of_library, &xen, NULL, &facts, &err);
    assert_int_equal(rc, -EOVERFLOW);
    assert_non_null(strstr(err.text, "10 bytes are missing"));
    free(big);
}

static void ring_absurd(void **state)
{
    (void)state;
    healthy();
    /* More than there is room for: copying it would read beyond the buffer. */
    xen.ring_says = RING_CHUNK + 1;
    run(subject_console_ring);
    assert_int_equal(res.rc, -EPROTO);
    assert_int_equal(res.len, 0);
}

static void refusals(void **state)
{
    (void)state;
    healthy();
    /* Tools of another release: the likeliest of all incidents here. */
    xen.error = EACCES;
    run(subject_console_ring);
    assert_int_equal(res.rc, -EACCES);
    says("another Xen release");
    /* A guest is no failure, there is just nothing to be had. */
    xen.error = EPERM;
    run(subject_domains);
    assert_int_equal(res.rc, -ENODEV);
    says("control domain");
    xen.error = ENOSYS;
    run(subject_domains);
    assert_int_equal(res.rc, -ENODEV);
    /* The version is told all the same, and the rest is null, not missing. */
    xen.error = EACCES;
    run(subject_info);
    assert_int_equal(res.rc, -EACCES);
    has("\"version\": \"4.17.7\"");
    has("\"physinfo\": null,");
    has("\"console_ring\": null\n}\n");
    run(subject_version);
    assert_int_equal(res.rc, 0);
}

static void info_healthy(void **state)
{
    (void)state;
    healthy();
    xen.extra = ".1-0123456789abcdefgh"; /* 16 bytes, no NUL */
    run(subject_info);
    assert_int_equal(res.rc, 0);
    has("\"version\": \"4.17.1-0123456789abc\"");
    has("\"build_id\": \"ab01\"");
    /* Control and non-ASCII bytes and the quote cannot leave the string. */
    has("\"command_line\": \"a=\\u0022\\u001b\\u00ff\"");
    has("\"name\": \"credit2\"");
    has("\"total_memory_kib\": 4000");
    has("\"0x40000000\""); /* a capability that has no name yet */
    has("\"memory_kib\": 1024");
    has("\"first_line\": \"(XEN) Xen version 4.17.7 (x)\"");
    has("\"wrapped\": false");
    assert_string_equal(res.text + res.len - 2, "}\n");
}

static void ring_facts_told(void **state)
{
    char full[16384];

    (void)state;
    healthy();
    memset(full, 'x', sizeof(full));
    xen.ring = full;
    xen.ring_len = sizeof(full);
    xen.ring_dropped = 1;
    run(subject_info);
    has("\"wrapped\": true");
    has("\"cleared\": false");
    has("\"has_version_line\": false");
    /* Bytes are gone but the ring is not full: somebody cleared it. */
    xen.ring_len = 10;
    run(subject_info);
    has("\"wrapped\": false");
    has("\"cleared\": true");
}

static void info_absurd(void **state)
{
    static const struct {
        const char *why;
        uint32_t cpus, max_cpu, nodes;
        uint64_t total, free;
    } rows[] = {
        {"no CPU", 0, 0, 1, 100, 1},
        {"text where CPUs should be", 0x6c6c6548, 1, 1, 100, 1},
        {"more CPUs than numbers for them", 4, 2, 1, 100, 1},
        {"highest number overflows", 1, UINT32_MAX, 1, 100, 1},
        {"no memory", 1, 0, 1, 0, 0},
        {"more free than there is", 1, 0, 1, 100, 101},
        {"an address where pages should be", 1, 0, 1, ~0ull, 1},
        {"no node", 1, 0, 0, 100, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        healthy();
        xen.phys.nr_cpus = rows[i].cpus;
        xen.phys.max_cpu_id = rows[i].max_cpu;
        xen.phys.nr_nodes = rows[i].nodes;
        xen.phys.total_pages = rows[i].total;
        xen.phys.free_pages = rows[i].free;
        run(subject_info);
        if (res.rc != -EPROTO)
            fail_msg("%s: %d", rows[i].why, res.rc);
        has("\"physinfo\": null");
    }
    healthy();
    xen.nodes = 1u << 31; /* would be allocated */
    run(subject_info);
    assert_int_equal(res.rc, -EPROTO);
    has("\"numa_nodes\": null");
    healthy();
    xen.version = 1; /* Xen 0.1 */
    run(subject_version);
    assert_int_equal(res.rc, -EPROTO);
    assert_int_equal(res.len, 0);
}

static void domains_healthy(void **state)
{
    (void)state;
    healthy();
    xen.domains[1].flags = XEN_DOMINF_shutdown | XEN_DOMINF_dying |
                           SHUTDOWN_crash << XEN_DOMINF_shutdownshift;
    xen.domains[1].max_pages = ~0ull;
    memset(xen.domains[1].handle, 0xa5, 16);
    run(subject_domains);
    assert_int_equal(res.rc, 0);
    has("\"domid\": 2,");
    has("\"uuid\": \"a5a5a5a5-a5a5-a5a5-a5a5-a5a5a5a5a5a5\"");
    has("\"shutdown_reason\": \"crash\"");
    has("\"dying\": true");
    has("\"max_pages\": null");
    /* A code that has no name is told as a number. */
    xen.domains[1].flags =
        XEN_DOMINF_shutdown | 77u << XEN_DOMINF_shutdownshift;
    run(subject_domains);
    has("\"shutdown_reason\": \"77\"");
}

static void domains_more_than_one_call(void **state)
{
    int n = 0;

    (void)state;
    healthy();
    xen.n_domains = 2 * DOMAINS_CHUNK; /* the last call answers 0 */
    run(subject_domains);
    assert_int_equal(res.rc, 0);
    for (char *p = res.text; (p = strstr(p, "\"domid\"")); p++)
        n++;
    assert_int_equal(n, 2 * DOMAINS_CHUNK);
    has("\"domid\": 1022,");
}

static void domains_absurd(void **state)
{
    (void)state;
    healthy();
    xen.n_domains = 600;
    xen.says_domains = 100000; /* beyond the room given */
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    assert_int_equal(res.len, 0);

    healthy();
    xen.n_domains = 0;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);

    /* A structure of another size: numbers do not rise. */
    healthy();
    xen.domains[0].domain = 7;
    xen.domains[1].domain = 0;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    assert_int_equal(res.len, 0);

    healthy();
    xen.domains[1].domain = DOMID_XEN;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);

    healthy();
    xen.domains[1].nr_online_vcpus = 0xdeadbeef;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);

    healthy();
    xen.domains[1].tot_pages = 1ull << 41;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
}

static void domains_more(void **state)
{
    (void)state;
    healthy();
    xen.domains[1].flags |= XEN_DOMINF_hvm_guest;
    run(subject_domains);
    assert_int_equal(res.rc, 0);
    has("\"populate_on_demand\": null");
    has("\"cache_pages\": 20");
    has("\"scheduler\": \"credit2\",\n        \"weight\": 256");
    has("\"frames\": 5");
    has("\"used\": 2,");
    has("\"interdomain\": 2,");
    has("\"state\": \"blocked\"");
    has("\"hard_affinity\": \"0-2,4\"");
    has("\"soft_affinity\": \"0-15\"");
    /* One that goes while it is looked at leaves gaps, and no error. */
    xen.vcpu_gone = true;
    run(subject_domains);
    assert_int_equal(res.rc, 0);
    has("\"vcpus\": []");

    /* What cannot be true is not told as if it were. */
    healthy();
    xen.vcpu_cpu = 0x6c6c6548;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    has("\"vcpus\": []");
    healthy();
    xen.evtchn_state = 77;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    has("\"event_channels\": null");
    healthy();
    xen.grant_frames = 1u << 31;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    has("\"grant_table\": null");
}

static int domain_2(struct out *o, struct err *err)
{
    return subject_domain_of(o, 2, err);
}

static int domain_3(struct out *o, struct err *err)
{
    return subject_domain_of(o, 3, err);
}

static void domains_one(void **state)
{
    (void)state;
    healthy();
    run(domain_2);
    assert_int_equal(res.rc, 0);
    assert_memory_equal(res.text, "{\n  \"domid\": 2,", 14);
    has_not("\"domid\": 0");
    run(domain_3);
    assert_int_equal(res.rc, -ENODEV);
    says("no domain 3");
    assert_int_equal(res.len, 0);
}

static void cpus_and_pools(void **state)
{
    (void)state;
    healthy();
    run(subject_cpus);
    assert_int_equal(res.rc, 0);
    has("\"core\": 7");
    has("\"online\": false");
    has("\"idle_ns\": 99");
    has("\"mhz\": 2400");
    has("\"c_states\": null");
    has("\"numa_distances\": [");
    xen.cpus = 1u << 30; /* would be allocated */
    run(subject_cpus);
    assert_int_equal(res.rc, -EPROTO);
    has("\"cpus\": null");

    healthy();
    run(subject_cpupools);
    assert_int_equal(res.rc, 0);
    has("\"scheduler\": \"credit2\"");
    has("\"cpus\": \"0-1\"");
    has("\"ratelimit_us\": 1000");
    xen.sched = 5;
    run(subject_cpupools);
    has("\"timeslice_ms\": 30");
    xen.sched = 9; /* the null scheduler has none */
    run(subject_cpupools);
    assert_int_equal(res.rc, 0);
    has("\"parameters\": null");
    xen.error = EACCES;
    run(subject_cpupools);
    assert_int_equal(res.rc, -EACCES);
}

static void livepatches(void **state)
{
    (void)state;
    healthy();
    run(subject_livepatches);
    assert_int_equal(res.rc, 0);
    has("\"name\": \"xsa-999\"");
    has("\"state\": \"applied\"");
    xen.livepatch_len = 9; /* beyond the names */
    run(subject_livepatches);
    has("\"livepatches\": []");
    xen.error = ENOSYS;
    run(subject_livepatches);
    assert_int_equal(res.rc, -ENODEV);
}

/* Tools of another release: the ring and the fact itself come all the same. */
static void other_release(void **state)
{
    (void)state;
    healthy();
    xen.error = EACCES;
    xen.interface = 0x11;
    run(subject_ring_raw);
    assert_int_equal(res.rc, 0);
    assert_string_equal(res.text, xen.ring);
    run(subject_version);
    assert_int_equal(res.rc, 0);
    has("\"hypervisor\": 17,\n    \"match\": false");
    xen.interface = XEN_SYSCTL_INTERFACE_VERSION;
    run(subject_version);
    has("\"match\": true");
    has("\"features\": \"0x0000000200000705\"");
    has("\"libxenctrl\": \"4.17.1\",\n    \"match\": true");
    has("\"error\": null");
    /* One sysctl interface, two releases. */
    xen.version = 4 << 16 | 1;
    run(subject_version);
    has("\"libxenctrl\": \"4.17.1\",\n    \"match\": false");
    /* Another release's library lies under another name. */
    no_module = true;
    run(subject_version);
    no_module = false;
    assert_int_equal(res.rc, 0);
    has("\"libxenctrl\": null,\n    \"match\": null");
    has("\"error\": \"libxenctrl.so.4.99: no such file\"");
    /* Nothing fits, or Flask says no. */
    xen.interface = 0;
    run(subject_ring_raw);
    assert_int_equal(res.rc, -EACCES);
    assert_int_equal(res.len, 0);
    run(subject_version);
    assert_int_equal(res.rc, 0);
    has("\"match\": null");
}

static int keys_mr(struct out *o, struct err *err)
{
    return subject_debug_keys(o, "mr", err);
}

static int keys_crash(struct out *o, struct err *err)
{
    return subject_debug_keys(o, "mC", err);
}

static int keys_mn(struct out *o, struct err *err)
{
    return subject_debug_keys(o, "mn", err);
}

/* The new part of the ring alone, and nothing but keys that print. */
static void debug_keys(void **state)
{
    (void)state;
    healthy();
    xen.ring_dropped = 100;
    run(keys_mr);
    assert_int_equal(res.rc, 0);
    assert_string_equal(res.text, "(XEN) key 'mr' pressed\n");
    sent_keys[0] = '\0';
    run(keys_crash);
    assert_int_equal(res.rc, -EINVAL);
    assert_string_equal(sent_keys, "");
    healthy();
    run(keys_mn);
    assert_int_equal(res.rc, 0);
    assert_string_equal(sent_keys, "mn");
    /* There it would bring the machine down. */
    healthy();
    sent_keys[0] = '\0';
    xen.version = 3 << 16 | 4;
    run(keys_mn);
    assert_int_equal(res.rc, -EINVAL);
    says("trigger an NMI");
    assert_string_equal(sent_keys, "");
}

static void store_healthy(void **state)
{
    (void)state;
    memset(&store, 0, sizeof(store));
    run(subject_xenstore);
    assert_int_equal(res.rc, 0);
    /* As xenstore-ls -fp of Xen 4.17 prints the same tree. */
    assert_string_equal(
        res.text, "/local = \"\"   (n0,b5)\n"
                  "/local/domain = \"\"   (n0,b5)\n"
                  "/vm = \"a\\000\"\\\\\\n\\t\\007\\x08\\xe9\"   (n0,b5)\n");
}

static void store_races(void **state)
{
    (void)state;
    memset(&store, 0, sizeof(store));
    /* Nodes come and go while we read: that is no failure. */
    store.gone = "/local/domain";
    run(subject_xenstore);
    assert_int_equal(res.rc, 0);
    has("/local = ");
    has_not("/local/domain");
    has("/vm = ");

    /* One node that cannot be read does not end the walk, but is told. */
    memset(&store, 0, sizeof(store));
    store.denied = "/local";
    run(subject_xenstore);
    assert_int_equal(res.rc, -EACCES);
    says("/local: Permission denied");
    has("/local:  (n0,b5)\n");
    has("/vm = ");

    /* A lost connection ends it; what was read stays. */
    memset(&store, 0, sizeof(store));
    store.lost = true;
    run(subject_xenstore);
    assert_int_equal(res.rc, -EBADF);
    has("/local = ");
    has_not("/vm = ");

    /* A guest may not list the root. */
    memset(&store, 0, sizeof(store));
    store.denied = "/";
    run(subject_xenstore);
    assert_int_equal(res.rc, -ENODEV);
    says("control domain");
}

static void store_hostile_name(void **state)
{
    (void)state;
    memset(&store, 0, sizeof(store));
    store.wide = true;
    run(subject_xenstore);
    assert_int_equal(res.rc, 0);
    has("/a\\x1b[2Jb = ");
}

/* xenstored hangs at /vm; sig ends the wait unless it is 0. */
static void hang(unsigned answer_s, int sig, const char *message)
{
    int fd = memfd_create("out", MFD_CLOEXEC), status, pipefd[2];
    int errfd = memfd_create("err", MFD_CLOEXEC);
    char c;
    pid_t pid;

    assert_int_equal(pipe(pipefd), 0);
    memset(&store, 0, sizeof(store));
    store.hang = "/vm";
    store.notify = pipefd[1];
    pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        struct err err = ERR_INIT;
        struct out o;

        dup2(errfd, STDERR_FILENO);
        out_init(&o, fd);
        walk_store(&o, answer_s, 60, &err);
        _exit(99); /* it came back */
    }
    assert_int_equal(read(pipefd[0], &c, 1), 1);
    if (sig)
        kill(pid, sig);
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    slurp(fd);
    assert_string_equal(res.text, "/local = \"\"   (n0,b5)\n"
                                  "/local/domain = \"\"   (n0,b5)\n");
    slurp(errfd);
    assert_string_equal(res.text, message);
    close(fd);
    close(errfd);
    close(pipefd[0]);
    close(pipefd[1]);
}

static void store_hangs(void **state)
{
    (void)state;
    /* What was read before is kept, and the place is named. */
    hang(1, 0,
         "xenstored did not answer within 1 s (nodes read: 2; waiting at "
         "/vm)\n");
    /* The caller's own deadline comes first: no less is kept. */
    hang(60, SIGTERM,
         "stopped before all was read (nodes read: 2; waiting at /vm)\n");
}

static void store_slow(void **state)
{
    int fd = memfd_create("out", MFD_CLOEXEC);
    struct err err = ERR_INIT;
    struct out o;
    int rc;

    (void)state;
    memset(&store, 0, sizeof(store));
    out_init(&o, fd);
    rc = walk_store(&o, 1, 0, &err);
    /* No time at all: the first node may still fall into the same ms. */
    if (rc)
        assert_int_equal(rc, -ETIMEDOUT);
    close(fd);
}

static void output_errors(void **state)
{
    struct err err = ERR_INIT;
    struct out o;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    char big[70000];

    (void)state;
    if (fd < 0)
        skip();
    memset(big, 'x', sizeof(big));
    out_init(&o, fd);
    out_adds(&o, "a");
    out_add(&o, big, sizeof(big)); /* the error comes here ... */
    out_adds(&o, "b");
    assert_int_equal(out_flush(&o, &err), -ENOSPC); /* ... and is told here */
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring_bytes),
        cmocka_unit_test(ring_longer_than_one_call),
        cmocka_unit_test(ring_absurd),
        cmocka_unit_test(refusals),
        cmocka_unit_test(info_healthy),
        cmocka_unit_test(ring_facts_told),
        cmocka_unit_test(info_absurd),
        cmocka_unit_test(domains_healthy),
        cmocka_unit_test(domains_more_than_one_call),
        cmocka_unit_test(domains_absurd),
        cmocka_unit_test(domains_more),
        cmocka_unit_test(domains_one),
        cmocka_unit_test(cpus_and_pools),
        cmocka_unit_test(livepatches),
        cmocka_unit_test(other_release),
        cmocka_unit_test(debug_keys),
        cmocka_unit_test(store_healthy),
        cmocka_unit_test(store_races),
        cmocka_unit_test(store_hostile_name),
        cmocka_unit_test(store_hangs),
        cmocka_unit_test(store_slow),
        cmocka_unit_test(output_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
