/* text.c: a report for a terminal. */
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/report/writer.h"

#define MAX_DEPTH 8

struct text {
    struct writer w;
    unsigned depth;
    struct {
        enum writer_kind kind;
        bool row;     /* a line of a table */
        bool started; /* ... with something on it */
    } at[MAX_DEPTH];
};

static unsigned indent(const struct text *t)
{
    return t->depth > 2 ? 2 * (t->depth - 2) : 0;
}

static void text_start(struct writer *w, enum writer_kind kind, const char *tag,
                       const char *title)
{
    struct text *t = (struct text *)w;
    bool row = t->depth && t->at[t->depth - 1].kind == WRITER_TABLE;

    (void)tag;
    t->at[t->depth].kind = kind;
    t->at[t->depth].row = row;
    t->at[t->depth].started = false;
    t->depth++;
    if (row) {
        buf_addf(&w->buf, "%*s", (int)indent(t), "");
        return;
    }
    if (!title)
        return;
    if (t->depth > 1)
        buf_addc(&w->buf, '\n');
    buf_addf(&w->buf, "%*s", (int)indent(t) - (t->depth > 2 ? 2 : 0), "");
    writer_add_visible(&w->buf, title, false);
    buf_addc(&w->buf, '\n');
}

static void text_attr(struct writer *w, const char *name, const char *label,
                      const char *text, const char *digits)
{
    struct text *t = (struct text *)w;
    bool row = t->at[t->depth - 1].row;

    (void)name;
    (void)digits;
    if (row) {
        if (t->at[t->depth - 1].started)
            buf_adds(&w->buf, "  ");
        t->at[t->depth - 1].started = true;
        writer_add_visible(&w->buf, text, false);
        return;
    }
    if (!label)
        return;
    buf_addf(&w->buf, "%*s%s%s", (int)indent(t), "", label, *label ? ": " : "");
    writer_add_visible(&w->buf, text, true);
    buf_addc(&w->buf, '\n');
}

static void text_data(struct writer *w, const char *text)
{
    struct text *t = (struct text *)w;
    char *copy = xstrdup(text), *rest = copy, *line;

    while ((line = strsep(&rest, "\n"))) {
        buf_addf(&w->buf, "%*s", (int)indent(t) + 2, "");
        writer_add_visible(&w->buf, line, false);
        buf_addc(&w->buf, '\n');
    }
    free(copy);
}

static void text_end(struct writer *w)
{
    struct text *t = (struct text *)w;

    t->depth--;
    if (t->at[t->depth].row)
        buf_addc(&w->buf, '\n');
}

static void text_free(struct writer *w)
{
    free(w);
}

struct writer *writer_text_new(struct sink *out)
{
    static const struct writer_ops ops = {text_start, text_attr, text_data,
                                          text_end, text_free};
    struct text *t = xcalloc(1, sizeof(*t));

    t->w.ops = &ops;
    t->w.out = out;
    return &t->w;
}
