/* path.h: finding files without being led astray.
 *
 * A path is walked name by name, each opened with O_PATH|O_NOFOLLOW, so that
 * nothing is triggered on the way: no FIFO is opened, nothing is mounted.  A
 * symbolic link is followed only if it lies in a folder that root alone can
 * write ("safe", see path_safe), since otherwise whoever can write there
 * chooses what we read.  The links of procfs that are more than their text
 * (/proc/PID/{exe,root,fd/N}) are never followed.
 *
 * Paths are absolute; their length is not limited to PATH_MAX. */
#ifndef XB_PATH_H
#define XB_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"

/* What path_walk returns for a link that it does not follow. */
#define PATH_UNSAFE (-EBADE)
/* For what is mounted below path_set_root's folder and is no disk. */
#define PATH_ELSEWHERE (-EXDEV)
/* More links than this in one path are a loop. */
#define PATH_MAX_LINKS 40

/* path_walk flags. */
#define PATH_NAMED 1u /* links are followed wherever they lie */
#define PATH_LIVE 2u  /* from the machine's own root, whatever path_set_root */

/* From now on the paths of this process begin at the open folder fd, which
 * stays open, and nothing leads out of it: neither an absolute link nor "..",
 * nor a file system without a disk (proc, sysfs, tmpfs ...) that is mounted
 * there, as before a chroot: what it holds is of the machine that runs.
 * PATH_NAMED and PATH_LIVE mean the machine's own root all the same.  For a
 * reader, before its first request. */
void path_set_root(int fd);
bool path_has_root(void);

/* Caller's; path_found_done() in any case after path_walk(). */
struct path_found {
    int fd;          /* O_PATH; -1 if not found */
    struct stat st;  /* of fd; never a symbolic link */
    bool safe_dir;   /* the folder that holds it is safe */
    uid_t dir_uid;   /* that folder's owner */
    bool dir_shared; /* ... and it can be written by group or others */
    bool linked;     /* a link was followed */
    char *real;      /* the path without links, "." and ".." */
};

/* 0; PATH_UNSAFE; PATH_ELSEWHERE; -ENOENT, -ENOTDIR, -EACCES, -ELOOP or another
 * errno. On failure real holds how far it came (NULL: not even the root). */
int path_walk(const char *path, unsigned flags, struct path_found *out,
              struct err *err);
/* As path_walk, starting at the open folder dir, which lies at dir_real and is
 * neither closed nor kept; path is relative to it. */
int path_walk_at(int dir, const char *dir_real, const char *path,
                 unsigned flags, struct path_found *out, struct err *err);
void path_found_done(struct path_found *f);

/* A point of automount that nothing is mounted on: it looks empty, and will not
 * be mounted for us. */
bool path_is_automount(int fd);
/* Whether fd is on a file system of one of n kinds (statfs's f_type). */
bool path_fs_is(int fd, const unsigned long *kinds, size_t n);

/* Opens what an O_PATH descriptor stands for, and nothing else.  flags are
 * open(2)'s; O_CLOEXEC, O_NOCTTY and O_NONBLOCK are added, and O_NOATIME where
 * allowed.  A descriptor or -errno. */
int path_reopen(int fd, int flags);

/* Owned by root, or by us where we are not root, and not writable by group or
 * others.  In a folder the sticky bit does not help: others can still add. */
bool path_safe(const struct stat *st);

/* The text "others can write it", "belongs to uid 1000" for what is not safe,
 * with what to do about it. */
char *path_unsafe_why(const struct stat *st, char *out, size_t size);

/* Whether path fits pattern: per component * ? [] as fnmatch(3); "**" as a
 * whole component stands for any number of components, none too.  dots: a
 * leading dot must be written out, as the shell has it; "**" then does not
 * stand for hidden folders. */
bool path_match(const char *pattern, const char *path, bool dots);

/* Whether s holds any of * ? [ */
bool path_is_pattern(const char *s);

/* The pattern that only path itself fits; to be freed. */
char *path_as_pattern(const char *path);

#endif
