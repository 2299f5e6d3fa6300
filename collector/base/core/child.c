/* One loop pumps both pipes and watches the clock; SIGCHLD comes in through a
 * signalfd, so that nothing is polled.  The program, once ended, stays a zombie
 * until all is done: that pins its number, so that a signal to its group can
 * never reach somebody else's. */
#include "collector/base/core/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/xalloc.h"

#define KILL_AFTER_MS 2000 /* from TERM to KILL */
#define DEAD_AFTER_MS 1000 /* from KILL to giving up */
#define HELD_AFTER_MS 500  /* from the program's end to giving up its pipes */
#define CHUNK (64u * 1024u)

/* What the new process says before it gives up. */
struct exec_failure {
    int code;     /* errno; 0: exec has worked */
    bool in_exec; /* execve itself failed, not what comes before */
};

enum pipe_id { P_OUT, P_ERR, P_EXEC, N_PIPES };

struct child {
    const struct child_spec *spec;
    struct child_result *res;
    pid_t pid;
    int in_fd, sig_fd, watch_fd;
    int rd[N_PIPES], wr[N_PIPES]; /* -1 when closed */
    bool ended;                   /* a zombie now */
    bool ending;                  /* TERM or KILL was sent by us */
    enum child_end why;           /* ... because of this */
    bool killed;                  /* KILL was sent */
    int64_t deadline;             /* of the next step; -1: none */
    struct exec_failure failure;
    char chunk[CHUNK];
};

/* --- the new process: async-signal-safe calls only --- */

static void close_above(int keep)
{
    struct rlimit rl;

#ifdef SYS_close_range
    if ((keep == 3 || !syscall(SYS_close_range, 3u, (unsigned)keep - 1, 0u)) &&
        !syscall(SYS_close_range, (unsigned)keep + 1, ~0u, 0u))
        return;
#endif
    if (getrlimit(RLIMIT_NOFILE, &rl) || rl.rlim_cur > 65536)
        rl.rlim_cur = 65536;
    for (int fd = 3; fd < (int)rl.rlim_cur; fd++) {
        if (fd != keep)
            close(fd);
    }
}

static void reset_signals(void)
{
    sigset_t none;

    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static __attribute__((noreturn)) void be_child(const struct child *c,
                                               pid_t parent)
{
    const struct rlimit no_core = {0, 0};
    struct exec_failure f = {0, false};
    int report = c->wr[P_EXEC];

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    reset_signals();
    /* No source is one of 0 to 2: lift() saw to that. */
    if (dup2(c->in_fd, 0) < 0 || dup2(c->wr[P_OUT], 1) < 0 ||
        dup2(c->wr[P_ERR], 2) < 0 || chdir("/"))
        goto fail;
    umask(077);
    setrlimit(RLIMIT_CORE, &no_core);
    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_LOWEST);
    close_above(report);
    execve(c->spec->argv[0], (char *const *)c->spec->argv,
           (char *const *)c->spec->env);
    f.in_exec = true;
fail:
    f.code = errno;
    if (write(report, &f, sizeof(f)) < 0)
        _exit(126);
    _exit(127);
}

/* --- our side --- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* A descriptor above 2, whatever of 0 to 2 is closed in our process. */
static int lift(int fd)
{
    int r, e;

    if (fd < 0 || fd > 2)
        return fd;
    r = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    e = errno;
    close(fd);
    errno = e;
    return r;
}

static int make_pipes(struct child *c, struct err *err)
{
    sigset_t chld;

    for (int i = 0; i < N_PIPES; i++) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC))
            return err_sys(err, errno, "cannot make a pipe");
        c->rd[i] = lift(fds[0]);
        c->wr[i] = lift(fds[1]);
        if (c->rd[i] < 0 || c->wr[i] < 0)
            return err_sys(err, errno, "cannot make a pipe");
        fcntl(c->rd[i], F_SETFL, O_NONBLOCK);
    }
    c->in_fd = lift(c->spec->input ? fcntl(c->spec->input, F_DUPFD_CLOEXEC, 3)
                                   : open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (c->in_fd < 0)
        return err_sys(err, errno, "cannot open what it is to read");
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    c->sig_fd = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
    if (c->sig_fd < 0)
        return err_sys(err, errno, "cannot make a signalfd");
    return 0;
}

static int start(struct child *c, struct err *err)
{
    pid_t self = getpid();

    c->pid = fork();
    if (c->pid < 0)
        return err_sys(err, errno, "cannot fork");
    if (c->pid == 0)
        be_child(c, self);
    setpgid(c->pid, c->pid); /* the child does it too: whoever is first */
    for (int i = 0; i < N_PIPES; i++)
        close_fd(&c->wr[i]);
    return 0;
}

static void set_deadline(struct child *c, int64_t ms)
{
    c->deadline = clock_mono_ms() + ms;
}

static void stop(struct child *c, enum child_end why, int sig)
{
    if (!c->ending)
        c->why = why;
    c->ending = true;
    c->killed = c->killed || sig == SIGKILL;
    kill(-c->pid, sig);
    set_deadline(c, c->killed ? DEAD_AFTER_MS : KILL_AFTER_MS);
}

/* Looks whether the program has ended, and lets go of others that did. */
static void look(struct child *c)
{
    struct signalfd_siginfo si;
    siginfo_t info = {.si_pid = 0};

    while (read(c->sig_fd, &si, sizeof(si)) > 0)
        ;
    if (c->ended ||
        waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT | WNOHANG) ||
        info.si_pid != c->pid)
        return;
    c->ended = true;
    set_deadline(c, HELD_AFTER_MS);
}

/* What is over the cap is lost, and so is what comes while it ends: with its
 * pipe closed it cannot keep us busy. */
static void deliver_out(struct child *c, size_t n)
{
    struct child_result *res = c->res;
    uint64_t max = c->spec->max_bytes;
    bool over = max && n > max - res->bytes;

    if (over)
        n = (size_t)(max - res->bytes);
    res->bytes += n;
    if (n && c->spec->output(c->spec->arg, false, c->chunk, n)) {
        stop(c, CHILD_STOPPED, SIGKILL);
    } else if (over) {
        close_fd(&c->rd[P_OUT]);
        if (!c->ending)
            stop(c, CHILD_TOO_BIG, SIGTERM);
    }
}

static void deliver_err(struct child *c, size_t n)
{
    struct child_result *res = c->res;
    uint64_t room = c->spec->max_err_bytes - res->err_bytes;

    if (n > room) {
        res->err_cut = true;
        n = (size_t)room;
    }
    res->err_bytes += n;
    if (n && c->spec->output(c->spec->arg, true, c->chunk, n))
        stop(c, CHILD_STOPPED, SIGKILL);
}

/* One chunk of one pipe. */
static void pump(struct child *c, enum pipe_id id)
{
    ssize_t n = read(c->rd[id], c->chunk, sizeof(c->chunk));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || (c->ending && c->why == CHILD_STOPPED))
        close_fd(&c->rd[id]);
    else if (id == P_OUT)
        deliver_out(c, (size_t)n);
    else if (id == P_ERR)
        deliver_err(c, (size_t)n);
    else if (n == sizeof(c->failure))
        memcpy(&c->failure, c->chunk, sizeof(c->failure));
}

/* The deadline has come.  True: nothing more is waited for. */
static bool deadline_reached(struct child *c)
{
    if (c->ended) {
        c->res->held = true;
        return true;
    }
    if (!c->ending)
        stop(c, CHILD_TIMEOUT, SIGTERM);
    else if (!c->killed)
        stop(c, c->why, SIGKILL);
    else
        return true;
    return false;
}

static void run(struct child *c)
{
    for (;;) {
        struct pollfd p[N_PIPES + 2];
        int64_t left = -1;

        if (c->ended && c->rd[P_OUT] < 0 && c->rd[P_ERR] < 0 &&
            c->rd[P_EXEC] < 0)
            return;
        if (c->deadline >= 0) {
            left = c->deadline - clock_mono_ms();
            if (left <= 0) {
                if (deadline_reached(c))
                    return;
                continue;
            }
        }
        for (int i = 0; i < N_PIPES; i++)
            p[i] = (struct pollfd){c->rd[i], POLLIN, 0};
        p[N_PIPES] = (struct pollfd){c->sig_fd, POLLIN, 0};
        p[N_PIPES + 1] = (struct pollfd){c->watch_fd, 0, 0};
        if (poll(p, N_PIPES + 2, left > 60000 ? 60000 : (int)left) < 0)
            continue;
        if (p[N_PIPES + 1].revents) {
            c->watch_fd = -1;
            stop(c, CHILD_STOPPED, SIGKILL);
        }
        for (int i = 0; i < N_PIPES; i++) {
            if (p[i].revents)
                pump(c, (enum pipe_id)i);
        }
        if (p[N_PIPES].revents)
            look(c);
    }
}

/* --- naming who hangs --- */

/* The start of a small file of /proc, control bytes made blanks; "" if it
 * cannot be read. */
static void read_proc(pid_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    ssize_t n = -1;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, out, size - 1);
        close(fd);
    }
    out[n > 0 ? n : 0] = '\0';
}

/* "[<0>] wait_answer+0x12/0x40" line by line -> "wait_answer < fuse_read". */
static void add_stack(char *stack, char *out, size_t size)
{
    const char *sep = " (";
    char *save = NULL;
    size_t used;

    for (char *l = strtok_r(stack, "\n", &save); l;
         l = strtok_r(NULL, "\n", &save)) {
        size_t len = strlen(out);
        char *p = strchr(l, ' ');

        if (!p || len + 1 >= size)
            continue;
        p++;
        snprintf(out + len, size - len, "%s%.*s", sep, (int)strcspn(p, "+/ "),
                 p);
        sep = " < ";
    }
    used = strlen(out);
    if (*sep == ' ' && sep[1] == '<')
        snprintf(out + used, size - used, ")");
}

char *child_where(pid_t pid, char *out, size_t size)
{
    char stat[512], wchan[128], stack[2048];
    char *open_par, *close_par;

    read_proc(pid, "stat", stat, sizeof(stat));
    read_proc(pid, "wchan", wchan, sizeof(wchan));
    read_proc(pid, "stack", stack, sizeof(stack));
    open_par = strchr(stat, '(');
    close_par = strrchr(stat, ')');
    if (!open_par || !close_par || close_par[1] != ' ') {
        snprintf(out, size, "pid %d", (int)pid);
        return out;
    }
    *close_par = '\0';
    snprintf(out, size, "pid %d (%s), state %c", (int)pid, open_par + 1,
             close_par[2]);
    if (wchan[0] && strcmp(wchan, "0")) {
        size_t len = strlen(out);

        snprintf(out + len, size - len, ", waiting in %s", wchan);
    }
    add_stack(stack, out, size);
    return out;
}

/* The first of our children (adopted ones too) that is in that group. */
static void member_where(pid_t group, char *out, size_t size)
{
    char list[4096], name[40], *save = NULL;

    snprintf(name, sizeof(name), "task/%d/children", (int)getpid());
    read_proc(getpid(), name, list, sizeof(list));
    for (char *w = strtok_r(list, " ", &save); w;
         w = strtok_r(NULL, " ", &save)) {
        pid_t pid = atoi(w);

        if (pid > 0 && getpgid(pid) == group) {
            child_where(pid, out, size);
            return;
        }
    }
    snprintf(out, size, "a process of group %d", (int)group);
}

/* --- the end --- */

/* Ends what is left of the group and names who does not go. */
static void finish(struct child *c)
{
    struct child_result *res = c->res;
    struct signalfd_siginfo si;
    int64_t until, left;
    int st = 0;
    pid_t other = 0;

    res->end = c->why;
    kill(-c->pid, SIGKILL);
    if (!c->ended) {
        child_where(c->pid, res->left, sizeof(res->left));
        return;
    }
    /* Its number is free from here on: no more signals. */
    waitpid(c->pid, &st, 0);
    if (!c->ending)
        res->end = WIFSIGNALED(st) ? CHILD_SIGNALLED : CHILD_EXITED;
    res->status = WIFSIGNALED(st) ? WTERMSIG(st) : WEXITSTATUS(st);

    until = clock_mono_ms() + DEAD_AFTER_MS;
    while ((other = waitpid(-c->pid, NULL, WNOHANG)) >= 0) {
        struct pollfd p = {c->sig_fd, POLLIN, 0};

        if (other)
            continue;
        left = until - clock_mono_ms();
        if (left <= 0) {
            member_where(c->pid, res->left, sizeof(res->left));
            return;
        }
        if (poll(&p, 1, (int)left) > 0) {
            while (read(c->sig_fd, &si, sizeof(si)) > 0)
                ;
        }
    }
}

int child_run(const struct child_spec *spec, struct child_result *out,
              struct err *err)
{
    struct child *c = xcalloc(1, sizeof(*c));
    sigset_t chld, before;
    int rc;

    memset(out, 0, sizeof(*out));
    c->spec = spec;
    c->res = out;
    c->watch_fd = spec->watch_fd;
    c->in_fd = c->sig_fd = -1;
    for (int i = 0; i < N_PIPES; i++)
        c->rd[i] = c->wr[i] = -1;
    c->deadline = -1;
    if (spec->timeout_ms)
        set_deadline(c, spec->timeout_ms);
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, &before);

    rc = make_pipes(c, err);
    if (!rc)
        rc = start(c, err);
    if (rc)
        goto out;
    run(c);
    finish(c);
    if (c->failure.code)
        rc = err_sys(err, c->failure.code, "cannot %s %s",
                     c->failure.in_exec ? "run" : "prepare", spec->argv[0]);

out:
    for (int i = 0; i < N_PIPES; i++) {
        close_fd(&c->rd[i]);
        close_fd(&c->wr[i]);
    }
    close_fd(&c->in_fd);
    close_fd(&c->sig_fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    free(c);
    return rc;
}

void child_reap_strays(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}
