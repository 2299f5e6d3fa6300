/* json.c: a report for programs: a section is an object, a list and a table are
 * arrays of objects, data is the field "text". */
#include <stdlib.h>

#include "collector/base/core/xalloc.h"
#include "collector/report/writer.h"

#define MAX_DEPTH 8

struct json {
    struct writer w;
    unsigned depth;
    struct {
        bool array, filled;
    } at[MAX_DEPTH];
};

static void add_string(struct buf *b, const char *text)
{
    struct buf shown = BUF_INIT;

    writer_add_visible(&shown, text, true);
    buf_addc(b, '"');
    for (const char *p = buf_str(&shown); *p; p++) {
        if (*p == '\n')
            buf_adds(b, "\\n");
        else if (*p == '"' || *p == '\\')
            buf_addf(b, "\\%c", *p);
        else
            buf_addc(b, *p);
    }
    buf_addc(b, '"');
    buf_done(&shown);
}

/* What goes in front of a value: a comma if it is not the first, its name. */
static void next(struct json *j, const char *name)
{
    struct buf *b = &j->w.buf;
    bool array = !j->depth || j->at[j->depth - 1].array;

    if (j->depth && j->at[j->depth - 1].filled)
        buf_addc(b, ',');
    if (j->depth) {
        j->at[j->depth - 1].filled = true;
        buf_addf(b, "\n%*s", (int)j->depth, "");
    }
    if (!array) {
        add_string(b, name);
        buf_addc(b, ':');
    }
}

static void json_start(struct writer *w, enum writer_kind kind, const char *tag,
                       const char *title)
{
    struct json *j = (struct json *)w;

    (void)title;
    next(j, tag);
    j->at[j->depth].array = kind != WRITER_SECTION;
    j->at[j->depth].filled = false;
    buf_addc(&w->buf, j->at[j->depth].array ? '[' : '{');
    j->depth++;
}

static void json_attr(struct writer *w, const char *name, const char *label,
                      const char *text, const char *digits)
{
    struct json *j = (struct json *)w;

    (void)label;
    next(j, name);
    if (digits)
        buf_adds(&w->buf, digits);
    else
        add_string(&w->buf, text);
}

static void json_data(struct writer *w, const char *text)
{
    next((struct json *)w, "text");
    add_string(&w->buf, text);
}

static void json_end(struct writer *w)
{
    struct json *j = (struct json *)w;

    j->depth--;
    buf_addc(&w->buf, j->at[j->depth].array ? ']' : '}');
    if (!j->depth)
        buf_addc(&w->buf, '\n');
}

static void json_free(struct writer *w)
{
    free(w);
}

struct writer *writer_json_new(struct sink *out)
{
    static const struct writer_ops ops = {json_start, json_attr, json_data,
                                          json_end, json_free};
    struct json *j = xcalloc(1, sizeof(*j));

    j->w.ops = &ops;
    j->w.out = out;
    return &j->w;
}
