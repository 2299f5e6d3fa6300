#include "collector/take.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/packed.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/decode.h"
#include "collector/made.h"
#include "collector/take_road.h"

#define STDERR_MAX (1024u * 1024u)
#define HEAD 512u /* of a file, what tells text from the rest */

/* ---- what the manifest says ---------------------------------------------- */

const char *taken_own(struct taken *t, char *s)
{
    t->texts[t->n_texts++] = s;
    return s;
}

const char *taken_mask(struct taken *t, const struct redact_rules *rules,
                       const char *text)
{
    struct buf b = BUF_INIT;

    if (!text || !*text)
        return NULL;
    redact_text(rules, text, strlen(text), &b);
    return taken_own(t, buf_take(&b));
}

void taken_diagnosed(struct taken *t)
{
    for (size_t i = 0; i < 2; i++) {
        match_commit(t->diagnosed[i]);
        t->diagnosed[i] = NULL;
    }
}

void taken_done(struct taken *t)
{
    for (size_t i = 0; i < t->n_texts; i++)
        free(t->texts[i]);
    for (size_t i = 0; t->argv && t->argv[i]; i++)
        free((char *)t->argv[i]);
    free(t->argv);
    free(t->counts[0]);
    free(t->counts[1]);
    match_drop(t->diagnosed[0]);
    match_drop(t->diagnosed[1]);
    memset(t, 0, sizeof(*t));
}

static void name_source(struct taken *t, const struct redact_rules *rules,
                        const struct planned *it)
{
    struct manifest_item *m = &t->out;
    size_t n = 0;

    m->plugin = it->plugin->name;
    m->item = it->item->name;
    m->exit_code = -1;
    m->interval_ms = it->interval_ms;
    if (it->item->made_of || it->item->text) {
        m->source = SRC_OWN;
    } else if (it->probe) {
        m->source = str_starts(it->probe, "xenstore") ||
                            str_starts(it->probe, "devices")
                        ? SRC_XENSTORE
                        : SRC_HYPERCALL;
        m->probe = it->probe;
    } else if (it->argv) {
        m->source = SRC_COMMAND;
        while (it->argv[n])
            n++;
        t->argv = xcalloc(n + 1, sizeof(*t->argv));
        redact_args(rules, it->argv, n, (char **)t->argv);
        m->argv = t->argv;
    } else {
        m->source = SRC_FILE;
        /* The same rules: they are whole before the plan is made. */
        m->path = it->clean ? taken_own(t, xstrdup(it->path))
                            : taken_mask(t, rules, it->path);
        if (!m->path && it->item->glob)
            m->glob = taken_mask(t, rules, it->item->glob);
        else if (!m->path)
            m->tree = taken_mask(t, rules, it->item->tree);
    }
}

void take_not(struct taker *tk, const struct planned *it, enum status status,
              const char *why, struct taken *t)
{
    memset(t, 0, sizeof(*t));
    name_source(t, tk->rules, it);
    t->out.status = status;
    t->out.error = taken_mask(t, tk->rules, why);
}

/* ---- the source: chunks of the gather ------------------------------------ */

struct source {
    struct taker *tk;
    struct buf errout;
    bool errout_cut;
    int64_t mtime;
    uint64_t lead;
    char *link;
    char *decoded;
    const char *first; /* a chunk that was looked at and given back */
    size_t first_len;
    int rc; /* negative: the backend is lost */
    struct err err;
};

static void source_meta(struct source *s, const struct chunk *c)
{
    s->mtime = c->mtime;
    s->lead = c->lead;
    if (*c->path && !s->link)
        s->link = xstrdup(c->path);
    if (*c->decoded && !s->decoded)
        s->decoded = xstrdup(c->decoded);
}

static void source_stderr(struct source *s, const struct chunk *c)
{
    size_t room = STDERR_MAX - s->errout.len;

    if (c->len > room)
        s->errout_cut = true;
    buf_add(&s->errout, c->data, c->len < room ? c->len : room);
}

/* The next bytes of the file or of stdout; a decode_source. */
static ssize_t source_read(void *arg, const void **data)
{
    struct source *s = arg;
    struct chunk c;
    int r;

    if (s->first) {
        *data = s->first;
        s->first = NULL;
        return (ssize_t)s->first_len;
    }
    while ((r = gather_next(s->tk->gather, &c, &s->err)) > 0) {
        if (c.kind == CHUNK_META)
            source_meta(s, &c);
        else if (c.kind == CHUNK_ERRDATA)
            source_stderr(s, &c);
        else if (c.kind == CHUNK_DATA && c.len) {
            atomic_fetch_add(s->tk->bytes_read, c.len);
            *data = c.data;
            return (ssize_t)c.len;
        }
    }
    s->rc = r;
    return r;
}

static bool over_size(const struct taker *tk)
{
    uint64_t now;

    if (!tk->max_size)
        return false;
    /* Small members of a packed bundle wait in blocks that are not compressed
     * yet: it may outgrow the limit by what those come to. */
    now = tk->stored ? atomic_load(tk->stored)
                     : bundle_written(tk->bundle) + bundle_waiting(tk->bundle);
    return now + tk->closing_bytes > tk->max_size;
}

/* ---- one item ------------------------------------------------------------ */

/* General logs, not Xen's. */
static bool is_log(const struct planned *it)
{
    unsigned own = it->item->priority;

    return (own ? own : it->plugin->priority) == PRIO_LOGS;
}

static struct request request_of(const struct taker *tk,
                                 const struct planned *it)
{
    const struct item *item = it->item;
    struct request rq = {
        .kind = it->probe  ? REQ_PROBE
                : it->argv ? REQ_RUN
                           : REQ_READ,
        .name = it->probe ? it->probe : it->path,
        .argv = it->argv,
        .max_bytes = it->max_bytes,
        .timeout_ms = it->timeout_ms,
        .sample = item->sample,
        .plugin = it->plugin->name,
        .item = item->name,
    };

    if (tk->nice == NICE_ALL || (tk->nice == NICE_LOGS && is_log(it)))
        rq.flags |= READ_LOW;
    if (it->path && !item->head)
        rq.flags |= READ_TAIL;
    if (it->path &&
        (str_starts(it->path, "/proc/") || str_starts(it->path, "/sys/")))
        rq.flags |= READ_VIRTUAL;
    return rq;
}

void take_ahead(struct taker *tk, const struct planned *it, size_t n)
{
    struct request rqs[READ_MANY];
    size_t i;

    for (i = 0; i < n && i < READ_MANY; i++) {
        if (!it[i].path || it[i].settled || it[i].instead_of >= 0)
            break;
        rqs[i] = request_of(tk, &it[i]);
    }
    if (i > 1)
        gather_ahead(tk->gather, rqs, i);
}

/* Copies the source's bytes, decompressed if dec, to the road, within limits.
 * text is set where a limit or bad data ended it. */
static int pump(struct road *r, struct source *src, struct decode *dec,
                uint64_t max_bytes, const char **text, struct err *err)
{
    struct err bad = ERR_INIT;
    const void *data = NULL;
    ssize_t n;
    int rc = 0;

    for (;;) {
        n = dec ? decode_read(dec, &data, &bad) : source_read(src, &data);
        if (n == -EBADMSG && dec && src->rc >= 0)
            *text = taken_own(r->t, xstrdup(bad.text));
        if (n <= 0)
            break;
        if (dec && r->in + (uint64_t)n > max_bytes) {
            n = (ssize_t)(max_bytes - r->in);
            *text = "only the first part: the size limit of the item";
            r->t->out.truncated = TRUNC_HEAD_KEPT;
        }
        rc = n ? road_write(r, data, (size_t)n, err) : 0;
        if (rc || *text)
            break;
        /* One frame may unpack to so much that the source is not asked for
         * minutes. */
        if (dec && stop_reason(r->tk->stop) != STOP_NONE) {
            *text = stop_text(stop_reason(r->tk->stop));
            r->t->out.truncated = TRUNC_HEAD_KEPT;
            break;
        }
        if (over_size(r->tk)) {
            stop_request(r->tk->stop, STOP_SIZE);
            *text = stop_text(STOP_SIZE);
            r->t->out.truncated = TRUNC_HEAD_KEPT;
            break;
        }
    }
    return rc;
}

/* What the source is good for nothing more: let the rest of it pass. */
static void drain(struct source *src)
{
    const void *data = NULL;

    while (!src->rc && stop_reason(src->tk->stop) == STOP_NONE &&
           source_read(src, &data) > 0)
        ;
}

/* Whether a file that is named as compressed has neither such a head nor text:
 * what is damaged there may be unpacked behind it, so it must not pass. */
static bool lost_its_head(const struct planned *it, const uint8_t *p, size_t n)
{
    if (!it->path || !packed_ending(it->path))
        return false;
    for (size_t i = 0; i < n && i < HEAD; i++)
        if (p[i] < 0x80 && !str_is_text(p[i]))
            return true;
    return false;
}

static int take_stdout(struct road *r, struct source *src,
                       const struct planned *it, struct segment *seg,
                       const char **text, struct err *err)
{
    const char *name = it->member, *format = NULL;
    struct decode *dec = NULL;
    const void *data = NULL;
    ssize_t n;
    int rc;

    n = source_read(src, &data);
    if (n > 0) {
        src->first = data;
        src->first_len = (size_t)n;
        format =
            it->path && !src->decoded ? packed_format(data, (size_t)n) : NULL;
    } else if (n < 0 || gather_outcome(r->tk->gather)->status != ST_OK) {
        return 0;
    }
    if (n > 0 && !format && !src->decoded &&
        lost_its_head(it, data, (size_t)n)) {
        *text = "it is named as compressed, and is neither that nor text";
        drain(src);
        return 0;
    }
    if (format) {
        rc = decode_new(format, source_read, src, &dec, err);
        if (rc) {
            *text = taken_own(r->t, xstrdup(err->text));
            drain(src);
            return 0;
        }
        src->decoded = xstrdup(format);
        src->lead = 0;
    }
    if (src->decoded && it->plain)
        name = it->plain;
    r->file = it->path != NULL;
    if (it->item->made_of)
        r->made = redact_rules_keeping(r->tk->rules);
    rc = road_begin(r, seg, name, src->mtime, src->lead, err);
    if (!rc && n > 0)
        rc = pump(r, src, dec, it->max_bytes, text, err);
    decode_free(dec);
    if (!rc && *text)
        drain(src);
    if (!rc)
        rc = road_end(r, &r->t->out.out, &r->t->counts[0], err);
    if (r->refused)
        road_done(r);
    return rc;
}

static int take_stderr(struct road *r, struct source *src,
                       const struct planned *it, struct segment *seg,
                       struct err *err)
{
    char *name;
    int rc;

    if (!src->errout.len || it->path)
        return 0;
    road_done(r);
    name = xasprintf("%s.stderr", it->member);
    rc = road_begin(r, seg, name, src->mtime, 0, err);
    free(name);
    if (!rc)
        rc = road_write(r, src->errout.data, src->errout.len, err);
    if (!rc)
        rc = road_end(r, &r->t->out.errout, &r->t->counts[1], err);
    return rc;
}

/* Why a command failed is mostly in the first line of its stderr. */
static char *first_line(const struct source *src)
{
    const char *p = buf_str(&src->errout);

    p += strspn(p, " \t\r\n");
    return xstrndup(p, strcspn(p, "\r\n"));
}

static const char *failure_text(struct taken *t, struct taker *tk,
                                const struct outcome *o,
                                const struct source *src)
{
    char *said = first_line(src), *text;
    const char *masked;

    if (o->status != ST_FAILED || !*said || strstr(o->text, said)) {
        free(said);
        return taken_mask(t, tk->rules, o->text);
    }
    text = *o->text ? xasprintf("%s: %.200s", o->text, said)
                    : xasprintf("%.200s", said);
    masked = taken_mask(t, tk->rules, text);
    free(text);
    free(said);
    return masked;
}

static void fill_outcome(const struct road *r, const struct planned *it,
                         const struct source *src, const char *text)
{
    struct taken *t = r->t;
    struct taker *tk = r->tk;
    const struct outcome *o = gather_outcome(tk->gather);
    struct manifest_item *m = &t->out;

    m->status = o->status;
    if (o->status == ST_FAILED && it->item->lacks &&
        strstr(buf_str(&src->errout), it->item->lacks))
        m->status = ST_ABSENT;
    m->exit_code = o->exit_code;
    m->signal = o->signal;
    m->error = failure_text(t, tk, o, src);
    m->left = taken_mask(t, tk->rules, o->left);
    m->link = taken_mask(t, tk->rules, src->link);
    m->decoded = taken_mask(t, tk->rules, src->decoded);
    if (m->truncated == TRUNC_NONE)
        m->truncated = o->truncated;
    m->started_ms = o->started_ms;
    m->duration_ms = o->duration_ms;
    m->bytes_read = o->bytes_read;
    if (o->interval_ms)
        m->interval_ms = o->interval_ms;
    m->mtime = src->mtime;
    if (o->truncated == TRUNC_TAIL_KEPT && m->out.name && !m->out.bytes)
        m->error =
            taken_own(t, xasprintf("%s; no line begins in them, so nothing is "
                                   "kept",
                                   m->error ? m->error : "cut"));
    /* What cut the source also cuts what is made of it: the first reason
     * stays. */
    if (text && m->status == ST_OK)
        m->error = taken_mask(t, tk->rules, text);
    if (text && m->status == ST_OK)
        m->status = m->out.name ? ST_PARTIAL : ST_FAILED;
    if (r->refused) {
        m->status = ST_REFUSED;
        m->error = r->opaque
                       ? taken_own(t, xasprintf("its content cannot be "
                                                "looked through: it is %s",
                                                r->opaque))
                       : "binary content with secrets in it";
        m->truncated = TRUNC_NONE;
    }
    if (m->status == ST_OK && (m->out.unscannable || src->errout_cut)) {
        m->status = ST_PARTIAL;
        m->error = r->embedded
                       ? "a compressed stream, an archive or a database "
                         "within it could not be looked through and "
                         "was left out"
                   : m->out.unscannable
                       ? "some lines could not be scanned for secrets and were "
                         "left out"
                       : "only the first part of stderr";
    }
}

int take_item(struct taker *tk, const struct planned *it, struct segment *seg,
              struct taken *t, struct err *err)
{
    struct road r = {.tk = tk, .t = t, .order = 2 * (uint64_t)(it - tk->items)};
    struct source src = {.tk = tk};
    struct request rq = request_of(tk, it);
    const char *text = NULL;
    int rc;

    memset(t, 0, sizeof(*t));
    name_source(t, tk->rules, it);
    rc = gather_start(tk->gather, &rq, err);
    if (!rc)
        rc = take_stdout(&r, &src, it, seg, &text, err);
    if (!rc && src.rc >= 0)
        rc = take_stderr(&r, &src, it, seg, err);
    if (src.rc < 0) {
        rc = src.rc;
        *err = src.err;
    }
    r.spoilt = rc && rc != src.rc;
    fill_outcome(&r, it, &src, text);
    if (rc) {
        t->out.status = ST_FAILED;
        t->out.error = taken_mask(t, tk->rules, err->text);
        memset(&t->out.out, 0, sizeof(t->out.out));
        memset(&t->out.errout, 0, sizeof(t->out.errout));
    }
    road_done(&r);
    buf_done(&src.errout);
    free(src.link);
    free(src.decoded);
    return rc;
}
