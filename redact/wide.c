/* What tells UTF-16 from the rest, byte by byte, so that it cannot matter how
 * the stream is cut.  What is not decided yet is held; it is never much.
 *
 * Outside of UTF-16 that is the begin of a part: text bytes and NULs in turn,
 * or a mark.  Within, it is what may be its end: characters that consist of two
 * bytes of text (as Chinese does, too), or that would be ASCII in the other
 * order.  Those count as UTF-16 next to Chinese and the like, or if there are
 * no more than DOUBT_FEW of them; DOUBT_MANY in a row never do. */
#include "redact/wide.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "redact/utf16.h"

#define PART 4096u
#define BEGIN (2 * WIDE_LEAST) /* bytes of a begin */
#define DOUBT_FEW 2u
#define DOUBT_MANY 8u
#define HELD_MAX (2 * DOUBT_MANY + 8)
/* Looked through at once for what is in no begin. */
#define BLOCK 64u

struct wide {
    struct sink in, out;
    struct sink *core, *next;
    wide_part_fn *part;
    void *arg;
    bool wide, big; /* the part */
    uint64_t raw;   /* bytes of it that came */
    uint8_t held[HELD_MAX];
    size_t n_held;
    uint8_t last;       /* the byte before those held */
    bool begun;         /* the stream: there was such a byte */
    uint8_t text[PART]; /* for core */
    size_t n_text;
    /* of UTF-16 */
    bool kept;       /* a unit in held is one, unless what follows is of another
                      * order, which then begins with its second byte */
    bool nul;        /* behind that, a NUL is held */
    unsigned doubts; /* behind that, so many units */
    bool foreign;    /* the last one that is no doubt is like Chinese */
    struct utf16_reader reader;
    struct utf16_writer writer;
};

/* ---- what a file is ------------------------------------------------------ */

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

/* ---- to core ------------------------------------------------------------- */

static int flush(struct wide *w, struct err *err)
{
    size_t n = w->n_text;

    w->n_text = 0;
    return sink_write(w->core, w->text, n, err);
}

/* The first n of those held are decided. */
static int pass_held(struct wide *w, size_t n, struct err *err)
{
    int rc = 0;

    if (w->n_text + n / 2 * UTF16_READ + n > PART)
        rc = flush(w, err);
    for (size_t i = 0; i < n; i++) {
        uint8_t c = w->held[i];

        w->last = c;
        if (!w->wide)
            w->text[w->n_text++] = c;
        else if (i & 1)
            w->n_text += utf16_read(&w->reader,
                                    w->big ? w->held[i - 1] << 8 | c
                                           : c << 8 | w->held[i - 1],
                                    w->text + w->n_text);
    }
    w->begun |= n > 0;
    w->raw += n;
    w->n_held -= n;
    memmove(w->held, w->held + n, w->n_held);
    return rc;
}

/* From the bytes held on, it is another part. */
static int begin_part(struct wide *w, bool wide, bool big, struct err *err)
{
    uint64_t raw = w->raw;
    int rc;

    w->n_text += utf16_read_end(&w->reader, w->text + w->n_text);
    rc = flush(w, err);
    if (!rc)
        rc = w->part(w->arg, raw, wide, err);
    /* All has come out; of a character that was cut, what there is. */
    if (!rc && w->wide) {
        uint8_t end[UTF16_WRITTEN];

        rc = sink_write(w->next, end, utf16_write_end(&w->writer, end), err);
    }
    w->raw = 0;
    w->wide = wide;
    w->big = w->writer.big = big;
    w->doubts = 0;
    w->nul = w->foreign = w->kept = false;
    return rc;
}

/* ---- outside of UTF-16 --------------------------------------------------- */

static bool is_letter(uint8_t high, uint8_t low)
{
    return high ? high < 6 : str_is_text(low);
}

/* A mark, at the begin of the stream any, else two letters behind it. */
static enum wide_order mark(const struct wide *w, const uint8_t *p, size_t n)
{
    bool big = p[0] == 0xfe;

    if (n < 2 ? p[0] < 0xfe : p[0] + p[1] != 0xff + 0xfe)
        return WIDE_NONE;
    for (size_t i = 2; w->begun && i + 1 < n && i < 6; i += 2)
        if (!is_letter(p[i + !big], p[i + big]))
            return WIDE_NONE;
    if (n < (w->begun ? 6 : 4))
        return WIDE_UNKNOWN;
    return !p[2] && !p[3] ? WIDE_NONE : big ? WIDE_BIG : WIDE_LITTLE;
}

/* Whether what is held is a begin, and of which order. */
static enum wide_order order_of(const struct wide *w)
{
    const uint8_t *p = w->held;
    enum wide_order order = mark(w, p, w->n_held);
    size_t zero = !p[0] ? 0 : 1;

    if (order != WIDE_NONE)
        return order;
    for (size_t i = 0; i < w->n_held; i++)
        if (i % 2 == zero ? p[i] : !str_is_text(p[i]))
            return WIDE_NONE;
    if (w->n_held < BEGIN)
        return WIDE_UNKNOWN;
    /* The end of a line of ASCII, and big-endian behind it. */
    if (zero && p[0] == '\n' && w->begun &&
        (str_is_text(w->last) || w->last == '\r'))
        return WIDE_BIG;
    return zero ? WIDE_LITTLE : WIDE_BIG;
}

static int put(struct wide *w, uint8_t c, struct err *err);

/* The bytes held come again, to what they belong to now. */
static int put_again(struct wide *w, struct err *err)
{
    uint8_t again[HELD_MAX];
    size_t n = w->n_held;
    int rc = 0;

    memcpy(again, w->held, n);
    w->n_held = 0;
    for (size_t i = 0; i < n && !rc; i++)
        rc = put(w, again[i], err);
    return rc;
}

static int put_narrow(struct wide *w, uint8_t c, struct err *err)
{
    enum wide_order order = WIDE_NONE;
    size_t before = 0;
    int rc = 0;

    w->held[w->n_held++] = c;
    while (w->n_held && !rc && (order = order_of(w)) == WIDE_NONE)
        rc = pass_held(w, 1, err);
    if (rc || !w->n_held || order == WIDE_UNKNOWN)
        return rc;
    /* The mark is not for the rules: a line begins behind it. */
    if (w->held[0] >= 0xfe)
        before = 2;
    else if (w->held[0] && order == WIDE_BIG)
        before = 1;
    rc = pass_held(w, before, err);
    if (!rc)
        rc = begin_part(w, true, order == WIDE_BIG, err);
    return rc ? rc : put_again(w, err);
}

/* How many of the n bytes at p are in no begin, nor can be the first of one. */
static size_t plain_len(const uint8_t *p, size_t n)
{
    typedef uint8_t bytes __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));
    size_t i = 0;

    for (; i + BLOCK <= n; i += BLOCK) {
        bytes any = {0}, c;
        halves both;

        for (size_t k = 0; k < BLOCK; k += sizeof(c)) {
            memcpy(&c, p + i + k, sizeof(c));
            any |= (bytes)(c + 2 < 3); /* NUL and the bytes of marks */
        }
        both = (halves)any;
        if (both[0] | both[1])
            break;
    }
    while (i < n && (uint8_t)(p[i] + 2) > 2)
        i++;
    /* The last one may be a text byte before a NUL. */
    return i ? i - 1 : 0;
}

/* Nothing has begun but what any byte that is not NUL ends. */
static bool may_be_plain(const struct wide *w)
{
    return !w->wide &&
           (!w->n_held || (w->n_held == 1 && w->held[0] && w->held[0] < 0xfe));
}

/* ---- within UTF-16 ------------------------------------------------------- */

static bool is_doubt(uint8_t high, uint8_t low)
{
    return str_is_text(high) && (!low || str_is_text(low));
}

static bool is_foreign(unsigned unit)
{
    return unit >= 0x2e80 && unit < 0xfffe;
}

static bool is_control(unsigned unit)
{
    return unit >= 0xfffe || unit == 0x7f ||
           (unit < 0x20 && !memchr("\a\b\t\n\v\f\r\033", (int)unit, 8));
}

static int end_wide(struct wide *w, struct err *err)
{
    int rc = begin_part(w, false, false, err);

    return rc ? rc : put_again(w, err);
}

/* A unit that is none of the above, and all before it. */
static int take_unit(struct wide *w, unsigned unit, struct err *err)
{
    if (w->doubts > DOUBT_FEW && !w->foreign && !is_foreign(unit))
        return end_wide(w, err);
    w->doubts = 0;
    w->nul = false;
    w->foreign = is_foreign(unit);
    w->kept = w->foreign && str_is_text(w->held[w->n_held - 1]);
    return pass_held(w, w->n_held - 2 * w->kept, err);
}

static int put_wide(struct wide *w, uint8_t c, struct err *err)
{
    uint8_t high, low;

    w->held[w->n_held++] = c;
    if (w->n_held & 1)
        return 0;
    high = w->held[w->n_held - 1 - w->big];
    low = w->held[w->n_held - 2 + w->big];
    if (is_doubt(high, low)) {
        w->doubts++;
        /* Behind a NUL, it ends there. */
        return w->nul || w->doubts == DOUBT_MANY ? end_wide(w, err) : 0;
    }
    if (!high && !low && !w->nul && !w->doubts) {
        w->nul = true;
        return 0;
    }
    if (is_control((unsigned)high << 8 | low))
        return end_wide(w, err);
    return take_unit(w, (unsigned)high << 8 | low, err);
}

/* ---- the stage in front -------------------------------------------------- */

static int put(struct wide *w, uint8_t c, struct err *err)
{
    return w->wide ? put_wide(w, c, err) : put_narrow(w, c, err);
}

static int in_write(struct sink *s, const void *data, size_t n, struct err *err)
{
    struct wide *w = (struct wide *)s;
    const uint8_t *p = data, *end = p + n;
    size_t k;
    int rc = 0;

    while (p < end && !rc) {
        k = may_be_plain(w) ? plain_len(p, (size_t)(end - p)) : 0;
        if (k) {
            rc = pass_held(w, w->n_held, err);
            if (!rc)
                rc = flush(w, err);
            if (!rc)
                rc = sink_write(w->core, p, k, err);
            w->begun = true;
            w->last = p[k - 1];
            w->raw += k;
            p += k;
        } else {
            rc = put(w, *p++, err);
        }
    }
    return rc ? rc : flush(w, err);
}

static int in_close(struct sink *s, struct err *err)
{
    struct wide *w = (struct wide *)s;
    int rc = 0, rc2;

    /* What is doubted, or half a character, is none. */
    if (w->kept && !w->doubts)
        rc = pass_held(w, 2, err);
    if (!rc && w->wide && w->n_held)
        rc = begin_part(w, false, false, err);
    if (!rc)
        rc = pass_held(w, w->n_held, err);
    w->n_text += utf16_read_end(&w->reader, w->text + w->n_text);
    if (!rc)
        rc = flush(w, err);
    rc2 = sink_close(w->core, rc ? NULL : err);
    return rc ? rc : rc2;
}

static void in_free(struct sink *s)
{
    struct wide *w = (struct wide *)s;

    sink_free(w->core);
    free(w);
}

/* ---- the stage behind ---------------------------------------------------- */

static struct wide *of_out(struct sink *s)
{
    return (struct wide *)((char *)s - offsetof(struct wide, out));
}

static int out_write(struct sink *s, const void *data, size_t n,
                     struct err *err)
{
    struct wide *w = of_out(s);
    const uint8_t *p = data;
    uint8_t out[PART];
    size_t len = 0;
    int rc = 0;

    if (!w->wide)
        return sink_write(w->next, data, n, err);
    for (size_t i = 0; i < n && !rc; i++) {
        len += utf16_write(&w->writer, p[i], out + len);
        if (len > sizeof(out) - UTF16_WRITTEN) {
            rc = sink_write(w->next, out, len, err);
            len = 0;
        }
    }
    return rc ? rc : sink_write(w->next, out, len, err);
}

static int out_close(struct sink *s, struct err *err)
{
    struct wide *w = of_out(s);
    uint8_t last[UTF16_WRITTEN];
    int rc = sink_write(w->next, last, utf16_write_end(&w->writer, last), err);
    int rc2 = sink_close(w->next, rc ? NULL : err);

    return rc ? rc : rc2;
}

static void out_free(struct sink *s)
{
    sink_free(of_out(s)->next);
}

/* ---- the whole ----------------------------------------------------------- */

struct wide *wide_new(struct sink *next, wide_part_fn *part, void *arg)
{
    static const struct sink_ops ops = {out_write, out_close, out_free};
    struct wide *w = xcalloc(1, sizeof(*w));

    w->out.ops = &ops;
    w->next = next;
    w->part = part;
    w->arg = arg;
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
