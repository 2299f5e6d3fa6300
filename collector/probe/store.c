#include "collector/probe/store.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"

/* For the handler alone. */
static struct store_conn *the_store;

static void on_signal(int sig)
{
    char shown[XENSTORE_ABS_PATH_MAX + 64];
    struct store_conn *s = the_store;
    struct out *line = s->out;

    out_flush(line, NULL);
    out_init(line, STDERR_FILENO);
    if (sig == SIGALRM)
        out_addf(line, "xenstored did not answer within %u s (", s->answer_s);
    else
        out_adds(line, "stopped before all was read (");
    out_addf(line, "nodes read: %lu; waiting at ", s->nodes);
    out_adds(line, str_visible(s->at[0] ? s->at : "/", shown, sizeof(shown)));
    out_adds(line, ")\n");
    out_flush(line, NULL);
    _exit(1);
}

/* Before and after each of libxenstore's calls. */
static void arm(const struct store_conn *s)
{
    struct itimerval t = {.it_value.tv_sec = s->answer_s};

    setitimer(ITIMER_REAL, &t, NULL);
    sigprocmask(SIG_UNBLOCK, &s->signals, NULL);
}

static void disarm(struct store_conn *s)
{
    struct itimerval t = {.it_value.tv_sec = 0};
    int saved = errno;

    /* In this order no late alarm is left for the next call. */
    setitimer(ITIMER_REAL, &t, NULL);
    sigprocmask(SIG_BLOCK, &s->signals, NULL);
    s->answers++;
    errno = saved;
}

static bool go_to(struct store_conn *s, const char *path)
{
    size_t n = strlen(path);

    if (n >= sizeof(s->at)) {
        errno = ENOENT;
        return false;
    }
    memcpy(s->at, path, n + 1);
    return true;
}

char *store_read(struct store_conn *s, const char *path, unsigned *len)
{
    char *value = NULL;

    *len = 0;
    if (!go_to(s, path))
        return NULL;
    arm(s);
    value = xs_read(s->xs, XBT_NULL, path, len);
    disarm(s);
    return value;
}

char **store_list(struct store_conn *s, const char *path, unsigned *n)
{
    char **names = NULL;

    *n = 0;
    if (!go_to(s, path))
        return NULL;
    arm(s);
    names = xs_directory(s->xs, XBT_NULL, path, n);
    disarm(s);
    return names;
}

struct xs_permissions *store_permissions(struct store_conn *s, const char *path,
                                         unsigned *n)
{
    struct xs_permissions *perms = NULL;

    *n = 0;
    if (!go_to(s, path))
        return NULL;
    arm(s);
    perms = xs_get_permissions(s->xs, XBT_NULL, path, n);
    disarm(s);
    return perms;
}

int store_in_time(const struct store_conn *s, struct err *err)
{
    int64_t ms = clock_mono_ms() - s->begun, most = 1000 * (int64_t)s->total_s;
    bool steady = (int64_t)s->answers * 1000 >= ms * STORE_STEADY;

    if (ms <= (steady ? STORE_STEADY_TIMES * most : most))
        return 0;
    return err_set(err, -ETIMEDOUT,
                   "xenstored is slow: %lu nodes in %lld s, the rest is left "
                   "out",
                   s->nodes, (long long)(ms / 1000));
}

static int open_failed(int errnum, struct err *err)
{
    if (access("/dev/xen/xenbus", F_OK) && access("/proc/xen/xenbus", F_OK))
        return err_set(err, -ENODEV,
                       "no Xen hypervisor here: /dev/xen/xenbus: No such file "
                       "or directory");
    if ((errnum == EACCES || errnum == EPERM) && geteuid() != 0)
        return err_sys(err, errnum,
                       "cannot connect to xenstored (only root may)");
    return err_sys(err, errnum, "cannot connect to xenstored");
}

int store_open(struct store_conn *s, struct out *o, unsigned answer_s,
               unsigned total_s, struct err *err)
{
    struct sigaction act = {.sa_handler = on_signal};

    memset(s, 0, sizeof(*s));
    s->out = o;
    s->answer_s = answer_s;
    s->total_s = total_s;
    the_store = s;
    sigemptyset(&s->signals);
    sigaddset(&s->signals, SIGALRM);
    sigaddset(&s->signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &s->signals, NULL);
    act.sa_mask = s->signals;
    sigaction(SIGALRM, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    s->begun = clock_mono_ms();
    errno = 0;
    arm(s);
    s->xs = xs_open(0);
    disarm(s);
    return s->xs ? 0 : open_failed(errno ? errno : EIO, err);
}

void store_close(struct store_conn *s)
{
    if (s->xs)
        xs_close(s->xs);
    s->xs = NULL;
    the_store = NULL;
}
