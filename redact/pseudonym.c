/* The stage.  As in stream.c, input is copied into a window and looked at only
 * when the window is full or the input has ended:
 *
 *      0 ... out ... pos ... len
 *
 * Bytes before out were passed on and stay for finders that look back; those
 * from out to pos were scanned, and FIND_BACK of them may still be replaced. */
#include "redact/pseudonym.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "redact/pseudonym_classes.h"
#include "redact/pseudonym_find.h"
#include "redact/pseudonym_spell.h"
#include "redact/pseudonym_watch.h"
#include "redact/redact.h"

#define WINDOW 32768
#define WORD_MAX 34 /* 0x and the name of a volume */

struct tools {
    struct tools *next;
    struct pseudonym_map *map;
    uint8_t window[WINDOW];
    uint8_t made[WINDOW]; /* what goes to the next stage */
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
    size_t n_made;
    bool began; /* bytes before the window were dropped */
    bool keep_keys;
    bool fresh; /* pos begins a word, whatever stands before it */
    uint64_t count;
    pseudonymizer_fn *tell; /* or NULL */
    void *tell_arg;
    uint64_t
        lines; /* before the window; counted if there is somebody to tell */
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

bool pseudonyms_full(const struct pseudonyms *p)
{
    return names_known_full(p->names);
}

bool pseudonyms_learn_network(struct pseudonyms *p, const char *text,
                              size_t len)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = memchr(text, '/', len);
    size_t n = slash ? (size_t)(slash - text) : 0;
    unsigned bits = 0, digits = 0;
    uint8_t ip[16];
    bool six;

    if (!n || n >= sizeof(address))
        return false;
    memcpy(address, text, n);
    address[n] = '\0';
    for (n++; n < len && find_class[(uint8_t)text[n]] & C_DIGIT; n++) {
        bits = 10 * bits + (unsigned)(text[n] - '0');
        if (++digits > 3)
            return false;
    }
    six = memchr(address, ':', strlen(address)) != NULL;
    return digits && n == len &&
           inet_pton(six ? AF_INET6 : AF_INET, address, ip) == 1 &&
           pseudonym_keys_network(p->keys, ip, six, bits);
}

void pseudonyms_spell(struct pseudonyms *p, const uint8_t *ip, size_t n)
{
    pseudonym_spell(p->keys, p->names, ip, n);
}

void pseudonyms_watch(struct pseudonyms *p, const uint8_t *id, size_t n)
{
    if (!pseudonym_keys_watched(p->keys))
        pseudonym_keys_watch(p->keys, pseudonym_watch_new());
    pseudonym_watch_add(pseudonym_keys_watched(p->keys), id, n);
    if (n > 4)
        pseudonym_watch_add(pseudonym_keys_watched(p->keys), id + n - 3, 3);
}

uint64_t pseudonyms_seen(const struct pseudonyms *p)
{
    const struct pseudonym_watch *w = pseudonym_keys_watched(p->keys);

    return w ? pseudonym_watch_seen(w) : 0;
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
    return n->cut ? NULL : n->text;
}

size_t pseudonyms_find(const struct pseudonyms *p, const char *text, size_t len)
{
    const struct name *n =
        names_known_find(p->names, (const uint8_t *)text, len);

    return n && n->len == len ? (size_t)(n - names_known_at(p->names, 0))
                              : SIZE_MAX;
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

/* Whether more of an address may follow a few digits; most numbers end here.
 * The i is that of in-addr.arpa and ip6.arpa. */
static bool goes_on(const struct view *v, size_t end)
{
    int sep = at(v, end), next = at(v, end + 1);

    return (sep == ':' || sep == '.' || sep == '-') &&
           (is(v, end + 1, C_HEX) || next == ':' || (next | 0x20) == 'i');
}

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
    if (n >= 8 && n <= 34)
        return find_proc_net(v, w, f) || find_bare(v, w, f);
    return false;
}

/* Inside of a text in quotes or of a URL a word may begin with what belongs to
 * an escape: \n10.0.0.1, %3A10.0.0.1, \x2dhost; ESC [ 3 1 m.  Or with 0x, or
 * ip. */
static size_t escape_len(const struct view *v, size_t i)
{
    int before = i ? v->d[i - 1] : -1;
    size_t end = i, k = i;

    if (v->d[i] == '0' && at(v, i + 1) == 'x')
        return 2;
    if (v->d[i] == 'i' && at(v, i + 1) == 'p' && is(v, i + 2, C_DIGIT))
        return 2;
    if (before != '\\' && before != '%' && before != '[' && before != ';')
        return 0;
    while (is(v, end, C_ALNUM) && end - i < 6)
        end++;
    if (before == '\\')
        return end - i > 1 && strchr("nrtbf", v->d[i]) ? 1
               : end - i > 3 && v->d[i] == 'x' && is(v, i + 1, C_HEX) &&
                       is(v, i + 2, C_HEX)
                   ? 3
               : end - i > 5 && v->d[i] == 'u' ? 5
                                               : 0;
    if (before == '%')
        return end - i > 2 && is(v, i, C_HEX) && is(v, i + 1, C_HEX) ? 2 : 0;
    for (end = i; is(v, end, C_DIGIT);)
        end++;
    while (k && i - k < 16 &&
           (is(v, k - 1, C_DIGIT) || strchr("[;", v->d[k - 1])))
        k--;
    return k && v->d[k - 1] == 0x1b && is(v, end, C_ALNUM) ? end + 1 - i : 0;
}

/* A word that begins with so many hexadecimal digits: if it has no others, or
 * 0x, enx or wlx stands before a number. */
static bool find_number(const struct view *v, size_t i, size_t digits,
                        struct found *f)
{
    struct word w = {.i = i, .end = i + digits, .all = 0xff};

    if (is(v, w.end, C_ALNUM)) {
        if (digits > 2 || (at(v, i + 1) != 'x' && at(v, i + 2) != 'x'))
            return false;
        while (is(v, w.end, C_ALNUM) && w.end - i <= WORD_MAX)
            w.end++;
        if (w.end - i < 14 || w.end - i > WORD_MAX)
            return false;
    } else if (digits < 8 && !goes_on(v, w.end)) {
        return false;
    }
    for (size_t k = i; k < w.end; k++)
        w.all &= find_class[v->d[k]];
    return find_by_form(v, &w, f);
}

/* digits: how many hexadecimal ones the word at i begins with. */
static bool find_at(const struct view *v, size_t i, size_t digits, bool public,
                    struct found *f)
{
    unsigned maybe = 0;

    if (public && (digits || at(v, i) == 'w') && find_number(v, i, digits, f))
        return true;
    if (i + 3 <= v->len)
        maybe = names_known_maybe(v->flags, v->d + i);
    if (maybe & NAMES_HINT && find_hinted(v, i, f))
        return true;
    return maybe & NAMES_LEARNED && find_name(v, i, f);
}

/* ---- scanning ------------------------------------------------------------ */

static int flush(struct pseudonymizer *s, struct err *err)
{
    size_t n = s->n_made;

    s->n_made = 0;
    return n ? sink_write(s->next, s->tools->made, n, err) : 0;
}

/* Of few bytes many times: they go on in larger pieces. */
static int put(struct pseudonymizer *s, const void *data, size_t n,
               struct err *err)
{
    int rc = 0;

    if (n > WINDOW - s->n_made)
        rc = flush(s, err);
    memcpy(s->tools->made + s->n_made, data, n);
    s->n_made += n;
    return rc;
}

static int pass(struct pseudonymizer *s, size_t to, struct err *err)
{
    int rc = put(s, s->tools->window + s->out, to - s->out, err);

    s->out = to;
    return rc;
}

static uint64_t count_lines(const uint8_t *p, size_t n)
{
    const uint8_t *end = p + n;
    uint64_t lines = 0;

    for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
        lines++;
    return lines;
}

static int replace(struct pseudonymizer *s, struct err *err)
{
    const struct found *f = &s->found;
    /* A netmask, 127.0.0.1: found, and itself. */
    bool same = f->n == f->end - f->start &&
                !memcmp(s->tools->window + f->start, f->text, f->n);
    int rc;

    if (s->tell && !same)
        s->tell(s->tell_arg,
                1 + s->lines + count_lines(s->tools->window, f->start));
    rc = pass(s, f->start, err);
    if (!rc)
        rc = put(s, f->text, f->n, err);
    s->out = s->pos = f->end;
    s->fresh = true;
    s->count += !same;
    return rc;
}

/* A byte between words; true: *found is filled.  A token is passed over, to
 * *end. */
static bool find_mark(struct pseudonymizer *s, const struct view *v, size_t i,
                      size_t *end)
{
    if (v->d[i] == '[') {
        *end = i + redact_token_len((const char *)v->d + i, v->len - i);
        return false;
    }
    if (v->d[i] >= NAMES_LEAD_BYTE)
        return find_at(v, i, 0, false, &s->found);
    if (!s->p->public)
        return false;
    if (v->d[i] == ':')
        return at(v, i + 1) == ':' && find_ip6(v, i, &s->found);
    if (v->d[i] == '@')
        return find_mail(v, i, &s->found);
    return find_line(v, i + 1, &s->found);
}

/* hex: of the bytes from i on, as far as they were classified. */
static bool find_word(struct pseudonymizer *s, const struct view *v, size_t i,
                      uint64_t hex)
{
    size_t digits = ~hex ? (size_t)__builtin_ctzll(~hex) : BLOCK, skip;

    while (digits && is(v, i + digits, C_HEX))
        digits++;
    if (find_at(v, i, digits, s->p->public, &s->found))
        return true;
    skip = escape_len(v, i);
    if (!skip)
        return false;
    for (i += skip, digits = 0; is(v, i + digits, C_HEX);)
        digits++;
    return find_at(v, i, digits, s->p->public, &s->found);
}

/* Most words, as the one at k of the n bytes at from, can be neither a number
 * nor a name nor a hint, nor begin with a part of an escape: what find_word
 * would look for.  Of one that goes on behind them nothing is known yet. */
static bool is_plain(const struct view *v, size_t from, size_t n, unsigned k,
                     const struct classes *c)
{
    uint64_t others = ~(c->hex >> k);
    size_t digits = others ? (size_t)__builtin_ctzll(others) : BLOCK;
    size_t i = from + k;
    const uint8_t *p = v->d + i, *behind = p + digits;

    if (digits > 7 || k + digits >= n || i + BLOCK > v->len || *p == 'w' ||
        *p == 'i' || c->escapes >> k & 1)
        return false;
    if (digits && (*behind == ':' || *behind == '.' || *behind == '-' ||
                   p[1] == 'x' || p[2] == 'x'))
        return false;
    return !names_known_maybe(v->flags, p);
}

/* Looks at the next bytes, 64 at most; true: *found is filled.  pos moves in
 * any case. */
static bool scan_block(struct pseudonymizer *s, struct view *v, size_t limit)
{
    size_t from = s->pos, n = limit - from < BLOCK ? limit - from : BLOCK;
    struct classes c = classify(v->d + from, n);
    uint64_t starts;
    bool inside = from && !s->fresh && is(v, from - 1, C_ALNUM);

    starts = (c.words & ~(c.words << 1 | inside)) | c.marks;
    c.escapes = c.escapes << 1 | (from && strchr("\\%[;", v->d[from - 1]));
    s->fresh = false;
    s->pos = from + n;
    v->least = s->out;
    for (; starts; starts &= starts - 1) {
        unsigned k = (unsigned)__builtin_ctzll(starts);
        size_t i = from + k, end = i;

        if (!(c.marks >> k & 1) && is_plain(v, from, n, k, &c))
            continue;
        if ((c.marks >> k & 1 ? find_mark(s, v, i, &end)
                              : find_word(s, v, i, c.hex >> k)) &&
            !(s->keep_keys && find_is_key(v, s->found.start, s->found.end)))
            return true;
        if (end > i) {
            s->pos = end;
            return false;
        }
    }
    return false;
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

    if (!s->began && !s->pos && limit && s->p->public &&
        find_line(&v, 0, &s->found))
        rc = replace(s, err);
    while (!rc && s->pos < limit)
        if (scan_block(s, &v, limit))
            rc = replace(s, err);
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
    if (s->tell)
        s->lines += count_lines(w, from);
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

int pseudonymizer_part(struct pseudonymizer *s, struct err *err)
{
    int rc;

    if (!s->tools)
        return 0;
    rc = scan(s, true, err);
    if (!rc)
        rc = pass(s, s->len, err);
    if (s->tell)
        s->lines += count_lines(s->tools->window, s->len);
    s->out = s->pos = s->len = 0;
    s->began = false;
    return rc ? rc : flush(s, err);
}

static int stage_close(struct sink *sink, struct err *err)
{
    struct pseudonymizer *s = (struct pseudonymizer *)sink;
    int rc = pseudonymizer_part(s, err);
    int rc2 = sink_close(s->next, rc ? NULL : err);

    return rc ? rc : rc2;
}

static void stage_free(struct sink *sink)
{
    struct pseudonymizer *s = (struct pseudonymizer *)sink;

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

void pseudonymizer_keep_keys(struct pseudonymizer *s)
{
    s->keep_keys = true;
}

void pseudonymizer_tell(struct pseudonymizer *s, pseudonymizer_fn *fn,
                        void *arg)
{
    s->tell = fn;
    s->tell_arg = arg;
}

uint64_t pseudonymizer_count(const struct pseudonymizer *s)
{
    return s->count;
}
