#include "collector/take_road.h"

#include <stdlib.h>

#include "collector/base/core/xalloc.h"
#include "collector/made.h"
#include "redact/binary.h"

/* Header and padding of a member. */
#define TAR_OVERHEAD 1024u

static int store_write(struct sink *s, const void *data, size_t n,
                       struct err *err)
{
    struct store *st = (struct store *)s;

    if (st->capture)
        capture_add(st->capture, data, n);
    match_feed(st->diagnosed, data, n);
    if (st->stored)
        atomic_fetch_add(st->stored, n);
    return member_write(st->seg, data, n, err);
}

static int store_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void store_free(struct sink *s)
{
    (void)s; /* stands on the stack of take_item */
}

static const struct sink_ops store_ops = {store_write, store_close, store_free};

int road_begin(struct road *r, struct segment *seg, const char *name,
               int64_t mtime, uint64_t lead, struct err *err)
{
    struct member_info info = {name, mtime};
    int rc = member_begin(seg, &info, err);

    r->store.sink.ops = &store_ops;
    r->store.seg = seg;
    r->store.stored = r->tk->stored;
    if (r->store.stored)
        atomic_fetch_add(r->store.stored, TAR_OVERHEAD);
    r->store.capture = capture_find(r->tk->captures, name);
    if (rc)
        return rc;
    r->store.begun = true;
    r->store.name = xstrdup(name);
    r->store.diagnosed = diagnosis_begin(r->tk->diagnosis, name, r->order++);
    r->red = redactor_new(r->made ? r->made : r->tk->rules, &r->store.sink);
    if (made_json(name))
        redactor_keep_keys(r->red);
    if (lead)
        redactor_lead(r->red, lead);
    r->in = 0;
    return 0;
}

int road_write(struct road *r, const void *data, size_t n, struct err *err)
{
    if (!r->in && r->file)
        r->format = redact_is_format(data, n);
    r->in += n;
    return sink_write(redactor_sink(r->red), data, n, err);
}

static void take_counts(struct road *r, struct manifest_member *m,
                        struct redaction_count **keep)
{
    const uint64_t *hits = redactor_hits(r->red);
    size_t n = redact_rules_count(r->tk->rules);

    m->unscannable = redactor_unscannable(r->red);
    m->pseudonyms = redactor_pseudonyms(r->red);
    if (!redactor_hits_total(r->red))
        return;
    *keep = xcalloc(n, sizeof(**keep));
    for (size_t i = 0; i < n; i++) {
        if (hits[i])
            (*keep)[m->n_redactions++] = (struct redaction_count){
                redact_rule_name(r->tk->rules, i), hits[i]};
    }
    m->redactions = *keep;
}

int road_end(struct road *r, struct manifest_member *m,
             struct redaction_count **keep, struct err *err)
{
    int rc = sink_close(redactor_sink(r->red), err);

    /* A token or a pseudonym in it would be damage.  Only where the format is
     * plain: a guest that prints garbage must not have its console left out. */
    bool drop = r->format &&
                (redactor_hits_total(r->red) || redactor_unscannable(r->red) ||
                 redactor_pseudonyms(r->red));

    if (redactor_opaque(r->red))
        r->opaque = redactor_opaque(r->red);
    drop |= redactor_opaque(r->red) != NULL;
    r->refused |= drop;
    r->embedded |= redactor_embedded(r->red) > 0;
    if (!rc && drop)
        return 0;
    if (!rc)
        rc = member_end(r->store.seg, &m->bytes, m->sha256, err);
    if (!rc) {
        match_end(r->store.diagnosed);
        r->t->diagnosed[keep == &r->t->counts[1]] = r->store.diagnosed;
        r->store.diagnosed = NULL;
        take_counts(r, m, keep);
        m->name = taken_own(r->t, r->store.name);
        r->store.name = NULL;
        r->store.begun = false;
    }
    return rc;
}

void road_done(struct road *r)
{
    if (r->store.begun && !r->spoilt)
        member_drop(r->store.seg);
    free(r->store.name);
    match_drop(r->store.diagnosed);
    r->store.diagnosed = NULL;
    if (r->red)
        sink_free(redactor_sink(r->red));
    r->red = NULL;
    redact_rules_free(r->made);
    r->made = NULL;
    r->store.begun = false;
    r->store.name = NULL;
}
