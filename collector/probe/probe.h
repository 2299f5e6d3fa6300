/* probe.h: the parts of xen-bugtool-probe, which reads what Xen itself says.
 *
 * One subject per run and one file per subject.  The program is linked with
 * Xen's stable libraries alone; what needs libxenctrl, whose ABI belongs to one
 * Xen release, is a module of its own (ctrl/, see load.h).
 *
 * A subject returns 0, or a negative errno code with err filled.  -ENODEV means
 * that there is no Xen here or that it does not offer this interface.  What it
 * wrote before it failed is kept by the caller as a part. */
#ifndef XB_PROBE_H
#define XB_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The structures of sysctls, for their sizes and numbers. */
#ifndef __XEN_TOOLS__
#define __XEN_TOOLS__ 1
#endif
#include <xen/xen.h>
#include <xen/sysctl.h>
#include <xen/version.h>

#include "collector/base/core/err.h"
#include "collector/probe/out.h"

/* Limits of what can be true. Xen's NR_CPUS and MAX_NUMNODES stay far below. */
#define PROBE_MAX_CPUS 65536u
#define PROBE_MAX_NODES 1024u
#define PROBE_MAX_VCPUS 65536u
#define PROBE_MAX_PAGES (1ull << 40)

/* One of the three is set. */
struct subject {
    const char *name;
    const char *summary;
    int (*run)(struct out *o, struct err *err);
    /* The subject is called "NAME-DOMID". */
    int (*run_of)(struct out *o, uint32_t domid, struct err *err);
    /* ... "NAME-KEYS": the one that has Xen do something: print. */
    int (*run_keys)(struct out *o, const char *keys, struct err *err);
};

int subject_version(struct out *o, struct err *err);
int subject_ring_raw(struct out *o, struct err *err);
int subject_xenstore(struct out *o, struct err *err);
int subject_devices(struct out *o, struct err *err);
int subject_domain_names(struct out *o, struct err *err);
int subject_xenstore_of(struct out *o, uint32_t domid, struct err *err);
int subject_devices_of(struct out *o, uint32_t domid, struct err *err);

/* The door to the hypervisor; there was another in Xen's first years. */
#define PRIVCMD "/dev/xen/privcmd"
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

/* A domain of the hypervisor in short, for those who only match names. */
struct domain_seen {
    uint32_t domid;
    bool dying;
    char uuid[40];
};

#endif
