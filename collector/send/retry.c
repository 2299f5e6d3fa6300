#include "collector/send/retry.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/digest.h"

#define DEFAULT_TRIES 5
#define FIRST_WAIT_MS 500u
#define MAX_WAIT_MS 60000u
/* A server that asks for more than this is not waited for. */
#define MAX_ASKED_MS (10u * 60u * 1000u)

uint64_t retry_wait_ms(unsigned n, uint64_t asked_ms, unsigned chance)
{
    unsigned doublings = n < 2 ? 0 : n > 10 ? 8 : n - 2;
    uint64_t wait = (uint64_t)FIRST_WAIT_MS << doublings;

    if (wait > MAX_WAIT_MS)
        wait = MAX_WAIT_MS;
    wait = wait * 3 / 4 + wait / 2 * (chance % 1000) / 1000;
    return wait < asked_ms ? asked_ms : wait;
}

static unsigned chance(void)
{
    unsigned n;

    random_bytes(&n, sizeof(n));
    return n;
}

/* False: the worker hung up meanwhile. */
static bool wait_for(const struct job *job, uint64_t ms)
{
    struct pollfd p = {job->worker, 0, 0};
    int64_t end = clock_mono_ms() + (int64_t)ms;
    int64_t left = (int64_t)ms;

    while (left > 0) {
        if (poll(&p, 1, left > 1000 ? 1000 : (int)left) > 0)
            return false;
        left = end - clock_mono_ms();
    }
    return true;
}

static unsigned max_tries(const struct job *job)
{
    const char *text = options_last(job->opt, OPT_TRIES);

    return text ? (unsigned)atoi(text) : DEFAULT_TRIES;
}

enum send_result retry_run(struct job *job, retry_fn *fn, void *arg,
                           struct err *err)
{
    unsigned max = max_tries(job);
    char text[32];

    for (unsigned n = 1;; n++) {
        uint64_t asked = 0, wait;
        bool moved = false;
        enum send_result r = fn(job, arg, &asked, &moved, err);

        job->tries++;
        log_progress("%s", "");
        if (r != SEND_PASSING)
            return r;
        if (moved)
            n = 1;
        if (n >= max) {
            if (n > 1)
                err_prefix(err, "gave up after %u tries: ", n);
            return r;
        }
        wait = retry_wait_ms(n + 1, asked, chance());
        if (asked > MAX_ASKED_MS) {
            err_prefix(err, "the server asks to come back in %s: ",
                       str_duration(asked, text));
            return r;
        }
        if (job->deadline && clock_mono_ms() + (int64_t)wait > job->deadline) {
            err_prefix(err, "no time is left for another try: ");
            return r;
        }
        log_msg(LOG_WARN, "%s; trying again in %s", err->text,
                str_duration(wait, text));
        if (!wait_for(job, wait)) {
            err_set(err, -EINTR, "stopped");
            return SEND_NO;
        }
    }
}
