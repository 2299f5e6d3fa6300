/* launch.h: starts another program of ours, without root.
 *
 * It finds one socket as descriptor PROTO_CONTROL_FD and the standard three,
 * nothing else; it dies with the caller; what comes from the terminal is
 * ignored, for the caller to hand on. */
#ifndef XB_LAUNCH_H
#define XB_LAUNCH_H

#include <sys/types.h>

#include "collector/base/core/err.h"
#include "collector/base/core/sandbox.h"

struct launch {
    const char *path; /* of the program */
    const char *name; /* argv[0] */
    char **argv;      /* argv[0] is replaced, in the new process only */
    struct sandbox_id id;
};

/* The caller closes the socket, whose other end the program has. */
int launch_program(const struct launch *l, pid_t *pid_out, int *sock_out,
                   struct err *err);

#endif
