#include "collector/filter_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/log.h"
#include "collector/base/core/packed.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define MAX_DEPTH 100
#define MAX_NAMES 1000000u /* in one folder */
#define MAX_TRIES 1000u    /* for a name that is taken */

struct tree {
    struct filter *f;
    const struct redact_rules *keeping; /* leave tokens of ours alone */
    struct control *ctl;
    int out;
    struct stat out_st;
    struct tree_result *res;
};

/* ---- names --------------------------------------------------------------- */

static char *joined(const char *folder, const char *name)
{
    return *folder ? xasprintf("%s/%s", folder, name) : xstrdup(name);
}

/* What name is called below the folder out; to be freed.  A secret that begins
 * in the folder's name and ends here leaves nothing of the name. */
static char *masked(const struct tree *t, const char *out, const char *name)
{
    struct buf b = BUF_INIT, whole = BUF_INIT;
    char *path;

    redact_text(t->f->rules, name, strlen(name), &b);
    path = joined(out, buf_str(&b));
    redact_text(t->keeping, path, strlen(path), &whole);
    if (strcmp(buf_str(&whole), path)) {
        free(path);
        path = joined(out, "hidden");
    }
    buf_done(&b);
    buf_done(&whole);
    return path;
}

/* Makes the file or folder; if the name is taken, path gets a number behind
 * it.  A descriptor (0 for a folder), or negative. */
static int make(const struct tree *t, char **path, bool folder, struct err *err)
{
    char *first = xstrdup(*path);
    int fd = -1;

    for (unsigned i = 1; i <= MAX_TRIES; i++) {
        fd = folder
                 ? mkdirat(t->out, *path, 0700)
                 : openat(t->out, *path,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                          0600);
        if (fd >= 0 || errno != EEXIST)
            break;
        free(*path);
        *path = xasprintf("%s~%u", first, i);
    }
    free(first);
    return fd >= 0 ? fd : err_sys(err, errno, "cannot make %s", *path);
}

/* ---- one file ------------------------------------------------------------ */

/* A path for a message; to be freed. */
static char *shown(const struct tree *t, const char *rel)
{
    struct buf b = BUF_INIT;

    redact_text(t->f->rules, rel, strlen(rel), &b);
    return buf_take(&b);
}

static void left_out(struct tree *t, const char *rel, const char *why)
{
    char *name = shown(t, rel);

    t->res->left_out++;
    log_msg(LOG_NOTE, "left out: %s: %s", name, why);
    free(name);
}

static void failed(struct tree *t, const char *rel, const char *why)
{
    char *name = shown(t, rel);

    t->res->failed++;
    log_msg(LOG_WARN, "%s: %s", name, why);
    free(name);
}

static void found(struct tree *t, const char *rel, uint64_t hits)
{
    char *name = hits && t->out < 0 ? shown(t, rel) : NULL;

    t->res->found += hits != 0;
    if (name)
        filter_tell(t->f, name, hits);
    free(name);
}

/* "messages.1.gz" is unpacked to "messages.1", unless that is there too. */
static char *plain_name(const char *name, char *const *names)
{
    const char *end = packed_ending(name);
    char *plain = xstrdup(name);

    if (!end)
        return plain;
    plain[end - name] = '\0';
    for (size_t k = 0; names[k]; k++)
        if (!strcmp(names[k], plain)) {
            memcpy(plain, name, strlen(name) + 1);
            break;
        }
    return plain;
}

/* Errors of the output end all; those of the input are told and passed. */
static int copy(struct tree *t, struct input *in, int in_fd, const char *rel,
                char **path, struct err *err)
{
    int fd = t->out < 0 ? -1 : make(t, path, false, err), rc;
    struct err why = ERR_INIT;
    struct timespec times[2];
    uint64_t hits = 0;
    struct stat st;

    if (t->out >= 0 && fd < 0)
        return fd;
    rc = filter_run(t->f, in, sink_to_fd(fd, *path), &hits, &why);
    if (fd >= 0 && !fstat(in_fd, &st)) {
        times[0] = times[1] = st.st_mtim;
        (void)futimens(fd, times);
    }
    if (fd >= 0 && close(fd) && !rc)
        rc = err_sys(&why, errno, "cannot write %s", *path);
    found(t, rel, hits);
    /* The output fails with what only writing fails with. */
    if (rc == -ENOSPC || rc == -EDQUOT || rc == -EFBIG || rc == -EROFS) {
        *err = why;
        return rc;
    }
    if (rc)
        failed(t, rel, why.text);
    return 0;
}

static int take_file(struct tree *t, int fd, const char *rel, const char *out,
                     const char *name, char *const *names, struct err *err)
{
    struct input *in = NULL;
    struct err why = ERR_INIT;
    char *plain, *path;
    int rc = 0;

    if (input_new(fd, &in, &why)) {
        failed(t, rel, why.text);
        return 0;
    }
    if (input_is_binary(in)) {
        left_out(t, rel, "binary content");
        goto out;
    }
    plain = input_decoded(in) ? plain_name(name, names) : xstrdup(name);
    path = masked(t, out, plain);
    rc = copy(t, in, fd, rel, &path, err);
    free(path);
    free(plain);
out:
    input_free(in);
    return rc;
}

/* ---- folders ------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; NULL-terminated. */
static int list(int fd, char ***out, struct err *err)
{
    int copy_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    DIR *d = copy_fd >= 0 ? fdopendir(copy_fd) : NULL;
    struct dirent *de;
    size_t n = 0, cap = 64;
    int rc = 0;

    *out = xcalloc(cap, sizeof(**out));
    if (!d) {
        rc = err_sys(err, errno, "cannot list the folder");
        if (copy_fd >= 0)
            close(copy_fd);
        return rc;
    }
    while (!rc && (errno = 0, de = readdir(d))) {
        if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
            continue;
        if (n + 2 > cap) {
            cap *= 2;
            *out = xreallocarray(*out, cap, sizeof(**out));
        }
        (*out)[n++] = xstrdup(de->d_name);
        (*out)[n] = NULL;
        if (n == MAX_NAMES)
            rc = err_set(err, -E2BIG, "more than %u names in one folder",
                         MAX_NAMES);
    }
    if (!rc && errno)
        rc = err_sys(err, errno, "cannot list the folder");
    closedir(d);
    if (n)
        qsort(*out, n, sizeof(**out), compare);
    return rc;
}

static int take_folder(struct tree *t, int fd, const char *rel, const char *out,
                       unsigned depth, struct err *err);

static int enter(struct tree *t, int fd, const char *rel, const char *out,
                 const char *name, unsigned depth, struct err *err)
{
    struct stat st;
    char *path;
    int rc = 0;

    if (t->out >= 0 && !fstat(fd, &st) && st.st_dev == t->out_st.st_dev &&
        st.st_ino == t->out_st.st_ino)
        return 0; /* what we are making */
    if (depth == MAX_DEPTH) {
        failed(t, rel, "folders are nested too deeply");
        return 0;
    }
    path = masked(t, out, name);
    if (t->out >= 0)
        rc = make(t, &path, true, err);
    if (rc >= 0)
        rc = take_folder(t, fd, rel, path, depth + 1, err);
    free(path);
    return rc;
}

static int take_entry(struct tree *t, const char *rel, const char *out,
                      const char *name, char *const *names, unsigned depth,
                      struct err *err)
{
    enum input_kind kind = INPUT_SPECIAL;
    struct err why = ERR_INIT;
    char *refused = NULL;
    int fd, rc;

    rc = control_input(t->ctl, rel, &kind, &fd, &refused, &why);
    if (rc == -EPIPE || rc == -EPROTO) {
        *err = why;
        return rc;
    }
    if (rc) {
        failed(t, rel, why.text);
        return 0;
    }
    switch (kind) {
    case INPUT_FILE:
        rc = take_file(t, fd, rel, out, name, names, err);
        break;
    case INPUT_FOLDER:
        rc = enter(t, fd, rel, out, name, depth, err);
        break;
    case INPUT_LINK:
        left_out(t, rel, "a symbolic link");
        break;
    case INPUT_SPECIAL:
        left_out(t, rel, "a device, FIFO or socket");
        break;
    case INPUT_REFUSED:
        left_out(t, rel, refused);
        break;
    }
    if (fd >= 0)
        close(fd);
    free(refused);
    return rc;
}

static int take_folder(struct tree *t, int fd, const char *rel, const char *out,
                       unsigned depth, struct err *err)
{
    struct err why = ERR_INIT;
    char **names;
    int rc = 0;

    if (list(fd, &names, &why))
        failed(t, *rel ? rel : ".", why.text);
    for (size_t i = 0; !rc && names[i]; i++) {
        char *sub = joined(rel, names[i]);

        if (t->f->inputs % 256 == 255)
            log_progress("%" PRIu64 " files: %s", t->f->inputs, sub);
        rc = take_entry(t, sub, out, names[i], names, depth, err);
        free(sub);
    }
    str_list_free(names);
    return rc;
}

int filter_tree(struct filter *f, const struct redact_rules *keeping,
                struct control *ctl, int out_fd, struct tree_result *res_out,
                struct err *err)
{
    struct tree t = {
        .f = f, .keeping = keeping, .ctl = ctl, .out = out_fd, .res = res_out};
    enum input_kind kind = INPUT_SPECIAL;
    char *why = NULL;
    int fd, rc;

    memset(res_out, 0, sizeof(*res_out));
    if (out_fd >= 0 && fstat(out_fd, &t.out_st))
        return err_sys(err, errno, "cannot look at the new folder");
    rc = control_input(ctl, "", &kind, &fd, &why, err);
    free(why);
    if (rc)
        return rc;
    rc = kind == INPUT_FOLDER ? take_folder(&t, fd, "", "", 0, err)
                              : err_set(err, -ENOTDIR, "it is no folder");
    if (fd >= 0)
        close(fd);
    log_progress("%s", "");
    return rc;
}
