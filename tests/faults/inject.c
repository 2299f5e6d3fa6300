/* inject.c: makes calls of a running xen-bugtool fail, one after the other.
 *
 * Loaded with LD_PRELOAD, told by two variables:
 *   INJECT=KIND:OP:ERRNO:FROM:COUNT   the FROM'th call of OP in processes of
 *       KIND (master, worker, child) and the COUNT-1 after it fail with ERRNO
 *   INJECT_STATE=FILE   counts calls there, of all processes together; see
 *       struct state, which faults.py reads
 *   clock is the one OP that does not fail: ERRNO seconds are added to the time
 *       of day
 * A "child" is what was forked from either: readers, and commands before exec.
 * INJECT_TRACE=1 prints who made the call.
 * The program cleans its environment, so both are given back to the worker
 * where it is executed.  Not for sanitizers, which replace malloc too. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <linux/fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum op {
    OP_WRITE,
    OP_READ,
    OP_OPEN,
    OP_STAT,
    OP_SIZE,
    OP_SYNC,
    OP_LINK,
    OP_DIR,
    OP_FORK,
    OP_THREAD,
    OP_PIPE,
    OP_SEND,
    OP_RECV,
    OP_POLL,
    OP_FD,
    OP_ID,
    OP_EXEC,
    OP_MMAP,
    OP_MALLOC,
    OP_CLOCK,
    N_OPS
};
static const char *const op_names[N_OPS] = {
    "write", "read", "open",   "stat", "size",   "sync", "link",
    "dir",   "fork", "thread", "pipe", "send",   "recv", "poll",
    "fd",    "id",   "exec",   "mmap", "malloc", "clock"};

enum kind { MASTER, WORKER, CHILD, N_KINDS };
static const char *const kind_names[N_KINDS] = {"master", "worker", "child"};

struct state {
    atomic_ulong fired;
    atomic_ulong calls[N_KINDS][N_OPS];
};

static struct state *state;
static enum kind first_kind, want_kind;
static enum op want_op;
static int want_errno;
static unsigned long from, count;
static pid_t self;
static char preload_var[512], inject_var[128], state_var[512], trace_var[20];

static int find(const char *const *names, int n, const char *name, size_t len)
{
    for (int i = 0; i < n; i++) {
        if (strlen(names[i]) == len && !strncmp(names[i], name, len))
            return i;
    }
    return -1;
}

static void parse(const char *text)
{
    const char *op = strchr(text, ':'), *rest = op ? strchr(op + 1, ':') : NULL;
    int k, o;

    if (!rest)
        _exit(99);
    k = find(kind_names, N_KINDS, text, (size_t)(op - text));
    o = find(op_names, N_OPS, op + 1, (size_t)(rest - op - 1));
    if (k < 0 || o < 0 ||
        sscanf(rest, ":%d:%lu:%lu", &want_errno, &from, &count) != 3)
        _exit(99);
    want_kind = (enum kind)k;
    want_op = (enum op)o;
}

static __attribute__((constructor)) void begin(void)
{
    const char *text = getenv("INJECT"), *path = getenv("INJECT_STATE");
    const char *preload = getenv("LD_PRELOAD");
    long fd;
    void *p;

    if (!text || !path || !preload)
        return;
    first_kind =
        strstr(program_invocation_short_name, "worker") ? WORKER : MASTER;
    self = getpid();
    parse(text);
    snprintf(preload_var, sizeof(preload_var), "LD_PRELOAD=%s", preload);
    snprintf(inject_var, sizeof(inject_var), "INJECT=%s", text);
    snprintf(trace_var, sizeof(trace_var), "%s",
             getenv("INJECT_TRACE") ? "INJECT_TRACE=1" : "INJECT_NONE=");
    snprintf(state_var, sizeof(state_var), "INJECT_STATE=%s", path);
    fd = syscall(SYS_openat, -100 /* AT_FDCWD */, path, 2 /* O_RDWR */);
    if (fd < 0)
        _exit(99);
    p = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd,
             0);
    close((int)fd);
    if (p == MAP_FAILED)
        _exit(99);
    state = p;
}

/* Where the failing call comes from, for whoever looks for the reason. */
static void trace(void)
{
    void *at[32];
    struct state *saved = state;
    int n;

    state = NULL; /* it allocates */
    n = backtrace(at, 32);
    backtrace_symbols_fd(at, n, 2);
    state = saved;
}

/* Whether this call is to fail. */
static int hit(enum op op)
{
    enum kind kind;
    unsigned long n;

    if (!state)
        return 0;
    kind = getpid() == self ? first_kind : CHILD;
    n = atomic_fetch_add(&state->calls[kind][op], 1) + 1;
    if (kind != want_kind || op != want_op || n < from || n - from >= count)
        return 0;
    if (!atomic_fetch_add(&state->fired, 1) && getenv("INJECT_TRACE"))
        trace();
    errno = want_errno;
    return 1;
}

#define REAL(name)                                                             \
    static __typeof__(&name) real;                                             \
    if (!real)                                                                 \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define WRAP(op, ret, fail, name, params, args)                                \
    ret name params;                                                           \
    ret name params                                                            \
    {                                                                          \
        REAL(name);                                                            \
        if (hit(op))                                                           \
            return fail;                                                       \
        return real args;                                                      \
    }

/* What goes to stderr is how we learn of the rest. */
ssize_t write(int fd, const void *p, size_t n)
{
    REAL(write);
    if (fd != 2 && hit(OP_WRITE))
        return -1;
    return real(fd, p, n);
}

WRAP(OP_WRITE, ssize_t, -1, pwrite64,
     (int fd, const void *p, size_t n, off_t o), (fd, p, n, o))
WRAP(OP_READ, ssize_t, -1, read, (int fd, void *p, size_t n), (fd, p, n))
WRAP(OP_READ, ssize_t, -1, pread64, (int fd, void *p, size_t n, off_t o),
     (fd, p, n, o))
WRAP(OP_OPEN, int, -1, open64, (const char *p, int flags, int mode),
     (p, flags, mode))
WRAP(OP_OPEN, int, -1, openat64, (int d, const char *p, int flags, int mode),
     (d, p, flags, mode))
WRAP(OP_OPEN, int, -1, __open64_2, (const char *p, int flags), (p, flags))
WRAP(OP_OPEN, int, -1, __openat64_2, (int d, const char *p, int flags),
     (d, p, flags))
WRAP(OP_OPEN, FILE *, NULL, fopen64, (const char *p, const char *m), (p, m))
WRAP(OP_OPEN, int, -1, memfd_create, (const char *p, unsigned f), (p, f))
WRAP(OP_STAT, int, -1, fstat64, (int fd, void *st), (fd, st))
WRAP(OP_STAT, int, -1, stat64, (const char *p, void *st), (p, st))
WRAP(OP_STAT, int, -1, lstat64, (const char *p, void *st), (p, st))
WRAP(OP_STAT, int, -1, fstatat64, (int d, const char *p, void *st, int f),
     (d, p, st, f))
WRAP(OP_STAT, int, -1, fstatfs64, (int fd, void *st), (fd, st))
WRAP(OP_STAT, int, -1, fstatvfs64, (int fd, void *st), (fd, st))
WRAP(OP_SIZE, int, -1, ftruncate64, (int fd, off_t n), (fd, n))
WRAP(OP_SIZE, int, -1, fallocate64, (int fd, int mode, off_t o, off_t n),
     (fd, mode, o, n))
WRAP(OP_SIZE, off_t, -1, lseek64, (int fd, off_t o, int w), (fd, o, w))
WRAP(OP_SYNC, int, -1, fsync, (int fd), (fd))
WRAP(OP_SYNC, int, -1, syncfs, (int fd), (fd))
WRAP(OP_LINK, int, -1, linkat,
     (int d, const char *p, int e, const char *q, int f), (d, p, e, q, f))
WRAP(OP_LINK, int, -1, renameat, (int d, const char *p, int e, const char *q),
     (d, p, e, q))
WRAP(OP_LINK, int, -1, unlinkat, (int d, const char *p, int f), (d, p, f))
WRAP(OP_LINK, int, -1, mkdirat, (int d, const char *p, mode_t m), (d, p, m))
WRAP(OP_LINK, int, -1, fchown, (int fd, uid_t u, gid_t g), (fd, u, g))
WRAP(OP_LINK, int, -1, fchmod, (int fd, mode_t m), (fd, m))
WRAP(OP_DIR, void *, NULL, opendir, (const char *p), (p))
WRAP(OP_DIR, void *, NULL, fdopendir, (int fd), (fd))
WRAP(OP_DIR, void *, NULL, readdir64, (void *d), (d))
WRAP(OP_FORK, pid_t, -1, fork, (void), ())
WRAP(OP_THREAD, int, want_errno, pthread_create,
     (void *t, const void *a, void *(*f)(void *), void *arg), (t, a, f, arg))
WRAP(OP_PIPE, int, -1, pipe2, (int fds[2], int f), (fds, f))
WRAP(OP_PIPE, int, -1, socketpair, (int d, int t, int p, int fds[2]),
     (d, t, p, fds))
WRAP(OP_PIPE, int, -1, signalfd, (int fd, const void *set, int f), (fd, set, f))
WRAP(OP_PIPE, int, -1, eventfd, (unsigned n, int f), (n, f))
WRAP(OP_SEND, ssize_t, -1, sendmsg, (int fd, const void *m, int f), (fd, m, f))
WRAP(OP_RECV, ssize_t, -1, recvmsg, (int fd, void *m, int f), (fd, m, f))
WRAP(OP_POLL, int, -1, poll, (void *p, unsigned long n, int t), (p, n, t))
WRAP(OP_FD, int, -1, dup, (int fd), (fd))
WRAP(OP_FD, int, -1, dup2, (int fd, int to), (fd, to))
WRAP(OP_FD, int, -1, dup3, (int fd, int to, int f), (fd, to, f))

/* Only what makes a descriptor can run out of them. */
int fcntl64(int fd, int c, ...);
int fcntl64(int fd, int c, ...)
{
    va_list ap;
    long arg;

    REAL(fcntl64);
    va_start(ap, c);
    arg = va_arg(ap, long);
    va_end(ap);
    if ((c == F_DUPFD || c == F_DUPFD_CLOEXEC) && hit(OP_FD))
        return -1;
    return real(fd, c, arg);
}

WRAP(OP_ID, int, -1, setresuid, (uid_t r, uid_t e, uid_t s), (r, e, s))
WRAP(OP_ID, int, -1, setresgid, (gid_t r, gid_t e, gid_t s), (r, e, s))
WRAP(OP_ID, int, -1, setgroups, (size_t n, const gid_t *g), (n, g))
WRAP(OP_ID, int, -1, prctl,
     (int o, unsigned long a, unsigned long b, unsigned long c,
      unsigned long d),
     (o, a, b, c, d))
WRAP(OP_ID, int, -1, chdir, (const char *p), (p))
WRAP(OP_EXEC, int, -1, execve, (const char *p, char *const *a, char *const *e),
     (p, a, e))
WRAP(OP_MMAP, void *, MAP_FAILED, mmap64,
     (void *a, size_t n, int p, int f, int fd, off_t o), (a, n, p, f, fd, o))

/* A clock that is set while we run: deadlines must not follow it. */
int clock_gettime(clockid_t id, struct timespec *ts)
{
    int rc;

    REAL(clock_gettime);
    rc = real(id, ts);
    if (!rc && id == CLOCK_REALTIME && hit(OP_CLOCK))
        ts->tv_sec += want_errno;
    return rc;
}

/* ---- system calls without a function of their own ------------------------ */

static enum op op_of(long number)
{
    switch (number) {
    case SYS_openat2:
        return OP_OPEN;
    case SYS_renameat2:
        return OP_LINK;
    case SYS_execveat:
        return OP_EXEC;
    case SYS_close_range:
        return OP_FD;
    case SYS_capset:
    case SYS_capget:
        return OP_ID;
    default:
        return N_OPS;
    }
}

long syscall(long number, ...)
{
    static char *env[64];
    long a[6];
    va_list ap;
    size_t n = 0;
    enum op op = op_of(number);

    REAL(syscall);
    va_start(ap, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    if (op != N_OPS && hit(op))
        return -1;
    if (number == SYS_execveat && state) {
        for (char **e = (char **)a[3]; *e && n < 59; e++)
            env[n++] = *e;
        env[n++] = preload_var;
        env[n++] = inject_var;
        env[n++] = state_var;
        env[n++] = trace_var;
        env[n] = NULL;
        a[3] = (long)env;
    }
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- memory: the worker has a malloc of its own over glibc's ------------- */

#define REAL_MEMORY(name)                                                      \
    static __typeof__(&__libc_##name) real;                                    \
    if (!real)                                                                 \
    real = (__typeof__(&__libc_##name))dlsym(RTLD_NEXT, "__libc_" #name)

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

void *__libc_malloc(size_t n)
{
    REAL_MEMORY(malloc);
    return hit(OP_MALLOC) ? NULL : real(n);
}

void *__libc_calloc(size_t n, size_t size)
{
    REAL_MEMORY(calloc);
    return hit(OP_MALLOC) ? NULL : real(n, size);
}

void *__libc_realloc(void *p, size_t n)
{
    REAL_MEMORY(realloc);
    return hit(OP_MALLOC) ? NULL : real(p, n);
}

void *malloc(size_t n)
{
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return __libc_realloc(p, n);
}

void *aligned_alloc(size_t align, size_t n)
{
    return hit(OP_MALLOC) ? NULL : __libc_memalign(align, n);
}

int posix_memalign(void **out, size_t align, size_t n)
{
    *out = hit(OP_MALLOC) ? NULL : __libc_memalign(align, n);
    return *out ? 0 : ENOMEM;
}
