#include "collector/pack/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/outfd.h"

struct dir_file {
    int fd;
    int parent; /* folder that holds it */
    uint64_t size;
    char *name;       /* below the top folder */
    const char *base; /* its last part */
};

/* Opens the folder above name, below folder_fd, part by part; with make, parts
 * that are missing are made.  A descriptor of the caller's, or -errno. */
static int open_parent(int folder_fd, const char *name, bool make)
{
    int fd = fcntl(folder_fd, F_DUPFD_CLOEXEC, 0), rc = 0;
    const char *slash;

    if (fd < 0)
        return -errno;
    for (; (slash = strchr(name, '/')); name = slash + 1) {
        char *part = xstrndup(name, (size_t)(slash - name));
        int next;

        if (make && mkdirat(fd, part, 0700) && errno != EEXIST)
            rc = -errno;
        next = rc ? -1
                  : openat(fd, part,
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (!rc && next < 0)
            rc = -errno;
        free(part);
        close(fd);
        if (rc)
            return rc;
        fd = next;
    }
    return fd;
}

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash ? slash + 1 : name;
}

static void file_free(struct dir_file *f)
{
    close(f->parent);
    free(f->name);
    free(f);
}

int dir_file_new(int folder_fd, const char *name, struct dir_file **out,
                 struct err *err)
{
    int parent = open_parent(folder_fd, name, true), fd;
    struct dir_file *f;

    if (parent < 0)
        return err_sys(err, -parent, "cannot make the folder of %s", name);
    fd = openat(parent, last_part(name),
                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        int rc = err_sys(err, errno, "cannot make %s", name);

        close(parent);
        return rc;
    }
    f = xmalloc(sizeof(*f));
    f->fd = fd;
    f->parent = parent;
    f->size = 0;
    f->name = xstrdup(name);
    f->base = last_part(f->name);
    *out = f;
    return 0;
}

int dir_file_write(struct dir_file *f, const void *data, size_t n,
                   struct err *err)
{
    int rc = outfd_all(f->fd, data, n, f->name, err);

    if (!rc)
        f->size += n;
    return rc;
}

static int move_bytes(struct dir_file *f, uint64_t from, uint64_t to, size_t n,
                      struct err *err)
{
    uint8_t buf[16384];
    size_t done = 0;
    ssize_t r;

    while (done < n) {
        r = pread(f->fd, buf + done, n - done, (off_t)(from + done));
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return err_sys(err, r ? errno : EIO, "cannot read %s", f->name);
        done += (size_t)r;
    }
    if (lseek(f->fd, (off_t)to, SEEK_SET) < 0)
        return err_sys(err, errno, "cannot write %s", f->name);
    return outfd_all(f->fd, buf, n, f->name, err);
}

int dir_file_prepend(struct dir_file *f, const void *data, size_t n,
                     struct err *err)
{
    uint64_t left = f->size;
    int rc;

    /* From the end on, so that nothing is overwritten before it is moved. */
    while (left) {
        size_t step = left < 16384 ? (size_t)left : 16384;

        left -= step;
        rc = move_bytes(f, left, left + n, step, err);
        if (rc)
            return rc;
    }
    if (lseek(f->fd, 0, SEEK_SET) < 0)
        return err_sys(err, errno, "cannot write %s", f->name);
    rc = outfd_all(f->fd, data, n, f->name, err);
    if (rc)
        return rc;
    f->size += n;
    if (lseek(f->fd, (off_t)f->size, SEEK_SET) < 0)
        return err_sys(err, errno, "cannot write %s", f->name);
    return 0;
}

int dir_file_end(struct dir_file *f, int64_t mtime, struct err *err)
{
    struct timespec times[2] = {{.tv_sec = (time_t)mtime},
                                {.tv_sec = (time_t)mtime}};
    int rc = 0;

    /* A file system without times is no reason to lose the member. */
    (void)futimens(f->fd, times);
    if (close(f->fd))
        rc = err_sys(err, errno, "cannot close %s", f->name);
    if (rc)
        (void)unlinkat(f->parent, f->base, 0);
    file_free(f);
    return rc;
}

void dir_file_drop(struct dir_file *f)
{
    (void)unlinkat(f->parent, f->base, 0);
    close(f->fd);
    file_free(f);
}

void dir_remove(int folder_fd, const char *name)
{
    int parent = open_parent(folder_fd, name, false);

    if (parent < 0)
        return;
    (void)unlinkat(parent, last_part(name), 0);
    close(parent);
}
