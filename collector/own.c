#include "collector/own.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/base/sink_buf.h"
#include "collector/learn_lines.h"
#include "collector/made.h"
#include "collector/rules.h"
#include "config.h"
#include "redact/pseudonym.h"

#define MAX_WAITING 1000u
#define MAX_TOLD 256u
#define PROGRAM_BYTES (64u << 20)
#define PROGRAM_TIMEOUT_MS 5000u

/* What is looked for: guests only in a bundle that hides them. */
enum whom { HOST, GUESTS, WHOM };

struct waiting {
    char *member;
    uint64_t line;
    enum whom whom;
};

/* One look through the text. */
struct look {
    struct own *own;
    struct pseudonymizer *stage;
    const struct pseudonyms *forms; /* its addresses count; NULL: all does */
    enum whom whom;
    uint64_t seen, line;
};

enum { BY_NAME, BY_GUEST, BY_FORM, LOOKS };

struct names {
    struct pseudonyms *all;  /* nothing else is looked for */
    struct pseudonyms *rare; /* those that are no words of this program */
    char **missed;           /* what could not be learned */
};

struct own {
    struct names names[WHOM];
    /* Of these the addresses, in each spelling that the pseudonyms know. */
    struct pseudonyms *forms;
    char key_id[REDACT_KEY_ID_SIZE];
    char *host[3]; /* what this host may be called in a bundle of its own */
    char **missed; /* of what was looked for */
    bool hides[WHOM];
    own_found_fn *found;
    void *arg;
    enum { UNKNOWN, OURS, NOT_OURS } whose;
    struct waiting *waiting;
    size_t n_waiting;
    /* the text */
    const char *member;
    bool is_name;
    struct look look[LOOKS];
    struct told {
        uint64_t line[MAX_TOLD]; /* of this member */
        size_t n;
    } told[WHOM];
};

/* ---- what is found ------------------------------------------------------- */

/* Two looks may have found the same. */
static bool was_told(struct told *t, uint64_t line)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->line[i] == line)
            return true;
    if (t->n < MAX_TOLD)
        t->line[t->n++] = line;
    return false;
}

static void tell(struct own *o, enum whom whom, uint64_t line)
{
    line = o->is_name ? 0 : line;
    if (was_told(&o->told[whom], line))
        return;
    if (o->whose == OURS) {
        if (o->hides[whom])
            o->found(o->arg, o->member, line);
    } else if (o->whose == UNKNOWN && o->n_waiting < MAX_WAITING) {
        o->waiting =
            xreallocarray(o->waiting, o->n_waiting + 1, sizeof(*o->waiting));
        o->waiting[o->n_waiting++] =
            (struct waiting){xstrdup(o->member), line, whom};
    }
}

/* A pseudonymizer_fn. */
static void look_found(void *arg, uint64_t line)
{
    struct look *k = arg;
    uint64_t seen = k->forms ? pseudonyms_seen(k->forms) : 0;

    if (!k->forms || seen != k->seen)
        tell(k->own, k->whom, line);
    k->seen = seen;
    k->line = line;
}

static int drop_write(struct sink *s, const void *data, size_t n,
                      struct err *err)
{
    (void)s;
    (void)data;
    (void)n;
    (void)err;
    return 0;
}

static int drop_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void drop_free(struct sink *s)
{
    free(s);
}

/* ---- one text ------------------------------------------------------------ */

static void begin_look(struct own *o, struct look *k, enum whom whom,
                       const struct pseudonyms *p)
{
    static const struct sink_ops ops = {drop_write, drop_close, drop_free};
    struct sink *nowhere = xcalloc(1, sizeof(*nowhere));

    nowhere->ops = &ops;
    k->own = o;
    k->whom = whom;
    k->stage = pseudonymizer_new(p, nowhere);
    pseudonymizer_tell(k->stage, look_found, k);
    k->forms = p == o->forms ? p : NULL;
    k->seen = pseudonyms_seen(p);
    k->line = 1;
}

void own_begin(struct own *o, const char *member, bool is_name, bool ours)
{
    if (!o || o->whose == NOT_OURS)
        return;
    o->member = member;
    o->is_name = is_name;
    for (int i = 0; i < WHOM; i++) {
        const struct names *n = &o->names[i];

        o->told[i].n = 0;
        begin_look(o, &o->look[i == HOST ? BY_NAME : BY_GUEST], (enum whom)i,
                   ours ? n->rare : n->all);
    }
    begin_look(o, &o->look[BY_FORM], HOST, o->forms);
    for (size_t i = 0; !is_name && made_json(member) && i < LOOKS; i++)
        pseudonymizer_keep_keys(o->look[i].stage);
}

/* The sinks of ours never fail. */
void own_feed(struct own *o, const void *data, size_t n)
{
    for (size_t i = 0; o && i < LOOKS; i++)
        if (o->look[i].stage)
            sink_write(pseudonymizer_sink(o->look[i].stage), data, n, NULL);
}

void own_end(struct own *o)
{
    for (size_t i = 0; o && i < LOOKS; i++) {
        struct pseudonymizer *stage = o->look[i].stage;

        if (!stage)
            continue;
        sink_close(pseudonymizer_sink(stage), NULL);
        /* What was mapped to itself is told of nobody. */
        if (o->look[i].forms)
            look_found(&o->look[i], o->look[i].line);
        sink_free(pseudonymizer_sink(stage));
        o->look[i].stage = NULL;
    }
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

static void add_missed(struct own *o, char *const *missed)
{
    size_t n = 0;

    while (o->missed && o->missed[n])
        n++;
    for (; missed && *missed; missed++) {
        o->missed = xreallocarray(o->missed, n + 2, sizeof(*o->missed));
        o->missed[n++] = xstrdup(*missed);
        o->missed[n] = NULL;
    }
}

void own_head(struct own *o, const struct manifest_head *head)
{
    if (!o)
        return;
    o->whose = made_here(o, head) ? OURS : NOT_OURS;
    o->hides[HOST] = true;
    o->hides[GUESTS] = head->options.hide_domains;
    for (int i = 0; i < WHOM; i++)
        if (o->hides[i])
            add_missed(o, o->names[i].missed);
    for (size_t i = 0; i < o->n_waiting; i++) {
        if (o->whose == OURS && o->hides[o->waiting[i].whom])
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

static void take_names(struct names *n, const struct words *w)
{
    for (size_t i = 0; i < pseudonyms_count(w->of); i++) {
        enum pseudonym_kind kind;
        const char *name = pseudonyms_name(w->of, i, &kind);

        if (!name)
            continue;
        pseudonyms_learn(n->all, kind, name, strlen(name));
        if (!w->found[i])
            pseudonyms_learn(n->rare, kind, name, strlen(name));
    }
}

/* The name as a public bundle has it; asked: a keyword says the same. */
static char *host_as(const uint8_t *key, const char *name, bool asked)
{
    struct buf text = BUF_INIT;
    struct sink_buf to;
    struct pseudonyms *p = pseudonyms_new(key, true);
    struct pseudonymizer *s = pseudonymizer_new(p, sink_buf_init(&to, &text));
    struct learn l = {.p = p};

    if (asked)
        learn_take(&l, PSEUDONYM_KEYWORD, name, strcspn(name, "."));
    learn_host_name(&l, name, strlen(name));
    sink_write(pseudonymizer_sink(s), name, strlen(name), NULL);
    sink_close(pseudonymizer_sink(s), NULL);
    sink_free(pseudonymizer_sink(s));
    pseudonyms_free(p);
    return buf_take(&text);
}

/* Of what was learned all names, and those that are rare. */
static int split_names(struct names *n, const struct pseudonyms *learned,
                       const uint8_t *key, struct gather *g, struct err *err)
{
    struct words w = {.of = learned,
                      .found = xcalloc(pseudonyms_count(learned) + 1, 1)};
    int r = read_program(g, &w, err);

    n->all = pseudonyms_new(key, false);
    n->rare = pseudonyms_new(key, false);
    if (!r)
        take_names(n, &w);
    free(w.found);
    return r;
}

/* Those of this host, without what is found by its form, and of its guests. */
static int learn_own(struct own *o, struct gather *g, struct err *err)
{
    uint8_t key[PSEUDONYM_KEY_SIZE];
    struct pseudonyms *all, *guests;
    int r;

    random_bytes(key, sizeof(key));
    o->forms = all = pseudonyms_new(key, true);
    guests = pseudonyms_new(key, false);
    r = learn_host(g,
                   &(struct learn_opts){
                       .host = o->host[0],
                       .domains = true,
                       .addresses = true,
                       .missed = &o->names[HOST].missed,
                       .guests = guests,
                       .guests_missed = &o->names[GUESTS].missed,
                   },
                   all, err);
    if (!r)
        r = split_names(&o->names[HOST], all, key, g, err);
    if (!r)
        r = split_names(&o->names[GUESTS], guests, key, g, err);
    pseudonyms_free(guests);
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
    for (size_t i = 0; i < LOOKS; i++)
        if (o->look[i].stage)
            sink_free(pseudonymizer_sink(o->look[i].stage));
    for (size_t i = 0; i < o->n_waiting; i++)
        free(o->waiting[i].member);
    free(o->waiting);
    str_list_free(o->missed);
    for (size_t i = 0; i < sizeof(o->host) / sizeof(o->host[0]); i++)
        free(o->host[i]);
    for (int i = 0; i < WHOM; i++) {
        pseudonyms_free(o->names[i].all);
        pseudonyms_free(o->names[i].rare);
        str_list_free(o->names[i].missed);
    }
    pseudonyms_free(o->forms);
    free(o);
}
