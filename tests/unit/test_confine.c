/* Each test is a process that is confined and then tries to get out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/core/confine.h"

/* Runs fn in a process of its own; its answer is the number of the line that
 * was not as it should be, 0 for none. */
static void in_child(int (*fn)(void))
{
    int st;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (!pid)
        _exit(fn());
    assert_int_equal(waitpid(pid, &st, 0), pid);
    assert_true(WIFEXITED(st));
    assert_int_equal(WEXITSTATUS(st), 0);
}

#define HOLD(what)                                                             \
    do {                                                                       \
        if (!(what))                                                           \
            return __LINE__ % 251 + 1;                                         \
    } while (0)
#define REFUSED(call) HOLD((call) < 0 && errno == EPERM)

static int escape_by_call(void)
{
    static char *const argv[] = {(char *)"true", NULL};
    pid_t parent = getppid();
    char c = 0;

    HOLD(confine_has_calls());
    HOLD(!confine_holds());
    HOLD(confine_calls(false));
    HOLD(confine_holds());
    REFUSED(execve("/bin/true", argv, environ));
    REFUSED(syscall(SYS_execveat, -1, "/bin/true", argv, environ, 0));
    REFUSED(fork());
    REFUSED(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    REFUSED(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
    HOLD(syscall(SYS_clone3, NULL, (size_t)0) < 0 && errno == ENOSYS);
    REFUSED(unshare(CLONE_NEWUSER));
    REFUSED(kill(parent, 0));
    REFUSED(kill(-1, SIGKILL));
    REFUSED(syscall(SYS_tgkill, parent, parent, 0));
    REFUSED(ptrace(PTRACE_ATTACH, parent, NULL, NULL));
    REFUSED(socket(AF_INET, SOCK_STREAM, 0));
    REFUSED(socket(AF_UNIX, SOCK_DGRAM, 0));
    REFUSED(socket(AF_NETLINK, SOCK_RAW, 0));
    REFUSED(mount("none", "/", "tmpfs", 0, NULL));
    REFUSED(syscall(SYS_init_module, &c, 1ul, ""));
    REFUSED(syscall(SYS_bpf, 0, NULL, 0));
    REFUSED(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0ul));
    REFUSED(syscall(SYS_userfaultfd, 0));
    REFUSED(syscall(425, 1, NULL)); /* io_uring_setup */
    REFUSED(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
    REFUSED(syscall(SYS_syslog, 3, NULL, 0));
    REFUSED(sethostname("x", 1));
    REFUSED(mknod("node", S_IFCHR | 0600, 0));
    REFUSED(symlink("/etc/shadow", "link"));
    REFUSED(ioctl(0, TIOCSTI, &c));
    return 0;
}

static void *say_yes(void *arg)
{
    *(int *)arg = 1;
    return NULL;
}

/* What the program needs goes on. */
static int still_works(void)
{
    int pair[2], said = 0;
    pthread_t t;
    char c = 'x';

    HOLD(confine_calls(false));
    (void)confine_files(-1, false);
    HOLD(!pthread_create(&t, NULL, say_yes, &said));
    HOLD(!pthread_join(t, NULL) && said);
    HOLD(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
    HOLD(write(pair[0], &c, 1) == 1 && read(pair[1], &c, 1) == 1);
    HOLD(!kill(getpid(), 0));
    HOLD(open("/etc/passwd", O_RDONLY) >= 0);
    HOLD(open("/proc/self/status", O_RDONLY) >= 0);
    free(malloc(1 << 20));
    return 0;
}

static int with_sockets(void)
{
    static char *const argv[] = {(char *)"true", NULL};

    HOLD(confine_calls(true));
    (void)confine_files(-1, true);
    HOLD(!confine_holds());
    HOLD(socket(AF_INET, SOCK_STREAM, 0) >= 0);
    REFUSED(execve("/bin/true", argv, environ));
    REFUSED(fork());
    return 0;
}

/* A folder for output, and one beside it. */
static char in[] = "/tmp/confine-in-XXXXXX", out[] = "/tmp/confine-out-XXXXXX";

static int escape_by_path(void)
{
    int folder = open(in, O_RDONLY | O_DIRECTORY), fd;
    int outside = open(out, O_RDONLY | O_DIRECTORY);
    int version = confine_has_files();
    bool refused;

    HOLD(folder >= 0 && outside >= 0);
    HOLD(confine_files(folder, false) == version);
    /* Below the folder all goes on. */
    HOLD(!mkdirat(folder, "sub", 0700));
    fd = openat(folder, "sub/file", O_RDWR | O_CREAT | O_EXCL, 0600);
    HOLD(fd >= 0 && write(fd, "x", 1) == 1);
    HOLD(openat(folder, ".", O_TMPFILE | O_RDWR, 0600) >= 0);
    HOLD(!unlinkat(folder, "sub/file", 0) &&
         !unlinkat(folder, "sub", AT_REMOVEDIR));
    /* Elsewhere nothing does, not by a descriptor from before either. */
    fd = openat(outside, "file", O_WRONLY | O_CREAT, 0600);
    refused = fd < 0 && errno == EACCES;
    if (fd >= 0)
        unlinkat(outside, "file", 0);
    if (version) {
        HOLD(refused);
        HOLD(mkdirat(outside, "sub", 0700) < 0 && errno == EACCES);
        HOLD(openat(outside, "..", O_RDONLY | O_DIRECTORY) < 0 &&
             errno == EACCES);
        HOLD(open("/etc/passwd", O_WRONLY) < 0);
        HOLD(open("/root", O_RDONLY | O_DIRECTORY) < 0 && errno == EACCES);
        HOLD(open("/proc/self/mem", O_RDWR) < 0 && errno == EACCES);
    }
    return 0;
}

/* A thread can be confined by itself: what it cannot do, its process still can,
 * so that it was this wall and none before it. */
static void *escape_in_thread(void *arg)
{
    *(int *)arg = escape_by_path();
    return NULL;
}

static void test_calls(void **state)
{
    (void)state;
    in_child(escape_by_call);
}

static void test_works(void **state)
{
    (void)state;
    in_child(still_works);
}

static void test_sockets(void **state)
{
    (void)state;
    in_child(with_sockets);
}

static void test_paths(void **state)
{
    pthread_t t;
    int line, fd;

    (void)state;
    assert_non_null(mkdtemp(in));
    assert_non_null(mkdtemp(out));
    in_child(escape_by_path);
    assert_false(pthread_create(&t, NULL, escape_in_thread, &line));
    assert_false(pthread_join(t, NULL));
    assert_int_equal(line, 0);
    fd = open("/root", O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    close(fd);
    assert_false(rmdir(in));
    assert_false(rmdir(out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_works),
        cmocka_unit_test(test_sockets),
        cmocka_unit_test(test_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
