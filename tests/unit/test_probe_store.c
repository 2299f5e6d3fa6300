/* The probe's walk through xenstore, against an xenstored of our own that
 * hangs, refuses and loses what it listed. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/unit/probe_run.h"

/* There is a xenstored as far as xenstore.c can see. */
#define access(path, mode) 0
#include "collector/probe/out.c"
#include "collector/probe/store.c"
#include "collector/probe/store_text.c"
#include "collector/probe/xenstore.c"
#undef access

static struct {
    const char *hang; /* no answer at this path */
    int notify;       /* told then */
    const char *gone; /* listed, but not there any more */
    const char *denied;
    int all;   /* errno of every request */
    bool wide; /* the root has a child with a hostile name */
    bool lost; /* the connection breaks after the first value */
} store;

struct xs_handle *xs_open(unsigned long flags)
{
    (void)flags;
    return (struct xs_handle *)&store;
}

void xs_close(struct xs_handle *xsh)
{
    (void)xsh;
}

static bool refused(const char *path)
{
    if (store.hang && !strcmp(path, store.hang)) {
        if (write(store.notify, "x", 1) != 1)
            _exit(98);
        for (;;)
            pause();
    }
    errno = store.all;
    if (store.gone && !strcmp(path, store.gone))
        errno = ENOENT;
    if (store.denied && !strcmp(path, store.denied))
        errno = EACCES;
    return errno != 0;
}

/* xs_directory's answer: one allocation, pointers and then the names. */
static char **names_of(const char *a, const char *b, unsigned *num)
{
    char **list = malloc(2 * sizeof(*list) + 80);
    char *p = (char *)(list + 2);

    list[0] = strcpy(p, a);
    list[1] = strcpy(p + strlen(a) + 1, b ? b : "");
    *num = b ? 2 : 1;
    return list;
}

char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
                    unsigned *num)
{
    (void)h;
    assert_int_equal(t, XBT_NULL);
    if (refused(path))
        return NULL;
    if (!strcmp(path, "/"))
        return names_of(store.wide ? "a\033[2Jb" : "local", "vm", num);
    if (!strcmp(path, "/local"))
        return names_of("domain", NULL, num);
    *num = 0;
    return calloc(1, 1);
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
              unsigned *len)
{
    char *value;

    (void)h, (void)t;
    if (refused(path))
        return NULL;
    if (store.lost)
        store.all = EBADF;
    value = calloc(1, 32);
    *len = 0;
    if (!strcmp(path, "/vm")) {
        memcpy(value, "a\0\"\\\n\t\x07\x08\xe9", 9);
        *len = 9;
    }
    return value;
}

struct xs_permissions *xs_get_permissions(struct xs_handle *h,
                                          xs_transaction_t t, const char *path,
                                          unsigned *num)
{
    struct xs_permissions *p = calloc(2, sizeof(*p));

    (void)h, (void)t, (void)path;
    p[1].id = 5;
    p[1].perms = XS_PERM_READ | XS_PERM_WRITE;
    *num = 2;
    return p;
}

static void store_healthy(void **state)
{
    (void)state;
    memset(&store, 0, sizeof(store));
    run(subject_xenstore);
    assert_int_equal(res.rc, 0);
    /* As xenstore-ls -fp of Xen 4.17 prints the same tree. */
    assert_string_equal(
        res.text, "/local = \"\"   (n0,b5)\n"
                  "/local/domain = \"\"   (n0,b5)\n"
                  "/vm = \"a\\000\"\\\\\\n\\t\\007\\x08\\xe9\"   (n0,b5)\n");
}

static void store_races(void **state)
{
    (void)state;
    memset(&store, 0, sizeof(store));
    /* Nodes come and go while we read: that is no failure. */
    store.gone = "/local/domain";
    run(subject_xenstore);
    assert_int_equal(res.rc, 0);
    has("/local = ");
    has_not("/local/domain");
    has("/vm = ");

    /* One node that cannot be read does not end the walk, but is told. */
    memset(&store, 0, sizeof(store));
    store.denied = "/local";
    run(subject_xenstore);
    assert_int_equal(res.rc, -EACCES);
    says("/local: Permission denied");
    has("/local:  (n0,b5)\n");
    has("/vm = ");

    /* A lost connection ends it; what was read stays. */
    memset(&store, 0, sizeof(store));
    store.lost = true;
    run(subject_xenstore);
    assert_int_equal(res.rc, -EBADF);
    has("/local = ");
    has_not("/vm = ");

    /* A guest may not list the root. */
    memset(&store, 0, sizeof(store));
    store.denied = "/";
    run(subject_xenstore);
    assert_int_equal(res.rc, -ENODEV);
    says("control domain");
}

static void store_hostile_name(void **state)
{
    (void)state;
    memset(&store, 0, sizeof(store));
    store.wide = true;
    run(subject_xenstore);
    assert_int_equal(res.rc, 0);
    has("/a\\x1b[2Jb = ");
}

/* xenstored hangs at /vm; sig ends the wait unless it is 0. */
static void hang(unsigned answer_s, int sig, const char *message)
{
    int fd = memfd_create("out", MFD_CLOEXEC), status, pipefd[2];
    int errfd = memfd_create("err", MFD_CLOEXEC);
    char c;
    pid_t pid;

    assert_int_equal(pipe(pipefd), 0);
    memset(&store, 0, sizeof(store));
    store.hang = "/vm";
    store.notify = pipefd[1];
    pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        struct err err = ERR_INIT;
        struct out o;

        dup2(errfd, STDERR_FILENO);
        out_init(&o, fd);
        walk_store(&o, answer_s, 60, &err);
        _exit(99); /* it came back */
    }
    assert_int_equal(read(pipefd[0], &c, 1), 1);
    if (sig)
        kill(pid, sig);
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    slurp(fd);
    assert_string_equal(res.text, "/local = \"\"   (n0,b5)\n"
                                  "/local/domain = \"\"   (n0,b5)\n");
    slurp(errfd);
    assert_string_equal(res.text, message);
    close(fd);
    close(errfd);
    close(pipefd[0]);
    close(pipefd[1]);
}

static void store_hangs(void **state)
{
    (void)state;
    /* What was read before is kept, and the place is named. */
    hang(1, 0,
         "xenstored did not answer within 1 s (nodes read: 2; waiting at "
         "/vm)\n");
    /* The caller's own deadline comes first: no less is kept. */
    hang(60, SIGTERM,
         "stopped before all was read (nodes read: 2; waiting at /vm)\n");
}

static int in_time(unsigned seconds, unsigned long answers)
{
    struct store_conn s = {.total_s = STORE_TOTAL_S,
                           .answers = answers,
                           .begun = clock_mono_ms() - 1000 * (int64_t)seconds};
    struct err err = ERR_INIT;
    int rc = store_in_time(&s, &err);

    assert_int_equal(rc, err.code);
    assert_true(!rc || strstr(err.text, "xenstored is slow"));
    return rc;
}

/* A large tree, and a machine that is slow, have more time than a daemon that
 * hardly answers. */
static void store_slow(void **state)
{
    (void)state;
    assert_int_equal(in_time(49, 0), 0);
    assert_int_equal(in_time(51, 500), -ETIMEDOUT);
    assert_int_equal(in_time(51, 520), 0);
    assert_int_equal(in_time(149, 1500), 0);
    assert_int_equal(in_time(151, 1000000), -ETIMEDOUT);
}

/* Past its time a walk keeps what it has read; each answer counts. */
static void store_cut(void **state)
{
    int fd = memfd_create("out", MFD_CLOEXEC);
    struct store_conn s;
    struct err err = ERR_INIT;
    struct out o;
    struct walk w = {.s = &s, .out = &o, .err = &err};

    (void)state;
    memset(&store, 0, sizeof(store));
    out_init(&o, fd);
    assert_int_equal(store_open(&s, &o, 1, 1, &err), 0);
    assert_int_equal(show_children(&w), 0);
    assert_true(s.answers > 2 * s.nodes && s.nodes);
    s.begun -= 1000000;
    s.nodes = 0;
    assert_int_equal(show_children(&w), -ETIMEDOUT);
    assert_int_equal(s.nodes, 0);
    store_close(&s);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_healthy),      cmocka_unit_test(store_races),
        cmocka_unit_test(store_hostile_name), cmocka_unit_test(store_hangs),
        cmocka_unit_test(store_slow),         cmocka_unit_test(store_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
