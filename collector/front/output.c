#include "collector/front/output.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/tree.h"
#include "config.h"

#define DEFAULT_FOLDER "/var/tmp"
#define STEM_PREFIX "xen-bugtool-"
#define STEM_MAX 128
/* Names tried when the first is taken. */
#define MAX_SUFFIX 99
/* Closing a bundle needs a few KiB; a file system with less is full. */
#define MIN_FREE (64u * 1024u)

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1u
#endif

struct output {
    struct output_spec spec;
    int dir;      /* the folder it goes to; -1 with --outfd */
    char *folder; /* its absolute path */
    char *name;   /* what it will be called there */
    char *temp;   /* what it is called there now; NULL: unnamed */
    int fd;       /* -1 until opened */
    bool chosen;  /* the user named it */
    bool opened, finished;
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
    o->dir = -1;
    o->fd = -1;
    return o;
}

/* --- where ------------------------------------------------------------- */

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

static int folder_err(struct err *err, int errnum, const char *folder)
{
    const char *hint = errnum == ENOENT
                           ? "; make it first, or choose another with --outfile"
                           : "; choose another folder with --outfile";

    return err_set(err, -errnum, "cannot make a bundle in %.255s: %s%s", folder,
                   strerror(errnum), hint);
}

static int full_or_unfit(int dir, const char *folder, struct err *err)
{
    struct statvfs vfs;
    unsigned long long free_bytes;

    if (faccessat(dir, ".", W_OK | X_OK, AT_EACCESS))
        return folder_err(err, errno, folder);
    if (fstatvfs(dir, &vfs) || !vfs.f_blocks)
        return 0;
    free_bytes = (unsigned long long)(geteuid() ? vfs.f_bavail : vfs.f_bfree) *
                 vfs.f_frsize;
    return free_bytes < MIN_FREE ? folder_err(err, ENOSPC, folder) : 0;
}

/* Opens the folder for good: later changes of its path do not matter. */
static int open_folder(struct output *o, const char *folder, struct err *err)
{
    o->dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (o->dir < 0 && errno == EACCES) /* it may still be writable */
        o->dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (o->dir < 0)
        return folder_err(err, errno, folder);
    o->folder = realpath(folder, NULL);
    if (!o->folder)
        o->folder = xstrdup(folder);
    return full_or_unfit(o->dir, o->folder, err);
}

/* -o PATH: a folder that exists, or the name of a new file in one. */
static int place_outfile(struct output *o, const char *path, struct err *err)
{
    char *parent, *slash;
    struct stat st;
    int rc;

    if (!stat(path, &st) && S_ISDIR(st.st_mode))
        return open_folder(o, path, err);
    if (!lstat(path, &st))
        return err_set(err, -EEXIST,
                       "%.255s exists; xen-bugtool never replaces a file, "
                       "choose another name with --outfile",
                       path);
    if (errno != ENOENT)
        return err_sys(err, errno, "cannot make the bundle %.255s", path);
    if (str_ends(path, "/"))
        return folder_err(err, ENOENT, path);

    slash = strrchr(path, '/');
    parent = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
    rc = open_folder(o, parent, err);
    o->name = xstrdup(slash ? slash + 1 : path);
    o->chosen = true;
    free(parent);
    return rc;
}

/* Folders where a file of root's can mean something whatever its name
 * (logrotate reads all of /etc/logrotate.d): a worker that was taken over must
 * not have one put there. */
static bool is_system_folder(const struct stat *st)
{
    static const char *const list[] = {
        "/",    "/etc",       "/usr",   "/boot", "/bin",     "/sbin",
        "/lib", "/dev",       "/lib64", "/proc", "/sys",     "/run",
        "/nix", "/var/spool", "/opt",   "/efi",  SYSCONFDIR,
    };
    struct stat other;

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        if (!stat(list[i], &other) && other.st_dev == st->st_dev &&
            other.st_ino == st->st_ino)
            return true;
    }
    return false;
}

/* Why a folder on the way is not to be trusted, NULL if it is. */
static const char *unsafe_why(int fd)
{
    struct stat st;

    if (fstat(fd, &st) || !S_ISDIR(st.st_mode))
        return "is not a folder (or a link to one)";
    if (is_system_folder(&st))
        return "is no place for bundles";
    if (st.st_uid != 0)
        return "does not belong to root";
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX))
        return "can be written by others than root";
    return NULL;
}

/* A folder that the worker names.  As root every folder on the way must be
 * root's, and writable by nobody else unless sticky: else somebody could lead
 * us elsewhere. */
static int place_configured(struct output *o, const char *folder,
                            struct err *err)
{
    const char *why = folder[0] == '/' ? NULL : "is not an absolute path";
    char *copy, *part, *rest;
    int fd, next;

    if (geteuid() && !why)
        return open_folder(o, folder, err);
    copy = rest = xstrdup(folder);
    fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && !why && (part = strsep(&rest, "/"))) {
        if (!*part)
            continue;
        next = openat(fd, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        close(fd);
        fd = next;
        if (fd >= 0)
            why = part[0] == '.' && strspn(part, ".") == strlen(part)
                      ? "is not written out"
                      : unsafe_why(fd);
    }
    free(copy);
    if (fd < 0)
        return folder_err(err, errno, folder);
    close(fd);
    if (!why && folder[strspn(folder, "/")] == '\0')
        why = "is no place for bundles";
    if (why)
        return err_set(err, -EPERM,
                       "the configured folder %.255s, or one above it, %s; "
                       "choose another",
                       folder, why);
    return open_folder(o, folder, err);
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
    return still_named(o->dir, o->temp, o->fd) ? 0 : -EAGAIN;
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

    if (mkdirat(o->dir, o->temp, 0700))
        return -errno;
    o->fd = openat(o->dir, o->temp,
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
    o->fd = openat(o->dir, o->temp,
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return o->fd < 0 ? -errno : 0;
}

static int open_named(struct output *o, const char *stem, struct err *err)
{
    int rc = -EAGAIN;

    remove_stale_all(o->dir);
    for (int i = 0; i < 5 && rc == -EAGAIN; i++) {
        free(o->temp);
        o->temp = xasprintf(".%s%s.%d%.*s.tmp", stem, o->spec.ext,
                            (int)getpid(), i, "+++++");
        rc = o->spec.is_dir ? open_temp_dir(o) : open_temp_file(o);
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
    return rc ? folder_err(err, -rc, o->folder) : 0;
}

static int open_target(struct output *o, const char *stem, struct err *err)
{
    if (!o->spec.is_dir && !o->spec.named) {
        o->fd = openat(o->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (o->fd >= 0)
            return 0;
        if (!no_unnamed(errno))
            return folder_err(err, errno, o->folder);
    }
    return open_named(o, stem, err);
}

int output_open(struct output *o, const char *stem, const char *folder,
                int *fd_out, struct err *err)
{
    int rc;

    if (o->opened || !is_stem(stem))
        return err_set(err, -EPROTO, "not the name of a bundle: '%.64s'", stem);
    o->opened = true;
    if (o->spec.outfd >= 0) {
        *fd_out = o->spec.outfd;
        return 0;
    }
    if (o->spec.outfile)
        rc = place_outfile(o, o->spec.outfile, err);
    else if (*folder)
        rc = place_configured(o, folder, err);
    else
        rc = open_folder(o, DEFAULT_FOLDER, err);
    if (rc)
        return rc;
    if (!o->name)
        o->name = xasprintf("%s%s", stem, o->spec.ext);
    rc = open_target(o, stem, err);
    if (!rc)
        *fd_out = o->fd;
    return rc;
}

int output_spool(struct output *o, int *fd_out, struct err *err)
{
    int dir = o->dir, fd = -1;
    char name[48];

    if (!o->opened)
        return err_set(err, -EPROTO, "a spool without an output");
    if (dir < 0)
        dir = open(DEFAULT_FOLDER, O_PATH | O_DIRECTORY | O_CLOEXEC);
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
    if (fd < 0 && o->dir < 0)
        fd = memfd_create("xen-bugtool-spool", MFD_CLOEXEC);
    if (dir >= 0 && dir != o->dir)
        close(dir);
    if (fd < 0)
        return folder_err(err, errno, o->folder ? o->folder : DEFAULT_FOLDER);
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

    if (!linkat(o->fd, "", o->dir, name, AT_EMPTY_PATH))
        return 0;
    if (errno == EEXIST)
        return -EEXIST;
    /* Without root the form above is refused. */
    snprintf(proc, sizeof(proc), "/proc/self/fd/%d", o->fd);
    if (!linkat(AT_FDCWD, proc, o->dir, name, AT_SYMLINK_FOLLOW))
        return 0;
    return -errno;
}

/* Gives what has a hidden name its own.  Where the file system can neither
 * rename without replacing nor link, the name is taken first, by an empty file
 * that is ours, and then renamed over. */
static int rename_temp(struct output *o, const char *name)
{
    int fd;

    if (!syscall(SYS_renameat2, o->dir, o->temp, o->dir, name,
                 RENAME_NOREPLACE))
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (o->spec.is_dir) {
        if (mkdirat(o->dir, name, 0700))
            return -errno;
    } else {
        if (!linkat(o->dir, o->temp, o->dir, name, 0)) {
            unlinkat(o->dir, o->temp, 0);
            return 0;
        }
        if (errno == EEXIST)
            return -errno;
        fd = openat(o->dir, name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return -errno;
        close(fd);
    }
    return renameat(o->dir, o->temp, o->dir, name) ? -errno : 0;
}

/* "x.tar.bz2" -> "x-1.tar.bz2" */
static char *suffixed(const struct output *o, int n)
{
    const char *ext = o->spec.ext;
    size_t len = strlen(o->name);

    if (!str_ends(o->name, ext))
        ext = "";
    return xasprintf("%.*s-%d%s", (int)(len - strlen(ext)), o->name, n, ext);
}

static int give_name(struct output *o, struct buf *note, struct err *err)
{
    char *name = xstrdup(o->name);
    int rc;

    for (int i = 1;; i++) {
        rc = o->temp ? rename_temp(o, name) : link_unnamed(o, name);
        if (rc != -EEXIST || i > MAX_SUFFIX)
            break;
        free(name);
        name = suffixed(o, i);
    }
    if (!rc && o->chosen && strcmp(name, o->name))
        buf_addf(note, "%s%s exists by now", note->len ? "; " : "", o->name);
    free(o->name);
    o->name = name;
    if (rc)
        return err_sys(err, -rc, "cannot name the bundle %s/%s", o->folder,
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

static void sync_output(struct output *o, int fd, struct buf *note)
{
    int r = o->spec.is_dir ? syncfs(fd) : fsync(fd);

    if (r && errno != EINVAL && errno != EROFS)
        note_add(note, "the bundle could not be written to disk for sure",
                 errno);
}

int output_finish(struct output *o, bool keep, struct buf *path,
                  struct buf *note, struct err *err)
{
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
    if (o->spec.is_dir) {
        rc = take_over(o, err);
        if (rc)
            return rc;
    }
    sync_output(o, o->fd, note);
    rc = give_name(o, note, err);
    if (rc)
        return rc;
    if (fsync(o->dir) && errno != EINVAL && errno != EBADF)
        note_add(note, "the folder could not be written to disk for sure",
                 errno);
    buf_addf(path, "%s%s%s", o->folder, str_ends(o->folder, "/") ? "" : "/",
             o->name);
    return 0;
}

void output_free(struct output *o)
{
    if (!o)
        return;
    /* The name must still be that of what we made. */
    if (o->temp && o->fd >= 0 && still_named(o->dir, o->temp, o->fd)) {
        if (o->spec.is_dir) {
            if (o->spec.worker.drop) /* nothing is added from now on */
                (void)!fchown(o->fd, geteuid(), getegid());
            tree_remove(o->dir, o->temp, NULL);
        } else {
            unlinkat(o->dir, o->temp, 0);
        }
    }
    if (o->fd >= 0)
        close(o->fd);
    if (o->dir >= 0)
        close(o->dir);
    free(o->folder);
    free(o->name);
    free(o->temp);
    free(o);
}
