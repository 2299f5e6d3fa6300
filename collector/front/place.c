#include "collector/front/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "config.h"

/* Closing a bundle needs a few KiB; a file system with less is full. */
#define MIN_FREE (64u * 1024u)

int place_error(struct err *err, int errnum, const char *folder)
{
    const char *hint = errnum == ENOENT
                           ? "; make it first, or choose another with --outfile"
                           : "; choose another folder with --outfile";

    return err_set(err, -errnum, "cannot write into %.255s: %s%s", folder,
                   strerror(errnum), hint);
}

static int full_or_unfit(int dir, const char *folder, struct err *err)
{
    struct statvfs vfs;
    unsigned long long free_bytes;

    if (faccessat(dir, ".", W_OK | X_OK, AT_EACCESS))
        return place_error(err, errno, folder);
    if (fstatvfs(dir, &vfs) || !vfs.f_blocks)
        return 0;
    free_bytes = (unsigned long long)(geteuid() ? vfs.f_bavail : vfs.f_bfree) *
                 vfs.f_frsize;
    return free_bytes < MIN_FREE ? place_error(err, ENOSPC, folder) : 0;
}

/* Opens the folder for good: later changes of its path do not matter. */
static int open_folder(struct place *p, const char *folder, struct err *err)
{
    struct stat st;

    p->dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->dir < 0 && errno == EACCES) /* it may still be writable */
        p->dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (p->dir < 0)
        return place_error(err, errno, folder);
    /* One that was deleted can still be opened as ".". */
    if (!fstat(p->dir, &st) && !st.st_nlink)
        return place_error(err, ENOENT, folder);
    p->folder = realpath(folder, NULL);
    if (!p->folder)
        p->folder = xstrdup(folder);
    return full_or_unfit(p->dir, p->folder, err);
}

/* -o PATH: a folder that exists, or the name of a new file in one. */
static int place_outfile(struct place *p, const char *path, struct err *err)
{
    char *parent, *slash;
    struct stat st;
    int rc;

    if (!stat(path, &st) && S_ISDIR(st.st_mode))
        return open_folder(p, path, err);
    if (!lstat(path, &st))
        return err_set(err, -EEXIST,
                       "%.255s exists; xen-bugtool never replaces a file, "
                       "choose another name with --outfile",
                       path);
    if (errno != ENOENT)
        return err_sys(err, errno, "cannot make %.255s", path);
    if (str_ends(path, "/"))
        return place_error(err, ENOENT, path);

    slash = strrchr(path, '/');
    parent = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
    rc = open_folder(p, parent, err);
    p->name = xstrdup(slash ? slash + 1 : path);
    p->chosen = true;
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
static int place_configured(struct place *p, const char *folder,
                            struct err *err)
{
    const char *why = folder[0] == '/' ? NULL : "is not an absolute path";
    char *copy, *part, *rest;
    int fd, next;

    if (geteuid() && !why)
        return open_folder(p, folder, err);
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
        return place_error(err, errno, folder);
    close(fd);
    if (!why && folder[strspn(folder, "/")] == '\0')
        why = "is no place for bundles";
    if (why)
        return err_set(err, -EPERM,
                       "the configured folder %.255s, or one above it, %s; "
                       "choose another",
                       folder, why);
    return open_folder(p, folder, err);
}

int place_find(const char *outfile, const char *configured, struct place *out,
               struct err *err)
{
    memset(out, 0, sizeof(*out));
    out->dir = -1;
    if (outfile)
        return place_outfile(out, outfile, err);
    if (*configured)
        return place_configured(out, configured, err);
    return open_folder(out, PLACE_DEFAULT, err);
}

void place_done(struct place *p)
{
    if (p->dir >= 0)
        close(p->dir);
    free(p->folder);
    free(p->name);
    memset(p, 0, sizeof(*p));
    p->dir = -1;
}
