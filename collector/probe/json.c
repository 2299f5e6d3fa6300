#include "collector/probe/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

void json_init(struct json *j, struct out *out)
{
    memset(j, 0, sizeof(*j));
    j->out = out;
}

static void add_string(struct out *o, const char *s, size_t n)
{
    char *text = xstrndup(s, n);
    struct buf b = BUF_INIT;

    str_add_json(&b, text);
    out_addc(o, '"');
    out_add(o, buf_str(&b), b.len);
    out_addc(o, '"');
    buf_done(&b);
    free(text);
}

/* The comma, the line, the indentation and the key before a value. */
static void start(struct json *j, const char *key)
{
    if (j->depth) {
        out_adds(j->out, j->used[j->depth - 1] ? ",\n" : "\n");
        j->used[j->depth - 1] = true;
    }
    for (unsigned i = 0; i < j->depth; i++)
        out_adds(j->out, "  ");
    if (key) {
        add_string(j->out, key, strlen(key));
        out_adds(j->out, ": ");
    }
}

void json_open(struct json *j, const char *key, char kind)
{
    assert(j->depth < JSON_DEPTH);
    start(j, key);
    out_addc(j->out, kind);
    j->used[j->depth] = false;
    j->closer[j->depth++] = kind == '{' ? '}' : ']';
}

void json_close(struct json *j)
{
    assert(j->depth);
    j->depth--;
    if (j->used[j->depth]) {
        out_addc(j->out, '\n');
        for (unsigned i = 0; i < j->depth; i++)
            out_adds(j->out, "  ");
    }
    out_addc(j->out, j->closer[j->depth]);
    if (!j->depth)
        out_addc(j->out, '\n');
}

void json_str(struct json *j, const char *key, const char *s, size_t max)
{
    start(j, key);
    if (s)
        add_string(j->out, s, strnlen(s, max));
    else
        out_adds(j->out, "null");
}

void json_u64(struct json *j, const char *key, uint64_t v)
{
    start(j, key);
    out_addf(j->out, "%" PRIu64, v);
}

void json_bool(struct json *j, const char *key, bool v)
{
    start(j, key);
    out_adds(j->out, v ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
    start(j, key);
    out_adds(j->out, "null");
}

void json_hex(struct json *j, const char *key, const void *data, size_t n)
{
    const unsigned char *p = data;

    start(j, key);
    out_addc(j->out, '"');
    for (size_t i = 0; i < n; i++)
        out_addf(j->out, "%02x", p[i]);
    out_addc(j->out, '"');
}
