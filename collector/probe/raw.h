/* raw.h: what can be asked without libxenctrl, whatever release the hypervisor
 * is of: xen_version, and the one sysctl whose layout has been the same since
 * Xen 3.3.
 *
 * do_sysctl() of xen/common/sysctl.c refuses a call of another interface
 * version with EACCES before it looks at anything else, so trying one after the
 * other does no harm.  libxencall's own interface is stable. */
#ifndef XB_PROBE_RAW_H
#define XB_PROBE_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

struct raw;

/* max: of one read.  NULL with err. */
struct raw *raw_new(unsigned max, struct err *err);
void raw_free(struct raw *raw);

/* The interface version that the hypervisor takes; 0: none of those tried, and
 * errno says how the last of them failed. */
unsigned raw_interface(struct raw *raw);

/* XENVER_cmd, a version_call: its answer, of at most size bytes (and of max,
 * see above), goes to "to", whose bytes Xen sees before.  raw is a struct raw.
 * What it returns is the hypercall's. */
#define RAW_VERSION_BYTES 4096u
int raw_version(void *raw, int cmd, void *to, size_t size);

/* As xc_readconsolering, without clearing; once there is an interface. */
int raw_read_ring(struct raw *raw, char *text, unsigned *n, bool incremental,
                  uint32_t *index);

#endif
