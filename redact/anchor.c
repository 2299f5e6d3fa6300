/* A recursive descent over the expression.  Nothing is kept of it but what
 * struct info says of each part, see info.h. */
#include "redact/anchor.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "redact/info.h"

#define DEPTH_MAX 12

static const char line_begin[] = "(?<![^\\n\\r\\x00])";
static const char line_end[] = "(?![^\\n\\r\\x00])";

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

static int parse_alternatives(struct parser *ps, struct info *out);

/* ---- classes and single bytes ---- */

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

enum group_kind {
    GROUP_PLAIN,
    GROUP_CAPTURE,
    GROUP_AHEAD,
    GROUP_NOT_AHEAD,
    GROUP_BEHIND,
};

static int group_open(struct parser *ps, enum group_kind *kind)
{
    static const struct {
        const char *text;
        enum group_kind kind;
    } kinds[] = {
        {"(?:", GROUP_PLAIN},     {"(?=", GROUP_AHEAD},
        {"(?!", GROUP_NOT_AHEAD}, {"(?<=", GROUP_BEHIND},
        {"(?<!", GROUP_BEHIND},
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
    if (kind != GROUP_PLAIN && kind != GROUP_CAPTURE)
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
        info_copy(out, &in);
        return 0;
    }
    if (kind == GROUP_AHEAD)
        info_look_ahead(&in, out);
    else
        info_empty(out);
    out->behind = in.behind + (kind == GROUP_BEHIND ? in.max : 0);
    out->ahead = kind == GROUP_BEHIND ? 0 : in.ahead;
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
    info_repeat(in, lo, hi);
    return 0;
}

/* ---- sequences ---- */

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
    struct info_seq s;
    struct info in;
    const char *from;
    bool had;
    int rc;

    info_seq_begin(&s);
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
        info_seq_add(&s, &in);
    }
    info_seq_end(&s, out);
    return 0;
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
            info_alternative(out, &next);
    }
    return rc;
}

static int check_limits(struct parser *ps, const struct info *in,
                        struct anchor *out)
{
    struct wordset words;

    info_words(in, &words);
    if (in->max > ANCHOR_WIDTH_MAX || in->ahead > ANCHOR_AHEAD_MAX)
        return fail(ps, "a match could be too long");
    if (in->behind > ANCHOR_BEHIND_MAX)
        return fail(ps, "it looks too far back");
    if (wordset_shortest(&words) < ANCHOR_WORD_MIN)
        return fail(ps, "every match must contain a fixed word of 3 bytes or "
                        "more");
    out->words.n = words.n;
    out->words.word = wordset_finish(&words);
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
    if (!a->constant) {
        free((void *)(uintptr_t)a->pattern);
        free((void *)(uintptr_t)a->words.word);
    }
    memset(a, 0, sizeof(*a));
}
