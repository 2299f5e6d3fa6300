/* Commands and probes through the reader: how each way to end is told. */
#include "tests/unit/reader_client.h"

#include "config.h"

static void run_as(uid_t uid, uint64_t timeout_ms, uint64_t max,
                   const char *const *argv, struct answer *a)
{
    struct client c;

    client_start(&c, uid);
    ask_run(&c, timeout_ms, max, argv);
    answer(&c, a);
    assert_int_equal(client_stop(&c), 0);
}

static void sh(uint64_t timeout_ms, uint64_t max, const char *script,
               struct answer *a)
{
    const char *argv[] = {"sh", "-c", script, NULL};

    run_as(0, timeout_ms, max, argv, a);
}

/* Whether a process whose number stands in the output is still there. */
static bool alive(const char *digits)
{
    pid_t pid = (pid_t)atoi(digits);

    assert_true(pid > 1);
    return kill(pid, 0) == 0;
}

static void well(void **state)
{
    struct answer a;

    (void)state;
    sh(10000, 1000, "echo out; echo err >&2; printf half", &a);
    expect(&a, ST_OK, "");
    assert_string_equal(a.text, "");
    assert_string_equal(buf_str(&a.out), "out\nhalf");
    assert_string_equal(buf_str(&a.err), "err\n");
    assert_int_equal(a.exit_code, 0);
    assert_int_equal(a.bytes, 8);
    assert_false(a.meta);
    answer_done(&a);
    /* Arguments are passed as they are, no shell looks at them. */
    run_as(0, 10000, 1000,
           (const char *[]){"printf", "%s|", "$HOME `id`; *", "", NULL}, &a);
    expect(&a, ST_OK, "");
    assert_string_equal(buf_str(&a.out), "$HOME `id`; *||");
    answer_done(&a);
}

static void surroundings(void **state)
{
    struct answer a;

    (void)state;
    setenv("LD_PRELOAD", "", 1);
    setenv("XB_LEAK", "1", 1);
    sh(10000, 10000,
       "env | sort; pwd; umask; ulimit -c; cat; ls /proc/self/fd | wc -l;"
       " grep Sig[BIC] /proc/self/status; cut -d' ' -f5 /proc/$$/stat;"
       " echo $$; readlink /proc/self/fd/0",
       &a);
    unsetenv("LD_PRELOAD");
    unsetenv("XB_LEAK");
    expect(&a, ST_OK, "");
    assert_null(strstr(buf_str(&a.out), "XB_LEAK"));
    assert_null(strstr(buf_str(&a.out), "LD_PRELOAD"));
    assert_non_null(
        strstr(buf_str(&a.out), "HOME=/nonexistent\nLANG=C\nLC_ALL=C\nPATH="));
    assert_non_null(strstr(buf_str(&a.out), "TERM=dumb\n/\n0077\n0\n"));
    /* 0, 1, 2 and what ls opens. */
    assert_non_null(strstr(buf_str(&a.out), "\n0\n4\nSigBlk"));
    /* 32 and 33 are the C library's own, which nobody can reset. */
    assert_true(strstr(buf_str(&a.out), "SigBlk:\t0000000000000000\n"
                                        "SigIgn:\t0000000000000000\n") ||
                strstr(buf_str(&a.out), "SigBlk:\t0000000000000000\n"
                                        "SigIgn:\t0000000180000000\n"));
    assert_non_null(strstr(buf_str(&a.out), "\n/dev/null\n"));
    answer_done(&a);
}

static void failures(void **state)
{
    struct answer a;

    (void)state;
    sh(10000, 1000, "echo before; exit 3", &a);
    expect(&a, ST_FAILED, "exit status 3");
    assert_int_equal(a.exit_code, 3);
    assert_string_equal(buf_str(&a.out), "before\n");
    answer_done(&a);
    sh(10000, 1000, "echo before; kill -SEGV $$", &a);
    expect(&a, ST_FAILED, "ended by signal 11 (Segmentation fault)");
    assert_int_equal(a.sig, SIGSEGV);
    assert_int_equal(a.exit_code, UINT64_MAX);
    assert_string_equal(buf_str(&a.out), "before\n");
    answer_done(&a);
    run_as(0, 10000, 1000, (const char *[]){"no-such-command-xb", NULL}, &a);
    expect(&a, ST_ABSENT, "no-such-command-xb: not installed (searched in /");
    assert_int_equal(a.errnum, ENOENT);
    answer_done(&a);
    run_as(0, 10000, 1000, (const char *[]){"/bin/sh", NULL}, &a);
    expect(&a, ST_REFUSED, "/bin/sh is not a plain command name");
    answer_done(&a);
    run_as(0, 10000, 1000, (const char *[]){"..", NULL}, &a);
    expect(&a, ST_REFUSED, "not a plain command name");
    answer_done(&a);
    run_as(0, 10000, 1000, (const char *[]){"", NULL}, &a);
    expect(&a, ST_REFUSED, "not a plain command name");
    answer_done(&a);
}

static void hangs(void **state)
{
    struct answer a;

    (void)state;
    sh(300, 1000, "echo $$; exec sleep 1000", &a);
    expect(&a, ST_TIMEOUT, "did not end within 0.3 s");
    assert_true(a.ms >= 290 && a.ms < 2000); /* TERM was enough */
    assert_false(alive(buf_str(&a.out)));
    assert_string_equal(a.left, "");
    answer_done(&a);
    /* Its own end on TERM is told as ours, with what it says meanwhile. */
    sh(300, 1000, "trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done",
       &a);
    expect(&a, ST_TIMEOUT, "");
    assert_string_equal(buf_str(&a.out), "bye\n");
    answer_done(&a);
    /* KILL 2 s later for one that ignores TERM, and for its children. */
    sh(300, 1000,
       "trap '' TERM; sleep 1000 & echo $!; echo $$; while :; do sleep 1; done",
       &a);
    expect(&a, ST_TIMEOUT, "");
    assert_true(a.ms >= 2290 && a.ms < 5000);
    assert_false(alive(buf_str(&a.out)));
    assert_false(alive(strchr(buf_str(&a.out), '\n') + 1));
    answer_done(&a);
    /* Nothing to read any more, but it lives. */
    sh(300, 1000, "exec >&- 2>&-; sleep 1000", &a);
    expect(&a, ST_TIMEOUT, "");
    assert_true(a.ms >= 290 && a.ms < 2000);
    answer_done(&a);
}

/* A stopped process gets TERM only when it goes on: KILL does not wait. */
static void stopped(void **state)
{
    struct answer a;

    (void)state;
    sh(300, 1000, "echo $$; kill -STOP $$", &a);
    expect(&a, ST_TIMEOUT, "");
    assert_true(a.ms < 4000);
    assert_false(alive(buf_str(&a.out)));
    answer_done(&a);
}

static void daemons(void **state)
{
    struct answer a;
    pid_t pid;

    (void)state;
    /* In a group of its own: left alone, but its pipe is given up. */
    sh(10000, 1000,
       "setsid sleep 1000 & echo $!;"
       " until [ \"$(cut -d' ' -f5 /proc/$!/stat)\" = $! ]; do"
       " sleep 0.05; done",
       &a);
    expect(&a, ST_OK, "a process that it left running holds its output");
    assert_true(a.ms >= 500 && a.ms < 8000);
    assert_true(alive(buf_str(&a.out)));
    pid = (pid_t)atoi(buf_str(&a.out));
    kill(pid, SIGKILL);
    answer_done(&a);
    /* Forked twice, and it lets go of the pipe: nothing to say. */
    sh(10000, 1000, "(setsid sleep 5 >/dev/null 2>&1 &) ; echo x", &a);
    expect(&a, ST_OK, "");
    assert_string_equal(a.text, "");
    assert_true(a.ms < 3000);
    answer_done(&a);
    /* A left-over of its own group goes with it. */
    sh(10000, 1000, "sleep 1000 & echo $!", &a);
    expect(&a, ST_OK, "holds its output");
    assert_false(alive(buf_str(&a.out)));
    answer_done(&a);
}

static void too_much(void **state)
{
    struct answer a;

    (void)state;
    sh(20000, 100000, "trap '' TERM; while :; do echo y; done", &a);
    expect(&a, ST_PARTIAL, "only the first 100000 bytes of the output");
    assert_int_equal(a.truncated, TRUNC_HEAD_KEPT);
    assert_int_equal(a.out.len, 100000);
    assert_int_equal(a.bytes, 100000);
    assert_true(a.ms < 6000);
    answer_done(&a);
    /* Exactly as much as allowed is not too much. */
    sh(20000, 4, "printf 1234", &a);
    expect(&a, ST_OK, "");
    assert_string_equal(buf_str(&a.out), "1234");
    answer_done(&a);
    /* Of messages the rest is dropped, and the command goes on. */
    sh(20000, 1000, "head -c 3000000 /dev/zero >&2; echo done", &a);
    expect(&a, ST_PARTIAL, "only the first 1048576 bytes of its messages");
    assert_int_equal(a.err.len, 1048576);
    assert_string_equal(buf_str(&a.out), "done\n");
    answer_done(&a);
}

/* A worker that ends takes the running command with it. */
static void worker_gone(void **state)
{
    struct client c;
    struct answer a;
    int64_t before;
    pid_t pid;

    (void)state;
    memset(&a, 0, sizeof(a));
    client_start(&c, 0);
    ask_run(&c, 60000, 1000,
            (const char *[]){"sh", "-c", "echo $$; trap '' TERM; sleep 1000",
                             NULL});
    assert_true(answer_take(&c, &a));
    pid = (pid_t)atoi(buf_str(&a.out));
    assert_true(alive(buf_str(&a.out)));
    before = clock_mono_ms();
    assert_int_equal(client_stop(&c), 0);
    assert_true(clock_mono_ms() - before < 10000);
    assert_int_equal(kill(pid, 0), -1);
    answer_done(&a);
}

/* Neither gone nor a zombie that nobody here can wait for. */
static bool still_runs(pid_t pid)
{
    char path[64], stat[512] = "", *par;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (read(fd, stat, sizeof(stat) - 1) < 0)
        stat[0] = '\0';
    close(fd);
    par = strrchr(stat, ')');
    return par && par[1] && par[2] != 'Z' && par[2] != 'X';
}

/* A reader that is killed does not leave the command behind. */
static void reader_killed(void **state)
{
    struct client c;
    struct answer a;
    pid_t pid;

    (void)state;
    memset(&a, 0, sizeof(a));
    client_start(&c, 0);
    ask_run(&c, 60000, 1000,
            (const char *[]){"sh", "-c", "echo $$; exec sleep 1000", NULL});
    assert_true(answer_take(&c, &a));
    pid = (pid_t)atoi(buf_str(&a.out));
    kill(c.pid, SIGKILL);
    waitpid(c.pid, NULL, 0);
    close(c.sock);
    for (int i = 0; still_runs(pid); i++) {
        assert_true(i < 100);
        usleep(20000);
    }
    answer_done(&a);
}

/* Several requests, one reader: nothing of one stays for the next. */
static void in_a_row(void **state)
{
    struct client c;
    struct answer a;
    char left[64];
    int n;

    (void)state;
    client_start(&c, 0);
    for (int i = 0; i < 20; i++) {
        ask_run(&c, 10000, 100,
                (const char *[]){"sh", "-c", "(sleep 0.01 &); echo x", NULL});
        answer(&c, &a);
        assert_string_equal(buf_str(&a.out), "x\n");
        answer_done(&a);
    }
    ask_run(&c, 10000, 100,
            (const char *[]){"sh", "-c", "ls /proc/$PPID/fd | wc -l", NULL});
    answer(&c, &a);
    n = atoi(buf_str(&a.out));
    /* 0 to 2, the socket, three pipes, signalfd, and what the test has. */
    if (n > 20)
        fail_msg("the reader has %d descriptors open", n);
    answer_done(&a);
    snprintf(left, sizeof(left), "%d", (int)c.pid);
    assert_int_equal(client_stop(&c), 0);
}

/* --- what needs files in the folders that the build names --- */

static void trusted_only(void **state)
{
    struct answer a;
    const char *argv[] = {"xb-cmd", NULL};
    const char *path = "/usr/local/bin/xb-cmd";

    (void)state;
    if (!strstr(SEARCHPATH, ":/usr/local/bin") || !private_mounts() ||
        !cover("/usr/local/bin") || !cover("/usr/local/sbin"))
        skip();
    write_file(path, "#!/bin/sh\necho ran\n", 18, 0755);
    run_as(0, 5000, 100, argv, &a);
    expect(&a, ST_OK, "");
    assert_string_equal(buf_str(&a.out), "ran\n");
    answer_done(&a);

    assert_int_equal(chmod(path, 0775), 0);
    run_as(0, 5000, 100, argv, &a);
    expect(&a, ST_REFUSED, "/usr/local/bin/xb-cmd can be written by others");
    assert_int_equal(a.out.len, 0);
    answer_done(&a);

    assert_int_equal(chmod(path, 0755) | chown(path, NOBODY, 0), 0);
    run_as(0, 5000, 100, argv, &a);
    expect(&a, ST_REFUSED, "belongs to uid 65534 (chown root it)");
    answer_done(&a);

    /* A folder that others can write is not searched, nor in PATH. */
    assert_int_equal(chown(path, 0, 0) | chmod("/usr/local/bin", 01777), 0);
    run_as(0, 5000, 100, argv, &a);
    expect(&a, ST_ABSENT, "xb-cmd: not installed");
    answer_done(&a);
    sh(5000, 1000, "echo :$PATH:", &a);
    assert_null(strstr(buf_str(&a.out), ":/usr/local/bin:"));
    assert_non_null(strstr(buf_str(&a.out), ":/usr/sbin:"));
    answer_done(&a);

    /* By a link from a good folder into a bad one. */
    assert_int_equal(symlink(path, "/usr/local/sbin/xb-cmd"), 0);
    run_as(0, 5000, 100, argv, &a);
    expect(&a, ST_REFUSED, "lies in a folder that others can write");
    answer_done(&a);
    unlink("/usr/local/sbin/xb-cmd");
    assert_int_equal(chmod("/usr/local/bin", 0755), 0);

    /* Without root the kernel decides. */
    run_as(NOBODY, 5000, 100, argv, &a);
    expect(&a, ST_OK, "");
    answer_done(&a);
    assert_int_equal(chmod(path, 0700), 0);
    run_as(NOBODY, 5000, 100, argv, &a);
    expect(&a, ST_DENIED, "Permission denied (run as root)");
    answer_done(&a);

    /* There, but the kernel cannot start it. */
    write_file(path,
               "\x7f"
               "ELF garbage",
               12, 0755);
    run_as(0, 5000, 100, argv, &a);
    expect(&a, ST_FAILED, "cannot run /usr/local/bin/xb-cmd: Exec format");
    assert_int_equal(a.errnum, ENOEXEC);
    answer_done(&a);
    write_file(path, "#!/no/such/interpreter\n", 23, 0755);
    run_as(0, 5000, 100, argv, &a);
    expect(&a, ST_FAILED, "cannot run /usr/local/bin/xb-cmd: No such file");
    answer_done(&a);
}

static void ask_probe(const char *name, struct answer *a)
{
    struct client c;
    struct buf b = BUF_INIT;

    client_start(&c, 0);
    field_put_u64(&b, 5000);
    field_put_u64(&b, 1000);
    field_put_str(&b, name);
    ask(&c, RQ_PROBE, &b);
    answer(&c, a);
    assert_int_equal(client_stop(&c), 0);
}

static void probe(void **state)
{
    static const char script[] =
        "#!/bin/sh\n"
        "case $1 in\n"
        "ring) echo the ring;;\n"
        "no-xen) echo 'no /dev/xen here' >&2; echo more >&2; exit 3;;\n"
        "silent) exit 3;;\n"
        "loader) echo 'libxenctrl.so.4.99: not found' >&2; exit 127;;\n"
        "esac\n";
    const char *path = LIBEXECDIR "/xen-bugtool-probe";
    struct answer a;

    (void)state;
    if (!private_mounts() || !cover(LIBEXECDIR))
        skip();
    ask_probe("ring", &a);
    expect(&a, ST_ABSENT, "xen-bugtool-probe is not installed");
    answer_done(&a);
    write_file(path, script, sizeof(script) - 1, 0755);
    ask_probe("ring", &a);
    expect(&a, ST_OK, "");
    assert_string_equal(buf_str(&a.out), "the ring\n");
    answer_done(&a);
    ask_probe("no-xen", &a);
    expect(&a, ST_ABSENT, "no /dev/xen here");
    assert_string_equal(a.text, "no /dev/xen here");
    assert_int_equal(a.exit_code, 3);
    answer_done(&a);
    ask_probe("silent", &a);
    expect(&a, ST_ABSENT, "not available here");
    answer_done(&a);
    ask_probe("loader", &a);
    expect(&a, ST_FAILED, "exit status 127; libxenctrl.so.4.99: not found");
    answer_done(&a);
    ask_probe("../x", &a);
    expect(&a, ST_REFUSED, "is not the name of a probe");
    answer_done(&a);
    ask_probe("--help", &a);
    expect(&a, ST_REFUSED, "is not the name of a probe");
    answer_done(&a);
    assert_int_equal(chmod(path, 0757), 0);
    ask_probe("ring", &a);
    expect(&a, ST_REFUSED, "can be written by others");
    answer_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well),          cmocka_unit_test(surroundings),
        cmocka_unit_test(failures),      cmocka_unit_test(hangs),
        cmocka_unit_test(stopped),       cmocka_unit_test(daemons),
        cmocka_unit_test(too_much),      cmocka_unit_test(worker_gone),
        cmocka_unit_test(reader_killed), cmocka_unit_test(in_a_row),
        cmocka_unit_test(trusted_only),  cmocka_unit_test(probe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
