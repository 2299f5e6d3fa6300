#include "collector/probe/devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/probe/load.h"

#define FIRST_RESERVED 0x7ff0u /* DOMID_FIRST_RESERVED */
#define DOMAINS_MAX 32768u

static bool domid_of(const char *s, uint32_t *out)
{
    uint64_t n;

    if (str_parse_u64(s, 0, FIRST_RESERVED - 1, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

char *devices_node(struct devices *d, const char *path, const char *node)
{
    char whole[XENSTORE_ABS_PATH_MAX + 2];
    unsigned len;
    char *value;
    int n;

    if (!path)
        return NULL;
    n = snprintf(whole, sizeof(whole), "%s/%s", path, node);
    if (n < 0 || (size_t)n >= sizeof(whole))
        return NULL;
    value = store_read(d->s, whole, &len);
    d->s->nodes += value != NULL;
    return value;
}

char *devices_front(struct devices *d, const struct device *dev,
                    const char *node)
{
    return dev->has_front ? devices_node(d, dev->front, node) : NULL;
}

char *devices_back(struct devices *d, const struct device *dev,
                   const char *node)
{
    return dev->has_back ? devices_node(d, dev->back, node) : NULL;
}

/* The children of a path; none if it cannot be listed. */
static char **children(struct devices *d, const char *path, unsigned *n)
{
    char **names = store_list(d->s, path, n);

    d->s->nodes += *n;
    return names;
}

/* ---- domains ------------------------------------------------------------- */

static int by_domid(const void *a, const void *b)
{
    const struct store_domain *x = a, *y = b;

    return x->domid < y->domid ? -1 : x->domid > y->domid;
}

static struct store_domain *domain_of(struct devices *d, uint32_t domid)
{
    for (size_t i = 0; i < d->n_domains; i++)
        if (d->domains[i].domid == domid)
            return &d->domains[i];
    d->domains =
        xreallocarray(d->domains, d->n_domains + 1, sizeof(*d->domains));
    d->domains[d->n_domains] =
        (struct store_domain){.domid = domid, .in_xen = -1};
    return &d->domains[d->n_domains++];
}

/* What the hypervisor has, after the store was listed: who is in the store
 * alone has gone, not come. */
static void add_hypervisor(struct devices *d)
{
    const struct ctrl_module *module = ctrl_load(NULL);
    struct domain_seen *seen;
    size_t n;

    if (!module || module->domains_seen(&seen, &n, NULL))
        return;
    for (size_t i = 0; i < d->n_domains; i++)
        d->domains[i].in_xen = 0;
    for (size_t i = 0; i < n; i++) {
        struct store_domain *dom = domain_of(d, seen[i].domid);

        dom->in_xen = 1;
        dom->dying = seen[i].dying;
        free(dom->uuid);
        dom->uuid = xstrdup(seen[i].uuid);
    }
    free(seen);
}

static int read_domains_in_store(struct devices *d, struct err *err)
{
    char path[64], **names;
    unsigned n;

    names = children(d, "/local/domain", &n);
    if (!names)
        return err_sys(err, errno ? errno : EIO,
                       "cannot list /local/domain in xenstore");
    for (unsigned i = 0; i < n && d->n_domains < DOMAINS_MAX; i++) {
        uint32_t domid;

        if (!domid_of(names[i], &domid))
            continue;
        domain_of(d, domid)->in_store = true;
    }
    free(names);
    for (size_t i = 0; i < d->n_domains; i++) {
        snprintf(path, sizeof(path), "/local/domain/%u", d->domains[i].domid);
        d->domains[i].name = devices_node(d, path, "name");
    }
    return 0;
}

static void sort_domains(struct devices *d)
{
    if (d->n_domains)
        qsort(d->domains, d->n_domains, sizeof(*d->domains), by_domid);
}

/* ---- devices ------------------------------------------------------------- */

static struct device *device_add(struct devices *d)
{
    if (d->n >= DEVICES_MAX) {
        d->cut = true;
        return NULL;
    }
    d->v = xreallocarray(d->v, d->n + 1, sizeof(*d->v));
    d->v[d->n] = (struct device){.backend_domid = UINT32_MAX};
    return &d->v[d->n++];
}

/* Guests can write what a frontend says of its backend. */
static bool backend_path(const char *path, uint32_t *domid)
{
    static const char before[] = "/local/domain/";
    char number[16];
    size_t n;

    if (!path || !str_starts(path, before))
        return false;
    path += sizeof(before) - 1;
    n = strcspn(path, "/");
    if (!n || n >= sizeof(number) || !str_starts(path + n, "/backend/"))
        return false;
    memcpy(number, path, n);
    number[n] = '\0';
    return domid_of(number, domid);
}

static void add_front(struct devices *d, uint32_t domid, const char *kind,
                      const char *id, const char *path)
{
    char *back = devices_node(d, path, "backend");
    char *state = devices_node(d, path, "state");
    /* device/suspend/event-channel is none. */
    struct device *dev = back || state ? device_add(d) : NULL;

    free(state);
    if (!dev) {
        free(back);
        return;
    }
    dev->domid = domid;
    dev->kind = xstrdup(kind);
    dev->id = xstrdup(id);
    dev->front = xstrdup(path);
    dev->has_front = true;
    dev->back = back;
    if (!backend_path(dev->back, &dev->backend_domid)) {
        free(dev->back);
        dev->back = NULL;
    }
}

static int read_fronts(struct devices *d, uint32_t domid, struct err *err)
{
    char path[XENSTORE_ABS_PATH_MAX], **kinds, **ids;
    unsigned n_kinds, n_ids;
    int rc = 0;

    snprintf(path, sizeof(path), "/local/domain/%u/device", domid);
    kinds = children(d, path, &n_kinds);
    for (unsigned k = 0; kinds && k < n_kinds && !rc; k++) {
        snprintf(path, sizeof(path), "/local/domain/%u/device/%s", domid,
                 kinds[k]);
        ids = children(d, path, &n_ids);
        for (unsigned i = 0; ids && i < n_ids; i++) {
            snprintf(path, sizeof(path), "/local/domain/%u/device/%s/%s", domid,
                     kinds[k], ids[i]);
            add_front(d, domid, kinds[k], ids[i], path);
        }
        free(ids);
        rc = store_in_time(d->s, err);
    }
    free(kinds);
    return rc;
}

static struct device *front_of(struct devices *d, uint32_t domid,
                               const char *back)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->v[i].domid == domid && d->v[i].back &&
            !strcmp(d->v[i].back, back))
            return &d->v[i];
    return NULL;
}

static void add_back(struct devices *d, uint32_t owner, uint32_t domid,
                     const char *kind, const char *id, const char *path)
{
    struct device *dev = front_of(d, domid, path);

    if (!dev) {
        dev = device_add(d);
        if (!dev)
            return;
        dev->domid = domid;
        dev->kind = xstrdup(kind);
        dev->id = xstrdup(id);
        dev->back = xstrdup(path);
        dev->front = devices_node(d, path, "frontend");
        if (dev->front) {
            unsigned len;
            char *there = store_read(d->s, dev->front, &len);

            dev->has_front = there != NULL;
            free(there);
        }
    }
    dev->backend_domid = owner;
    dev->has_back = true;
    free(dev->backend_kind);
    dev->backend_kind = xstrdup(kind);
}

/* The devices that owner holds of one kind for one domain. */
static void read_backs_of(struct devices *d, uint32_t owner, const char *kind,
                          const char *whose)
{
    char path[XENSTORE_ABS_PATH_MAX], **ids;
    uint32_t domid;
    unsigned n;

    if (!domid_of(whose, &domid))
        return;
    snprintf(path, sizeof(path), "/local/domain/%u/backend/%s/%s", owner, kind,
             whose);
    ids = children(d, path, &n);
    for (unsigned i = 0; ids && i < n; i++) {
        snprintf(path, sizeof(path), "/local/domain/%u/backend/%s/%s/%s", owner,
                 kind, whose, ids[i]);
        add_back(d, owner, domid, kind, ids[i], path);
    }
    free(ids);
}

static int read_backs(struct devices *d, uint32_t owner, uint32_t only,
                      struct err *err)
{
    char path[XENSTORE_ABS_PATH_MAX], **kinds, **whose;
    unsigned n_kinds, n;
    int rc = 0;

    snprintf(path, sizeof(path), "/local/domain/%u/backend", owner);
    kinds = children(d, path, &n_kinds);
    for (unsigned k = 0; kinds && k < n_kinds && !rc; k++) {
        char number[16];

        if (only != DEVICES_ALL) {
            snprintf(number, sizeof(number), "%u", only);
            read_backs_of(d, owner, kinds[k], number);
        } else {
            snprintf(path, sizeof(path), "/local/domain/%u/backend/%s", owner,
                     kinds[k]);
            whose = children(d, path, &n);
            for (unsigned i = 0; whose && i < n; i++)
                read_backs_of(d, owner, kinds[k], whose[i]);
            free(whose);
        }
        rc = store_in_time(d->s, err);
    }
    free(kinds);
    return rc;
}

static int by_place(const void *a, const void *b)
{
    const struct device *x = a, *y = b;
    int c;

    if (x->domid != y->domid)
        return x->domid < y->domid ? -1 : 1;
    c = strcmp(x->kind, y->kind);
    if (!c)
        c = strverscmp(x->id, y->id);
    return c ? c : strcmp(x->back ? x->back : "", y->back ? y->back : "");
}

int devices_read(struct devices *d, struct store_conn *s, uint32_t domid,
                 struct err *err)
{
    int rc;

    memset(d, 0, sizeof(*d));
    d->s = s;
    rc = read_domains_in_store(d, err);
    if (!rc)
        add_hypervisor(d);
    sort_domains(d);
    for (size_t i = 0; i < d->n_domains && !rc; i++)
        if (domid == DEVICES_ALL || domid == d->domains[i].domid)
            rc = read_fronts(d, d->domains[i].domid, err);
    for (size_t i = 0; i < d->n_domains && !rc; i++)
        rc = read_backs(d, d->domains[i].domid, domid, err);
    if (d->n)
        qsort(d->v, d->n, sizeof(*d->v), by_place);
    return rc;
}

int devices_names(struct devices *d, struct store_conn *s, struct err *err)
{
    int rc;

    memset(d, 0, sizeof(*d));
    d->s = s;
    rc = read_domains_in_store(d, err);
    sort_domains(d);
    return rc;
}

void devices_done(struct devices *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->v[i].kind);
        free(d->v[i].backend_kind);
        free(d->v[i].id);
        free(d->v[i].front);
        free(d->v[i].back);
    }
    for (size_t i = 0; i < d->n_domains; i++) {
        free(d->domains[i].name);
        free(d->domains[i].uuid);
    }
    free(d->v);
    free(d->domains);
    memset(d, 0, sizeof(*d));
}
