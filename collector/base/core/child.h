/* child.h: run one program with a deadline and a size cap.
 *
 * The only file that execs commands.  Never uses a shell.  Does not log.
 *
 * The program gets /dev/null or a file as stdin, two pipes, no other
 * descriptor, the environment it is given, its own process group, "/" as
 * folder, umask 077, no core dumps and default signals; it dies with the
 * calling thread.
 *
 * Whatever is left of its process group at the end is killed.  Processes that
 * made a group of their own (daemons) are not touched; if they hold the pipes,
 * these are given up half a second after the program has ended.  A process in
 * an uninterruptible wait (state D) is not waited for but named in `left`.
 *
 * Single-threaded callers only: SIGCHLD is blocked and taken meanwhile, so the
 * caller must not have a handler for it. */
#ifndef XB_CHILD_H
#define XB_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/base/core/err.h"

/* Linux' ioprio.h is not among the user headers: class best effort, lowest. */
#define IOPRIO_LOWEST ((2 << 13) | 7)
#define IOPRIO_WHO_PROCESS 1

/* Given the bytes as they come.  Nonzero stops the child (CHILD_STOPPED). */
typedef int child_output_fn(void *arg, bool is_stderr, const char *data,
                            size_t len);

struct child_spec {
    const char *const *argv; /* NULL-terminated, argv[0] is a full path */
    const char *const *env;  /* NULL-terminated */
    int input;               /* its stdin, not closed; 0: /dev/null */
    unsigned timeout_ms;     /* TERM at the deadline, KILL 2 s later; 0: none */
    uint64_t max_bytes;      /* of stdout: beyond this it is stopped; 0: none */
    uint64_t max_err_bytes;  /* of stderr: what is beyond is dropped */
    int watch_fd; /* -1, or: when its peer hangs up the child is killed */
    child_output_fn *output;
    void *arg;
};

enum child_end {
    CHILD_EXITED,    /* status is the exit status */
    CHILD_SIGNALLED, /* by somebody else; status is the signal */
    CHILD_TIMEOUT,   /* we ended it at the deadline */
    CHILD_TOO_BIG,   /* we ended it at max_bytes, which were delivered */
    CHILD_STOPPED    /* we ended it: output said so, or watch_fd hung up */
};

struct child_result {
    enum child_end end;
    int status;
    uint64_t bytes;     /* of stdout, delivered */
    uint64_t err_bytes; /* of stderr, delivered */
    bool err_cut;       /* stderr had more */
    bool held;          /* pipes were given up: somebody else holds them */
    char left[480];     /* who would not die, and where it waits; or "" */
};

/* 0 whenever the program was started and has ended or been given up, however
 * that came: read out->end.  Negative if it could not be started: -ENOENT,
 * -EACCES, -ENOEXEC ... of execve(2), or what failed before; err says so. */
int child_run(const struct child_spec *spec, struct child_result *out,
              struct err *err);

/* Adds what /proc knows of a process that will not die: "pid 123 (xl), state
 * D, in fuse_request_wait, stack: a < b < c".  Returns out. */
char *child_where(pid_t pid, char *out, size_t size);

/* Waits for children that have ended, whoever started them. */
void child_reap_strays(void);

#endif
