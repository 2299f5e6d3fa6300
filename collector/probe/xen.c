/* xen.c: the way to the hypervisor, and what its refusals mean. */
#include "collector/probe/probe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <unistd.h>

#include <xentoollog.h>

#define PRIVCMD "/dev/xen/privcmd"
#define PRIVCMD_OLD "/proc/xen/privcmd"

/* libxenctrl would print to stderr, where our callers expect one line. */
static void say_nothing(struct xentoollog_logger *logger,
                        xentoollog_level level, int errnoval,
                        const char *context, const char *format, va_list al)
{
    (void)logger, (void)level, (void)errnoval;
    (void)context, (void)format, (void)al;
}

static void keep(struct xentoollog_logger *logger)
{
    (void)logger;
}

struct xentoollog_logger *probe_quiet(void)
{
    static xentoollog_logger quiet = {.vmessage = say_nothing, .destroy = keep};

    return &quiet;
}

int probe_is_absent(struct err *err)
{
    /* The driver of a kernel that runs without Xen makes neither. */
    if (!access(PRIVCMD, F_OK) || !access(PRIVCMD_OLD, F_OK))
        return 0;
    return err_set(err, -ENODEV,
                   "no Xen hypervisor here: " PRIVCMD
                   ": No such file or directory");
}

xc_interface *probe_open(struct err *err)
{
    xc_interface *xch;

    if (probe_is_absent(err))
        return NULL;
    errno = 0;
    xch = xc_interface_open(probe_quiet(), probe_quiet(),
                            XC_OPENFLAG_NON_REENTRANT);
    if (xch)
        return xch;
    if (errno == ENODEV || errno == ENXIO || errno == ENOENT) {
        err_sys(err, errno, "no Xen hypervisor here: " PRIVCMD);
        if (err)
            err->code = -ENODEV;
    } else if ((errno == EACCES || errno == EPERM) && geteuid() != 0) {
        err_sys(err, errno, "cannot open " PRIVCMD " (only root may)");
    } else {
        err_sys(err, errno ? errno : EIO, "cannot open " PRIVCMD);
    }
    return NULL;
}

int probe_failed(const char *what, int errnum, struct err *err)
{
    switch (errnum) {
    case EPERM:
        return err_set(err, -ENODEV,
                       "%s: Operation not permitted: this is not Xen's control "
                       "domain",
                       what);
    case ENOSYS:
        return err_set(err, -ENODEV, "%s: this hypervisor does not offer it",
                       what);
    case EACCES:
        /* do_sysctl() of xen/common/sysctl.c answers so when the interface
         * version in the call is not its own; Flask may do so too. */
        return err_set(err, -EACCES,
                       "%s: Permission denied: the tools are of another Xen "
                       "release than the hypervisor (they speak sysctl "
                       "interface 0x%x), or a security policy forbids it",
                       what, (unsigned)XEN_SYSCTL_INTERFACE_VERSION);
    default:
        return err_sys(err, errnum ? errnum : EIO, "%s", what);
    }
}

bool probe_not_offered(int errnum)
{
    return errnum == ESRCH || errnum == ENOSYS || errnum == EOPNOTSUPP ||
           errnum == EINVAL || errnum == ENOENT || errnum == ENODEV;
}

int probe_absurd(const char *what, uint64_t value, struct err *err)
{
    return err_set(err, -EPROTO,
                   "the hypervisor's answer cannot be true (%s: %" PRIu64
                   "): its structures differ from those of libxenctrl",
                   what, value);
}

bool probe_part_failed(int part_rc, const struct err *part, int *rc,
                       struct err *err)
{
    if (!part_rc)
        return false;
    if (!*rc) {
        *rc = part_rc;
        if (err)
            *err = *part;
    }
    return true;
}

const char *probe_scheduler_name(int id)
{
    /* XEN_SCHEDULER_* of xen/domctl.h, and those that were removed. */
    static const char *const names[] = {
        [4] = "sedf",     [5] = "credit", [6] = "credit2",
        [7] = "arinc653", [8] = "rtds",   [9] = "null",
    };
    bool known = id >= 0 && (size_t)id < sizeof(names) / sizeof(names[0]);

    return known ? names[id] : NULL;
}
