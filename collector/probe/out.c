#include "collector/probe/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void out_init(struct out *o, int fd)
{
    o->fd = fd;
    o->memory = NULL;
    o->error = 0;
    o->len = 0;
}

void out_init_memory(struct out *o, struct buf *memory)
{
    out_init(o, -1);
    o->memory = memory;
}

static void write_all(struct out *o, const char *p, size_t n)
{
    if (o->memory) {
        buf_add(o->memory, p, n);
        return;
    }
    while (n && !o->error) {
        ssize_t k = write(o->fd, p, n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            o->error = k ? errno : EIO;
            break;
        }
        p += k;
        n -= (size_t)k;
    }
}

void out_add(struct out *o, const void *data, size_t n)
{
    if (n > sizeof(o->data) - o->len) {
        write_all(o, o->data, o->len);
        o->len = 0;
    }
    if (n > sizeof(o->data)) {
        write_all(o, data, n);
        return;
    }
    memcpy(o->data + o->len, data, n);
    o->len += n;
}

void out_adds(struct out *o, const char *s)
{
    out_add(o, s, strlen(s));
}

void out_addc(struct out *o, char c)
{
    out_add(o, &c, 1);
}

void out_addf(struct out *o, const char *fmt, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    out_adds(o, text);
}

int out_flush(struct out *o, struct err *err)
{
    write_all(o, o->data, o->len);
    o->len = 0;
    if (o->error)
        return err_sys(err, o->error, "cannot write the output");
    return 0;
}
