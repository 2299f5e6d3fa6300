#include "redact/around.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "redact/net.h"

#define STATES_MAX 128u /* of one automaton; what goes on behind passes */

enum { NOTHING = -1, ANYTHING = -2 };

/* One way through the net, and its automaton. */
struct way {
    const struct net *net;
    bool back;
    size_t *first; /* of the edges that leave a node */
    uint32_t *edge;
    size_t size; /* of a set of nodes, in words of 64 */
    unsigned goal;
    uint16_t *stack;
    /* A byte that conditions are held against, in either case where two are
     * given, or NOTHING: not passed yet, or ANYTHING: passed. */
    int near[2];         /* the byte that was taken last */
    int far;             /* that comes next, */
    bool or_token;       /* or the end of a token */
    const uint64_t *old; /* NULL, or what was closed for the byte before */
    unsigned n_states;
    uint64_t *state; /* sets of nodes; the first two are not used */
    unsigned char next[STATES_MAX][256];
};

static unsigned from_of(const struct way *w, const struct net_edge *e)
{
    return w->back ? e->to : e->from;
}

static unsigned to_of(const struct way *w, const struct net_edge *e)
{
    return w->back ? e->from : e->to;
}

static void way_init(struct way *w, const struct net *net, bool back)
{
    size_t *at;

    w->net = net;
    w->back = back;
    w->goal = back ? net->begin : net->end;
    w->size = (net->n_nodes + 63) / 64;
    w->first = xcalloc(net->n_nodes + 2, sizeof(*w->first));
    w->edge = xcalloc(net->n_edges + 1, sizeof(*w->edge));
    w->stack = xcalloc(net->n_nodes + 1, sizeof(*w->stack));
    w->state = xcalloc(STATES_MAX * w->size, sizeof(*w->state));
    w->n_states = 2;
    at = w->first + 1;
    for (size_t i = 0; i < net->n_edges; i++)
        at[from_of(w, &net->edge[i]) + 1]++;
    for (size_t i = 0; i < net->n_nodes; i++)
        at[i + 1] += at[i];
    for (size_t i = 0; i < net->n_edges; i++)
        w->edge[at[from_of(w, &net->edge[i])]++] = (uint32_t)i;
}

static void way_done(struct way *w)
{
    free(w->first);
    free(w->edge);
    free(w->stack);
    free(w->state);
}

/* ---- sets of nodes ---- */

static bool has(const uint64_t *set, unsigned n)
{
    return set[n / 64] >> n % 64 & 1;
}

static bool in_set(const struct way *w, const struct net_edge *e, int c)
{
    return w->net->set[e->set].has[(unsigned char)c];
}

static bool may_pass(const struct way *w, const struct net_edge *e)
{
    bool near = e->kind == (w->back ? NET_NEXT : NET_PREV);

    if (e->kind == NET_FREE)
        return true;
    if (e->kind == NET_SET)
        return false;
    if (near && w->old && has(w->old, from_of(w, e)))
        return false; /* else it would be in the set */
    if (near)
        return w->near[0] == ANYTHING || in_set(w, e, w->near[0]) ||
               in_set(w, e, w->near[1]);
    if (w->far < 0)
        return w->far == ANYTHING;
    return in_set(w, e, w->far) || (w->or_token && in_set(w, e, ']'));
}

/* Puts the nodes of a set on the stack. */
static size_t stack_set(struct way *w, const uint64_t *set)
{
    size_t n = 0;

    for (size_t i = 0; i < w->size; i++)
        for (uint64_t bits = set[i]; bits; bits &= bits - 1) {
            size_t at = 64 * i + (size_t)__builtin_ctzll(bits);

            if (at < w->net->n_nodes)
                w->stack[n++] = (uint16_t)at;
        }
    return n;
}

/* Adds all nodes that need no byte more. */
static void close_set(struct way *w, uint64_t *set)
{
    size_t n = stack_set(w, set);

    while (n) {
        unsigned from = w->stack[--n];

        for (size_t i = w->first[from]; i < w->first[from + 1]; i++) {
            const struct net_edge *e = &w->net->edge[w->edge[i]];
            unsigned to = to_of(w, e);

            if (has(set, to) || !may_pass(w, e))
                continue;
            set[to / 64] |= UINT64_C(1) << to % 64;
            w->stack[n++] = (uint16_t)to;
        }
    }
}

/* Where set gets to with c or d; only_words: over bytes of words alone. */
static bool take(struct way *w, const uint64_t *set, int c, int d,
                 bool only_words, uint64_t *out)
{
    size_t n = stack_set(w, set);
    bool some = false;

    memset(out, 0, w->size * sizeof(*out));
    while (n) {
        unsigned from = w->stack[--n];

        for (size_t i = w->first[from]; i < w->first[from + 1]; i++) {
            const struct net_edge *e = &w->net->edge[w->edge[i]];
            unsigned to = to_of(w, e);

            if (e->kind != NET_SET || (only_words && !e->word) ||
                (!in_set(w, e, c) && !in_set(w, e, d)))
                continue;
            out[to / 64] |= UINT64_C(1) << to % 64;
            some = true;
        }
    }
    return some;
}

/* ---- the automaton ---- */

/* The state of a set of nodes; with too many, what goes on passes. */
static unsigned state_of(struct way *w, const uint64_t *set)
{
    size_t bytes = w->size * sizeof(*set);

    if (has(set, w->goal))
        return AROUND_YES;
    for (unsigned i = 2; i < w->n_states; i++)
        if (!memcmp(w->state + i * w->size, set, bytes))
            return i;
    if (w->n_states == STATES_MAX)
        return AROUND_YES;
    memcpy(w->state + w->n_states * w->size, set, bytes);
    return w->n_states++;
}

/* The nodes of a state that c may follow.  What is before a match is held
 * against what stood there when the text was looked through; until it is
 * decided, a value may have become a token there (or_token). */
static void go_on(struct way *w, unsigned state, int c, bool or_token,
                  uint64_t *out)
{
    w->old = w->state + state * w->size;
    w->near[0] = w->near[1] = ANYTHING;
    w->far = c;
    w->or_token = or_token;
    memcpy(out, w->old, w->size * sizeof(*out));
    close_set(w, out);
    w->old = NULL;
    w->or_token = false;
}

static unsigned step(struct way *w, unsigned state, int c, uint64_t *tmp)
{
    uint64_t *out = tmp + w->size;

    go_on(w, state, c, w->back, tmp);
    if (has(tmp, w->goal))
        return AROUND_YES;
    go_on(w, state, c, false, tmp);
    if (!take(w, tmp, c, c, false, out))
        return AROUND_NO;
    w->near[0] = w->near[1] = c;
    w->far = NOTHING;
    close_set(w, out);
    return state_of(w, out);
}

/* Which case the byte i of a word must have, as set can take it. */
static void case_of(struct way *w, const uint64_t *set, unsigned i,
                    struct anchor_word *word, uint64_t *tmp)
{
    int c = (unsigned char)word->text[i];

    if (!islower(c))
        return;
    word->upper |= (unsigned)!take(w, set, c, c, true, tmp) << i;
    word->lower |= (unsigned)!take(w, set, toupper(c), toupper(c), true, tmp)
                   << i;
}

/* The state behind a word, or before it. */
static unsigned start(struct way *w, struct anchor_word *word, uint64_t *tmp)
{
    uint64_t *out = tmp + w->size;
    int c = 0;

    memset(tmp, 0xff, w->size * sizeof(*tmp));
    for (unsigned i = 0; i < word->len; i++) {
        c = (unsigned char)word->text[w->back ? word->len - 1 - i : i];
        if (!w->back)
            case_of(w, tmp, i, word, out);
        if (!take(w, tmp, c, toupper(c), true, out)) {
            word->upper = word->lower = 0;
            return AROUND_YES; /* never: the word is not of this net */
        }
        w->near[0] = w->near[1] = w->far = ANYTHING;
        if (i + 1 < word->len)
            close_set(w, out);
        memcpy(tmp, out, w->size * sizeof(*tmp));
    }
    w->near[0] = c;
    w->near[1] = toupper(c);
    w->far = NOTHING;
    close_set(w, tmp);
    return state_of(w, tmp);
}

/* Numbers the values anew, in the order in which they come; how many. */
static unsigned renumber(unsigned value[256])
{
    unsigned seen[2 * 256], n = 0;

    memset(seen, 0xff, sizeof(seen));
    for (unsigned c = 0; c < 256; c++) {
        if (seen[value[c]] == ~0u)
            seen[value[c]] = n++;
        value[c] = seen[value[c]];
    }
    return n;
}

/* Bytes that no edge tells apart. */
static unsigned classes_of(const struct net *net, unsigned class_of[256])
{
    unsigned n = 1;

    memset(class_of, 0, 256 * sizeof(*class_of));
    for (size_t i = 0; i < net->n_sets; i++) {
        for (unsigned c = 0; c < 256; c++)
            class_of[c] += net->set[i].has[c] ? n : 0;
        n = renumber(class_of);
    }
    return n;
}

/* All states that can be reached. */
static void fill(struct way *w, const unsigned class_of[256], unsigned n,
                 uint64_t *tmp)
{
    unsigned at[256];

    for (unsigned c = 256; c-- > 0;)
        at[class_of[c]] = c;
    for (unsigned s = 2; s < w->n_states; s++)
        for (unsigned k = 0; k < n; k++)
            w->next[s][k] = (unsigned char)step(w, s, (int)at[k], tmp);
}

static bool alike(const struct way w[2], unsigned a, unsigned b)
{
    for (unsigned k = 0; k < 2; k++)
        for (unsigned s = 2; s < w[k].n_states; s++)
            if (w[k].next[s][a] != w[k].next[s][b])
                return false;
    return true;
}

static const unsigned char *table_of(const struct way *w, unsigned n,
                                     const unsigned class_at[256])
{
    unsigned char *t = xcalloc(w->n_states, n);

    for (unsigned s = 2; s < w->n_states; s++)
        for (unsigned k = 0; k < n; k++)
            t[s * n + k] = w->next[s][class_at[k]];
    return t;
}

/* The tables, with those classes as one that no state tells apart. */
static void finish(const struct way w[2], const unsigned class_of[256],
                   unsigned n, struct anchor_around *out)
{
    unsigned char *classes = xmalloc(256);
    unsigned at[256], to[256], k;

    out->n = 0;
    for (unsigned i = 0; i < n; i++) {
        for (k = 0; k < out->n && !alike(w, at[k], i); k++)
            ;
        if (k == out->n)
            at[out->n++] = i;
        to[i] = k;
    }
    for (unsigned c = 0; c < 256; c++)
        classes[c] = (unsigned char)to[class_of[c]];
    out->class_of = classes;
    out->ahead = table_of(&w[0], out->n, at);
    out->behind = table_of(&w[1], out->n, at);
    out->n_ahead = w[0].n_states;
    out->n_behind = w[1].n_states;
}

void around_make(const char *pattern, struct anchor_word *word, size_t n,
                 struct anchor_around *out)
{
    struct way *w = xcalloc(2, sizeof(*w));
    unsigned class_of[256], n_classes;
    struct net net;
    uint64_t *tmp;

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < n; i++)
        word[i].ahead = word[i].behind = AROUND_YES;
    for (size_t i = 0; i < n; i++)
        word[i].upper = word[i].lower = 0;
    if (net_make(&net, pattern)) {
        n_classes = classes_of(&net, class_of);
        for (unsigned k = 0; k < 2; k++) {
            way_init(&w[k], &net, k > 0);
            tmp = xcalloc(2 * w[k].size, sizeof(*tmp));
            for (size_t i = 0; i < n; i++)
                *(k ? &word[i].behind : &word[i].ahead) =
                    (unsigned char)start(&w[k], &word[i], tmp);
            fill(&w[k], class_of, n_classes, tmp);
            free(tmp);
        }
        finish(w, class_of, n_classes, out);
        way_done(&w[0]);
        way_done(&w[1]);
    }
    net_done(&net);
    free(w);
}

void around_done(struct anchor_around *a)
{
    free((void *)(uintptr_t)a->class_of);
    free((void *)(uintptr_t)a->ahead);
    free((void *)(uintptr_t)a->behind);
    memset(a, 0, sizeof(*a));
}
