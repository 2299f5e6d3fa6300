/* unpack_make.h: small archives for the tests of unpack, good and hostile. */
#ifndef XB_UNPACK_MAKE_H
#define XB_UNPACK_MAKE_H

#include <archive.h>
#include <archive_entry.h>
#include <bzlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/core/buf.h"

static inline la_ssize_t make_sink(struct archive *a, void *arg,
                                   const void *data, size_t n)
{
    (void)a;
    buf_add(arg, data, n);
    return (la_ssize_t)n;
}

/* filter: "", "gzip", "xz", "zstd". */
static inline struct archive *make_open(struct buf *out, const char *filter)
{
    struct archive *a = archive_write_new();

    assert_int_equal(archive_write_set_format_pax_restricted(a), ARCHIVE_OK);
    if (*filter)
        assert_int_equal(archive_write_add_filter_by_name(a, filter),
                         ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open(a, out, NULL, make_sink, NULL),
                     ARCHIVE_OK);
    return a;
}

static inline void make_add(struct archive *a, const char *path, int type,
                            const char *link, const void *data, size_t n)
{
    struct archive_entry *e = archive_entry_new();

    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, (unsigned)type);
    archive_entry_set_perm(e, type == AE_IFDIR ? 0700 : 0600);
    archive_entry_set_mtime(e, 1000, 0);
    if (link && type == AE_IFLNK)
        archive_entry_set_symlink(e, link);
    else if (link)
        archive_entry_set_hardlink(e, link);
    if (type == AE_IFREG && !link)
        archive_entry_set_size(e, (la_int64_t)n);
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    if (n)
        assert_int_equal(archive_write_data(a, data, n), n);
    archive_entry_free(e);
}

static inline void make_file(struct archive *a, const char *path,
                             const char *text)
{
    make_add(a, path, AE_IFREG, NULL, text, strlen(text));
}

static inline void make_close(struct archive *a)
{
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

/* One standard bzip2 stream. */
static inline void make_bzip2(const struct buf *in, int level, struct buf *out)
{
    unsigned n = (unsigned)(in->len + in->len / 100 + 600);

    assert_int_equal(BZ2_bzBuffToBuffCompress(buf_room(out, n), &n, in->data,
                                              (unsigned)in->len, level, 0, 0),
                     BZ_OK);
    out->len += n;
}

/* A file without a name that holds the bytes. */
static inline int make_fd(const void *data, size_t n)
{
    int fd = memfd_create("bundle", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), n);
    return fd;
}

/* Bytes that do not compress and are the same each time. */
static inline void make_noise(unsigned char *p, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        p[i] = (unsigned char)(seed >> 32);
    }
}

#endif
