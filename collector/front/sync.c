#include "collector/front/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/core/clock.h"

#define LOOK_MS 100 /* how often signals are looked for */

static int sync_now(int fd, bool all)
{
    return (all ? syncfs(fd) : fsync(fd)) ? -errno : 0;
}

/* Holds nothing open but the two: who reads our output must not wait for a
 * disk. */
static void close_others(int fd, int out)
{
    int low = fd < out ? fd : out, high = fd < out ? out : fd;
    long max = sysconf(_SC_OPEN_MAX);

#ifdef SYS_close_range
    if (!syscall(SYS_close_range, high + 1, ~0u, 0))
        max = high + 1;
#endif
    for (int i = 0; i < (max < 65536 ? max : 65536); i++)
        if (i != low && i != high)
            close(i);
}

static void child(int fd, bool all, int out)
{
    int r;

    close_others(fd, out);
    r = sync_now(fd, all);
    _exit(write(out, &r, sizeof(r)) != (ssize_t)sizeof(r));
}

static bool is_asked_to_stop(void)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    sigset_t set;

    if (sigpending(&set))
        return false;
    for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (sigismember(&set, signals[i]) == 1)
            return true;
    return false;
}

/* The child's answer; -ETIMEDOUT: there is none in time, -EIO: it died. */
static int wait_for(int in, bool stopped)
{
    int64_t since = stopped ? clock_mono_ms() : 0;
    struct pollfd p = {in, POLLIN, 0};
    int r;

    while (poll(&p, 1, LOOK_MS) != 1) {
        if (!since && is_asked_to_stop())
            since = clock_mono_ms();
        if (since && clock_mono_ms() - since >= SYNC_STOPPED_MS)
            return -ETIMEDOUT;
    }
    return read(in, &r, sizeof(r)) == (ssize_t)sizeof(r) ? r : -EIO;
}

int sync_fd(int fd, bool all, bool stopped)
{
    int pipes[2], r;
    pid_t pid;

    if (pipe2(pipes, O_CLOEXEC))
        return sync_now(fd, all);
    pid = fork();
    if (!pid)
        child(fd, all, pipes[1]);
    close(pipes[1]);
    r = pid < 0 ? sync_now(fd, all) : wait_for(pipes[0], stopped);
    close(pipes[0]);
    if (pid > 0 && r == -ETIMEDOUT)
        kill(pid, SIGKILL);
    if (pid > 0)
        waitpid(pid, NULL, r == -ETIMEDOUT ? WNOHANG : 0);
    return r;
}
