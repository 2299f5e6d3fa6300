/* child_run by itself; how the reader words it is in test_reader_run.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/child.h"
#include "collector/base/core/clock.h"

struct got {
    struct buf out, err;
    int stop_after; /* calls; 0: never */
};

static int take(void *arg, bool is_stderr, const char *data, size_t len)
{
    struct got *g = arg;

    buf_add(is_stderr ? &g->err : &g->out, data, len);
    return g->stop_after && --g->stop_after == 0;
}

static const char *const no_env[] = {NULL};

static struct child_spec spec_of(const char *const *argv, struct got *g)
{
    return (struct child_spec){
        .argv = argv,
        .env = no_env,
        .timeout_ms = 10000,
        .max_bytes = 1000,
        .max_err_bytes = 1000,
        .watch_fd = -1,
        .output = take,
        .arg = g,
    };
}

static void got_done(struct got *g)
{
    buf_done(&g->out);
    buf_done(&g->err);
}

static void run_sh(const char *script, struct got *g, struct child_result *res)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    struct child_spec spec = spec_of(argv, g);
    struct err err = ERR_INIT;

    memset(g, 0, sizeof(*g));
    if (child_run(&spec, res, &err))
        fail_msg("%s", err.text);
}

static void ends(void **state)
{
    struct child_result res;
    struct got g;

    (void)state;
    run_sh("echo o; echo e >&2; exit 7", &g, &res);
    assert_int_equal(res.end, CHILD_EXITED);
    assert_int_equal(res.status, 7);
    assert_int_equal(res.bytes, 2);
    assert_int_equal(res.err_bytes, 2);
    assert_string_equal(buf_str(&g.out), "o\n");
    assert_string_equal(buf_str(&g.err), "e\n");
    assert_false(res.held || res.err_cut);
    got_done(&g);
    run_sh("kill -9 $$", &g, &res);
    assert_int_equal(res.end, CHILD_SIGNALLED);
    assert_int_equal(res.status, SIGKILL);
    got_done(&g);
}

static void cannot_start(void **state)
{
    static const struct {
        const char *path;
        int code;
    } v[] = {
        {"/no/such/program", -ENOENT},
        {"/etc/passwd", -EACCES},
        {"/", -EACCES},
    };
    struct child_result res;
    struct err err = ERR_INIT;
    struct got g = {.stop_after = 0};

    (void)state;
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        const char *argv[] = {v[i].path, NULL};
        struct child_spec spec = spec_of(argv, &g);

        assert_int_equal(child_run(&spec, &res, &err), v[i].code);
        assert_non_null(strstr(err.text, v[i].path));
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie */
}

/* What the caller wants no more is ended at once, and nobody is told more. */
static void stopped_by_output(void **state)
{
    const char *argv[] = {"/bin/sh", "-c",
                          "trap '' TERM; echo 1; sleep 0.2; echo 2; sleep 100",
                          NULL};
    struct got g = {.stop_after = 1};
    struct child_spec spec = spec_of(argv, &g);
    struct child_result res;
    int64_t before = clock_mono_ms();

    (void)state;
    assert_int_equal(child_run(&spec, &res, NULL), 0);
    assert_int_equal(res.end, CHILD_STOPPED);
    assert_string_equal(buf_str(&g.out), "1\n");
    assert_true(clock_mono_ms() - before < 2000);
    got_done(&g);
}

static void stopped_by_peer(void **state)
{
    const char *argv[] = {"/bin/sleep", "100", NULL};
    struct got g = {.stop_after = 0};
    struct child_spec spec = spec_of(argv, &g);
    struct child_result res;
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds),
                     0);
    close(fds[1]);
    spec.watch_fd = fds[0];
    assert_int_equal(child_run(&spec, &res, NULL), 0);
    assert_int_equal(res.end, CHILD_STOPPED);
    close(fds[0]);
}

/* A fast writer on both pipes: nothing is lost, nothing is mixed. */
static void much(void **state)
{
    const char *argv[] = {"/bin/sh", "-c",
                          "head -c 3000000 /dev/zero | tr '\\0' o & "
                          "head -c 2000000 /dev/zero | tr '\\0' e >&2; wait",
                          NULL};
    const char *env[] = {"PATH=/usr/bin:/bin", NULL};
    struct got g = {.stop_after = 0};
    struct child_spec spec = spec_of(argv, &g);
    struct child_result res;

    (void)state;
    spec.env = env;
    spec.max_bytes = 0; /* no limit */
    spec.max_err_bytes = 2000000;
    assert_int_equal(child_run(&spec, &res, NULL), 0);
    assert_int_equal(res.end, CHILD_EXITED);
    assert_int_equal(res.bytes, 3000000);
    assert_int_equal(res.err_bytes, 2000000);
    assert_int_equal(strspn(buf_str(&g.out), "o"), 3000000);
    assert_int_equal(strspn(buf_str(&g.err), "e"), 2000000);
    assert_false(res.err_cut);
    got_done(&g);
}

/* Our own 0, 1, 2 may be closed: the pipes must not land there unseen. */
static void without_stdio(void **state)
{
    pid_t pid = fork();
    int st;

    (void)state;
    if (pid == 0) {
        struct child_result res;
        struct got g;

        close(0);
        close(1);
        close(2);
        run_sh("echo o; echo e >&2; read x || echo end", &g, &res);
        _exit(res.end == CHILD_EXITED && !strcmp(buf_str(&g.out), "o\nend\n") &&
                      !strcmp(buf_str(&g.err), "e\n")
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &st, 0), pid);
    assert_true(WIFEXITED(st));
    assert_int_equal(WEXITSTATUS(st), 0);
}

/* The caller's signal mask and descriptors are as before. */
static void leaves_no_trace(void **state)
{
    sigset_t before, after;
    struct child_result res;
    struct got g;
    int fd1 = dup(0), fd2;

    (void)state;
    close(fd1);
    sigprocmask(SIG_SETMASK, NULL, &before);
    for (int i = 0; i < 20; i++) {
        run_sh("echo x", &g, &res);
        got_done(&g);
    }
    sigprocmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGCHLD),
                     sigismember(&after, SIGCHLD));
    fd2 = dup(0);
    close(fd2);
    assert_int_equal(fd1, fd2);
}

/* A blocked or ignored signal of ours must not make the child immune. */
static void signals_reset(void **state)
{
    struct child_result res;
    struct got g;
    sigset_t term, old;

    (void)state;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &old);
    signal(SIGPIPE, SIG_IGN);
    run_sh("kill -TERM $$; echo alive", &g, &res);
    assert_int_equal(res.end, CHILD_SIGNALLED);
    assert_int_equal(res.status, SIGTERM);
    got_done(&g);
    run_sh("kill -PIPE $$; echo alive", &g, &res);
    assert_int_equal(res.status, SIGPIPE);
    got_done(&g);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static void where(void **state)
{
    char text[480], tiny[12];
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        /* Not left behind should the test fail. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "a (b) c");
        for (;;)
            pause();
    }
    usleep(200000);
    child_where(pid, text, sizeof(text));
    assert_int_equal(strncmp(text, "pid ", 4), 0);
    assert_non_null(strstr(text, "(a (b) c), "));
    assert_non_null(strstr(text, "state S"));
    child_where(pid, tiny, sizeof(tiny)); /* cut, not overrun */
    assert_true(strlen(tiny) < sizeof(tiny));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    child_where(pid, text, sizeof(text)); /* nobody */
    assert_int_equal(strncmp(text, "pid ", 4), 0);
}

/* Wherever descriptors run out, it is said, none is left open and no process
 * remains. */
static void no_descriptors(void **state)
{
    const char *argv[] = {"/bin/true", NULL};
    struct rlimit all, few;
    struct child_result res;
    struct got g = {.stop_after = 0};
    struct child_spec spec = spec_of(argv, &g);
    struct err err;
    int free_fd = dup(0), r = -1;

    (void)state;
    close(free_fd);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
    few = all;
    for (int more = 0; r; more++) {
        assert_true(more < 30);
        few.rlim_cur = (rlim_t)(free_fd + more);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        r = child_run(&spec, &res, &err);
        if (r)
            assert_non_null(strstr(err.text, "cannot "));
        if (r)
            assert_non_null(strstr(err.text, "Too many open files"));
    }
    assert_true(res.end == CHILD_EXITED && res.status == 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
    r = dup(0);
    assert_int_equal(r, free_fd);
    close(r);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    got_done(&g);
}

/* One that cannot be executed, though it is there. */
static void no_program(void **state)
{
    const char *argv[] = {"/etc/passwd", NULL};
    struct child_result res;
    struct got g = {.stop_after = 0};
    struct child_spec spec = spec_of(argv, &g);
    struct err err;

    (void)state;
    assert_int_equal(child_run(&spec, &res, &err), -EACCES);
    assert_string_equal(err.text, "cannot run /etc/passwd: Permission denied");
    got_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends),
        cmocka_unit_test(cannot_start),
        cmocka_unit_test(stopped_by_output),
        cmocka_unit_test(stopped_by_peer),
        cmocka_unit_test(much),
        cmocka_unit_test(without_stdio),
        cmocka_unit_test(leaves_no_trace),
        cmocka_unit_test(signals_reset),
        cmocka_unit_test(where),
        cmocka_unit_test(no_descriptors),
        cmocka_unit_test(no_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
