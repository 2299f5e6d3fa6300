#include "collector/pack/unpack_tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/member.h"
#include "collector/pack/names.h"

#define INPUT_BYTES 65536
#define BLOCK 512
#define END_BYTES 1024 /* zeros that end an archive */
/* Zeros behind them, which some programs write to fill a tape's record. */
#define PADDING_MAX (1024u * 1024)
#define TOTAL_MAX (1ull << 40)

struct tar_reader {
    struct stream *s;
    struct archive *a;
    char *in;
    uint64_t in_total; /* bytes of the archive seen */
    uint64_t data_end; /* the byte behind the last that is not zero */
    struct err in_err; /* what the stream said */

    struct names *names;
    char *top;
    bool in_member, ended, failed;
    uint64_t size, pos; /* of the current member */
    const char *block;  /* part of it, from libarchive */
    size_t block_len;
};

/* The next bytes of the archive; notes where zeros begin. */
static ssize_t input(struct tar_reader *t)
{
    ssize_t n = stream_read(t->s, t->in, INPUT_BYTES, &t->in_err);

    if (n <= 0)
        return n;
    for (ssize_t i = n; i > 0; i--) {
        if (t->in[i - 1]) {
            t->data_end = t->in_total + (uint64_t)i;
            break;
        }
    }
    t->in_total += (uint64_t)n;
    if (t->in_total > TOTAL_MAX)
        return err_set(&t->in_err, -EBADMSG,
                       "the bundle is larger than any that can be read");
    return n;
}

static la_ssize_t on_input(struct archive *a, void *arg, const void **out)
{
    struct tar_reader *t = arg;
    ssize_t n = input(t);

    if (n < 0) {
        archive_set_error(a, EIO, "%s", t->in_err.text);
        return ARCHIVE_FATAL;
    }
    *out = t->in;
    return n;
}

/* Errors end the reading. */
static int fail(struct tar_reader *t, int code)
{
    t->failed = true;
    return code;
}

/* What libarchive complains of, or the stream below it. */
static int archive_fault(struct tar_reader *t, const char *what,
                         struct err *err)
{
    const char *why = archive_error_string(t->a);

    if (t->in_err.code) {
        if (err)
            *err = t->in_err;
        return fail(t, t->in_err.code);
    }
    return fail(t, err_set(err, -EBADMSG, "%s: %s", what,
                           why ? why : "libarchive gave no reason"));
}

int tar_reader_new(struct stream *s, struct tar_reader **out, struct err *err)
{
    struct tar_reader *t = xcalloc(1, sizeof(*t));
    int r;

    t->s = s;
    t->in = xmalloc(INPUT_BYTES);
    t->names = names_new();
    t->a = archive_read_new();
    if (!t->a) {
        r = err_set(err, -ENOMEM, "cannot start libarchive");
        goto out;
    }
    if (archive_read_support_format_tar(t->a) != ARCHIVE_OK ||
        archive_read_open(t->a, t, NULL, on_input, NULL) != ARCHIVE_OK) {
        r = archive_fault(t, "it is no bundle", err);
        goto out;
    }
    *out = t;
    return 0;

out:
    tar_reader_free(t);
    return r;
}

void tar_reader_free(struct tar_reader *t)
{
    if (!t)
        return;
    if (t->a)
        archive_read_free(t->a);
    stream_free(t->s);
    names_free(t->names);
    free(t->in);
    free(t->top);
    free(t);
}

const char *tar_reader_top(const struct tar_reader *t)
{
    return t->top ? t->top : "";
}

uint64_t tar_reader_offset(const struct tar_reader *t)
{
    return (uint64_t)archive_filter_bytes(t->a, 0);
}

uint64_t tar_reader_total(const struct tar_reader *t)
{
    return t->in_total;
}

/* Behind the last header libarchive stops reading; the rest must be zeros. */
static int finish(struct tar_reader *t, struct err *err)
{
    uint64_t end = (uint64_t)archive_read_header_position(t->a);
    ssize_t n;

    while ((n = input(t)) > 0)
        if (t->in_total > t->data_end + END_BYTES + BLOCK + PADDING_MAX)
            break;
    if (n < 0)
        return archive_fault(t, "", err);
    if (n > 0 || t->data_end > end)
        return fail(t, err_set(err, -EBADMSG,
                               "bytes follow the end of the bundle's archive "
                               "at byte %llu of it",
                               (unsigned long long)end));
    if (t->in_total < end + END_BYTES || t->in_total % BLOCK)
        return fail(t, err_set(err, -EBADMSG,
                               "the bundle is cut off: its archive has no "
                               "end"));
    t->ended = true;
    return 0;
}

/* The part of path below the top folder; the first entry names it. */
static int below_top(struct tar_reader *t, const char *path, size_t len,
                     const char **out, struct err *err)
{
    const char *slash = memchr(path, '/', len);
    size_t top = slash ? (size_t)(slash - path) : len;

    if (!t->top)
        t->top = xstrndup(path, top);
    if (strlen(t->top) != top || memcmp(t->top, path, top))
        return err_set(err, -EBADMSG, "%s lies outside the top folder %s", path,
                       t->top);
    *out = slash ? slash + 1 : "";
    return 0;
}

static const char *kind_fault(struct archive_entry *e)
{
    if (archive_entry_hardlink(e))
        return "a hard link";
    switch (archive_entry_filetype(e)) {
    case AE_IFREG:
        return archive_entry_sparse_reset(e) ? "a file with holes" : NULL;
    case AE_IFDIR:
        return NULL;
    case AE_IFLNK:
        return "a symbolic link";
    default:
        return "no regular file";
    }
}

/* 1: a member, in *out; 0: a folder. */
static int take_entry(struct tar_reader *t, struct archive_entry *e,
                      struct unpack_member *out, struct err *err)
{
    bool folder = archive_entry_filetype(e) == AE_IFDIR;
    const char *path = archive_entry_pathname(e), *name = "", *why;
    char *plain;
    int64_t i;
    size_t len;
    int r;

    if (!path)
        return err_set(err, -EBADMSG,
                       "member %zu of the bundle has no readable name",
                       names_count(t->names) + 1);
    len = strlen(path);
    if (folder && len > 1 && path[len - 1] == '/')
        len--;
    why = member_name_fault(path, len);
    if (why)
        return err_set(err, -EBADMSG,
                       "the name of member %zu, \"%.200s\", is %s",
                       names_count(t->names) + 1, path, why);
    why = kind_fault(e);
    if (why)
        return err_set(err, -EBADMSG, "%.200s is %s", path, why);
    plain = xstrndup(path, len);
    r = below_top(t, plain, len, &name, err);
    if (r == 0 && !folder && !*name)
        r = err_set(err, -EBADMSG, "%.200s lies outside any top folder", plain);
    i = r == 0 ? names_add(t->names, name) : 0;
    if (i == -EEXIST)
        r = err_set(err, -EBADMSG, "%.200s is in the bundle twice", plain);
    else if (i < 0)
        r = err_set(err, -EBADMSG, "the bundle has too many members");
    free(plain);
    if (r < 0 || folder)
        return r;
    if (!archive_entry_size_is_set(e) || archive_entry_size(e) < 0 ||
        (uint64_t)archive_entry_size(e) > TOTAL_MAX)
        return err_set(err, -EBADMSG, "the size of %.200s is not possible",
                       path);
    out->name = names_at(t->names, (size_t)i);
    out->size = t->size = (uint64_t)archive_entry_size(e);
    out->mtime = archive_entry_mtime(e);
    t->pos = 0;
    t->block_len = 0;
    t->in_member = true;
    return 1;
}

int tar_reader_next(struct tar_reader *t, struct unpack_member *out,
                    struct err *err)
{
    struct archive_entry *e;
    int r;

    if (t->failed)
        return err_set(err, -EBADMSG, "the bundle could not be read");
    t->in_member = false;
    while (!t->ended) {
        r = archive_read_next_header(t->a, &e);
        if (r == ARCHIVE_EOF)
            return finish(t, err);
        if (r != ARCHIVE_OK)
            return archive_fault(t, "the bundle's archive is damaged", err);
        r = take_entry(t, e, out, err);
        if (r < 0)
            return fail(t, r);
        if (r == 1)
            return 1;
    }
    return 0;
}

/* The next part of the member into t->block; 0 at its end. */
static int next_block(struct tar_reader *t, struct err *err)
{
    const void *block;
    la_int64_t offset;
    int r = archive_read_data_block(t->a, &block, &t->block_len, &offset);

    if (r != ARCHIVE_OK && r != ARCHIVE_EOF)
        return archive_fault(t, "the bundle's archive is damaged", err);
    if (r == ARCHIVE_EOF)
        t->block_len = 0;
    t->block = block;
    if (t->pos + t->block_len > t->size ||
        (r == ARCHIVE_EOF ? t->pos != t->size : (uint64_t)offset != t->pos))
        return fail(t, err_set(err, -EBADMSG,
                               "the bundle's archive is damaged: a member's "
                               "size is wrong"));
    return r == ARCHIVE_EOF ? 0 : 1;
}

ssize_t tar_reader_read(struct tar_reader *t, void *out, size_t n,
                        struct err *err)
{
    if (t->failed)
        return err_set(err, -EBADMSG, "the bundle could not be read");
    if (!t->in_member || !n)
        return 0;
    while (!t->block_len) {
        int r = next_block(t, err);

        if (r <= 0) {
            t->in_member = false;
            return r;
        }
    }
    if (n > t->block_len)
        n = t->block_len;
    memcpy(out, t->block, n);
    t->block += n;
    t->block_len -= n;
    t->pos += n;
    return (ssize_t)n;
}
