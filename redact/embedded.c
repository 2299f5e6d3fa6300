#include "redact/embedded.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/packed.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "redact/binary.h"
#include "redact/embedded_begin.h"
#include "redact/token.h"

/* So many control characters in so many bytes, anywhere behind what was left
 * out, are more of it: what a compressor could not make smaller it stores as it
 * is, in blocks of 64 KiB and as many as it likes. */
#define ODD_MANY 4u
#define ODD_SPAN 64u

struct embedded {
    struct sink sink, *next;
    /* The head; then part of a begin; or text, while hiding. */
    uint8_t kept[OPAQUE_HEAD];
    size_t n_kept;
    bool begun, ended, hiding;
    /* Text stood behind what was left out; from a control character on, some of
     * it is held. */
    bool wary;
    uint8_t odd[ODD_SPAN];
    size_t n_odd;
    const char *all; /* the whole stream is hidden */
    uint64_t hidden; /* bytes, so far */
    uint64_t count, lines;
};

/* ---- to where it begins -------------------------------------------------- */

static void hide_from(struct embedded *e, size_t len)
{
    e->hiding = true;
    e->hidden = len;
    e->n_kept = 0;
    e->wary = false;
}

static int feed(struct embedded *e, const uint8_t *p, size_t n,
                struct err *err);

/* Of what is kept, passes on what is no part of a begin. */
static int settle(struct embedded *e, struct err *err)
{
    size_t at = embedded_find(e->kept, e->n_kept, e->ended);
    size_t len = embedded_begin(e->kept + at, e->n_kept - at, e->ended), n;
    int rc = sink_write(e->next, e->kept, at, err);
    uint8_t rest[OPAQUE_HEAD];

    e->n_kept -= at;
    memmove(e->kept, e->kept + at, e->n_kept);
    if (rc || !e->n_kept || len > e->n_kept)
        return rc;
    n = e->n_kept - len;
    memcpy(rest, e->kept + len, n);
    hide_from(e, len);
    return feed(e, rest, n, err);
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
    at = embedded_find(*p, *n, e->ended);
    rc = sink_write(e->next, *p, at, err);
    *p += at;
    *n -= at;
    if (rc || !*n)
        return rc;
    len = embedded_begin(*p, *n, e->ended);
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
    e->wary = true;
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

/* Looks no further back than pass and hide do. */
static int feed(struct embedded *e, const uint8_t *p, size_t n, struct err *err)
{
    int rc = 0;

    while (n && !rc)
        rc = e->hiding ? hide(e, &p, &n, err) : pass(e, &p, &n, err);
    return rc;
}

/* ---- and whether it does ------------------------------------------------- */

static size_t odd_len(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < n && !redact_is_odd(p[i]))
        i++;
    return i;
}

/* What is held is text up to its next control character. */
static int release(struct embedded *e, struct err *err)
{
    size_t n = 1 + odd_len(e->odd + 1, e->n_odd - 1);
    int rc = feed(e, e->odd, n, err);

    e->n_odd -= n;
    memmove(e->odd, e->odd + n, e->n_odd);
    if (!rc && e->n_odd && (e->hiding || e->ended)) {
        n = e->n_odd;
        e->n_odd = 0;
        rc = feed(e, e->odd, n, err);
    }
    return rc;
}

/* It goes on. */
static int hide_odd(struct embedded *e, struct err *err)
{
    uint8_t odd[ODD_SPAN];
    size_t n = e->n_odd;
    int rc = sink_write(e->next, e->kept, e->n_kept, err);

    memcpy(odd, e->odd, n);
    e->n_odd = 0;
    hide_from(e, 0);
    return rc ? rc : feed(e, odd, n, err);
}

static int guard(struct embedded *e, const uint8_t **p, size_t *n,
                 struct err *err)
{
    size_t k, left, many = 0;
    int rc = 0;

    if (!e->n_odd) {
        left = k = odd_len(*p, *n);
        while (left && !rc && !e->hiding)
            rc = pass(e, p, &left, err);
        *n -= k - left;
        if (rc || !*n || e->hiding)
            return rc;
    }
    e->odd[e->n_odd++] = *(*p)++;
    --*n;
    for (size_t i = 0; i < e->n_odd; i++)
        many += redact_is_odd(e->odd[i]);
    if (many == ODD_MANY)
        return hide_odd(e, err);
    return e->n_odd == ODD_SPAN ? release(e, err) : 0;
}

static int step(struct embedded *e, const uint8_t **p, size_t *n,
                struct err *err)
{
    return e->hiding             ? hide(e, p, n, err)
           : e->wary || e->n_odd ? guard(e, p, n, err)
                                 : pass(e, p, n, err);
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
    int rc, rc2;

    e->ended = true;
    rc = e->begun ? 0 : decide(e, err);
    if (!rc && e->n_odd)
        rc = release(e, err);
    while (!rc && !e->hiding && !e->all && e->n_kept)
        rc = settle(e, err);
    if (rc) {
        /* the next one is closed all the same */
    } else if (e->hiding || e->all) {
        hide_kept(e);
        rc = tell(e, err);
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
