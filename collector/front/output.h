/* output.h: the file or folder that becomes the bundle.
 *
 * Until output_finish it has no name, or (where the file system has no unnamed
 * files, and for folders) a hidden one that ends in .tmp and is held by flock,
 * so that a later run can tell a dead run's remains and removes them.  Nothing
 * that exists is ever replaced. */
#ifndef XB_OUTPUT_H
#define XB_OUTPUT_H

#include <stdbool.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/core/sandbox.h"

struct output;

/* What the command line says.  Strings must outlive the output. */
struct output_spec {
    const char *outfile; /* --outfile, NULL if not given */
    int outfd;           /* --outfd, -1 if not given; not closed */
    struct sandbox_id worker;
    bool named; /* tests: as if there were no unnamed files */
};

/* Whether --outfd can take a bundle: open for writing, no terminal. */
int output_check_fd(int fd, struct err *err);

struct output *output_new(const struct output_spec *spec);
/* Drops what was not finished. */
void output_free(struct output *o);

/* Once.  stem: the bundle's name without extension.  folder: where it goes
 * unless the command line says, "" for the default; as root only if nobody else
 * can put files of theirs in our way there.  format: a word of --format, which
 * gives the extension; or "file" or "tree", which are no bundles and must have
 * been named by the command line.  The descriptor belongs to o. */
int output_open(struct output *o, const char *stem, const char *folder,
                const char *format, int *fd_out, struct err *err);

/* An unnamed file beside the output; the caller closes it. */
int output_spool(struct output *o, int *fd_out, struct err *err);

/* Whether name, in the folder where the output is made, is the open file fd. */
bool output_is_beside(const struct output *o, const char *name, int fd);

/* We were asked to stop: syncing is not waited for for long (sync.h). */
void output_stopped(struct output *o);

/* Once.  keep: syncs, and gives the output its name, with "-1", "-2" ... in
 * front of the extension if that exists by now.  path gets the absolute path
 * ("" with --outfd and without keep), note what went wrong on the way. */
int output_finish(struct output *o, bool keep, struct buf *path,
                  struct buf *note, struct err *err);

/* What was finished and kept, opened for reading; the caller closes it.
 * Negative: it was written to --outfd. */
int output_reopen(const struct output *o, bool *is_dir_out, struct err *err);

#endif
