/* ctrl.h: the parts of xen-bugtool-probe-ctrl.so, the module of the probe that
 * is linked with libxenctrl (see load.h). */
#ifndef XB_PROBE_CTRL_H
#define XB_PROBE_CTRL_H

#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>

#include "collector/probe/probe.h"
#include "collector/probe/ring.h"

int subject_console_ring(struct out *o, struct err *err);
int subject_info(struct out *o, struct err *err);
int subject_domains(struct out *o, struct err *err);
int subject_cpus(struct out *o, struct err *err);
int subject_cpupools(struct out *o, struct err *err);
int subject_livepatches(struct out *o, struct err *err);
int subject_counters(struct out *o, struct err *err);
/* keys: of DEBUG_KEYS_PRINTING alone, else -EINVAL. */
int subject_debug_keys(struct out *o, const char *keys, struct err *err);
int subject_domain_of(struct out *o, uint32_t domid, struct err *err);

/* Opens libxenctrl's handle; it prints nothing. Close with xc_interface_close,
 * which takes NULL. NULL on failure, with err filled. */
xc_interface *probe_open(struct err *err);

/* "credit2" for 6; NULL if it is not known. */
const char *probe_scheduler_name(int id);

/* All domains of the hypervisor, in order of their number.  Free *list_out. */
int domains_read(xc_interface *xch, xc_domaininfo_t **list_out, size_t *n_out,
                 struct err *err);
/* As in load.h. */
int domains_seen(struct domain_seen **list_out, size_t *n_out, struct err *err);

/* A ring_call; arg: the xc_interface. */
int ring_of_library(void *arg, char *text, unsigned *n, bool incremental,
                    uint32_t *index);

#endif
