/* master.h: the root side of one command: starts the worker, serves it, ends
 * it, and hands on its exit status. */
#ifndef XB_MASTER_H
#define XB_MASTER_H

#include "collector/base/core/err.h"
#include "collector/base/core/options.h"

struct master_spec {
    char **argv; /* handed on to the worker as it is */
    const struct options *opt;
    const char *worker;      /* the program's path */
    const char *send;        /* xen-bugtool-send's */
    int (*reader)(int sock); /* what a reader runs, see readers_new */
};

/* Returns the exit status of xen-bugtool; says on stderr what went wrong. */
int master_run(const struct master_spec *spec);

#endif
