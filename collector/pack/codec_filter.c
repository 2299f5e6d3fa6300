/* codec_filter.c: gzip, xz and zstd by libarchive's filters.
 *
 * Each block goes through an archive of format "raw" of its own, in memory. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/codec.h"

/* A block that does not compress grows by less than this: five bytes in 16 KiB
 * (gzip), three in 64 KiB (xz, zstd), and the heads. */
#define OUT_BYTES (BZ2_BLOCK_MAX + BZ2_BLOCK_MAX / 1024 + 4096)

struct filter {
    struct archive_entry *entry; /* what a raw archive wants to hear of */
    uint8_t out[OUT_BYTES];
};

static void *filter_new(void)
{
    struct filter *f = xmalloc(sizeof(*f));

    f->entry = archive_entry_new();
    if (!f->entry)
        xmalloc((size_t)-1);
    archive_entry_set_filetype(f->entry, AE_IFREG);
    return f;
}

/* zstd takes five megabytes and gives them back for each block: the heap keeps
 * them for the next one, else the kernel clears a thousand pages each time. */
static void *filter_new_kept(void)
{
#ifdef M_TRIM_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
    return filter_new();
}

static void filter_free(void *encoder)
{
    struct filter *f = encoder;

    if (!f)
        return;
    archive_entry_free(f->entry);
    free(f);
}

/* An archive that writes raw through a filter; NULL: libarchive has it not.
 * Anything but ARCHIVE_OK means that it would run a program. */
static struct archive *filter_archive(int (*add)(struct archive *),
                                      const char *options)
{
    struct archive *a = archive_write_new();

    if (!a)
        xmalloc((size_t)-1);
    if (archive_write_set_format_raw(a) == ARCHIVE_OK && add(a) == ARCHIVE_OK &&
        archive_write_set_options(a, options) == ARCHIVE_OK &&
        archive_write_set_bytes_per_block(a, 0) == ARCHIVE_OK)
        return a;
    archive_write_free(a);
    return NULL;
}

static int filter_check(int (*add)(struct archive *), const char *options,
                        struct err *err)
{
    struct archive *a = filter_archive(add, options);

    if (!a)
        return err_set(err, -ENOTSUP,
                       "cannot pack so: this libarchive was built without it "
                       "(choose another --format)");
    archive_write_free(a);
    return 0;
}

static int filter_encode(struct filter *f, int (*add)(struct archive *),
                         const char *options, const uint8_t *block, size_t n,
                         struct bz2_block *out, struct err *err)
{
    struct archive *a = filter_archive(add, options);
    size_t used = 0;
    int rc = 0;

    if (!a)
        return filter_check(add, options, err);
    if (archive_write_open_memory(a, f->out, sizeof(f->out), &used) !=
            ARCHIVE_OK ||
        archive_write_header(a, f->entry) != ARCHIVE_OK ||
        archive_write_data(a, block, n) != (la_ssize_t)n ||
        archive_write_close(a) != ARCHIVE_OK) {
        const char *why = archive_error_string(a);

        rc = err_set(err, -EIO, "cannot compress: %s",
                     why ? why : "libarchive gives no reason");
    }
    archive_write_free(a);
    out->bits = f->out;
    out->nbits = (uint64_t)used * 8;
    out->crc = 0;
    return rc;
}

/* Levels: gzip's own default; zstd's 1, which packs logs as small as 3 does in
 * two thirds of the time.  xz takes 32 MiB at level 3, which is all that
 * our bound leaves, so one thread alone. */
#define FILTER_CODEC(NAME, FORMAT, BYTES, THREADS, NEW, OPTIONS)               \
    static int NAME##_check(struct err *err)                                   \
    {                                                                          \
        return filter_check(archive_write_add_filter_##NAME, OPTIONS, err);    \
    }                                                                          \
    static int NAME##_encode(void *encoder, const uint8_t *block, size_t n,    \
                             struct bz2_block *out, struct err *err)           \
    {                                                                          \
        return filter_encode(encoder, archive_write_add_filter_##NAME,         \
                             OPTIONS, block, n, out, err);                     \
    }                                                                          \
    const struct codec codec_##NAME = {                                        \
        .format = FORMAT,                                                      \
        .encoder_bytes = BYTES,                                                \
        .max_threads = THREADS,                                                \
        .check = NAME##_check,                                                 \
        .encoder_new = NEW,                                                    \
        .encoder_free = filter_free,                                           \
        .encode = NAME##_encode,                                               \
    };

FILTER_CODEC(gzip, BUNDLE_TAR_GZ, 2u << 20, 0, filter_new,
             "gzip:!timestamp,gzip:compression-level=6")
FILTER_CODEC(xz, BUNDLE_TAR_XZ, 33u << 20, 1, filter_new,
             "xz:compression-level=3,xz:threads=1")
FILTER_CODEC(zstd, BUNDLE_TAR_ZST, 6u << 20, 0, filter_new_kept,
             "zstd:compression-level=1")
