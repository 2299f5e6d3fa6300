/* xen.c: the way to the hypervisor, and what its refusals mean. */
#include "collector/probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <xentoollog.h>

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

/* Is there a hypervisor below us, whatever is missing above it? */
static bool under_xen(void)
{
    char type[8] = "";
    int fd = open("/sys/hypervisor/type", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, type, sizeof(type) - 1);

    if (fd >= 0)
        close(fd);
    return n >= 3 && !memcmp(type, "xen", 3);
}

int probe_is_absent(struct err *err)
{
    /* The driver of a kernel that runs without Xen makes neither. */
    if (!access(PRIVCMD, F_OK) || !access(PRIVCMD_OLD, F_OK))
        return 0;
    if (under_xen())
        return err_set(err, -ENODEV,
                       "no way to the hypervisor: there is no " PRIVCMD
                       " (the kernel module xen_privcmd is not loaded: did "
                       "Xen's init script start?)");
    return err_set(err, -ENODEV,
                   "no Xen hypervisor here: " PRIVCMD
                   ": No such file or directory");
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
