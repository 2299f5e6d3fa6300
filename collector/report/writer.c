#include "collector/report/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define FLUSH_BYTES 16384u

static void flush(struct writer *w)
{
    if (!w->rc)
        w->rc = sink_write(w->out, w->buf.data, w->buf.len, &w->err);
    buf_reset(&w->buf);
}

static void flush_full(struct writer *w)
{
    if (w->buf.len >= FLUSH_BYTES)
        flush(w);
}

void writer_start(struct writer *w, enum writer_kind kind, const char *tag,
                  const char *title)
{
    w->ops->start(w, kind, tag, title);
}

void writer_attr(struct writer *w, const char *name, const char *label,
                 const char *text)
{
    if (text && *text)
        w->ops->attr(w, name, label, text, NULL);
}

void writer_number(struct writer *w, const char *name, const char *label,
                   uint64_t n, const char *shown)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%" PRIu64, n);
    w->ops->attr(w, name, label, shown ? shown : digits, digits);
}

void writer_data(struct writer *w, const char *text)
{
    w->ops->data(w, text);
}

void writer_end(struct writer *w)
{
    w->ops->end(w);
    flush_full(w);
}

int writer_finish(struct writer *w, struct err *err)
{
    flush(w);
    if (!w->rc)
        w->rc = sink_close(w->out, &w->err);
    if (w->rc && err)
        *err = w->err;
    return w->rc;
}

void writer_free(struct writer *w)
{
    struct sink *out;

    if (!w)
        return;
    out = w->out;
    buf_done(&w->buf);
    w->ops->free(w);
    sink_free(out);
}

/* ---- what may be seen ---------------------------------------------------- */

/* The character of two to four bytes that starts at p, which is well-formed. */
static uint32_t decode(const unsigned char *p, size_t *len_out)
{
    size_t n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
    uint32_t c = *p & (0xffu >> (n + 1));

    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3fu);
    *len_out = n;
    return c;
}

/* Characters that show nothing themselves, or change how others are shown
 * (Unicode's Default_Ignorable_Code_Point and Bidi_Control, the separators of
 * lines and paragraphs). */
static bool deceives(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},
        {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},
        {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
        {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
        {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0x1bca0, 0x1bca3},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    return false;
}

static void add_line(struct buf *b, const char *text, size_t n)
{
    char *line = xstrndup(text, n), *shown = xmalloc(4 * n + 8);
    const unsigned char *p =
        (const unsigned char *)str_visible(line, shown, 4 * n + 8);

    while (*p) {
        size_t len = 1;
        uint32_t c = *p < 0x80 ? *p : decode(p, &len);

        if (c >= 0x80 && deceives(c))
            buf_addf(b, "\\u{%" PRIx32 "}", c);
        else
            buf_add(b, p, len);
        p += len;
    }
    free(shown);
    free(line);
}

void writer_add_visible(struct buf *b, const char *text, bool lines)
{
    const char *end;

    for (; lines && (end = strchr(text, '\n')); text = end + 1) {
        add_line(b, text, (size_t)(end - text));
        buf_addc(b, '\n');
    }
    add_line(b, text, strlen(text));
}
