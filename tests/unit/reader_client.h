/* reader_client.h: a reader process and the worker's side of its socket, for
 * tests of the reader.  Included by one test each, so all is static. */
#ifndef XB_TEST_READER_CLIENT_H
#define XB_TEST_READER_CLIENT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/clock.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/status.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/reader.h"

#define UNUSED __attribute__((unused))
#define NOBODY 65534

struct client {
    int sock;
    pid_t pid;
    struct frame frame;
};

struct answer {
    struct buf out, err;
    struct buf entries; /* the paths, a newline behind each */
    size_t n_entries, n_messages;
    bool meta;
    uint64_t size, lead;
    char resolved[256];
    /* RE_END */
    uint64_t status, errnum, exit_code, sig, truncated, bytes, ms;
    char text[512], left[512];
};

/* uid 0: as we are. */
static UNUSED void client_start(struct client *c, uid_t uid)
{
    int fds[2];

    assert_int_equal(frame_pair(fds, NULL), 0);
    c->pid = fork();
    assert_true(c->pid >= 0);
    if (c->pid == 0) {
        close(fds[0]);
        if (uid && (setgid(uid) || setuid(uid)))
            _exit(99);
        _exit(reader_main(fds[1]));
    }
    close(fds[1]);
    c->sock = fds[0];
}

/* Closes, and returns the reader's exit status. */
static UNUSED int client_stop(struct client *c)
{
    int st;

    close(c->sock);
    assert_int_equal(waitpid(c->pid, &st, 0), c->pid);
    assert_true(WIFEXITED(st));
    return WEXITSTATUS(st);
}

static UNUSED void answer_done(struct answer *a)
{
    buf_done(&a->out);
    buf_done(&a->err);
    buf_done(&a->entries);
}

static UNUSED void ask(struct client *c, uint32_t type, struct buf *rq)
{
    assert_int_equal(frame_send(c->sock, type, rq->data, rq->len, -1), 0);
    buf_done(rq);
}

/* One frame into a; false after the last. */
static UNUSED bool answer_part(struct answer *a, uint32_t type,
                               const char *data, size_t len)
{
    struct fields f;

    fields_init_bytes(&f, data, len);
    switch (type) {
    case RE_META:
        a->meta = true;
        a->size = field_u64(&f);
        field_u64(&f);
        field_u64(&f);
        snprintf(a->resolved, sizeof(a->resolved), "%s", field_str(&f));
        a->lead = field_u64(&f);
        break;
    case RE_DATA:
        buf_add(&a->out, data, len);
        return true;
    case RE_ERRDATA:
        buf_add(&a->err, data, len);
        return true;
    case RE_ENTRY:
        buf_addf(&a->entries, "%s\n", field_str(&f));
        a->n_entries++;
        field_u64(&f);
        field_u64(&f);
        field_u64(&f);
        break;
    case RE_END:
        a->status = field_u64(&f);
        a->errnum = field_u64(&f);
        a->exit_code = field_u64(&f);
        a->sig = field_u64(&f);
        a->truncated = field_u64(&f);
        a->bytes = field_u64(&f);
        a->ms = field_u64(&f);
        snprintf(a->text, sizeof(a->text), "%s", field_str(&f));
        snprintf(a->left, sizeof(a->left), "%s", field_str(&f));
        assert_true(fields_end(&f));
        return false;
    default:
        fail_msg("frame type %x", type);
    }
    assert_true(fields_end(&f));
    return true;
}

/* One message into a; false after the last. */
static UNUSED bool answer_take(struct client *c, struct answer *a)
{
    const char *p;
    uint32_t head[2];
    bool more = true;

    assert_int_equal(frame_recv(c->sock, &c->frame, 60000, -1), 1);
    a->n_messages++;
    if (c->frame.type != RE_MANY)
        return answer_part(a, c->frame.type, c->frame.data, c->frame.len);
    for (p = c->frame.data; p < c->frame.data + c->frame.len; p += head[1]) {
        assert_true(more);
        memcpy(head, p, sizeof(head));
        p += sizeof(head);
        assert_true(head[1] <= c->frame.data + c->frame.len - p);
        more = answer_part(a, head[0], p, head[1]);
    }
    return more;
}

/* All frames up to the end, which must come. */
static UNUSED void answer(struct client *c, struct answer *a)
{
    memset(a, 0, sizeof(*a));
    while (answer_take(c, a))
        ;
}

static UNUSED void ask_read(struct client *c, const char *path, uint64_t flags,
                            uint64_t max)
{
    struct buf b = BUF_INIT;

    field_put_str(&b, path);
    field_put_u64(&b, flags);
    field_put_u64(&b, max);
    ask(c, RQ_READ, &b);
}

static UNUSED void ask_run(struct client *c, uint64_t timeout_ms, uint64_t max,
                           const char *const *argv)
{
    struct buf b = BUF_INIT;
    size_t n = 0;

    while (argv[n])
        n++;
    field_put_u64(&b, 0);
    field_put_u64(&b, timeout_ms);
    field_put_u64(&b, max);
    field_put_u64(&b, n);
    for (size_t i = 0; i < n; i++)
        field_put_str(&b, argv[i]);
    ask(c, RQ_RUN, &b);
}

static UNUSED void write_file(const char *path, const void *data, size_t len,
                              mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static UNUSED void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text), 0644);
}

/* Checks status and a part of the text, and says what came if they differ. */
static UNUSED void expect(const struct answer *a, enum status st,
                          const char *text)
{
    if (a->status != (uint64_t)st || !strstr(a->text, text))
        fail_msg("status %s, text '%s', left '%s'; expected %s, '%s'",
                 status_name((enum status)a->status), a->text, a->left,
                 status_name(st), text);
}

/* A fresh folder of ours, as the working directory's path. */
static UNUSED char *scratch_new(void)
{
    char t[] = "/tmp/xb-reader-XXXXXX";

    assert_non_null(mkdtemp(t));
    /* A path without links, as "resolved" will have it. */
    return realpath(t, NULL);
}

static UNUSED void scratch_free(char *dir)
{
    char *argv[] = {(char *)"rm", (char *)"-rf", (char *)"--", dir, NULL};
    pid_t pid = fork();

    if (pid == 0) {
        execvp("rm", argv);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    free(dir);
}

/* From here on mounts are this process's own. */
static UNUSED bool private_mounts(void)
{
    return geteuid() == 0 && !unshare(CLONE_NEWNS) &&
           !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* Makes path an empty folder of root's, over whatever is there, by mounting on
 * it or on the nearest folder above that exists.  After private_mounts(). */
static UNUSED bool cover(const char *path)
{
    char *at = xstrdup(path), *s;
    bool ok;

    while (access(at, F_OK) && (s = strrchr(at, '/')) && s != at)
        *s = '\0';
    ok = at[1] && !mount("test", at, "tmpfs", 0, "mode=755");
    for (s = at + strlen(at); ok && s < at + strlen(path); s += strlen(s)) {
        *s = '/';
        ok = !mkdir(at, 0755);
    }
    free(at);
    return ok;
}

#endif
