/* live.c: the conductor's end of one reader's socket. */
#include "collector/gather/gather.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"
#include "collector/gather/control.h"

/* A reader ends a command itself: TERM at its limit, KILL 2 s later, and it
 * gives up a child that will not die.  Only if it has not answered this long
 * after that is the reader itself hung. */
#define RUN_GRACE_MS 5000u

#define NONSENSE "the reader process answered nonsense"

struct live {
    struct gather g;
    struct control *ctl;
    int wake_fd;
    uint64_t id;
    int sock; /* -1: no reader; one is asked for at the next request */
    bool busy;
    uint64_t data_seen;
    unsigned timeout_ms;
    bool command;
    int64_t started, deadline; /* monotonic */
    uint64_t waited_ms;        /* of this request, for data */
    struct frame frame;
    const char *many; /* what is left of an RE_MANY in frame */
    size_t n_many;
    /* Files that the reader was told of, the next one last. */
    const char *ahead[READ_MANY];
    size_t n_ahead;
};

/* One frame of an answer. */
struct part {
    uint32_t type;
    const char *data;
    size_t len;
};

static void drop_reader(struct live *l)
{
    if (l->sock >= 0)
        close(l->sock);
    l->sock = -1;
    l->n_many = 0;
    l->n_ahead = 0;
}

static void end_with(struct live *l, enum status st, const char *text)
{
    struct outcome *o = &l->g.outcome;

    l->busy = false;
    o->status = st;
    snprintf(o->text, sizeof(o->text), "%s", text);
    o->bytes_read = l->data_seen;
    o->duration_ms = (uint64_t)(clock_mono_ms() - l->started);
}

static int lost(struct live *l, const char *why)
{
    end_with(l, ST_FAILED, why);
    l->g.outcome.lost = true;
    drop_reader(l);
    return 0;
}

static void encode_read(const struct request *rq, struct buf *b)
{
    field_put_str(b, rq->name);
    field_put_u64(b, rq->flags);
    field_put_u64(b, rq->max_bytes);
}

static void encode(const struct request *rq, struct buf *b, enum proto *type)
{
    size_t argc = 0;

    switch (rq->kind) {
    case REQ_READ:
        *type = RQ_READ;
        encode_read(rq, b);
        break;
    case REQ_GLOB:
        *type = RQ_GLOB;
        field_put_str(b, rq->name);
        field_put_u64(b, rq->max_entries);
        break;
    case REQ_TREE:
        *type = RQ_TREE;
        field_put_str(b, rq->name);
        field_put_u64(b, rq->max_depth);
        field_put_u64(b, rq->max_entries);
        break;
    case REQ_RUN:
        *type = RQ_RUN;
        while (rq->argv[argc])
            argc++;
        field_put_u64(b, rq->flags);
        field_put_u64(b, rq->timeout_ms);
        field_put_u64(b, rq->max_bytes);
        field_put_u64(b, argc);
        for (size_t i = 0; i < argc; i++)
            field_put_str(b, rq->argv[i]);
        break;
    case REQ_PROBE:
        *type = RQ_PROBE;
        field_put_u64(b, rq->timeout_ms);
        field_put_u64(b, rq->max_bytes);
        field_put_str(b, rq->name);
        break;
    case REQ_CONF:
        *type = RQ_CONF;
        field_put_str(b, rq->name);
        break;
    }
}

static bool stop_asked(const struct live *l)
{
    struct pollfd p = {.fd = l->wake_fd, .events = POLLIN};

    return l->wake_fd >= 0 && poll(&p, 1, 0) > 0;
}

/* Whether the reader was told of it, and of nothing that comes before. */
static bool was_ahead(struct live *l, const struct request *rq)
{
    if (!l->n_ahead || rq->kind != REQ_READ ||
        l->ahead[l->n_ahead - 1] != rq->name)
        return false;
    l->n_ahead--;
    return true;
}

static int need_reader(struct live *l, struct err *err)
{
    return l->sock < 0 ? control_reader(l->ctl, &l->id, &l->sock, err) : 0;
}

static void send_request(struct live *l, const struct request *rq)
{
    struct buf b = BUF_INIT;
    enum proto type = RQ_READ;

    encode(rq, &b, &type);
    if (b.len > FRAME_MAX)
        end_with(l, ST_FAILED, "the request is too long");
    else if (frame_send(l->sock, type, b.data, b.len, -1) < 0)
        lost(l, "the reader process has ended");
    buf_done(&b);
}

static int live_start(struct gather *g, const struct request *rq,
                      struct err *err)
{
    struct live *l = (struct live *)g;
    struct err why = ERR_INIT;
    int r;

    memset(&g->outcome, 0, sizeof(g->outcome));
    g->outcome.exit_code = -1;
    g->outcome.started_ms = clock_real_ms();
    l->started = clock_mono_ms();
    l->timeout_ms = rq->timeout_ms;
    l->deadline = l->started + rq->timeout_ms;
    l->waited_ms = 0;
    l->command = rq->kind == REQ_RUN || rq->kind == REQ_PROBE;
    if (l->command)
        l->deadline += RUN_GRACE_MS;
    l->data_seen = 0;
    l->n_many = 0;
    /* What was left unread of the last answer, or comes for a file that is not
     * wanted after all, must not pass for this one. */
    if (l->busy)
        drop_reader(l);
    if (was_ahead(l, rq)) {
        l->busy = true;
        return 0;
    }
    if (l->n_ahead)
        drop_reader(l);
    /* A file that was asked for in vain does no harm; live_next will see. */
    if (l->command && stop_asked(l)) {
        end_with(l, ST_SKIPPED, "the run was stopped");
        return 0;
    }
    r = need_reader(l, &why);
    if (r == -EAGAIN) {
        /* Too many readers hang: what is left of the run goes on. */
        end_with(l, ST_FAILED, why.text);
        return 0;
    }
    if (r) {
        *err = why;
        return r;
    }
    l->busy = true;
    send_request(l, rq);
    return 0;
}

/* Where it fails, the files are asked for one by one. */
static void live_ahead(struct gather *g, const struct request *rqs, size_t n)
{
    struct live *l = (struct live *)g;
    struct buf b = BUF_INIT;
    struct err unused = ERR_INIT;
    size_t len = 0, sent = 0;

    if (l->n_ahead)
        drop_reader(l);
    if (!n || l->busy || need_reader(l, &unused))
        return;
    while (sent < n && sent < READ_MANY) {
        encode_read(&rqs[sent], &b);
        if (b.len > FRAME_MAX)
            break;
        len = b.len;
        sent++;
    }
    if (sent && !frame_send(l->sock, RQ_READ, b.data, len, -1)) {
        l->n_ahead = sent;
        for (size_t i = 0; i < sent; i++)
            l->ahead[sent - 1 - i] = rqs[i].name;
    }
    buf_done(&b);
}

/* The reader gave no answer in time: it hangs in a system call. */
static int give_up(struct live *l, struct err *err)
{
    struct outcome *o = &l->g.outcome;
    char *where = NULL, text[64];
    bool left = false;
    int r;

    snprintf(text, sizeof(text), "no answer within %u.%u s",
             l->timeout_ms / 1000, l->timeout_ms % 1000 / 100);
    end_with(l, ST_TIMEOUT, text);
    drop_reader(l);
    r = control_kill(l->ctl, l->id, &left, &where, err);
    if (r)
        return r;
    snprintf(o->left, sizeof(o->left), "%s%s",
             left ? "reader left behind: " : "reader killed: ", where);
    free(where);
    return 0;
}

static void take_end(struct live *l, struct fields *f)
{
    struct outcome *o = &l->g.outcome;
    uint64_t st = field_u64(f), exit_code;

    (void)field_u64(f); /* errno: the text says it */
    exit_code = field_u64(f);
    o->status = st < ST_COUNT ? (enum status)st : ST_FAILED;
    o->exit_code = exit_code <= 255 ? (int)exit_code : -1;
    o->signal = (int)(field_u64(f) & 127);
    o->truncated = (enum truncated)(field_u64(f) % 3);
    o->bytes_read = field_u64(f);
    o->duration_ms = field_u64(f);
    snprintf(o->text, sizeof(o->text), "%s", field_str(f));
    snprintf(o->left, sizeof(o->left), "%s", field_str(f));
    l->busy = false;
}

/* The next frame of the message that was received last. False: none. */
static bool next_part(struct live *l, struct part *out)
{
    uint32_t head[2];

    if (l->n_many < sizeof(head))
        return false;
    memcpy(head, l->many, sizeof(head));
    l->many += sizeof(head);
    l->n_many -= sizeof(head);
    if (head[1] > l->n_many)
        return false;
    *out = (struct part){head[0], l->many, head[1]};
    l->many += head[1];
    l->n_many -= head[1];
    return true;
}

/* One answer frame. 1: out holds a chunk; 0: the end; -EPROTO: nonsense. */
static int take(struct live *l, const struct part *part, struct chunk *out)
{
    struct fields f;

    memset(out, 0, sizeof(*out));
    out->path = out->decoded = "";
    fields_init_bytes(&f, part->data, part->len);
    switch (part->type) {
    case RE_META:
        out->kind = CHUNK_META;
        out->size = field_u64(&f);
        out->mtime = (int64_t)field_u64(&f);
        out->mode = (uint32_t)field_u64(&f);
        out->path = field_str(&f);
        out->lead = field_u64(&f);
        break;
    case RE_DATA:
    case RE_ERRDATA:
        out->kind = part->type == RE_DATA ? CHUNK_DATA : CHUNK_ERRDATA;
        out->data = part->data;
        out->len = part->len;
        l->data_seen += out->len;
        return 1;
    case RE_ENTRY:
        out->kind = CHUNK_ENTRY;
        out->path = field_str(&f);
        out->size = field_u64(&f);
        out->mtime = (int64_t)field_u64(&f);
        out->mode = (uint32_t)field_u64(&f);
        break;
    case RE_END:
        take_end(l, &f);
        return fields_end(&f) ? 0 : -EPROTO;
    default:
        return -EPROTO;
    }
    return fields_end(&f) ? 1 : -EPROTO;
}

/* A command has its time as a whole, which the reader keeps.  A file that comes
 * steadily is not cut off because packing it takes long: there the limit holds
 * for each answer, and ten times over for all the waiting together. */
static int64_t time_left(const struct live *l)
{
    if (l->command)
        return l->deadline - clock_mono_ms();
    if (l->waited_ms > 10ull * l->timeout_ms)
        return 0;
    return l->timeout_ms;
}

/* As live_next, for what was received. */
static int take_part(struct live *l, struct chunk *out)
{
    struct part part;
    int r = next_part(l, &part) ? take(l, &part, out) : -EPROTO;

    return r < 0 ? lost(l, NONSENSE) : r;
}

static int take_message(struct live *l, struct chunk *out)
{
    struct part part = {l->frame.type, l->frame.data, l->frame.len};
    int r;

    if (part.type == RE_MANY) {
        l->many = part.data;
        l->n_many = part.len;
        return take_part(l, out);
    }
    r = take(l, &part, out);
    return r < 0 ? lost(l, NONSENSE) : r;
}

static int live_next(struct gather *g, struct chunk *out, struct err *err)
{
    struct live *l = (struct live *)g;
    int64_t left, before;
    int r;

    if (!l->busy)
        return 0;
    if (l->n_many)
        return take_part(l, out);
    left = time_left(l);
    if (left <= 0)
        return give_up(l, err);
    before = clock_mono_ms();
    /* A small file's only message is mostly there; the stop is looked for
     * before the next file. */
    r = (l->command || l->data_seen ? frame_recv : frame_recv_soon)(
        l->sock, &l->frame, (int)left, l->wake_fd);
    l->waited_ms += (uint64_t)(clock_mono_ms() - before);
    if (r == -ETIMEDOUT)
        return give_up(l, err);
    if (r == -EINTR) {
        /* The closed socket makes the reader end its command. */
        end_with(l, l->data_seen ? ST_PARTIAL : ST_SKIPPED,
                 "the run was stopped");
        drop_reader(l);
        return 0;
    }
    if (r == 1) {
        if (l->frame.fd >= 0)
            close(l->frame.fd);
        return take_message(l, out);
    }
    return lost(l, r == -EPROTO ? NONSENSE : "the reader process has ended");
}

static void live_free(struct gather *g)
{
    struct live *l = (struct live *)g;

    drop_reader(l);
    free(l);
}

static const struct gather_ops live_ops = {
    .name = "live",
    .start = live_start,
    .next = live_next,
    .free = live_free,
    .ahead = live_ahead,
};

struct gather *live_new(struct control *ctl, int wake_fd)
{
    struct live *l = xcalloc(1, sizeof(*l));

    l->g.ops = &live_ops;
    l->ctl = ctl;
    l->wake_fd = wake_fd;
    l->sock = -1;
    return &l->g;
}
