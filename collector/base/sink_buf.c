#include "collector/base/sink_buf.h"

static int buf_write(struct sink *s, const void *data, size_t n,
                     struct err *err)
{
    (void)err;
    buf_add(((struct sink_buf *)s)->out, data, n);
    return 0;
}

static int buf_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void buf_free(struct sink *s)
{
    (void)s;
}

struct sink *sink_buf_init(struct sink_buf *s, struct buf *out)
{
    static const struct sink_ops ops = {buf_write, buf_close, buf_free};

    s->sink.ops = &ops;
    s->out = out;
    return &s->sink;
}
