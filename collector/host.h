/* host.h: what the manifest's head says of the machine, and the list of kernel
 * modules by which items are judged. */
#ifndef XB_HOST_H
#define XB_HOST_H

#include <stdint.h>

#include "collector/gather/gather.h"

struct host {
    char *name, *kernel, *machine; /* uname */
    char *xen;                     /* "4.17.7", NULL if not under Xen */
    const char *role;              /* "dom0", "domU", "none" */
    uint64_t uptime_s;
    /* Of a disk: NULL and 0 where it does not tell, and of this machine. */
    char *disk_system, *disk_kernel, *disk_xen;
    int64_t disk_last_log_ms;
    char **modules;   /* loaded now, sorted, NULL-terminated */
    char **available; /* those and the ones built into the kernel */
};

/* Sends g a question whose answer takes a while, to be read by host_read. */
int host_ask(struct gather *g, struct err *err);
/* Behind host_ask, with nothing between: what it does not get stays empty.
 * Negative only as gather_next.  host_done in any case. */
int host_read(struct gather *g, struct host *out, struct err *err);
/* The same of a host that does not run, as far as its disk tells: its name, and
 * what has disk_. */
int host_read_disk(struct gather *g, struct host *out, struct err *err);
void host_done(struct host *h);

/* The modules loaded now; free with str_list_free. */
int host_modules(struct gather *g, char ***out, struct err *err);

#endif
