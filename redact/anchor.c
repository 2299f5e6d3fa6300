/* A recursive descent over the expression.  Nothing is kept of it but what
 * struct info says of each part, see info.h. */
#include "redact/anchor.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "redact/around.h"
#include "redact/expr.h"
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

static int parse_class(struct parser *ps, struct info *out)
{
    struct byteset s;
    int rc = expr_class(&ps->p, &s);

    if (rc)
        return fail(ps, expr_why(rc));
    info_of_set(&s, out);
    return 0;
}

static int parse_escape(struct parser *ps, struct info *out)
{
    struct byteset s;
    int rc;

    if (expr_is_edge(ps->p)) {
        ps->p += 2;
        info_empty(out);
        out->ahead = out->behind = 1;
        return 0;
    }
    rc = expr_escape(&ps->p, &s);
    if (rc)
        return fail(ps, expr_why(rc));
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
    info_empty(out);
    out->behind = in.behind + (kind == GROUP_BEHIND ? in.max : 0);
    out->ahead = kind == GROUP_BEHIND ? 0 : in.ahead;
    return 0;
}

/* ---- repeats ---- */

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
        rc = expr_bounds(&ps->p, &lo, &hi);
        if (rc)
            return fail(ps, expr_why(rc));
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
    around_make(out->pattern, (struct anchor_word *)(uintptr_t)out->words.word,
                out->words.n, &out->around);
    return 0;
}

void anchor_done(struct anchor *a)
{
    if (!a->constant) {
        free((void *)(uintptr_t)a->pattern);
        free((void *)(uintptr_t)a->words.word);
        around_done(&a->around);
    }
    memset(a, 0, sizeof(*a));
}
