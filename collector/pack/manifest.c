#include "collector/pack/manifest.h"

#include <inttypes.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/pack/manifest_fields.h"

/* ---- strings ----
 *
 * File names and arguments are bytes, JSON is Unicode, and a replay must find
 * the source again.  So a byte that is part of no well-formed UTF-8 (RFC 3629)
 * is written as U+EF00 plus its value, U+EF80 to U+EFFF, in the private use
 * area; well-formed sequences for just these characters are written byte by
 * byte in the same way, so that every string has one reading.  Controls, DEL,
 * C1, line separators and what turns the direction of text are written \uXXXX,
 * so that a manifest can be looked at on a terminal. */

/* Length and character of the well-formed sequence at s, else 0. */
static size_t utf8_get(const unsigned char *s, size_t n, unsigned *out)
{
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned c = s[0];

    if (s[0] >= 0x80 && (s[0] < 0xc2 || s[0] > 0xf4))
        return 0;
    if (len > n)
        return 0;
    if (len > 1)
        c &= 0x7fu >> len;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *out = c;
    return len;
}

static bool shown_escaped(unsigned c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

static void add_escape(struct buf *b, unsigned c)
{
    switch (c) {
    case '\n':
        buf_adds(b, "\\n");
        break;
    case '\t':
        buf_adds(b, "\\t");
        break;
    default:
        buf_addf(b, "\\u%04x", c);
    }
}

/* How many bytes at s stand for themselves. */
static size_t plain_span(const unsigned char *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
        i++;
    return i;
}

static void put_string(struct buf *b, const char *text)
{
    const unsigned char *s = (const unsigned char *)(text ? text : "");
    size_t n = strlen((const char *)s), len;
    unsigned c;

    buf_addc(b, '"');
    for (; n; s += len, n -= len) {
        len = plain_span(s, n);
        if (len) {
            buf_add(b, s, len);
            continue;
        }
        len = utf8_get(s, n, &c);
        if (!len || (c >= 0xef80 && c <= 0xefff)) {
            len = 1;
            add_escape(b, 0xef00u + *s);
        } else if (shown_escaped(c)) {
            add_escape(b, c);
        } else {
            if (c == '"' || c == '\\')
                buf_addc(b, '\\');
            buf_add(b, s, len);
        }
    }
    buf_addc(b, '"');
}

/* ---- values ---- */

/* A comma, unless it is the first of its object or list. */
static void put_comma(struct buf *b)
{
    char last = b->data[b->len - 1];

    if (last != '{' && last != '[')
        buf_addc(b, ',');
}

static void put_key(struct buf *b, const char *key)
{
    put_comma(b);
    put_string(b, key);
    buf_addc(b, ':');
}

static void put_count(struct buf *b, uint64_t v)
{
    buf_addf(b, "%" PRIu64,
             v < FIELD_COUNT_MAX ? v : (uint64_t)FIELD_COUNT_MAX);
}

static void put_time(struct buf *b, int64_t ms)
{
    char text[CLOCK_ISO_SIZE];

    if (ms < 0)
        ms = 0;
    if (ms > FIELD_TIME_MAX)
        ms = FIELD_TIME_MAX;
    put_string(b, clock_iso(ms, text));
}

static void put_list(struct buf *b, char *const *list)
{
    buf_addc(b, '[');
    for (; list && *list; list++) {
        put_comma(b);
        put_string(b, *list);
    }
    buf_addc(b, ']');
}

static void put_word(struct buf *b, const char *words, int i)
{
    size_t len = 0;
    const char *w = field_word(words, (unsigned)i, &len);

    buf_addc(b, '"');
    buf_add(b, w ? w : "", len);
    buf_addc(b, '"');
}

static void put_redactions(struct buf *b, const struct manifest_member *m)
{
    buf_addc(b, '{');
    for (size_t i = 0; i < m->n_redactions; i++) {
        put_key(b, m->redactions[i].rule);
        put_count(b, m->redactions[i].count);
    }
    buf_addc(b, '}');
}

static void put_fields(struct buf *b, const struct field *fields,
                       const void *base);

static const void *pointer_at(const void *p)
{
    const void *v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static int int_at(const void *p)
{
    int v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static int64_t number_at(const void *p)
{
    int64_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

/* Whether an FW_SET field says something. */
static bool is_set(const struct field *f, const void *p)
{
    switch (f->type) {
    case FT_ENUM:
        return int_at(p) >= f->base;
    case FT_SMALL:
        return int_at(p) > f->base;
    case FT_COUNT:
    case FT_SECONDS:
        return number_at(p) != 0;
    case FT_TIME:
        return number_at(p) > 0;
    case FT_BOOL:
        return *(const bool *)p;
    case FT_REDACTION:
        return ((const struct manifest_member *)p)->n_redactions > 0;
    case FT_ERROUT:
        return ((const struct manifest_member *)p)->name != NULL;
    default:
        return pointer_at(p) != NULL;
    }
}

static void put_value(struct buf *b, const struct field *f, const void *p)
{
    switch (f->type) {
    case FT_VERSION:
        return put_count(b, MANIFEST_VERSION);
    case FT_CONST:
        return put_string(b, f->words);
    case FT_ENUM:
        return put_word(b, f->words, int_at(p) - f->base);
    case FT_BOOL:
        return buf_adds(b, *(const bool *)p ? "true" : "false");
    case FT_COUNT:
        return put_count(b, (uint64_t)number_at(p));
    case FT_SECONDS:
        return buf_addf(b, "%" PRId64, number_at(p));
    case FT_SMALL:
        return buf_addf(b, "%d", int_at(p));
    case FT_TIME:
        return put_time(b, number_at(p));
    case FT_LIST:
        return put_list(b, pointer_at(p));
    case FT_SHA256:
        return put_string(b, p);
    case FT_REDACTION:
        return put_redactions(b, p);
    case FT_ERROUT:
        return put_fields(b, manifest_errout_fields, p);
    case FT_NULLABLE:
        if (!pointer_at(p))
            return buf_adds(b, "null");
        break;
    case FT_STRING:
    case FT_WORD:
    case FT_MEMBER:
        break;
    }
    put_string(b, pointer_at(p));
}

/* Adds field f of the struct at base. member and run: what FW_MEMBER and FW_RUN
 * depend on. */
static void put_field(struct buf *b, const struct field *f, const void *base,
                      bool member, bool run)
{
    const char *p = (const char *)base + f->offset;

    if ((f->when == FW_SET && !is_set(f, p)) ||
        (f->when == FW_MEMBER && !member) ||
        (f->when == FW_RUN && !run && !is_set(f, p)))
        return;
    put_key(b, f->key);
    put_value(b, f, p);
}

static void put_fields(struct buf *b, const struct field *fields,
                       const void *base)
{
    bool member = false, run = false;

    buf_addc(b, '{');
    for (const struct field *f = fields; f->key; f++) {
        const char *p = (const char *)base + f->offset;

        if (f->type == FT_MEMBER)
            member = is_set(f, p);
        if (f->type == FT_TIME)
            run = is_set(f, p);
        put_field(b, f, base, member, run);
    }
    buf_addc(b, '}');
}

void manifest_item_write(const struct manifest_item *item, struct buf *out)
{
    put_fields(out, manifest_item_fields, item);
}

/* All fields from f on that are in its group, as a line, unless none is there;
 * returns the one behind them. */
static const struct field *put_group(struct buf *b, const struct field *f,
                                     const struct manifest_head *head)
{
    const char *group = f->group;
    size_t before = b->len, empty;

    put_string(b, group);
    buf_adds(b, ":{");
    empty = b->len;
    for (; f->key && !strcmp(f->group, group); f++)
        put_field(b, f, head, false, false);
    if (b->len == empty)
        b->len = before;
    else
        buf_adds(b, "},\n");
    return f;
}

void manifest_head_write(const struct manifest_head *head, struct buf *out)
{
    const struct field *f = manifest_head_fields;

    buf_addc(out, '{');
    while (f->key) {
        if (f->group[0]) {
            f = put_group(out, f, head);
            continue;
        }
        put_string(out, f->key);
        buf_addc(out, ':');
        put_value(out, f, (const char *)head + f->offset);
        buf_adds(out, ",\n");
        f++;
    }
    buf_adds(out, "\"items\":[\n");
}

const char *manifest_machine(const struct manifest_head *head)
{
    if (!strcmp(head->host.role, "dom0"))
        return "dom0";
    return !strcmp(head->host.role, "domU") ? "this guest" : "this machine";
}
