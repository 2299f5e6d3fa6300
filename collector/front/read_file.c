/* Reading one file: RQ_READ. */
#include "collector/front/reply.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/frame.h"
#include "collector/base/core/opaque.h"
#include "collector/base/core/packed.h"
#include "collector/base/core/path.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/deny.h"
#include "collector/front/folder.h"

#ifndef CONFIGFS_MAGIC
#define CONFIGFS_MAGIC 0x62656570 /* fs/configfs/mount.c */
#endif

struct copy {
    struct reply *rp;
    int fd;
    const char *path;
    char *chunk; /* FRAME_MAX */
};

/* File systems whose files have no size before they are read. */
static bool is_virtual(int fd)
{
    static const unsigned long kinds[] = {
        PROC_SUPER_MAGIC,   SYSFS_MAGIC,         DEBUGFS_MAGIC,
        TRACEFS_MAGIC,      SECURITYFS_MAGIC,    XENFS_SUPER_MAGIC,
        CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, CONFIGFS_MAGIC,
        EFIVARFS_MAGIC,     SELINUX_MAGIC,       SMACK_MAGIC,
    };

    return path_fs_is(fd, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

static void read_failed(struct copy *c, int e)
{
    struct err err = ERR_INIT;

    if (e == EAGAIN)
        err_set(&err, -e, "cannot read %s: it would have to be waited for",
                c->path);
    else
        err_sys(&err, e, "cannot read %s", c->path);
    /* EPERM and the like: here some bytes came, or the open was allowed. */
    reply_fail(c->rp, err.code, err.text);
    if (c->rp->status == ST_ABSENT)
        c->rp->status = ST_FAILED;
    if (c->rp->bytes)
        reply_note(c->rp, "%llu bytes came before",
                   (unsigned long long)c->rp->bytes);
}

/* To its end, which only reading shows. */
static void copy_virtual(struct copy *c, uint64_t max)
{
    struct reply *rp = c->rp;
    ssize_t n;

    while (!rp->gone) {
        do
            n = read(c->fd, c->chunk, FRAME_MAX);
        while (n < 0 && errno == EINTR);
        /* An attribute without the thing that it is of. */
        if (n < 0 && errno == EOPNOTSUPP && !rp->bytes)
            reply_set(rp, ST_ABSENT, "%s: not supported on this machine",
                      c->path);
        else if (n < 0)
            read_failed(c, errno);
        if (n <= 0)
            return;
        if ((uint64_t)n > max - rp->bytes) {
            n = (ssize_t)(max - rp->bytes);
            reply_data(rp, false, c->chunk, (size_t)n);
            rp->bytes += (uint64_t)n;
            rp->truncated = TRUNC_HEAD_KEPT;
            reply_set(rp, ST_PARTIAL, "only the first %llu bytes",
                      (unsigned long long)max);
            return;
        }
        reply_data(rp, false, c->chunk, (size_t)n);
        rp->bytes += (uint64_t)n;
    }
}

/* The bytes from..to; the first lead of them do not count. */
static void copy_range(struct copy *c, uint64_t from, uint64_t to,
                       uint64_t lead)
{
    struct reply *rp = c->rp;
    uint64_t pos = from;

    if (to - from > FRAME_MAX)
        posix_fadvise(c->fd, (off_t)from, (off_t)(to - from),
                      POSIX_FADV_SEQUENTIAL);
    while (pos < to && !rp->gone) {
        size_t want = to - pos < FRAME_MAX ? (size_t)(to - pos) : FRAME_MAX;
        ssize_t n;

        do
            n = pread(c->fd, c->chunk, want, (off_t)pos);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            read_failed(c, errno);
        if (n == 0) {
            reply_note(rp, "it shrank to %llu bytes while it was read",
                       (unsigned long long)pos);
            if (rp->status == ST_OK)
                rp->status = ST_PARTIAL;
        }
        if (n <= 0)
            break;
        reply_data(rp, false, c->chunk, (size_t)n);
        pos += (uint64_t)n;
        if (pos > from + lead)
            rp->bytes = pos - from - lead;
    }
}

/* What only its begin can tell of. */
static bool is_packed(int fd)
{
    char start[OPAQUE_HEAD];
    ssize_t n = pread(fd, start, sizeof(start), 0);

    return n > 0 &&
           (packed_format(start, (size_t)n) || opaque_format(start, (size_t)n));
}

/* Sends META and the part of a file of known size that is wanted. */
static void copy_regular(struct copy *c, const struct stat *st,
                         const char *resolved, uint64_t flags, uint64_t max)
{
    struct reply *rp = c->rp;
    uint64_t size = (uint64_t)st->st_size, from = 0, to = size, lead = 0;

    if (size > max) {
        /* The end of a compressed file cannot be opened, so nothing could be
         * hidden in it. */
        bool tail = flags & READ_TAIL && !is_packed(c->fd);

        if (tail) {
            from = size - max;
            lead = from < PROTO_LEAD ? from : PROTO_LEAD;
            from -= lead;
        } else {
            to = max;
        }
        rp->truncated = tail ? TRUNC_TAIL_KEPT : TRUNC_HEAD_KEPT;
        reply_set(rp, ST_PARTIAL, "only the %s %llu of %llu bytes",
                  tail ? "newest" : "first", (unsigned long long)max,
                  (unsigned long long)size);
    }
    if (to - from <= FRAME_MAX / 2)
        reply_together(rp);
    reply_meta(rp, st, resolved, lead);
    copy_range(c, from, to, lead);
}

/* Sends what fd has, and closes it. */
static void reply_opened(struct reply *rp, int fd, const struct stat *st,
                         const char *path, const char *resolved, uint64_t flags,
                         uint64_t max_bytes, bool virtual)
{
    struct copy c = {.rp = rp, .fd = fd, .path = path};
    uint64_t max = max_bytes ? max_bytes : UINT64_MAX;

    c.chunk = xmalloc(FRAME_MAX);
    if (virtual) {
        reply_meta(rp, st, resolved, 0);
        copy_virtual(&c, max);
    } else {
        copy_regular(&c, st, resolved, flags, max);
    }
    free(c.chunk);
    close(fd);
}

void reply_file(struct reply *rp, int found_fd, const struct stat *found,
                const char *path, const char *resolved, uint64_t flags,
                uint64_t max_bytes)
{
    struct err err = ERR_INIT;
    struct stat st;
    int fd = path_reopen(found_fd, O_RDONLY);

    if (fd < 0) {
        err_sys(&err, -fd, "cannot open %s", path);
        reply_fail(rp, err.code, err.text);
        return;
    }
    if (fstat(fd, &st)) {
        err_sys(&err, errno, "cannot stat %s", path);
        reply_fail(rp, err.code, err.text);
        close(fd);
        return;
    }
    if (st.st_dev != found->st_dev || st.st_ino != found->st_ino ||
        !S_ISREG(st.st_mode)) {
        reply_set(rp, ST_REFUSED, "%s became another file meanwhile", path);
        close(fd);
        return;
    }
    reply_opened(rp, fd, &st, path, resolved, flags, max_bytes,
                 (flags & READ_VIRTUAL) || is_virtual(fd));
}

/* The name of what is no regular file, or NULL. */
static const char *odd_kind(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return NULL;
    case S_IFDIR:
        return "a folder";
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

/* Somebody who can write the folder may have put another's file there under a
 * second name.  Their own file in their own folder is theirs to show. */
static bool planted(const struct path_found *f)
{
    return f->st.st_nlink > 1 && !f->safe_dir &&
           (f->dir_shared || f->st.st_uid != f->dir_uid);
}

/* path, or where it lies below the folder that the user is in; to be freed. */
static char *absolute(const char *path, bool named)
{
    char cwd[PATH_MAX];

    if (!named || path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
        return xstrdup(path);
    return xasprintf("%s/%s", cwd, path);
}

void serve_read(struct reply *rp, const char *name, uint64_t flags,
                uint64_t max_bytes)
{
    bool named = flags & READ_NAMED;
    char *path = absolute(name, named);
    struct path_found f = {.fd = -1};
    struct err err = ERR_INIT;
    const char *why;
    struct stat st;
    int fd, rc;

    why = deny_file(path, named);
    if (why) {
        reply_set(rp, ST_REFUSED, "%s is never read: %s", path, why);
        goto out;
    }
    if (!named && !(flags & READ_VIRTUAL) &&
        (fd = folder_open(path, &st)) >= 0) {
        reply_opened(rp, fd, &st, path, "", flags, max_bytes, false);
        goto out;
    }
    rc = named ? path_walk(path, PATH_NAMED, &f, &err)
               : folder_walk(path, &f, &err);
    why = f.real && strcmp(f.real, path) ? deny_file(f.real, named) : NULL;
    if (why)
        reply_set(rp, ST_REFUSED, "%s is never read: %s", f.real, why);
    else if (rc)
        reply_fail(rp, rc, err.text);
    else if ((why = odd_kind(f.st.st_mode)))
        reply_set(rp, ST_REFUSED, "%s is %s, not a file", path, why);
    else if (!named && planted(&f))
        reply_set(rp, ST_REFUSED,
                  "%s has more than one name and lies in a folder that others "
                  "can write, so it may be anybody's",
                  path);
    else
        reply_file(rp, f.fd, &f.st, path, f.linked ? f.real : "", flags,
                   max_bytes);
out:
    path_found_done(&f);
    free(path);
}
