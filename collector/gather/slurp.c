#include "collector/gather/gather.h"

#include "collector/base/core/buf.h"

int gather_slurp(struct gather *g, const struct request *rq, struct buf *out,
                 struct err *err)
{
    struct chunk c;
    int r = gather_start(g, rq, err);

    if (r < 0)
        return r;
    while ((r = gather_next(g, &c, err)) > 0) {
        size_t room = rq->max_bytes > out->len ? rq->max_bytes - out->len : 0;

        if (c.kind == CHUNK_DATA)
            buf_add(out, c.data, c.len < room ? c.len : room);
    }
    return r;
}
