#include "collector/pack/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/unpack_dir.h"
#include "collector/pack/unpack_index.h"
#include "collector/pack/unpack_tail.h"
#include "collector/pack/unpack_tar.h"

struct unpack {
    int fd;
    struct dir_reader *dir; /* a folder */
    struct tar_reader *tar; /* packed: read in order, made when asked for */

    pthread_mutex_t lock; /* of index's making */
    struct index *index;  /* packed: read by name, made when asked for */
};

struct unpack_file {
    int fd; /* of a folder's file, else -1 */
    uint64_t size, left;
    int64_t mtime;
    struct index_file *packed;
};

int unpack_new(int fd, unpack_open_fn open_fn, void *arg, struct unpack **out,
               struct err *err)
{
    struct unpack *u = xcalloc(1, sizeof(*u));
    struct stat st;
    int r;

    pthread_mutex_init(&u->lock, NULL);
    u->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (u->fd < 0 || fstat(u->fd, &st) < 0) {
        r = err_sys(err, errno, "cannot read the bundle");
        goto out;
    }
    if (S_ISDIR(st.st_mode)) {
        r = dir_reader_new(u->fd, open_fn, arg, &u->dir, err);
        if (r < 0)
            goto out;
    } else if (!S_ISREG(st.st_mode)) {
        r = err_set(err, -EBADMSG,
                    "it is no bundle: neither a regular file nor a folder");
        goto out;
    }
    *out = u;
    return 0;

out:
    unpack_free(u);
    return r;
}

void unpack_free(struct unpack *u)
{
    if (!u)
        return;
    dir_reader_free(u->dir);
    tar_reader_free(u->tar);
    index_free(u->index);
    pthread_mutex_destroy(&u->lock);
    if (u->fd >= 0)
        close(u->fd);
    free(u);
}

const char *unpack_top(const struct unpack *u)
{
    return u->tar ? tar_reader_top(u->tar) : "";
}

int unpack_next(struct unpack *u, struct unpack_member *out, struct err *err)
{
    if (u->dir)
        return dir_reader_next(u->dir, out, err);
    if (!u->tar) {
        struct stream *s;
        int r = stream_new(u->fd, NULL, NULL, &s, err);

        if (r == 0)
            r = tar_reader_new(s, &u->tar, err);
        if (r < 0)
            return r;
    }
    return tar_reader_next(u->tar, out, err);
}

int unpack_skip_to(struct unpack *u, const char *name, struct err *err)
{
    struct stream *s = NULL;
    unsigned level;
    uint64_t bit;
    int r;

    if (u->dir || u->tar || !tail_find(u->fd, name, &bit, &level))
        return 0;
    r = stream_new_at(u->fd, bit, level, &s, err);
    if (r == 0)
        r = tar_reader_new(s, &u->tar, err);
    return r < 0 ? r : 1;
}

ssize_t unpack_read(struct unpack *u, void *out, size_t n, struct err *err)
{
    if (u->dir)
        return dir_reader_read(u->dir, out, n, err);
    return u->tar ? tar_reader_read(u->tar, out, n, err) : 0;
}

/* ---- by name ---- */

static int open_packed(struct unpack *u, const char *name,
                       struct index_file **out, struct err *err)
{
    int r = 0;

    pthread_mutex_lock(&u->lock);
    if (!u->index)
        r = index_new(u->fd, &u->index, err);
    pthread_mutex_unlock(&u->lock);
    return r < 0 ? r : index_open(u->index, name, out, err);
}

int unpack_open(struct unpack *u, const char *name, struct unpack_file **out,
                struct err *err)
{
    struct unpack_file *f = xcalloc(1, sizeof(*f));
    int r;

    f->fd = -1;
    if (u->dir) {
        r = f->fd = dir_reader_open(u->dir, name, &f->size, &f->mtime, err);
        f->left = f->size;
    } else {
        r = open_packed(u, name, &f->packed, err);
    }
    if (r < 0) {
        free(f);
        return r;
    }
    *out = f;
    return 0;
}

uint64_t unpack_file_size(const struct unpack_file *f)
{
    return f->packed ? index_file_size(f->packed) : f->size;
}

int64_t unpack_file_mtime(const struct unpack_file *f)
{
    return f->packed ? index_file_mtime(f->packed) : f->mtime;
}

ssize_t unpack_file_read(struct unpack_file *f, void *out, size_t n,
                         struct err *err)
{
    ssize_t r;

    if (f->packed)
        return index_file_read(f->packed, out, n, err);
    if (n > f->left)
        n = f->left;
    do {
        r = n ? read(f->fd, out, n) : 0;
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return err_sys(err, errno, "cannot read the bundle");
    f->left -= (size_t)r;
    return r;
}

void unpack_file_free(struct unpack_file *f)
{
    if (!f)
        return;
    index_file_free(f->packed);
    if (f->fd >= 0)
        close(f->fd);
    free(f);
}
