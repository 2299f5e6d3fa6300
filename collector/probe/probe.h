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

#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>

#include "collector/base/core/err.h"
#include "collector/probe/out.h"

struct subject {
    const char *name;
    const char *summary;
    int (*run)(struct out *o, struct err *err);
};

int subject_console_ring(struct out *o, struct err *err);
int subject_info(struct out *o, struct err *err);
int subject_version(struct out *o, struct err *err);
int subject_domains(struct out *o, struct err *err);
int subject_xenstore(struct out *o, struct err *err);

/* Opens libxenctrl's handle; it prints nothing. Close with xc_interface_close,
 * which takes NULL. NULL on failure, with err filled. */
xc_interface *probe_open(struct err *err);

/* Turns what a failed hypercall left in errno into err and its code: EPERM and
 * ENOSYS become -ENODEV, EACCES is explained.  what: "cannot list the domains".
 * Returns the code. */
int probe_failed(const char *what, int errnum, struct err *err);

/* An answer that cannot be true: libxenctrl or the hypervisor has structures of
 * another layout.  Returns the code. */
int probe_absurd(const char *what, uint64_t value, struct err *err);

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
