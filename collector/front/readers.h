/* readers.h: the reader processes of one run, as their parent sees them.
 *
 * A reader that hangs in the kernel cannot be ended: it is killed, given a
 * moment, and left behind by name.  The parent never waits for one longer. */
#ifndef XB_READERS_H
#define XB_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"

#define READERS_ALIVE 64    /* at most, those left behind counted */
#define READERS_EVER 1064   /* so that replacing them has an end */
#define READERS_KILL_MS 300 /* how long a killed one is waited for */
#define READERS_WHERE_SIZE 480

struct readers;

/* body is what a reader runs: it gets its socket and returns the exit status.
 * It is called in a process that holds no other descriptor but root's: the
 * folder where paths begin (path_set_root), the caller's; -1: none. */
struct readers *readers_new(int (*body)(int sock), int root);
/* Kills all that live. */
void readers_free(struct readers *r);

/* The caller closes the socket. */
int readers_start(struct readers *r, uint64_t *id_out, int *sock_out,
                  struct err *err);

/* Ends a reader and the command that it runs.  left_out: one of them would not
 * die.  where: what it was doing, or how it had ended by itself; "" if nothing
 * is known of it any more.  -EPROTO: there never was such an id. */
int readers_kill(struct readers *r, uint64_t id, bool *left_out,
                 char where[READERS_WHERE_SIZE], struct err *err);
void readers_kill_all(struct readers *r);

/* Told of every child that waitpid has given; true if it was a reader. */
bool readers_reaped(struct readers *r, pid_t pid, int wstatus);

/* Appends those left behind that still live, one a line. */
void readers_left(struct readers *r, struct buf *out);

#endif
