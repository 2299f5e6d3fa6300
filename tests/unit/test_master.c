/* test_master.c: the master, driven by a stand-in worker.
 *
 * This program is its own worker: the master executes it again, under the name
 * that workers have, and --note says which part it is to play. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/unit/folder.h"
#include "tests/unit/master_parts.h"

#include "collector/base/core/options.h"
#include "collector/base/core/sandbox.h"
#include "collector/front/master.h"

/* --- running the master ------------------------------------------------- */

struct run {
    pid_t pid;
    int out, err; /* pipes */
    char out_text[1024], err_text[4096];
    int status;
};
/* The master in a process of its own, since it takes over signals and waits for
 * all children. */
static void start(struct run *r, char **argv)
{
    int out[2], err[2], argc = 0;

    memset(r, 0, sizeof(*r));
    assert_false(pipe(out) || pipe(err));
    while (argv[argc])
        argc++;
    fflush(NULL);
    r->pid = fork();
    assert_true(r->pid >= 0);
    if (r->pid == 0) {
        struct options opt;
        struct err e = ERR_INIT;
        struct master_spec spec = {argv, &opt, "/proc/self/exe",
                                   "/proc/self/exe", reader_body};
        int status = 99;

        dup2(out[1], 1);
        dup2(err[1], 2);
        sandbox_start();
        if (options_parse(argc, argv, &opt, &e))
            fprintf(stderr, "%s\n", e.text);
        else
            status = master_run(&spec);
        options_done(&opt);
        _exit(status);
    }
    close(out[1]);
    close(err[1]);
    r->out = out[0];
    r->err = err[0];
}

static void read_all(int fd, char *out, size_t size)
{
    size_t n = 0;
    ssize_t k;

    while (n + 1 < size && (k = read(fd, out + n, size - 1 - n)) > 0)
        n += (size_t)k;
    out[n] = '\0';
    close(fd);
}

static void finish(struct run *r)
{
    int st;

    read_all(r->out, r->out_text, sizeof(r->out_text));
    read_all(r->err, r->err_text, sizeof(r->err_text));
    assert_int_equal(waitpid(r->pid, &st, 0), r->pid);
    r->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

static struct run run_args(const char *part, const char *const *extra)
{
    char *argv[12] = {(char *)"xen-bugtool"};
    struct run r;
    int n = 1;

    while (*extra)
        argv[n++] = (char *)*extra++;
    argv[n++] = (char *)"--config";
    argv[n++] = (char *)part;
    start(&r, argv);
    finish(&r);
    return r;
}

#define RUN(part, ...) run_args(part, (const char *const[]){__VA_ARGS__, NULL})

static void assert_run(const struct run *r, int status, const char *err)
{
    if (r->status != status || !strstr(r->err_text, err))
        print_message("status %d, stderr: %s\n", r->status, r->err_text);
    assert_int_equal(r->status, status);
    if (*err)
        assert_non_null(strstr(r->err_text, err));
    else
        assert_string_equal(r->err_text, "");
}
/* --- the tests ---------------------------------------------------------- */

static void test_worker_state(void **state)
{
    struct run r = RUN("state", "collect", "-o", folder);

    (void)state;
    assert_run(&r, 0, "");
}

static void test_statuses(void **state)
{
    struct run r = RUN("exit3", "collect");

    (void)state;
    assert_run(&r, 3, "");
    r = RUN("exit9", "collect");
    assert_run(&r, 1, "status 9; there is no bundle");
    r = RUN("crash", "collect");
    assert_run(&r, 1, "signal 11");
    r = RUN("crash", "verify", "x");
    assert_run(&r, 1, "signal 11");
    assert_null(strstr(r.err_text, "bundle"));
}

static void test_output(void **state)
{
    struct run r = RUN("output", "collect", "-o", folder);
    char *path = below(STEM ".tar.bz2");
    struct stat st;

    (void)state;
    assert_run(&r, 0, "");
    assert_string_equal(r.out_text, path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(st.st_uid, geteuid());
    assert_int_equal(st.st_size, 6);
    assert_int_equal(count_entries(folder), 1);
}

static void test_output_dir(void **state)
{
    struct run r = RUN("dir", "collect", "-f", "dir", "-o", folder);
    struct stat st;

    (void)state;
    assert_run(&r, 0, "");
    assert_int_equal(stat(below(STEM), &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0700);
    assert_int_equal(st.st_uid, geteuid());
    assert_int_equal(stat(below(STEM "/xen/info"), &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(st.st_uid, geteuid());
    assert_int_equal(count_entries(folder), 1);
}

/* Anything but plain files is refused, and nothing is left behind. */
static void test_output_dir_link(void **state)
{
    struct run r = RUN("dir-link", "collect", "-f", "dir", "-o", folder);

    (void)state;
    assert_run(&r, 1, "");
    assert_int_equal(count_entries(folder), 0);
}

static void test_output_dropped(void **state)
{
    struct run r = RUN("no-finish", "collect", "-o", folder);

    (void)state;
    assert_run(&r, 1, "without finishing; there is no bundle");
    assert_int_equal(count_entries(folder), 0);
    r = RUN("usage", "collect", "-o", folder);
    assert_run(&r, 2, "");
    r = RUN("dropped", "collect", "-o", folder);
    assert_run(&r, 1, "");
    assert_int_equal(count_entries(folder), 0);
    r = RUN("no-finish", "collect", "-f", "tar", "-o", below("x.tar"));
    assert_run(&r, 1, "without finishing");
    assert_int_equal(count_entries(folder), 0);
}

static void test_output_error(void **state)
{
    struct run r;

    (void)state;
    put_file(below("old"), "precious");
    r = RUN("output-error", "collect", "-o", below("old"));
    assert_run(&r, 1, "never replaces a file");
    r = RUN("output-error", "collect", "-o", below("none/new"));
    assert_run(&r, 1, "No such file or directory; make it first");
}

/* When the root side is confused it stops. */
static void test_nonsense(void **state)
{
    static const char *const list[] = {"stem",   "twice",       "unknown",
                                       "fields", "fd",          "short",
                                       "bad-id", "finish-first"};
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        r = RUN(list[i], "collect", "-o", folder);
        assert_run(&r, 1, "the worker is confused and was stopped: ");
        assert_int_equal(count_entries(folder), 0);
    }
    /* Not even an output for a command that makes none, nor a bundle for one
     * that names none. */
    r = RUN("output", "verify", "x");
    assert_run(&r, 1, "CT_OUTPUT, which verify does not need");
    r = RUN("not-asked", "collect");
    assert_run(&r, 1, "CT_BUNDLE (");
}

static void test_readers(void **state)
{
    struct run r = RUN("readers", "collect");

    (void)state;
    assert_run(&r, 0, "");
    r = RUN("reader-ends", "collect");
    assert_run(&r, 0, "");
    r = RUN("reader-command", "plugins");
    assert_run(&r, 0, "");
    r = RUN("leave-reader", "collect");
    assert_run(&r, 0, "");
}

static void test_bundle(void **state)
{
    struct run r;

    (void)state;
    assert_false(mkdir(below("b"), 0700) || mkdir(below("b/xen"), 0700));
    put_file(below("b/manifest.json"), "{}");
    put_file(below("b/xen/info"), "i");
    put_file(below("secret"), "s");
    assert_false(symlink("../secret", below("b/link")) ||
                 symlink("xen", below("b/dirlink")) ||
                 mkfifo(below("b/fifo"), 0600));
    r = RUN("bundle", "collect", "--replay", below("b"));
    assert_run(&r, 0, "");
    r = RUN("bundle", "inspect", below("b"));
    assert_run(&r, 0, "");
    put_file(below("p"), "packed");
    r = RUN("bundle", "verify", below("p"));
    assert_run(&r, 0, "");

    r = RUN("bundle-error", "verify", below("none"));
    assert_run(&r, 1, "none: No such file or directory");
    r = RUN("bundle-error", "verify", below("b/fifo"));
    assert_run(&r, 1, "neither a file nor a folder");
    r = RUN("bundle-error", "verify", "/dev/null");
    assert_run(&r, 1, "neither a file nor a folder");
    /* A folder that is no bundle is no key to what lies below it. */
    r = RUN("bundle-error", "inspect", "/etc");
    assert_run(&r, 1, "no manifest.json");
}

static void test_mail(void **state)
{
    static const char to[] = "mailto:d@e,a%2Bb@c";
    char script[200];
    struct run r;
    struct stat st;

    (void)state;
    put_file(below("b"), "bundle");
    snprintf(script, sizeof(script), "#!/bin/sh\ncat >%s\n", below("got"));
    put_file(below("sendmail"), script);
    assert_int_equal(chmod(below("sendmail"), 0755), 0);
    r = RUN("mail", "upload", "--sendmail", below("sendmail"), below("b"), to);
    assert_run(&r, 0, "");
    assert_false(stat(below("got"), &st) || st.st_size != 3);
    assert_false(stat(below("b.eml"), &st) || st.st_size != 3);
    /* Nothing else was left. */
    assert_int_equal(count_entries(folder), 4);
    /* A worker cannot choose who gets mail, nor send it unasked. */
    r = RUN("mail-other", "upload", "--sendmail", below("sendmail"), below("b"),
            to);
    assert_run(&r, 1, "nobody asked for mail to there");
    r = RUN("mail-none", "upload", "--sendmail", below("sendmail"), below("b"),
            to);
    assert_run(&r, 1, "the worker is confused and was stopped: CT_SENDMAIL");
    r = RUN("mail-other", "upload", below("b"), to);
    assert_run(&r, 1, "no --sendmail");
    r = RUN("mail-none", "verify", below("b"));
    assert_run(&r, 1, "CT_SENDMAIL, which verify does not need");
}

/* Starts part, waits until it is ready, sends signals with pauses between. */
static struct run run_signals(const char *part, const int *sigs)
{
    char *argv[] = {(char *)"xen-bugtool", (char *)"-o", folder,
                    (char *)"--config",    (char *)part, NULL};
    struct run r;
    char c;

    start(&r, argv);
    do {
        assert_int_equal(read(r.out, &c, 1), 1);
    } while (c != '\n');
    for (; *sigs; sigs++) {
        usleep(*sigs < 0 ? 400000 : 50000);
        kill(r.pid, abs(*sigs));
    }
    finish(&r);
    return r;
}

static void test_signals(void **state)
{
    struct run r = run_signals("stops", (int[]){SIGINT, 0});

    (void)state;
    /* The first one: a bundle of what there is. */
    assert_run(&r, 3, "");
    assert_int_equal(count_entries(folder), 1);
    r = run_signals("stops", (int[]){SIGHUP, 0});
    assert_run(&r, 3, "");
    /* The second one: none. -n: sent after a longer pause. */
    r = run_signals("deaf", (int[]){SIGTERM, -SIGTERM, 0});
    assert_run(&r, 1, "stopped by a signal; there is no bundle");
    assert_int_equal(count_entries(folder), 2);
    /* A worker that does not listen cannot block the master. */
    r = run_signals("flood", (int[]){SIGTERM, -SIGTERM, 0});
    assert_run(&r, 1, "stopped by a signal");
}

/* Two at once, as from terminal and parent, are one; hang-ups never kill. */
static void test_signals_doubled(void **state)
{
    struct run r = run_signals("stops", (int[]){SIGINT, SIGTERM, SIGHUP, 0});

    (void)state;
    assert_run(&r, 3, "");
    r = run_signals("deaf", (int[]){SIGHUP, -SIGHUP, -SIGHUP, -SIGINT, 0});
    assert_run(&r, 1, "stopped by a signal");
}

/* A master that is killed takes all with it. */
static void test_master_killed(void **state)
{
    char *argv[] = {(char *)"xen-bugtool", (char *)"-o",   folder,
                    (char *)"--config",    (char *)"deaf", NULL};
    struct run r;
    char c;

    (void)state;
    start(&r, argv);
    do {
        assert_int_equal(read(r.out, &c, 1), 1);
    } while (c != '\n');
    kill(r.pid, SIGKILL);
    finish(&r); /* reads until the worker has closed its end too */
    assert_int_equal(r.status, 128 + SIGKILL);
    assert_int_equal(count_entries(folder), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)
        T(test_worker_state),    T(test_statuses),
        T(test_output),          T(test_output_dir),
        T(test_output_dir_link), T(test_output_dropped),
        T(test_output_error),    T(test_nonsense),
        T(test_readers),         T(test_bundle),
        T(test_signals),         T(test_signals_doubled),
        T(test_master_killed),   T(test_mail),
    };

    if (argc && !strcmp(argv[0], "xen-bugtool-worker"))
        return play(argc, argv);
    if (geteuid())
        setenv("NOT_ROOT", "1", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
