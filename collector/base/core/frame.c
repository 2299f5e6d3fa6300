/* frame.c: one sendmsg or recvmsg is one message.
 *
 * A string travels with its final NUL, and the number in front counts it: so a
 * received string can be used where it lies. */
#include "collector/base/core/frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/core/clock.h"

/* More than one descriptor is an error, but those that come must be closed. */
#define MANY_FDS 16
/* A second in all. */
#define MEMORY_TRIES 50
#define MEMORY_WAIT_MS 20

int frame_pair(int fds_out[2], struct err *err)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds_out))
        return err_sys(err, errno, "cannot make a pair of sockets");
    return 0;
}

/* Whether the kernel was short of memory for a message, and a moment later may
 * not be; waits that moment.  A message that is lost ends a run. */
static bool try_again(int *tries)
{
    const struct timespec moment = {0, MEMORY_WAIT_MS * 1000000L};

    if ((errno != ENOBUFS && errno != ENOMEM) || ++*tries > MEMORY_TRIES)
        return false;
    nanosleep(&moment, NULL);
    return true;
}

int frame_send(int sock, uint32_t type, const void *data, size_t len, int fd)
{
    union {
        struct cmsghdr align;
        char buf[CMSG_SPACE(sizeof(int))];
    } ctl;
    struct iovec iov[2] = {{&type, sizeof(type)}, {(void *)data, len}};
    struct msghdr mh = {.msg_iov = iov, .msg_iovlen = 2};
    int tries = 0;
    ssize_t r;

    if (len > FRAME_MAX)
        return -EMSGSIZE;
    if (fd >= 0) {
        struct cmsghdr *c;

        memset(&ctl, 0, sizeof(ctl));
        mh.msg_control = ctl.buf;
        mh.msg_controllen = sizeof(ctl.buf);
        c = CMSG_FIRSTHDR(&mh);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(fd));
        memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    }
    do {
        r = sendmsg(sock, &mh, MSG_NOSIGNAL);
        if (r < 0 && errno == EAGAIN) {
            struct pollfd p = {sock, POLLOUT, 0};

            poll(&p, 1, -1);
            errno = EINTR;
        }
    } while (r < 0 && (errno == EINTR || try_again(&tries)));
    if (r < 0)
        return errno == ECONNRESET ? -EPIPE : -errno;
    return 0;
}

/* Waits until sock can be read.  0, or as frame_recv.  The stop signal wins, so
 * that a peer that never pauses cannot outrun it. */
static int wait_readable(int sock, int timeout_ms, int wake_fd)
{
    int64_t end;

    if (timeout_ms < 0 && wake_fd < 0)
        return 0; /* the receiving itself waits */
    end = clock_mono_ms() + timeout_ms;
    for (;;) {
        struct pollfd p[2] = {{sock, POLLIN, 0}, {wake_fd, POLLIN, 0}};
        int64_t left = -1;

        if (timeout_ms >= 0) {
            left = end - clock_mono_ms();
            if (left < 0)
                left = 0;
        }
        if (poll(p, wake_fd >= 0 ? 2 : 1, (int)left) < 0) {
            if (errno != EINTR)
                return -errno;
            continue;
        }
        if (wake_fd >= 0 && p[1].revents)
            return -EINTR;
        if (p[0].revents)
            return 0;
        if (!left)
            return -ETIMEDOUT;
    }
}

/* Moves one descriptor into f->fd and closes the others; how many there were.
 */
static int take_fds(struct msghdr *mh, struct frame *f)
{
    int n_fds = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
        size_t n;

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
            if (n_fds++)
                close(fd);
            else
                f->fd = fd;
        }
    }
    return n_fds;
}

static int receive(int sock, struct frame *f, int timeout_ms, int wake_fd,
                   bool look)
{
    union {
        struct cmsghdr align;
        char buf[CMSG_SPACE(MANY_FDS * sizeof(int))];
    } ctl;
    struct iovec iov[2] = {{&f->type, sizeof(f->type)}, {f->data, FRAME_MAX}};
    struct msghdr mh;
    bool waits = timeout_ms < 0 && wake_fd < 0;
    int r, n_fds, tries = 0;
    ssize_t n;

    f->len = 0;
    f->fd = -1;
    f->data[0] = '\0';
    do {
        r = look ? 0 : wait_readable(sock, timeout_ms, wake_fd);
        if (r)
            return r;
        look = false;
        memset(&mh, 0, sizeof(mh));
        mh.msg_iov = iov;
        mh.msg_iovlen = 2;
        mh.msg_control = ctl.buf;
        mh.msg_controllen = sizeof(ctl.buf);
        n = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC | (waits ? 0 : MSG_DONTWAIT));
        /* ECONNRESET is told once, before messages that are still queued: the
         * peer closed without reading all of ours. */
    } while (n < 0 && (errno == EINTR || errno == EAGAIN ||
                       errno == ECONNRESET || try_again(&tries)));
    if (n < 0)
        return -errno;
    n_fds = take_fds(&mh, f);
    if (n == 0 && !n_fds)
        return 0;
    if ((size_t)n < sizeof(f->type) || n_fds > 1 ||
        (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
        if (f->fd >= 0)
            close(f->fd);
        f->fd = -1;
        return -EPROTO;
    }
    f->len = (size_t)n - sizeof(f->type);
    f->data[f->len] = '\0';
    return 1;
}

int frame_recv(int sock, struct frame *f, int timeout_ms, int wake_fd)
{
    return receive(sock, f, timeout_ms, wake_fd, false);
}

int frame_recv_soon(int sock, struct frame *f, int timeout_ms, int wake_fd)
{
    return receive(sock, f, timeout_ms, wake_fd, true);
}

void field_put_u64(struct buf *b, uint64_t v)
{
    buf_add(b, &v, sizeof(v));
}

void field_put_str(struct buf *b, const char *s)
{
    size_t n = strlen(s) + 1;

    field_put_u64(b, n);
    buf_add(b, s, n);
}

void fields_init(struct fields *f, const struct frame *frame)
{
    fields_init_bytes(f, frame->data, frame->len);
}

void fields_init_bytes(struct fields *f, const char *data, size_t len)
{
    f->p = data;
    f->left = len;
    f->bad = false;
}

/* Nothing more can be read. */
static void set_bad(struct fields *f)
{
    f->bad = true;
    f->left = 0;
}

uint64_t field_u64(struct fields *f)
{
    uint64_t v;

    if (f->bad || f->left < sizeof(v)) {
        set_bad(f);
        return 0;
    }
    memcpy(&v, f->p, sizeof(v));
    f->p += sizeof(v);
    f->left -= sizeof(v);
    return v;
}

const char *field_str(struct fields *f)
{
    uint64_t n = field_u64(f);
    const char *s = f->p;

    if (f->bad || n == 0 || n > f->left || s[n - 1] != '\0') {
        set_bad(f);
        return "";
    }
    f->p += n;
    f->left -= n;
    return s;
}

bool fields_end(const struct fields *f)
{
    return !f->bad && f->left == 0;
}
