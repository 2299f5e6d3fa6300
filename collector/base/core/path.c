#include "collector/base/core/path.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"

#ifndef CONFIGFS_MAGIC
#define CONFIGFS_MAGIC 0x62656570 /* fs/configfs/mount.c */
#endif
#ifndef MQUEUE_MAGIC
#define MQUEUE_MAGIC 0x19800202 /* ipc/mqueue.c */
#endif

/* The inode of a procfs root (PROC_ROOT_INO of Linux' fs/proc). */
#define PROC_ROOT_INO 1
/* Names still to walk, with the texts of all links put in. */
#define MAX_TODO (256u * 1024u)
/* FUSE allows names of 1024 bytes, others stop at 255. */
#define MAX_NAME 1024

/* Of a process that reads a dead host's disk; -1: the machine's own. */
static int root_fd = -1;

void path_set_root(int fd)
{
    root_fd = fd;
}

bool path_has_root(void)
{
    return root_fd >= 0;
}

static bool from_disk(unsigned flags)
{
    return root_fd >= 0 && !(flags & (PATH_NAMED | PATH_LIVE));
}

static int open_root(unsigned flags)
{
    if (from_disk(flags))
        return openat(root_fd, ".", O_PATH | O_CLOEXEC);
    return open("/", O_PATH | O_CLOEXEC);
}

struct walk {
    const char *asked; /* for messages */
    unsigned flags, links;
    int fd; /* where we are; its st; both change together */
    struct stat st;
    struct buf real; /* "" at the root */
    char *todo;      /* owned; pos: what is still to walk */
    size_t pos;
    struct path_found *out;
    struct err *err;
};

bool path_safe(const struct stat *st)
{
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return false;
    return !(st->st_mode & (S_IWGRP | S_IWOTH));
}

char *path_unsafe_why(const struct stat *st, char *out, size_t size)
{
    if (st->st_uid != 0 && st->st_uid != geteuid())
        snprintf(out, size, "belongs to uid %lu (chown root it)",
                 (unsigned long)st->st_uid);
    else
        snprintf(out, size, "can be written by others (chmod go-w it)");
    return out;
}

bool path_fs_is(int fd, const unsigned long *kinds, size_t n)
{
    struct statfs sfs;

    if (fstatfs(fd, &sfs))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned long)sfs.f_type == kinds[i])
            return true;
    return false;
}

/* A FUSE server answers what it likes, owners too, and any user may be one. */
static bool safe_folder(int fd, const struct stat *st)
{
    struct statfs sfs;

    return path_safe(st) && !fstatfs(fd, &sfs) &&
           sfs.f_type != FUSE_SUPER_MAGIC;
}

bool path_is_automount(int fd)
{
    struct statfs sfs;

    return !fstatfs(fd, &sfs) && sfs.f_type == AUTOFS_SUPER_MAGIC;
}

/* What a running kernel makes up, or keeps in memory.  A disk is whatever has
 * another type. */
static bool is_memory(int fd)
{
    static const unsigned long kinds[] = {
        PROC_SUPER_MAGIC, SYSFS_MAGIC,        DEBUGFS_MAGIC,
        TRACEFS_MAGIC,    SECURITYFS_MAGIC,   XENFS_SUPER_MAGIC,
        TMPFS_MAGIC,      RAMFS_MAGIC,        DEVPTS_SUPER_MAGIC,
        HUGETLBFS_MAGIC,  CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
        PSTOREFS_MAGIC,   EFIVARFS_MAGIC,     AUTOFS_SUPER_MAGIC,
        BPF_FS_MAGIC,     BINFMTFS_MAGIC,     SELINUX_MAGIC,
        CONFIGFS_MAGIC,   MQUEUE_MAGIC,
    };

    return path_fs_is(fd, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

/* In procfs absolute link texts below a process describe, but are not, what
 * the link leads to, and so are those with a colon ("pipe:[123]"). */
static bool magic_link(int dir, const struct stat *dir_st, const char *text)
{
    struct statfs sfs;

    if (fstatfs(dir, &sfs) || sfs.f_type != PROC_SUPER_MAGIC)
        return false;
    return strchr(text, ':') ||
           (text[0] == '/' && dir_st->st_ino != PROC_ROOT_INO);
}

static void real_push(struct buf *real, const char *name)
{
    buf_addc(real, '/');
    buf_adds(real, name);
}

static void real_pop(struct buf *real)
{
    while (real->len && real->data[--real->len] != '/')
        ;
    if (real->data)
        real->data[real->len] = '\0';
}

static void move_to(struct walk *w, int fd, const struct stat *st)
{
    close(w->fd);
    w->fd = fd;
    w->st = *st;
}

static int go_root(struct walk *w)
{
    int fd = open_root(w->flags);
    struct stat st;

    if (fd < 0 || fstat(fd, &st)) {
        int e = errno;

        if (fd >= 0)
            close(fd);
        return err_sys(w->err, e, "cannot open /");
    }
    buf_reset(&w->real);
    move_to(w, fd, &st);
    return 0;
}

/* Puts the link's text in front of what is still to walk. */
static int follow(struct walk *w, int link, const char *name)
{
    char text[PATH_MAX], *todo;
    ssize_t n = readlinkat(link, "", text, sizeof(text) - 1);

    if (n < 0)
        return err_sys(w->err, errno, "cannot read the link %s", w->asked);
    text[n] = '\0';
    if (n == 0)
        return err_sys(w->err, ENOENT, "cannot open %s", w->asked);
    if (++w->links > PATH_MAX_LINKS)
        return err_sys(w->err, ELOOP, "cannot open %s", w->asked);
    if (!(w->flags & PATH_NAMED) && !safe_folder(w->fd, &w->st))
        return err_set(w->err, PATH_UNSAFE,
                       "%s/%s is a symbolic link in a folder that others can "
                       "write, so it is not followed",
                       buf_str(&w->real), name);
    if (magic_link(w->fd, &w->st, text))
        return err_set(w->err, PATH_UNSAFE,
                       "%s/%s is a link of procfs, which is not followed",
                       buf_str(&w->real), name);
    if (strlen(w->todo + w->pos) + (size_t)n > MAX_TODO)
        return err_sys(w->err, ENAMETOOLONG, "cannot open %s", w->asked);
    todo =
        xasprintf("%s%s%s", text, w->todo[w->pos] ? "/" : "", w->todo + w->pos);
    free(w->todo);
    w->todo = todo;
    w->pos = 0;
    w->out->linked = true;
    return text[0] == '/' ? go_root(w) : 0;
}

/* One name. */
static int step(struct walk *w, const char *name)
{
    struct path_found *out = w->out;
    struct stat st;
    int fd, rc;

    if (!S_ISDIR(w->st.st_mode))
        return err_sys(w->err, ENOTDIR, "cannot open %s", w->asked);
    if (!strcmp(name, ".") || (!strcmp(name, "..") && !w->real.len))
        return 0; /* above the root is the root */
    fd = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && path_is_automount(w->fd))
        return err_set(w->err, -ENOENT,
                       "cannot open %s: %s is a point of automount, and "
                       "nothing is mounted for this",
                       w->asked, buf_str(&w->real));
    if (fd < 0)
        return err_sys(w->err, errno, "cannot open %s", w->asked);
    if (fstat(fd, &st)) {
        rc = err_sys(w->err, errno, "cannot stat %s", w->asked);
        goto out;
    }
    if (from_disk(w->flags) && st.st_dev != w->st.st_dev && is_memory(fd)) {
        rc = err_set(w->err, PATH_ELSEWHERE,
                     "%s: not with --sysroot: what is mounted at %s/%s is of "
                     "the machine that runs now",
                     w->asked, buf_str(&w->real), name);
        goto out;
    }
    if (S_ISLNK(st.st_mode)) {
        rc = follow(w, fd, name);
        goto out;
    }
    out->safe_dir = safe_folder(w->fd, &w->st);
    out->dir_uid = w->st.st_uid;
    out->dir_shared = w->st.st_mode & (S_IWGRP | S_IWOTH);
    if (!strcmp(name, ".."))
        real_pop(&w->real);
    else
        real_push(&w->real, name);
    move_to(w, fd, &st);
    return 0;

out:
    close(fd);
    return rc;
}

/* The next name of todo, or NULL. */
static char *next_name(struct walk *w)
{
    size_t n;
    char *name;

    w->pos += strspn(w->todo + w->pos, "/");
    n = strcspn(w->todo + w->pos, "/");
    if (!n)
        return NULL;
    name = xstrndup(w->todo + w->pos, n);
    w->pos += n;
    return name;
}

static int walk(struct walk *w)
{
    bool slash;
    char *name;
    int rc = 0;

    while (!rc && (name = next_name(w))) {
        /* "link/name": the slash after a name goes with the name, so that
         * what is left is relative. */
        slash = w->todo[w->pos] == '/';
        w->pos += strspn(w->todo + w->pos, "/");
        rc = step(w, name);
        if (!rc && slash && !w->todo[w->pos] && !S_ISDIR(w->st.st_mode))
            rc = err_sys(w->err, ENOTDIR, "cannot open %s", w->asked);
        free(name);
    }
    return rc;
}

int path_walk_at(int dir, const char *dir_real, const char *path,
                 unsigned flags, struct path_found *out, struct err *err)
{
    struct walk w = {.asked = path, .flags = flags, .out = out, .err = err};
    int rc;

    memset(out, 0, sizeof(*out));
    out->fd = -1;
    w.fd = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    if (w.fd < 0 || fstat(w.fd, &w.st)) {
        rc = err_sys(err, errno, "cannot open %s", dir_real);
        goto out;
    }
    if (strcmp(dir_real, "/"))
        buf_adds(&w.real, dir_real);
    w.todo = xstrdup(path);
    rc = walk(&w);
    out->real = xstrdup(w.real.len ? buf_str(&w.real) : "/");
    if (rc)
        goto out;
    out->fd = w.fd;
    out->st = w.st;
    w.fd = -1;

out:
    if (w.fd >= 0)
        close(w.fd);
    free(w.todo);
    buf_done(&w.real);
    return rc;
}

int path_walk(const char *path, unsigned flags, struct path_found *out,
              struct err *err)
{
    int root, rc;

    memset(out, 0, sizeof(*out));
    out->fd = -1;
    if (path[0] != '/')
        return err_set(err, -EINVAL, "%s is not an absolute path", path);
    root = open_root(flags);
    if (root < 0)
        return err_sys(err, errno, "cannot open /");
    rc = path_walk_at(root, "/", path, flags, out, err);
    close(root);
    return rc;
}

void path_found_done(struct path_found *f)
{
    if (f->fd >= 0)
        close(f->fd);
    free(f->real);
    memset(f, 0, sizeof(*f));
    f->fd = -1;
}

int path_reopen(int fd, int flags)
{
    char self[40];
    int r;

    flags |= O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    /* O_NOATIME is for the owner and root alone: EPERM for others. */
    r = open(self, flags | O_NOATIME);
    if (r < 0 && errno == EPERM)
        r = open(self, flags);
    return r < 0 ? -errno : r;
}

bool path_is_pattern(const char *s)
{
    return strpbrk(s, "*?[") != NULL;
}

char *path_as_pattern(const char *path)
{
    struct buf b = BUF_INIT;

    for (; *path; path++) {
        if (strchr("*?[\\", *path))
            buf_addf(&b, "[%c]", *path);
        else
            buf_addc(&b, *path);
    }
    return buf_take(&b);
}

/* The length of the first component at s; s is after its slashes. */
static size_t component(const char *s)
{
    return strcspn(s, "/");
}

static const char *skip_slashes(const char *s)
{
    return s + strspn(s, "/");
}

static bool match_one(const char *pat, size_t pat_len, const char *s,
                      size_t len, bool dots)
{
    char p[MAX_NAME + 1], name[MAX_NAME + 1];

    if (pat_len >= sizeof(p) || len >= sizeof(name))
        return false;
    memcpy(p, pat, pat_len);
    p[pat_len] = '\0';
    memcpy(name, s, len);
    name[len] = '\0';
    return !fnmatch(p, name, FNM_NOESCAPE | (dots ? FNM_PERIOD : 0));
}

/* As fnmatch's "*", but over components: only the last "**" has to be tried
 * again, since what it swallows is free for any that came before. */
bool path_match(const char *pattern, const char *path, bool dots)
{
    const char *retry_pat = NULL, *retry_path = NULL;
    const char *p = skip_slashes(pattern), *s = skip_slashes(path);

    for (;;) {
        size_t pn = component(p), sn = component(s);

        if (pn == 2 && !strncmp(p, "**", 2)) {
            p = skip_slashes(p + pn);
            retry_pat = p;
            retry_path = s;
            continue;
        }
        if (!pn && !sn)
            return true;
        if (pn && sn && match_one(p, pn, s, sn, dots)) {
            p = skip_slashes(p + pn);
            s = skip_slashes(s + sn);
            continue;
        }
        if (!retry_pat || !*retry_path || (dots && *retry_path == '.'))
            return false;
        retry_path = skip_slashes(retry_path + component(retry_path));
        p = retry_pat;
        s = retry_path;
    }
}
