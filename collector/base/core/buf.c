#include "collector/base/core/buf.h"

#include "collector/base/core/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_done(struct buf *b)
{
    free(b->data);
    memset(b, 0, sizeof(*b));
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

char *buf_room(struct buf *b, size_t n)
{
    size_t cap = b->cap ? b->cap : 256;

    while (cap - b->len <= n)
        cap *= 2;
    if (cap != b->cap) {
        b->data = xrealloc(b->data, cap);
        b->cap = cap;
        b->data[b->len] = '\0'; /* it is a string even if nothing is added */
    }
    return b->data + b->len;
}

void buf_add(struct buf *b, const void *data, size_t n)
{
    char *p = buf_room(b, n);

    if (n)
        memcpy(p, data, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    char *text;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        xmalloc((size_t)-1); /* takes the one exit */
    buf_add(b, text, (size_t)n);
    free(text);
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
    char *p = b->data ? b->data : xstrdup("");

    memset(b, 0, sizeof(*b));
    return p;
}
