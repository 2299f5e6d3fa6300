/* master.c: one loop over the control socket and the signals.
 *
 * All signals that matter are blocked and read from a signalfd, so nothing here
 * runs at a time of its own.  While a message is served (a killed reader is
 * waited for up to 0.3 s, a file is synced, which sync.h bounds) they wait. */
#include "collector/front/master.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/log.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/draft.h"
#include "collector/front/launch.h"
#include "collector/front/serve.h"

#define EXIT_FAILED 1
#define EXIT_LAST 5 /* the highest status a command may end with */
#define EXIT_CUT 3
/* One Ctrl-C can come twice, from the terminal and from a program above us. */
#define SAME_STOP_MS 300
/* A killed worker that stays in state D is waited for this long. */
#define KILLED_MS 1000
/* How often, and after how long, waiting is tried again without memory. */
#define POLL_TRIES 100
#define POLL_WAIT_MS 20

struct master {
    const struct master_spec *spec;
    struct server server;
    struct frame frame;
    int signals; /* signalfd */
    int sysroot; /* where the readers' paths begin; -1: at the root */
    pid_t worker;
    int worker_status; /* of waitpid */
    bool worker_gone, socket_gone;
    bool busy; /* the worker does not read our answers */
    int stops; /* times we were asked to stop */
    int64_t last_stop;
    int64_t killed; /* when we killed the worker; 0: we did not */
};

/* --- the worker --------------------------------------------------------- */

static int start_worker(struct master *m, const struct sandbox_id *id,
                        struct err *err)
{
    const struct launch l = {m->spec->worker, "xen-bugtool-worker",
                             m->spec->argv, *id};

    return launch_program(&l, &m->worker, &m->server.sock, err);
}

static void kill_worker(struct master *m)
{
    if (m->worker_gone || m->killed)
        return;
    kill(m->worker, SIGKILL);
    m->killed = clock_mono_ms();
}

/* --- signals ------------------------------------------------------------ */

/* A signal that was ignored when we started stays ignored (nohup, and what a
 * shell does to background commands). */
static void add_unless_ignored(sigset_t *set, int sig)
{
    struct sigaction sa;

    if (sigaction(sig, NULL, &sa) || sa.sa_handler != SIG_IGN)
        sigaddset(set, sig);
}

static int open_signals(struct master *m, struct err *err)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    add_unless_ignored(&set, SIGINT);
    add_unless_ignored(&set, SIGHUP);
    add_unless_ignored(&set, SIGQUIT);
    sigprocmask(SIG_SETMASK, &set, NULL);
    m->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (m->signals < 0)
        return err_sys(err, errno, "cannot watch for signals");
    return 0;
}

static void reap(struct master *m)
{
    pid_t pid;
    int st;

    while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
        if (pid == m->worker) {
            m->worker_gone = true;
            m->worker_status = st;
        } else {
            readers_reaped(m->server.readers, pid, st);
        }
    }
}

/* The first time the worker closes the bundle with what it has; the second time
 * there is none.  A hang-up is never a second time: terminal and shell both
 * send one. */
static void stop(struct master *m, int sig)
{
    int64_t now = clock_mono_ms();

    if (!m->stops) {
        kill(m->worker, SIGTERM);
    } else {
        if (sig == SIGHUP || now - m->last_stop < SAME_STOP_MS)
            return;
        kill_worker(m);
    }
    output_stopped(m->server.output);
    m->stops++;
    m->last_stop = now;
}

static void take_signals(struct master *m)
{
    struct signalfd_siginfo si;

    while (read(m->signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
        if (si.ssi_signo == SIGCHLD)
            reap(m);
        else if (!m->worker_gone)
            stop(m, (int)si.ssi_signo);
    }
}

/* --- the loop ----------------------------------------------------------- */

/* 0, or -EPROTO with err. */
static int take_message(struct master *m, struct err *err)
{
    struct pollfd room = {m->server.sock, POLLOUT, 0};
    int r;

    /* Answers must not block: without room for one, nothing is asked. */
    m->busy = poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT);
    if (m->busy && !(room.revents & (POLLHUP | POLLERR)))
        return 0;
    m->busy = false;
    r = frame_recv(m->server.sock, &m->frame, 0, -1);
    if (r == -ETIMEDOUT)
        return 0;
    if (r == -EPROTO)
        return err_set(err, r, "a broken message");
    if (r == 1) {
        r = serve(&m->server, &m->frame, err);
        /* Once the bundle is there, a worker that talks to us has heeded the
         * last stop, and may be at something else now. */
        if (m->server.finished)
            m->stops = 0;
        if (m->frame.fd >= 0)
            close(m->frame.fd);
        if (r == -EPROTO)
            return r;
    } else if (r == 0) {
        r = -EPIPE;
    }
    m->socket_gone = r < 0;
    /* The worker may still wait for an answer. */
    if (m->socket_gone)
        shutdown(m->server.sock, SHUT_RDWR);
    return 0;
}

static int loop(struct master *m, struct err *err)
{
    int tries = 0;

    while (!m->worker_gone) {
        struct pollfd p[2] = {
            {m->signals, POLLIN, 0},
            {m->socket_gone ? -1 : m->server.sock, m->busy ? POLLOUT : POLLIN,
             0},
        };
        int rc;

        if (m->killed && clock_mono_ms() - m->killed > KILLED_MS)
            return 0;
        if (poll(p, 2, m->killed ? 50 : -1) < 0) {
            /* Short of memory: a moment later there may be some. */
            if (errno != EINTR && (errno != ENOMEM || ++tries > POLL_TRIES))
                return err_sys(err, errno, "cannot wait for the worker");
            poll(NULL, 0, POLL_WAIT_MS);
            continue;
        }
        if (p[0].revents)
            take_signals(m);
        if (p[1].revents && !m->worker_gone && !m->killed) {
            rc = take_message(m, err);
            if (rc)
                return rc;
        }
    }
    return 0;
}

/* Kills the worker if it lives, and gives it a moment to be gone. */
static void end_worker(struct master *m)
{
    int64_t end = clock_mono_ms() + KILLED_MS;

    kill_worker(m);
    while (!m->worker_gone && clock_mono_ms() < end) {
        struct pollfd p = {m->signals, POLLIN, 0};

        poll(&p, 1, 50);
        take_signals(m);
        reap(m);
    }
}

/* Exit statuses that only a run with a bundle has. */
static bool tells_of_bundle(int st)
{
    return st == 0 || st == 3 || st == 5;
}

/* A bundle that has its name is there, whatever befalls us after that. */
static int failed(const struct master *m)
{
    return m->server.kept && m->spec->opt->command->bit == CMD_COLLECT
               ? EXIT_CUT
               : EXIT_FAILED;
}

/* What the worker's end means to the user. */
static int exit_status(const struct master *m)
{
    bool collect = m->spec->opt->command->bit == CMD_COLLECT;
    const char *no_bundle = !collect             ? ""
                            : m->server.finished ? "; the bundle is written"
                                                 : "; there is no bundle";
    int st = m->worker_status;

    /* The worker may have left its progress line behind: ours takes its place,
     * and goes with the first message. */
    if (!m->worker_gone || WIFSIGNALED(st))
        log_progress(" ");
    if (m->stops && (m->killed || WIFSIGNALED(st))) {
        log_msg(LOG_ERR, "stopped by a signal%s", no_bundle);
        return failed(m);
    }
    if (!m->worker_gone) {
        log_msg(LOG_ERR, "the worker cannot be ended%s", no_bundle);
        return failed(m);
    }
    if (WIFSIGNALED(st)) {
        if (WTERMSIG(st) != SIGPIPE) /* whoever read our output had enough */
            log_msg(LOG_ERR, "the worker was ended by signal %d (%s)%s",
                    WTERMSIG(st), strsignal(WTERMSIG(st)), no_bundle);
        return failed(m);
    }
    st = WEXITSTATUS(st);
    if (st > EXIT_LAST) {
        log_msg(LOG_ERR, "the worker ended with status %d%s", st, no_bundle);
        return failed(m);
    }
    if (tells_of_bundle(st) && m->server.asked_output && !m->server.finished) {
        log_msg(LOG_ERR, "the worker ended without finishing%s", no_bundle);
        return failed(m);
    }
    return st == EXIT_FAILED ? failed(m) : st;
}

/* The folder of --sysroot, out of the way of the numbers that the parts of the
 * program use for their sockets. */
static int open_sysroot(const struct options *opt, int *out, struct err *err)
{
    const char *path = options_last(opt, OPT_SYSROOT);
    int fd, rc = 0;

    *out = -1;
    if (!path)
        return 0;
    fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, errno, "--sysroot: cannot open %s", path);
    *out = fcntl(fd, F_DUPFD_CLOEXEC, 16);
    if (*out < 0)
        rc = err_sys(err, errno, "--sysroot: cannot open %s", path);
    close(fd);
    return rc;
}

static int run(struct master *m, struct err *err)
{
    struct output_spec out;
    struct sandbox_id id;
    int rc;

    rc = sandbox_pick_id(&id, err);
    if (rc)
        return rc;
    out = serve_output_spec(m->spec->opt, &id);
    m->server.opt = m->spec->opt;
    m->server.output = output_new(&out);
    m->server.send.path = m->spec->send;
    m->server.send.name = "xen-bugtool-send";
    m->server.send.argv = m->spec->argv;
    m->server.send.id = id;
    rc = open_sysroot(m->spec->opt, &m->sysroot, err);
    if (rc)
        return rc;
    m->server.readers = readers_new(m->spec->reader, m->sysroot);
    rc = open_signals(m, err);
    if (!rc)
        rc = start_worker(m, &id, err);
    if (rc)
        return rc;
    rc = loop(m, err);
    if (rc) {
        end_worker(m);
        err_prefix(err, "the worker is confused and was stopped: ");
    }
    return rc;
}

int master_run(const struct master_spec *spec)
{
    struct master *m = xcalloc(1, sizeof(*m));
    struct err err = ERR_INIT;
    int status;

    m->spec = spec;
    m->signals = m->server.sock = m->server.bundle = m->server.input = -1;
    m->server.made = -1;
    if (run(m, &err)) {
        log_msg(LOG_ERR, "%s", err.text);
        status = failed(m);
    } else {
        status = exit_status(m);
    }
    readers_free(m->server.readers);
    output_free(m->server.output);
    if (m->server.sock >= 0)
        close(m->server.sock);
    if (m->server.bundle >= 0)
        close(m->server.bundle);
    if (m->server.input >= 0)
        close(m->server.input);
    if (m->server.made >= 0)
        close(m->server.made);
    free(m->server.input_path);
    free(m->server.made_path);
    draft_free(m->server.draft);
    if (m->signals >= 0)
        close(m->signals);
    free(m);
    return status;
}
