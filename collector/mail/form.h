/* form.h: what a report to a list or a tracker says, as plain text.
 *
 * 72 columns, in the order in which lists ask: what happened, what was
 * expected, versions, what was tried, then the summary and where the bundle is.
 * All strings may be hostile: control bytes are shown as \xNN. */
#ifndef XB_MAIL_FORM_H
#define XB_MAIL_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"

#define FORM_COLUMNS 72

struct form {
    /* What its author says; NULL: nothing. */
    const char *what, *expected, *tried;
    bool blanks; /* where nothing is said, a blank to fill in */
    /* Debian's tracker wants these two lines first; NULL: another reader. */
    const char *package, *package_version;
    const char *xen, *kernel, *machine, *tool; /* versions; NULL: unknown */
    const char *summary;                       /* summary.txt */
    const char *bundle; /* its name; NULL: there is none to speak of */
    uint64_t bundle_size;
    const char *bundle_sha256;
    bool attached;
    const char *link;  /* where it can be had; NULL: nowhere yet */
    bool names_hidden; /* by privacy level "public" */
};

void form_write(const struct form *f, struct buf *out);
/* Whether link is one for everybody: http or https, no user, no blanks, 500
 * bytes at most.  -EINVAL. */
int form_check_link(const char *link, struct err *err);

/* The subject of such a report: what happened, in its first line, else the
 * first problem that the summary names, with Xen's version in front. */
void form_subject(const struct form *f, struct buf *out);

/* The first comment of a bug, or that to an attachment: the summary, with what
 * happened in front, and the link if there is one. */
void form_write_comment(const struct form *f, struct buf *out);

#endif
