#include "collector/front/folder.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342 /* fs/xfs/libxfs/xfs_format.h */
#endif
#define ZFS_MAGIC 0x2fc12fc1 /* include/sys/fs/zfs.h of OpenZFS */

static struct {
    struct path_found f;
    char *path; /* as it was asked for */
    bool plain; /* folder_open may be used */
} held = {.f.fd = -1};

/* What tells the truth about its files, whose sizes are known, and which
 * nobody serves but the kernel. */
static bool is_local(int fd)
{
    static const unsigned long kinds[] = {
        EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,      BTRFS_SUPER_MAGIC,
        F2FS_SUPER_MAGIC, REISERFS_SUPER_MAGIC, TMPFS_MAGIC,
        RAMFS_MAGIC,      SQUASHFS_MAGIC,       EROFS_SUPER_MAGIC_V1,
        ZFS_MAGIC,
    };

    return path_fs_is(fd, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

bool folder_is_held(void)
{
    return held.f.fd >= 0;
}

void folder_forget(void)
{
    path_found_done(&held.f);
    free(held.path);
    held.path = NULL;
    held.plain = false;
}

static void enter(const char *path, size_t len)
{
    const struct path_found *f = &held.f;
    struct err unused = ERR_INIT;

    folder_forget();
    held.path = xstrndup(path, len);
    (void)path_walk(held.path, 0, &held.f, &unused);
    if (f->fd >= 0 && !S_ISDIR(f->st.st_mode))
        path_found_done(&held.f);
    held.plain = f->fd >= 0 && !f->linked && !strcmp(f->real, held.path) &&
                 path_safe(&f->st) && is_local(f->fd);
}

/* The name of path in the folder that is held now; NULL: it is in none. */
static const char *name_in_folder(const char *path)
{
    const char *name = strrchr(path, '/');
    size_t len = name ? (size_t)(name - path) : 0;

    if (!len || !name[1])
        return NULL;
    if (!held.path || strncmp(held.path, path, len) || held.path[len])
        enter(path, len);
    return held.f.fd >= 0 ? name + 1 : NULL;
}

int folder_walk(const char *path, struct path_found *out, struct err *err)
{
    const char *name = name_in_folder(path);
    struct err unused = ERR_INIT;

    if (name && !path_walk_at(held.f.fd, held.f.real, name, 0, out, &unused)) {
        out->linked |= held.f.linked;
        return 0;
    }
    if (name)
        path_found_done(out);
    return path_walk(path, 0, out, err);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

int folder_open(const char *path, struct stat *st_out)
{
    /* O_NOATIME is refused to all but the owner and root. */
    const int flags =
        O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_NOATIME | O_CLOEXEC;
    const char *name = name_in_folder(path);
    struct stat st;
    int fd;

    /* Opening can do something to what is no file. */
    if (!name || !held.plain ||
        fstatat(held.f.fd, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) ||
        !S_ISREG(st.st_mode) || st.st_dev != held.f.st.st_dev)
        return -1;
    fd = openat(held.f.fd, name, flags);
    if (fd >= 0 && (fstat(fd, st_out) || !S_ISREG(st_out->st_mode) ||
                    !same_file(&st, st_out))) {
        close(fd);
        return -1;
    }
    return fd;
}
