#include "collector/gunzip.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <zlib.h>

#include "collector/base/core/xalloc.h"

#define OUT_SIZE (64u << 10)
#define MAGIC 0x1f

struct gunzip {
    z_stream z;
    decode_source source;
    void *arg;
    bool source_ended;
    bool between;    /* a member ended, and none has begun since */
    bool padded;     /* and zeros came */
    const char *bad; /* what is wrong with the rest; NULL: nothing yet */
    uint8_t out[OUT_SIZE];
};

struct gunzip *gunzip_new(decode_source source, void *arg)
{
    struct gunzip *g = xcalloc(1, sizeof(*g));

    g->source = source;
    g->arg = arg;
    if (inflateInit2(&g->z, 15 + 16) != Z_OK)
        xmalloc((size_t)-1);
    return g;
}

static void refill(struct gunzip *g)
{
    const void *data = NULL;
    ssize_t n;

    if (g->z.avail_in || g->source_ended)
        return;
    n = g->source(g->arg, &data);
    if (n < 0)
        g->bad = "the source failed";
    g->source_ended = n <= 0;
    g->z.next_in = (Bytef *)(uintptr_t)data;
    g->z.avail_in = n > 0 ? (uInt)n : 0;
}

/* What follows a member: the next one, zeros, the end, or what is neither. */
static void next_member(struct gunzip *g)
{
    while (g->z.avail_in && !*g->z.next_in) {
        g->padded = true;
        g->z.next_in++;
        g->z.avail_in--;
    }
    if (!g->z.avail_in)
        return;
    if (g->padded || *g->z.next_in != MAGIC) {
        g->bad = GUNZIP_BEHIND;
        return;
    }
    inflateReset(&g->z);
    g->between = false;
}

static void unpack(struct gunzip *g)
{
    bool cut = !g->z.avail_in && g->source_ended;
    uInt before = g->z.avail_out;
    int r = inflate(&g->z, Z_NO_FLUSH);

    if (r == Z_STREAM_END)
        g->between = true;
    else if (r == Z_MEM_ERROR)
        xmalloc((size_t)-1);
    else if (r != Z_OK && r != Z_BUF_ERROR)
        g->bad = g->z.msg ? g->z.msg : "the data is damaged";
    else if (cut && g->z.avail_out == before)
        g->bad = "the data is cut off";
}

ssize_t gunzip_read(struct gunzip *g, const void **data, struct err *err)
{
    g->z.next_out = g->out;
    g->z.avail_out = OUT_SIZE;
    while (g->z.avail_out && !g->bad) {
        refill(g);
        if (g->between && !g->z.avail_in && g->source_ended)
            break;
        if (g->bad)
            break;
        if (g->between)
            next_member(g);
        else
            unpack(g);
    }
    *data = g->out;
    if (g->z.avail_out < OUT_SIZE)
        return (ssize_t)(OUT_SIZE - g->z.avail_out);
    return g->bad ? err_set(err, -EBADMSG, "%s", g->bad) : 0;
}

void gunzip_free(struct gunzip *g)
{
    if (!g)
        return;
    inflateEnd(&g->z);
    free(g);
}
