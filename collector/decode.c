#include "collector/decode.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

struct decode {
    struct archive *a;
    decode_source source;
    void *arg;
};

static la_ssize_t read_more(struct archive *a, void *arg, const void **data)
{
    struct decode *d = arg;
    ssize_t n = d->source(d->arg, data);

    if (n < 0) {
        archive_set_error(a, EIO, "the source failed");
        return ARCHIVE_FATAL;
    }
    return n;
}

static const char *reason(struct archive *a)
{
    const char *text = archive_error_string(a);

    return text ? text : "the data is damaged or cut off";
}

int decode_new(decode_source source, void *arg, struct decode **out,
               struct err *err)
{
    struct decode *d = xcalloc(1, sizeof(*d));
    struct archive_entry *entry;

    d->source = source;
    d->arg = arg;
    d->a = archive_read_new();
    if (!d->a)
        xmalloc((size_t)-1);
    /* zstd and xz may tell of windows larger than the memory that we allow
     * ourselves; libarchive refuses those by itself or fails to allocate. */
    archive_read_support_filter_gzip(d->a);
    archive_read_support_filter_bzip2(d->a);
    archive_read_support_filter_xz(d->a);
    archive_read_support_filter_zstd(d->a);
    archive_read_support_format_raw(d->a);
    if (archive_read_open(d->a, d, NULL, read_more, NULL) != ARCHIVE_OK ||
        archive_read_next_header(d->a, &entry) != ARCHIVE_OK ||
        archive_filter_code(d->a, 0) == ARCHIVE_FILTER_NONE) {
        err_set(err, -EBADMSG, "cannot be decompressed: %s", reason(d->a));
        decode_free(d);
        return -EBADMSG;
    }
    *out = d;
    return 0;
}

ssize_t decode_read(struct decode *d, const void **data, struct err *err)
{
    la_int64_t offset;
    size_t n;
    int r;

    do {
        r = archive_read_data_block(d->a, data, &n, &offset);
    } while (r == ARCHIVE_OK && n == 0);
    if (r == ARCHIVE_OK)
        return (ssize_t)n;
    if (r == ARCHIVE_EOF)
        return 0;
    return err_set(err, -EBADMSG, "cannot be decompressed to its end: %s",
                   reason(d->a));
}

void decode_free(struct decode *d)
{
    if (!d)
        return;
    archive_read_free(d->a);
    free(d);
}
