#include "collector/diagnose/words.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/hs.h"
#ifndef REDACT_NO_HS
#include <hs/hs.h>
#endif

#define WORD_MIN 4
/* Vectorscan 5.4.9 misses some places of words where it has less than a dozen
 * of them; with more it has never been seen to. */
#define HS_LEAST 32u
/* PCRE2 looks for the begin of words: its expressions are bounded in size. */
#define HEAD_LEN 6

struct diag_words {
    const struct diag_rules *rules;
    char **text; /* each word once */
    size_t n;
    /* of_word[first[i]] ... of_word[first[i + 1] - 1]: patterns of word i */
    unsigned *of_word, *first;
    pcre2_code *code; /* all words, or NULL: libhs serves */
#ifndef REDACT_NO_HS
    /* Made for the first scratch: it takes longer than the rest of a run's
     * start.  The lock guards it until then. */
    pthread_mutex_t lock;
    hs_database_t *db;
    hs_scratch_t *scratch; /* the model for all others */
#endif
};

struct diag_scratch {
    const struct diag_words *w;
    /* Of the line that is open: its words, and whether each is one of them. */
    unsigned *words;
    size_t n_words;
    uint8_t *has_word;
    unsigned *patterns;
    pcre2_match_data *md;
    void *hs;
    /* of the call that runs */
    const char *data, *line;
    size_t len, line_len;
    diag_line_fn on_line;
    void *arg;
};

/* ---- the word of an expression ------------------------------------------- */

/* Behind a group or class that p begins; NULL if it does not end. */
static const char *skip_class(const char *p)
{
    p++;
    p += *p == '^';
    p += *p == ']';
    for (; *p && *p != ']'; p++)
        if (*p == '\\' && p[1])
            p++;
    return *p ? p + 1 : NULL;
}

static const char *skip_group(const char *p)
{
    int depth = 0;

    for (; p && *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '[') {
            p = skip_class(p);
            if (!p)
                return NULL;
            p--;
        } else if (*p == '(')
            depth++;
        else if (*p == ')' && !--depth)
            return p + 1;
    }
    return NULL;
}

static bool repeats(const char *p)
{
    return *p == '?' || *p == '*' || *p == '+' || *p == '{';
}

static const char *skip_repeat(const char *p)
{
    if (*p == '{')
        p = strchr(p, '}') ? strchr(p, '}') : p + strlen(p) - 1;
    p++;
    return *p == '?' || *p == '+' ? p + 1 : p;
}

static void keep_longer(struct buf *best, struct buf *now)
{
    if (now->len > best->len) {
        buf_reset(best);
        buf_add(best, buf_str(now), now->len);
    }
    buf_reset(now);
}

/* Behind the opening of a group whose content stands once in each match: no
 * look-around, no branches, no repetition; NULL: it is another one. */
static const char *open_group(const char *p)
{
    const char *end = skip_group(p);

    if (!end || repeats(end) || memchr(p, '|', (size_t)(end - p)))
        return NULL;
    if (p[1] != '?')
        return p + 1;
    if (p[2] == ':')
        return p + 3;
    end = p[2] == '<' && isalpha((unsigned char)p[3]) ? strchr(p, '>') : NULL;
    return end ? end + 1 : NULL;
}

/* The plain byte at p, or -1.  *next is what follows it; NULL: this cannot be
 * judged. */
static int plain_at(const char *p, const char **next)
{
    *next = p + 1;
    if (*p == '(')
        *next = open_group(p) ? open_group(p) : skip_group(p);
    else if (*p == '[')
        *next = skip_class(p);
    else if (*p == '\\' && isalnum((unsigned char)p[1]))
        *next = strchr("dDwWsSbB", p[1]) ? p + 2 : NULL;
    else if (*p == '\\')
        *next = p[1] ? p + 2 : NULL;
    if (*p == '\\' && *next && !isalnum((unsigned char)p[1]))
        return (unsigned char)p[1];
    return strchr("()[\\.^$", *p) ? -1 : (unsigned char)*p;
}

char *diag_words_of_pattern(const char *p)
{
    struct buf best = BUF_INIT, now = BUF_INIT;
    const char *next;
    char *out = NULL;
    int c;

    /* Words are looked for as they stand: no (?i), nor any other option. */
    for (const char *q = strstr(p, "(?"); q; q = strstr(q + 2, "(?"))
        if (isalpha((unsigned char)q[2]) ? q[2] != 'P' : q[2] == '-')
            goto out;
    for (; *p; p = next) {
        if (*p == '|')
            goto out; /* no word is in all of the branches */
        c = plain_at(p, &next);
        if (!next)
            goto out;
        if (c < 0 || repeats(next))
            keep_longer(&best, &now);
        else
            buf_addc(&now, (char)c);
        if (repeats(next))
            next = skip_repeat(next);
    }
    keep_longer(&best, &now);
    if (best.len >= WORD_MIN)
        out = xstrdup(buf_str(&best));
out:
    buf_done(&best);
    buf_done(&now);
    return out;
}

/* ---- making -------------------------------------------------------------- */

struct word_of {
    const char *text;
    unsigned pattern;
};

static int by_text(const void *a, const void *b)
{
    const struct word_of *x = a, *y = b;
    int order = strcmp(x->text, y->text);

    return order ? order
                 : (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

static void number_words(struct diag_words *w)
{
    size_t n = w->rules->n_patterns;
    struct word_of *all = xcalloc(n + 1, sizeof(*all));

    for (size_t i = 0; i < n; i++)
        all[i] = (struct word_of){w->rules->pattern[i].word, (unsigned)i};
    qsort(all, n, sizeof(*all), by_text);
    w->text = xcalloc(n + 1, sizeof(*w->text));
    w->first = xcalloc(n + 1, sizeof(*w->first));
    w->of_word = xcalloc(n + 1, sizeof(*w->of_word));
    for (size_t i = 0; i < n; i++) {
        if (!i || strcmp(all[i].text, all[i - 1].text))
            w->text[w->n++] = xstrdup(all[i].text);
        w->of_word[i] = all[i].pattern;
        w->first[w->n] = (unsigned)i + 1;
    }
    free(all);
}

#ifndef REDACT_NO_HS
static bool make_hs(struct diag_words *w)
{
    unsigned *flags, *ids;
    hs_compile_error_t *why = NULL;
    size_t *lens;
    bool ok = false;

    flags = xcalloc(w->n, sizeof(*flags));
    ids = xcalloc(w->n, sizeof(*ids));
    lens = xcalloc(w->n, sizeof(*lens));
    for (size_t i = 0; i < w->n; i++) {
        ids[i] = (unsigned)i;
        lens[i] = strlen(w->text[i]);
    }
    if (hs_compile_lit_multi((const char *const *)w->text, flags, ids, lens,
                             (unsigned)w->n, HS_MODE_BLOCK, NULL, &w->db,
                             &why) == HS_SUCCESS)
        ok = hs_alloc_scratch(w->db, &w->scratch) == HS_SUCCESS;
    if (why)
        hs_free_compile_error(why);
    if (!ok && w->db) {
        hs_free_database(w->db);
        w->db = NULL;
    }
    free(flags);
    free(ids);
    free(lens);
    return ok;
}
#endif

static int make_pcre2(struct diag_words *w, struct err *err)
{
    struct buf b = BUF_INIT;
    PCRE2_SIZE at;
    int code;

    for (size_t i = 0; i < w->n; i++) {
        if (i)
            buf_addc(&b, '|');
        for (size_t k = 0; k < HEAD_LEN && w->text[i][k]; k++)
            buf_addf(&b, "\\x%02x", (unsigned char)w->text[i][k]);
    }
    w->code =
        pcre2_compile((PCRE2_SPTR)buf_str(&b), b.len, 0, &code, &at, NULL);
    buf_done(&b);
    if (!w->code)
        return err_set(err, -ENOMEM, "cannot compile the diagnosis' words");
    (void)pcre2_jit_compile(w->code, PCRE2_JIT_COMPLETE);
    return 0;
}

int diag_words_new(const struct diag_rules *r, struct diag_words **out,
                   struct err *err)
{
    struct diag_words *w = xcalloc(1, sizeof(*w));
    int rc = 0;

    w->rules = r;
    number_words(w);
#ifndef REDACT_NO_HS
    pthread_mutex_init(&w->lock, NULL);
    if (r->plain || !hs_usable() || w->n < HS_LEAST)
#endif
        rc = w->n ? make_pcre2(w, err) : 0;
    if (rc) {
        diag_words_free(w);
        w = NULL;
    }
    *out = w;
    return rc;
}

const char *diag_words_engine(const struct diag_words *w)
{
    return w->code || !w->n ? "pcre2" : "hs";
}

#ifndef REDACT_NO_HS
/* Where libhs fails after all, PCRE2 serves. */
static void need_hs(struct diag_words *w)
{
    struct err unused = ERR_INIT;

    pthread_mutex_lock(&w->lock);
    if (w->n && !w->code && !w->db && !make_hs(w) && make_pcre2(w, &unused))
        xalloc_end();
    pthread_mutex_unlock(&w->lock);
}
#endif

void diag_words_free(struct diag_words *w)
{
    if (!w)
        return;
#ifndef REDACT_NO_HS
    if (w->scratch)
        hs_free_scratch(w->scratch);
    if (w->db)
        hs_free_database(w->db);
    pthread_mutex_destroy(&w->lock);
#endif
    pcre2_code_free(w->code);
    for (size_t i = 0; i < w->n; i++)
        free(w->text[i]);
    free(w->text);
    free(w->of_word);
    free(w->first);
    free(w);
}

struct diag_scratch *diag_words_scratch_new(struct diag_words *w)
{
    struct diag_scratch *s = xcalloc(1, sizeof(*s));

#ifndef REDACT_NO_HS
    need_hs(w);
#endif
    s->w = w;
    s->words = xcalloc(w->n + 1, sizeof(*s->words));
    s->has_word = xcalloc(w->n + 1, 1);
    s->patterns = xcalloc(w->rules->n_patterns + 1, sizeof(*s->patterns));
    s->md = pcre2_match_data_create(1, NULL);
#ifndef REDACT_NO_HS
    if (w->db) {
        hs_scratch_t *hs = NULL;

        if (hs_clone_scratch(w->scratch, &hs) != HS_SUCCESS)
            abort();
        s->hs = hs;
    }
#endif
    return s;
}

void diag_words_scratch_free(struct diag_scratch *s)
{
    if (!s)
        return;
#ifndef REDACT_NO_HS
    if (s->hs)
        hs_free_scratch(s->hs);
#endif
    pcre2_match_data_free(s->md);
    free(s->words);
    free(s->patterns);
    free(s->has_word);
    free(s);
}

/* ---- scanning ------------------------------------------------------------ */

static int by_number(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

    return (x > y) - (x < y);
}

static void note_word(struct diag_scratch *s, unsigned word)
{
    if (s->has_word[word])
        return;
    s->has_word[word] = 1;
    s->words[s->n_words++] = word;
}

static void hand_over(struct diag_scratch *s)
{
    const struct diag_words *w = s->w;
    size_t n = 0;

    if (!s->line)
        return;
    if (!s->n_words) {
        s->line = NULL;
        return;
    }
    for (size_t i = 0; i < s->n_words; i++) {
        unsigned word = s->words[i];

        s->has_word[word] = 0;
        for (unsigned k = w->first[word]; k < w->first[word + 1]; k++)
            s->patterns[n++] = w->of_word[k];
    }
    if (s->n_words > 1)
        qsort(s->patterns, n, sizeof(*s->patterns), by_number);
    s->on_line(s->arg, s->line, s->line_len, s->patterns, n);
    s->n_words = 0;
    s->line = NULL;
}

/* The line that the byte at p is in becomes the open one. */
static void open_line(struct diag_scratch *s, const char *p)
{
    const char *end = s->data + s->len, *start, *stop;

    if (s->line && p >= s->line && p <= s->line + s->line_len)
        return;
    hand_over(s);
    start = memrchr(s->data, '\n', (size_t)(p - s->data));
    start = start ? start + 1 : s->data;
    stop = memchr(p, '\n', (size_t)(end - p));
    s->line = start;
    s->line_len = (size_t)((stop ? stop : end) - start);
}

#ifndef REDACT_NO_HS
static int on_hs(unsigned id, unsigned long long from, unsigned long long to,
                 unsigned flags, void *arg)
{
    struct diag_scratch *s = arg;

    (void)from;
    (void)flags;
    open_line(s, s->data + to - 1);
    note_word(s, id);
    return 0;
}
#endif

/* PCRE2 tells where a word may begin; all are then looked for one by one. */
static void scan_pcre2(const struct diag_words *w, struct diag_scratch *s)
{
    size_t at = 0;

    while (at < s->len && pcre2_match(w->code, (PCRE2_SPTR)s->data, s->len, at,
                                      0, s->md, NULL) >= 0) {
        open_line(s, s->data + pcre2_get_ovector_pointer(s->md)[0]);
        for (size_t i = 0; i < w->n; i++)
            if (memmem(s->line, s->line_len, w->text[i], strlen(w->text[i])))
                note_word(s, (unsigned)i);
        at = (size_t)(s->line - s->data) + s->line_len + 1;
    }
}

void diag_words_scan(const struct diag_words *w, struct diag_scratch *s,
                     const char *data, size_t len, diag_line_fn on_line,
                     void *arg)
{
    s->data = data;
    s->len = len;
    s->on_line = on_line;
    s->arg = arg;
    s->line = NULL;
#ifndef REDACT_NO_HS
    if (w->db)
        (void)hs_scan(w->db, data, (unsigned)len, 0, s->hs, on_hs, s);
#endif
    if (w->code)
        scan_pcre2(w, s);
    hand_over(s);
}
