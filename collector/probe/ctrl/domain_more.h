/* domain_more.h: what takes calls of its own for each domain: its vcpus, its
 * scheduling, its grant table, its event channels, memory on demand. */
#ifndef XB_PROBE_DOMAIN_MORE_H
#define XB_PROBE_DOMAIN_MORE_H

#include "collector/probe/ctrl/ctrl.h"
#include "collector/probe/json.h"

/* Writes members of the domain's object.  What the hypervisor does not offer,
 * or cannot say since the domain has gone meanwhile, is null; another failure
 * goes into *rc and err, the first one only. */
void domain_write_more(struct json *j, xc_interface *xch,
                       const xc_domaininfo_t *d, int *rc, struct err *err);

/* A set of CPUs as "0-3,7", in out. Returns out. */
const char *cpu_set_text(const unsigned char *map, size_t bytes, char *out,
                         size_t size);

#endif
