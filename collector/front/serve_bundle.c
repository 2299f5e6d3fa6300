/* serve_bundle.c: the bundles and files that the worker reads by itself. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/path.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/deny.h"
#include "collector/front/serve_parts.h"
#include "config.h"

#define MAX_PARTS 128

/* --- a foreign bundle --------------------------------------------------- */

int serve_open_plain(int dir, const char *name, int flags, struct stat *st)
{
    int fd = openat(dir, name, O_PATH | O_CLOEXEC | flags), r;

    if (fd < 0)
        return -errno;
    if (fstat(fd, st))
        r = -errno;
    else if (S_ISDIR(st->st_mode))
        r = path_reopen(fd, O_RDONLY | O_DIRECTORY);
    else if (S_ISREG(st->st_mode))
        r = path_reopen(fd, O_RDONLY);
    else
        r = -EBADF;
    close(fd);
    return r;
}

static int open_bundle(struct server *s, const char *path, struct err *err)
{
    struct stat st = {0}, manifest = {0};
    int fd = serve_open_plain(AT_FDCWD, path, 0, &st), probe;

    if (fd == -EBADF)
        return err_set(err, -EINVAL,
                       "%.255s is neither a file nor a folder, so no bundle",
                       path);
    if (fd < 0)
        return err_sys(err, -fd, "cannot open the bundle %.255s", path);
    if (S_ISDIR(st.st_mode)) {
        probe = serve_open_plain(fd, "manifest.json", O_NOFOLLOW, &manifest);
        if (probe >= 0)
            close(probe);
        if (probe < 0 || !S_ISREG(manifest.st_mode)) {
            close(fd);
            return err_set(err, -EINVAL,
                           "the folder %.255s holds no manifest.json, so it is "
                           "no bundle",
                           path);
        }
    }
    s->bundle = fd;
    s->bundle_is_dir = S_ISDIR(st.st_mode);
    return 0;
}

/* Once collect is done: its own bundle, to be looked through and sent. */
static int do_made(struct server *s, struct fields *in, struct answer *out,
                   struct err *err)
{
    bool is_dir = false;

    if (!fields_end(in))
        return serve_nonsense(err, "bad fields");
    out->fd = s->made;
    if (out->fd < 0)
        out->fd = output_reopen(s->output, &is_dir, err);
    if (out->fd < 0)
        return out->fd;
    if (is_dir) { /* CT_OPEN is about this one from now on */
        if (s->bundle >= 0)
            close(s->bundle);
        s->bundle = out->fd;
        s->bundle_is_dir = true;
    } else {
        s->made = out->fd;
    }
    field_put_u64(&out->fields, is_dir);
    return 0;
}

/* From here on the worker reads bytes that somebody else chose.  Should they
 * get the better of it, it must not have root's eyes and hands: its readers are
 * ended and it gets no others. */
int serve_bundle(struct server *s, struct fields *in, struct answer *out,
                 struct err *err)
{
    const char *path = options_last(s->opt, OPT_REPLAY);
    int rc;

    if (s->finished)
        return do_made(s, in, out, err);
    if (!path && s->opt->n_operands)
        path = s->opt->operands[0];
    if (!fields_end(in) || !path)
        return serve_nonsense(err, "bad fields, or no bundle was named");
    s->asked_bundle = true;
    readers_kill_all(s->readers);
    if (s->bundle < 0) {
        rc = open_bundle(s, path, err);
        if (rc)
            return rc;
    }
    field_put_u64(&out->fields, s->bundle_is_dir);
    out->fd = s->bundle;
    return 0;
}

/* One name of a path below a bundle's folder. */
static int open_part(int dir, const char *name, size_t n, bool last,
                     struct stat *st)
{
    char part[NAME_MAX + 1];
    int fd;

    if (!n || n >= sizeof(part))
        return -EINVAL;
    memcpy(part, name, n);
    part[n] = '\0';
    if (!strcmp(part, ".") || !strcmp(part, ".."))
        return -EINVAL;
    if (last)
        return serve_open_plain(dir, part, O_NOFOLLOW, st);
    fd = openat(dir, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* Walks rel below dir, name by name, never over a link.  Not openat2: the walk
 * gives the same, and on kernels before 5.6 too. */
static int open_below(int dir, const char *rel, struct stat *st)
{
    int at = dir;

    for (int i = 0; i < MAX_PARTS; i++) {
        size_t n = strcspn(rel, "/");
        bool last = !rel[n];
        int fd = open_part(at, rel, n, last, st);

        if (at != dir)
            close(at);
        if (fd < 0 || last)
            return fd;
        at = fd;
        rel += n + 1;
    }
    close(at);
    return -ENAMETOOLONG;
}

int serve_open(struct server *s, struct fields *in, struct answer *out,
               struct err *err)
{
    const char *rel = field_str(in);
    struct stat st = {0}, top = {0};
    int fd;

    if (!fields_end(in) || s->bundle < 0 || !s->bundle_is_dir)
        return serve_nonsense(err, "bad fields, or the bundle is no folder");
    fd = open_below(s->bundle, rel, &st);
    if (fd == -ELOOP || fd == -EBADF || fd == -ENOTDIR)
        return err_set(err, -EINVAL, "'%.255s' is no plain file in a folder",
                       rel);
    if (fd < 0)
        return err_sys(err, -fd, "cannot open '%.255s' of the bundle", rel);
    /* A second name for a file of another owner: whoever made the folder may
     * have linked what they cannot read themselves. */
    if (!S_ISREG(st.st_mode) || fstat(s->bundle, &top) ||
        (st.st_nlink > 1 && st.st_uid != top.st_uid)) {
        close(fd);
        return err_set(err, -EINVAL, "'%.255s' is no plain file of the bundle",
                       rel);
    }
    out->fd = fd;
    out->close_fd = true;
    return 0;
}

/* --- what redact reads --------------------------------------------------- */

/* What the user names is read, secret or not, since it comes out redacted; but
 * neither what reading takes from others, or never ends, nor our own key. */
static const char *refuse_operand(const char *path)
{
    static const char *const below[] = {"/dev/", "/proc/", "/sys/",
                                        SYSCONFDIR "/xen-bugtool/"};
    char *real = realpath(path, NULL);
    const char *why = NULL;

    for (size_t i = 0; real && i < sizeof(below) / sizeof(below[0]); i++)
        if (str_starts(real, below[i]))
            why = deny_file(real, true);
    free(real);
    return why;
}

/* An operand of redact or diagnose itself. */
static int open_operand(struct server *s, uint64_t which, struct stat *st,
                        struct err *err)
{
    const char *path = s->opt->operands[which], *why = refuse_operand(path);
    int fd;

    if (why)
        return err_set(err, -EPERM, "%.255s is never read: %s", path, why);
    fd = serve_open_plain(AT_FDCWD, path, 0, st);
    if (fd < 0 && fd != -EBADF)
        return err_sys(err, -fd, "cannot open %.255s", path);
    if (fd >= 0 && S_ISDIR(st->st_mode) && s->input < 0 && !which) {
        s->input = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        s->input_path = realpath(path, NULL);
        s->input_dev = st->st_dev;
        s->input_uid = st->st_uid;
    }
    return fd;
}

/* Why a part of a tree is left out, NULL if it is not.  As for a bundle's
 * folder, another owner's file under a second name may be planted. */
static const char *refuse_part(const struct server *s, const char *rel,
                               const struct stat *st)
{
    char *path = xasprintf("%s/%s", s->input_path ? s->input_path : "", rel);
    const char *why = NULL;

    if (S_ISDIR(st->st_mode))
        why = st->st_dev != s->input_dev ? "another file system"
                                         : deny_folder(path);
    else if (S_ISREG(st->st_mode) && st->st_nlink > 1 &&
             st->st_uid != s->input_uid)
        why = "another owner's file under a second name";
    else if (S_ISREG(st->st_mode))
        why = deny_file(path, false);
    free(path);
    return why;
}

int serve_input(struct server *s, struct fields *in, struct answer *out,
                struct err *err)
{
    const char *rel = field_str(in), *why = NULL;
    uint64_t which = field_u64(in);
    enum input_kind kind = INPUT_SPECIAL;
    struct stat st = {0};
    int fd;

    if (!fields_end(in) || which >= s->opt->n_operands ||
        (*rel && s->input < 0))
        return serve_nonsense(err, "bad fields, or nothing was named");
    s->asked_bundle = true;
    readers_kill_all(s->readers);
    fd = *rel ? open_below(s->input, rel, &st)
              : open_operand(s, which, &st, err);
    if (fd < 0 && fd != -EBADF)
        return *rel ? err_sys(err, -fd, "cannot open '%.255s'", rel) : fd;
    if (*rel)
        why = refuse_part(s, rel, &st);
    if (why)
        kind = INPUT_REFUSED;
    else if (fd >= 0)
        kind = S_ISDIR(st.st_mode) ? INPUT_FOLDER : INPUT_FILE;
    else if (S_ISLNK(st.st_mode))
        kind = INPUT_LINK;
    field_put_u64(&out->fields, kind);
    field_put_str(&out->fields, why ? why : "");
    out->close_fd = true;
    out->fd = fd;
    if (why && fd >= 0) {
        close(fd);
        out->fd = -1;
    }
    return 0;
}
