/* buf.h: a growable run of bytes.  A value struct that callers embed. */
#ifndef XB_BUF_H
#define XB_BUF_H

#include <stddef.h>

struct buf {
    char *data; /* NUL after len bytes once anything was added */
    size_t len;
    size_t cap;
};

#define BUF_INIT                                                               \
    {                                                                          \
        NULL, 0, 0                                                             \
    }

/* Frees the bytes and leaves an empty, usable buf. */
void buf_done(struct buf *b);
/* Forgets the bytes, keeps the room. */
void buf_reset(struct buf *b);
/* Makes room for n more bytes and returns where they go; len is unchanged. */
char *buf_room(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *data, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The text as a string ("" when empty); valid until the next change. */
const char *buf_str(const struct buf *b);
/* Hands the text to the caller (free() it) and leaves b empty. */
char *buf_take(struct buf *b);

#endif
