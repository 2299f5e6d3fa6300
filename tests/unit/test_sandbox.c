/* test_sandbox.c: what is given up is gone, and cannot be had back.  Each test
 * is a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "collector/base/core/sandbox.h"
#include "collector/base/core/xalloc.h"

/* Runs fn in a process of its own; what it says on standard error is in said.
 */
static char said[4096];

static int in_child(int (*fn)(void))
{
    size_t n = 0;
    ssize_t r;
    int st, p[2];
    pid_t pid;

    assert_int_equal(pipe(p), 0);
    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        dup2(p[1], STDERR_FILENO);
        close(p[0]);
        close(p[1]);
        _exit(fn());
    }
    close(p[1]);
    while ((r = read(p[0], said + n, sizeof(said) - 1 - n)) > 0)
        n += (size_t)r;
    said[n] = '\0';
    close(p[0]);
    assert_int_equal(waitpid(pid, &st, 0), pid);
    assert_true(WIFEXITED(st));
    return WEXITSTATUS(st);
}

/* The number of the line that was not as it should be. */
#define HOLD(what)                                                             \
    do {                                                                       \
        if (!(what))                                                           \
            return __LINE__ % 251 + 1;                                         \
    } while (0)

static int drops(void)
{
    struct sandbox_id id;
    struct err err;

    HOLD(!sandbox_pick_id(&id, &err));
    HOLD(id.drop && id.uid && id.gid);
    HOLD(sandbox_is_worker(id.uid));
    HOLD(!sandbox_drop_root(&id, &err));
    HOLD(geteuid() == id.uid && getegid() == id.gid && !getgroups(0, NULL));
    HOLD(setuid(0) && setgid(0) && seteuid(0));
    HOLD(open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES);
    HOLD(kill(1, 0) && errno == EPERM);
    HOLD(chroot("/") && errno == EPERM);
    HOLD(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    /* Who has no root has none to drop, and may do so. */
    HOLD(!sandbox_pick_id(&id, &err) && !id.drop);
    HOLD(!sandbox_drop_root(&id, &err));
    return 0;
}

static void test_drops(void **state)
{
    (void)state;
    assert_int_equal(in_child(drops), 0);
    assert_false(sandbox_is_worker(0));
    assert_false(sandbox_is_worker(65534));
    assert_false(sandbox_is_worker(1000));
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return ok;
}

/* A user namespace, as of a container: with root alone, or with nobody too. */
static int in_namespace(const char *map)
{
    pid_t pid = getpid();
    struct sandbox_id id;
    char uid_map[40], gid_map[40];
    struct err err;
    int st, p[2];

    HOLD(!pipe(p));
    snprintf(uid_map, sizeof(uid_map), "/proc/%d/uid_map", pid);
    snprintf(gid_map, sizeof(gid_map), "/proc/%d/gid_map", pid);
    pid = fork(); /* it maps us from outside */
    HOLD(pid >= 0);
    if (!pid) {
        char c;

        close(p[1]);
        (void)!read(p[0], &c, 1);
        _exit(!write_text(uid_map, map) || !write_text(gid_map, map));
    }
    HOLD(!unshare(CLONE_NEWUSER));
    close(p[1]);
    HOLD(waitpid(pid, &st, 0) == pid && WIFEXITED(st) && !WEXITSTATUS(st));
    HOLD(!setresuid(0, 0, 0) && !setresgid(0, 0, 0));
    st = sandbox_pick_id(&id, &err);
    if (st)
        fprintf(stderr, "%s", err.text);
    return st ? 250 : id.uid == 65534 && id.gid == 65534 ? 249 : 0;
}

static int root_alone(void)
{
    return in_namespace("0 0 1");
}

static int with_nobody(void)
{
    return in_namespace("0 0 65535");
}

static void test_namespaces(void **state)
{
    (void)state;
    assert_int_equal(in_child(root_alone), 250);
    assert_non_null(strstr(said, "has no user but root"));
    assert_int_equal(in_child(with_nobody), 249);
}

static int parent_gone(void)
{
    struct err err;
    int r = sandbox_die_with(getppid() + 1, &err);

    HOLD(r == -ESRCH && strstr(err.text, "has ended"));
    HOLD(!sandbox_die_with(getppid(), &err));
    return 0;
}

static void test_parent(void **state)
{
    (void)state;
    assert_int_equal(in_child(parent_gone), 0);
}

static int closes(void)
{
    int kept = dup(2), gone = dup(2), last = dup(2);
    struct err err;

    HOLD(kept >= 0 && gone == kept + 1);
    HOLD(!sandbox_close_from(gone, true, &err));
    HOLD(fcntl(gone, F_GETFD) & FD_CLOEXEC && fcntl(last, F_GETFD) > 0);
    HOLD(!sandbox_close_from(gone, false, &err));
    HOLD(fcntl(gone, F_GETFD) < 0 && fcntl(last, F_GETFD) < 0);
    HOLD(!fcntl(kept, F_GETFD));
    return 0;
}

/* On a kernel that has no such call. */
static int closes_without(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {4, code};

    HOLD(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    HOLD(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
    HOLD(syscall(SYS_close_range, 100u, 100u, 0u) < 0 && errno == ENOSYS);
    return closes();
}

/* The worker's user is taken from /etc/passwd where it has one; a number that
 * somebody has is not. */
static int with_passwd(const char *user, unsigned *uid_out)
{
    char name[] = "/tmp/passwd-XXXXXX";
    int fd = mkstemp(name);
    struct sandbox_id id;
    struct err err;

    HOLD(fd >= 0);
    HOLD(dprintf(fd, "root:x:0:0::/:/bin/sh\n%s", user) > 0);
    HOLD(!fchmod(fd, 0644) && !unshare(CLONE_NEWNS));
    HOLD(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    HOLD(!mount(name, "/etc/passwd", NULL, MS_BIND, NULL));
    unlink(name);
    HOLD(!sandbox_pick_id(&id, &err) && id.drop);
    *uid_out = id.uid;
    return 0;
}

static int own_user(void)
{
    unsigned uid = 0;
    int r = with_passwd("xen-bugtool:x:4321:4321::/:/bin/false\n", &uid);

    HOLD(!r && uid == 4321);
    HOLD(sandbox_is_worker(4321) && !sandbox_is_worker(4322));
    return 0;
}

static int used_number(void)
{
    struct sandbox_id id;
    unsigned uid = 0;
    struct err err;
    char line[80];
    int r;

    HOLD(!sandbox_pick_id(&id, &err));
    snprintf(line, sizeof(line), "x:x:%u:1::/:/bin/false\n", id.uid);
    r = with_passwd(line, &uid);
    HOLD(!r && uid == id.uid + 1);
    return 0;
}

static void test_users(void **state)
{
    (void)state;
    assert_int_equal(in_child(own_user), 0);
    assert_int_equal(in_child(used_number), 0);
}

static int begins(void)
{
    char text[16] = "";
    struct rlimit core;
    int fd;

    sandbox_start();
    HOLD(umask(077) == 077);
    HOLD(!getrlimit(RLIMIT_CORE, &core) && core.rlim_max <= 1);
    fd = open("/proc/self/oom_score_adj", O_RDONLY);
    HOLD(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
    HOLD(!strcmp(text, "1000\n"));
    return 0;
}

static void test_start(void **state)
{
    (void)state;
    assert_int_equal(in_child(begins), 0);
    assert_int_equal(in_child(closes), 0);
    assert_int_equal(in_child(closes_without), 0);
}

/* ---- memory ------------------------------------------------------------- */

/* Sanitizers have a malloc of their own, which ends the process itself. */
#ifndef __SANITIZE_ADDRESS__

/* As much as no machine has, without the compiler knowing it. */
static volatile size_t much = SIZE_MAX / 4, hardly = 64u << 20;
static int asked;
static struct rlimit before;

static bool gives_back(void)
{
    asked++;
    setrlimit(RLIMIT_AS, &before);
    return true;
}

static bool gives_nothing(void)
{
    asked++;
    return false;
}

static int short_of_memory(bool (*handler)(void))
{
    struct rlimit few;

    xalloc_on_oom(handler);
    getrlimit(RLIMIT_AS, &before);
    few = before;
    few.rlim_cur = 32u << 20;
    return setrlimit(RLIMIT_AS, &few);
}

static int malloc_again(void)
{
    char *p;

    HOLD(!short_of_memory(gives_back));
    p = xmalloc(hardly);
    HOLD(asked == 1);
    free(p);
    HOLD(!short_of_memory(gives_back));
    p = xcalloc(hardly, 1);
    HOLD(asked == 2 && !p[hardly - 1]);
    free(p);
    HOLD(!short_of_memory(gives_back));
    p = xrealloc(NULL, hardly);
    HOLD(asked == 3);
    free(p);
    return 0;
}

/* It should not: what it gave is looked at, so that the call is made. */
static int came_back(void *p)
{
    free(p);
    return 77;
}

static int malloc_ends(void)
{
    xalloc_on_oom(gives_nothing);
    return came_back(xmalloc(much));
}

static int calloc_ends(void)
{
    return came_back(xcalloc(much, 1));
}

static int realloc_ends(void)
{
    return came_back(xrealloc(NULL, much));
}

static int array_ends(void)
{
    return came_back(xreallocarray(NULL, much, 8));
}

static int printf_ends(void)
{
    struct rlimit few = {32u << 20, 32u << 20};

    setrlimit(RLIMIT_AS, &few);
    return came_back(xasprintf("%*s", INT32_MAX, ""));
}

static void test_memory(void **state)
{
    static int (*const ends[])(void) = {malloc_ends, calloc_ends, realloc_ends,
                                        array_ends, printf_ends};

    (void)state;
    assert_int_equal(in_child(malloc_again), 0);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        assert_int_equal(in_child(ends[i]), 1);
        assert_string_equal(said, "xen-bugtool: out of memory\n");
    }
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drops),  cmocka_unit_test(test_namespaces),
        cmocka_unit_test(test_parent), cmocka_unit_test(test_start),
        cmocka_unit_test(test_users),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(test_memory),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
