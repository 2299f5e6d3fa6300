#include "collector/pack/unpack_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/manifest.h"
#include "collector/pack/member.h"
#include "collector/pack/names.h"

#define MANIFEST "manifest.json"
#define MANIFEST_BYTES_MAX (1ull << 30)

struct dir_reader {
    int fd;
    unpack_open_fn open_fn;
    void *arg;
    struct names *names; /* in order, MANIFEST last */
    int64_t *mtime;      /* by number */
    size_t mtime_cap;
    size_t next;
    int cur; /* the current member, or -1 */
    uint64_t left;
};

/* Each folder is opened by itself and never through a link, so a name that is
 * plain (member.h) cannot lead out, on kernels without openat2 too. */
static int open_beneath(int dir, const char *rel)
{
    int at = dir, fd = -1, e;

    for (;;) {
        const char *slash = strchr(rel, '/');
        char part[MEMBER_PART_MAX + 1];
        size_t len = slash ? (size_t)(slash - rel) : strlen(rel);

        if (len > MEMBER_PART_MAX) {
            errno = ENAMETOOLONG;
            fd = -1;
            break;
        }
        memcpy(part, rel, len);
        part[len] = '\0';
        fd = openat(at, part,
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
                        (slash ? O_DIRECTORY : 0));
        if (fd < 0 || !slash)
            break;
        if (at != dir)
            close(at);
        at = fd;
        rel = slash + 1;
    }
    e = errno;
    if (at != dir)
        close(at);
    return fd < 0 ? -e : fd;
}

static int open_file(const struct dir_reader *d, const char *name,
                     uint64_t *size_out, struct err *err)
{
    int fd = d->open_fn ? d->open_fn(name, d->arg) : open_beneath(d->fd, name);
    struct stat st;

    /* EINVAL: so the master says it (serve_bundle.c). */
    if (fd == -ELOOP || fd == -ENOTDIR || fd == -EINVAL)
        return err_set(err, -EBADMSG, "%.200s is no regular file", name);
    if (fd < 0)
        return err_sys(err, -fd, "cannot read %.200s of the bundle", name);
    if (fstat(fd, &st) < 0) {
        int e = errno;

        close(fd);
        return err_sys(err, e, "cannot read %.200s of the bundle", name);
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(err, -EBADMSG, "%.200s is no regular file", name);
    }
    *size_out = (uint64_t)st.st_size;
    return fd;
}

/* Reads on; EOF before size bytes is one too. */
static ssize_t read_some(int fd, void *out, size_t n, struct err *err)
{
    ssize_t r;

    do {
        r = read(fd, out, n);
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return err_sys(err, errno, "cannot read the bundle");
    return r;
}

/* ---- the list ---- */

static int add_name(struct dir_reader *d, const char *name, int64_t mtime,
                    struct err *err)
{
    int64_t i;

    if (!strcmp(name, MANIFEST))
        return err_set(err, -EBADMSG, MANIFEST " lists itself");
    i = names_add(d->names, name);
    if (i == -EEXIST)
        return err_set(err, -EBADMSG, MANIFEST " lists %.200s twice", name);
    if (i < 0)
        return err_set(err, -EBADMSG, "the bundle has too many members");
    if ((size_t)i >= d->mtime_cap) {
        d->mtime_cap = d->mtime_cap ? 2 * d->mtime_cap : 64;
        d->mtime = xreallocarray(d->mtime, d->mtime_cap, sizeof(*d->mtime));
    }
    d->mtime[i] = mtime;
    return 0;
}

static int on_item(const struct manifest_item *item, void *arg, struct err *err)
{
    int r = 0;

    if (item->out.name)
        r = add_name(arg, item->out.name, item->mtime, err);
    if (r == 0 && item->errout.name)
        r = add_name(arg, item->errout.name, 0, err);
    return r;
}

static int read_list(struct dir_reader *d, struct err *err)
{
    const struct manifest_handler h = {NULL, on_item, d};
    struct manifest_reader *mr = NULL;
    char *block = xmalloc(65536);
    uint64_t size = 0;
    ssize_t n;
    int fd, r;

    fd = open_file(d, MANIFEST, &size, err);
    if (fd == -ENOENT) {
        r = err_set(err, -EBADMSG, "it is no bundle: it has no " MANIFEST);
        goto out;
    }
    if (fd < 0) {
        r = fd;
        goto out;
    }
    if (size > MANIFEST_BYTES_MAX) {
        r = err_set(err, -EBADMSG, MANIFEST " is too large");
        goto out;
    }
    mr = manifest_reader_new(&h);
    while ((n = read_some(fd, block, 65536, err)) > 0) {
        r = manifest_reader_feed(mr, block, (size_t)n, err);
        if (r < 0)
            goto out;
    }
    r = n < 0 ? (int)n : manifest_reader_end(mr, err);
    if (r == 0)
        (void)names_add(d->names, MANIFEST);

out:
    manifest_reader_free(mr);
    if (fd >= 0)
        close(fd);
    free(block);
    return r;
}

int dir_reader_new(int fd, unpack_open_fn open_fn, void *arg,
                   struct dir_reader **out, struct err *err)
{
    struct dir_reader *d = xcalloc(1, sizeof(*d));
    int r;

    d->fd = fd;
    d->open_fn = open_fn;
    d->arg = arg;
    d->cur = -1;
    d->names = names_new();
    r = read_list(d, err);
    if (r < 0) {
        dir_reader_free(d);
        return r;
    }
    *out = d;
    return 0;
}

void dir_reader_free(struct dir_reader *d)
{
    if (!d)
        return;
    if (d->cur >= 0)
        close(d->cur);
    names_free(d->names);
    free(d->mtime);
    free(d);
}

/* ---- members ---- */

static int64_t mtime_of(const struct dir_reader *d, size_t i)
{
    return i + 1 < names_count(d->names) ? d->mtime[i] : 0;
}

int dir_reader_next(struct dir_reader *d, struct unpack_member *out,
                    struct err *err)
{
    size_t i = d->next;

    if (d->cur >= 0)
        close(d->cur);
    d->cur = -1;
    if (i == names_count(d->names))
        return 0;
    d->next++;
    out->name = names_at(d->names, i);
    out->mtime = mtime_of(d, i);
    d->cur = open_file(d, out->name, &out->size, err);
    if (d->cur < 0)
        return d->cur;
    d->left = out->size;
    return 1;
}

ssize_t dir_reader_read(struct dir_reader *d, void *out, size_t n,
                        struct err *err)
{
    ssize_t r;

    if (d->cur < 0)
        return 0;
    if (n > d->left)
        n = d->left;
    r = n ? read_some(d->cur, out, n, err) : 0;
    if (r > 0)
        d->left -= (size_t)r;
    return r;
}

int dir_reader_open(const struct dir_reader *d, const char *name,
                    uint64_t *size_out, int64_t *mtime_out, struct err *err)
{
    int64_t i = names_find(d->names, name);

    if (i < 0)
        return err_set(err, -ENOENT, "the bundle has no %.200s", name);
    *mtime_out = mtime_of(d, (size_t)i);
    return open_file(d, names_at(d->names, (size_t)i), size_out, err);
}
