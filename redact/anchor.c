/* A recursive descent over the expression.  Nothing is kept of it but what
 * struct info says of each part: widths, reach, and either the exact set of
 * strings it stands for or the best set of words it must contain. */
#include "redact/anchor.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "redact/wordset.h"

#define DEPTH_MAX 12
#define WIDTH_CAP 100000u /* sums stop here, far above every limit */
#define CLASS_WORDS 6     /* a class of at most so many bytes makes words */

static const char line_begin[] = "(?<![^\\n\\r\\x00])";
static const char line_end[] = "(?![^\\n\\r\\x00])";

struct info {
    unsigned min, max, ahead, behind;
    bool exact;               /* set is all it matches */
    struct anchor_words set;  /* valid if exact */
    struct anchor_words best; /* n == 0: none */
};

struct parser {
    const char *text;
    const char *p;
    struct buf out;
    unsigned depth;
    bool group;    /* a capturing group was seen */
    bool no_group; /* inside look-around or a repeated part */
    struct err *err;
};

static int fail(struct parser *ps, const char *why)
{
    return err_set(ps->err, -EINVAL, "anchor, at byte %u: %s",
                   (unsigned)(ps->p - ps->text) + 1, why);
}

static unsigned cap(unsigned long n)
{
    return n < WIDTH_CAP ? (unsigned)n : WIDTH_CAP;
}

static void info_empty(struct info *in)
{
    memset(in, 0, sizeof(*in));
    in->exact = true;
    wordset_one_empty(&in->set);
}

static int parse_alternatives(struct parser *ps, struct info *out);

/* ---- classes and single bytes ---- */

struct byteset {
    unsigned char has[256];
};

static void set_range(struct byteset *s, unsigned lo, unsigned hi)
{
    for (unsigned c = lo; c <= hi; c++)
        s->has[c] = 1;
}

/* \w and the like, as PCRE2 and libhs have them without Unicode. */
static bool set_shorthand(struct byteset *s, char c)
{
    struct byteset t = {{0}};

    switch (tolower((unsigned char)c)) {
    case 'd':
        set_range(&t, '0', '9');
        break;
    case 'w':
        set_range(&t, '0', '9');
        set_range(&t, 'A', 'Z');
        set_range(&t, 'a', 'z');
        t.has['_'] = 1;
        break;
    case 's':
        set_range(&t, '\t', '\r');
        t.has[' '] = 1;
        break;
    default:
        return false;
    }
    for (unsigned i = 0; i < 256; i++)
        if (t.has[i] != (isupper((unsigned char)c) != 0))
            s->has[i] = 1;
    return true;
}

/* The byte that an escape stands for; p is behind the backslash. */
static int escaped_byte(struct parser *ps)
{
    static const char names[] = "t\tn\nr\rf\f";
    const char *q;
    char hex[3];

    if (*ps->p == 'x') {
        if (!isxdigit((unsigned char)ps->p[1]) ||
            !isxdigit((unsigned char)ps->p[2]))
            return fail(ps, "\\x needs two hex digits");
        memcpy(hex, ps->p + 1, 2);
        hex[2] = '\0';
        ps->p += 3;
        return (int)strtoul(hex, NULL, 16);
    }
    if (ispunct((unsigned char)*ps->p))
        return (unsigned char)*ps->p++;
    for (q = names; *q; q += 2) {
        if (*ps->p == *q) {
            ps->p++;
            return (unsigned char)q[1];
        }
    }
    return fail(ps, "this escape is not allowed");
}

static void info_of_set(const struct byteset *s, struct info *out)
{
    struct anchor_word w = {.len = 1};

    memset(out, 0, sizeof(*out));
    out->min = out->max = out->ahead = 1;
    for (unsigned c = 0; c < 256; c++) {
        if (!s->has[c])
            continue;
        w.text[0] = (char)tolower((int)c);
        if (!wordset_add(&out->set, &w) || out->set.n > CLASS_WORDS)
            return;
    }
    out->exact = out->set.n > 0;
}

static int class_byte(struct parser *ps)
{
    if (*ps->p == '\\') {
        ps->p++;
        return escaped_byte(ps);
    }
    return (unsigned char)*ps->p++;
}

static int parse_class(struct parser *ps, struct info *out)
{
    struct byteset s = {{0}};
    bool negated = false;
    const char *first;
    int lo, hi;

    if (*++ps->p == '^') {
        negated = true;
        ps->p++;
    }
    for (first = ps->p; *ps->p != ']' || ps->p == first;) {
        if (!*ps->p)
            return fail(ps, "the class has no end");
        if (*ps->p == '[' && (ps->p[1] == ':' || ps->p[1] == '.'))
            return fail(ps, "[: :] is not allowed, write the bytes");
        if (*ps->p == '\\' && set_shorthand(&s, ps->p[1])) {
            ps->p += 2;
            continue;
        }
        if ((lo = class_byte(ps)) < 0)
            return lo;
        hi = lo;
        if (ps->p[0] == '-' && ps->p[1] && ps->p[1] != ']') {
            ps->p++;
            if ((hi = class_byte(ps)) < 0)
                return hi;
            if (hi < lo)
                return fail(ps, "the range is the wrong way round");
        }
        set_range(&s, (unsigned)lo, (unsigned)hi);
    }
    ps->p++;
    if (negated)
        for (unsigned i = 0; i < 256; i++)
            s.has[i] = !s.has[i];
    info_of_set(&s, out);
    return 0;
}

static int parse_escape(struct parser *ps, struct info *out)
{
    struct byteset s = {{0}};
    int c;

    ps->p++;
    if (*ps->p == 'b' || *ps->p == 'B') {
        ps->p++;
        info_empty(out);
        out->ahead = out->behind = 1;
        return 0;
    }
    if (set_shorthand(&s, *ps->p)) {
        ps->p++;
    } else {
        if ((c = escaped_byte(ps)) < 0)
            return c;
        s.has[c] = 1;
    }
    info_of_set(&s, out);
    return 0;
}

/* ---- groups ---- */

enum group_kind { GROUP_PLAIN, GROUP_CAPTURE, GROUP_AHEAD, GROUP_BEHIND };

static int group_open(struct parser *ps, enum group_kind *kind)
{
    static const struct {
        const char *text;
        enum group_kind kind;
    } kinds[] = {
        {"(?:", GROUP_PLAIN},   {"(?=", GROUP_AHEAD},   {"(?!", GROUP_AHEAD},
        {"(?<=", GROUP_BEHIND}, {"(?<!", GROUP_BEHIND},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t len = strlen(kinds[i].text);

        if (!strncmp(ps->p, kinds[i].text, len)) {
            *kind = kinds[i].kind;
            ps->p += len;
            return 0;
        }
    }
    if (ps->p[1] == '?' || ps->p[1] == '*')
        return fail(ps, "this kind of group is not allowed");
    if (ps->group || ps->no_group)
        return fail(ps, "one capturing group only, outside of look-around and "
                        "repeats");
    ps->group = true;
    *kind = GROUP_CAPTURE;
    ps->p++;
    return 0;
}

static int parse_group(struct parser *ps, struct info *out)
{
    enum group_kind kind = GROUP_PLAIN;
    struct info in;
    bool was = ps->no_group;
    int rc;

    rc = group_open(ps, &kind);
    if (rc)
        return rc;
    if (++ps->depth > DEPTH_MAX)
        return fail(ps, "too deeply nested");
    if (kind == GROUP_AHEAD || kind == GROUP_BEHIND)
        ps->no_group = true;
    rc = parse_alternatives(ps, &in);
    if (rc)
        return rc;
    ps->no_group = was;
    ps->depth--;
    if (*ps->p != ')')
        return fail(ps, "the group has no end");
    ps->p++;
    if (kind == GROUP_PLAIN || kind == GROUP_CAPTURE) {
        *out = in;
        return 0;
    }
    info_empty(out);
    out->behind =
        cap((unsigned long)in.behind + (kind == GROUP_BEHIND ? in.max : 0));
    out->ahead = kind == GROUP_AHEAD ? in.ahead : 0;
    return 0;
}

/* ---- repeats ---- */

static int parse_bounds(struct parser *ps, unsigned *lo, unsigned *hi)
{
    char *end;

    if (!isdigit((unsigned char)ps->p[1]))
        return fail(ps, "{ must be followed by a number, or written \\{");
    *lo = *hi = (unsigned)strtoul(ps->p + 1, &end, 10);
    if (*end == ',') {
        if (!isdigit((unsigned char)end[1])) {
            ps->p = end;
            return fail(ps, "a repeat without an upper bound is not allowed");
        }
        *hi = (unsigned)strtoul(end + 1, &end, 10);
    }
    if (*end != '}')
        return fail(ps, "the repeat has no end");
    if (*hi < *lo || *hi == 0 || *hi > ANCHOR_REPEAT)
        return fail(ps, "the bounds of the repeat are not allowed");
    ps->p = end + 1;
    return 0;
}

static void repeat(struct info *in, unsigned lo, unsigned hi)
{
    struct anchor_words all, power, next;
    bool exact = in->exact;

    wordset_one_empty(&power);
    memset(&all, 0, sizeof(all));
    for (unsigned i = 0; exact && i <= hi; i++) {
        if (i >= lo)
            for (size_t k = 0; exact && k < power.n; k++)
                exact = wordset_add(&all, &power.word[k]);
        if (exact && i < hi) {
            exact = wordset_product(&power, &in->set, &next);
            power = next;
        }
    }
    if (!exact) {
        if (in->exact)
            wordset_better(&in->best, &in->set);
        if (!lo)
            memset(&in->best, 0, sizeof(in->best));
    }
    in->exact = exact;
    in->set = all;
    in->ahead = cap((unsigned long)in->max * (hi - 1) + in->ahead);
    in->min = cap((unsigned long)in->min * lo);
    in->max = cap((unsigned long)in->max * hi);
}

static int parse_repeat(struct parser *ps, struct info *in)
{
    unsigned lo = 0, hi = 0;
    int rc;

    if (*ps->p == '*' || *ps->p == '+')
        return fail(ps, "* and + are not allowed, write {0,N}");
    if (*ps->p == '?') {
        lo = 0;
        hi = 1;
        ps->p++;
    } else if (*ps->p == '{') {
        rc = parse_bounds(ps, &lo, &hi);
        if (rc)
            return rc;
    } else {
        return 0;
    }
    if (*ps->p == '?' || *ps->p == '+') /* lazy, possessive */
        ps->p++;
    if (strchr("*+?{", *ps->p) && *ps->p)
        return fail(ps, "a repeat of a repeat is not allowed");
    repeat(in, lo, hi);
    return 0;
}

/* ---- sequences ---- */

/* What a sequence has come to so far. */
struct seq {
    struct info info;
    struct anchor_words run; /* exact strings since lo..hi */
    bool broken;             /* the whole is not exact */
};

static void seq_flush(struct seq *s)
{
    wordset_better(&s->info.best, &s->run);
    wordset_one_empty(&s->run);
    s->run.lo = s->info.min;
    s->run.hi = s->info.max;
}

static void seq_add(struct seq *s, const struct info *in)
{
    struct anchor_words next, best = in->best;
    unsigned ahead = cap((unsigned long)s->info.max + in->ahead);

    if (ahead > s->info.ahead)
        s->info.ahead = ahead;
    if (in->behind > s->info.behind) /* as if nothing came before */
        s->info.behind = in->behind;
    if (in->exact && wordset_product(&s->run, &in->set, &next)) {
        next.lo = s->run.lo;
        next.hi = s->run.hi;
        s->run = next;
    } else {
        s->broken = true;
        seq_flush(s);
        if (in->exact) {
            next = in->set;
            next.lo = s->info.min;
            next.hi = s->info.max;
            s->run = next;
        } else {
            best.lo = cap((unsigned long)best.lo + s->info.min);
            best.hi = cap((unsigned long)best.hi + s->info.max);
            wordset_better(&s->info.best, &best);
        }
    }
    s->info.min = cap((unsigned long)s->info.min + in->min);
    s->info.max = cap((unsigned long)s->info.max + in->max);
    if (!in->exact)
        seq_flush(s);
}

static int parse_atom(struct parser *ps, struct info *out)
{
    struct byteset s = {{0}};

    switch (*ps->p) {
    case '(':
        return parse_group(ps, out);
    case '[':
        return parse_class(ps, out);
    case '\\':
        return parse_escape(ps, out);
    case '^':
    case '$':
        info_empty(out);
        out->behind = *ps->p == '^';
        out->ahead = *ps->p == '$';
        ps->p++;
        return 0;
    case '.':
        memset(&s, 1, sizeof(s));
        s.has['\n'] = 0;
        break;
    case '*':
    case '+':
    case '?':
    case '{':
        return fail(ps, "nothing to repeat, or an unbounded repeat");
    default:
        s.has[(unsigned char)*ps->p] = 1;
    }
    ps->p++;
    info_of_set(&s, out);
    return 0;
}

/* Copies what was read, with ^ and $ written out. */
static void copy_atom(struct parser *ps, const char *from)
{
    if (*from == '^')
        buf_adds(&ps->out, line_begin);
    else if (*from == '$')
        buf_adds(&ps->out, line_end);
    else
        buf_add(&ps->out, from, (size_t)(ps->p - from));
}

static int parse_sequence(struct parser *ps, struct info *out)
{
    struct seq s = {0};
    struct info in;
    const char *from;
    bool had;
    int rc;

    wordset_one_empty(&s.run);
    while (*ps->p && *ps->p != '|' && *ps->p != ')') {
        from = ps->p;
        had = ps->group;
        if (*from == '(') { /* its inside copies itself */
            const char *open = from + (from[1] != '?'   ? 1
                                       : from[2] == '<' ? 4
                                                        : 3);
            if (strnlen(from, 4) >= (size_t)(open - from))
                buf_add(&ps->out, from, (size_t)(open - from));
        }
        rc = parse_atom(ps, &in);
        if (rc)
            return rc;
        if (*from == '(')
            buf_addc(&ps->out, ')');
        else
            copy_atom(ps, from);
        from = ps->p;
        rc = parse_repeat(ps, &in);
        if (rc)
            return rc;
        if (ps->p != from && ps->group != had)
            return fail(ps, "the capturing group must not be repeated");
        buf_add(&ps->out, from, (size_t)(ps->p - from));
        seq_add(&s, &in);
    }
    s.info.exact = !s.broken;
    if (s.info.exact) {
        s.info.set = s.run;
        s.info.set.lo = s.info.set.hi = 0;
    } else {
        wordset_better(&s.info.best, &s.run);
    }
    *out = s.info;
    return 0;
}

static void alternative_join(struct info *a, const struct info *b)
{
    struct anchor_words wa = a->exact ? a->set : a->best;
    struct anchor_words wb = b->exact ? b->set : b->best;
    bool fits = true;

    if (wb.lo < wa.lo)
        wa.lo = wb.lo;
    if (wb.hi > wa.hi)
        wa.hi = wb.hi;
    for (size_t i = 0; fits && i < wb.n; i++)
        fits = wordset_add(&wa, &wb.word[i]);
    if (!fits || !wa.n || !wb.n || !(a->exact ? a->set.n : a->best.n))
        memset(&wa, 0, sizeof(wa));
    a->exact = a->exact && b->exact && fits;
    a->set = wa;
    a->best = wa;
    if (b->min < a->min)
        a->min = b->min;
    if (b->max > a->max)
        a->max = b->max;
    if (b->ahead > a->ahead)
        a->ahead = b->ahead;
    if (b->behind > a->behind)
        a->behind = b->behind;
}

static int parse_alternatives(struct parser *ps, struct info *out)
{
    struct info next;
    int rc;

    rc = parse_sequence(ps, out);
    while (!rc && *ps->p == '|') {
        buf_addc(&ps->out, *ps->p++);
        rc = parse_sequence(ps, &next);
        if (!rc)
            alternative_join(out, &next);
    }
    return rc;
}

static int check_limits(struct parser *ps, const struct info *in,
                        struct anchor *out)
{
    out->words = in->exact ? in->set : in->best;
    if (in->max > ANCHOR_WIDTH_MAX || in->ahead > ANCHOR_AHEAD_MAX)
        return fail(ps, "a match could be too long");
    if (in->behind > ANCHOR_BEHIND_MAX)
        return fail(ps, "it looks too far back");
    if (wordset_shortest(&out->words) < ANCHOR_WORD_MIN)
        return fail(ps, "every match must contain a fixed word of 3 bytes or "
                        "more");
    out->min = in->min;
    out->max = in->max;
    out->ahead = in->ahead > in->max ? in->ahead : in->max;
    out->behind = in->behind;
    return 0;
}

int anchor_parse(const char *text, struct anchor *out, struct err *err)
{
    struct parser ps = {.text = text, .p = text, .out = BUF_INIT, .err = err};
    struct info in;
    int rc;

    memset(out, 0, sizeof(*out));
    if (!strncmp(text, "(?i)", 4)) {
        ps.p += 4;
        buf_adds(&ps.out, "(?i)");
    }
    rc = parse_alternatives(&ps, &in);
    if (!rc && *ps.p)
        rc = fail(&ps, "there is no group to close");
    if (!rc)
        rc = check_limits(&ps, &in, out);
    if (rc) {
        buf_done(&ps.out);
        memset(out, 0, sizeof(*out));
        return rc;
    }
    out->group = ps.group;
    out->pattern = buf_take(&ps.out);
    return 0;
}

void anchor_done(struct anchor *a)
{
    free(a->pattern);
    memset(a, 0, sizeof(*a));
}
