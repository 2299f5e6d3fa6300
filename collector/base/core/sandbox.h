/* sandbox.h: giving up what a process does not need.
 *
 * Nothing here can be undone by the process that called it, and each function
 * either does all it says or fails. */
#ifndef XB_SANDBOX_H
#define XB_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "collector/base/core/err.h"

/* Whom the worker runs as. */
struct sandbox_id {
    bool drop; /* false: we are not root, nothing is to be changed */
    uid_t uid;
    gid_t gid;
};

/* For every process of ours, first thing: no core dumps, files only for their
 * owner, the first to be killed when memory runs out. */
void sandbox_start(void);

/* The user xen-bugtool of /etc/passwd, else an unused high number, else
 * (a user namespace that has none so high) 65534. */
int sandbox_pick_id(struct sandbox_id *out, struct err *err);

/* Whether sandbox_pick_id can have picked uid, in this run or another; never
 * for 65534, which is others' too. */
bool sandbox_is_worker(uid_t uid);

/* Gives up root, groups, capabilities and the right to gain any by exec, and
 * checks that they are gone.  After a failure the process must end. */
int sandbox_drop_root(const struct sandbox_id *id, struct err *err);

/* This process gets SIGKILL when parent ends; fails if it has ended already.
 * A change of user undoes it, so it comes after sandbox_drop_root. */
int sandbox_die_with(pid_t parent, struct err *err);

/* Closes every descriptor from first on, at once or (at_exec) when the process
 * executes another program. */
int sandbox_close_from(int first, bool at_exec, struct err *err);

#endif
