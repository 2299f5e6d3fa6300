#include "collector/pack/bundle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/pack/bz2.h"
#include "collector/pack/codec.h"
#include "collector/pack/outfd.h"
#include "collector/pack/pool.h"
#include "collector/pack/reserve.h"
#include "collector/pack/segment.h"
#include "collector/pack/tar.h"

struct bundle {
    struct pack pack;
    struct outfd *out;
    struct bz2_join join;
    struct segment *head, *tail; /* the top folder's entry; the archive's end.
                                    Made at once: closing needs no room */
    bool begun, finished;
    struct reserve reserve;
};

struct segment *segment_new(struct bundle *b)
{
    return segment_make(&b->pack);
}

static int make_ends(struct bundle *b, const struct bundle_opts *opts,
                     struct err *err)
{
    const struct tar_entry top = {.top = b->pack.top, .mtime = opts->mtime};
    static const char zeros[TAR_END];
    struct buf header = BUF_INIT;
    int rc = tar_header(&top, &header, err);

    if (!rc) {
        b->head = segment_raw(&b->pack, header.data, header.len);
        b->tail = segment_raw(&b->pack, zeros, TAR_END);
        rc = segment_wait(b->head, err);
    }
    if (!rc)
        rc = segment_wait(b->tail, err);
    buf_done(&header);
    return rc;
}

int bundle_new(const struct bundle_opts *opts, struct bundle **out,
               struct err *err)
{
    struct bundle *b;
    int rc;

    *out = NULL;
    if (opts->format != BUNDLE_DIR &&
        (!opts->top || strchr(opts->top, '/') || !segment_name_ok(opts->top)))
        return err_set(err, -EINVAL,
                       "cannot start the bundle: not a safe folder name: %s",
                       opts->top ? opts->top : "none");
    b = xcalloc(1, sizeof(*b));
    b->pack.format = opts->format;
    b->pack.codec = codec_find(opts->format);
    rc = b->pack.codec ? b->pack.codec->check(err) : 0;
    if (rc)
        goto out;
    rc = reserve_take(&b->reserve, opts->reserve, opts->spool_fd, opts->out_fd,
                      err);
    if (rc)
        goto out;
    if (b->pack.format == BUNDLE_DIR) {
        b->pack.folder_fd = opts->out_fd;
    } else {
        struct pool_opts po = {
            .codec = b->pack.codec,
            .threads = opts->threads,
            .finished = opts->pool_bytes,
            .spool_fd = opts->spool_fd,
            .spool_base = reserve_spool_base(&b->reserve),
        };

        b->pack.top = xstrdup(opts->top);
        b->out = outfd_new(opts->out_fd);
        outfd_stop_with(b->out, opts->stop);
        b->pack.pool = pool_new(&po);
        rc = make_ends(b, opts, err);
    }

out:
    if (rc)
        bundle_free(b);
    else
        *out = b;
    return rc;
}

/* The first block of a chain, bits and CRC. */
static int write_block(struct bundle *b, const struct chain *c, struct err *err)
{
    uint64_t left = chain_nbits(c);
    uint8_t piece[16384];
    size_t pos = 0;
    int rc = 0;

    while (!rc && left) {
        uint64_t n = left < sizeof(piece) * 8 ? left : sizeof(piece) * 8;
        size_t bytes = (size_t)((n + 7) / 8);

        rc = pool_read(b->pack.pool, c, pos, piece, bytes, err);
        if (!rc)
            rc = bz2_join_bits(&b->join, piece, n, b->out, err);
        pos += bytes;
        left -= n;
    }
    bz2_join_crc(&b->join, chain_crc(c));
    return rc;
}

/* Ends one all or nothing step: flushes, or takes back all since pos. */
static int commit(struct bundle *b, int rc, uint64_t pos,
                  const struct bz2_join *join, struct err *err)
{
    if (!rc)
        rc = outfd_flush(b->out, err);
    if (rc) {
        struct err lost = ERR_INIT;

        b->join = *join;
        if (outfd_rollback(b->out, pos, &lost) && err)
            err_prefix(err, "the bundle is lost: ");
    }
    b->pack.written = outfd_pos(b->out);
    return rc;
}

/* The stream's first bytes and the top folder. */
static int begin(struct bundle *b, struct err *err)
{
    const uint64_t pos = outfd_pos(b->out);
    const struct bz2_join join = b->join;
    int rc = 0;

    if (b->begun)
        return 0;
    if (b->pack.format == BUNDLE_TAR_BZ2)
        rc = bz2_join_begin(&b->join, b->out, err);
    if (!rc)
        rc = write_block(b, segment_chain(b->head), err);
    rc = commit(b, rc, pos, &join, err);
    if (rc)
        return rc;
    b->begun = true;
    segment_free(b->head);
    b->head = NULL;
    return 0;
}

static int write_segment(struct bundle *b, struct segment *s, struct err *err)
{
    struct chain *c = segment_chain(s);
    struct bz2_join join;
    uint64_t pos;
    int rc = segment_wait(s, err);

    if (!rc)
        rc = begin(b, err);
    if (rc)
        return rc;
    pos = outfd_pos(b->out);
    join = b->join;
    while (!rc && c->first) {
        rc = write_block(b, c, err);
        /* At once, so that the spool shrinks as the output grows. */
        pool_shift(b->pack.pool, c);
    }
    return commit(b, rc, pos, &join, err);
}

int bundle_append(struct bundle *b, struct segment *s, struct err *err)
{
    int rc;

    if (b->finished) {
        rc = err_set(err, -EINVAL,
                     "cannot append a segment: the bundle is finished");
    } else if (b->pack.format == BUNDLE_DIR) {
        rc = segment_wait(s, err);
        if (!rc)
            segment_keep(s);
    } else {
        rc = write_segment(b, s, err);
    }
    segment_free(s);
    return rc;
}

void bundle_release_reserve(struct bundle *b)
{
    reserve_release(&b->reserve);
}

int bundle_finish(struct bundle *b, struct err *err)
{
    struct bz2_join join;
    uint64_t pos;
    int rc;

    if (b->pack.format == BUNDLE_DIR || b->finished) {
        b->finished = true;
        bundle_release_reserve(b);
        return 0;
    }
    rc = begin(b, err);
    if (rc)
        return rc;
    pos = outfd_pos(b->out);
    join = b->join;
    rc = write_block(b, segment_chain(b->tail), err);
    if (!rc && b->pack.format == BUNDLE_TAR_BZ2)
        rc = bz2_join_end(&b->join, b->out, err);
    rc = commit(b, rc, pos, &join, err);
    b->finished = !rc;
    if (!rc)
        bundle_release_reserve(b);
    return rc;
}

uint64_t bundle_written(const struct bundle *b)
{
    return b->pack.written;
}

uint64_t bundle_waiting(const struct bundle *b)
{
    return b->pack.pool ? pool_waiting(b->pack.pool) : 0;
}

void bundle_free(struct bundle *b)
{
    if (!b)
        return;
    segment_free(b->head);
    segment_free(b->tail);
    reserve_release(&b->reserve);
    pool_free(b->pack.pool);
    outfd_free(b->out);
    free(b->pack.top);
    free(b);
}
