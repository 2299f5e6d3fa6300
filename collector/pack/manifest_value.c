/* manifest_value.h: one JSON value into one field of a struct. */
#include "collector/pack/manifest_value.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/xalloc.h"
#include "collector/pack/manifest.h"
#include "collector/pack/member.h"

static void *pool_add(struct pool *pool, void *p)
{
    if (pool->n == pool->cap) {
        pool->cap = pool->cap ? 2 * pool->cap : 32;
        pool->p = xreallocarray(pool->p, pool->cap, sizeof(*pool->p));
    }
    return pool->p[pool->n++] = p;
}

void pool_clear(struct pool *pool)
{
    while (pool->n)
        free(pool->p[--pool->n]);
}

int place_fault(const struct place *at, const char *text)
{
    char where[64] = "the head";

    if (at->item)
        snprintf(where, sizeof(where), "item %llu",
                 (unsigned long long)at->item);
    return err_set(at->err, -EBADMSG, "manifest.json, %s: \"%s%s%s\" %s", where,
                   at->group, at->group[0] ? "." : "", at->key, text);
}

/* The inverse of manifest.c's add_quoted, behind json-c: U+EF80 to U+EFFF stand
 * for single bytes. */
static char *decode_string(struct json_object *v)
{
    const char *s = json_object_get_string(v);
    size_t n = (size_t)json_object_get_string_len(v), len = 0;
    char *out = xmalloc(n + 1);

    for (size_t i = 0; i < n; i++) {
        unsigned char a = (unsigned char)s[i];
        unsigned char b = i + 2 < n ? (unsigned char)s[i + 1] : 0;

        if (a == 0xee && (b == 0xbe || b == 0xbf)) {
            out[len++] = (char)((b == 0xbe ? 0x80 : 0xc0) | (s[i + 2] & 0x3f));
            i += 2;
        } else {
            out[len++] = s[i];
        }
    }
    out[len] = '\0';
    return out;
}

static int read_string(struct json_object *v, struct pool *pool,
                       const char **out, const struct place *at)
{
    if (!json_object_is_type(v, json_type_string))
        return place_fault(at, "is not a string");
    if (memchr(json_object_get_string(v), 0,
               (size_t)json_object_get_string_len(v)))
        return place_fault(at, "holds a NUL character");
    *out = pool_add(pool, decode_string(v));
    return 0;
}

static int read_number(struct json_object *v, int64_t min, int64_t max,
                       int64_t *out, const struct place *at)
{
    int64_t n;

    if (!json_object_is_type(v, json_type_int))
        return place_fault(at, "is not a whole number");
    n = json_object_get_int64(v);
    if (n < min || n > max)
        return place_fault(at, "is out of range");
    *out = n;
    return 0;
}

static int read_list(struct json_object *v, struct pool *pool,
                     const char *const **out, const struct place *at)
{
    const char **list;
    size_t n;
    int r;

    if (!json_object_is_type(v, json_type_array))
        return place_fault(at, "is not an array");
    n = json_object_array_length(v);
    if (n > FIELD_LIST_MAX)
        return place_fault(at, "is too long");
    list = pool_add(pool, xcalloc(n + 1, sizeof(*list)));
    for (size_t i = 0; i < n; i++) {
        r = read_string(json_object_array_get_idx(v, i), pool, &list[i], at);
        if (r < 0)
            return r;
    }
    *out = list;
    return 0;
}

/* [a-z][a-z0-9-]{0,31}, as in tokens. */
static bool is_rule(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return s[0] >= 'a' && s[0] <= 'z' && n <= 32 && !s[n];
}

static int read_redactions(struct json_object *v, struct pool *pool,
                           struct manifest_member *m, const struct place *at)
{
    struct redaction_count *list;
    size_t n;
    int64_t count;
    int r;

    if (!json_object_is_type(v, json_type_object))
        return place_fault(at, "is not an object");
    n = (size_t)json_object_object_length(v);
    if (n > FIELD_LIST_MAX)
        return place_fault(at, "is too long");
    list = pool_add(pool, xcalloc(n, sizeof(*list)));
    m->n_redactions = 0;
    json_object_object_foreach(v, key, val)
    {
        if (!is_rule(key))
            return place_fault(at, "holds a name that no rule can have");
        r = read_number(val, 0, FIELD_COUNT_MAX, &count, at);
        if (r < 0)
            return r;
        list[m->n_redactions].rule = pool_add(pool, xstrdup(key));
        list[m->n_redactions++].count = (uint64_t)count;
    }
    m->redactions = list;
    return 0;
}

static int read_time(struct json_object *v, int64_t *out,
                     const struct place *at)
{
    char again[CLOCK_ISO_SIZE];
    int64_t ms;

    if (!json_object_is_type(v, json_type_string) ||
        clock_parse_iso(json_object_get_string(v), &ms) < 0 || ms < 0 ||
        ms > FIELD_TIME_MAX ||
        strcmp(clock_iso(ms, again), json_object_get_string(v)))
        return place_fault(at, "is not a time like 2026-11-22T23:00:37.123Z");
    *out = ms;
    return 0;
}

static int read_sha256(struct json_object *v, char out[SHA256_HEX],
                       const struct place *at)
{
    const char *s = json_object_get_string(v);

    if (!json_object_is_type(v, json_type_string) ||
        json_object_get_string_len(v) != SHA256_HEX - 1 ||
        strspn(s, "0123456789abcdef") != SHA256_HEX - 1)
        return place_fault(at, "is not 64 lower-case hex digits");
    memcpy(out, s, SHA256_HEX);
    return 0;
}

static int read_word(struct json_object *v, const struct field *f, int *out,
                     const struct place *at)
{
    int i = -1;

    if (json_object_is_type(v, json_type_string))
        i = field_find_word(f->words, json_object_get_string(v));
    if (i < 0)
        return place_fault(at, "is none of the words it may be");
    *out = i;
    return 0;
}

static int read_member(struct json_object *v, struct pool *pool,
                       const char **out, const struct place *at)
{
    const char *why, *name = "";
    int r = read_string(v, pool, &name, at);

    if (r < 0)
        return r;
    *out = name;
    why = member_name_fault(name, strlen(name));
    if (why) {
        char text[96];

        snprintf(text, sizeof(text), "is %s", why);
        return place_fault(at, text);
    }
    return 0;
}

/* Pointers of several types are stored by their bytes. */
static int store(int r, void *p, const void *v, size_t n)
{
    if (r == 0)
        memcpy(p, v, n);
    return r;
}

int field_read(struct json_object *v, const struct field *f, struct pool *pool,
               void *p, struct place *at)
{
    const char *const *list = NULL;
    const char *s = NULL;
    struct place sub = *at;
    int64_t n = 0;
    int i = 0;

    switch (f->type) {
    case FT_VERSION:
        if (read_number(v, 0, FIELD_COUNT_MAX, &n, at) < 0)
            return -EBADMSG;
        return n == MANIFEST_VERSION
                   ? 0
                   : place_fault(at,
                                 "is not 1, the version this program reads");
    case FT_CONST:
        return read_word(v, f, &i, at);
    case FT_NULLABLE:
        if (!v)
            return store(0, p, &s, sizeof(s));
        /* fall through */
    case FT_STRING:
        return store(read_string(v, pool, &s, at), p, &s, sizeof(s));
    case FT_WORD:
        if (read_word(v, f, &i, at) < 0)
            return -EBADMSG;
        return store(read_string(v, pool, &s, at), p, &s, sizeof(s));
    case FT_ENUM:
        if (read_word(v, f, &i, at) < 0)
            return -EBADMSG;
        i += f->base;
        return store(0, p, &i, sizeof(i));
    case FT_BOOL:
        if (!json_object_is_type(v, json_type_boolean))
            return place_fault(at, "is not true or false");
        *(bool *)p = json_object_get_boolean(v);
        return 0;
    case FT_COUNT:
        return store(read_number(v, 0, FIELD_COUNT_MAX, &n, at), p, &n,
                     sizeof(n));
    case FT_SECONDS:
        return store(
            read_number(v, -(int64_t)FIELD_COUNT_MAX, FIELD_COUNT_MAX, &n, at),
            p, &n, sizeof(n));
    case FT_SMALL:
        if (read_number(v, 0, 65535, &n, at) < 0)
            return -EBADMSG;
        i = (int)n;
        return store(0, p, &i, sizeof(i));
    case FT_TIME:
        return store(read_time(v, &n, at), p, &n, sizeof(n));
    case FT_LIST:
        return store(read_list(v, pool, &list, at), p, &list, sizeof(list));
    case FT_SHA256:
        return read_sha256(v, p, at);
    case FT_MEMBER:
        return store(read_member(v, pool, &s, at), p, &s, sizeof(s));
    case FT_REDACTION:
        return read_redactions(v, pool, p, at);
    case FT_ERROUT:
        if (!json_object_is_type(v, json_type_object))
            return place_fault(at, "is not an object");
        sub.group = f->key;
        return fields_read(v, manifest_errout_fields, pool, p, &sub);
    }
    return -EINVAL;
}

int fields_read(struct json_object *o, const struct field *fields,
                struct pool *pool, void *base, struct place *at)
{
    bool member = false;
    int r;

    for (const struct field *f = fields; f->key; f++) {
        struct json_object *v;
        bool there = json_object_object_get_ex(o, f->key, &v);

        at->key = f->key;
        if (f->type == FT_MEMBER)
            member = there;
        if (!there &&
            (f->when == FW_ALWAYS || (f->when == FW_MEMBER && member)))
            return place_fault(at, "is missing");
        if (there && f->when == FW_MEMBER && !member)
            return place_fault(at, "stands without a member");
        if (!there)
            continue;
        r = field_read(v, f, pool, (char *)base + f->offset, at);
        if (r < 0)
            return r;
    }
    return 0;
}
