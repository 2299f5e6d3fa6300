/* devices.h: the devices of domains, both ends of each, as xenstore has them.
 *
 * A device is found from either end: the frontend's folder in its domain, or
 * the backend's in dom0 or in a driver domain.  Each is remembered with the
 * ends that are there. */
#ifndef XB_PROBE_DEVICES_H
#define XB_PROBE_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/probe/store.h"

struct device {
    uint32_t domid;           /* whose frontend it is */
    uint32_t backend_domid;   /* UINT32_MAX: not known */
    char *kind;               /* of the frontend: vif, vbd, console ... */
    char *backend_kind;       /* vif, vbd, qdisk, tap ...; NULL: no backend */
    char *id;                 /* as xenstore has it: "0", "51712" */
    char *front, *back;       /* paths; NULL where an end names none */
    bool has_front, has_back; /* that end is there */
};

struct store_domain {
    uint32_t domid;
    bool in_store; /* it has a folder in xenstore */
    int in_xen;    /* 1, 0; -1: the hypervisor could not be asked */
    bool dying;
    char *name, *uuid; /* NULL: none */
};

struct devices {
    struct store_conn *s;
    struct store_domain *domains; /* sorted */
    size_t n_domains;
    struct device *v; /* by domain, kind and id */
    size_t n;
    bool cut; /* there were more than DEVICES_MAX */
};

#define DEVICES_MAX 65536u
#define DEVICES_ALL UINT32_MAX

/* All domains; devices of domid's frontends only unless it is DEVICES_ALL.
 * 0, or negative with err.  devices_done in any case. */
int devices_read(struct devices *d, struct store_conn *s, uint32_t domid,
                 struct err *err);
void devices_done(struct devices *d);
/* The domains in xenstore with their names, and nothing else. */
int devices_names(struct devices *d, struct store_conn *s, struct err *err);

/* A node of that device's frontend or backend, NULL if there is none; to be
 * freed. */
char *devices_front(struct devices *d, const struct device *dev,
                    const char *node);
char *devices_back(struct devices *d, const struct device *dev,
                   const char *node);
/* A node of a path, NULL if there is none; to be freed. */
char *devices_node(struct devices *d, const char *path, const char *node);

#endif
