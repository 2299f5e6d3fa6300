#include "collector/held.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

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
    free(h);
}

static const struct gather_ops ops = {"held", start, next, held_free};

struct held *held_new(void)
{
    struct held *h = xcalloc(1, sizeof(*h));

    h->g.ops = &ops;
    return h;
}
