#include "collector/filter_page.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/report/html.h"

struct page {
    struct sink sink;
    const struct redact_rules *rules;
    filter_page_to_fn *to;
    filter_page_ended_fn *ended;
    void *arg;
    struct redactor *r;
    struct buf held; /* what a text of ours may begin in */
};

static const char *const ours[] = {html_page_css, html_page_js};

#define N_OURS (sizeof(ours) / sizeof(ours[0]))

/* The first of our texts in what is held; NULL: none, yet. */
static const char *find_ours(const struct page *p, size_t *len)
{
    const char *first = NULL;

    for (size_t i = 0; i < N_OURS; i++) {
        size_t n = strlen(ours[i]);
        const char *at = memmem(buf_str(&p->held), p->held.len, ours[i], n);

        if (at && (!first || at < first)) {
            first = at;
            *len = n;
        }
    }
    return first;
}

/* The first n bytes of what is held. */
static int redact(struct page *p, size_t n, struct err *err)
{
    int rc = sink_write(redactor_sink(p->r), buf_str(&p->held), n, err);

    memmove(p->held.data, p->held.data + n, p->held.len - n);
    p->held.len -= n;
    return rc;
}

static int end_redactor(struct page *p, struct err *err)
{
    int rc = sink_close(redactor_sink(p->r), err);

    p->ended(p->arg, p->r);
    sink_free(redactor_sink(p->r));
    p->r = NULL;
    return rc;
}

static int keep(struct page *p, size_t n, struct err *err)
{
    struct sink *out = p->to(p->arg);
    int rc = sink_write(out, p->held.data, n, err);

    sink_free(out);
    memmove(p->held.data, p->held.data + n, p->held.len - n);
    p->held.len -= n;
    p->r = redactor_new(p->rules, p->to(p->arg));
    return rc;
}

static int page_write(struct sink *s, const void *data, size_t n,
                      struct err *err)
{
    struct page *p = (struct page *)s;
    const char *at;
    size_t len = 0, longest = 0;
    int rc = 0;

    buf_add(&p->held, data, n);
    while (!rc && (at = find_ours(p, &len))) {
        rc = redact(p, (size_t)(at - p->held.data), err);
        if (!rc)
            rc = end_redactor(p, err);
        if (!rc)
            rc = keep(p, len, err);
    }
    for (size_t i = 0; i < N_OURS; i++)
        if (strlen(ours[i]) > longest)
            longest = strlen(ours[i]);
    if (!rc && p->held.len > longest)
        rc = redact(p, p->held.len - longest, err);
    return rc;
}

static int page_close(struct sink *s, struct err *err)
{
    struct page *p = (struct page *)s;
    int rc = p->held.len ? redact(p, p->held.len, err) : 0;

    return rc ? rc : end_redactor(p, err);
}

static void page_free(struct sink *s)
{
    struct page *p = (struct page *)s;

    if (!p)
        return;
    if (p->r)
        sink_free(redactor_sink(p->r));
    buf_done(&p->held);
    free(p);
}

struct sink *filter_page_new(const struct redact_rules *rules,
                             filter_page_to_fn *to, filter_page_ended_fn *ended,
                             void *arg)
{
    static const struct sink_ops ops = {page_write, page_close, page_free};
    struct page *p = xcalloc(1, sizeof(*p));

    p->sink.ops = &ops;
    p->rules = rules;
    p->to = to;
    p->ended = ended;
    p->arg = arg;
    p->r = redactor_new(rules, to(arg));
    return &p->sink;
}
