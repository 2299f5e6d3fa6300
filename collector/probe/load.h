/* load.h: the module of the probe that needs libxenctrl.
 *
 * libxenctrl's soname and ABI are those of one Xen release.  Where the one that
 * we were built with is not installed the module cannot be loaded, and all that
 * needs Xen's stable libraries alone (libxencall, libxenstore) works on. */
#ifndef XB_PROBE_LOAD_H
#define XB_PROBE_LOAD_H

#include <stddef.h>

#include "collector/base/core/err.h"
#include "collector/probe/probe.h"

struct ctrl_module {
    const struct subject *subjects;
    size_t n;
    /* All domains of the hypervisor in short, in order of their number.  Free
     * *list_out; none on failure. */
    int (*domains_seen)(struct domain_seen **list_out, size_t *n_out,
                        struct err *err);
};

/* The symbol of that type that the module has. */
#define CTRL_SYMBOL "probe_ctrl_module"
extern const struct ctrl_module probe_ctrl_module
    __attribute__((visibility("default")));

/* NULL with err: it cannot be loaded. Loaded once. */
const struct ctrl_module *ctrl_load(struct err *err);

/* Xen's release by the name of the libxenctrl that was loaded: "4.17" for
 * libxenctrl.so.4.17; NULL: not known. */
const char *ctrl_release(void);

#endif
