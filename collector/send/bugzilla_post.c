#include "collector/send/bugzilla_post.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/base64.h"
#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"

/* 3 divides it, so that the pieces' base64 can be joined. */
#define PIECE (3u << 14)

struct bugzilla_post {
    struct buf head;  /* up to and with the quote before the data */
    struct buf piece; /* what is given out next */
    size_t done;      /* bytes of piece */
    struct body *body;
    uint64_t size;
    enum { HEAD, DATA, END } stage;
};

struct bugzilla_post *bugzilla_post_new(struct json_object *fields,
                                        struct body *body, uint64_t size)
{
    struct bugzilla_post *p = xcalloc(1, sizeof(*p));
    const char *json = json_object_to_json_string_ext(
        fields, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

    buf_add(&p->head, json, strlen(json) - 1); /* without the last brace */
    buf_addf(&p->head, "%s\"data\":\"",
             json_object_object_length(fields) ? "," : "");
    p->body = body;
    p->size = size;
    bugzilla_post_rewind(p);
    return p;
}

void bugzilla_post_free(struct bugzilla_post *p)
{
    if (!p)
        return;
    buf_done(&p->head);
    buf_done(&p->piece);
    free(p);
}

#define TAIL "\"}"

uint64_t bugzilla_post_size(const struct bugzilla_post *p)
{
    return p->head.len + base64_size(p->size) + strlen(TAIL);
}

void bugzilla_post_rewind(struct bugzilla_post *p)
{
    p->stage = HEAD;
    p->done = 0;
    buf_reset(&p->piece);
    buf_add(&p->piece, p->head.data, p->head.len);
    body_seek(p->body, 0);
}

/* The next bytes of the bundle; at its end, what closes it. */
static int next_piece(struct bugzilla_post *p)
{
    char *data = xmalloc(PIECE);
    size_t n = 0;
    ssize_t r = 1;

    while (n < PIECE && r > 0) {
        r = body_read(p->body, data + n, PIECE - n);
        if (r > 0)
            n += (size_t)r;
    }
    buf_reset(&p->piece);
    p->done = 0;
    base64_add(&p->piece, data, n);
    p->stage = DATA;
    if (n < PIECE) {
        buf_adds(&p->piece, TAIL);
        p->stage = END;
    }
    free(data);
    return r < 0 ? (int)r : 0;
}

ssize_t bugzilla_post_read(struct bugzilla_post *p, char *out, size_t n)
{
    if (p->done == p->piece.len && p->stage != END) {
        int rc = next_piece(p);

        if (rc)
            return rc;
    }
    if (n > p->piece.len - p->done)
        n = p->piece.len - p->done;
    if (n)
        memcpy(out, p->piece.data + p->done, n);
    p->done += n;
    return (ssize_t)n;
}
