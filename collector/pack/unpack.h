/* unpack.h: safe reading of a bundle, packed or as a folder.
 *
 * The bundle is hostile: names, sizes and counts are checked before they are
 * used; links, devices, absolute names, "..", a second top folder and duplicate
 * members are errors.  Nothing is ever written. */
#ifndef XB_UNPACK_H
#define XB_UNPACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/base/core/err.h"

struct unpack;

/* How a folder's files are opened: rel is below the folder; returns a
 * descriptor or -errno.  NULL means openat. */
typedef int (*unpack_open_fn)(const char *rel, void *arg);

struct unpack_member {
    const char *name; /* below the top folder; valid as long as the unpack is */
    uint64_t size;
    int64_t mtime;
};

/* fd is a packed bundle (tar, plain or with any filter that libarchive knows of
 * bzip2 gzip xz zstd) or a folder; it is duplicated.  For a folder the members
 * are those that its manifest.json lists, in that order, and manifest.json. */
int unpack_new(int fd, unpack_open_fn open_fn, void *arg, struct unpack **out,
               struct err *err);
void unpack_free(struct unpack *u);

/* The top folder's name; "" before the first member and for a folder. */
const char *unpack_top(const struct unpack *u);

/* 1: the next member; 0: the end, and nothing after it; negative: -EBADMSG for
 * a corrupt bundle, else an error of reading.  Of a folder, an error concerns
 * that member alone (out->name; -ENOENT: it is not there), and the next call
 * goes on; of a packed bundle it is final. */
int unpack_next(struct unpack *u, struct unpack_member *out, struct err *err);
/* In place of the first unpack_next of a packed bundle: goes straight to a
 * member near its end, where that can be found; 1: the next unpack_next gives
 * it; 0: reading begins at the start as ever. */
int unpack_skip_to(struct unpack *u, const char *name, struct err *err);
/* Bytes of the current member; 0 at its end. */
ssize_t unpack_read(struct unpack *u, void *out, size_t n, struct err *err);

/* Random access, for replay: finds a member by name.  For packed bundles an
 * index is made at the first call (tar and tar.bz2 only; -ENOTSUP else).
 * Thread-safe; each lookup is a handle of its own. */
struct unpack_file;
int unpack_open(struct unpack *u, const char *name, struct unpack_file **out,
                struct err *err); /* -ENOENT if there is none */
uint64_t unpack_file_size(const struct unpack_file *f);
int64_t unpack_file_mtime(const struct unpack_file *f);
ssize_t unpack_file_read(struct unpack_file *f, void *out, size_t n,
                         struct err *err);
void unpack_file_free(struct unpack_file *f);

#endif
