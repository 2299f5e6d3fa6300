/* store.h: requests to xenstored, none of which can hang us.
 *
 * libxenstore waits for an answer without end and a xenstored that has stopped
 * answers never, so every request runs under an alarm.  The handler keeps what
 * is in the output's buffer, says where it hung and ends the process: the
 * thread it interrupted may hold any of libxenstore's locks.  SIGALRM, and the
 * SIGTERM of a caller who is out of patience, are let in only inside
 * libxenstore's calls, never while the buffer or the path change, so what the
 * handler sees is whole.  No transaction: xenstored would keep a copy of the
 * tree.
 *
 * It does not matter where xenstored runs (daemon, oxenstored, stub domain):
 * what counts is whether it answers. */
#ifndef XB_PROBE_STORE_H
#define XB_PROBE_STORE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <xenstore.h>

#include "collector/base/core/err.h"
#include "collector/probe/out.h"

/* Seconds for one answer, and for all; but so many times as long while there
 * are at least so many answers in each second: a large tree, a machine with
 * little processor time. */
#define STORE_ANSWER_S 5
#define STORE_TOTAL_S 50
#define STORE_STEADY_TIMES 3
#define STORE_STEADY 10

struct store_conn {
    struct xs_handle *xs;
    struct out *out; /* flushed before the process ends */
    unsigned answer_s, total_s;
    unsigned long nodes; /* read so far, for messages */
    unsigned long answers;
    char at[XENSTORE_ABS_PATH_MAX + 2];
    sigset_t signals;
    int64_t begun; /* monotonic, ms */
};

/* Connects.  0, or negative with err: -ENODEV where there is no Xen. One at a
 * time; store_close in any case. */
int store_open(struct store_conn *s, struct out *o, unsigned answer_s,
               unsigned total_s, struct err *err);
void store_close(struct store_conn *s);

/* As xs_read, xs_directory and xs_get_permissions: NULL with errno; the result
 * is to be freed.  A path that is too long does not exist (ENOENT). */
char *store_read(struct store_conn *s, const char *path, unsigned *len);
char **store_list(struct store_conn *s, const char *path, unsigned *n);
struct xs_permissions *store_permissions(struct store_conn *s, const char *path,
                                         unsigned *n);

/* 0, or -ETIMEDOUT with err once the time for all is over. */
int store_in_time(const struct store_conn *s, struct err *err);

#endif
