/* retry.h: trying again what may pass. */
#ifndef XB_SEND_RETRY_H
#define XB_SEND_RETRY_H

#include "collector/send/job.h"

/* One try.  SEND_PASSING asks for another one, after *wait_ms at least (0: no
 * wish).  *moved: it came further than the one before, which starts the count
 * anew. */
typedef enum send_result retry_fn(struct job *job, void *arg, uint64_t *wait_ms,
                                  bool *moved, struct err *err);

/* Tries up to --tries times, the waits between doubling from half a second to a
 * minute, each by chance a quarter shorter or longer.  Ends early when the
 * delivery's deadline would pass or the worker is gone.  Says on stderr what it
 * waits for. */
enum send_result retry_run(struct job *job, retry_fn *fn, void *arg,
                           struct err *err);

/* The wait before try number n (2, 3 ...); chance is any number. */
uint64_t retry_wait_ms(unsigned n, uint64_t asked_ms, unsigned chance);

#endif
