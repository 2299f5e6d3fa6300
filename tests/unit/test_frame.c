#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/frame.h"

static struct frame f;
static int pair[2];

static int open_pair(void **state)
{
    (void)state;
    return frame_pair(pair, NULL);
}

static int close_pair(void **state)
{
    (void)state;
    close(pair[0]);
    close(pair[1]);
    return 0;
}

static void hang_up(int end)
{
    close(pair[end]);
    pair[end] = -1;
}

/* The ends do not leak into commands. */
static void test_pair(void **state)
{
    (void)state;
    assert_int_equal(fcntl(pair[0], F_GETFD), FD_CLOEXEC);
    assert_int_equal(fcntl(pair[1], F_GETFD), FD_CLOEXEC);
}

/* Messages keep their borders, an empty one and the largest too. */
static void test_borders(void **state)
{
    static char big[FRAME_MAX + 1];

    (void)state;
    memset(big, 'b', sizeof(big));
    assert_int_equal(frame_send(pair[0], 7, NULL, 0, -1), 0);
    assert_int_equal(frame_send(pair[0], 8, "abc", 3, -1), 0);
    assert_int_equal(frame_send(pair[0], 9, big, FRAME_MAX, -1), 0);
    assert_int_equal(frame_send(pair[0], 9, big, FRAME_MAX + 1, -1), -EMSGSIZE);

    assert_int_equal(frame_recv(pair[1], &f, 0, -1), 1);
    assert_true(f.type == 7 && f.len == 0 && f.fd == -1);
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), 1);
    assert_int_equal(f.type, 8);
    assert_string_equal(f.data, "abc"); /* ends in NUL */
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), 1);
    assert_int_equal(f.len, FRAME_MAX);
    assert_memory_equal(f.data, big, FRAME_MAX);
    assert_int_equal(f.data[FRAME_MAX], '\0');
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), -ETIMEDOUT);
}

static void test_timeout(void **state)
{
    int64_t start = clock_mono_ms();

    (void)state;
    assert_int_equal(frame_recv(pair[1], &f, 60, -1), -ETIMEDOUT);
    assert_in_range(clock_mono_ms() - start, 55, 2000);
}

static void test_closed(void **state)
{
    (void)state;
    assert_int_equal(frame_send(pair[0], 1, "x", 1, -1), 0);
    hang_up(0);
    /* What was sent before is still delivered. */
    assert_int_equal(frame_recv(pair[1], &f, -1, -1), 1);
    assert_int_equal(frame_recv(pair[1], &f, -1, -1), 0);
    assert_int_equal(frame_send(pair[1], 1, "x", 1, -1), -EPIPE);
}

/* The kernel tells of unread bytes at the peer's end before it gives what the
 * peer had sent: that must not be lost. */
static void test_closed_with_unread(void **state)
{
    (void)state;
    assert_int_equal(frame_send(pair[1], 1, "unread", 6, -1), 0);
    assert_int_equal(frame_send(pair[0], 2, "last", 4, -1), 0);
    hang_up(0);
    assert_int_equal(frame_recv(pair[1], &f, -1, -1), 1);
    assert_string_equal(f.data, "last");
    assert_int_equal(frame_recv(pair[1], &f, -1, -1), 0);
}

static void test_wake(void **state)
{
    int wake[2];

    (void)state;
    assert_int_equal(pipe(wake), 0);
    assert_int_equal(frame_recv(pair[1], &f, 20, wake[0]), -ETIMEDOUT);
    assert_int_equal(write(wake[1], "x", 1), 1);
    assert_int_equal(frame_recv(pair[1], &f, -1, wake[0]), -EINTR);
    /* A peer that never pauses cannot outrun the stop. */
    assert_int_equal(frame_send(pair[0], 1, "x", 1, -1), 0);
    assert_int_equal(frame_recv(pair[1], &f, -1, wake[0]), -EINTR);
    /* Unless what is there was to be had first, and was. */
    assert_int_equal(frame_recv_soon(pair[1], &f, -1, wake[0]), 1);
    assert_int_equal(frame_recv_soon(pair[1], &f, -1, wake[0]), -EINTR);
    close(wake[0]);
    close(wake[1]);
}

static int count_fds(void)
{
    int n = 0;

    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void test_descriptor(void **state)
{
    int p[2];

    (void)state;
    assert_int_equal(pipe(p), 0);
    assert_int_equal(frame_send(pair[0], 3, "fd", 2, p[1]), 0);
    close(p[1]);
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), 1);
    assert_true(f.fd >= 0);
    assert_int_equal(fcntl(f.fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(write(f.fd, "y", 1), 1);
    close(f.fd);
    close(p[0]);
    /* A message without one says so. */
    assert_int_equal(frame_send(pair[0], 3, "fd", 2, -1), 0);
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), 1);
    assert_int_equal(f.fd, -1);
}

/* Sends raw bytes with n descriptors, as no frame_send would. */
static void send_raw(const void *data, size_t len, int n)
{
    union {
        struct cmsghdr align;
        char buf[CMSG_SPACE(64 * sizeof(int))];
    } ctl;
    struct iovec iov = {(void *)data, len};
    struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

    memset(&ctl, 0, sizeof(ctl));
    if (n) {
        struct cmsghdr *c;

        mh.msg_control = ctl.buf;
        mh.msg_controllen = CMSG_SPACE((size_t)n * sizeof(int));
        c = CMSG_FIRSTHDR(&mh);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
        for (int i = 0; i < n; i++)
            memcpy(CMSG_DATA(c) + (size_t)i * sizeof(int), &pair[0],
                   sizeof(int));
    }
    assert_int_equal(sendmsg(pair[0], &mh, 0), (ssize_t)len);
}

/* Messages that are none of ours are refused, and keep nothing open. */
static void test_bad_peer(void **state)
{
    static char big[FRAME_MAX + 5];
    int before = count_fds();

    (void)state;
    send_raw("abc", 3, 0); /* too short for a type */
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), -EPROTO);
    send_raw("abc", 3, 1);
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), -EPROTO);
    send_raw("abcd", 4, 2); /* two descriptors */
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), -EPROTO);
    send_raw("abcd", 4, 60); /* more than there is room for */
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), -EPROTO);
    send_raw(big, sizeof(big), 0); /* too long */
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), -EPROTO);
    send_raw(big, sizeof(big), 1);
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), -EPROTO);
    assert_int_equal(f.fd, -1);
    assert_int_equal(count_fds(), before);
    /* And the next good one comes through. */
    assert_int_equal(frame_send(pair[0], 5, "ok", 2, -1), 0);
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), 1);
    assert_int_equal(f.type, 5);
}

/* Sending waits while the peer is slow, on a socket that does not block too. */
static void test_send_waits(void **state)
{
    static char big[FRAME_MAX];
    const int n = 20;
    pid_t pid;
    int st;

    (void)state;
    assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    pid = fork();
    if (pid == 0) {
        for (int i = 0; i < n; i++) {
            if (frame_send(pair[0], (uint32_t)i, big, sizeof(big), -1))
                _exit(1);
        }
        _exit(0);
    }
    usleep(50000);
    for (int i = 0; i < n; i++) {
        assert_int_equal(frame_recv(pair[1], &f, 5000, -1), 1);
        assert_int_equal(f.type, i);
    }
    assert_int_equal(waitpid(pid, &st, 0), pid);
    assert_int_equal(st, 0);
}

static void on_alarm(int sig)
{
    (void)sig;
}

/* A signal handler does not shorten a wait. */
static void test_interrupted(void **state)
{
    struct sigaction sa = {.sa_handler = on_alarm};
    int64_t start = clock_mono_ms();

    (void)state;
    sigaction(SIGALRM, &sa, NULL);
    ualarm(20000, 20000);
    assert_int_equal(frame_recv(pair[1], &f, 100, -1), -ETIMEDOUT);
    ualarm(0, 0);
    assert_in_range(clock_mono_ms() - start, 95, 2000);
}

static void test_fields(void **state)
{
    struct buf b = BUF_INIT;
    struct fields in;

    (void)state;
    field_put_u64(&b, UINT64_MAX);
    field_put_str(&b, "text");
    field_put_str(&b, "");
    field_put_u64(&b, 5);
    assert_int_equal(frame_send(pair[0], 1, b.data, b.len, -1), 0);
    buf_done(&b);
    assert_int_equal(frame_recv(pair[1], &f, 0, -1), 1);
    fields_init(&in, &f);
    assert_true(field_u64(&in) == UINT64_MAX);
    assert_string_equal(field_str(&in), "text");
    assert_string_equal(field_str(&in), "");
    assert_false(fields_end(&in)); /* something is left over */
    assert_int_equal(field_u64(&in), 5);
    assert_true(fields_end(&in));
    /* Beyond the end: zero values, and bad for good. */
    assert_int_equal(field_u64(&in), 0);
    assert_string_equal(field_str(&in), "");
    assert_false(fields_end(&in));
}

static struct fields fields_of(const void *data, size_t len)
{
    struct fields in;

    memcpy(f.data, data, len);
    f.len = len;
    f.data[len] = '\0';
    fields_init(&in, &f);
    return in;
}

static void test_fields_hostile(void **state)
{
    struct {
        uint64_t n;
        char text[8];
    } m = {0, "abcdefg"};
    struct fields in;

    (void)state;
    /* A length beyond the message, and one that would wrap round. */
    m.n = 9;
    in = fields_of(&m, sizeof(m));
    assert_string_equal(field_str(&in), "");
    assert_true(in.bad);
    m.n = UINT64_MAX;
    in = fields_of(&m, sizeof(m));
    assert_string_equal(field_str(&in), "");
    assert_true(in.bad);
    /* No final NUL inside: the string would run on into what follows. */
    m.n = 7;
    in = fields_of(&m, sizeof(m));
    assert_string_equal(field_str(&in), "");
    assert_true(in.bad);
    /* No room for the NUL. */
    m.n = 0;
    in = fields_of(&m, sizeof(m));
    assert_string_equal(field_str(&in), "");
    assert_true(in.bad);
    /* A number cut short. */
    in = fields_of(&m, 7);
    assert_int_equal(field_u64(&in), 0);
    assert_true(in.bad);
    in = fields_of(&m, 7);
    assert_string_equal(field_str(&in), "");
    assert_true(in.bad);
    /* An embedded NUL ends the string, the field is read whole. */
    m.n = 8;
    m.text[2] = '\0';
    in = fields_of(&m, sizeof(m));
    assert_string_equal(field_str(&in), "ab");
    assert_true(fields_end(&in));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(fn) cmocka_unit_test_setup_teardown(fn, open_pair, close_pair)
        T(test_pair),        T(test_borders),  T(test_timeout),
        T(test_closed),      T(test_wake),     T(test_closed_with_unread),
        T(test_descriptor),  T(test_bad_peer), T(test_send_waits),
        T(test_interrupted), T(test_fields),   T(test_fields_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
