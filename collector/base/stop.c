#include "collector/base/stop.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"

struct stop {
    atomic_int reason;
    int fd;
};

struct stop *stop_new(void)
{
    struct stop *s = xcalloc(1, sizeof(*s));

    s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return s;
}

void stop_free(struct stop *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

void stop_request(struct stop *s, enum stop_reason why)
{
    const uint64_t one = 1;
    int none = STOP_NONE, saved = errno;

    if (atomic_compare_exchange_strong(&s->reason, &none, (int)why))
        (void)!write(s->fd, &one, sizeof(one));
    errno = saved;
}

void stop_clear(struct stop *s)
{
    uint64_t n;

    atomic_store(&s->reason, STOP_NONE);
    (void)!read(s->fd, &n, sizeof(n));
}

enum stop_reason stop_reason(const struct stop *s)
{
    return (enum stop_reason)atomic_load(&s->reason);
}

int stop_fd(const struct stop *s)
{
    return s->fd;
}

const char *stop_text(enum stop_reason why)
{
    static const char *const texts[] = {
        NULL,
        "interrupted by a signal",
        "the time limit of the run (--max-time) was reached",
        "the bundle's limit was reached (--max-size, ulimit -f)",
        "no space left on the output's file system",
        "out of memory",
        "the source of data was lost",
    };

    return texts[why];
}
