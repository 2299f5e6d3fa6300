/* An expression is a sequence of atoms.  While all of them have few texts, the
 * texts of the sequence are known (exact); where one has not, what was known
 * until there is a candidate, and the next text begins behind it. */
#include "collector/diagnose/literal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"

#define CLASS_MAX 4u    /* bytes of a class that are taken one by one */
#define LONG_ENOUGH 20u /* bytes; more do not make a word rarer */
#define COMMON 5        /* what a word is worth that is in many lines */

/* In so many lines of a healthy host that they make no word a rare one. */
static const char *const everyday[] = {
    "/etc/xen/scripts/",
    "libxl: ",
    "libxl_",
    "libxl",
    "qemu-system-",
    "xen-blkback",
    "xenstored",
    "xen be: ",
    "xapi",
    "backend",
    "frontend",
    "(XEN)",
    "XEN) ",
    "systemd",
    "kernel",
    "Domain",
    "domain",
    "Backend",
    "error: ",
    ": error",
};

struct set {
    struct buf text[LITERAL_MAX];
    size_t n;
};

/* What is known of a piece of the expression. */
struct piece {
    bool exact;      /* it stands for one of these texts: */
    struct set now;  /* otherwise, those since something else */
    struct set best; /* one of these is in each of its texts; or empty */
    int score;
};

struct parser {
    const char *at;
    bool failed; /* it has what is not judged here */
};

/* ---- sets ---------------------------------------------------------------- */

static void set_clear(struct set *s)
{
    for (size_t i = 0; i < s->n; i++)
        buf_done(&s->text[i]);
    s->n = 0;
}

static void set_add(struct set *s, const char *text, size_t len)
{
    struct buf *b = &s->text[s->n++];

    *b = (struct buf)BUF_INIT;
    buf_add(b, text, len);
}

/* Takes all of from, or nothing if they are too many. */
static bool set_join(struct set *to, struct set *from)
{
    if (to->n + from->n > LITERAL_MAX)
        return false;
    memcpy(&to->text[to->n], from->text, from->n * sizeof(from->text[0]));
    to->n += from->n;
    from->n = 0;
    return true;
}

/* Each text of s followed by each of more; false: too many. */
static bool set_append(struct set *s, const struct set *more)
{
    size_t n = s->n;

    if (n * more->n > LITERAL_MAX)
        return false;
    for (size_t k = 1; k < more->n; k++)
        for (size_t i = 0; i < n; i++) {
            set_add(s, buf_str(&s->text[i]), s->text[i].len);
            buf_add(&s->text[s->n - 1], buf_str(&more->text[k]),
                    more->text[k].len);
        }
    for (size_t i = 0; i < n; i++)
        buf_add(&s->text[i], buf_str(&more->text[0]), more->text[0].len);
    return true;
}

/* A text that holds another one need not be looked for. */
static void set_reduce(struct set *s)
{
    for (size_t k = s->n; k--;)
        for (size_t i = 0; i < s->n; i++) {
            const struct buf *less = &s->text[i], *more = &s->text[k];

            if (i == k || (i > k && less->len == more->len) ||
                !strstr(buf_str(more), buf_str(less)))
                continue;
            buf_done(&s->text[k]);
            s->text[k] = s->text[--s->n];
            break;
        }
}

/* ---- which words are best ------------------------------------------------ */

static int rarity(const struct buf *b)
{
    for (size_t i = 0; i < sizeof(everyday) / sizeof(everyday[0]); i++) {
        size_t n = strlen(everyday[i]);

        if (b->len <= n + COMMON + 1 && strstr(buf_str(b), everyday[i]))
            return COMMON;
    }
    return (int)(b->len < LONG_ENOUGH ? b->len : LONG_ENOUGH);
}

static int score_of(const struct set *s)
{
    int least = (int)LONG_ENOUGH;
    bool tiny = false;

    for (size_t i = 0; i < s->n; i++) {
        int r = rarity(&s->text[i]);

        if (s->text[i].len < LITERAL_MIN)
            return 0;
        tiny |= s->text[i].len < LITERAL_GOOD;
        least = r < least ? r : least;
    }
    return s->n ? 8 * least - (int)s->n / 8 + (tiny ? 1 : 1000) : 0;
}

/* s may become the best of p; it is empty afterwards. */
static void offer(struct piece *p, struct set *s)
{
    int score = score_of(s);

    if (score > p->score) {
        set_clear(&p->best);
        set_reduce(s);
        (void)set_join(&p->best, s);
        p->score = score;
    }
    set_clear(s);
}

static void piece_clear(struct piece *p)
{
    set_clear(&p->now);
    set_clear(&p->best);
}

static void piece_is_anything(struct piece *p)
{
    p->exact = false;
    p->now.n = p->best.n = 0;
    p->score = 0;
}

static void piece_is_text(struct piece *p, const char *text, size_t len)
{
    piece_is_anything(p);
    p->exact = true;
    set_add(&p->now, text, len);
}

/* The words of p are all that is known of it. */
static void forget_texts(struct piece *p)
{
    if (p->exact)
        offer(p, &p->now);
    p->exact = false;
}

/* ---- reading ------------------------------------------------------------- */

static void parse_branches(struct parser *in, struct piece *out);

static const char *behind_class(const char *p)
{
    p++;
    p += *p == '^';
    p += *p == ']';
    for (; *p && *p != ']'; p++)
        if (*p == '\\' && p[1])
            p++;
    return *p ? p + 1 : NULL;
}

/* Behind the group that p begins.  *branches, which may be NULL: it has some.
 */
static const char *behind_group(const char *p, bool *branches)
{
    int depth = 0;

    for (; p && *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '[') {
            p = behind_class(p);
            if (!p)
                return NULL;
            p--;
        } else if (*p == '(')
            depth++;
        else if (*p == '|' && depth == 1 && branches)
            *branches = true;
        else if (*p == ')' && !--depth)
            return p + 1;
    }
    return NULL;
}

static void parse_class(struct parser *in, struct piece *out)
{
    const char *p = in->at, *end = behind_class(p);
    bool plain = true;

    piece_is_anything(out);
    if (!end) {
        in->failed = true;
        return;
    }
    in->at = end--;
    if (end - p - 1 > (ptrdiff_t)CLASS_MAX)
        return;
    for (const char *q = ++p; q < end; q++)
        plain &= *q == '-' ? q + 1 == end : !strchr("^\\[", *q);
    if (!plain)
        return;
    out->exact = true;
    for (; p < end; p++)
        set_add(&out->now, p, 1);
}

static void parse_escape(struct parser *in, struct piece *out)
{
    char c = in->at[1];

    in->at += 2;
    if (c && !isalnum((unsigned char)c))
        piece_is_text(out, &c, 1);
    else if (c == 'b' || c == 'B')
        piece_is_text(out, "", 0);
    else if (c && strchr("dDwWsS", c))
        piece_is_anything(out);
    else {
        piece_is_anything(out);
        in->failed = true;
    }
}

static bool is_look_around(const char *p)
{
    if (p[1] != '?')
        return false;
    p += p[2] == '<' ? 3 : 2;
    return *p == '=' || *p == '!';
}

/* Where the expression begins that the group at p holds; NULL: this is not
 * judged. */
static const char *inside_group(const char *p)
{
    p++;
    if (*p != '?')
        return p;
    p++;
    p += *p == 'P';
    p = *p == ':' ? p : *p == '<' ? strchr(p, '>') : NULL;
    return p ? p + 1 : NULL; /* options, or what is rarer still */
}

static void parse_group(struct parser *in, struct piece *out)
{
    const char *p = inside_group(in->at);

    if (is_look_around(in->at)) { /* it takes none of the text */
        piece_is_text(out, "", 0);
        p = behind_group(in->at, NULL);
    } else if (p) {
        in->at = p;
        parse_branches(in, out);
        p = *in->at == ')' ? in->at + 1 : NULL;
    } else {
        piece_is_anything(out);
    }
    in->failed |= !p;
    in->at = p ? p : in->at + strlen(in->at);
}

/* A group that stands there once and has no branches might as well be none. */
static bool step_inside(struct parser *in)
{
    bool branches = false;
    const char *end = *in->at == '(' ? behind_group(in->at, &branches) : NULL;
    const char *p = end ? inside_group(in->at) : NULL;

    if (!p || branches || (*end && strchr("?*+{", *end)) ||
        is_look_around(in->at))
        return false;
    in->at = p;
    return true;
}

static void parse_atom(struct parser *in, struct piece *out)
{
    switch (*in->at) {
    case '(':
        parse_group(in, out);
        break;
    case '[':
        parse_class(in, out);
        break;
    case '\\':
        parse_escape(in, out);
        break;
    case '.':
        piece_is_anything(out);
        in->at++;
        break;
    case '^':
    case '$':
        piece_is_text(out, "", 0);
        in->at++;
        break;
    default:
        piece_is_text(out, in->at++, 1);
    }
}

/* A repetition behind the atom p. */
static void parse_repeat(struct parser *in, struct piece *p)
{
    char c = *in->at;
    const char *end;

    if (!c || !strchr("?*+{", c))
        return;
    if (c == '?' && p->exact && p->now.n < LITERAL_MAX) {
        set_add(&p->now, "", 0);
    } else if (c == '+' || (c == '{' && isdigit((unsigned char)in->at[1]) &&
                            in->at[1] != '0')) {
        forget_texts(p); /* once at least */
    } else {
        piece_clear(p);
        piece_is_anything(p);
    }
    end = c == '{' ? strchr(in->at, '}') : in->at;
    in->failed |= !end;
    in->at = end ? end + 1 : in->at + strlen(in->at);
    in->at += *in->at == '?' || *in->at == '+';
}

/* The bytes at p that stand for themselves: most of an expression. */
static size_t plain_run(const char *p)
{
    size_t n = strcspn(p, "()[]\\.^$|?*+{");

    return n && p[n] && strchr("?*+{", p[n]) ? n - 1 : n;
}

static void parse_sequence(struct parser *in, struct piece *out)
{
    unsigned inside = 0;

    piece_is_text(out, "", 0);
    while (!in->failed && *in->at && *in->at != '|' &&
           (*in->at != ')' || inside)) {
        struct piece next;
        size_t n = plain_run(in->at);

        for (size_t i = 0; n && i < out->now.n; i++)
            buf_add(&out->now.text[i], in->at, n);
        in->at += n;
        if (n)
            continue;
        if (*in->at == ')') {
            in->at++;
            inside--;
            continue;
        }
        if (step_inside(in)) {
            inside++;
            continue;
        }
        parse_atom(in, &next);
        parse_repeat(in, &next);
        if (!next.exact || !set_append(&out->now, &next.now)) {
            offer(out, &out->now);
            out->exact = false;
            if (next.exact)
                (void)set_join(&out->now, &next.now);
            else
                set_add(&out->now, "", 0);
            offer(out, &next.best);
        }
        piece_clear(&next);
    }
    if (!out->exact)
        offer(out, &out->now);
}

/* Adds a branch to out; whose is it that a text has is not known. */
static void add_branch(struct piece *out, struct piece *branch)
{
    bool fits;

    if (out->exact && branch->exact && set_join(&out->now, &branch->now))
        return;
    forget_texts(out);
    forget_texts(branch);
    fits = out->score && branch->score && set_join(&out->best, &branch->best);
    if (!fits)
        set_clear(&out->best);
    out->score = fits ? score_of(&out->best) : 0;
}

static void parse_branches(struct parser *in, struct piece *out)
{
    parse_sequence(in, out);
    while (!in->failed && *in->at == '|') {
        struct piece branch;

        in->at++;
        parse_sequence(in, &branch);
        add_branch(out, &branch);
        piece_clear(&branch);
    }
}

bool literals_of(const char *pattern, struct literals *out)
{
    struct parser in = {.at = pattern};
    struct piece all;

    parse_branches(&in, &all);
    forget_texts(&all);
    *out = (struct literals){NULL, 0};
    if (!in.failed && !*in.at && all.score) {
        out->word = xcalloc(all.best.n, sizeof(*out->word));
        for (; out->n < all.best.n; out->n++)
            out->word[out->n] = xstrdup(buf_str(&all.best.text[out->n]));
    }
    piece_clear(&all);
    return out->n;
}

void literals_done(struct literals *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->word[i]);
    free(l->word);
    *l = (struct literals){NULL, 0};
}
