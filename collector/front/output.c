#include "collector/front/output.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector/base/core/path.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/place.h"
#include "collector/front/sync.h"
#include "collector/front/tree.h"

#define STEM_PREFIX "xen-bugtool-"
#define STEM_MAX 128
/* Names tried when the first is taken. */
#define MAX_SUFFIX 99

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1u
#endif

struct output {
    struct output_spec spec;
    struct place at;
    bool is_dir;
    const char *ext; /* ".tar.bz2"; "" for a folder */
    char *temp;      /* what it is called there now; NULL: unnamed */
    int fd;          /* -1 until opened */
    bool opened, finished, stopped;
};

int output_check_fd(int fd, struct err *err)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return err_set(err, -EBADF,
                       "--outfd: descriptor %d is not open; open it with "
                       "'%d>FILE' in the shell",
                       fd, fd);
    if ((flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH))
        return err_set(err, -EBADF,
                       "--outfd: descriptor %d is not open for writing", fd);
    if (fd == STDERR_FILENO)
        return err_set(err, -EINVAL,
                       "--outfd: descriptor 2 carries the messages; give "
                       "another one");
    if (isatty(fd))
        return err_set(err, -EINVAL,
                       "--outfd: descriptor %d is a terminal; send it to a "
                       "file or a pipe",
                       fd);
    return 0;
}

struct output *output_new(const struct output_spec *spec)
{
    struct output *o = xcalloc(1, sizeof(*o));

    o->spec = *spec;
    o->at.dir = -1;
    o->fd = -1;
    return o;
}

static bool is_stem(const char *s)
{
    size_t n = strlen(s);

    if (!str_starts(s, STEM_PREFIX) || n > STEM_MAX)
        return false;
    for (; *s; s++) {
        if (!isalnum((unsigned char)*s) && !strchr("._-", *s))
            return false;
    }
    return true;
}

/* --- opening ----------------------------------------------------------- */

/* A file system without O_TMPFILE says so in one of these ways. */
static bool no_unnamed(int errnum)
{
    return errnum == EOPNOTSUPP || errnum == EISDIR || errnum == EINVAL ||
           errnum == ENOSYS || errnum == ENOENT;
}

/* A hidden name that the kernel still shows for this very file. */
static bool still_named(int dir, const char *name, int fd)
{
    struct stat a, b;

    return !fstat(fd, &a) && !fstatat(dir, name, &b, AT_SYMLINK_NOFOLLOW) &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool output_is_beside(const struct output *o, const char *name, int fd)
{
    return o->at.dir >= 0 && still_named(o->at.dir, name, fd);
}

/* Removes one dead run's file or folder: ours, and not held any more. */
static void remove_stale(int dir, const char *name)
{
    int fd = openat(dir, name,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return;
    if (!fstat(fd, &st) &&
        (st.st_uid == geteuid() ||
         (!geteuid() && S_ISDIR(st.st_mode) && sandbox_is_worker(st.st_uid))) &&
        (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_nlink == 1)) &&
        !flock(fd, LOCK_EX | LOCK_NB) && still_named(dir, name, fd)) {
        if (S_ISDIR(st.st_mode))
            tree_remove(dir, name, NULL);
        else
            unlinkat(dir, name, 0);
    }
    close(fd);
}

static void remove_stale_all(int dir)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct dirent *de;
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((de = readdir(d))) {
        if (str_starts(de->d_name, "." STEM_PREFIX) &&
            str_ends(de->d_name, ".tmp"))
            remove_stale(dir, de->d_name);
    }
    closedir(d);
}

/* Holds what was just made under o->temp.  -EAGAIN: another run took it for a
 * dead one's between its making and its locking. */
static int hold(struct output *o)
{
    if (flock(o->fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
        return -EAGAIN;
    return still_named(o->at.dir, o->temp, o->fd) ? 0 : -EAGAIN;
}

static bool is_empty(int dir)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    unsigned n = 0;

    if (!d) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    while (n < 3 && readdir(d))
        n++;
    closedir(d);
    return n == 2; /* "." and ".." */
}

static int open_temp_dir(struct output *o)
{
    struct stat st;

    if (mkdirat(o->at.dir, o->temp, 0700))
        return -errno;
    o->fd = openat(o->at.dir, o->temp,
                   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (o->fd < 0)
        return -errno;
    /* Somebody who can write the folder can have exchanged it. */
    if (fstat(o->fd, &st) || st.st_uid != geteuid() || (st.st_mode & 0077) ||
        !is_empty(o->fd)) {
        close(o->fd);
        o->fd = -1;
        return -EPERM;
    }
    if (o->spec.worker.drop &&
        fchown(o->fd, o->spec.worker.uid, o->spec.worker.gid))
        return -errno;
    return 0;
}

static int open_temp_file(struct output *o)
{
    o->fd = openat(o->at.dir, o->temp,
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return o->fd < 0 ? -errno : 0;
}

static int open_named(struct output *o, const char *stem, struct err *err)
{
    int rc = -EAGAIN;

    remove_stale_all(o->at.dir);
    for (int i = 0; i < 5 && rc == -EAGAIN; i++) {
        free(o->temp);
        o->temp = xasprintf(".%s%s.%d%.*s.tmp", stem, o->ext, (int)getpid(), i,
                            "+++++");
        rc = o->is_dir ? open_temp_dir(o) : open_temp_file(o);
        if (!rc)
            rc = hold(o);
        if (rc == -EAGAIN && o->fd >= 0) {
            close(o->fd);
            o->fd = -1;
        }
        if (rc == -EEXIST) /* of another run, maybe on another host */
            rc = -EAGAIN;
    }
    if (rc && o->fd < 0) { /* nothing there that is ours to remove */
        free(o->temp);
        o->temp = NULL;
    }
    if (rc == -ENOENT) /* procfs and the like */
        rc = -EOPNOTSUPP;
    return rc ? place_error(err, -rc, o->at.folder) : 0;
}

static int open_target(struct output *o, const char *stem, struct err *err)
{
    if (!o->is_dir && !o->spec.named) {
        o->fd = openat(o->at.dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (o->fd >= 0)
            return 0;
        if (!no_unnamed(errno))
            return place_error(err, errno, o->at.folder);
    }
    return open_named(o, stem, err);
}

/* NULL: no such format. */
static const char *extension(const char *format)
{
    static const struct {
        const char *format, *ext;
    } formats[] = {
        {"tar.bz2", ".tar.bz2"},
        {"tar.zst", ".tar.zst"},
        {"tar.gz", ".tar.gz"},
        {"tar.xz", ".tar.xz"},
        {"tar", ".tar"},
        {"dir", ""},
        {"tree", ""},
        {"file", ""},
    };

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (!strcmp(format, formats[i].format))
            return formats[i].ext;
    return NULL;
}

int output_open(struct output *o, const char *stem, const char *folder,
                const char *format, int *fd_out, struct err *err)
{
    bool only_named;
    int rc;

    o->ext = extension(format);
    if (!o->ext)
        return err_set(err, -EPROTO, "not a format: '%.64s'", format);
    /* What is no bundle gets the very name that the user gave. */
    only_named = !strcmp(format, "tree") || !strcmp(format, "file");
    o->is_dir = !*o->ext && strcmp(format, "file");

    if (o->opened || !is_stem(stem))
        return err_set(err, -EPROTO, "not the name of a bundle: '%.64s'", stem);
    o->opened = true;
    if (o->spec.outfd >= 0) {
        *fd_out = o->spec.outfd;
        return 0;
    }
    rc = place_find(o->spec.outfile, folder, &o->at, err);
    if (rc)
        return rc;
    if (!o->at.name && only_named)
        return err_set(err, -EEXIST,
                       "%.255s exists; name a new one with --outfile",
                       o->at.folder);
    if (!o->at.name)
        o->at.name = xasprintf("%s%s", stem, o->ext);
    rc = open_target(o, stem, err);
    if (!rc)
        *fd_out = o->fd;
    return rc;
}

int output_spool(struct output *o, int *fd_out, struct err *err)
{
    int dir = o->at.dir, fd = -1;
    char name[48];

    if (!o->opened)
        return err_set(err, -EPROTO, "a spool without an output");
    if (dir < 0)
        dir = open(PLACE_DEFAULT, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0 && !o->spec.named)
        fd = openat(dir, ".", O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (dir >= 0 && fd < 0) {
        snprintf(name, sizeof(name), "." STEM_PREFIX "spool.%d.tmp",
                 (int)getpid());
        fd = openat(dir, name,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0)
            unlinkat(dir, name, 0);
    }
    if (fd < 0 && o->at.dir < 0)
        fd = memfd_create("xen-bugtool-spool", MFD_CLOEXEC);
    if (dir >= 0 && dir != o->at.dir)
        close(dir);
    if (fd < 0)
        return place_error(err, errno,
                           o->at.folder ? o->at.folder : PLACE_DEFAULT);
    *fd_out = fd;
    return 0;
}

/* --- finishing --------------------------------------------------------- */

static void note_add(struct buf *note, const char *what, int errnum)
{
    buf_addf(note, "%s%s: %s", note->len ? "; " : "", what, strerror(errnum));
}

/* Gives the unnamed file a name. */
static int link_unnamed(struct output *o, const char *name)
{
    char proc[40];

    if (!linkat(o->fd, "", o->at.dir, name, AT_EMPTY_PATH))
        return 0;
    if (errno == EEXIST)
        return -EEXIST;
    /* Without root the form above is refused. */
    snprintf(proc, sizeof(proc), "/proc/self/fd/%d", o->fd);
    if (!linkat(AT_FDCWD, proc, o->at.dir, name, AT_SYMLINK_FOLLOW))
        return 0;
    return -errno;
}

/* Gives what has a hidden name its own.  Where the file system can neither
 * rename without replacing nor link, the name is taken first, by an empty file
 * that is ours, and then renamed over. */
static int rename_temp(struct output *o, const char *name)
{
    int fd;

    if (!syscall(SYS_renameat2, o->at.dir, o->temp, o->at.dir, name,
                 RENAME_NOREPLACE))
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (o->is_dir) {
        if (mkdirat(o->at.dir, name, 0700))
            return -errno;
    } else {
        if (!linkat(o->at.dir, o->temp, o->at.dir, name, 0)) {
            unlinkat(o->at.dir, o->temp, 0);
            return 0;
        }
        if (errno == EEXIST)
            return -errno;
        fd = openat(o->at.dir, name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return -errno;
        close(fd);
    }
    return renameat(o->at.dir, o->temp, o->at.dir, name) ? -errno : 0;
}

/* "x.tar.bz2" -> "x-1.tar.bz2" */
static char *suffixed(const struct output *o, int n)
{
    const char *ext = o->ext;
    size_t len = strlen(o->at.name);

    if (!str_ends(o->at.name, ext))
        ext = "";
    return xasprintf("%.*s-%d%s", (int)(len - strlen(ext)), o->at.name, n, ext);
}

static int give_name(struct output *o, struct buf *note, struct err *err)
{
    char *name = xstrdup(o->at.name);
    int rc;

    for (int i = 1;; i++) {
        rc = o->temp ? rename_temp(o, name) : link_unnamed(o, name);
        if (rc != -EEXIST || i > MAX_SUFFIX)
            break;
        free(name);
        name = suffixed(o, i);
    }
    if (!rc && o->at.chosen && strcmp(name, o->at.name))
        buf_addf(note, "%s%s exists by now", note->len ? "; " : "", o->at.name);
    free(o->at.name);
    o->at.name = name;
    if (rc)
        return err_sys(err, -rc, "cannot name the bundle %s/%s", o->at.folder,
                       name);
    free(o->temp);
    o->temp = NULL;
    return 0;
}

static int take_over(struct output *o, struct err *err)
{
    if (o->spec.worker.drop &&
        (fchown(o->fd, geteuid(), getegid()) || fchmod(o->fd, 0700)))
        return err_sys(err, errno, "cannot take over the bundle's folder");
    return tree_take(o->fd, o->spec.worker.uid, err);
}

/* False: the disk hangs, so nothing more is asked of it. */
static bool sync_output(struct output *o, int fd, struct buf *note)
{
    int r = sync_fd(fd, o->is_dir, o->stopped);

    if (r == -ETIMEDOUT)
        buf_addf(note,
                 "%sthe bundle may not be on the disk yet: syncing did "
                 "not end within %d ms of the signal",
                 note->len ? "; " : "", SYNC_STOPPED_MS);
    else if (r && r != -EINVAL && r != -EROFS)
        note_add(note, "the bundle could not be written to disk for sure", -r);
    return r != -ETIMEDOUT;
}

static void sync_folder(struct output *o, struct buf *note)
{
    int r = sync_fd(o->at.dir, false, o->stopped);

    if (r && r != -EINVAL && r != -EBADF)
        note_add(note, "the folder could not be written to disk for sure", -r);
}

void output_stopped(struct output *o)
{
    o->stopped = true;
}

int output_finish(struct output *o, bool keep, struct buf *path,
                  struct buf *note, struct err *err)
{
    bool synced;
    int rc;

    if (!o->opened || o->finished)
        return err_set(err, -EPROTO, "there is no output to finish");
    o->finished = true;
    if (!keep)
        return 0;
    if (o->spec.outfd >= 0) {
        sync_output(o, o->spec.outfd, note);
        return 0;
    }
    if (o->fd < 0)
        return err_set(err, -EPROTO, "there is no output to finish");
    if (o->is_dir) {
        rc = take_over(o, err);
        if (rc)
            return rc;
    }
    synced = sync_output(o, o->fd, note);
    rc = give_name(o, note, err);
    if (rc)
        return rc;
    if (synced)
        sync_folder(o, note);
    /* Into the room that the caller made: it must not fail any more. */
    buf_adds(path, o->at.folder);
    buf_adds(path, str_ends(o->at.folder, "/") ? "" : "/");
    buf_adds(path, o->at.name);
    return 0;
}

int output_reopen(const struct output *o, bool *is_dir_out, struct err *err)
{
    int fd;

    if (!o->finished || o->temp || o->fd < 0)
        return err_set(err, -EINVAL,
                       "there is no bundle with a name of its own");
    fd = path_reopen(o->fd, O_RDONLY | (o->is_dir ? O_DIRECTORY : 0));
    if (fd < 0)
        return err_sys(err, -fd, "cannot read the bundle again");
    *is_dir_out = o->is_dir;
    return fd;
}

void output_free(struct output *o)
{
    if (!o)
        return;
    /* The name must still be that of what we made. */
    if (o->temp && o->fd >= 0 && still_named(o->at.dir, o->temp, o->fd)) {
        if (o->is_dir) {
            if (o->spec.worker.drop) /* nothing is added from now on */
                (void)!fchown(o->fd, geteuid(), getegid());
            tree_remove(o->at.dir, o->temp, NULL);
        } else {
            unlinkat(o->at.dir, o->temp, 0);
        }
    }
    if (o->fd >= 0)
        close(o->fd);
    place_done(&o->at);
    free(o->temp);
    free(o);
}
