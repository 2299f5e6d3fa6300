#include "collector/pack/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "collector/base/core/xalloc.h"

struct header_sink {
    struct buf *out;
    bool done; /* what comes now is the archive's end */
};

static la_ssize_t header_bytes(struct archive *a, void *arg, const void *data,
                               size_t n)
{
    struct header_sink *sink = arg;

    (void)a;
    if (!sink->done)
        buf_add(sink->out, data, n);
    return (la_ssize_t)n;
}

static void fill_entry(struct archive_entry *e, const struct tar_entry *t)
{
    char *path = t->name ? xasprintf("%s/%s", t->top, t->name)
                         : xasprintf("%s/", t->top);

    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, t->name ? AE_IFREG : AE_IFDIR);
    archive_entry_set_perm(e, t->name ? 0600 : 0700);
    archive_entry_set_size(e, (la_int64_t)t->size);
    archive_entry_set_mtime(e, t->mtime, 0);
    archive_entry_set_uid(e, 0);
    archive_entry_set_gid(e, 0);
    archive_entry_set_uname(e, "root");
    archive_entry_set_gname(e, "root");
    free(path);
}

/* Without blocking (archive_write_blocksize(3)) libarchive passes the header
 * on as it is.  archive_write_fail then keeps it from filling up the member
 * that will never come.  archive_write_close must still be called: before 3.8.2
 * archive_write_free alone leaks the state of an archive that has failed. */
int tar_header(const struct tar_entry *entry, struct buf *out, struct err *err)
{
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    struct header_sink sink = {.out = out};
    size_t before = out->len;
    int rc = -ENOMEM;

    if (!a || !e) {
        err_set(err, rc, "cannot make a tar header: out of memory");
        goto out;
    }
    fill_entry(e, entry);
    if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(a, 0) != ARCHIVE_OK ||
        archive_write_open(a, &sink, NULL, header_bytes, NULL) != ARCHIVE_OK ||
        archive_write_header(a, e) != ARCHIVE_OK || out->len == before ||
        (out->len - before) % TAR_BLOCK) {
        const char *why = archive_error_string(a);

        rc = err_set(err, -EIO, "cannot make the tar header of %s: %s",
                     entry->name ? entry->name : entry->top,
                     why ? why : "libarchive gave no header");
        out->len = before;
        goto out;
    }
    rc = 0;

out:
    if (a) {
        sink.done = true;
        archive_write_fail(a);
        archive_write_close(a);
        archive_write_free(a);
    }
    archive_entry_free(e);
    return rc;
}
