/* probe.h: the parts of xen-bugtool-probe, which reads what Xen itself says.
 *
 * One subject per run and one file per subject; main.c holds the table.  It is
 * the only program linked with libxenctrl, whose ABI belongs to one Xen
 * release: where it cannot start or fails, the callers turn to xl.
 *
 * A subject returns 0, or a negative errno code with err filled.  -ENODEV means
 * that there is no Xen here or that it does not offer this interface.  What it
 * wrote before it failed is kept by the caller as a part. */
#ifndef XB_PROBE_H
#define XB_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>

#include "collector/base/core/err.h"
#include "collector/probe/out.h"

/* Limits of what can be true. Xen's NR_CPUS and MAX_NUMNODES stay far below. */
#define PROBE_MAX_CPUS 65536u
#define PROBE_MAX_NODES 1024u
#define PROBE_MAX_VCPUS 65536u
#define PROBE_MAX_PAGES (1ull << 40)

struct subject {
    const char *name;
    const char *summary;
    int (*run)(struct out *o, struct err *err);
    /* In place of run: the subject is called "NAME-DOMID". */
    int (*run_of)(struct out *o, uint32_t domid, struct err *err);
};

int subject_console_ring(struct out *o, struct err *err);
int subject_info(struct out *o, struct err *err);
int subject_version(struct out *o, struct err *err);
int subject_domains(struct out *o, struct err *err);
int subject_xenstore(struct out *o, struct err *err);
int subject_cpus(struct out *o, struct err *err);
int subject_cpupools(struct out *o, struct err *err);
int subject_livepatches(struct out *o, struct err *err);
int subject_ring_raw(struct out *o, struct err *err);
int subject_counters(struct out *o, struct err *err);
int subject_devices(struct out *o, struct err *err);
int subject_domain_names(struct out *o, struct err *err);
/* keys: of DEBUG_KEYS_PRINTING alone, else -EINVAL. */
int subject_debug_keys(struct out *o, const char *keys, struct err *err);
int subject_domain_of(struct out *o, uint32_t domid, struct err *err);
int subject_xenstore_of(struct out *o, uint32_t domid, struct err *err);
int subject_devices_of(struct out *o, uint32_t domid, struct err *err);

/* Opens libxenctrl's handle; it prints nothing. Close with xc_interface_close,
 * which takes NULL. NULL on failure, with err filled. */
xc_interface *probe_open(struct err *err);

/* 0, or -ENODEV with err: there is no way to a hypervisor. */
int probe_is_absent(struct err *err);
/* libxenctrl's log; it drops everything. */
struct xentoollog_logger *probe_quiet(void);

/* Turns what a failed hypercall left in errno into err and its code: EPERM and
 * ENOSYS become -ENODEV, EACCES is explained.  what: "cannot list the domains".
 * Returns the code. */
int probe_failed(const char *what, int errnum, struct err *err);

/* Not offered by this hypervisor or driver, or what it is of has gone. */
bool probe_not_offered(int errnum);

/* An answer that cannot be true: libxenctrl or the hypervisor has structures of
 * another layout.  Returns the code. */
int probe_absurd(const char *what, uint64_t value, struct err *err);

/* True if part_rc is a failure.  The first one of a subject is the one to tell
 * (*rc, *err); the other parts are still written. */
bool probe_part_failed(int part_rc, const struct err *part, int *rc,
                       struct err *err);

/* "credit2" for 6; NULL if it is not known. */
const char *probe_scheduler_name(int id);

/* All domains of the hypervisor, in order of their number.  Free *list_out. */
int domains_read(xc_interface *xch, xc_domaininfo_t **list_out, size_t *n_out,
                 struct err *err);

/* The same in short, for those who only match names. */
struct domain_seen {
    uint32_t domid;
    bool dying;
    char uuid[40];
};
int domains_seen(struct domain_seen **list_out, size_t *n_out, struct err *err);

/* The tools' and the hypervisor's sysctl interface differ in incidents with
 * tools of another release.  0 if none in the plausible range is accepted, or
 * the hypervisor cannot be asked. */
unsigned sysctl_interface(void);

/* Facts about the console ring. */
struct ring_facts {
    uint64_t bytes;       /* read */
    uint32_t dropped;     /* bytes since boot that were gone before we read */
    char first_line[256]; /* as it stands, cut; NUL-terminated */
    int has_version;      /* Xen's version line is near the start */
};

/* Reads the ring without clearing it; the bytes go to o unless it is NULL. */
int ring_read(xc_interface *xch, struct out *o, struct ring_facts *facts,
              struct err *err);

#endif
