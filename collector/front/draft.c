#include "collector/front/draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/front/output.h"

#define MAX_NUMBER 99

struct draft {
    char *path;
    struct output *output; /* refers to path */
    int fd;
};

/* The first name that is free; another one than the last if none is. */
static char *free_name(const char *bundle)
{
    char *name = xasprintf("%s.eml", bundle);
    struct stat st;

    for (int i = 1; i <= MAX_NUMBER && !lstat(name, &st); i++) {
        free(name);
        name = xasprintf("%s.%d.eml", bundle, i);
    }
    return name;
}

int draft_new(int bundle, const char *path, const struct sandbox_id *worker,
              struct draft **out, int *fd_out, struct err *err)
{
    struct draft *d = xcalloc(1, sizeof(*d));
    struct output_spec spec = {.outfd = -1, .worker = *worker};
    const char *slash = strrchr(path, '/');
    int rc;

    *out = NULL;
    spec.outfile = d->path = free_name(path);
    d->output = output_new(&spec);
    rc = output_open(d->output, "xen-bugtool-mail", "", "file", &d->fd, err);
    /* Whoever can exchange the folders above could otherwise choose where a
     * file of ours is made. */
    if (!rc && !output_is_beside(d->output, slash ? slash + 1 : path, bundle))
        rc = err_set(err, -ESTALE, "the bundle lies at %.255s no more", path);
    if (rc) {
        draft_free(d);
        return rc;
    }
    *out = d;
    *fd_out = d->fd;
    return 0;
}

void draft_free(struct draft *d)
{
    if (!d)
        return;
    output_free(d->output);
    free(d->path);
    free(d);
}

int draft_rewind(struct draft *d, struct err *err)
{
    if (lseek(d->fd, 0, SEEK_SET) < 0)
        return err_sys(err, errno, "cannot read the mail");
    return d->fd;
}

int draft_keep(struct draft *d, struct buf *path, struct err *err)
{
    struct buf note = BUF_INIT;
    int rc = output_finish(d->output, true, path, &note, err);

    buf_done(&note);
    return rc;
}
