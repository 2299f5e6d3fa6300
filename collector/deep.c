#include "collector/deep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/gather/gather.h"
#include "collector/made.h"
#include "collector/own.h"
#include "collector/rules.h"
#include "redact/embedded.h"

/* No multiple of the usual window, nor of what is read at once. */
#define WINDOW 40009u

struct deep {
    struct redact_rules *rules;
    struct own *names; /* of this host; NULL: it has no key */
    deep_found_fn *found;
    void *arg;
    /* the member */
    const char *name;
    bool is_name; /* not what is in it */
    bool own;     /* the manifest and the like; see plain() */
    unsigned key, escape;
    enum { COUNT_NO, COUNT_NAME, COUNT_NUMBER } count;
    struct redactor *r;
    struct embedded *embedded; /* looks at what comes out of r */
    uint64_t n_embedded;
    uint64_t *hits; /* those that were told */
    uint64_t unscannable;
    uint64_t newlines; /* in what has come out */
    uint64_t gone;     /* in what was hidden, before this place */
};

/* ---- what comes out of the redactor -------------------------------------- */

struct deep_sink {
    struct sink sink;
    struct deep *d; /* NULL: nobody looks at it */
};

static uint64_t line_now(const struct deep *d)
{
    return d->is_name ? 0 : 1 + d->newlines + d->gone;
}

static void tell_opaque(struct deep *d)
{
    const char *what = embedded_all(d->embedded);
    char rule[64];

    if (embedded_count(d->embedded) == d->n_embedded)
        return;
    d->n_embedded = embedded_count(d->embedded);
    snprintf(rule, sizeof(rule), DEEP_OPAQUE "%s", what ? what : "");
    d->found(d->arg, d->name, what ? 1 : line_now(d), rule);
}

/* Between two writes there is at most one hit. */
static void tell(struct deep *d)
{
    const uint64_t *hits = redactor_hits(d->r);
    uint64_t line = line_now(d);

    for (size_t i = 0; i < redact_rules_count(d->rules); i++) {
        if (hits[i] != d->hits[i])
            d->found(d->arg, d->name, line, redact_rule_name(d->rules, i));
        d->hits[i] = hits[i];
    }
    if (redactor_unscannable(d->r) != d->unscannable)
        d->found(d->arg, d->name, line, "unscannable");
    d->unscannable = redactor_unscannable(d->r);
}

static int deep_write(struct sink *s, const void *data, size_t n,
                      struct err *err)
{
    struct deep *d = ((struct deep_sink *)s)->d;
    const char *p = data, *end = p + n;

    (void)err;
    if (!d)
        return 0;
    tell(d);
    sink_write(embedded_sink(d->embedded), data, n, NULL);
    tell_opaque(d);
    d->gone = redactor_lines_gone(d->r);
    while ((p = memchr(p, '\n', (size_t)(end - p)))) {
        d->newlines++;
        p++;
    }
    return 0;
}

static int deep_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void deep_sink_free(struct sink *s)
{
    free(s);
}

static struct sink *sink_to(struct deep *d)
{
    static const struct sink_ops ops = {deep_write, deep_close, deep_sink_free};
    struct deep_sink *s = xcalloc(1, sizeof(*s));

    s->sink.ops = &ops;
    s->d = d;
    return &s->sink;
}

static void drop(struct deep *d)
{
    if (d->r)
        sink_free(redactor_sink(d->r));
    if (d->embedded)
        sink_free(embedded_sink(d->embedded));
    d->r = NULL;
    d->embedded = NULL;
}

/* ---- names and members --------------------------------------------------- */

static void begin(struct deep *d, const char *name, bool is_name, bool own)
{
    d->name = name;
    d->is_name = is_name;
    d->own = own;
    own_begin(d->names, name, is_name, is_name || own || made_text(name));
    d->r = redactor_new(d->rules, sink_to(d));
    d->embedded = embedded_new(sink_to(NULL));
    memset(d->hits, 0, redact_rules_count(d->rules) * sizeof(*d->hits));
    d->unscannable = d->n_embedded = d->newlines = d->gone = 0;
    d->key = d->escape = 0;
    d->count = COUNT_NO;
}

/* The sinks of ours never fail. */
static void scan(struct deep *d, const void *data, size_t n)
{
    sink_write(redactor_sink(d->r), data, n, NULL);
    own_feed(d->names, data, n);
}

/* Names of rules with their numbers are no passwords, though they look like
 * them: {"password":1}.  False at what is neither. */
static bool is_count(struct deep *d, char c)
{
    bool lower = (c >= 'a' && c <= 'z') || c == '-' || c == '"';
    bool digit = c >= '0' && c <= '9';

    if (c == ':' || c == ',')
        d->count = c == ':' ? COUNT_NUMBER : COUNT_NAME;
    else if (!digit && (!lower || d->count != COUNT_NAME))
        d->count = COUNT_NO;
    return d->count != COUNT_NO;
}

/* A byte of a text of our own, which tells of members and rules: the counts of
 * redactions are left out, and the brackets of a token in a member's name are
 * as they were.  Returns how many bytes went to out. */
static size_t plain(struct deep *d, char c, char out[3])
{
    static const char key[] = "\"redactions\":{", bracket[] = "%5";
    size_t n;

    if (d->count != COUNT_NO && is_count(d, c))
        return 0;
    d->key = c == key[d->key] ? d->key + 1 : c == key[0];
    if (!key[d->key]) {
        d->key = 0;
        d->count = COUNT_NAME;
    }
    if (d->escape == 2 && (c == 'B' || c == 'D')) {
        out[0] = c == 'B' ? '[' : ']';
        d->escape = 0;
        return 1;
    }
    if (d->escape < 2 && c == bracket[d->escape]) {
        d->escape++;
        return 0;
    }
    n = d->escape;
    memcpy(out, bracket, n);
    d->escape = c == bracket[0];
    if (!d->escape)
        out[n++] = c;
    return n;
}

void deep_feed(struct deep *d, const void *data, size_t n)
{
    const char *p = data;
    char out[1024];
    size_t k = 0;

    if (!d->own) {
        scan(d, data, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        k += plain(d, p[i], out + k);
        if (k + 3 > sizeof(out) || i + 1 == n) {
            scan(d, out, k);
            k = 0;
        }
    }
}

void deep_end(struct deep *d)
{
    if (d->own)
        scan(d, "%5", d->escape);
    sink_close(redactor_sink(d->r), NULL);
    tell(d);
    sink_close(embedded_sink(d->embedded), NULL);
    tell_opaque(d);
    own_end(d->names);
    drop(d);
}

void deep_name(struct deep *d, const char *name)
{
    char *plain = xstrdup(name);

    str_percent_decode(plain);
    begin(d, name, true, false);
    deep_feed(d, plain, strlen(plain));
    deep_end(d);
    free(plain);
}

void deep_begin(struct deep *d, const char *member)
{
    deep_name(d, member);
    begin(d, member, false, !strchr(member, '/'));
}

void deep_text(struct deep *d, const char *name, const char *text)
{
    begin(d, name, false, false);
    scan(d, text, strlen(text));
    deep_end(d);
}

/* ---- this host's names --------------------------------------------------- */

static void found_own(void *arg, const char *member, uint64_t line)
{
    struct deep *d = arg;

    d->found(d->arg, member, line, DEEP_OWN);
}

void deep_head(struct deep *d, const struct manifest_head *head)
{
    own_head(d->names, head);
}

bool deep_knows_names(const struct deep *d)
{
    return own_is_ours(d->names);
}

char *const *deep_missed(const struct deep *d)
{
    return own_missed(d->names);
}

/* ---- the rules ----------------------------------------------------------- */

int deep_new(const struct options *opt, struct control *ctl,
             deep_found_fn *found, void *arg, struct deep **out,
             struct err *err)
{
    /* Nobody sees a token that is made here, so any key will do. */
    struct redact_opts opts = {.engine = REDACT_ENGINE_CHECK,
                               .keep_tokens = true,
                               .around_tokens = true,
                               .bare = true,
                               .window = WINDOW};
    struct redact_added *added = redact_added_new();
    struct gather *g = live_new(ctl, -1);
    struct deep *d = xcalloc(1, sizeof(*d));
    int r = rules_read_host(g, added, err);

    *out = NULL;
    for (size_t i = 0; !r && i < opt->n[OPT_REDACT_RULES]; i++)
        r = rules_read_named(g, opt->value[OPT_REDACT_RULES][i], added, err);
    if (!r)
        r = own_new(g, found_own, d, &d->names, err);
    gather_free(g);
    random_bytes(opts.key, sizeof(opts.key));
    if (!r)
        r = rules_load(&opts, added, &d->rules, err);
    else
        redact_added_free(added);
    if (r) {
        deep_free(d);
        return r;
    }
    d->hits = xcalloc(redact_rules_count(d->rules), sizeof(*d->hits));
    d->found = found;
    d->arg = arg;
    *out = d;
    return 0;
}

const struct redact_rules *deep_rules(const struct deep *d)
{
    return d->rules;
}

void deep_free(struct deep *d)
{
    if (!d)
        return;
    drop(d);
    redact_rules_free(d->rules);
    own_free(d->names);
    free(d->hits);
    free(d);
}
