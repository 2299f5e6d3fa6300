#include "redact/wide.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define PART 4096u

struct wide {
    struct sink in, out;
    struct sink *core, *next;
    enum wide_order order;
    uint8_t head[WIDE_HEAD];
    size_t n_head;
    /* of what comes in */
    bool half; /* the first byte of a unit is there */
    uint8_t first;
    unsigned high; /* a high surrogate that waits for the low one, or 0 */
    /* of what goes out */
    uint8_t pend[4];
    size_t n_pend;
};

/* ---- what it is ---- */

enum wide_order wide_order_of(const uint8_t *head, size_t n)
{
    size_t zero = n && !head[0] ? 0 : 1;

    if (!n)
        return WIDE_UNKNOWN;
    if ((head[0] == 0xff && (n < 2 || head[1] == 0xfe)) ||
        (head[0] == 0xfe && (n < 2 || head[1] == 0xff))) {
        /* Two zeros behind it: UTF-32. */
        if (n < 4)
            return WIDE_UNKNOWN;
        if (!head[2] && !head[3])
            return WIDE_NONE;
        return head[0] == 0xff ? WIDE_LITTLE : WIDE_BIG;
    }
    for (size_t i = 0; i < n && i < WIDE_HEAD; i++)
        if (i % 2 == zero ? head[i] : !str_is_text(head[i]))
            return WIDE_NONE;
    if (n < WIDE_HEAD)
        return WIDE_UNKNOWN;
    return zero ? WIDE_LITTLE : WIDE_BIG;
}

/* ---- from UTF-16 ---- */

/* A surrogate without its other half is written like a character. */
static size_t take_unit(struct wide *w, unsigned unit, uint8_t *out)
{
    size_t n = 0;

    if (w->high && unit >= 0xdc00 && unit < 0xe000) {
        n = str_utf8_put(0x10000 + ((w->high - 0xd800) << 10) + (unit - 0xdc00),
                         out);
        w->high = 0;
        return n;
    }
    if (w->high)
        n = str_utf8_put(w->high, out);
    w->high = 0;
    if (unit >= 0xd800 && unit < 0xdc00)
        w->high = unit;
    else
        n += str_utf8_put(unit, out + n);
    return n;
}

static int decode(struct wide *w, const uint8_t *p, size_t n, struct err *err)
{
    uint8_t out[PART];
    size_t len = 0;
    int rc = 0;

    for (size_t i = 0; i < n && !rc; i++) {
        if (!w->half) {
            w->half = true;
            w->first = p[i];
            continue;
        }
        w->half = false;
        len += take_unit(w,
                         w->order == WIDE_BIG ? (unsigned)w->first << 8 | p[i]
                                              : (unsigned)p[i] << 8 | w->first,
                         out + len);
        if (len > sizeof(out) - 8) {
            rc = sink_write(w->core, out, len, err);
            len = 0;
        }
    }
    return rc ? rc : sink_write(w->core, out, len, err);
}

/* ---- the stage in front ---- */

/* The mark is not for the rules: a line begins behind it. */
static int pass_head(struct wide *w, struct err *err)
{
    size_t mark = w->order == WIDE_LITTLE || w->order == WIDE_BIG
                      ? 2 * (w->head[0] >= 0xfe)
                      : 0;
    int rc = sink_write(w->next, w->head, mark, err);

    if (rc)
        return rc;
    if (!wide_is(w))
        return sink_write(w->core, w->head, w->n_head, err);
    return decode(w, w->head + mark, w->n_head - mark, err);
}

static int in_write(struct sink *s, const void *data, size_t n, struct err *err)
{
    struct wide *w = (struct wide *)s;
    const uint8_t *p = data;
    size_t k;
    int rc = 0;

    if (w->order == WIDE_UNKNOWN) {
        /* Most texts are known by what there is, uncopied. */
        if (!w->n_head && wide_order_of(p, n) == WIDE_NONE) {
            w->order = WIDE_NONE;
            return sink_write(w->core, p, n, err);
        }
        k = n < WIDE_HEAD - w->n_head ? n : WIDE_HEAD - w->n_head;
        memcpy(w->head + w->n_head, p, k);
        w->n_head += k;
        w->order = wide_order_of(w->head, w->n_head);
        if (w->order == WIDE_UNKNOWN)
            return 0;
        rc = pass_head(w, err);
        p += k;
        n -= k;
    }
    if (rc)
        return rc;
    return wide_is(w) ? decode(w, p, n, err) : sink_write(w->core, p, n, err);
}

static int in_close(struct sink *s, struct err *err)
{
    struct wide *w = (struct wide *)s;
    uint8_t last[4];
    int rc = 0;

    if (w->order == WIDE_UNKNOWN) {
        w->order = WIDE_NONE;
        rc = pass_head(w, err);
    }
    if (!rc && w->high)
        rc = sink_write(w->core, last, str_utf8_put(w->high, last), err);
    return rc ? rc : sink_close(w->core, err);
}

static void in_free(struct sink *s)
{
    struct wide *w = (struct wide *)s;

    sink_free(w->core);
    free(w);
}

/* ---- to UTF-16 ---- */

static size_t put(const struct wide *w, unsigned unit, uint8_t *out)
{
    bool big = w->order == WIDE_BIG;

    out[big] = (uint8_t)unit;
    out[!big] = (uint8_t)(unit >> 8);
    return 2;
}

/* Length of the character that begins so; what is none is one byte. */
static size_t length_of(uint8_t c)
{
    return c >= 0xf0 && c < 0xf5   ? 4
           : c >= 0xe0 && c < 0xf0 ? 3
           : c >= 0xc2 && c < 0xe0 ? 2
                                   : 1;
}

static size_t put_char(const struct wide *w, uint8_t *out)
{
    const uint8_t *p = w->pend;
    unsigned c;

    switch (w->n_pend) {
    case 2:
        return put(w, (p[0] & 31u) << 6 | (p[1] & 63u), out);
    case 3:
        return put(w, (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u),
                   out);
    case 4:
        c = (p[0] & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 |
            (p[3] & 63u);
        c -= 0x10000;
        put(w, 0xd800 | (c >> 10 & 0x3ff), out);
        put(w, 0xdc00 | (c & 0x3ff), out + 2);
        return 4;
    default:
        return put(w, p[0], out);
    }
}

static size_t put_broken(struct wide *w, uint8_t *out)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n_pend; i++)
        n += put(w, w->pend[i], out + n);
    w->n_pend = 0;
    return n;
}

static int encode(struct wide *w, const uint8_t *p, size_t n, struct err *err)
{
    uint8_t out[PART];
    size_t len = 0;
    int rc = 0;

    for (size_t i = 0; i < n && !rc; i++) {
        if (w->n_pend && (p[i] & 0xc0) != 0x80)
            len += put_broken(w, out + len);
        w->pend[w->n_pend++] = p[i];
        if (w->n_pend == length_of(w->pend[0])) {
            len += put_char(w, out + len);
            w->n_pend = 0;
        }
        if (len > sizeof(out) - 16) {
            rc = sink_write(w->next, out, len, err);
            len = 0;
        }
    }
    return rc ? rc : sink_write(w->next, out, len, err);
}

static struct wide *of_out(struct sink *s)
{
    return (struct wide *)((char *)s - offsetof(struct wide, out));
}

static int out_write(struct sink *s, const void *data, size_t n,
                     struct err *err)
{
    struct wide *w = of_out(s);

    return wide_is(w) ? encode(w, data, n, err)
                      : sink_write(w->next, data, n, err);
}

static int out_close(struct sink *s, struct err *err)
{
    struct wide *w = of_out(s);
    uint8_t last[2 * sizeof(w->pend)];
    int rc = sink_write(w->next, last, put_broken(w, last), err);

    if (!rc && w->half)
        rc = sink_write(w->next, &w->first, 1, err);
    return rc ? rc : sink_close(w->next, err);
}

static void out_free(struct sink *s)
{
    sink_free(of_out(s)->next);
}

/* ---- the whole ---- */

struct wide *wide_new(struct sink *next)
{
    static const struct sink_ops ops = {out_write, out_close, out_free};
    struct wide *w = xcalloc(1, sizeof(*w));

    w->out.ops = &ops;
    w->next = next;
    return w;
}

struct sink *wide_out(struct wide *w)
{
    return &w->out;
}

struct sink *wide_in(struct wide *w, struct sink *core)
{
    static const struct sink_ops ops = {in_write, in_close, in_free};

    w->in.ops = &ops;
    w->core = core;
    return &w->in;
}

bool wide_is(const struct wide *w)
{
    return w->order == WIDE_LITTLE || w->order == WIDE_BIG;
}
