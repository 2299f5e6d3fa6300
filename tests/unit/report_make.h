/* report_make.h: what the tests of report and summary are given. */
#ifndef REPORT_MAKE_H
#define REPORT_MAKE_H

#include <json-c/json.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/sink.h"
#include "collector/view.h"

static const struct manifest_head made_head = {
    .tool_version = "0.1.0",
    .rules_digest = "",
    .complete = true,
    .sync = "tried",
    .host = {"xenhost", "6.1.0", "x86_64", "4.17.7", "dom0", 4711},
    .options = {.format = "tar.bz2", .privacy = "secrets"},
    .start_ms = 1763857957711,
    .end_ms = 1763857999000,
    .key_id = "9a3b16e401c471cb",
};

/* A sink that keeps all. */
struct keep {
    struct sink sink;
    struct buf *out;
    int fail; /* errno of each write, 0: none */
    int closed;
};

static inline int keep_write(struct sink *s, const void *data, size_t n,
                             struct err *err)
{
    struct keep *k = (struct keep *)s;

    if (k->fail)
        return err_sys(err, k->fail, "cannot write");
    buf_add(k->out, data, n);
    return 0;
}

static inline int keep_close(struct sink *s, struct err *err)
{
    (void)err;
    ((struct keep *)s)->closed++;
    return 0;
}

static inline void keep_free(struct sink *s)
{
    (void)s; /* the test's */
}

static const struct sink_ops keep_ops = {keep_write, keep_close, keep_free};

/* The report of view and diagnosis, in one format. */
static inline void make_report_of(const struct manifest_head *head,
                                  struct writer *(*kind)(struct sink *out),
                                  const struct view *v, const char *diagnosis,
                                  struct buf *out)
{
    struct keep keep = {{&keep_ops}, out, 0, 0};
    struct json_object *doc = diagnosis ? json_tokener_parse(diagnosis) : NULL;
    struct writer *w = kind(&keep.sink);
    struct err err = ERR_INIT;

    view_write(v, head, doc, w);
    (void)writer_finish(w, &err);
    writer_free(w);
    json_object_put(doc);
}

static inline void make_report(struct writer *(*kind)(struct sink *out),
                               const struct view *v, const char *diagnosis,
                               struct buf *out)
{
    make_report_of(&made_head, kind, v, diagnosis, out);
}

#endif
