/* xenstore.c: the tree, line for line as "xenstore-ls -fp" prints it: the whole
 * of it, or what belongs to one domain. */
#include "collector/probe/probe.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/probe/store.h"
#include "collector/probe/store_text.h"

#define STORE_NODES 1000000ul
#define STORE_BAD 1000ul

struct walk {
    struct store_conn *s;
    struct out *out;
    char path[XENSTORE_ABS_PATH_MAX + 2];
    size_t len;
    unsigned long bad;
    struct err *err;
};

/* A request that failed. 0: go on without this node; else the walk ends. */
static int request_failed(struct walk *w, const char *what)
{
    char shown[200];
    int errnum = errno ? errno : EIO;

    if (errnum == ENOENT)
        return 0; /* gone since it was listed */
    str_visible(w->path[0] ? w->path : "/", shown, sizeof(shown));
    switch (errnum) {
    case EACCES:
    case EPERM:
    case E2BIG:
    case EINVAL:
        /* xenstored still answers: only this node cannot be read. */
        if (!w->bad++)
            err_sys(w->err, errnum, "cannot %s %s", what, shown);
        if (w->bad < STORE_BAD)
            return 0;
        break;
    default:
        err_sys(w->err, errnum, "cannot %s %s", what, shown);
    }
    return -errnum;
}

static int limits(struct walk *w)
{
    int rc = store_in_time(w->s, w->err);

    if (w->s->nodes >= STORE_NODES)
        return err_set(w->err, -EOVERFLOW,
                       "xenstore has more than %lu nodes: the rest is left out",
                       STORE_NODES);
    if (rc)
        return rc;
    return w->out->error ? -w->out->error : 0;
}

/* The line of the node at w->path. *gone_out: it is not there any more. */
static int show_node(struct walk *w, bool *gone_out)
{
    struct xs_permissions *perms;
    unsigned len = 0, n_perms = 0;
    int rc = 0;
    char *value = store_read(w->s, w->path, &len);

    if (!value) {
        *gone_out = errno == ENOENT;
        rc = request_failed(w, "read");
        if (rc || *gone_out)
            return rc;
    }
    perms = store_permissions(w->s, w->path, &n_perms);
    if (!perms) {
        n_perms = 0;
        rc = request_failed(w, "read the permissions of");
    }
    store_line(w->out, w->path, value, len, perms, n_perms);
    w->s->nodes++;
    free(perms);
    free(value);
    return rc;
}

/* The children of the node at w->path, each followed by its own.  Paths are at
 * most XENSTORE_ABS_PATH_MAX long, which bounds the depth. */
static int show_children(struct walk *w)
{
    size_t len = w->len;
    unsigned n = 0;
    char **names = store_list(w->s, len ? w->path : "/", &n);
    int rc = 0;

    if (!names)
        return request_failed(w, "list");
    for (unsigned i = 0; i < n && !rc; i++) {
        size_t room = sizeof(w->path) - 1 - len, k = strlen(names[i]);
        bool gone = false;

        rc = limits(w);
        if (rc || !k || k + 1 > room)
            continue; /* xenstored takes no such name either */
        w->path[len] = '/';
        memcpy(w->path + len + 1, names[i], k + 1);
        w->len = len + 1 + k;
        rc = show_node(w, &gone);
        if (!rc && !gone)
            rc = show_children(w);
    }
    w->path[len] = '\0';
    w->len = len;
    free(names);
    return rc;
}

/* That node and all below it; none is no failure. */
static int show_tree(struct walk *w, const char *path)
{
    bool gone = false;
    int rc;

    snprintf(w->path, sizeof(w->path), "%s", path);
    w->len = strlen(w->path);
    rc = show_node(w, &gone);
    return rc || gone ? rc : show_children(w);
}

static int conclude(struct walk *w, int rc)
{
    if (!rc && w->bad && !w->s->nodes) {
        /* In a guest the root may not be listed. */
        err_prefix(w->err, "this is not Xen's control domain: ");
        rc = w->err->code = -ENODEV;
    } else if (!rc && w->bad) {
        err_prefix(w->err, "%lu of %lu requests failed, the first: ", w->bad,
                   3 * w->s->nodes);
        rc = w->err->code;
    }
    return rc;
}

static int walk_store(struct out *o, unsigned answer_s, unsigned total_s,
                      struct err *err)
{
    struct store_conn s;
    struct walk w = {.s = &s, .out = o, .err = err};
    int rc = store_open(&s, o, answer_s, total_s, err);

    if (!rc)
        rc = conclude(&w, show_children(&w));
    store_close(&s);
    return rc;
}

int subject_xenstore(struct out *o, struct err *err)
{
    return walk_store(o, STORE_ANSWER_S, STORE_TOTAL_S, err);
}

/* The part of /vm that /local/domain/ID/vm names; guests cannot write that
 * node, but what it says is checked all the same. */
static int show_vm(struct walk *w, uint32_t domid)
{
    char path[64];
    unsigned len = 0;
    char *vm;
    int rc = 0;

    snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
    vm = store_read(w->s, path, &len);
    if (vm && str_starts(vm, "/vm/") && !strchr(vm + 4, '/'))
        rc = show_tree(w, vm);
    free(vm);
    return rc;
}

/* What other domains, mostly dom0, hold for it: /local/domain/D/backend/KIND/ID
 */
static int show_backends(struct walk *w, uint32_t domid)
{
    unsigned n_doms = 0, n_kinds;
    char **doms = store_list(w->s, "/local/domain", &n_doms), **kinds;
    char path[XENSTORE_ABS_PATH_MAX];
    int rc = 0;

    for (unsigned i = 0; i < n_doms && !rc; i++) {
        snprintf(path, sizeof(path), "/local/domain/%s/backend", doms[i]);
        kinds = store_list(w->s, path, &n_kinds);
        for (unsigned k = 0; kinds && k < n_kinds && !rc; k++) {
            snprintf(path, sizeof(path), "/local/domain/%s/backend/%s/%u",
                     doms[i], kinds[k], domid);
            rc = show_tree(w, path);
        }
        free(kinds);
    }
    free(doms);
    return rc;
}

int subject_xenstore_of(struct out *o, uint32_t domid, struct err *err)
{
    struct store_conn s;
    struct walk w = {.s = &s, .out = o, .err = err};
    char path[64];
    int rc = store_open(&s, o, STORE_ANSWER_S, STORE_TOTAL_S, err);

    if (rc)
        goto out;
    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    rc = show_tree(&w, path);
    if (!rc)
        rc = show_vm(&w, domid);
    snprintf(path, sizeof(path), "/libxl/%u", domid);
    if (!rc)
        rc = show_tree(&w, path);
    if (!rc)
        rc = show_backends(&w, domid);
    rc = conclude(&w, rc);
out:
    store_close(&s);
    return rc;
}
