/* Decides among the nominees.  They are kept in a heap by (lo, rule); one whose
 * match was found has lo at that match, so the first found one that comes up
 * starts before all others.  It wins unless another one has its value before;
 * that can only start before the value of the first. */
#include "redact/engine.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "redact/hunt.h"
#include "redact/token.h"

bool nominees_add(struct nominees *ns, size_t rule, size_t lo, size_t hi)
{
    struct nominee *last;

    if (ns->last[rule]) {
        last = &ns->v[ns->last[rule] - 1];
        if (lo <= (size_t)last->hi + 1 && hi + 1 >= last->lo) {
            if (lo < last->lo)
                last->lo = (uint32_t)lo;
            if (hi > last->hi)
                last->hi = (uint32_t)hi;
            return true;
        }
    }
    if (ns->n == ns->max)
        return false;
    if (ns->n == ns->cap) {
        ns->cap = ns->cap ? 2 * ns->cap : 64;
        ns->v = xreallocarray(ns->v, ns->cap, sizeof(*ns->v));
    }
    ns->v[ns->n++] = (struct nominee){
        .lo = (uint32_t)lo, .hi = (uint32_t)hi, .rule = (uint16_t)rule};
    ns->last[rule] = (uint32_t)ns->n;
    return true;
}

/* ---- the heap ---- */

static bool before(const struct nominee *a, const struct nominee *b)
{
    return a->lo != b->lo ? a->lo < b->lo : a->rule < b->rule;
}

static void sift_down(struct nominees *ns, size_t i)
{
    struct nominee t = ns->v[i];

    for (;;) {
        size_t k = 2 * i + 1;

        if (k >= ns->n)
            break;
        if (k + 1 < ns->n && before(&ns->v[k + 1], &ns->v[k]))
            k++;
        if (!before(&ns->v[k], &t))
            break;
        ns->v[i] = ns->v[k];
        i = k;
    }
    ns->v[i] = t;
}

static void push(struct nominees *ns, const struct nominee *t)
{
    size_t i = ns->n++; /* there is room: only what was popped comes back */

    for (; i && before(t, &ns->v[(i - 1) / 2]); i = (i - 1) / 2)
        ns->v[i] = ns->v[(i - 1) / 2];
    ns->v[i] = *t;
}

static void pop(struct nominees *ns)
{
    ns->v[0] = ns->v[--ns->n];
    if (ns->n)
        sift_down(ns, 0);
}

void scan_begin(struct scan *s)
{
    memset(s->ns.last, 0, s->ns.n_rules * sizeof(*s->ns.last));
    for (size_t i = s->ns.n / 2; i-- > 0;)
        sift_down(&s->ns, i);
}

/* ---- PCRE2 ---- */

/* NULL with err: PCRE2 does not take it. */
static pcre2_code *compile(struct rule *r, struct err *err)
{
    uint32_t options = PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_UTF |
                       PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
    pcre2_code *code, *made = NULL;
    PCRE2_SIZE where;
    PCRE2_UCHAR text[128];
    int rc;

    code = pcre2_compile((PCRE2_SPTR)r->anchor.pattern, PCRE2_ZERO_TERMINATED,
                         options, &rc, &where, NULL);
    if (!code) {
        pcre2_get_error_message(rc, text, sizeof(text));
        err_set(err, -EINVAL, "redaction rule %s: anchor: %s", r->src->name,
                (const char *)text);
        return NULL;
    }
    /* Where there is no JIT (SELinux, another CPU) it is slower, not other. */
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    /* Threads share the rules: whoever was first has made it for all. */
    if (atomic_compare_exchange_strong(&r->code, &made, code))
        return code;
    pcre2_code_free(code);
    return made;
}

/* Is there a match of t's rule that starts in lo..hi?  The first one goes to
 * t->lo and t->value. */
static enum scan_result decide(struct scan *s, const uint8_t *data, size_t len,
                               size_t hi, struct nominee *t)
{
    struct rule *r = &s->rs->rule[t->rule];
    pcre2_code *code = atomic_load_explicit(&r->code, memory_order_acquire);
    size_t end = hi + r->anchor.ahead + 1;
    const PCRE2_SIZE *ov;
    int rc;

    if (!code && !(code = compile(r, NULL)))
        return SCAN_FAILED;
    pcre2_set_offset_limit(s->mctx, hi);
    rc = pcre2_match(code, data, end < len ? end : len, t->lo, 0, s->md,
                     s->mctx);
    if (rc == PCRE2_ERROR_NOMATCH)
        return SCAN_NONE;
    if (rc < 0)
        return SCAN_FAILED;
    ov = pcre2_get_ovector_pointer(s->md);
    t->lo = (uint32_t)ov[0];
    t->value = (uint32_t)(r->anchor.group && rc > 1 ? ov[2] : ov[1]);
    t->found = true;
    return SCAN_HIT;
}

static void set_aside(struct scan *s, size_t *n, const struct nominee *t)
{
    if (*n == s->aside_cap) {
        s->aside_cap = s->aside_cap ? 2 * s->aside_cap : 16;
        s->aside = xreallocarray(s->aside, s->aside_cap, sizeof(*s->aside));
    }
    s->aside[(*n)++] = *t;
}

static bool wins(const struct nominee *a, const struct nominee *b)
{
    return a->value != b->value ? a->value < b->value : before(a, b);
}

/* decide() failed somewhere in lo..hi: finds out if it was on the line of lo,
 * and moves t to the next line, so that only lines that fail are lost. */
static enum scan_result decide_line(struct scan *s, const uint8_t *data,
                                    size_t len, size_t hi, struct nominee *t)
{
    const uint8_t *nl = memchr(data + t->lo, '\n', len - t->lo);
    size_t end = nl ? (size_t)(nl - data) : len;
    enum scan_result r = SCAN_FAILED;

    if (end < hi)
        r = decide(s, data, len, end, t);
    if (r != SCAN_HIT)
        t->lo = (uint32_t)(end < hi ? end + 1 : t->hi + 1);
    return r;
}

/* One step with the top of the heap; SCAN_HIT: it is a found match. */
static enum scan_result settle_top(struct scan *s, const uint8_t *data,
                                   size_t len, bool eof, size_t pos,
                                   size_t *failed)
{
    struct nominees *ns = &s->ns;
    struct nominee *t = &ns->v[0];
    size_t hi = t->hi, last = eof ? len : len - s->rs->max_ahead;
    enum scan_result r;

    if (t->hi < pos || s->skip_rule == t->rule + 1u) {
        pop(ns);
        return SCAN_NONE;
    }
    if (t->lo < pos) {
        t->lo = (uint32_t)pos;
        t->found = false;
        sift_down(ns, 0);
        return SCAN_NONE;
    }
    if (t->found)
        return SCAN_HIT;
    if (hi > last)
        hi = last;
    *failed = t->lo;
    r = t->lo <= hi ? decide(s, data, len, hi, t) : SCAN_NONE;
    if (r == SCAN_NONE) {
        pop(ns);
        return SCAN_NONE;
    }
    if (r == SCAN_FAILED)
        r = decide_line(s, data, len, hi, t);
    if (t->lo <= t->hi)
        sift_down(ns, 0);
    else
        pop(ns);
    return r == SCAN_FAILED ? SCAN_FAILED : SCAN_NONE;
}

/* ---- matches around a value ---- */

void scan_reset(struct scan *s)
{
    s->n_spans = 0;
}

void scan_move(struct scan *s, size_t by)
{
    for (size_t i = 0; i < s->n_spans; i++) {
        s->span[i].start -= by < s->span[i].start ? by : s->span[i].start;
        s->span[i].value -= by;
    }
}

/* Those whose value is gone. */
static void drop_spans(struct scan *s, size_t pos)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_spans; i++)
        if (s->span[i].value >= pos)
            s->span[n++] = s->span[i];
    s->n_spans = n;
}

static bool hit_wins(const struct hit *a, const struct hit *b)
{
    return a->value != b->value   ? a->value < b->value
           : a->start != b->start ? a->start < b->start
                                  : a->rule < b->rule;
}

/* The first of those there are; n_spans: none. */
static size_t first_span(const struct scan *s)
{
    size_t best = 0;

    for (size_t i = 1; i < s->n_spans; i++)
        if (hit_wins(&s->span[i], &s->span[best]))
            best = i;
    return best;
}

static bool is_first_of_rule(const struct nominee *a, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (a[k].rule == a[i].rule)
            return false;
    return true;
}

/* Of what was set aside, in the order in which it begins. */
static void keep_spans(struct scan *s, size_t n_aside, const struct hit *best)
{
    for (size_t i = 0; i < n_aside && s->n_spans < SCAN_SPANS; i++) {
        const struct nominee *a = &s->aside[i];

        if (a->lo < best->value && a->value > best->value &&
            is_first_of_rule(s->aside, i))
            s->span[s->n_spans++] = (struct hit){
                .start = a->lo, .value = a->value, .rule = a->rule};
    }
}

enum scan_result scan_next(struct scan *s, const uint8_t *data, size_t len,
                           bool eof, size_t pos, size_t limit, struct hit *out)
{
    enum scan_result r, result = SCAN_NONE;
    struct nominees *ns = &s->ns;
    struct nominee best = {0};
    size_t n_aside = 0, failed = SIZE_MAX, span;

    drop_spans(s, pos);
    span = first_span(s);
    if (span < s->n_spans && s->span[span].value < limit) {
        result = SCAN_HIT;
        best = (struct nominee){.lo = (uint32_t)s->span[span].start,
                                .value = (uint32_t)s->span[span].value,
                                .rule = (uint16_t)s->span[span].rule};
    }

    while (ns->n) {
        if (ns->v[0].lo > (result == SCAN_HIT ? best.value : limit - 1) &&
            ns->v[0].lo >= pos)
            break;
        r = settle_top(s, data, len, eof, pos, &failed);
        if (r == SCAN_FAILED) {
            result = SCAN_FAILED;
            out->start = failed;
            break;
        }
        if (r == SCAN_NONE)
            continue;
        if (result == SCAN_NONE || wins(&ns->v[0], &best))
            best = ns->v[0];
        result = SCAN_HIT;
        set_aside(s, &n_aside, &ns->v[0]);
        pop(ns);
    }
    for (size_t i = 0; i < n_aside; i++)
        push(ns, &s->aside[i]);
    if (result != SCAN_HIT)
        return result;
    *out =
        (struct hit){.start = best.lo, .value = best.value, .rule = best.rule};
    if (span < s->n_spans && !hit_wins(out, &s->span[span])) {
        *out = s->span[span];
        s->span[span] = s->span[--s->n_spans];
    }
    keep_spans(s, n_aside, out);
    return result;
}

void scan_pass(struct scan *s, const struct hit *hit)
{
    struct nominees *ns = &s->ns;
    struct nominee *t;

    for (size_t i = 0; i < ns->n; i++) {
        t = &ns->v[i];
        if (!t->found || t->rule != hit->rule || t->lo != hit->start)
            continue;
        /* One whose range is over goes when it comes up. */
        t->found = false;
        t->lo++;
        sift_down(ns, i);
        return;
    }
}

void scan_init(struct scan *s, const struct ruleset *rs)
{
    memset(s, 0, sizeof(*s));
    s->rs = rs;
    s->md = pcre2_match_data_create(2, NULL);
    s->mctx = pcre2_match_context_create(NULL);
    if (!s->md || !s->mctx)
        xmalloc(SIZE_MAX); /* the one exit when memory runs out */
    if (rs->match_limit)
        pcre2_set_match_limit(s->mctx, rs->match_limit);
    s->ns.n_rules = rs->n;
    s->ns.max = 16384 + 512 * rs->n;
    s->ns.last = xcalloc(rs->n, sizeof(*s->ns.last));
}

void scan_done(struct scan *s)
{
    pcre2_match_data_free(s->md);
    pcre2_match_context_free(s->mctx);
    free(s->ns.v);
    free(s->ns.last);
    free(s->aside);
}

/* ---- rules ---- */

static int read_one(const struct ruleset *rs, struct rule *r, struct err *err)
{
    int rc;

    if (rs->builtin && !r->added) {
        r->anchor = redact_builtin_anchor[r - rs->rule];
        return 0;
    }
    rc = anchor_parse(r->src->anchor, &r->anchor, err);
    if (rc) {
        err_prefix(err, "redaction rule %s: ", r->src->name);
        return rc;
    }
    return compile(r, err) ? 0 : -EINVAL;
}

int ruleset_compile(struct ruleset *rs, struct err *err)
{
    int rc;

    if (rs->n > UINT16_MAX)
        return err_set(err, -E2BIG, "more than %u redaction rules", UINT16_MAX);
    /* Whether a value begins inside of a token, or with the BEGIN line of a
     * key, shows this far ahead. */
    rs->max_ahead = TOKEN_MAX > HUNT_BEGIN ? TOKEN_MAX : HUNT_BEGIN;
    for (size_t i = 0; i < rs->n; i++) {
        struct rule *r = &rs->rule[i];

        rc = read_one(rs, r, err);
        if (rc)
            return rc;
        if (r->anchor.max > rs->max_width)
            rs->max_width = r->anchor.max;
        if (r->anchor.ahead + 1 > rs->max_ahead)
            rs->max_ahead = r->anchor.ahead + 1;
        if (r->anchor.behind > rs->max_behind)
            rs->max_behind = r->anchor.behind;
    }
    return 0;
}

void ruleset_done(struct ruleset *rs)
{
    for (size_t i = 0; i < rs->n; i++) {
        anchor_done(&rs->rule[i].anchor);
        pcre2_code_free(rs->rule[i].code);
    }
    free(rs->rule);
    memset(rs, 0, sizeof(*rs));
}
