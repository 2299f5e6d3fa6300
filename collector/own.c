#include "collector/own.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/learn_lines.h"
#include "collector/rules.h"
#include "config.h"
#include "redact/pseudonym.h"

#define MAX_WAITING 1000u
#define PROGRAM_BYTES (64u << 20)
#define PROGRAM_TIMEOUT_MS 5000u

struct waiting {
    char *member;
    uint64_t line;
};

struct own {
    struct pseudonyms *names; /* nothing else is looked for */
    struct pseudonyms *rare;  /* those that are no words of this program */
    char key_id[REDACT_KEY_ID_SIZE];
    char *host[3]; /* what this host may be called in a bundle of its own */
    char **missed; /* what could not be learned */
    own_found_fn *found;
    void *arg;
    enum { UNKNOWN, OURS, NOT_OURS } whose;
    struct waiting *waiting;
    size_t n_waiting;
    /* the text */
    const char *member;
    bool is_name;
    struct pseudonymizer *stage;
    uint64_t count, newlines;
};

/* ---- what comes out ------------------------------------------------------ */

struct own_sink {
    struct sink sink;
    struct own *o;
};

static void tell(struct own *o)
{
    uint64_t now = pseudonymizer_count(o->stage);
    uint64_t line = o->is_name ? 0 : 1 + o->newlines;

    if (now == o->count)
        return;
    o->count = now;
    if (o->whose == OURS) {
        o->found(o->arg, o->member, line);
    } else if (o->whose == UNKNOWN && o->n_waiting < MAX_WAITING) {
        o->waiting =
            xreallocarray(o->waiting, o->n_waiting + 1, sizeof(*o->waiting));
        o->waiting[o->n_waiting++] = (struct waiting){xstrdup(o->member), line};
    }
}

/* A pseudonym is counted when it has been written, so what comes next, at the
 * latest the end, finds it on the line of before. */
static int own_write(struct sink *s, const void *data, size_t n,
                     struct err *err)
{
    struct own *o = ((struct own_sink *)s)->o;
    const char *p = data, *end = p + n;

    (void)err;
    tell(o);
    while ((p = memchr(p, '\n', (size_t)(end - p)))) {
        o->newlines++;
        p++;
    }
    return 0;
}

static int own_close(struct sink *s, struct err *err)
{
    (void)err;
    tell(((struct own_sink *)s)->o);
    return 0;
}

static void own_sink_free(struct sink *s)
{
    free(s);
}

/* ---- one text ------------------------------------------------------------ */

void own_begin(struct own *o, const char *member, bool is_name, bool ours)
{
    static const struct sink_ops ops = {own_write, own_close, own_sink_free};
    struct own_sink *s;

    if (!o || o->whose == NOT_OURS)
        return;
    s = xcalloc(1, sizeof(*s));
    s->sink.ops = &ops;
    s->o = o;
    o->member = member;
    o->is_name = is_name;
    o->stage = pseudonymizer_new(ours ? o->rare : o->names, &s->sink);
    o->count = o->newlines = 0;
}

/* The sinks of ours never fail. */
void own_feed(struct own *o, const void *data, size_t n)
{
    if (o && o->stage)
        sink_write(pseudonymizer_sink(o->stage), data, n, NULL);
}

void own_end(struct own *o)
{
    if (!o || !o->stage)
        return;
    sink_close(pseudonymizer_sink(o->stage), NULL);
    sink_free(pseudonymizer_sink(o->stage));
    o->stage = NULL;
}

/* Hosts of a pool have one key, and a recorded host may be any. */
static bool made_here(const struct own *o, const struct manifest_head *head)
{
    if (strcmp(head->options.privacy, "public") ||
        strcmp(head->key_id, o->key_id) || head->replayed || !head->host.name)
        return false;
    for (size_t i = 0; i < sizeof(o->host) / sizeof(o->host[0]); i++)
        if (o->host[i] && !strcmp(head->host.name, o->host[i]))
            return true;
    return false;
}

void own_head(struct own *o, const struct manifest_head *head)
{
    if (!o)
        return;
    o->whose = made_here(o, head) ? OURS : NOT_OURS;
    for (size_t i = 0; i < o->n_waiting; i++) {
        if (o->whose == OURS)
            o->found(o->arg, o->waiting[i].member, o->waiting[i].line);
        free(o->waiting[i].member);
    }
    o->n_waiting = 0;
}

bool own_is_ours(const struct own *o)
{
    return o && o->whose == OURS;
}

char *const *own_missed(const struct own *o)
{
    return o ? o->missed : NULL;
}

/* ---- the names ----------------------------------------------------------- */

/* Which of the names are words of this program, that is, stand in its file. */
struct words {
    const struct pseudonyms *of;
    bool *found;   /* for each name */
    char held[64]; /* a word, as far as it was read; longer ones are no names */
    size_t n;
};

static void end_word(struct words *w)
{
    size_t i = SIZE_MAX;

    if (w->n && w->n < sizeof(w->held))
        i = pseudonyms_find(w->of, w->held, w->n);
    if (i != SIZE_MAX)
        w->found[i] = true;
    w->n = 0;
}

static void add_words(struct words *w, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)p[i]))
            end_word(w);
        else if (w->n < sizeof(w->held))
            w->held[w->n++] = p[i];
    }
}

static int read_program(struct gather *g, struct words *w, struct err *err)
{
    const struct request rq = {
        .kind = REQ_READ,
        .name = LIBEXECDIR "/xen-bugtool-worker",
        .max_bytes = PROGRAM_BYTES,
        .timeout_ms = PROGRAM_TIMEOUT_MS,
    };
    struct chunk chunk;
    int r = gather_start(g, &rq, err);

    while (!r && (r = gather_next(g, &chunk, err)) > 0) {
        r = 0;
        if (chunk.kind == CHUNK_DATA)
            add_words(w, chunk.data, chunk.len);
    }
    end_word(w);
    return r;
}

static void take_names(struct own *o, const struct words *w)
{
    for (size_t i = 0; i < pseudonyms_count(w->of); i++) {
        enum pseudonym_kind kind;
        const char *name = pseudonyms_name(w->of, i, &kind);

        pseudonyms_learn(o->names, kind, name, strlen(name));
        if (!w->found[i])
            pseudonyms_learn(o->rare, kind, name, strlen(name));
    }
}

struct text_sink {
    struct sink sink;
    struct buf text;
};

static int text_write(struct sink *s, const void *data, size_t n,
                      struct err *err)
{
    (void)err;
    buf_add(&((struct text_sink *)s)->text, data, n);
    return 0;
}

static int text_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void text_free(struct sink *s)
{
    (void)s;
}

/* The name as a public bundle has it; asked: a keyword says the same. */
static char *host_as(const uint8_t *key, const char *name, bool asked)
{
    static const struct sink_ops ops = {text_write, text_close, text_free};
    struct text_sink out = {.sink = {&ops}, .text = BUF_INIT};
    struct pseudonyms *p = pseudonyms_new(key, true);
    struct pseudonymizer *s = pseudonymizer_new(p, &out.sink);
    struct learn l = {.p = p};

    if (asked)
        learn_take(&l, PSEUDONYM_KEYWORD, name, strcspn(name, "."));
    learn_host_name(&l, name, strlen(name));
    sink_write(pseudonymizer_sink(s), name, strlen(name), NULL);
    sink_close(pseudonymizer_sink(s), NULL);
    sink_free(pseudonymizer_sink(s));
    pseudonyms_free(p);
    return buf_take(&out.text);
}

/* Those of this host, without what is found by its form. */
static int learn_own(struct own *o, struct gather *g, struct err *err)
{
    uint8_t key[PSEUDONYM_KEY_SIZE];
    struct learn_opts opts = {
        .host = o->host[0], .addresses = true, .missed = &o->missed};
    struct pseudonyms *all;
    struct words w;
    int r;

    random_bytes(key, sizeof(key));
    all = pseudonyms_new(key, true);
    o->names = pseudonyms_new(key, false);
    o->rare = pseudonyms_new(key, false);
    r = learn_host(g, &opts, all, err);
    w = (struct words){.of = all,
                       .found = xcalloc(pseudonyms_count(all) + 1, 1)};
    if (!r)
        r = read_program(g, &w, err);
    if (!r)
        take_names(o, &w);
    free(w.found);
    pseudonyms_free(all);
    return r;
}

int own_new(struct gather *g, own_found_fn *found, void *arg, struct own **out,
            struct err *err)
{
    uint8_t key[REDACT_KEY_SIZE];
    struct err why = ERR_INIT;
    struct utsname u;
    struct own *o;
    int r = rules_find_key(g, key, &why, err);

    *out = NULL;
    if (r)
        return r < 0 ? r : 0;
    o = xcalloc(1, sizeof(*o));
    o->found = found;
    o->arg = arg;
    redact_key_id(key, o->key_id);
    if (!uname(&u)) {
        o->host[0] = xstrdup(u.nodename);
        o->host[1] = host_as(key, u.nodename, false);
        o->host[2] = host_as(key, u.nodename, true);
    }
    explicit_bzero(key, sizeof(key));
    r = learn_own(o, g, err);
    if (r) {
        own_free(o);
        return r;
    }
    *out = o;
    return 0;
}

void own_free(struct own *o)
{
    if (!o)
        return;
    if (o->stage)
        sink_free(pseudonymizer_sink(o->stage));
    for (size_t i = 0; i < o->n_waiting; i++)
        free(o->waiting[i].member);
    free(o->waiting);
    str_list_free(o->missed);
    for (size_t i = 0; i < sizeof(o->host) / sizeof(o->host[0]); i++)
        free(o->host[i]);
    pseudonyms_free(o->names);
    pseudonyms_free(o->rare);
    free(o);
}
