#include "collector/pack/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
int tar_header_libarchive(const struct tar_entry *entry, struct buf *out,
                          struct err *err)
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

/* ---- members that need no extension of the classic format ---- */

/* POSIX.1-1988, "ustar"; blanks and zeros as libarchive puts them. */
struct ustar {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type;
    char link[100], magic[8], uname[32], gname[32], major[8], minor[8];
    char prefix[155], unused[12];
};

_Static_assert(sizeof(struct ustar) == TAR_BLOCK, "a header is one block");

#define OCTAL_11 077777777777ull /* the most that 11 digits hold */

static void put_octal(char *at, unsigned digits, uint64_t v)
{
    for (; digits--; v /= 8)
        at[digits] = (char)('0' + v % 8);
}

static bool is_plain(const struct tar_entry *t)
{
    size_t n = t->name ? strlen(t->name) : 0;

    /* From 2038 on libarchive writes times twice. */
    if (!n || strlen(t->top) + 1 + n > sizeof(((struct ustar *)0)->name) ||
        t->size > OCTAL_11 || t->mtime < 0 || t->mtime >= INT32_MAX)
        return false;
    for (const char *s = t->top; *s; s++)
        if (*s & 0x80)
            return false;
    for (const char *s = t->name; *s; s++)
        if (*s & 0x80)
            return false;
    return true;
}

static void put_plain(const struct tar_entry *t, struct buf *out)
{
    struct ustar h = {
        .mode = "000600 ",
        .uid = "000000 ",
        .gid = "000000 ",
        .sum = "       ",
        .type = '0',
        .magic = "ustar\00000",
        .uname = "root",
        .gname = "root",
        .major = "000000 ",
        .minor = "000000 ",
    };
    size_t top = strlen(t->top);
    unsigned sum = 0;

    memcpy(h.name, t->top, top);
    h.name[top] = '/';
    memcpy(h.name + top + 1, t->name, strlen(t->name));
    put_octal(h.size, 11, t->size);
    h.size[11] = ' ';
    put_octal(h.mtime, 11, (uint64_t)t->mtime);
    h.mtime[11] = ' ';
    /* The sum is taken with blanks in its place. */
    h.sum[7] = ' ';
    for (size_t i = 0; i < sizeof(h); i++)
        sum += ((const unsigned char *)&h)[i];
    put_octal(h.sum, 6, sum);
    h.sum[6] = '\0';
    buf_add(out, &h, sizeof(h));
}

/* libarchive opens a converter of characters for each header, which takes
 * longer than all else that happens to a small file. */
int tar_header(const struct tar_entry *entry, struct buf *out, struct err *err)
{
    if (!is_plain(entry))
        return tar_header_libarchive(entry, out, err);
    put_plain(entry, out);
    return 0;
}
