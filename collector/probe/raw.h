/* raw.h: the one sysctl whose layout has been the same since Xen 3.3, made
 * without libxenctrl, for tools of another release than the hypervisor.
 *
 * do_sysctl() of xen/common/sysctl.c refuses a call of another interface
 * version with EACCES before it looks at anything else, so trying one after the
 * other does no harm.  libxencall's own interface is stable. */
#ifndef XB_PROBE_RAW_H
#define XB_PROBE_RAW_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/err.h"

struct raw;

/* max: of one read.  NULL with err. */
struct raw *raw_new(unsigned max, struct err *err);
void raw_free(struct raw *raw);

/* The version that the hypervisor takes; 0: none of those tried. */
unsigned raw_interface(const struct raw *raw);

/* As xc_readconsolering, without clearing. */
int raw_read_ring(struct raw *raw, char *text, unsigned *n, bool incremental,
                  uint32_t *index);

#endif
