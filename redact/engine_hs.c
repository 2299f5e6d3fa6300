/* libhs (Hyperscan, Vectorscan) scans for all anchors at once; its database
 * was made at build time for a generic CPU.  libhs reports where a match may
 * end; the widths of the anchor say where it may start.  Rules that were added
 * at run time are not in the database: their words are looked for beside. */
#include "redact/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/hs.h"

#ifndef REDACT_NO_HS
#include <hs/hs_common.h>
#include <hs/hs_runtime.h>

#include "redact/around.h"
#include "redact/words.h"

/* A rule that looks for a word. */
struct hs_use {
    const struct anchor_word *word;
    uint16_t rule;
};

struct hs_word {
    struct anchor_word word;
    struct hs_use *use;
    size_t n;
};

struct hs_state {
    const struct ruleset *rs;
    struct hs_word *word;
    size_t n_words;
    hs_database_t *db;
    hs_scratch_t *scratch; /* the model for all others */
    struct words *added;   /* NULL: there are no added rules */
};

static struct hs_word *find_word(struct hs_state *st,
                                 const struct anchor_word *word)
{
    struct hs_word *w;

    for (size_t i = 0; i < st->n_words; i++) {
        w = &st->word[i];
        if (w->word.len == word->len &&
            !memcmp(w->word.text, word->text, word->len))
            return w;
    }
    st->word = xreallocarray(st->word, ++st->n_words, sizeof(*w));
    w = &st->word[st->n_words - 1];
    *w = (struct hs_word){.word = *word};
    return w;
}

/* The words in the order in which redact/gen/ numbered them: those of a rule
 * that was replaced count, too. */
static void collect_words(struct hs_state *st)
{
    for (size_t r = 0; r < redact_builtin_count; r++) {
        const struct rule *rule = &st->rs->rule[r];
        const struct anchor *a = &redact_builtin_anchor[r];

        for (size_t k = 0; k < a->words.n; k++) {
            struct hs_word *w = find_word(st, &a->words.word[k]);

            if (rule->added)
                continue;
            w->use = xreallocarray(w->use, w->n + 1, sizeof(*w->use));
            w->use[w->n++] = (struct hs_use){&a->words.word[k], (uint16_t)r};
        }
    }
}

static void hs_close(void *state)
{
    struct hs_state *st = state;

    if (!st)
        return;
    for (size_t i = 0; i < st->n_words; i++)
        free(st->word[i].use);
    free(st->word);
    if (st->scratch)
        hs_free_scratch(st->scratch);
    if (st->db)
        hs_free_database(st->db);
    words_free(st->added);
    free(st);
}

static int hs_open(const struct ruleset *rs, void **state_out, struct err *err)
{
    struct hs_state *st;

    *state_out = NULL;
    if (!rs->hs_len || !hs_usable())
        return err_set(err, -ENOTSUP, "libhs cannot run on this CPU");
    st = xcalloc(1, sizeof(*st));
    st->rs = rs;
    if (hs_deserialize_database((const char *)rs->hs, rs->hs_len, &st->db) !=
            HS_SUCCESS ||
        hs_alloc_scratch(st->db, &st->scratch) != HS_SUCCESS) {
        hs_close(st);
        return err_set(err, -ENOTSUP,
                       "libhs does not take the database of this build");
    }
    collect_words(st);
    for (size_t i = 0; i < rs->n && !st->added; i++)
        if (rs->rule[i].added)
            st->added = words_new(rs, true);
    *state_out = st;
    return 0;
}

static void *hs_scratch_new(void *state)
{
    struct hs_state *st = state;
    hs_scratch_t *scratch = NULL;

    return hs_clone_scratch(st->scratch, &scratch) == HS_SUCCESS ? scratch
                                                                 : NULL;
}

static void hs_scratch_free(void *scratch)
{
    hs_free_scratch(scratch);
}

struct hs_call {
    const struct hs_state *st;
    const uint8_t *data;
    size_t len, from;
    struct nominees *out;
};

static int hs_match(unsigned id, unsigned long long start,
                    unsigned long long end, unsigned flags, void *ctx)
{
    struct hs_call *c = ctx;
    const struct hs_word *w = &c->st->word[id];
    size_t at = c->from + (size_t)end - w->word.len, lo;
    unsigned cases = around_cases(w->word.text, w->word.len, c->data + at);

    (void)start;
    (void)flags;
    for (size_t i = 0; i < w->n; i++) {
        const struct hs_use *u = &w->use[i];
        const struct rule *r = &c->st->rs->rule[u->rule];

        if (at < c->from + u->word->lo || r->off ||
            !around_case_fits(u->word->upper, u->word->lower, cases) ||
            !around_fits(&r->anchor.around, u->word->behind, u->word->ahead,
                         c->data, c->len, at, at + w->word.len))
            continue;
        lo = at > c->from + u->word->hi ? at - u->word->hi : c->from;
        if (!nominees_add(c->out, u->rule, lo, at - u->word->lo))
            return 1;
    }
    return 0;
}

static size_t hs_nominate(void *state, void *scratch, const uint8_t *data,
                          size_t len, size_t from, struct nominees *out)
{
    struct hs_state *st = state;
    struct hs_call c = {
        .st = st, .data = data, .len = len, .from = from, .out = out};
    size_t end;

    if (!scratch ||
        hs_scan(st->db, (const char *)data + from, (unsigned)(len - from), 0,
                scratch, hs_match, &c) != HS_SUCCESS)
        return 0;
    if (!st->added)
        return len;
    end = words_nominate(st->added, data, len, from, out);
    return end > from ? end : 0;
}

const struct engine_ops engine_hs = {
    .name = "hs",
    .open = hs_open,
    .close = hs_close,
    .scratch_new = hs_scratch_new,
    .scratch_free = hs_scratch_free,
    .nominate = hs_nominate,
};

#else

static int hs_open(const struct ruleset *rs, void **state_out, struct err *err)
{
    (void)rs;
    *state_out = NULL;
    return err_set(err, -ENOSYS, "this build has no libhs");
}

const struct engine_ops engine_hs = {.name = "hs", .open = hs_open};

#endif
