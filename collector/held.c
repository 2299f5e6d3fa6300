#include "collector/held.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

#define ERROUT_MAX (1024u * 1024u)

static int start(struct gather *g, const struct request *rq, struct err *err)
{
    (void)g;
    (void)rq;
    (void)err;
    return 0;
}

static int next(struct gather *g, struct chunk *out, struct err *err)
{
    struct held *h = (struct held *)g;

    (void)err;
    memset(out, 0, sizeof(*out));
    out->path = out->decoded = "";
    if (!h->err_given && h->errout.len) {
        h->err_given = true;
        out->kind = CHUNK_ERRDATA;
        out->data = h->errout.data;
        out->len = h->errout.len;
        return 1;
    }
    if (h->given || !h->text.len)
        return 0;
    h->given = true;
    out->kind = CHUNK_DATA;
    out->data = h->text.data;
    out->len = h->text.len;
    return 1;
}

static void held_free(struct gather *g)
{
    struct held *h = (struct held *)g;

    buf_done(&h->text);
    buf_done(&h->errout);
    free(h);
}

static const struct gather_ops ops = {"held", start, next, held_free, NULL};

struct held *held_new(void)
{
    struct held *h = xcalloc(1, sizeof(*h));

    h->g.ops = &ops;
    return h;
}

static void add_within(struct buf *b, const struct chunk *c, uint64_t max)
{
    size_t room = max > b->len ? max - b->len : 0;

    buf_add(b, c->data, c->len < room ? c->len : room);
}

int held_read(struct held *h, struct gather *g, const struct request *rq,
              struct err *err)
{
    struct chunk c;
    int r = gather_start(g, rq, err);

    if (r < 0)
        return r;
    while ((r = gather_next(g, &c, err)) > 0) {
        if (c.kind == CHUNK_DATA)
            add_within(&h->text, &c, rq->max_bytes);
        else if (c.kind == CHUNK_ERRDATA)
            add_within(&h->errout, &c, ERROUT_MAX);
    }
    h->g.outcome = *gather_outcome(g);
    return r;
}
