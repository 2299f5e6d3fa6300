#include "collector/front/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector/base/core/frame.h"
#include "collector/base/core/log.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"

#define EXIT_FAILED 1

/* In the child: everything is prepared while still root, then root goes. */
static int become_program(const struct launch *l, int program, int sock,
                          pid_t parent, struct err *err)
{
    static const int ignored[] = {SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ};
    char *name = xstrdup(l->name);
    sigset_t none;
    int rc;

    /* Above the numbers that are about to be used. */
    program = fcntl(program, F_DUPFD_CLOEXEC, PROTO_CONTROL_FD + 1);
    if (program < 0 || (sock != PROTO_CONTROL_FD ? dup2(sock, PROTO_CONTROL_FD)
                                                 : fcntl(sock, F_SETFD, 0)) < 0)
        return err_sys(err, errno, "cannot set up descriptors");
    rc = sandbox_close_from(PROTO_CONTROL_FD + 1, true, err);
    if (rc)
        return rc;
    if (chdir("/"))
        return err_sys(err, errno, "cannot change to /");
    rc = sandbox_drop_root(&l->id, err);
    if (rc)
        return rc;
    rc = sandbox_die_with(parent, err);
    if (rc)
        return rc;

    /* Ctrl-C reaches the whole group; the worker is told to stop by TERM. */
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    l->argv[0] = name;
    syscall(SYS_execveat, program, "", l->argv, environ, AT_EMPTY_PATH);
    return err_sys(err, errno, "cannot start %s", l->path);
}

/* Opened by root and executed by descriptor, so that the folders on the way
 * need not be open to the worker's user. */
static int open_program(const char *path, struct err *err)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return err_sys(err, errno, "cannot find the program's other part, %s",
                       path);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(err, -EINVAL, "%s is not a program", path);
    }
    return fd;
}

int launch_program(const struct launch *l, pid_t *pid_out, int *sock_out,
                   struct err *err)
{
    int program = open_program(l->path, err), pair[2], rc;
    pid_t parent = getpid(), pid;

    if (program < 0)
        return program;
    rc = frame_pair(pair, err);
    if (rc) {
        close(program);
        return rc;
    }
    pid = fork();
    if (pid == 0) {
        become_program(l, program, pair[1], parent, err);
        log_msg(LOG_ERR, "%s", err->text);
        _exit(EXIT_FAILED);
    }
    if (pid < 0)
        rc = err_sys(err, errno, "cannot start %s", l->path);
    close(pair[1]);
    close(program);
    if (rc)
        close(pair[0]);
    else
        *sock_out = pair[0];
    *pid_out = pid;
    return rc;
}
