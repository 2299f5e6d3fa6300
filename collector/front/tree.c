#include "collector/front/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 128

/* Opens name in dir for listing; *fd_out is another descriptor of it. */
static DIR *list(int dir, const char *name, int *fd_out)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d;

    if (fd < 0)
        return NULL;
    d = fdopendir(fd);
    if (!d)
        close(fd);
    *fd_out = fd;
    return d;
}

static bool is_dots(const char *name)
{
    return !strcmp(name, ".") || !strcmp(name, "..");
}

static int foreign(const char *name, struct err *err)
{
    return err_set(err, -EPERM,
                   "cannot take over '%s': not a plain file or folder of the "
                   "worker's",
                   name);
}

struct taking {
    uid_t from;
    dev_t dev;
};

static int take_dir(const struct taking *t, int dir, const char *name,
                    int depth, struct err *err);

/* The checks are made on the open file, so that no name can be exchanged
 * between them and the change. */
static int take_file(const struct taking *t, int dir, const char *name,
                     struct err *err)
{
    int fd = openat(dir, name,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;
    int rc = 0;

    if (fd < 0)
        return err_sys(err, errno, "cannot take over '%s'", name);
    if (fstat(fd, &st))
        rc = err_sys(err, errno, "cannot take over '%s'", name);
    else if (!S_ISREG(st.st_mode) || st.st_uid != t->from ||
             st.st_dev != t->dev || st.st_nlink != 1)
        rc = foreign(name, err);
    else if ((t->from != geteuid() && fchown(fd, geteuid(), getegid())) ||
             fchmod(fd, 0600))
        rc = err_sys(err, errno, "cannot take over '%s'", name);
    close(fd);
    return rc;
}

static int take_entries(const struct taking *t, DIR *d, int fd, int depth,
                        struct err *err)
{
    struct dirent *de;
    struct stat st;
    int rc = 0;

    while (!rc && (errno = 0, de = readdir(d))) {
        if (is_dots(de->d_name))
            continue;
        if (fstatat(fd, de->d_name, &st, AT_SYMLINK_NOFOLLOW))
            return err_sys(err, errno, "cannot look at '%s'", de->d_name);
        if (S_ISDIR(st.st_mode))
            rc = take_dir(t, fd, de->d_name, depth, err);
        else if (S_ISREG(st.st_mode))
            rc = take_file(t, fd, de->d_name, err);
        else
            rc = foreign(de->d_name, err);
    }
    if (!rc && errno)
        rc = err_sys(err, errno, "cannot list the bundle's folder");
    return rc;
}

static int take_dir(const struct taking *t, int dir, const char *name,
                    int depth, struct err *err)
{
    struct stat st;
    int rc, fd;
    DIR *d;

    if (depth >= MAX_DEPTH)
        return err_set(err, -ELOOP, "folders in '%s' are nested too deeply",
                       name);
    d = list(dir, name, &fd);
    if (!d)
        return err_sys(err, errno, "cannot take over '%s'", name);
    if (fstat(fd, &st))
        rc = err_sys(err, errno, "cannot take over '%s'", name);
    else if (st.st_uid != t->from || st.st_dev != t->dev)
        rc = foreign(name, err);
    else if ((t->from != geteuid() && fchown(fd, geteuid(), getegid())) ||
             fchmod(fd, 0700))
        rc = err_sys(err, errno, "cannot take over '%s'", name);
    else
        rc = take_entries(t, d, fd, depth + 1, err);
    closedir(d);
    return rc;
}

int tree_take(int dir, uid_t from, struct err *err)
{
    struct taking t = {from, 0};
    struct stat st;
    int rc, fd;
    DIR *d = list(dir, ".", &fd);

    if (!d)
        return err_sys(err, errno, "cannot list the bundle's folder");
    if (fstat(fd, &st)) {
        rc = err_sys(err, errno, "cannot look at the bundle's folder");
    } else {
        t.dev = st.st_dev;
        rc = take_entries(&t, d, fd, 0, err);
    }
    closedir(d);
    return rc;
}

static int remove_dir(int parent, const char *name, dev_t dev, int depth,
                      struct err *err)
{
    struct dirent *de;
    struct stat st;
    int rc = 0, fd;
    DIR *d;

    d = list(parent, name, &fd);
    if (!d)
        return err_sys(err, errno, "cannot remove '%s'", name);
    if (fstat(fd, &st) || st.st_dev != dev || depth >= MAX_DEPTH) {
        closedir(d);
        return err_set(err, -EXDEV, "cannot remove '%s'", name);
    }
    while (!rc && (de = readdir(d))) {
        if (is_dots(de->d_name) || !unlinkat(fd, de->d_name, 0))
            continue;
        if (errno == EISDIR || errno == EPERM)
            rc = remove_dir(fd, de->d_name, dev, depth + 1, err);
        else
            rc = err_sys(err, errno, "cannot remove '%s'", de->d_name);
    }
    closedir(d);
    if (!rc && unlinkat(parent, name, AT_REMOVEDIR))
        rc = err_sys(err, errno, "cannot remove '%s'", name);
    return rc;
}

int tree_remove(int parent, const char *name, struct err *err)
{
    struct stat st;

    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW))
        return err_sys(err, errno, "cannot remove '%s'", name);
    return remove_dir(parent, name, st.st_dev, 0, err);
}
