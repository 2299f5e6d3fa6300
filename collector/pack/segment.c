#include "collector/pack/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/pack/dir.h"
#include "collector/pack/tar.h"

/* A member of at most this size is kept until its end and then put, header
 * first, into the segment's running block, so that small ones share blocks. A
 * part of the format: another value gives other bytes. */
#define SMALL_MEMBER (512u * 1024)

/* Blocks handed over, and the one that is being filled. */
struct lane {
    struct chain chain;
    struct bz2_cut cut;
};

struct segment {
    struct pack *p;
    struct batch batch;
    /* A large member's data goes into a lane of its own while it comes. Its
     * header is known last: it is put behind what is in the lane main, that is
     * closed, and the data lane is joined to it. */
    struct lane main, data;
    bool closed;
    int bad; /* negative: why.text says what was lost */
    struct err why;

    bool open, large, has_front, unsummed;
    char *name;
    int64_t mtime;
    uint64_t size;     /* written, without the front */
    size_t part;       /* blocks of so many bytes; 0: of what they hold */
    struct buf staged; /* the data so far, unless large */
    struct buf front;  /* by member_prepend */
    struct sha256 *sha;

    struct dir_file *file; /* BUNDLE_DIR */
    char **kept;           /* its files, until the segment is appended */
    size_t n_kept;
};

static const char zeros[TAR_BLOCK];

/* Puts bytes into the block that is being filled; hands over what is full. */
static int lane_flush(struct segment *s, struct lane *l, struct err *err)
{
    struct bz2_cut cut = l->cut;

    memset(&l->cut, 0, sizeof(l->cut));
    if (cut.len)
        return pool_submit(s->p->pool, &s->batch, &l->chain, cut.buf, cut.len,
                           err);
    pool_unbuffer(s->p->pool, cut.buf);
    return 0;
}

static size_t plain_add(struct bz2_cut *cut, const void *data, size_t n)
{
    size_t room = BZ2_BLOCK_MAX - cut->len;
    size_t step = n < room ? n : room;

    memcpy(cut->buf + cut->len, data, step);
    cut->len += step;
    return step;
}

static int lane_add(struct segment *s, struct lane *l, const void *data,
                    size_t n, struct err *err)
{
    const char *p = data;

    while (n) {
        size_t took;

        if (!l->cut.buf)
            bz2_cut_start(&l->cut, pool_buffer(s->p->pool));
        took = s->p->format == BUNDLE_TAR_BZ2 ? bz2_cut_add(&l->cut, p, n)
                                              : plain_add(&l->cut, p, n);
        p += took;
        n -= took;
        if (n) {
            int rc = lane_flush(s, l, err);

            if (rc)
                return rc;
        }
    }
    return 0;
}

static void lane_drop(struct segment *s, struct lane *l)
{
    pool_drop(s->p->pool, &l->chain);
    pool_unbuffer(s->p->pool, l->cut.buf);
    memset(l, 0, sizeof(*l));
}

struct segment *segment_make(struct pack *p)
{
    struct segment *s = xcalloc(1, sizeof(*s));

    s->p = p;
    return s;
}

/* Remembers a failure that spoils the segment, and passes it on. */
static int spoil(struct segment *s, int rc, const struct err *why,
                 struct err *err)
{
    if (rc) {
        s->bad = rc;
        s->why = *why;
        if (err)
            *err = *why;
    }
    return rc;
}

static int check_bad(const struct segment *s, struct err *err)
{
    if (s->bad && err)
        *err = s->why;
    return s->bad;
}

bool segment_name_ok(const char *name)
{
    const char *end;

    for (;; name = end + 1) {
        end = strchrnul(name, '/');
        if (end == name || (end - name == 1 && name[0] == '.') ||
            (end - name == 2 && !memcmp(name, "..", 2)))
            return false;
        if (!*end)
            return true;
    }
}

int member_begin(struct segment *s, const struct member_info *info,
                 struct err *err)
{
    int rc = check_bad(s, err);

    if (rc)
        return rc;
    if (s->open || s->closed || !segment_name_ok(info->name))
        return err_set(err, -EINVAL, "cannot begin the member %s: %s",
                       info->name,
                       s->open     ? "another one is not ended"
                       : s->closed ? "its segment is closed"
                                   : "not a safe name");
    if (s->p->format == BUNDLE_DIR) {
        rc = dir_file_new(s->p->folder_fd, info->name, &s->file, err);
        if (rc)
            return rc;
    }
    s->open = true;
    s->name = xstrdup(info->name);
    s->mtime = info->mtime;
    if (!s->sha)
        s->sha = sha256_new();
    return 0;
}

/* Where blocks end follows from the member's bytes alone. */
static int add_parts(struct segment *s, const char *p, size_t n,
                     struct err *err)
{
    uint64_t pos = s->size;
    int rc = 0;

    while (n && !rc) {
        size_t left = s->part - (size_t)(pos % s->part);
        size_t step = n < left ? n : left;

        rc = lane_add(s, &s->data, p, step, err);
        if (!rc && step == left)
            rc = lane_flush(s, &s->data, err);
        p += step;
        pos += step;
        n -= step;
    }
    return rc;
}

static int take_data(struct segment *s, const void *data, size_t n,
                     struct err *err)
{
    int rc;

    if (s->p->format == BUNDLE_DIR)
        return dir_file_write(s->file, data, n, err);
    if (s->part)
        return add_parts(s, data, n, err);
    if (!s->large && s->size + n <= SMALL_MEMBER) {
        buf_add(&s->staged, data, n);
        return 0;
    }
    if (!s->large) {
        s->large = true;
        rc = lane_add(s, &s->data, s->staged.data, s->staged.len, err);
        buf_done(&s->staged);
        if (rc)
            return rc;
    }
    return lane_add(s, &s->data, data, n, err);
}

int member_write(struct segment *s, const void *data, size_t n, struct err *err)
{
    struct err why = ERR_INIT;
    int rc = check_bad(s, err);

    if (rc || !n)
        return rc;
    if (!s->open)
        return err_set(err, -EINVAL, "cannot write: no member was begun");
    if (!s->unsummed)
        sha256_update(s->sha, data, n);
    rc = take_data(s, data, n, &why);
    if (!rc)
        s->size += n;
    return spoil(s, rc, &why, err);
}

int member_prepend(struct segment *s, const void *data, size_t n,
                   struct err *err)
{
    struct err why = ERR_INIT;
    int rc = check_bad(s, err);

    if (rc)
        return rc;
    if (!s->open || s->has_front)
        return err_set(err, -EINVAL, "cannot put bytes in front of %s",
                       s->open ? s->name : "a member that was not begun");
    s->has_front = true;
    buf_add(&s->front, data, n);
    if (s->p->format == BUNDLE_DIR)
        rc = dir_file_prepend(s->file, data, n, &why);
    return spoil(s, rc, &why, err);
}

void member_unsummed(struct segment *s)
{
    s->unsummed = true;
}

void member_in_parts(struct segment *s, size_t part)
{
    /* A stream of another format would only become longer. */
    if (!s->open || s->size || s->p->format != BUNDLE_TAR_BZ2)
        return;
    s->large = true;
    s->part = part;
}

int member_cut(struct segment *s, struct err *err)
{
    struct err why = ERR_INIT;
    int rc = check_bad(s, err);

    if (rc || !s->large)
        return rc;
    return spoil(s, lane_flush(s, &s->data, &why), &why, err);
}

uint64_t member_size(const struct segment *s)
{
    return s->size + s->front.len;
}

/* Header, front and data in the segment's order of blocks. */
static int place_member(struct segment *s, struct err *err)
{
    const uint64_t size = member_size(s);
    const struct tar_entry entry = {s->p->top, s->name, size, s->mtime};
    struct buf header = BUF_INIT;
    int rc = tar_header(&entry, &header, err);

    buf_add(&header, s->front.data, s->front.len);
    if (!rc)
        rc = lane_add(s, &s->main, header.data, header.len, err);
    buf_done(&header);
    if (rc)
        return rc;
    if (!s->large) {
        rc = lane_add(s, &s->main, s->staged.data, s->staged.len, err);
        return rc ? rc : lane_add(s, &s->main, zeros, tar_padding(size), err);
    }
    rc = lane_flush(s, &s->main, err);
    if (!rc)
        rc = lane_add(s, &s->data, zeros, tar_padding(size), err);
    chain_move(&s->main.chain, &s->data.chain);
    s->main.cut = s->data.cut;
    memset(&s->data, 0, sizeof(s->data));
    return rc;
}

static int keep_file(struct segment *s, struct err *err)
{
    int rc = dir_file_end(s->file, s->mtime, err);

    s->file = NULL;
    if (rc)
        return rc;
    s->kept = xreallocarray(s->kept, s->n_kept + 1, sizeof(*s->kept));
    s->kept[s->n_kept++] = xstrdup(s->name);
    return 0;
}

/* No member is open any more. */
static void member_reset(struct segment *s)
{
    char unused[SHA256_HEX];

    sha256_hex(s->sha, unused);
    buf_reset(&s->staged);
    buf_done(&s->front);
    free(s->name);
    s->name = NULL;
    s->size = s->part = 0;
    s->open = s->large = s->has_front = s->unsummed = false;
}

int member_end(struct segment *s, uint64_t *size_out,
               char sha256_out[SHA256_HEX], struct err *err)
{
    struct err why = ERR_INIT;
    int rc = check_bad(s, err);

    if (rc)
        return rc;
    if (!s->open)
        return err_set(err, -EINVAL, "cannot end: no member was begun");
    rc =
        s->p->format == BUNDLE_DIR ? keep_file(s, &why) : place_member(s, &why);
    if (rc) {
        spoil(s, rc, &why, err);
        member_drop(s);
        return rc;
    }
    if (size_out)
        *size_out = member_size(s);
    if (sha256_out && (s->has_front || s->unsummed))
        sha256_out[0] = '\0';
    else if (sha256_out)
        sha256_hex(s->sha, sha256_out);
    if (s->p->format == BUNDLE_DIR)
        s->p->written += member_size(s);
    member_reset(s);
    return 0;
}

void member_drop(struct segment *s)
{
    if (!s->open)
        return;
    lane_drop(s, &s->data);
    if (s->file)
        dir_file_drop(s->file);
    s->file = NULL;
    /* A folder's other files have lost nothing. */
    if (s->p->format == BUNDLE_DIR)
        s->bad = 0;
    member_reset(s);
}

int segment_close(struct segment *s, struct err *err)
{
    struct err why = ERR_INIT;
    int rc;

    member_drop(s);
    rc = check_bad(s, err);
    if (s->closed)
        return rc;
    s->closed = true;
    buf_done(&s->staged);
    sha256_free(s->sha);
    s->sha = NULL;
    if (rc || s->p->format == BUNDLE_DIR)
        return rc;
    return spoil(s, lane_flush(s, &s->main, &why), &why, err);
}

static void forget_kept(struct segment *s, bool remove)
{
    while (s->n_kept) {
        char *name = s->kept[--s->n_kept];

        if (remove)
            dir_remove(s->p->folder_fd, name);
        free(name);
    }
    free(s->kept);
    s->kept = NULL;
}

void segment_free(struct segment *s)
{
    if (!s)
        return;
    member_drop(s);
    if (s->p->format != BUNDLE_DIR)
        lane_drop(s, &s->main);
    forget_kept(s, true);
    buf_done(&s->staged);
    buf_done(&s->front);
    sha256_free(s->sha);
    free(s);
}

struct segment *segment_raw(struct pack *p, const void *data, size_t n)
{
    struct segment *s = segment_make(p);
    struct err why = ERR_INIT;

    spoil(s, lane_add(s, &s->main, data, n, &why), &why, NULL);
    segment_close(s, NULL);
    return s;
}

int segment_wait(struct segment *s, struct err *err)
{
    int rc = check_bad(s, err);

    if (rc)
        return rc;
    if (!s->closed)
        return err_set(err, -EINVAL,
                       "cannot append a segment: it is not closed");
    if (s->p->format == BUNDLE_DIR)
        return 0;
    return pool_wait(s->p->pool, &s->batch, &s->main.chain, err);
}

struct chain *segment_chain(struct segment *s)
{
    return &s->main.chain;
}

void segment_keep(struct segment *s)
{
    forget_kept(s, false);
}

/* ---- as a sink ----------------------------------------------------------- */

struct segment_sink {
    struct sink sink;
    struct segment *s;
};

static int sink_to_member(struct sink *s, const void *data, size_t n,
                          struct err *err)
{
    return member_write(((struct segment_sink *)s)->s, data, n, err);
}

static int sink_end(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void sink_done(struct sink *s)
{
    free(s);
}

struct sink *member_sink(struct segment *s)
{
    static const struct sink_ops ops = {sink_to_member, sink_end, sink_done};
    struct segment_sink *out = xcalloc(1, sizeof(*out));

    out->sink.ops = &ops;
    out->s = s;
    return &out->sink;
}
