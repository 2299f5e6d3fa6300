/* Who owns what.  struct match is shared: its lock guards the finds and the
 * spare scratches.  A stream belongs to the thread that feeds it. */
#include "collector/diagnose/match.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/diagnose/classes.h"
#include "collector/diagnose/found.h"
#include "collector/diagnose/near.h"
#include "collector/diagnose/own.h"
#include "collector/diagnose/reason.h"
#include "collector/diagnose/speaker.h"
#include "collector/diagnose/stamp.h"
#include "collector/diagnose/words.h"

#define CARRY_MAX (64u << 10)
#define BLOCKS_PER_RULE 2u
#define TOLD_KEPT 128u /* more than are near a line */
#define CHAIN 8u       /* lines between a failure and what follows from it */

struct match {
    const struct diag_rules *rules;
    struct finds *finds; /* condition by condition of all rules */
    pthread_mutex_t lock;
    struct diag_scratch **spare;
    size_t n_spare;
    uint32_t classes;
    unsigned *of_file; /* the patterns for what is no member of a bundle */
    size_t n_of_file;
};

struct lines {
    uint64_t from, to;
};

struct match_stream {
    struct match *m;
    struct diag_scratch *scratch;
    pcre2_match_data *md;
    pcre2_match_context *mctx;
    char *member;
    uint32_t classes;
    uint64_t order;
    uint64_t line; /* lines before counted_to */
    const char *counted_to;
    struct buf carry; /* an unfinished line */
    bool skipping;    /* ... whose rest is too long to be looked at */
    bool hit;         /* a rule took the line */
    uint64_t chain;   /* the last line of a failure or what follows from it */
    /* The block that grows */
    struct find *block; /* NULL: none */
    unsigned block_left;
    const struct diag_rule *block_rule;
    unsigned block_condition;
    bool block_told;        /* its first line alone makes a rule hold */
    const char *block_from; /* where its next line begins, in this chunk */
    const char *next_line;  /* behind the one that is looked at */
    struct buf block_text;
    unsigned *n_blocks;       /* per rule */
    struct near *near;        /* what stands around the finds */
    uint64_t told[TOLD_KEPT]; /* the last lines that a rule knew */
    size_t n_told;
    struct own own; /* what this member has, until it is committed */
    /* Of a file: the lines that a rule knew in the text that is fed. */
    struct lines *known;
    size_t n_known, block_known; /* the number of the block's */
};

/* A line in which there is the word of a pattern. */
struct a_line {
    const char *text;
    size_t len;
    uint64_t number;
    const unsigned *patterns; /* whose words it has, ascending */
    size_t n;
    uint32_t classes; /* of the member's, for what it counts */
};

struct match *match_new(const struct diag_rules *rules)
{
    struct match *m = xcalloc(1, sizeof(*m));

    m->rules = rules;
    m->finds = xcalloc(rules->n_conditions + 1, sizeof(*m->finds));
    pthread_mutex_init(&m->lock, NULL);
    m->of_file = xcalloc(rules->n_patterns + 1, sizeof(*m->of_file));
    for (size_t i = 0; i < rules->n_patterns; i++)
        if (rules->rule[rules->pattern[i].rule].classes == class_file())
            m->of_file[m->n_of_file++] = (unsigned)i;
    return m;
}

void match_free(struct match *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->rules->n_conditions; i++)
        finds_done(&m->finds[i]);
    for (size_t i = 0; i < m->n_spare; i++)
        diag_words_scratch_free(m->spare[i]);
    free(m->spare);
    free(m->of_file);
    free(m->finds);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

const struct finds *match_finds(const struct match *m, size_t rule,
                                unsigned condition)
{
    return &m->finds[m->rules->rule[rule].first + condition];
}

uint32_t match_classes(const struct match *m)
{
    return m->classes;
}

/* ---- one line ------------------------------------------------------------ */

static struct own_finds *finds_of(struct match_stream *s, unsigned rule,
                                  unsigned condition)
{
    return own_finds(&s->own, s->m->rules->rule[rule].first + condition);
}

/* Of a rule for files the lines that tell the most are kept. */
static bool is_scored(const struct diag_rule *rule)
{
    return rule->unexplained && rule->classes == class_file();
}

/* A line that would not be kept, for those before it are: of a frequent one
 * this is the rule. */
static bool count_alone(struct own_finds *own, const struct diag_rule *rule,
                        const struct a_line *l, int score)
{
    struct finds *fs = &own->finds;

    if (is_scored(rule) && !score)
        return true;
    if (fs->n < MATCH_KEPT ||
        (is_scored(rule)
             ? score > fs->first[MATCH_KEPT - 1].score
             : strchr(rule->title, '{') && fs->n_titles < MATCH_SUBJECTS))
        return false;
    own_count(own, l->number, l->text, l->len);
    return true;
}

static void store(struct match_stream *s, struct find *f,
                  const struct diag_rule *rule, unsigned condition)
{
    finds_keep(
        &finds_of(s, (unsigned)(rule - s->m->rules->rule), condition)->finds,
        f);
    find_done(f);
    free(f);
}

static void block_end(struct match_stream *s)
{
    if (!s->block)
        return;
    if (s->block_told && s->n_known)
        s->known[s->block_known].to =
            s->block->line + s->block_rule->block - s->block_left;
    free(s->block->text);
    s->block->text = buf_take(&s->block_text);
    store(s, s->block, s->block_rule, s->block_condition);
    s->block = NULL;
}

static void block_line(struct match_stream *s, const char *line, size_t len)
{
    pcre2_code *until = s->block_rule->until;
    size_t n;

    if (len && line[len - 1] == '\r') /* a serial console's */
        len--;
    n = len < MATCH_TEXT ? len : MATCH_TEXT;
    if (until &&
        pcre2_match(until, (PCRE2_SPTR)line, n, 0, 0, s->md, s->mctx) >= 0) {
        block_end(s);
        return;
    }
    buf_addc(&s->block_text, '\n');
    buf_add(&s->block_text, line, n);
    if (!--s->block_left || s->block_text.len > MATCH_BLOCK)
        block_end(s);
}

/* What came since the block's match, up to the byte at to. */
static void block_feed(struct match_stream *s, const char *to)
{
    const char *end;

    while (s->block && s->block_from < to) {
        end = memchr(s->block_from, '\n', (size_t)(to - s->block_from));
        block_line(s, s->block_from,
                   (size_t)((end ? end : to) - s->block_from));
        s->block_from = end ? end + 1 : to;
    }
}

/* Whether the line follows so close behind another failure that it must be
 * taken for its consequence. */
static bool is_consequence(struct match_stream *s, const struct a_line *l)
{
    bool close = s->chain && l->number - s->chain <= CHAIN;

    s->chain = l->number;
    return close;
}

/* Without the rule's other conditions. */
static bool is_enough(const struct diag_rule *rule, unsigned condition)
{
    return condition < rule->n_when                 ? rule->n_when == 1
           : condition < rule->n_when + rule->n_alt ? rule->n_alt == 1
                                                    : false;
}

/* Whether the block that is being kept shows all that this hit says.  What the
 * rule demands beside the block must be found for itself. */
static bool shown_by_block(const struct match_stream *s,
                           const struct diag_rule *rule, unsigned condition)
{
    return s->block && s->block_rule == rule &&
           (condition == s->block_condition ||
            (is_enough(rule, condition) &&
             is_enough(rule, s->block_condition)));
}

/* One event tells itself in many lines, but not for long. */
static bool is_of_another_second(const char *time, const struct a_line *l)
{
    char *other = time ? stamp_of(l->text, l->len) : NULL;
    size_t n = other ? strcspn(other, ".") : 0;
    bool differs = other && (n != strcspn(time, ".") || memcmp(time, other, n));

    free(other);
    return differs;
}

static void know(struct match_stream *s, uint64_t from, uint64_t to)
{
    if (!(s->classes & class_file()))
        return;
    s->known = xreallocarray(s->known, s->n_known + 1, sizeof(*s->known));
    s->known[s->n_known++] = (struct lines){from, to};
}

static void hit(struct match_stream *s, const struct diag_pattern *p,
                const struct a_line *l)
{
    const struct diag_rule *rule = &s->m->rules->rule[p->rule];
    struct own_finds *own;
    struct find *f;
    int score;
    bool block = rule->block && p->condition < rule->n_when + rule->n_alt &&
                 !s->block && s->n_blocks[p->rule] < BLOCKS_PER_RULE;

    if (rule->unexplained && !is_scored(rule) && is_consequence(s, l))
        return;
    s->hit = true;
    if (shown_by_block(s, rule, p->condition)) {
        if (is_of_another_second(s->block->time, l))
            own_count(finds_of(s, p->rule, s->block_condition), l->number,
                      l->text, l->len);
        return;
    }
    own = finds_of(s, p->rule, p->condition);
    score = is_scored(rule) ? reason_score(l->text, l->len) : 0;
    if (!block && count_alone(own, rule, l, score))
        return;
    f = xcalloc(1, sizeof(*f));
    f->order = s->order;
    f->line = l->number;
    f->member = xstrdup(s->member);
    f->score = score;
    f->title = is_scored(rule)
                   ? found_said(rule->title, l->text, l->len)
                   : found_title(s->md, p->code, rule->title, l->text);
    f->time = stamp_of(l->text, l->len);
    found_text(s->md, l->text, l->len, f);
    if (is_scored(rule) && finds_is_late(&own->finds, f)) {
        own_count(own, l->number, l->text, l->len);
        find_done(f);
        free(f);
        return;
    }
    if (rule->reason || is_scored(rule))
        near_begin(s->near, p->rule, p->condition, l->number, l->text);
    if (!block) {
        store(s, f, rule, p->condition);
        return;
    }
    s->n_blocks[p->rule]++;
    s->block_told = false;
    s->block = f;
    s->block_rule = rule;
    s->block_condition = p->condition;
    s->block_left = rule->block;
    s->block_from = s->next_line;
    buf_reset(&s->block_text);
    buf_adds(&s->block_text, f->text);
}

static uint64_t line_number(struct match_stream *s, const char *line)
{
    const char *p = s->counted_to;

    while (p < line && (p = memchr(p, '\n', (size_t)(line - p)))) {
        s->line++;
        p++;
    }
    s->counted_to = line;
    return s->line + 1;
}

static bool matches(struct match_stream *s, unsigned pattern,
                    const struct a_line *l)
{
    pcre2_code *code = diag_rules_code(s->m->rules, pattern);

    return code && pcre2_match(code, (PCRE2_SPTR)l->text, l->len, 0, 0, s->md,
                               s->mctx) >= 0;
}

/* The patterns of rules of one kind: those that name a problem, or those for
 * what is unexplained.  Returns the gravest severity of those that explain the
 * line, -1: none. */
static int try_patterns(struct match_stream *s, bool unexplained,
                        const struct a_line *l)
{
    const struct diag_rules *rules = s->m->rules;
    uint32_t last = UINT32_MAX; /* one hit a line of a condition */
    int gravest = -1;

    for (size_t i = 0; i < l->n; i++) {
        const struct diag_pattern *p = &rules->pattern[l->patterns[i]];
        const struct diag_rule *rule = &rules->rule[p->rule];
        uint32_t key = rule->first + p->condition;

        if (key == last || !(rule->classes & l->classes) ||
            rule->unexplained != unexplained)
            continue;
        if (!matches(s, l->patterns[i], l))
            continue;
        if (!speaker_may_tell(speaker_of(l->text, l->len), rule->classes))
            continue;
        last = key;
        if (p->explains && (gravest < 0 || (int)rule->severity < gravest))
            gravest = (int)rule->severity;
        hit(s, p, l);
        if (rule->classes == class_file())
            break; /* the line is told */
    }
    return gravest;
}

/* The block that begins with a line which is told is told with it. */
static void know_block(struct match_stream *s, const struct a_line *l)
{
    if (!s->block || s->block->line != l->number)
        return;
    s->block_told = true;
    s->block_known = s->n_known;
    know(s, l->number, l->number + s->block_rule->block);
}

static void try_unexplained(struct match_stream *s, const struct a_line *l)
{
    s->hit = false;
    try_patterns(s, true, l);
    if (s->hit)
        know(s, l->number, l->number);
}

static void on_line(void *arg, const char *line, size_t len,
                    const unsigned *patterns, size_t n)
{
    struct match_stream *s = arg;
    struct a_line l = {.text = line,
                       .len = len,
                       .number = line_number(s, line),
                       .patterns = patterns,
                       .n = n};
    int gravest;

    block_feed(s, line);
    s->next_line = line + len + 1;
    if (len && line[len - 1] == '\r')
        l.len--;
    if (l.len > DIAG_LINE_MAX)
        l.len = DIAG_LINE_MAX;
    l.classes = speaker_classes(line, l.len, s->classes);
    gravest = try_patterns(s, false, &l);
    if (gravest >= 0) {
        know_block(s, &l);
        know(s, l.number, l.number);
        s->told[s->n_told++ % TOLD_KEPT] = l.number;
    }
    if (gravest < 0 && !(s->block && s->block_told))
        try_unexplained(s, &l);
    else if (gravest < SEV_INFO)
        s->chain = l.number;
}

/* Each line of data that no rule knew, as the patterns for files have no word
 * that is looked for.  before: the lines in front of it. */
static void try_file(struct match_stream *s, const char *data, size_t n,
                     uint64_t before)
{
    struct a_line l = {.patterns = s->m->of_file,
                       .n = s->m->n_of_file,
                       .classes = class_file(),
                       .number = before};
    uint64_t known = 0;
    size_t k = 0;
    const char *end;

    for (l.text = data; l.text < data + n; l.text = end + 1) {
        end = memchr(l.text, '\n', (size_t)(data + n - l.text));
        end = end ? end : data + n;
        l.len = (size_t)(end - l.text);
        l.len = l.len < DIAG_LINE_MAX ? l.len : DIAG_LINE_MAX;
        l.number++;
        for (; k < s->n_known && s->known[k].from <= l.number; k++)
            known = s->known[k].to > known ? s->known[k].to : known;
        if (l.number > known)
            try_patterns(s, true, &l);
    }
    s->n_known = s->block_known = 0;
    know(s, before, known); /* a block goes on */
}

/* What the lines around finds tell. */
static void tell_all_near(struct match_stream *s)
{
    struct near_window *w;

    while (near_take(s->near, &w))
        own_tell(finds_of(s, w->rule, w->condition), w,
                 s->m->rules->rule[w->rule].reason, s->told, TOLD_KEPT);
}

/* ---- the stream ---------------------------------------------------------- */

struct match_stream *match_begin(struct match *m, const char *member,
                                 uint32_t classes, uint64_t order)
{
    struct match_stream *s;
    bool wanted = false;

    for (size_t i = 0; i < m->rules->n_patterns && !wanted; i++)
        wanted = m->rules->rule[m->rules->pattern[i].rule].classes & classes;
    if (!wanted)
        return NULL;
    s = xcalloc(1, sizeof(*s));
    s->m = m;
    s->member = xstrdup(member);
    s->classes = classes;
    s->order = order;
    s->near = near_new();
    s->n_blocks = xcalloc(m->rules->n + 1, sizeof(*s->n_blocks));
    s->md = pcre2_match_data_create(16, NULL);
    s->mctx = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(s->mctx, 100000);
    return s;
}

/* A member without a text needs none. */
static void need_scratch(struct match_stream *s)
{
    struct match *m = s->m;

    if (s->scratch)
        return;
    pthread_mutex_lock(&m->lock);
    if (m->n_spare)
        s->scratch = m->spare[--m->n_spare];
    pthread_mutex_unlock(&m->lock);
    if (!s->scratch)
        s->scratch = diag_words_scratch_new(m->rules->words);
}

/* Whole lines, but the text's last. */
static void scan(struct match_stream *s, const char *data, size_t n)
{
    uint64_t before = s->line;

    if (!n)
        return;
    need_scratch(s);
    s->counted_to = data;
    s->block_from = data;
    near_chunk(s->near, data, n);
    diag_words_scan(s->scratch, data, n, on_line, s);
    block_feed(s, data + n);
    (void)line_number(s, data + n);
    if (s->classes & class_file())
        try_file(s, data, n, before);
    near_end(s->near, false);
    tell_all_near(s);
}

void match_feed(struct match_stream *s, const void *bytes, size_t n)
{
    const char *data = bytes, *end;
    size_t head;

    if (!s || !n)
        return;
    if (s->carry.len || s->skipping) {
        end = memchr(data, '\n', n);
        head = end ? (size_t)(end - data) + 1 : n;
        if (!s->skipping)
            buf_add(&s->carry, data, head);
        if (end) {
            if (s->skipping)
                buf_addc(&s->carry, '\n');
            scan(s, buf_str(&s->carry), s->carry.len);
            buf_reset(&s->carry);
            s->skipping = false;
        } else if (s->carry.len > CARRY_MAX) {
            s->skipping = true;
        }
        data += head;
        n -= head;
    }
    end = n ? memrchr(data, '\n', n) : NULL;
    head = end ? (size_t)(end - data) + 1 : 0;
    scan(s, data, head);
    buf_add(&s->carry, data + head, n - head);
}

static void spare_scratch(struct match_stream *s)
{
    struct match *m = s->m;

    if (!s->scratch)
        return;
    pthread_mutex_lock(&m->lock);
    m->spare = xreallocarray(m->spare, m->n_spare + 1, sizeof(*m->spare));
    m->spare[m->n_spare++] = s->scratch;
    pthread_mutex_unlock(&m->lock);
    s->scratch = NULL;
}

void match_end(struct match_stream *s)
{
    if (!s)
        return;
    scan(s, buf_str(&s->carry), s->carry.len);
    block_end(s);
    near_end(s->near, true);
    tell_all_near(s);
    near_free(s->near);
    buf_done(&s->carry);
    buf_done(&s->block_text);
    spare_scratch(s);
    pcre2_match_data_free(s->md);
    pcre2_match_context_free(s->mctx);
    free(s->n_blocks);
    s->n_blocks = NULL;
}

void match_drop(struct match_stream *s)
{
    if (!s)
        return;
    if (s->n_blocks) /* not ended */
        match_end(s);
    own_done(&s->own);
    free(s->known);
    free(s->member);
    free(s);
}

void match_commit(struct match_stream *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->m->lock);
    s->m->classes |= s->classes;
    own_merge(&s->own, s->member, s->order, s->m->finds);
    pthread_mutex_unlock(&s->m->lock);
    match_drop(s);
}
