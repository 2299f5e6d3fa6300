#include "collector/pack/unpack_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/window.h"
#include "collector/pack/bunzip.h"
#include "collector/pack/unpack_ahead.h"

#define INPUT_BYTES 65536

struct stream {
    int fd;
    uint64_t size; /* of the file */
    enum stream_kind kind;
    uint64_t pos; /* bytes handed out */
    bool ended;

    /* bzip2 */
    unsigned level;
    uint64_t bit;               /* where the next block begins */
    uint32_t crc;               /* of the blocks so far */
    bool partial;               /* some of them were passed over */
    struct bunzip *block;       /* the one that is read; or */
    struct ahead_block decoded; /* data NULL: not this one */
    size_t taken;               /* of decoded */
    struct ahead *ahead;        /* NULL: too small for threads */
    stream_block_fn fn;
    void *arg;

    /* gzip, xz, zstd */
    struct archive *a;
    uint64_t in_pos;
    int in_errno;
    struct window *window;
    struct err window_err; /* code 0: it is small enough */
    char *in;
};

static ssize_t read_at(const struct stream *s, void *out, size_t n,
                       uint64_t pos)
{
    ssize_t r;

    do {
        r = pread(s->fd, out, n, (off_t)pos);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

/* ---- bzip2 ---- */

static int next_block(struct stream *s, struct err *err)
{
    int r = s->fn ? s->fn(s->bit, s->pos, s->arg, err) : 0;
    uint32_t crc;

    if (r < 0)
        return r;
    if (s->ahead && ahead_take(s->ahead, s->bit, &s->decoded)) {
        s->taken = 0;
        crc = s->decoded.crc;
    } else {
        r = bunzip_open(s->fd, s->bit, s->level, &s->block, err);
        if (r < 0)
            return r;
        crc = bunzip_crc(s->block);
    }
    s->crc = (s->crc << 1 | s->crc >> 31) ^ crc;
    return 0;
}

/* Bytes of the block that was begun; 0: its end, with s->bit behind it. */
static ssize_t read_block(struct stream *s, void *out, size_t n,
                          enum bunzip_at *next, struct err *err)
{
    if (s->decoded.data) {
        size_t left = s->decoded.n - s->taken, step = left < n ? left : n;

        memcpy(out, s->decoded.data + s->taken, step);
        s->taken += step;
        if (step)
            return (ssize_t)step;
        s->bit = s->decoded.end;
        *next = s->decoded.next;
        free(s->decoded.data);
        s->decoded.data = NULL;
    } else {
        ssize_t r = bunzip_read(s->block, out, n, err);

        if (r)
            return r;
        s->bit = bunzip_end(s->block);
        *next = bunzip_next(s->block);
        bunzip_free(s->block);
        s->block = NULL;
    }
    return 0;
}

/* The end mark is at s->bit: its CRC must be right and nothing may follow. */
static int check_end(struct stream *s, struct err *err)
{
    uint64_t end = (s->bit + BUNZIP_END_BITS + 7) / 8;
    enum bunzip_at at;
    char more[4] = "";
    uint32_t crc;
    int r = bunzip_look(s->fd, s->bit, &at, &crc, err);

    if (r < 0)
        return r;
    if (at != BUNZIP_END)
        return err_set(err, -EBADMSG,
                       "the bundle is cut off: its bzip2 stream "
                       "has no end");
    if (crc != s->crc && !s->partial)
        return err_set(err, -EBADMSG,
                       "the bundle is damaged: the bzip2 stream's checksum is "
                       "wrong");
    s->ended = true;
    if (end == s->size)
        return 0;
    (void)read_at(s, more, 3, end);
    if (!strcmp(more, "BZh"))
        return err_set(
            err, -EBADMSG,
            "a second bzip2 stream follows the bundle's at byte %llu",
            (unsigned long long)end);
    return err_set(err, -EBADMSG,
                   "%llu bytes follow the end of the bundle's bzip2 stream",
                   (unsigned long long)(s->size - end));
}

static ssize_t read_bzip2(struct stream *s, void *out, size_t n,
                          struct err *err)
{
    for (;;) {
        enum bunzip_at next = BUNZIP_NOTHING;
        ssize_t r;

        if (!s->block && !s->decoded.data) {
            r = next_block(s, err);
            if (r < 0)
                return r;
        }
        r = n ? read_block(s, out, n, &next, err) : 0;
        if (r || !n)
            return r;
        if (next == BUNZIP_END)
            return check_end(s, err);
    }
}

static int open_bzip2(struct stream *s, unsigned char level, struct err *err)
{
    enum bunzip_at at;
    uint32_t crc;
    int r;

    if (level < '1' || level > '9')
        return err_set(err, -EBADMSG, "it is no bundle: no bzip2 header");
    s->level = level - '0';
    s->bit = BUNZIP_HEADER_BITS;
    r = bunzip_look(s->fd, s->bit, &at, &crc, err);
    if (r == 0 && at == BUNZIP_BLOCK && s->size >= AHEAD_WORTH)
        s->ahead = ahead_new(s->fd, s->level);
    if (r < 0 || at == BUNZIP_BLOCK)
        return r;
    return at == BUNZIP_END ? check_end(s, err)
                            : err_set(err, -EBADMSG,
                                      "it is no bundle: nothing follows the "
                                      "bzip2 header");
}

/* ---- by libarchive ---- */

static bool window_too_large(struct stream *s)
{
    uint64_t n = s->window->largest;

    if (n <= WINDOW_MOST)
        return false;
    err_set(&s->window_err, -EBADMSG,
            "reading it takes a window of %llu MiB, and %u are held: unpack it "
            "and name the folder",
            (unsigned long long)(n >> 20), WINDOW_MOST >> 20);
    return true;
}

static la_ssize_t on_input(struct archive *a, void *arg, const void **out)
{
    struct stream *s = arg;
    ssize_t r = read_at(s, s->in, INPUT_BYTES, s->in_pos);

    if (r < 0) {
        s->in_errno = (int)-r;
        archive_set_error(a, (int)-r, "read error");
        return ARCHIVE_FATAL;
    }
    if (window_feed(s->window, s->in, (size_t)r, &s->window_err) < 0 ||
        window_too_large(s)) {
        archive_set_error(a, EINVAL, "%s", s->window_err.text);
        return ARCHIVE_FATAL;
    }
    s->in_pos += (uint64_t)r;
    *out = s->in;
    return r;
}

static int filter_fault(struct stream *s, struct err *err)
{
    const char *why = archive_error_string(s->a);

    if (s->in_errno)
        return err_sys(err, s->in_errno, "cannot read the bundle");
    if (s->window_err.code) {
        if (err)
            *err = s->window_err;
        return s->window_err.code;
    }
    return err_set(err, -EBADMSG, "the bundle is damaged: %s",
                   why ? why : "it cannot be decompressed");
}

static int open_filter(struct stream *s, struct err *err)
{
    struct archive_entry *e;
    int r = ARCHIVE_FATAL;

    s->a = archive_read_new();
    if (!s->a)
        return err_set(err, -ENOMEM, "cannot start libarchive");
    /* Anything but ARCHIVE_OK means that it would run a program.  One filter,
     * whatever comes out of it: see decode.c. */
    r = archive_read_append_filter(
        s->a, s->kind == STREAM_GZIP ? ARCHIVE_FILTER_GZIP
              : s->kind == STREAM_XZ ? ARCHIVE_FILTER_XZ
                                     : ARCHIVE_FILTER_ZSTD);
    if (r != ARCHIVE_OK)
        return err_set(err, -ENOTSUP,
                       "this libarchive cannot read bundles packed so; unpack "
                       "it and name the folder");
    s->in = xmalloc(INPUT_BYTES);
    s->window = xmalloc(sizeof(*s->window));
    window_start(s->window, s->kind == STREAM_GZIP ? "gzip"
                            : s->kind == STREAM_XZ ? "xz"
                                                   : "zstd");
    if (archive_read_support_format_raw(s->a) != ARCHIVE_OK ||
        archive_read_open(s->a, s, NULL, on_input, NULL) != ARCHIVE_OK ||
        archive_read_next_header(s->a, &e) != ARCHIVE_OK)
        return filter_fault(s, err);
    return 0;
}

static ssize_t read_filter(struct stream *s, void *out, size_t n,
                           struct err *err)
{
    la_ssize_t r = archive_read_data(s->a, out, n);
    la_int64_t used;

    if (r < 0)
        return filter_fault(s, err);
    if (r > 0) {
        s->window->starved = 0;
        return r;
    }
    s->ended = true;
    /* libarchive lets pass what follows a gzip or zstd stream. */
    used = archive_filter_bytes(s->a, -1);
    if (used < 0 || (uint64_t)used != s->size)
        return err_set(err, -EBADMSG,
                       "bytes follow the end of the bundle's compressed "
                       "stream");
    return 0;
}

/* ---- */

static const struct {
    const char *bytes;
    size_t n;
    enum stream_kind kind;
} magics[] = {
    {"BZh", 3, STREAM_BZIP2},
    {"\x1f\x8b", 2, STREAM_GZIP},
    {"\xfd"
     "7zXZ",
     6, STREAM_XZ},
    {"\x28\xb5\x2f\xfd", 4, STREAM_ZSTD},
};

int stream_new(int fd, stream_block_fn fn, void *arg, struct stream **out,
               struct err *err)
{
    struct stream *s = xcalloc(1, sizeof(*s));
    unsigned char head[8] = {0};
    struct stat st;
    ssize_t n;
    int r;

    s->fd = fd;
    s->fn = fn;
    s->arg = arg;
    if (fstat(fd, &st) < 0) {
        r = err_sys(err, errno, "cannot read the bundle");
        goto out;
    }
    s->size = (uint64_t)st.st_size;
    n = read_at(s, head, sizeof(head), 0);
    if (n < 0) {
        r = err_sys(err, (int)-n, "cannot read the bundle");
        goto out;
    }
    s->kind = STREAM_PLAIN;
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
        if (!memcmp(head, magics[i].bytes, magics[i].n))
            s->kind = magics[i].kind;
    r = s->kind == STREAM_PLAIN   ? 0
        : s->kind == STREAM_BZIP2 ? open_bzip2(s, head[3], err)
                                  : open_filter(s, err);
    if (r < 0)
        goto out;
    *out = s;
    return 0;

out:
    stream_free(s);
    return r;
}

int stream_new_at(int fd, uint64_t bit, unsigned level, struct stream **out,
                  struct err *err)
{
    struct stream *s;
    struct stat st;

    *out = NULL;
    if (fstat(fd, &st) < 0)
        return err_sys(err, errno, "cannot read the bundle");
    s = xcalloc(1, sizeof(*s));
    s->fd = fd;
    s->size = (uint64_t)st.st_size;
    s->kind = STREAM_BZIP2;
    s->level = level;
    s->bit = bit;
    s->partial = true;
    *out = s;
    return 0;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    ahead_free(s->ahead);
    free(s->decoded.data);
    bunzip_free(s->block);
    if (s->a)
        archive_read_free(s->a);
    free(s->in);
    free(s->window);
    free(s);
}

enum stream_kind stream_kind(const struct stream *s)
{
    return s->kind;
}

unsigned stream_level(const struct stream *s)
{
    return s->level;
}

ssize_t stream_read(struct stream *s, void *out, size_t n, struct err *err)
{
    ssize_t r;

    if (s->ended)
        return 0;
    if (s->kind == STREAM_PLAIN) {
        r = read_at(s, out, n, s->pos);
        if (r < 0)
            return err_sys(err, (int)-r, "cannot read the bundle");
        s->ended = r == 0;
    } else if (s->kind == STREAM_BZIP2) {
        r = read_bzip2(s, out, n, err);
    } else {
        r = read_filter(s, out, n, err);
    }
    if (r > 0)
        s->pos += (uint64_t)r;
    return r;
}
