/* ctrl.c: the module: its subjects, and the way to the hypervisor by
 * libxenctrl. */
#include "collector/probe/ctrl/ctrl.h"

#include <errno.h>
#include <unistd.h>

#include <xentoollog.h>

#include "collector/probe/load.h"

static const struct subject subjects[] = {
    {"console-ring", "the hypervisor's message ring, which is not cleared",
     subject_console_ring, NULL, NULL},
    {"info", "version, command line, machine, scheduler, ring (JSON)",
     subject_info, NULL, NULL},
    {"domains", "every domain that the hypervisor knows (JSON)",
     subject_domains, NULL, NULL},
    {"cpus", "topology, NUMA distances, idle and power states (JSON)",
     subject_cpus, NULL, NULL},
    {"cpupools", "CPU pools and their schedulers' parameters (JSON)",
     subject_cpupools, NULL, NULL},
    {"livepatches", "live patches (JSON)", subject_livepatches, NULL, NULL},
    {"counters", "times of virtual CPUs, and what backends have moved",
     subject_counters, NULL, NULL},
    {"debug-keys", "what these debug keys print (only keys that print)", NULL,
     NULL, subject_debug_keys},
    {"domain", "one domain, as in domains (JSON)", NULL, subject_domain_of,
     NULL},
};

const struct ctrl_module probe_ctrl_module = {
    .subjects = subjects,
    .n = sizeof(subjects) / sizeof(subjects[0]),
    .domains_seen = domains_seen,
};

xc_interface *probe_open(struct err *err)
{
    xc_interface *xch;

    if (probe_is_absent(err))
        return NULL;
    errno = 0;
    xch = xc_interface_open(probe_quiet(), probe_quiet(),
                            XC_OPENFLAG_NON_REENTRANT);
    if (xch)
        return xch;
    if (errno == ENODEV || errno == ENXIO || errno == ENOENT) {
        err_sys(err, errno, "no Xen hypervisor here: " PRIVCMD);
        if (err)
            err->code = -ENODEV;
    } else if ((errno == EACCES || errno == EPERM) && geteuid() != 0) {
        err_sys(err, errno, "cannot open " PRIVCMD " (only root may)");
    } else {
        err_sys(err, errno ? errno : EIO, "cannot open " PRIVCMD);
    }
    return NULL;
}

int ring_of_library(void *arg, char *text, unsigned *n, bool incremental,
                    uint32_t *index)
{
    return xc_readconsolering(arg, text, n, 0, incremental, index);
}

int subject_console_ring(struct out *o, struct err *err)
{
    xc_interface *xch = probe_open(err);
    struct ring_facts facts;
    int rc;

    if (!xch)
        return err->code;
    rc = ring_read(ring_of_library, xch, o, &facts, err);
    xc_interface_close(xch);
    return rc;
}

const char *probe_scheduler_name(int id)
{
    /* XEN_SCHEDULER_* of xen/domctl.h, and those that were removed. */
    static const char *const names[] = {
        [4] = "sedf",     [5] = "credit", [6] = "credit2",
        [7] = "arinc653", [8] = "rtds",   [9] = "null",
    };
    bool known = id >= 0 && (size_t)id < sizeof(names) / sizeof(names[0]);

    return known ? names[id] : NULL;
}
