/* Listing files: RQ_GLOB, RQ_TREE.
 *
 * Folders are walked in the order of the full paths, so that entries go out as
 * they are found and a bound keeps the same ones every time: names are sorted
 * with a "/" behind those that are folders.  Only the names of the folders on
 * the way down are held. */
#include "collector/front/reply.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/path.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/deny.h"

#define MAX_COMPONENTS 64
#define MAX_DEPTH 64        /* of a tree, whatever is asked */
#define DEFAULT_DEPTH 8     /* of a tree and of "**" */
#define MAX_ENTRIES 65536   /* if the request sets no bound */
#define MAX_HELD (8u << 20) /* bytes of names held at a time */
#define NAME_COST 32        /* what a name costs beside its bytes */

struct list {
    struct reply *rp;
    uint64_t max_entries, n;
    bool more; /* there was another one: stop */

    /* glob: the components of the pattern, n_comps of them */
    char *comps[MAX_COMPONENTS];
    size_t n_comps;

    /* tree */
    const char *filter; /* a pattern that the paths must fit; NULL for all */
    uint64_t max_depth;
    dev_t dev;

    bool dangling; /* links that lead nowhere are listed, too */
    size_t held;
    int errnum; /* of the first folder that could not be read */
    /* What was left out. */
    uint64_t n_unreadable, n_mounts, n_automounts, n_deep, n_crowded, n_links,
        n_denied, n_long, n_elsewhere;
};

/* A folder on the way down. */
struct place {
    int fd;            /* O_PATH, of the caller */
    const char *shown; /* how it is called in answers; "" for the root */
    const char *real;  /* where it lies; "" for the root */
};

struct names {
    char **v; /* folders end in "/" */
    size_t n, cap, bytes;
};

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_done(struct list *l, struct names *ns)
{
    for (size_t i = 0; i < ns->n; i++)
        free(ns->v[i]);
    free(ns->v);
    l->held -= ns->bytes;
}

static void names_add(struct list *l, struct names *ns, const char *name,
                      bool folder)
{
    size_t cost = strlen(name) + NAME_COST;

    if (ns->n == ns->cap) {
        ns->cap = ns->cap ? 2 * ns->cap : 64;
        ns->v = xreallocarray(ns->v, ns->cap, sizeof(*ns->v));
    }
    ns->v[ns->n++] = xasprintf("%s%s", name, folder ? "/" : "");
    ns->bytes += cost;
    l->held += cost;
}

static bool is_folder(int dir, const struct dirent *d)
{
    struct stat st;

    if (d->d_type != DT_UNKNOWN)
        return d->d_type == DT_DIR;
    return !fstatat(dir, d->d_name, &st,
                    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) &&
           S_ISDIR(st.st_mode);
}

/* The names in a folder that fit pattern (NULL: all), sorted.  all_folders:
 * the pattern is one for folders.  False if the folder cannot be read. */
static bool names_read(struct list *l, int fd, const char *pattern,
                       bool all_folders, struct names *ns)
{
    /* "." of an O_PATH descriptor: opened without mounting anything. */
    int dir_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = dir_fd >= 0 ? fdopendir(dir_fd) : NULL;
    struct dirent *d;

    memset(ns, 0, sizeof(*ns));
    if (!dir) {
        int e = errno;

        if (dir_fd >= 0)
            close(dir_fd);
        errno = e;
        return false;
    }
    l->n_automounts += path_is_automount(dir_fd);
    while ((d = readdir(dir))) {
        if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
            continue;
        if (pattern && fnmatch(pattern, d->d_name, FNM_PERIOD | FNM_NOESCAPE))
            continue;
        if (l->held >= MAX_HELD) {
            l->n_crowded++;
            break;
        }
        names_add(l, ns, d->d_name, all_folders || is_folder(dir_fd, d));
    }
    closedir(dir);
    if (ns->n)
        qsort(ns->v, ns->n, sizeof(*ns->v), compare);
    return true;
}

static void unreadable(struct list *l, int e)
{
    if (e == ENOENT || e == ENOTDIR || e == ELOOP)
        return; /* it has gone, or is a dangling link */
    l->n_unreadable++;
    if (!l->errnum)
        l->errnum = e;
}

static void emit(struct list *l, const char *path, const struct stat *st)
{
    if (l->n == l->max_entries)
        l->more = true;
    else if (reply_entry(l->rp, path, st))
        l->n++;
    else
        l->n_long++;
}

/* Sends the file of that name, or where a link leads to one.  A link that is
 * not followed is listed all the same: reading it will say why. */
static void visit_file(struct list *l, const struct place *at, const char *name)
{
    char *shown = xasprintf("%s/%s", at->shown, name);
    struct path_found f = {.fd = -1};
    struct stat st;
    int rc;

    if (l->filter && !path_match(l->filter, shown, true))
        goto out;
    if (fstatat(at->fd, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
        goto out;
    if (S_ISLNK(st.st_mode)) {
        rc =
            path_walk_at(at->fd, *at->real ? at->real : "/", name, 0, &f, NULL);
        if (!l->dangling && (rc == -ENOENT || rc == -ENOTDIR || rc == -ELOOP))
            goto out;
        if (!rc)
            st = f.st;
        if (!rc && !S_ISREG(st.st_mode))
            goto out;
        emit(l, shown, &st);
    } else if (S_ISREG(st.st_mode)) {
        emit(l, shown, &st);
    }
out:
    path_found_done(&f);
    free(shown);
}

/* --- tree --- */

static void walk_tree(struct list *l, const struct place *at, uint64_t depth);

static void enter_folder(struct list *l, const struct place *at,
                         const char *name, uint64_t depth)
{
    struct place sub = {.fd = -1};
    char *shown = NULL, *real = NULL;
    struct stat st;

    if (depth >= l->max_depth) {
        l->n_deep++;
        return;
    }
    sub.shown = shown = xasprintf("%s/%s", at->shown, name);
    sub.real = real = xasprintf("%s/%s", at->real, name);
    if (deny_folder(shown) || deny_folder(real)) {
        l->n_denied++;
        goto out;
    }
    reply_flush(l->rp);
    sub.fd = openat(at->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (sub.fd < 0 || fstat(sub.fd, &st)) {
        unreadable(l, errno);
        goto out;
    }
    if (!S_ISDIR(st.st_mode))
        goto out;
    if (st.st_dev != l->dev)
        l->n_mounts++;
    else
        walk_tree(l, &sub, depth + 1);
out:
    if (sub.fd >= 0)
        close(sub.fd);
    free(shown);
    free(real);
}

/* depth: of the files in this folder; 1 in the topmost. */
static void walk_tree(struct list *l, const struct place *at, uint64_t depth)
{
    struct names ns;

    if (!names_read(l, at->fd, NULL, false, &ns)) {
        unreadable(l, errno);
        return;
    }
    for (size_t i = 0; i < ns.n && !l->more && !l->rp->gone; i++) {
        char *name = ns.v[i];
        size_t len = strlen(name);

        if (name[len - 1] == '/') {
            name[len - 1] = '\0';
            enter_folder(l, at, name, depth);
        } else {
            visit_file(l, at, name);
        }
    }
    names_done(l, &ns);
}

/* --- glob --- */

static void walk_glob(struct list *l, const struct place *at, size_t i);

/* Goes on below the folder of that name, by a link too. */
static void enter_match(struct list *l, const struct place *at,
                        const char *name, size_t i)
{
    struct path_found f = {.fd = -1};
    struct place sub;
    char *shown = xasprintf("%s/%s", at->shown, name);
    int rc;

    reply_flush(l->rp);
    rc = path_walk_at(at->fd, *at->real ? at->real : "/", name, 0, &f, NULL);
    if (rc == PATH_UNSAFE)
        l->n_links++;
    else if (rc == PATH_ELSEWHERE)
        l->n_elsewhere++;
    else if (rc == -ENOENT && path_is_automount(at->fd))
        l->n_automounts++;
    else if (rc)
        unreadable(l, -rc);
    if (rc || !S_ISDIR(f.st.st_mode))
        goto out;
    if (deny_folder(shown) || deny_folder(f.real)) {
        l->n_denied++;
        goto out;
    }
    sub.fd = f.fd;
    sub.shown = shown;
    sub.real = strcmp(f.real, "/") ? f.real : "";
    walk_glob(l, &sub, i + 1);
out:
    path_found_done(&f);
    free(shown);
}

static void walk_glob(struct list *l, const struct place *at, size_t i)
{
    bool last = i + 1 == l->n_comps;
    const char *comp = l->comps[i];
    struct names ns;

    if (!path_is_pattern(comp)) {
        if (last)
            visit_file(l, at, comp);
        else
            enter_match(l, at, comp, i);
        return;
    }
    if (!names_read(l, at->fd, comp, !last, &ns)) {
        unreadable(l, errno);
        return;
    }
    for (size_t k = 0; k < ns.n && !l->more && !l->rp->gone; k++) {
        char *name = ns.v[k];
        size_t len = strlen(name);

        if (name[len - 1] != '/') {
            visit_file(l, at, name);
        } else if (!last) {
            name[len - 1] = '\0';
            enter_match(l, at, name, i);
        }
    }
    names_done(l, &ns);
}

/* --- the requests --- */

static void init(struct list *l, struct reply *rp, uint64_t max_entries)
{
    memset(l, 0, sizeof(*l));
    l->rp = rp;
    l->max_entries = max_entries ? max_entries : MAX_ENTRIES;
    /* What was found goes out before a folder is entered that may hang. */
    reply_together(rp);
}

static void note_count(struct reply *rp, uint64_t n, const char *what)
{
    if (n)
        reply_note(rp, "%llu %s", (unsigned long long)n, what);
}

/* Nothing was found: because of what stood in the way? */
static void conclude_empty(struct list *l, const char *what)
{
    struct reply *rp = l->rp;
    struct err err = ERR_INIT;

    if (l->n_denied) {
        reply_set(rp, ST_REFUSED, "%s: what lies there is never read", what);
    } else if (l->n_links) {
        reply_set(rp, ST_REFUSED,
                  "%s: only by a symbolic link in a folder that others can "
                  "write",
                  what);
    } else if (l->n_elsewhere) {
        reply_set(rp, ST_SKIPPED,
                  "%s: not with --sysroot: what is mounted there is of the "
                  "machine that runs now",
                  what);
    } else if (l->n_automounts) {
        reply_set(rp, ST_SKIPPED,
                  "%s: only by a point of automount, and nothing is mounted "
                  "for this",
                  what);
    } else if (l->errnum) {
        err_sys(&err, l->errnum, "cannot list %s", what);
        reply_fail(rp, err.code, err.text);
    }
}

/* The outcome of a listing that could start. */
static void conclude(struct list *l, const char *what)
{
    struct reply *rp = l->rp;

    if (l->more)
        reply_note(rp, "only the first %llu files",
                   (unsigned long long)l->max_entries);
    if (l->n_deep)
        reply_note(rp, "folders deeper than %llu left out",
                   (unsigned long long)l->max_depth);
    note_count(rp, l->n_crowded, "folders with too many names");
    note_count(rp, l->n_long, "paths too long");
    note_count(rp, l->n_unreadable, "folders could not be read");
    note_count(rp, l->n_links, "unsafe links to folders not followed");
    if (rp->text.len)
        rp->status = ST_PARTIAL;
    note_count(rp, l->n_denied, "folders that are never read");
    note_count(rp, l->n_mounts, "mounted file systems not entered");
    note_count(rp, l->n_elsewhere,
               "file systems of the machine that runs now not entered");
    note_count(rp, l->n_automounts, "points of automount not looked into");
    if (!l->n && !l->more && !l->n_deep && !l->n_crowded)
        conclude_empty(l, what);
}

/* Lists below path, which is walked by the rules for links. */
static void list_below(struct list *l, const char *path)
{
    struct reply *rp = l->rp;
    struct path_found f = {.fd = -1};
    struct err err = ERR_INIT;
    struct place at;
    const char *why;
    int rc;

    rc = path_walk(path, 0, &f, &err);
    why = deny_folder(path);
    if (!why && f.real)
        why = deny_folder(f.real);
    if (why) {
        reply_set(rp, ST_REFUSED, "%s is never listed: %s", path, why);
    } else if (rc) {
        reply_fail(rp, rc, err.text);
    } else if (!S_ISDIR(f.st.st_mode)) {
        reply_set(rp, ST_ABSENT, "%s is not a folder", path);
        rp->errnum = ENOTDIR;
    } else {
        at.fd = f.fd;
        at.shown = strcmp(path, "/") ? path : "";
        at.real = f.real && strcmp(f.real, "/") ? f.real : "";
        l->dev = f.st.st_dev;
        walk_tree(l, &at, 1);
        conclude(l, path);
    }
    path_found_done(&f);
}

/* Without doubled slashes and slashes at the end; "/" for the root. */
static char *tidy(const char *path)
{
    struct buf b = BUF_INIT;

    for (const char *s = path; *s; s++) {
        if (*s != '/' || (s[1] && s[1] != '/'))
            buf_addc(&b, *s);
    }
    if (!b.len)
        buf_addc(&b, '/');
    return buf_take(&b);
}

void serve_tree(struct reply *rp, const char *folder, uint64_t max_depth,
                uint64_t max_entries)
{
    char *path = tidy(folder);
    struct list l;

    init(&l, rp, max_entries);
    l.max_depth = max_depth ? max_depth : DEFAULT_DEPTH;
    if (l.max_depth > MAX_DEPTH)
        l.max_depth = MAX_DEPTH;
    list_below(&l, path);
    free(path);
}

/* "**": the tree below what comes before the first component that is a
 * pattern, sifted. */
static void glob_deep(struct list *l, const char *pattern)
{
    struct buf base = BUF_INIT;
    size_t i = 0;

    for (; i < l->n_comps && !path_is_pattern(l->comps[i]); i++)
        buf_addf(&base, "/%s", l->comps[i]);
    l->filter = pattern;
    l->max_depth = DEFAULT_DEPTH + l->n_comps - i;
    list_below(l, base.len ? buf_str(&base) : "/");
    buf_done(&base);
}

static void glob_flat(struct list *l, const char *pattern)
{
    struct path_found f = {.fd = -1};
    struct err err = ERR_INIT;
    struct place root = {.shown = "", .real = ""};

    if (path_walk("/", 0, &f, &err)) {
        reply_fail(l->rp, err.code, err.text);
        return;
    }
    root.fd = f.fd;
    walk_glob(l, &root, 0);
    conclude(l, pattern);
    path_found_done(&f);
}

void serve_glob(struct reply *rp, const char *pattern, uint64_t max_entries)
{
    char *copy = xstrdup(pattern), *save = NULL;
    bool deep = false;
    struct list l;

    init(&l, rp, max_entries);
    for (char *c = strtok_r(copy, "/", &save); c;
         c = strtok_r(NULL, "/", &save)) {
        if (l.n_comps == MAX_COMPONENTS) {
            reply_set(rp, ST_FAILED, "the pattern has too many components");
            goto out;
        }
        deep = deep || !strcmp(c, "**");
        l.comps[l.n_comps++] = c;
    }
    if (pattern[0] != '/' || !l.n_comps) {
        reply_set(rp, ST_FAILED, "%s is not an absolute pattern", pattern);
        goto out;
    }
    if (deep)
        glob_deep(&l, pattern);
    else
        glob_flat(&l, pattern);
    if (!l.n && rp->status == ST_OK)
        reply_set(rp, ST_ABSENT, "no file fits %s", pattern);
out:
    free(copy);
}

void reply_folder(struct reply *rp, int fd, const char *path, const char *real,
                  uint64_t max_entries)
{
    const struct place at = {fd, path, real};
    struct names ns;
    struct list l;

    init(&l, rp, max_entries);
    l.dangling = true;
    if (!names_read(&l, fd, "*", false, &ns)) {
        unreadable(&l, errno);
    } else {
        for (size_t i = 0; i < ns.n && !l.more && !rp->gone; i++) {
            if (ns.v[i][strlen(ns.v[i]) - 1] != '/')
                visit_file(&l, &at, ns.v[i]);
        }
        names_done(&l, &ns);
    }
    conclude(&l, path);
}
