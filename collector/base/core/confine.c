/* confine.c: seccomp and Landlock by system call, with libc alone.
 *
 * The filter names what is forbidden, not what is allowed: what libc, libcurl
 * or the C++ runtime of libhs need differs from release to release, and a list
 * of today would cost the bundle on tomorrow's host.  It closes what reaches
 * beyond the process: programs, processes, sockets, mounts, modules, tracing,
 * keys, clocks, and the interfaces of the kernel that were its holes. */
#include "collector/base/core/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- calls --------------------------------------------------------------- */

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#else
#define ARCH 0 /* not known: no filter */
#endif
/* The second set of numbers of x86-64. */
#define X32_BIT 0x40000000u

#define MAX_RULES 256

/* Numbers that are the same everywhere, for headers that are older. */
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#define SYS_io_uring_enter 426
#define SYS_io_uring_register 427
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

static const unsigned forbidden[] = {
    /* programs and processes */
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_process_madvise,
    SYS_kcmp,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_unshare,
    SYS_setns,
    /* file systems and what stands in them */
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_mount_setattr,
    428 /* open_tree */,
    429 /* move_mount */,
    430 /* fsopen */,
    431 /* fsconfig */,
    432 /* fsmount */,
    433 /* fspick */,
    SYS_mknodat,
    SYS_linkat,
    SYS_symlinkat,
    SYS_fchmodat,
    SYS_fchownat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    SYS_quotactl,
    SYS_acct,
    SYS_swapon,
    SYS_swapoff,
    SYS_fanotify_init,
    /* the kernel and the machine */
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_reboot,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_syslog,
    SYS_personality,
    SYS_vhangup,
#ifdef SYS_settimeofday
    SYS_settimeofday,
#endif
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
/* old forms, which newer architectures never had */
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
    SYS_mknod,
    SYS_link,
    SYS_symlink,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
#endif
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
#endif
};

static const unsigned for_sockets[] = {
    SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept4,
#ifdef SYS_accept
    SYS_accept,
#endif
};

struct filter {
    struct sock_filter rule[MAX_RULES];
    unsigned short n;
};

static void add(struct filter *f, unsigned code, unsigned k, unsigned yes,
                unsigned no)
{
    if (f->n < MAX_RULES)
        f->rule[f->n++] =
            (struct sock_filter){(uint16_t)code, (uint8_t)yes, (uint8_t)no, k};
}

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define EQUAL (BPF_JMP | BPF_JEQ | BPF_K)
#define ANY_BIT (BPF_JMP | BPF_JSET | BPF_K)
#define RETURN (BPF_RET | BPF_K)
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
/* The low half of an argument. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ARG(i) (offsetof(struct seccomp_data, args[i]) + 4)
#else
#define ARG(i) offsetof(struct seccomp_data, args[i])
#endif

static void refuse(struct filter *f, const unsigned *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add(f, EQUAL, numbers[i], 0, 1);
        add(f, RETURN, REFUSE, 0, 0);
    }
}

/* Only signals to ourselves, as abort() sends them. */
static void refuse_others(struct filter *f, unsigned number)
{
    add(f, EQUAL, number, 0, 4);
    add(f, LOAD, ARG(0), 0, 0);
    add(f, EQUAL, (unsigned)getpid(), 0, 1);
    add(f, RETURN, SECCOMP_RET_ALLOW, 0, 0);
    add(f, RETURN, REFUSE, 0, 0);
}

/* Threads are made with clone, and so are processes and namespaces.  clone3
 * hides its flags from a filter; libc does without it. */
static void refuse_clones(struct filter *f)
{
    add(f, EQUAL, SYS_clone3, 0, 1);
    add(f, RETURN, SECCOMP_RET_ERRNO | ENOSYS, 0, 0);
    add(f, EQUAL, SYS_clone, 0, 4);
    add(f, LOAD, ARG(0), 0, 0);
    add(f, ANY_BIT, CLONE_THREAD, 0, 1);
    add(f, RETURN, SECCOMP_RET_ALLOW, 0, 0);
    add(f, RETURN, REFUSE, 0, 0);
}

/* Typing into the terminal that we were started from. */
static void refuse_typing(struct filter *f)
{
    add(f, EQUAL, SYS_ioctl, 0, 4);
    add(f, LOAD, ARG(1), 0, 0);
    add(f, EQUAL, TIOCSTI, 1, 0);
    add(f, EQUAL, TIOCLINUX, 0, 1);
    add(f, RETURN, REFUSE, 0, 0);
}

static void make_filter(struct filter *f, bool sockets)
{
    f->n = 0;
    add(f, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
    add(f, EQUAL, ARCH, 1, 0);
    add(f, RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
    add(f, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
#ifdef __x86_64__
    add(f, ANY_BIT, X32_BIT, 0, 1);
    add(f, RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
#endif
    refuse(f, forbidden, sizeof(forbidden) / sizeof(forbidden[0]));
    if (!sockets)
        refuse(f, for_sockets, sizeof(for_sockets) / sizeof(for_sockets[0]));
    refuse_others(f, SYS_kill);
    refuse_others(f, SYS_tgkill);
    refuse_clones(f);
    refuse_typing(f); /* last: it may leave another value loaded */
    add(f, RETURN, SECCOMP_RET_ALLOW, 0, 0);
}

bool confine_calls(bool sockets)
{
    struct filter f;
    struct sock_fprog prog;

    if (!ARCH)
        return false;
    make_filter(&f, sockets);
    if (f.n == MAX_RULES)
        return false;
    prog.len = f.n;
    prog.filter = f.rule;
    return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
           !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

bool confine_holds(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool refused = fd < 0 && errno == EPERM;

    if (fd >= 0)
        close(fd);
    return refused;
}

bool confine_has_calls(void)
{
    /* A filter that is nowhere: EFAULT where there are filters. */
    return ARCH && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 &&
           errno == EFAULT;
}

/* ---- files --------------------------------------------------------------- */

/* linux/landlock.h, which not every build host has.  The numbers of the calls
 * are the same on every architecture. */
#define LANDLOCK_CREATE 444
#define LANDLOCK_ADD 445
#define LANDLOCK_RESTRICT 446
#define LANDLOCK_VERSION 1u /* flag: only say which there is */
#define LANDLOCK_BENEATH 1

#define FS_EXECUTE 0x1u
#define FS_WRITE_FILE 0x2u
#define FS_READ_FILE 0x4u
#define FS_READ_DIR 0x8u
#define FS_ALL_1 0x1fffu    /* version 1 */
#define FS_REFER 0x2000u    /* 2 */
#define FS_TRUNCATE 0x4000u /* 3 */
#define NET_ALL 0x3u        /* 4: bind and connect */
#define SCOPE_ALL 0x3u      /* 6: abstract sockets and signals of others */

struct landlock_attr {
    uint64_t fs, net, scoped;
};

struct landlock_beneath {
    uint64_t allowed;
    int32_t fd;
} __attribute__((packed));

/* Read by libraries while they run: loaded parts, their configuration, time
 * zones, who hosts are; and by us /proc/self and /sys/fs/cgroup. */
static const char *const readable[] = {"/usr",  "/lib", "/lib64",    "/etc",
                                       "/proc", "/sys", "/nix/store"};
/* With sockets: systemd-resolved, NetworkManager, SUSE's certificates. */
static const char *const readable_more[] = {"/run", "/var/lib/ca-certificates"};
static const char *const devices[] = {"/dev/null", "/dev/tty", "/dev/urandom",
                                      "/dev/random"};

int confine_has_files(void)
{
    long v = syscall(LANDLOCK_CREATE, NULL, (size_t)0, LANDLOCK_VERSION);

    return v > 0 ? (int)v : 0;
}

static bool allow_fd(int rules, int fd, uint64_t what)
{
    struct landlock_beneath b = {what, fd};

    return !syscall(LANDLOCK_ADD, rules, LANDLOCK_BENEATH, &b, 0u);
}

/* What is not there need not be allowed. */
static bool allow(int rules, const char *const *paths, size_t n, uint64_t what)
{
    bool ok = true;

    for (size_t i = 0; i < n && ok; i++) {
        int fd = open(paths[i], O_PATH | O_CLOEXEC);

        if (fd < 0)
            continue;
        ok = allow_fd(rules, fd, what);
        close(fd);
    }
    return ok;
}

static size_t attr_size(int version)
{
    return version < 4   ? offsetof(struct landlock_attr, net)
           : version < 6 ? offsetof(struct landlock_attr, scoped)
                         : sizeof(struct landlock_attr);
}

int confine_files(int folder, bool sockets)
{
    int version = confine_has_files(), rules;
    struct landlock_attr attr = {.fs = FS_ALL_1};
    const uint64_t read = FS_READ_FILE | FS_READ_DIR;
    bool ok;

    if (!version)
        return 0;
    attr.fs |= (version >= 2 ? FS_REFER : 0) | (version >= 3 ? FS_TRUNCATE : 0);
    attr.net = version >= 4 && !sockets ? NET_ALL : 0;
    attr.scoped = version >= 6 ? SCOPE_ALL : 0;
    rules = (int)syscall(LANDLOCK_CREATE, &attr, attr_size(version), 0u);
    if (rules < 0)
        return 0;
    ok = allow(rules, readable, sizeof(readable) / sizeof(readable[0]), read) &&
         allow(rules, devices, sizeof(devices) / sizeof(devices[0]),
               FS_READ_FILE | FS_WRITE_FILE);
    if (sockets)
        ok =
            ok && allow(rules, readable_more,
                        sizeof(readable_more) / sizeof(readable_more[0]), read);
    if (folder >= 0)
        ok = ok && allow_fd(rules, folder, attr.fs & ~(uint64_t)FS_EXECUTE);
    ok = ok && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
         !syscall(LANDLOCK_RESTRICT, rules, 0u);
    close(rules);
    return ok ? version : 0;
}
