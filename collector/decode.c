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
#include "collector/gunzip.h"

/* Windows of more than this are held by one decoder at a time, the others wait.
 * Who holds it waits for its source alone, and that has its time. */
#define LARGE_WINDOW (2u << 20)
static pthread_mutex_t large = PTHREAD_MUTEX_INITIALIZER;
/* Of no window that is larger than this anything is read: of what is asked for
 * at once, libraries leave alone what they do not use. */
#define WINDOW_REFUSED (128u << 20)

/* As far as libarchive looks for the next part, and some more. */
#define AHEAD 64

struct decode {
    struct archive *a;
    struct gunzip *gz; /* this, or the one above */
    decode_source source;
    void *arg;
    const void *first; /* a block that was looked at and given back */
    size_t first_len;
    const uint8_t *fed; /* the source's latest block */
    size_t fed_len;
    uint64_t fed_all;
    uint8_t before[AHEAD]; /* the end of what came before it, in its end */
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

/* The source's block is gone with the next one. */
static void keep_before(struct decode *d)
{
    size_t n = d->fed_len < AHEAD ? d->fed_len : AHEAD;

    memmove(d->before, d->before + n, AHEAD - n);
    if (n)
        memcpy(d->before + AHEAD - n, d->fed + d->fed_len - n, n);
    d->fed_len = 0;
}

/* A decode_source: the source's, looked at. */
static ssize_t feed(void *arg, const void **data)
{
    struct decode *d = arg;
    ssize_t n;

    keep_before(d);
    n = d->source(d->arg, data);
    if (n < 0)
        return err_set(&d->err, (int)n, "the source failed");
    if (n > 0 && look_at_window(d, *data, (size_t)n))
        return -EBADMSG;
    if (n > 0) {
        d->fed = *data;
        d->fed_len = (size_t)n;
        d->fed_all += (size_t)n;
    }
    return n;
}

static la_ssize_t read_more(struct archive *a, void *arg, const void **data)
{
    ssize_t n = feed(arg, data);

    (void)a;
    return n < 0 ? ARCHIVE_FATAL : n;
}

/* What libarchive says (EILSEQ) of a file that ends early is no help. */
static const char *reason(const struct decode *d)
{
    const char *text = archive_error_string(d->a);

    if (d->err.code)
        return d->err.text;
    return text && archive_errno(d->a) != EILSEQ
               ? text
               : "the data is damaged or cut off";
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
    } filters[] = {{"bzip2", ARCHIVE_FILTER_BZIP2},
                   {"xz", ARCHIVE_FILTER_XZ},
                   {"zstd", ARCHIVE_FILTER_ZSTD},
                   {"lzma", ARCHIVE_FILTER_LZMA},
                   {"lz4", ARCHIVE_FILTER_LZ4}};

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

static int open_archive(struct decode *d, const char *format, struct err *err)
{
    struct archive_entry *entry;

    d->a = archive_read_new();
    if (!d->a)
        xmalloc((size_t)-1);
    archive_read_support_format_raw(d->a);
    if (add_filter(d->a, format) != ARCHIVE_OK ||
        archive_read_open(d->a, d, NULL, read_more, NULL) != ARCHIVE_OK ||
        archive_read_next_header(d->a, &entry) != ARCHIVE_OK ||
        archive_filter_code(d->a, 0) == ARCHIVE_FILTER_NONE)
        return err_set(err, -EBADMSG, "cannot be decompressed: %s", reason(d));
    return 0;
}

int decode_new(const char *format, decode_source source, void *arg,
               struct decode **out, struct err *err)
{
    struct decode *d = xcalloc(1, sizeof(*d));
    int rc = 0;

    d->source = source;
    d->arg = arg;
    d->fed = d->before;
    window_start(&d->window, format);
    if (!strcmp(format, "gzip"))
        d->gz = gunzip_new(feed, d);
    else
        rc = open_archive(d, format, err);
    if (!rc)
        rc = first_block(d, err);
    if (rc)
        decode_free(d);
    else
        *out = d;
    return rc;
}

static bool only_zeros(const uint8_t *p, size_t n)
{
    return !n || (!*p && !memcmp(p, p + 1, n - 1));
}

/* What libarchive left of the source when it came to an end of its own. */
static ssize_t behind_end(struct decode *d, struct err *err)
{
    uint64_t used = (uint64_t)archive_filter_bytes(d->a, -1);
    uint64_t left = d->fed_all > used ? d->fed_all - used : 0;
    size_t in_last = left < d->fed_len ? (size_t)left : d->fed_len;
    size_t older = left - in_last < AHEAD ? (size_t)left - in_last : AHEAD;
    bool zeros = only_zeros(d->fed + d->fed_len - in_last, in_last) &&
                 only_zeros(d->before + AHEAD - older, older);
    const void *data;
    ssize_t n;

    while (zeros && (n = feed(d, &data)) != 0)
        zeros = n > 0 && only_zeros(data, (size_t)n);
    if (zeros)
        return 0;
    return err_set(err, -EBADMSG, "cannot be decompressed to its end: %s",
                   d->err.code ? d->err.text : GUNZIP_BEHIND);
}

static ssize_t read_archive(struct decode *d, const void **data,
                            struct err *err)
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
        return behind_end(d, err);
    return err_set(err, -EBADMSG, "cannot be decompressed to its end: %s",
                   reason(d));
}

static ssize_t read_gzip(struct decode *d, const void **data, struct err *err)
{
    ssize_t n = gunzip_read(d->gz, data, err);

    if (n < 0 && d->err.code)
        err_set(err, -EBADMSG, "%s", d->err.text);
    if (n < 0)
        err_prefix(err, d->out ? "cannot be decompressed to its end: "
                               : "cannot be decompressed: ");
    return n;
}

ssize_t decode_read(struct decode *d, const void **data, struct err *err)
{
    ssize_t n;

    if (d->first_len) {
        n = (ssize_t)d->first_len;
        *data = d->first;
        d->first_len = 0;
        return n;
    }
    /* What was not unpacked of a window has not been touched either. */
    if (d->window.largest > WINDOW_MOST && d->out >= WINDOW_MOST)
        return err_set(err, -EBADMSG,
                       "its window is of %llu MiB: only the first %u MiB of it "
                       "are unpacked",
                       (unsigned long long)(d->window.largest >> 20),
                       WINDOW_MOST >> 20);
    n = d->gz ? read_gzip(d, data, err) : read_archive(d, data, err);
    if (n > 0) {
        d->out += (uint64_t)n;
        d->window.starved = 0;
    }
    return n;
}

void decode_free(struct decode *d)
{
    if (!d)
        return;
    archive_read_free(d->a);
    gunzip_free(d->gz);
    if (d->is_large)
        pthread_mutex_unlock(&large);
    free(d);
}
