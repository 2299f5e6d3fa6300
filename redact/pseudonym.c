/* The stage.  As in stream.c, input is copied into a window and looked at only
 * when the window is full or the input has ended:
 *
 *      0 ... out ... pos ... len
 *
 * Bytes before out were passed on and stay for finders that look back; those
 * from out to pos were scanned, and FIND_BACK of them may still be replaced. */
#include "redact/pseudonym.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "redact/pseudonym_find.h"
#include "redact/redact.h"

#define WINDOW 32768

struct tools {
    struct tools *next;
    struct pseudonym_map *map;
    uint8_t window[WINDOW];
};

struct pseudonyms {
    struct pseudonym_keys *keys;
    struct names_known *names;
    bool public;
    pthread_mutex_t *lock; /* of idle */
    struct tools **idle;
};

struct pseudonymizer {
    struct sink sink;
    const struct pseudonyms *p;
    struct sink *next;
    struct tools *tools; /* NULL until the first byte */
    size_t out, pos, len;
    bool began;    /* bytes before the window were dropped */
    bool mid_word; /* pos is inside of a word longer than any that counts */
    uint64_t count;
    struct found found;
};

/* ---- what is shared ------------------------------------------------------ */

struct pseudonyms *pseudonyms_new(const uint8_t key[PSEUDONYM_KEY_SIZE],
                                  bool public)
{
    struct pseudonyms *p = xcalloc(1, sizeof(*p));

    p->keys = pseudonym_keys_new(key);
    p->names = names_known_new(p->keys);
    p->public = public;
    p->lock = xmalloc(sizeof(*p->lock));
    pthread_mutex_init(p->lock, NULL);
    p->idle = xcalloc(1, sizeof(*p->idle));
    if (public)
        find_hints(p->names);
    return p;
}

void pseudonyms_free(struct pseudonyms *p)
{
    struct tools *t;

    if (!p)
        return;
    while ((t = *p->idle)) {
        *p->idle = t->next;
        pseudonym_map_free(t->map);
        free(t);
    }
    names_known_free(p->names);
    pseudonym_keys_free(p->keys);
    pthread_mutex_destroy(p->lock);
    free(p->lock);
    free(p->idle);
    free(p);
}

bool pseudonyms_public(const struct pseudonyms *p)
{
    return p->public;
}

bool pseudonyms_learn(struct pseudonyms *p, enum pseudonym_kind kind,
                      const char *text, size_t len)
{
    return names_known_add(p->names, kind, text, len);
}

size_t pseudonyms_count(const struct pseudonyms *p)
{
    return names_known_count(p->names);
}

const char *pseudonyms_name(const struct pseudonyms *p, size_t i,
                            enum pseudonym_kind *kind)
{
    const struct name *n = names_known_at(p->names, i);

    *kind = n->kind;
    return n->text;
}

static struct tools *tools_get(const struct pseudonyms *p)
{
    struct tools *t;

    pthread_mutex_lock(p->lock);
    t = *p->idle;
    if (t)
        *p->idle = t->next;
    pthread_mutex_unlock(p->lock);
    if (!t) {
        t = xmalloc(sizeof(*t));
        t->map = pseudonym_map_new(p->keys);
    }
    return t;
}

static void tools_put(const struct pseudonyms *p, struct tools *t)
{
    pthread_mutex_lock(p->lock);
    t->next = *p->idle;
    *p->idle = t;
    pthread_mutex_unlock(p->lock);
}

/* ---- at one place -------------------------------------------------------- */

/* A word of digits, or of hexadecimal ones, by its length and by what follows
 * it. */
static bool find_by_form(const struct view *v, const struct word *w,
                         struct found *f)
{
    size_t n = w->end - w->i;
    int sep = at(v, w->end);

    if (n <= 4 && w->all & C_HEX && sep == ':')
        return find_mac(v, w, f) || find_ip6(v, w->i, f);
    if (n <= 4 && w->all & C_HEX && (sep == '.' || sep == '-')) {
        if (w->all & C_DIGIT && n <= 3 && sep == '.' && find_ip4(v, w, f))
            return true;
        if (w->all & C_DIGIT && n <= 3 && sep == '-' &&
            find_ip4_dashed(v, w, f))
            return true;
        return (n <= 3 && sep == '.' && find_arpa(v, w, f)) ||
               find_mac(v, w, f);
    }
    if (n >= 8 && n <= 33)
        return find_proc_net(v, w, f) || find_bare(v, w, f);
    return false;
}

/* Inside of a text in quotes or of a URL a word may begin with what belongs to
 * an escape: \n10.0.0.1, %3A10.0.0.1, \x2dhost; ESC [ 3 1 m. */
static size_t escape_len(const struct view *v, const struct word *w)
{
    int before = w->i ? at(v, w->i - 1) : -1;
    size_t n = w->end - w->i;

    if (before == '\\' && n > 1 && strchr("nrtbf", v->d[w->i]))
        return 1;
    if (before == '\\' && n > 3 && v->d[w->i] == 'x' &&
        is(v, w->i + 1, C_HEX) && is(v, w->i + 2, C_HEX))
        return 3;
    if (before == '\\' && n > 5 && v->d[w->i] == 'u')
        return 5;
    if (before == '%' && n > 2 && is(v, w->i, C_HEX) && is(v, w->i + 1, C_HEX))
        return 2;
    if (before == '[' || before == ';') {
        size_t i = w->i, k = w->i;

        while (is(v, i, C_DIGIT))
            i++;
        while (k && w->i - k < 16 &&
               (is(v, k - 1, C_DIGIT) || strchr("[;", v->d[k - 1])))
            k--;
        if (k && v->d[k - 1] == 0x1b && i < w->end)
            return i + 1 - w->i;
    }
    return 0;
}

/* 0x before a number, enx and wlx before a MAC. */
static bool has_prefix(const struct view *v, const struct word *w)
{
    size_t n = w->end - w->i;

    return n >= 14 && n <= 18 &&
           (v->d[w->i + 1] == 'x' || v->d[w->i + 2] == 'x');
}

static bool find_at(const struct view *v, struct word *w, struct found *f,
                    bool public)
{
    unsigned maybe = 0;

    if (public && (w->all & C_HEX || has_prefix(v, w)) && find_by_form(v, w, f))
        return true;
    if (w->i + 3 <= v->len)
        maybe = v->flags[names_prefix(v->d + w->i)];
    if (maybe & NAMES_HINT && find_hinted(v, w->i, f))
        return true;
    if (maybe & NAMES_LEARNED && find_name(v, w->i, f))
        return true;
    return false;
}

/* ---- scanning ------------------------------------------------------------ */

static int pass(struct pseudonymizer *s, size_t to, struct err *err)
{
    int rc = sink_write(s->next, s->tools->window + s->out, to - s->out, err);

    s->out = to;
    return rc;
}

static int replace(struct pseudonymizer *s, struct err *err)
{
    const struct found *f = &s->found;
    int rc = pass(s, f->start, err);

    if (!rc)
        rc = sink_write(s->next, f->text, f->n, err);
    s->out = s->pos = f->end;
    s->mid_word = false;
    s->count++;
    return rc;
}

/* A byte between words; true: *found is filled.  pos moves in any case. */
static bool find_between(struct pseudonymizer *s, const struct view *v)
{
    size_t i = s->pos, n;

    s->pos++;
    if (v->d[i] == '[') {
        n = redact_token_len((const char *)v->d + i, v->len - i);
        s->pos += n ? n - 1 : 0;
        return false;
    }
    if (!s->p->public)
        return false;
    if (v->d[i] == ':' && at(v, i + 1) == ':')
        return find_ip6(v, i, &s->found);
    if (v->d[i] == '@')
        return find_mail(v, i, &s->found);
    return v->d[i] == '\n' && find_log_host(v, i + 1, &s->found);
}

static bool find_word(struct pseudonymizer *s, const struct view *v, bool eof)
{
    struct word w = {.i = s->pos, .end = s->pos, .all = 0xff};
    size_t skip;

    while (w.end < v->len && find_class[v->d[w.end]] & C_ALNUM)
        w.all &= find_class[v->d[w.end++]];
    s->pos = w.end;
    s->mid_word = w.end == v->len && !eof;
    if (find_at(v, &w, &s->found, s->p->public))
        return true;
    skip = escape_len(v, &w);
    if (!skip)
        return false;
    w.i += skip;
    w.all = 0xff;
    for (size_t k = w.i; k < w.end; k++)
        w.all &= find_class[v->d[k]];
    return find_at(v, &w, &s->found, s->p->public);
}

static int scan(struct pseudonymizer *s, bool eof, struct err *err)
{
    size_t limit = eof ? s->len : s->len > FIND_AHEAD ? s->len - FIND_AHEAD : 0;
    struct view v = {
        .d = s->tools->window,
        .len = s->len,
        .map = s->tools->map,
        .keys = s->p->keys,
        .names = s->p->names,
        .flags = names_known_flags(s->p->names),
    };
    int rc = 0;

    while (s->mid_word && s->pos < s->len)
        if (find_class[v.d[s->pos]] & C_ALNUM)
            s->pos++;
        else
            s->mid_word = false;
    if (!s->began && !s->pos && limit && s->p->public) {
        v.least = 0;
        if (find_log_host(&v, 0, &s->found))
            rc = replace(s, err);
    }
    while (!rc && s->pos < limit) {
        bool found;

        v.least = s->out;
        found = find_class[v.d[s->pos]] & C_ALNUM ? find_word(s, &v, eof)
                                                  : find_between(s, &v);
        if (found)
            rc = replace(s, err);
    }
    return rc;
}

/* Moves the window so that new bytes have room. */
static int move(struct pseudonymizer *s, struct err *err)
{
    size_t from = s->pos > FIND_BACK ? s->pos - FIND_BACK : 0;
    uint8_t *w = s->tools->window;
    int rc = 0;

    if (s->out < from)
        rc = pass(s, from, err);
    memmove(w, w + from, s->len - from);
    s->out -= from;
    s->pos -= from;
    s->len -= from;
    s->began |= from > 0;
    return rc;
}

static int stage_write(struct sink *sink, const void *data, size_t n,
                       struct err *err)
{
    struct pseudonymizer *s = (struct pseudonymizer *)sink;
    const uint8_t *p = data;
    int rc;

    if (!s->tools)
        s->tools = tools_get(s->p);
    while (n) {
        size_t k = WINDOW - s->len;

        if (k > n)
            k = n;
        memcpy(s->tools->window + s->len, p, k);
        s->len += k;
        p += k;
        n -= k;
        if (s->len < WINDOW)
            break;
        rc = scan(s, false, err);
        if (!rc)
            rc = move(s, err);
        if (rc)
            return rc;
    }
    return 0;
}

static int stage_close(struct sink *sink, struct err *err)
{
    struct pseudonymizer *s = (struct pseudonymizer *)sink;
    int rc = 0, rc2;

    if (s->tools) {
        rc = scan(s, true, err);
        if (!rc)
            rc = pass(s, s->len, err);
    }
    rc2 = sink_close(s->next, rc ? NULL : err);
    return rc ? rc : rc2;
}

static void stage_free(struct sink *sink)
{
    struct pseudonymizer *s = (struct pseudonymizer *)sink;

    if (!s)
        return;
    if (s->tools)
        tools_put(s->p, s->tools);
    sink_free(s->next);
    free(s);
}

static const struct sink_ops stage_ops = {stage_write, stage_close, stage_free};

struct pseudonymizer *pseudonymizer_new(const struct pseudonyms *p,
                                        struct sink *next)
{
    struct pseudonymizer *s = xcalloc(1, sizeof(*s));

    s->sink.ops = &stage_ops;
    s->p = p;
    s->next = next;
    return s;
}

struct sink *pseudonymizer_sink(struct pseudonymizer *s)
{
    return &s->sink;
}

uint64_t pseudonymizer_count(const struct pseudonymizer *s)
{
    return s->count;
}
