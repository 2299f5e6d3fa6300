#include "collector/samples.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"
#include "collector/difference.h"
#include "collector/held.h"

struct sample {
    struct held *held;
    struct buf first, second;
    int64_t at_ms; /* monotonic, of the first reading */
};

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
    struct buf *b = &s->held->text;

    buf_addf(b, "# two samples, %llu ms apart, and the difference\n",
             (unsigned long long)ms);
    buf_adds(b, "--- first\n");
    buf_add(b, s->first.data, s->first.len);
    buf_adds(b, "--- second\n");
    buf_add(b, s->second.data, s->second.len);
    buf_adds(b, "--- difference, of the lines that changed\n");
    difference_add(buf_str(&s->first), buf_str(&s->second), b);
}

/* The run ended between the readings. */
static void keep_first(struct sample *s, const char *why)
{
    struct outcome *o = &s->held->g.outcome;
    struct buf *b = &s->held->text;

    o->status = ST_PARTIAL;
    snprintf(o->text, sizeof(o->text), "only the first of two readings: %s",
             why);
    o->interval_ms = (uint64_t)(clock_mono_ms() - s->at_ms);
    buf_adds(b, "# one sample: the run ended before the second\n--- first\n");
    buf_add(b, s->first.data, s->first.len);
}

/* The second readings, and what comes of both. */
static int read_again(struct taker *tk, const struct planned *items, size_t n,
                      struct sample *samples, struct err *err)
{
    int r = 0;

    for (size_t i = 0; i < n && !r; i++) {
        struct sample *s = &samples[i];
        const struct outcome *o = gather_outcome(tk->gather);
        const char *why;
        struct outcome *both;
        uint64_t ms, bytes, before;

        if (!s->held || s->held->g.outcome.status != ST_OK)
            continue;
        both = &s->held->g.outcome;
        ms = (uint64_t)(clock_mono_ms() - s->at_ms);
        why = stop_text(stop_reason(tk->stop));
        if (!why) {
            r = read_one(tk, &items[i], &s->second, err);
            why = stop_text(stop_reason(tk->stop));
        }
        if (why && (o->status != ST_OK || !s->second.len)) {
            keep_first(s, why);
            continue;
        }
        bytes = both->bytes_read + o->bytes_read;
        before = both->duration_ms + ms;
        if (o->status != ST_OK)
            *both = *o;
        both->bytes_read = bytes;
        both->duration_ms = before + o->duration_ms;
        both->interval_ms = ms ? ms : 1;
        put_text(s, ms);
    }
    return r;
}

int samples_read(struct taker *tk, const struct planned *items, size_t n,
                 struct gather **out, struct err *err)
{
    struct pollfd wake = {.fd = stop_fd(tk->stop), .events = POLLIN};
    struct sample *samples = xcalloc(n, sizeof(*samples));
    unsigned interval = 0;
    int r = 0;

    for (size_t i = 0; i < n && !r; i++) {
        struct sample *s = &samples[i];

        if (items[i].settled)
            continue;
        s->held = held_new();
        out[i] = &s->held->g;
        interval = items[i].interval_ms;
        s->at_ms = clock_mono_ms();
        r = read_one(tk, &items[i], &s->first, err);
        s->held->g.outcome = *gather_outcome(tk->gather);
    }
    if (!r && interval)
        (void)poll(&wake, 1, (int)interval);
    if (!r)
        r = read_again(tk, items, n, samples, err);
    for (size_t i = 0; i < n; i++) {
        buf_done(&samples[i].first);
        buf_done(&samples[i].second);
    }
    free(samples);
    return r;
}
