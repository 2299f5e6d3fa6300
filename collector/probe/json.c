#include "collector/probe/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "collector/base/core/str.h"

void json_init(struct json *j, struct out *out)
{
    memset(j, 0, sizeof(*j));
    j->out = out;
}

/* The character beyond ASCII with which the n bytes at s begin, in *len bytes;
 * 0 if there is none. */
static uint32_t beyond_ascii(const char *s, size_t n, size_t *len)
{
    static const uint8_t first[] = {0, 0, 0x1f, 0x0f, 0x07};
    char head[5] = {0};
    uint32_t c;

    memcpy(head, s, n < 4 ? n : 4);
    *len = (unsigned char)*head >= 0x80 ? str_utf8_len(head) : 0;
    if (!*len)
        return 0;
    c = (uint8_t)*head & first[*len];
    for (size_t i = 1; i < *len; i++)
        c = c << 6 | ((uint8_t)head[i] & 0x3f);
    return c;
}

/* As UTF-16, RFC 8259 section 7. */
static void add_escaped(struct out *o, uint32_t c)
{
    if (c > 0xffff)
        out_addf(o, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                 0xdc00 + ((c - 0x10000) & 0x3ff));
    else
        out_addf(o, "\\u%04x", c);
}

static void add_string(struct out *o, const char *s, size_t n)
{
    out_addc(o, '"');
    for (size_t i = 0, len; i < n; i += len) {
        unsigned char c = (unsigned char)s[i];
        uint32_t high = beyond_ascii(s + i, n - i, &len);

        if (high) {
            add_escaped(o, high);
            continue;
        }
        len = 1;
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            add_escaped(o, c);
        else
            out_addc(o, (char)c);
    }
    out_addc(o, '"');
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
