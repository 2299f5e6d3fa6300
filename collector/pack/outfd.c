#include "collector/pack/outfd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/stop.h"

struct outfd {
    int fd;
    const struct stop *stop; /* NULL: none */
    bool regular;            /* can be taken back */
    off_t start;             /* where the first byte goes, if regular */
    uint64_t pos;            /* bytes that were written */
    int lost;                /* negative: bytes went out that should not have */
    size_t len;
    uint8_t buf[65536];
};

struct outfd *outfd_new(int fd)
{
    struct outfd *o = xmalloc(sizeof(*o));
    struct stat st;
    int flags = fcntl(fd, F_GETFL);

    o->fd = fd;
    o->stop = NULL;
    o->pos = 0;
    o->lost = 0;
    o->len = 0;
    o->start = 0;
    o->regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
    if (o->regular) {
        o->start = flags >= 0 && (flags & O_APPEND) ? st.st_size
                                                    : lseek(fd, 0, SEEK_CUR);
        o->regular = o->start >= 0;
    }
    return o;
}

void outfd_free(struct outfd *o)
{
    free(o);
}

void outfd_stop_with(struct outfd *o, const struct stop *stop)
{
    o->stop = stop;
}

/* Waits until a piece goes into a pipe or socket. */
static int wait_for_room(const struct outfd *o)
{
    for (;;) {
        bool stopped = o->stop && stop_reason(o->stop) != STOP_NONE;
        struct pollfd p[2] = {
            {.fd = o->fd, .events = POLLOUT},
            {.fd = o->stop && !stopped ? stop_fd(o->stop) : -1,
             .events = POLLIN},
        };
        int r = poll(p, 2, stopped ? OUTFD_PATIENCE_MS : -1);

        if (p[0].revents && r > 0)
            return 0;
        if (stopped && r == 0)
            return -ETIMEDOUT;
        if (r < 0 && errno != EINTR)
            return -errno;
    }
}

/* One write that waits for a reader who set the descriptor non-blocking.
 * Returns the count or a negative errno. */
static ssize_t write_some(int fd, const void *data, size_t n)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        ssize_t r = write(fd, data, n);

        if (r > 0)
            return r;
        if (r == 0)
            return -EIO;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            (void)poll(&p, 1, -1);
        else if (errno != EINTR)
            return -errno;
    }
}

int outfd_all(int fd, const void *data, size_t n, const char *what,
              struct err *err)
{
    const uint8_t *p = data;

    while (n) {
        ssize_t r = write_some(fd, p, n);

        if (r < 0)
            return err_sys(err, (int)-r, "cannot write %s", what);
        p += r;
        n -= (size_t)r;
    }
    return 0;
}

static int check_lost(const struct outfd *o, struct err *err)
{
    return o->lost ? err_sys(err, -o->lost,
                             "cannot go on with the bundle: a part of it went "
                             "out that cannot be taken back")
                   : 0;
}

int outfd_flush(struct outfd *o, struct err *err)
{
    int rc = check_lost(o, err);
    size_t done = 0;

    while (!rc && done < o->len) {
        size_t n = o->len - done;
        ssize_t r = 0;

        /* So much goes into a pipe with room without a wait. */
        if (!o->regular) {
            r = wait_for_room(o);
            n = n > PIPE_BUF ? PIPE_BUF : n;
        }
        if (!r)
            r = write_some(o->fd, o->buf + done, n);

        if (r < 0) {
            rc = err_sys(err, (int)-r, "cannot write the bundle");
            if (r == -ETIMEDOUT) /* the next try would wait as long */
                o->lost = -ETIMEDOUT;
            break;
        }
        done += (size_t)r;
        o->pos += (size_t)r;
    }
    if (done && done < o->len)
        memmove(o->buf, o->buf + done, o->len - done);
    o->len -= done;
    return rc;
}

int outfd_write(struct outfd *o, const void *data, size_t n, struct err *err)
{
    const uint8_t *p = data;
    int rc = 0;

    while (n && !rc) {
        size_t room = sizeof(o->buf) - o->len;
        size_t step = n < room ? n : room;

        memcpy(o->buf + o->len, p, step);
        o->len += step;
        p += step;
        n -= step;
        if (o->len == sizeof(o->buf))
            rc = outfd_flush(o, err);
    }
    return rc;
}

uint64_t outfd_pos(const struct outfd *o)
{
    return o->pos;
}

int outfd_rollback(struct outfd *o, uint64_t pos, struct err *err)
{
    off_t to = o->start + (off_t)pos;

    o->len = 0;
    if (o->lost)
        return check_lost(o, err);
    if (o->pos == pos)
        return 0;
    if (!o->regular) {
        o->lost = -ECANCELED;
        return check_lost(o, err);
    }
    if (ftruncate(o->fd, to) < 0 || lseek(o->fd, to, SEEK_SET) < 0) {
        o->lost = -errno;
        return check_lost(o, err);
    }
    o->pos = pos;
    return 0;
}
