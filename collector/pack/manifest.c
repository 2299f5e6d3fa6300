#include "collector/pack/manifest.h"

#include <json-c/json.h>
#include <json-c/printbuf.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/xalloc.h"
#include "collector/pack/manifest_fields.h"

/* json-c answers NULL only when memory has run out; that has one exit. */
static void *must(void *p)
{
    if (!p)
        free(xmalloc(SIZE_MAX / 4));
    return p;
}

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

static void add_quoted(struct buf *b, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = strlen(text), len;
    unsigned c;

    buf_addc(b, '"');
    for (; n; s += len, n -= len) {
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

/* json-c's own way of writing strings passes bad UTF-8 and DEL through. */
static int print_string(struct json_object *jso, struct printbuf *pb, int level,
                        int flags)
{
    struct buf b = BUF_INIT;
    int r;

    (void)level;
    (void)flags;
    add_quoted(&b, json_object_get_string(jso));
    r = printbuf_memappend(pb, b.data, (int)b.len);
    buf_done(&b);
    return r;
}

static struct json_object *new_string(const char *s)
{
    struct json_object *o = must(json_object_new_string(s ? s : ""));

    json_object_set_serializer(o, print_string, NULL, NULL);
    return o;
}

/* ---- values ---- */

static void add(struct json_object *to, const char *key, struct json_object *v)
{
    if (json_object_object_add(to, key, v) < 0)
        must(NULL);
}

static struct json_object *new_count(uint64_t v)
{
    return must(json_object_new_int64(
        (int64_t)(v < FIELD_COUNT_MAX ? v : FIELD_COUNT_MAX)));
}

static struct json_object *new_time(int64_t ms)
{
    char text[CLOCK_ISO_SIZE];

    if (ms < 0)
        ms = 0;
    if (ms > FIELD_TIME_MAX)
        ms = FIELD_TIME_MAX;
    return new_string(clock_iso(ms, text));
}

static struct json_object *new_list(char *const *list)
{
    struct json_object *o = must(json_object_new_array());

    for (; list && *list; list++)
        if (json_object_array_add(o, new_string(*list)) < 0)
            must(NULL);
    return o;
}

static struct json_object *new_word(const char *words, int i)
{
    size_t len = 0;
    const char *w = field_word(words, (unsigned)i, &len);
    char *text = xstrndup(w ? w : "", len);
    struct json_object *o = new_string(text);

    free(text);
    return o;
}

static struct json_object *new_redactions(const struct manifest_member *m)
{
    struct json_object *o = must(json_object_new_object());

    for (size_t i = 0; i < m->n_redactions; i++)
        add(o, m->redactions[i].rule, new_count(m->redactions[i].count));
    return o;
}

static struct json_object *new_fields(const struct field *fields,
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

static struct json_object *new_value(const struct field *f, const void *p)
{
    switch (f->type) {
    case FT_VERSION:
        return new_count(MANIFEST_VERSION);
    case FT_CONST:
        return new_string(f->words);
    case FT_NULLABLE:
        return pointer_at(p) ? new_string(pointer_at(p)) : NULL;
    case FT_ENUM:
        return new_word(f->words, int_at(p) - f->base);
    case FT_BOOL:
        return must(json_object_new_boolean(*(const bool *)p));
    case FT_COUNT:
        return new_count((uint64_t)number_at(p));
    case FT_SECONDS:
        return must(json_object_new_int64(number_at(p)));
    case FT_SMALL:
        return must(json_object_new_int(int_at(p)));
    case FT_TIME:
        return new_time(number_at(p));
    case FT_LIST:
        return new_list(pointer_at(p));
    case FT_SHA256:
        return new_string(p);
    case FT_REDACTION:
        return new_redactions(p);
    case FT_ERROUT:
        return new_fields(manifest_errout_fields, p);
    case FT_STRING:
    case FT_WORD:
    case FT_MEMBER:
        break;
    }
    return new_string(pointer_at(p));
}

/* Adds field f of the struct at base to o. member and run: what FW_MEMBER and
 * FW_RUN depend on. */
static void add_field(struct json_object *o, const struct field *f,
                      const void *base, bool member, bool run)
{
    const char *p = (const char *)base + f->offset;

    if ((f->when == FW_SET && !is_set(f, p)) ||
        (f->when == FW_MEMBER && !member) ||
        (f->when == FW_RUN && !run && !is_set(f, p)))
        return;
    add(o, f->key, new_value(f, p));
}

static struct json_object *new_fields(const struct field *fields,
                                      const void *base)
{
    struct json_object *o = must(json_object_new_object());
    bool member = false, run = false;

    for (const struct field *f = fields; f->key; f++) {
        const char *p = (const char *)base + f->offset;

        if (f->type == FT_MEMBER)
            member = is_set(f, p);
        if (f->type == FT_TIME)
            run = is_set(f, p);
        add_field(o, f, base, member, run);
    }
    return o;
}

/* Appends o's text and frees o. */
static void print_object(struct json_object *o, struct buf *out)
{
    size_t len;
    const char *text = must((void *)json_object_to_json_string_length(
        o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len));

    buf_add(out, text, len);
    json_object_put(o);
}

void manifest_item_write(const struct manifest_item *item, struct buf *out)
{
    print_object(new_fields(manifest_item_fields, item), out);
}

/* All fields from f on that are in its group; NULL if none is there. */
static struct json_object *new_group(const struct field **f,
                                     const struct manifest_head *head)
{
    struct json_object *o = must(json_object_new_object());
    const char *group = (*f)->group;

    for (; (*f)->key && !strcmp((*f)->group, group); ++*f)
        add_field(o, *f, head, false, false);
    if (json_object_object_length(o))
        return o;
    json_object_put(o);
    return NULL;
}

void manifest_head_write(const struct manifest_head *head, struct buf *out)
{
    const struct field *f = manifest_head_fields;

    buf_addc(out, '{');
    while (f->key) {
        const char *name = f->group[0] ? f->group : f->key;
        struct json_object *o;

        if (f->group[0]) {
            o = new_group(&f, head);
            if (!o)
                continue;
        } else {
            o = new_value(f, (const char *)head + f->offset);
            f++;
        }
        add_quoted(out, name);
        buf_addc(out, ':');
        if (o)
            print_object(o, out);
        else
            buf_adds(out, "null");
        buf_adds(out, ",\n");
    }
    buf_adds(out, "\"items\":[\n");
}
