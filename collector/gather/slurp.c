#include "collector/gather/gather.h"

#include "collector/base/core/buf.h"

static int read_once(struct gather *g, const struct request *rq,
                     struct buf *out, struct err *err)
{
    size_t before = out->len;
    struct chunk c;
    int r = gather_start(g, rq, err);

    if (r < 0)
        return r;
    while ((r = gather_next(g, &c, err)) > 0) {
        size_t used = out->len - before;
        size_t room = rq->max_bytes > used ? rq->max_bytes - used : 0;

        if (c.kind == CHUNK_DATA)
            buf_add(out, c.data, c.len < room ? c.len : room);
    }
    return r;
}

int gather_slurp(struct gather *g, const struct request *rq, struct buf *out,
                 struct err *err)
{
    size_t before = out->len;
    int r = read_once(g, rq, out, err);

    /* Most of it is our own configuration, without which there is no run:
     * somebody may have killed the reader, but will not kill each. */
    if (!r && g->outcome.lost) {
        out->len = before;
        r = read_once(g, rq, out, err);
    }
    return r;
}
