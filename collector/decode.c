#include "collector/decode.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/packed.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/window.h"

/* Windows of more than this are held by one decoder at a time, the others wait.
 * Who holds it waits for its source alone, and that has its time. */
#define LARGE_WINDOW (2u << 20)
static pthread_mutex_t large = PTHREAD_MUTEX_INITIALIZER;
/* Of no window that is larger than this anything is read: of what is asked for
 * at once, libraries leave alone what they do not use. */
#define WINDOW_REFUSED (128u << 20)

struct decode {
    struct archive *a;
    decode_source source;
    void *arg;
    const void *first; /* a block that was looked at and given back */
    size_t first_len;
    struct window window;
    bool is_large; /* it holds the above */
    uint64_t out;
    struct err err; /* of the window; code 0: none */
};

static int look_at_window(struct decode *d, const void *data, size_t n)
{
    int rc = window_feed(&d->window, data, n, &d->err);

    if (!rc && d->window.largest > WINDOW_REFUSED)
        rc = err_set(&d->err, -EBADMSG,
                     "its window of %llu MiB is larger than any that is held",
                     (unsigned long long)(d->window.largest >> 20));
    if (!rc && d->window.largest > LARGE_WINDOW && !d->is_large) {
        pthread_mutex_lock(&large);
        d->is_large = true;
    }
    return rc;
}

static la_ssize_t read_more(struct archive *a, void *arg, const void **data)
{
    struct decode *d = arg;
    ssize_t n = d->source(d->arg, data);

    if (n < 0) {
        archive_set_error(a, EIO, "the source failed");
        return ARCHIVE_FATAL;
    }
    if (n > 0 && look_at_window(d, *data, (size_t)n)) {
        archive_set_error(a, EINVAL, "%s", d->err.text);
        return ARCHIVE_FATAL;
    }
    return n;
}

static const char *reason(const struct decode *d)
{
    const char *text = archive_error_string(d->a);

    if (d->err.code)
        return d->err.text;
    return text ? text : "the data is damaged or cut off";
}

/* Of the names that packed_format gives, one filter and no more: libarchive by
 * itself puts up to 25 behind one another, and of what was packed three times
 * over a hundred bytes are enough to keep it busy for years without one byte
 * that comes out. */
static int add_filter(struct archive *a, const char *format)
{
    static const struct {
        const char *name;
        int code;
    } filters[] = {
        {"gzip", ARCHIVE_FILTER_GZIP}, {"bzip2", ARCHIVE_FILTER_BZIP2},
        {"xz", ARCHIVE_FILTER_XZ},     {"zstd", ARCHIVE_FILTER_ZSTD},
        {"lzma", ARCHIVE_FILTER_LZMA}, {"lz4", ARCHIVE_FILTER_LZ4}};

    /* This one cannot be put there before there is a source; window.h sees to
     * it that it comes but once. */
    if (!strcmp(format, "compress"))
        return archive_read_support_filter_compress(a);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
        if (!strcmp(filters[i].name, format))
            return archive_read_append_filter(a, filters[i].code);
    return ARCHIVE_FATAL;
}

static int first_block(struct decode *d, struct err *err)
{
    ssize_t n = decode_read(d, &d->first, err);

    if (n < 0)
        return (int)n;
    d->first_len = (size_t)n;
    if (packed_format(d->first, d->first_len))
        return err_set(err, -EBADMSG,
                       "cannot be decompressed: it is compressed more than "
                       "once");
    return 0;
}

int decode_new(const char *format, decode_source source, void *arg,
               struct decode **out, struct err *err)
{
    struct decode *d = xcalloc(1, sizeof(*d));
    struct archive_entry *entry;
    int rc;

    d->source = source;
    d->arg = arg;
    window_start(&d->window, format);
    d->a = archive_read_new();
    if (!d->a)
        xmalloc((size_t)-1);
    archive_read_support_format_raw(d->a);
    if (add_filter(d->a, format) != ARCHIVE_OK ||
        archive_read_open(d->a, d, NULL, read_more, NULL) != ARCHIVE_OK ||
        archive_read_next_header(d->a, &entry) != ARCHIVE_OK ||
        archive_filter_code(d->a, 0) == ARCHIVE_FILTER_NONE)
        rc = err_set(err, -EBADMSG, "cannot be decompressed: %s", reason(d));
    else
        rc = first_block(d, err);
    if (rc)
        decode_free(d);
    else
        *out = d;
    return rc;
}

ssize_t decode_read(struct decode *d, const void **data, struct err *err)
{
    la_int64_t offset;
    size_t n;
    int r;

    if (d->first_len) {
        n = d->first_len;
        *data = d->first;
        d->first_len = 0;
        return (ssize_t)n;
    }
    /* What was not unpacked of a window has not been touched either. */
    if (d->window.largest > WINDOW_MOST && d->out >= WINDOW_MOST)
        return err_set(err, -EBADMSG,
                       "its window is of %llu MiB: only the first %u MiB of it "
                       "are unpacked",
                       (unsigned long long)(d->window.largest >> 20),
                       WINDOW_MOST >> 20);
    do {
        r = archive_read_data_block(d->a, data, &n, &offset);
    } while (r == ARCHIVE_OK && n == 0);
    if (r == ARCHIVE_OK) {
        d->out += n;
        d->window.starved = 0;
        return (ssize_t)n;
    }
    if (r == ARCHIVE_EOF)
        return 0;
    return err_set(err, -EBADMSG, "cannot be decompressed to its end: %s",
                   reason(d));
}

void decode_free(struct decode *d)
{
    if (!d)
        return;
    archive_read_free(d->a);
    if (d->is_large)
        pthread_mutex_unlock(&large);
    free(d);
}
