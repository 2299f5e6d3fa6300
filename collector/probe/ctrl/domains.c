/* domains.c: every domain as the hypervisor sees it, also dying ones and those
 * that no toolstack knows.  Names are the toolstack's: they are in xenstore. */
#include "collector/probe/ctrl/ctrl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/ctrl/domain_more.h"
#include "collector/probe/json.h"

#define DOMAINS_CHUNK 256u
#define MAX_DOMAINS 0x7ff0u /* DOMID_FIRST_RESERVED */

static int check_domain(const xc_domaininfo_t *d, uint32_t first,
                        struct err *err)
{
    if (d->domain < first || d->domain >= MAX_DOMAINS)
        return probe_absurd("domain number", d->domain, err);
    if (d->nr_online_vcpus > PROBE_MAX_VCPUS)
        return probe_absurd("virtual CPUs online", d->nr_online_vcpus, err);
    if (d->max_vcpu_id != XEN_INVALID_MAX_VCPU_ID &&
        d->max_vcpu_id >= PROBE_MAX_VCPUS)
        return probe_absurd("highest virtual CPU", d->max_vcpu_id, err);
    if (d->nr_online_vcpus && (d->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ||
                               d->nr_online_vcpus > d->max_vcpu_id + 1))
        return probe_absurd("virtual CPUs online", d->nr_online_vcpus, err);
    if (d->tot_pages > PROBE_MAX_PAGES)
        return probe_absurd("pages of a domain", d->tot_pages, err);
    if (d->shr_pages > PROBE_MAX_PAGES)
        return probe_absurd("shared pages of a domain", d->shr_pages, err);
    if (d->paged_pages > PROBE_MAX_PAGES)
        return probe_absurd("paged pages of a domain", d->paged_pages, err);
    return 0;
}

int domains_read(xc_interface *xch, xc_domaininfo_t **list_out, size_t *n_out,
                 struct err *err)
{
    xc_domaininfo_t *list = NULL;
    uint32_t first = 0;
    size_t n = 0;
    int got, rc = 0;

    do {
        list = xreallocarray(list, n + DOMAINS_CHUNK, sizeof(*list));
        memset(list + n, 0, DOMAINS_CHUNK * sizeof(*list));
        got = xc_domain_getinfolist(xch, first, DOMAINS_CHUNK, list + n);
        if (got < 0) {
            rc = probe_failed("cannot list the domains", errno, err);
            break;
        }
        if ((unsigned)got > DOMAINS_CHUNK) {
            rc = probe_absurd("number of domains", (uint64_t)got, err);
            break;
        }
        for (int i = 0; i < got && !rc; i++) {
            rc = check_domain(list + n, first, err);
            first = list[n++].domain + 1u;
        }
    } while (!rc && (unsigned)got == DOMAINS_CHUNK && first < MAX_DOMAINS);
    if (!rc && !n) /* whoever runs this is a domain itself */
        rc = probe_absurd("number of domains", 0, err);
    *list_out = list;
    *n_out = n;
    return rc;
}

static void write_flags(struct json *j, const xc_domaininfo_t *d)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } flags[] = {
        {XEN_DOMINF_running, "running"},
        {XEN_DOMINF_blocked, "blocked"},
        {XEN_DOMINF_paused, "paused"},
        {XEN_DOMINF_shutdown, "shutdown"},
        {XEN_DOMINF_dying, "dying"},
        {XEN_DOMINF_debugged, "debugged"},
        {XEN_DOMINF_hvm_guest, "hvm"},
        {XEN_DOMINF_hap, "hap"},
        {XEN_DOMINF_xs_domain, "xenstore_domain"},
    };
    static const char *const reasons[] = {
        [SHUTDOWN_poweroff] = "poweroff", [SHUTDOWN_reboot] = "reboot",
        [SHUTDOWN_suspend] = "suspend",   [SHUTDOWN_crash] = "crash",
        [SHUTDOWN_watchdog] = "watchdog", [SHUTDOWN_soft_reset] = "soft_reset",
    };
    unsigned code =
        (d->flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        json_bool(j, flags[i].name, d->flags & flags[i].bit);
    if (!(d->flags & XEN_DOMINF_shutdown)) {
        json_null(j, "shutdown_reason");
    } else if (code < sizeof(reasons) / sizeof(reasons[0])) {
        json_str(j, "shutdown_reason", reasons[code], 16);
    } else {
        char text[16];

        snprintf(text, sizeof(text), "%u", code);
        json_str(j, "shutdown_reason", text, sizeof(text));
    }
}

static void uuid_text(const uint8_t *u, char text[40])
{
    snprintf(text, 40,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
             "%02x%02x%02x%02x%02x%02x",
             u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10],
             u[11], u[12], u[13], u[14], u[15]);
}

int domains_seen(struct domain_seen **list_out, size_t *n_out, struct err *err)
{
    xc_interface *xch = probe_open(err);
    xc_domaininfo_t *list = NULL;
    int rc;

    *list_out = NULL;
    *n_out = 0;
    if (!xch)
        return err ? err->code : -ENODEV;
    rc = domains_read(xch, &list, n_out, err);
    if (!rc)
        *list_out = xcalloc(*n_out, sizeof(**list_out));
    else
        *n_out = 0;
    for (size_t i = 0; i < *n_out; i++) {
        (*list_out)[i].domid = list[i].domain;
        (*list_out)[i].dying = list[i].flags & XEN_DOMINF_dying;
        uuid_text(list[i].handle, (*list_out)[i].uuid);
    }
    free(list);
    xc_interface_close(xch);
    return rc;
}

static void write_domain(struct json *j, xc_interface *xch,
                         const xc_domaininfo_t *d, int *rc, struct err *err)
{
    char text[40];

    json_open(j, NULL, '{');
    json_u64(j, "domid", d->domain);
    uuid_text(d->handle, text);
    json_str(j, "uuid", text, sizeof(text));
    write_flags(j, d);
    snprintf(text, sizeof(text), "0x%08x", d->flags);
    json_str(j, "flags", text, sizeof(text));
    json_u64(j, "vcpus_online", d->nr_online_vcpus);
    json_u64(j, "vcpus_max",
             d->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0
                                                       : d->max_vcpu_id + 1ull);
    json_u64(j, "cpu_time_ns", d->cpu_time);
    json_u64(j, "pages", d->tot_pages);
    if (d->max_pages > PROBE_MAX_PAGES) /* dom0 without a limit */
        json_null(j, "max_pages");
    else
        json_u64(j, "max_pages", d->max_pages);
    json_u64(j, "outstanding_pages", d->outstanding_pages);
    json_u64(j, "shared_pages", d->shr_pages);
    json_u64(j, "paged_pages", d->paged_pages);
    json_u64(j, "cpupool", d->cpupool);
    json_u64(j, "ssidref", d->ssidref);
#if defined(__i386__) || defined(__x86_64__)
    /* 0 for an HVM-like guest without emulated devices: PVH. */
    snprintf(text, sizeof(text), "0x%x", d->arch_config.emulation_flags);
    json_str(j, "emulation_flags", text, sizeof(text));
#endif
    domain_write_more(j, xch, d, rc, err);
    json_close(j);
}

/* domid: MAX_DOMAINS for all. */
static int domains_of(struct out *o, uint32_t domid, struct err *err)
{
    xc_interface *xch = probe_open(err);
    xc_domaininfo_t *list = NULL;
    bool all = domid == MAX_DOMAINS;
    struct json j;
    size_t n = 0, found = 0;
    int rc;

    if (!xch)
        return err->code;
    rc = domains_read(xch, &list, &n, err);
    if (rc)
        goto out;
    json_init(&j, o);
    if (all) {
        json_open(&j, NULL, '{');
        json_open(&j, "domains", '[');
    }
    for (size_t i = 0; i < n; i++)
        if (all || list[i].domain == domid) {
            write_domain(&j, xch, list + i, &rc, err);
            found++;
        }
    if (all) {
        json_close(&j);
        json_close(&j);
    } else if (!found) {
        rc = err_set(err, -ENODEV, "there is no domain %u now", domid);
    }
out:
    free(list);
    xc_interface_close(xch);
    return rc;
}

int subject_domain_of(struct out *o, uint32_t domid, struct err *err)
{
    return domains_of(o, domid, err);
}

int subject_domains(struct out *o, struct err *err)
{
    return domains_of(o, MAX_DOMAINS, err);
}
