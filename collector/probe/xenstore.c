/* xenstore.c: the whole tree, line for line as "xenstore-ls -fp" prints it.
 *
 * libxenstore waits for an answer without end and a xenstored that has stopped
 * answers never, so every request runs under an alarm.  The handler keeps what
 * is in the buffer, says where it hung and ends the process: the thread it
 * interrupted may hold any of libxenstore's locks.  SIGALRM, and the SIGTERM of
 * a caller who is out of patience, are let in only inside libxenstore's calls,
 * never while the buffer or the path change, so what the handler sees is whole.
 * No transaction: xenstored would keep a copy of the tree. */
#include "collector/probe/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <xenstore.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"
#include "collector/probe/store_text.h"

#define ANSWER_S 5 /* for one answer */
#define TOTAL_S 50 /* for all */
#define STORE_NODES 1000000ul
#define STORE_BAD 1000ul

struct walk {
    struct xs_handle *xs;
    struct out *out;
    char path[XENSTORE_ABS_PATH_MAX + 2];
    size_t len;
    unsigned long nodes, bad;
    unsigned answer_s, total_s;
    sigset_t signals;
    int64_t give_up; /* monotonic, ms */
    struct err *err;
};

/* For the handler alone. */
static struct walk *the_walk;

static void on_signal(int sig)
{
    char shown[XENSTORE_ABS_PATH_MAX + 64];
    struct walk *w = the_walk;
    struct out *line = w->out;

    out_flush(line, NULL);
    out_init(line, STDERR_FILENO);
    if (sig == SIGALRM)
        out_addf(line, "xenstored did not answer within %u s (", w->answer_s);
    else
        out_adds(line, "stopped before all was read (");
    out_addf(line, "nodes read: %lu; waiting at ", w->nodes);
    out_adds(line,
             str_visible(w->path[0] ? w->path : "/", shown, sizeof(shown)));
    out_adds(line, ")\n");
    out_flush(line, NULL);
    _exit(1);
}

/* Before and after each of libxenstore's calls. */
static void arm(const struct walk *w)
{
    struct itimerval t = {.it_value.tv_sec = w->answer_s};

    setitimer(ITIMER_REAL, &t, NULL);
    sigprocmask(SIG_UNBLOCK, &w->signals, NULL);
}

static void disarm(const struct walk *w)
{
    struct itimerval t = {.it_value.tv_sec = 0};
    int saved = errno;

    /* In this order no late alarm is left for the next call. */
    setitimer(ITIMER_REAL, &t, NULL);
    sigprocmask(SIG_BLOCK, &w->signals, NULL);
    errno = saved;
}

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
    if (w->nodes >= STORE_NODES)
        return err_set(w->err, -EOVERFLOW,
                       "xenstore has more than %lu nodes: the rest is left out",
                       STORE_NODES);
    if (clock_mono_ms() > w->give_up)
        return err_set(w->err, -ETIMEDOUT,
                       "xenstored is slow: %lu nodes in %u s, the rest is left "
                       "out",
                       w->nodes, w->total_s);
    return w->out->error ? -w->out->error : 0;
}

/* The line of the node at w->path. *gone_out: it is not there any more. */
static int show_node(struct walk *w, bool *gone_out)
{
    struct xs_permissions *perms;
    unsigned len = 0, n_perms = 0;
    int rc = 0;
    void *value;

    arm(w);
    value = xs_read(w->xs, XBT_NULL, w->path, &len);
    disarm(w);
    if (!value) {
        *gone_out = errno == ENOENT;
        rc = request_failed(w, "read");
        if (rc || *gone_out)
            return rc;
    }
    arm(w);
    perms = xs_get_permissions(w->xs, XBT_NULL, w->path, &n_perms);
    disarm(w);
    if (!perms) {
        n_perms = 0;
        rc = request_failed(w, "read the permissions of");
    }
    store_line(w->out, w->path, value, len, perms, n_perms);
    w->nodes++;
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
    char **names;
    int rc = 0;

    arm(w);
    names = xs_directory(w->xs, XBT_NULL, len ? w->path : "/", &n);
    disarm(w);
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

static int connect_store(struct walk *w)
{
    int errnum;

    errno = 0;
    arm(w);
    w->xs = xs_open(0);
    disarm(w);
    if (w->xs)
        return 0;
    errnum = errno ? errno : EIO;
    if (access("/dev/xen/xenbus", F_OK) && access("/proc/xen/xenbus", F_OK))
        return err_set(w->err, -ENODEV,
                       "no Xen hypervisor here: /dev/xen/xenbus: No such file "
                       "or directory");
    if ((errnum == EACCES || errnum == EPERM) && geteuid() != 0)
        return err_sys(w->err, errnum,
                       "cannot connect to xenstored (only root may)");
    return err_sys(w->err, errnum, "cannot connect to xenstored");
}

static int walk_store(struct out *o, unsigned answer_s, unsigned total_s,
                      struct err *err)
{
    struct sigaction act = {.sa_handler = on_signal};
    struct walk w = {
        .out = o, .answer_s = answer_s, .total_s = total_s, .err = err};
    int rc;

    the_walk = &w;
    sigemptyset(&w.signals);
    sigaddset(&w.signals, SIGALRM);
    sigaddset(&w.signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &w.signals, NULL);
    act.sa_mask = w.signals;
    sigaction(SIGALRM, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    w.give_up = clock_mono_ms() + 1000 * (int64_t)total_s;
    rc = connect_store(&w);
    if (rc)
        goto out;
    rc = show_children(&w);
    if (!rc && w.bad && !w.nodes) {
        /* In a guest the root may not be listed. */
        err_prefix(err, "this is not Xen's control domain: ");
        rc = err->code = -ENODEV;
    } else if (!rc && w.bad) {
        err_prefix(err, "%lu of %lu requests failed, the first: ", w.bad,
                   3 * w.nodes);
        rc = err->code;
    }
out:
    xs_close(w.xs);
    the_walk = NULL;
    return rc;
}

int subject_xenstore(struct out *o, struct err *err)
{
    return walk_store(o, ANSWER_S, TOTAL_S, err);
}
