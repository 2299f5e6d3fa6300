/* devices_check.h: what does not fit together between xenstore, the hypervisor
 * and dom0's kernel. */
#ifndef XB_PROBE_DEVICES_CHECK_H
#define XB_PROBE_DEVICES_CHECK_H

#include "collector/probe/devices.h"
#include "collector/probe/json.h"

/* Writes "checks": [...]; each has check, domid, device ("vif/0" or null) and
 * text. */
void devices_check(struct json *j, struct devices *d);

/* The name of the network device that serves a vif in this domain, NULL if
 * another domain does; to be freed. */
char *device_netdev(struct devices *d, const struct device *dev);
/* The name of the block device (loop0, dm-3) behind a vbd, NULL if none is
 * known; to be freed. */
char *device_block(struct devices *d, const struct device *dev);

#endif
