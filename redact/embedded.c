#include "redact/embedded.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/opaque.h"
#include "collector/base/core/packed.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "redact/token.h"

/* Looked through at once; see is_plain. */
#define BLOCK 256u

/* A byte of the begin counts under its mask.  Each has one that is rare in text
 * (is_rare), or "&S". */
static const struct begin {
    size_t len;
    const char *bytes, *mask; /* NULL: all of them */
} begins[] = {
    /* gzip: no flag that is unused; RFC 1952 */
    {4, "\37\213\10\0", "\377\377\377\340"},
    {10, "BZh01AY&SY", "\377\377\377\360\377\377\377\377\377\377"},
    {6, "\3757zXZ\0", NULL},
    /* zstd: an unused bit; lz4: its version */
    {5, "\50\265\57\375\0", "\377\377\377\377\10"},
    {5, "\4\42\115\30\100", "\377\377\377\377\302"},
    {5, "\2\41\114\30\0", NULL},
    /* zip: a version below 6.4 that is needed */
    {6, "PK\3\4\0\0", "\377\377\377\377\300\340"},
    {6, "7z\274\257\47\34", NULL},
    {6, "Rar!\32\7", NULL},
    {9, "\211LZO\0\r\n\32\n", NULL},
    {16, "SQLite format 3\0", NULL},
};
#define BEGIN_MAX 16u

struct embedded {
    struct sink sink, *next;
    /* The head; then part of a begin; or text, while hiding. */
    uint8_t kept[OPAQUE_HEAD];
    size_t n_kept;
    bool begun, hiding;
    const char *all; /* the whole stream is hidden */
    uint64_t hidden; /* bytes, so far */
    uint64_t count, lines;
};

/* How many bytes of a begin p has, if it goes on to n: 0 for none, and more
 * than n for one that n cuts off. */
static size_t begin_at(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        const struct begin *b = &begins[i];
        size_t k = 0;

        while (k < b->len && k < n &&
               !((p[k] ^ (uint8_t)b->bytes[k]) &
                 (b->mask ? (uint8_t)b->mask[k] : 0xff)))
            k++;
        if (k == b->len || k == n)
            return b->len;
    }
    return 0;
}

/* ---- to where it begins -------------------------------------------------- */

static bool is_first(uint8_t c)
{
    switch (c) {
    case 0x1f:
    case 'B':
    case 0xfd:
    case 0x28:
    case 4:
    case 2:
    case 'P':
    case '7':
    case 'R':
    case 0x89:
    case 'S':
        return true;
    default:
        return false;
    }
}

/* A block, and one byte behind it, without what each begin has and text has
 * rarely; so none that is whole is in it. */
static bool is_plain(const uint8_t *p)
{
    typedef uint8_t bytes __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));
    bytes rare = {0}, c, next;
    halves any;

    for (size_t i = 0; i < BLOCK; i += sizeof(c)) {
        memcpy(&c, p + i, sizeof(c));
        memcpy(&next, p + i + 1, sizeof(next));
        rare |= (bytes)(c < 9) | (bytes)(c == 0xfd) | (bytes)(c == 0x1a) |
                (bytes)(c - 0x1c < 4) | ((bytes)(c == '&') & (next == 'S'));
    }
    any = (halves)rare;
    return !(any[0] | any[1]);
}

/* Where a begin is, whole or cut off by the end of p; n: nowhere. */
static size_t find(const uint8_t *p, size_t n)
{
    size_t at = 0, end;

    while (at < n) {
        end = n - at <= BLOCK ? n : at + BLOCK - BEGIN_MAX;
        if (n - at > BLOCK && is_plain(p + at))
            at = end;
        for (; at < end; at++)
            if (is_first(p[at]) && begin_at(p + at, n - at))
                return at;
    }
    return n;
}

static void hide_from(struct embedded *e, size_t len)
{
    e->hiding = true;
    e->hidden = len;
    e->n_kept = 0;
}

/* Of what is kept, passes on what is no part of a begin. */
static int settle(struct embedded *e, struct err *err)
{
    size_t at = find(e->kept, e->n_kept);
    size_t len = begin_at(e->kept + at, e->n_kept - at);
    int rc = sink_write(e->next, e->kept, at, err);

    e->n_kept -= at;
    memmove(e->kept, e->kept + at, e->n_kept);
    if (e->n_kept && len <= e->n_kept)
        hide_from(e, e->n_kept);
    return rc;
}

static int pass(struct embedded *e, const uint8_t **p, size_t *n,
                struct err *err)
{
    size_t at, len;
    int rc = 0;

    if (e->n_kept) {
        e->kept[e->n_kept++] = *(*p)++;
        --*n;
        return settle(e, err);
    }
    at = find(*p, *n);
    rc = sink_write(e->next, *p, at, err);
    *p += at;
    *n -= at;
    if (rc || !*n)
        return rc;
    len = begin_at(*p, *n);
    if (len <= *n) {
        hide_from(e, len);
    } else {
        len = *n;
        memcpy(e->kept, *p, len);
        e->n_kept = len;
    }
    *p += len;
    *n -= len;
    return 0;
}

/* ---- to where it ends ---------------------------------------------------- */

static void hide_kept(struct embedded *e)
{
    for (size_t i = 0; i < e->n_kept; i++)
        e->lines += e->kept[i] == '\n';
    e->hidden += e->n_kept;
    e->n_kept = 0;
}

static int tell(struct embedded *e, struct err *err)
{
    char token[TOKEN_MAX + 1];
    size_t n = token_unscannable(e->hidden, token);

    e->hiding = false;
    e->count++;
    return sink_write(e->next, token, n, err);
}

static int hide(struct embedded *e, const uint8_t **p, size_t *n,
                struct err *err)
{
    int rc;

    while (*n && e->n_kept < EMBEDDED_TEXT) {
        uint8_t c = *(*p)++;

        --*n;
        e->kept[e->n_kept++] = c;
        if (!str_is_text(c))
            hide_kept(e);
    }
    if (e->n_kept < EMBEDDED_TEXT)
        return 0;
    rc = tell(e, err);
    return rc ? rc : settle(e, err);
}

static int step(struct embedded *e, const uint8_t **p, size_t *n,
                struct err *err)
{
    return e->hiding ? hide(e, p, n, err) : pass(e, p, n, err);
}

/* ---- the whole of it ----------------------------------------------------- */

static const char *whole(const uint8_t *p, size_t n)
{
    static const struct {
        const char *name, *what;
    } packed[] = {
        {"gzip", "what gzip compressed"},
        {"bzip2", "what bzip2 compressed"},
        {"xz", "what xz compressed"},
        {"zstd", "what zstd compressed"},
        {"lzma", "what lzma compressed"},
        {"lz4", "what lz4 compressed"},
        {"compress", "what compress compressed"},
    };
    const char *name = packed_format(p, n);

    for (size_t i = 0; name && i < sizeof(packed) / sizeof(packed[0]); i++)
        if (!strcmp(name, packed[i].name))
            return packed[i].what;
    return name ? name : opaque_format(p, n);
}

static int decide(struct embedded *e, struct err *err)
{
    uint8_t head[OPAQUE_HEAD];
    const uint8_t *p = head;
    size_t n = e->n_kept;
    int rc = 0;

    e->begun = true;
    e->n_kept = 0;
    memcpy(head, e->kept, n);
    e->all = whole(head, n);
    if (e->all)
        e->hidden = n;
    while (n && !e->all && !rc)
        rc = step(e, &p, &n, err);
    return rc;
}

static int begin(struct embedded *e, const uint8_t **p, size_t *n,
                 struct err *err)
{
    size_t k = OPAQUE_HEAD - e->n_kept;

    if (k > *n)
        k = *n;
    memcpy(e->kept + e->n_kept, *p, k);
    e->n_kept += k;
    *p += k;
    *n -= k;
    return e->n_kept == OPAQUE_HEAD ? decide(e, err) : 0;
}

/* ---- the stage ----------------------------------------------------------- */

static int embedded_write(struct sink *s, const void *data, size_t n,
                          struct err *err)
{
    struct embedded *e = (struct embedded *)s;
    const uint8_t *p = data;
    int rc = 0;

    while (n && !rc && !e->begun)
        rc = begin(e, &p, &n, err);
    while (n && !rc && !e->all)
        rc = step(e, &p, &n, err);
    e->hidden += e->all ? n : 0;
    return rc;
}

static int embedded_close(struct sink *s, struct err *err)
{
    struct embedded *e = (struct embedded *)s;
    int rc = e->begun ? 0 : decide(e, err), rc2;

    if (rc) {
        /* the next one is closed all the same */
    } else if (e->hiding || e->all) {
        hide_kept(e);
        rc = tell(e, err);
    } else {
        rc = sink_write(e->next, e->kept, e->n_kept, err);
    }
    rc2 = sink_close(e->next, rc ? NULL : err);
    return rc ? rc : rc2;
}

static void embedded_free(struct sink *s)
{
    struct embedded *e = (struct embedded *)s;

    sink_free(e->next);
    free(e);
}

struct embedded *embedded_new(struct sink *next)
{
    static const struct sink_ops ops = {embedded_write, embedded_close,
                                        embedded_free};
    struct embedded *e = xcalloc(1, sizeof(*e));

    e->sink.ops = &ops;
    e->next = next;
    return e;
}

struct sink *embedded_sink(struct embedded *e)
{
    return &e->sink;
}

const char *embedded_all(const struct embedded *e)
{
    return e->all;
}

uint64_t embedded_count(const struct embedded *e)
{
    return e->count;
}

uint64_t embedded_lines_gone(const struct embedded *e)
{
    return e->lines;
}
