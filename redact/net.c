#include "redact/net.h"

#include <ctype.h>
#include <string.h>
#include <stdlib.h>

#include "collector/base/core/xalloc.h"
#include "redact/info.h"

#define NODES_MAX 4096u /* four times as many as a built-in rule has; */
#define MADE_MAX 65536u /* with those of look-around, which do not stay */
#define TIMES_MAX 16u   /* so often a part is put down at most, */
#define OPTIONAL_MAX 3u /* and so often where it may be missing */

struct maker {
    struct net *net;
    const char *p;
    bool fold;
    unsigned look; /* so deep in look-around */
    size_t made;   /* nodes */
    bool full;
};

static unsigned alternatives(struct maker *m, unsigned from, bool tail);

/* ---- nodes and edges ---- */

static unsigned node(struct maker *m)
{
    if (m->net->n_nodes == NODES_MAX || ++m->made > MADE_MAX) {
        m->full = true;
        return 0;
    }
    return (unsigned)m->net->n_nodes++;
}

static struct net_edge *join(struct maker *m, unsigned from, unsigned to,
                             enum net_kind kind)
{
    struct net *net = m->net;

    if (!(net->n_edges & (net->n_edges - 1)))
        net->edge = xreallocarray(
            net->edge, net->n_edges ? 2 * net->n_edges : 1, sizeof(*net->edge));
    net->edge[net->n_edges] = (struct net_edge){
        .from = (uint16_t)from, .to = (uint16_t)to, .kind = (uint8_t)kind};
    return &net->edge[net->n_edges++];
}

static uint16_t set_of(struct maker *m, const struct byteset *s)
{
    struct net *net = m->net;

    for (size_t i = net->n_sets; i-- > 0;)
        if (!memcmp(&net->set[i], s, sizeof(*s)))
            return (uint16_t)i;
    net->set = xreallocarray(net->set, net->n_sets + 1, sizeof(*net->set));
    net->set[net->n_sets] = *s;
    return (uint16_t)net->n_sets++;
}

/* As info_of_set takes a set for the bytes of words. */
static bool is_few(const struct byteset *s)
{
    bool seen[256] = {false};
    unsigned n = 0;

    for (unsigned c = 0; c < 256; c++)
        if (s->has[c] && !seen[tolower((int)c)]) {
            seen[tolower((int)c)] = true;
            n++;
        }
    return n <= INFO_CLASS_WORDS;
}

/* not: what the set is made of is what it has not, which is in both cases. */
static void fold(struct byteset *s, bool not )
{
    for (unsigned c = 'a'; c <= 'z'; c++)
        s->has[c] = s->has[c - 32] =
            not ? s->has[c] & s->has[c - 32] : s->has[c] | s->has[c - 32];
}

static unsigned one_byte(struct maker *m, unsigned from, struct byteset *s,
                         bool not )
{
    unsigned to = node(m);
    bool few = is_few(s);
    struct net_edge *e;

    if (m->fold)
        fold(s, not );
    e = join(m, from, to, NET_SET);
    e->word = few && !m->look;
    e->set = set_of(m, s);
    return to;
}

/* ---- what look-around says of one byte ---- */

/* The edges from first on, which are those of the inside. */
struct inside {
    const struct net *net;
    size_t first;
    bool strict; /* only what nothing was left out of */
};

/* Marks the nodes that can be reached from n, or from which n can be reached,
 * without a byte. */
static void reach(const struct inside *in, bool *seen, unsigned n, bool back)
{
    size_t n_edges = in->net->n_edges - in->first;
    bool more = true;

    seen[n] = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < n_edges; i++) {
            size_t at = back ? in->net->n_edges - 1 - i : in->first + i;
            const struct net_edge *e = &in->net->edge[at];
            unsigned from = back ? e->to : e->from;
            unsigned to = back ? e->from : e->to;

            if (e->kind == NET_SET || !seen[from] || seen[to] ||
                (in->strict && (e->loose || e->kind != NET_FREE)))
                continue;
            more = seen[to] = true;
        }
    }
}

enum side { SIDE_FIRST, SIDE_LAST, SIDE_ALONE };

/* The bytes of the texts from begin to end that may come first, or last, or
 * that are such a text alone; false: nothing is known. */
static bool side_of(const struct inside *in, unsigned begin, unsigned end,
                    enum side side, struct byteset *out)
{
    const struct net *net = in->net;
    bool *ahead = xcalloc(2 * net->n_nodes, 1), *back = ahead + net->n_nodes;
    bool some = false;

    memset(out, 0, sizeof(*out));
    reach(in, ahead, begin, false);
    reach(in, back, end, true);
    for (size_t i = in->first; i < net->n_edges; i++) {
        const struct net_edge *e = &net->edge[i];

        if (e->kind != NET_SET || (side != SIDE_LAST && !ahead[e->from]) ||
            (side != SIDE_FIRST && !back[e->to]))
            continue;
        for (unsigned c = 0; c < 256; c++)
            out->has[c] |= net->set[e->set].has[c];
        some = true;
    }
    if (side != SIDE_ALONE && ahead[end])
        some = false;
    free(ahead);
    return some;
}

static void negate(struct byteset *s)
{
    for (unsigned c = 0; c < 256; c++)
        s->has[c] = !s->has[c];
}

/* A look-around whose inside begins at m->p. */
static unsigned look(struct maker *m, unsigned from, bool behind, bool not )
{
    enum side side = not ? SIDE_ALONE : behind ? SIDE_LAST : SIDE_FIRST;
    struct inside in = {m->net, m->net->n_edges, not };
    size_t n_nodes = m->net->n_nodes;
    unsigned begin = node(m), end;
    struct net_edge *e;
    struct byteset s;
    bool known;

    m->look++;
    end = alternatives(m, begin, false);
    m->look--;
    known = !m->full && side_of(&in, begin, end, side, &s);
    m->net->n_nodes = n_nodes;
    m->net->n_edges = in.first;
    if (not )
        negate(&s);
    end = node(m);
    e = join(m, from, end, !known ? NET_FREE : behind ? NET_PREV : NET_NEXT);
    e->loose = true;
    if (known)
        e->set = set_of(m, &s);
    return end;
}

/* \b: letters and the like on one side alone; \B: on both, or on none. */
static unsigned edge_of_word(struct maker *m, unsigned from, bool not )
{
    const char *w = "\\w";
    unsigned to = node(m), mid;
    struct byteset s[2];

    expr_escape(&w, &s[0]);
    s[1] = s[0];
    negate(&s[1]);
    for (unsigned i = 0; i < 2; i++) {
        mid = node(m);
        join(m, from, mid, NET_PREV)->set = set_of(m, &s[i]);
        join(m, mid, to, NET_NEXT)->set = set_of(m, &s[not ? i : !i]);
    }
    return to;
}

/* ---- parts ---- */

/* Behind the bytes, class or group at p. */
static const char *skip_atom(const char *p)
{
    struct byteset s;
    unsigned depth = 0;

    do {
        if (*p == '\\' && expr_is_edge(p))
            p += 2;
        else if (*p == '\\')
            expr_escape(&p, &s);
        else if (*p == '[')
            expr_class(&p, &s);
        else
            depth += (*p == '(') - (*p == ')'), p++;
    } while (depth && *p);
    return p;
}

/* How a group begins: the bytes behind (. */
static size_t opening(const char *p)
{
    return p[1] != '?' ? 1 : p[2] == '<' ? 4 : 3;
}

static bool is_look(const char *p)
{
    return p[0] == '(' && p[1] == '?' && p[2] != ':';
}

/* From p on, all that follows in its sequence takes no byte. */
static bool takes_nothing(const char *p)
{
    while (*p && *p != '|' && *p != ')') {
        if (!is_look(p) && !expr_is_edge(p))
            return false;
        p = skip_atom(p);
    }
    return true;
}

/* One part, without its repeat. */
static unsigned atom(struct maker *m, unsigned from, bool tail)
{
    const char *open = m->p;
    struct byteset s = {{0}};
    unsigned to;

    switch (*open) {
    case '(':
        m->p += opening(open);
        to = is_look(open) ? look(m, from, open[2] == '<',
                                  open[open[2] == '<' ? 3 : 2] == '!')
                           : alternatives(m, from, tail);
        m->p++;
        return to;
    case '[':
        expr_class(&m->p, &s);
        break;
    case '\\':
        if (expr_is_edge(open)) {
            m->p += 2;
            return edge_of_word(m, from, open[1] == 'B');
        }
        expr_escape(&m->p, &s);
        break;
    case '.':
        s.has['\n'] = 1;
        negate(&s);
        m->p++;
        break;
    default:
        s.has[(unsigned char)*m->p++] = 1;
    }
    return one_byte(m, from, &s, open[0] == '[' && open[1] == '^');
}

static void bounds(const char **p, unsigned *lo, unsigned *hi)
{
    *lo = *hi = 1;
    if (**p == '{') {
        expr_bounds(p, lo, hi);
    } else if (**p == '?') {
        *lo = 0;
        ++*p;
    } else {
        return;
    }
    if (**p == '?' || **p == '+') /* lazy, possessive */
        ++*p;
}

/* One part, as often as it says. */
static unsigned part(struct maker *m, unsigned from, bool tail)
{
    const char *begin = m->p, *end = skip_atom(begin);
    unsigned lo, hi, to;

    bounds(&end, &lo, &hi);
    if (lo == 1 && hi == 1) {
        from = atom(m, from, tail && takes_nothing(end));
    } else {
        for (unsigned i = 0; i < lo && i < TIMES_MAX; i++) {
            m->p = begin;
            from = atom(m, from, false);
        }
        if (lo > TIMES_MAX || hi - lo > OPTIONAL_MAX) {
            to = node(m);
            join(m, from, to, NET_FREE);
            m->p = begin;
            join(m, atom(m, to, false), to, NET_FREE);
            from = to;
        } else {
            for (unsigned i = lo; i < hi; i++) {
                to = node(m);
                join(m, from, to, NET_FREE);
                m->p = begin;
                join(m, atom(m, from, false), to, NET_FREE);
                from = to;
            }
        }
    }
    m->p = end;
    return from;
}

/* Nothing behind it takes a byte: a way goes into the look-ahead at p, and
 * ends there. */
static unsigned go_into(struct maker *m, unsigned from, const char *p)
{
    const char *was = m->p;

    m->p = p + opening(p);
    m->look++;
    join(m, alternatives(m, from, true), m->net->end, NET_FREE);
    m->look--;
    m->p = was;
    return node(m);
}

static unsigned sequence(struct maker *m, unsigned from, bool tail)
{
    const char *into = NULL;

    while (*m->p && *m->p != '|' && *m->p != ')' && !m->full) {
        if (tail && !strncmp(m->p, "(?=", 3) && takes_nothing(m->p))
            into = m->p;
        from = part(m, from, tail);
    }
    return into ? go_into(m, from, into) : from;
}

static unsigned alternatives(struct maker *m, unsigned from, bool tail)
{
    unsigned to = node(m);

    for (;;) {
        join(m, sequence(m, from, tail), to, NET_FREE);
        if (*m->p != '|' || m->full)
            return to;
        m->p++;
    }
}

bool net_make(struct net *net, const char *pattern)
{
    struct maker m = {.net = net, .p = pattern};

    memset(net, 0, sizeof(*net));
    if (!strncmp(pattern, "(?i)", 4)) {
        m.fold = true;
        m.p += 4;
    }
    net->begin = node(&m);
    net->end = node(&m);
    join(&m, alternatives(&m, net->begin, true), net->end, NET_FREE);
    return !m.full;
}

void net_done(struct net *net)
{
    free(net->edge);
    free(net->set);
    memset(net, 0, sizeof(*net));
}
