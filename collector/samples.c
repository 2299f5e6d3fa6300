#include "collector/samples.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"
#include "collector/difference.h"

struct sample {
    struct gather g;
    struct buf first, second, text;
    int64_t at_ms; /* monotonic, of the first reading */
    bool given;
};

static int start(struct gather *g, const struct request *rq, struct err *err)
{
    (void)g;
    (void)rq;
    (void)err;
    return 0;
}

static int next(struct gather *g, struct chunk *out, struct err *err)
{
    struct sample *s = (struct sample *)g;

    (void)err;
    memset(out, 0, sizeof(*out));
    out->path = out->decoded = "";
    if (s->given || !s->text.len)
        return 0;
    s->given = true;
    out->kind = CHUNK_DATA;
    out->data = s->text.data;
    out->len = s->text.len;
    return 1;
}

static void sample_free(struct gather *g)
{
    struct sample *s = (struct sample *)g;

    buf_done(&s->first);
    buf_done(&s->second);
    buf_done(&s->text);
    free(s);
}

static const struct gather_ops ops = {"sample", start, next, sample_free};

static int read_one(struct taker *tk, const struct planned *it, struct buf *out,
                    struct err *err)
{
    const struct request rq = {
        .kind = it->probe ? REQ_PROBE : REQ_READ,
        .name = it->probe ? it->probe : it->path,
        .flags = READ_VIRTUAL,
        .max_bytes = it->max_bytes,
        .timeout_ms = it->timeout_ms,
    };

    return gather_slurp(tk->gather, &rq, out, err);
}

static void put_text(struct sample *s, uint64_t ms)
{
    struct buf *b = &s->text;

    buf_addf(b, "# two samples, %llu ms apart, and the difference\n",
             (unsigned long long)ms);
    buf_adds(b, "--- first\n");
    buf_add(b, s->first.data, s->first.len);
    buf_adds(b, "--- second\n");
    buf_add(b, s->second.data, s->second.len);
    buf_adds(b, "--- difference, of the lines that changed\n");
    difference_add(buf_str(&s->first), buf_str(&s->second), b);
}

/* The second readings, and what comes of both. */
static int read_again(struct taker *tk, const struct planned *items, size_t n,
                      struct gather **out, struct err *err)
{
    int r = 0;

    for (size_t i = 0; i < n && !r; i++) {
        struct sample *s = (struct sample *)out[i];
        const struct outcome *o = gather_outcome(tk->gather);
        uint64_t ms, bytes, before;

        if (!s || s->g.outcome.status != ST_OK)
            continue;
        ms = (uint64_t)(clock_mono_ms() - s->at_ms);
        r = read_one(tk, &items[i], &s->second, err);
        bytes = s->g.outcome.bytes_read + o->bytes_read;
        before = s->g.outcome.duration_ms + ms;
        if (o->status != ST_OK)
            s->g.outcome = *o;
        s->g.outcome.bytes_read = bytes;
        s->g.outcome.duration_ms = before + o->duration_ms;
        s->g.outcome.interval_ms = ms ? ms : 1;
        put_text(s, ms);
    }
    return r;
}

int samples_read(struct taker *tk, const struct planned *items, size_t n,
                 struct gather ***out, struct err *err)
{
    struct pollfd wake = {.fd = stop_fd(tk->stop), .events = POLLIN};
    unsigned interval = 0;
    int r = 0;

    *out = xcalloc(n, sizeof(**out));
    for (size_t i = 0; i < n && !r; i++) {
        struct sample *s;

        if (items[i].settled)
            continue;
        s = xcalloc(1, sizeof(*s));
        s->g.ops = &ops;
        (*out)[i] = &s->g;
        interval = items[i].interval_ms;
        s->at_ms = clock_mono_ms();
        r = read_one(tk, &items[i], &s->first, err);
        s->g.outcome = *gather_outcome(tk->gather);
    }
    if (!r && interval)
        (void)poll(&wake, 1, (int)interval);
    return r ? r : read_again(tk, items, n, *out, err);
}

void samples_free(struct gather **samples, size_t n)
{
    for (size_t i = 0; samples && i < n; i++)
        gather_free(samples[i]);
    free(samples);
}
