/* One stream, or one part of it: see wide.h.
 *
 * Input is copied into a window of fixed size and looked at only when the
 * window is full or the input has ended; so how it was cut cannot matter.  In
 * the window (offsets):
 *
 *      0 ... out ... pos ... limit ... len
 *
 * Bytes before out were passed on and stay for anchors that look back.  Bytes
 * from out to pos are scanned; they are passed on when the window moves, but
 * for the last REDACT_BACK, which may still be replaced if the line proves
 * unscannable.  Matches that start before limit can be decided.  When there is
 * no more to do, the window moves so that pos is near its begin.
 *
 * On the way out a byte passes two gates: the lead (not passed on) and, on an
 * unscannable line, the mute (counted, not passed on, up to the line end). */
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "redact/again.h"
#include "redact/cut.h"
#include "redact/hunt.h"
#include "redact/stream.h"
#include "redact/token.h"

/* So long a newline is waited for behind the lead.  What is printed with a CR
 * only, as progress is, would else be lost as a whole. */
#define LINE_WAIT (64u * 1024u)

/* So much of a value before a BEGIN line is no secret: String(\". */
#define KEY_PREFIX 24u

/* ---- output ---- */

/* The n bytes at p are not passed on. */
static void mute(struct redactor *r, const uint8_t *p, size_t n)
{
    size_t k = TOKEN_MAX > r->muted_bytes ? TOKEN_MAX - r->muted_bytes : 0;

    if (k)
        memcpy(r->muted_head + r->muted_bytes, p, k < n ? k : n);
    r->muted_bytes += n;
}

/* What is not passed on is a token that stood there. */
static bool muted_token(const struct redactor *r)
{
    return r->rules->opts.around_tokens && r->muted_bytes <= TOKEN_MAX &&
           redact_token_len(r->muted_head, r->muted_bytes) == r->muted_bytes;
}

static int unmute(struct redactor *r, struct err *err)
{
    char token[TOKEN_MAX + 1];
    size_t n;

    r->muted = false;
    if (!r->muted_bytes || r->gate_shut)
        return 0;
    if (muted_token(r))
        return sink_write(r->next, r->muted_head, r->muted_bytes, err);
    r->unscannable++;
    n = token_unscannable(r->muted_bytes, token);
    return sink_write(r->next, token, n, err);
}

/* Where the first of these bytes of the stream is in from..to of the window. */
static size_t place_of(const struct redactor *r, uint64_t offset, size_t from,
                       size_t to)
{
    uint64_t at = offset > r->base ? offset - r->base : 0;

    return at < from ? from : at > to ? to : (size_t)at;
}

/* The end of a line or word in from..to behind which output begins; NULL: not
 * there.  A newline counts from the last byte of the lead on. */
static const uint8_t *gate_opens(const struct redactor *r, size_t from,
                                 size_t to)
{
    const uint8_t *w = r->work->window, *nl;
    size_t at = place_of(r, r->lead - 1, from, to);
    size_t late = place_of(r, r->lead + LINE_WAIT, from, to);

    nl = memchr(w + at, '\n', to - at);
    for (size_t end = nl ? (size_t)(nl - w) : to; late < end; late++) {
        if (w[late] == '\r' || w[late] == ' ' || w[late] == '\t')
            return w + late;
    }
    return nl;
}

/* The bytes from..to of the window, past both gates. */
static int emit(struct redactor *r, size_t from, size_t to, struct err *err)
{
    const uint8_t *w = r->work->window, *nl;
    size_t skip;
    int rc;

    if (r->gate_shut && from < to) {
        nl = gate_opens(r, from, to);
        if (!nl)
            return 0;
        r->gate_shut = false;
        r->muted = r->muted && *nl != '\n';
        r->muted_bytes = 0;
        from = (size_t)(nl - w) + 1;
    }
    /* A string among numbers has ended, and its value with it. */
    if (r->muted_text && from < to)
        r->muted = str_is_text(w[from]);
    r->muted_text = r->muted_text && from == to;
    if (r->muted && from < to) {
        nl = memchr(w + from, '\n', to - from);
        skip = nl ? (size_t)(nl - w) - from : to - from;
        mute(r, w + from, skip);
        from += skip;
        if (nl && (rc = unmute(r, err)))
            return rc;
    }
    return sink_write(r->next, w + from, to - from, err);
}

/* Anchors that look back see the token, as they would in the output; so a
 * second pass over it finds no more than the first. */
static void look_back_at(struct redactor *r, const char *token, size_t n)
{
    size_t k = n;

    if (k > value_taken(&r->value))
        k = (size_t)value_taken(&r->value);
    if (k > r->out)
        k = r->out;
    memcpy(r->work->window + r->out - k, token + n - k, k);
}

static int emit_token(struct redactor *r, struct err *err)
{
    char token[TOKEN_MAX + 1];
    size_t n;

    n = token_make(r->rules->opts.key, redact_rule_name(r->rules, r->rule),
                   r->work->hash, token);
    look_back_at(r, token, n);
    if (r->muted) {
        r->muted_bytes += value_taken(&r->value);
        r->muted_head[0] = '\0'; /* no token alone */
    }
    if (r->muted || r->gate_shut)
        return 0;
    r->hits[r->rule]++;
    r->total++;
    return sink_write(r->next, token, n, err);
}

/* ---- scanning ---- */

static void nominate(struct redactor *r)
{
    const struct redact_rules *rules = r->rules;
    struct work *w = r->work;

    w->scan.ns.n = 0;
    scan_begin(&w->scan);
    r->listed = rules->engine->nominate(rules->engine_state, w->scratch,
                                        w->window, r->len, r->pos, &w->scan.ns);
    if (!r->listed) { /* the engine failed */
        w->scan.ns.n = 0;
        scan_begin(&w->scan);
        r->listed = engine_pcre2.nominate(rules->fallback, NULL, w->window,
                                          r->len, r->pos, &w->scan.ns);
    }
    scan_begin(&w->scan);
    r->fresh = true;
}

/* The line at start goes, as far back as it was not passed on yet. */
static int mute_line(struct redactor *r, size_t start, struct err *err)
{
    const uint8_t *w = r->work->window;
    size_t from = start;
    int rc;

    while (from > r->out && start - from < REDACT_BACK && w[from - 1] != '\n')
        from--;
    rc = emit(r, r->out, from, err);
    r->out = from;
    if (!rc && !r->muted) {
        r->muted = true;
        r->muted_bytes = 0;
    }
    return rc;
}

/* How far from..to is indented; a list's "- " counts. */
static unsigned indentation(const uint8_t *w, size_t from, size_t to)
{
    size_t i;

    for (i = from; i < to; i++)
        if (w[i] != ' ' && w[i] != '\t' &&
            (w[i] != '-' || i + 1 >= to || w[i + 1] != ' '))
            break;
    return (unsigned)(i - from);
}

/* The first variable of /proc/PID/environ has no NUL before it. */
static bool nul_ends_line(const struct redactor *r, size_t i)
{
    const uint8_t *w = r->work->window;
    size_t end = i + r->rules->set.max_ahead;

    while (i < end && i < r->len && w[i] && w[i] != '\n')
        i++;
    return i < end && i < r->len && !w[i];
}

/* The bytes from the last \n, as text, to start; 0 if there is none. */
static unsigned since_escape(const uint8_t *w, size_t line, size_t start)
{
    for (size_t i = start; i > line + 1; i--)
        if (w[i - 1] == 'n' && w[i - 2] == '\\')
            return (unsigned)(start - i);
    return 0;
}

/* Where in its line the match stands.  It looks back no further than what is in
 * every window. */
static struct value_context context_of(const struct redactor *r,
                                       const struct hit *hit)
{
    struct value_context c = {.keep_tokens = r->rules->opts.keep_tokens};
    size_t least = hit->start > REDACT_BACK ? hit->start - REDACT_BACK : 0;
    const uint8_t *w = r->work->window;
    size_t i = hit->start, line = hit->value;

    while (i > least && w[i - 1] != '\n')
        i--;
    c.column = (unsigned)(hit->start - i);
    c.column_escaped = since_escape(w, i, hit->start);
    while (line > least && w[line - 1] != '\n' && w[line - 1])
        line--;
    c.nul = line > least ? !w[line - 1]
                         : !r->base && !line && nul_ends_line(r, hit->value);
    c.indent = indentation(w, line, hit->value);
    for (i = hit->value; i > line; i--)
        if (i - line > 1 && w[i - 1] == 'n' && w[i - 2] == '\\')
            break;
    c.escaped = i > line ? indentation(w, i, hit->value) : 0;
    return c;
}

/* What begins inside of a token that is kept is no value. */
static bool inside_token(const struct redactor *r, size_t value)
{
    const char *w = (const char *)r->work->window;

    for (size_t k = 1; k < TOKEN_MAX && k <= value; k++)
        if (w[value - k] == '[' &&
            redact_token_len(w + value - k, r->len - value + k) > k)
            return true;
    return false;
}

/* A value that ends with the BEGIN line of a private key, or within it, is
 * none, else nobody would see that a key follows: b'-----BEGIN. */
static bool is_key_begin(const struct redactor *r, const struct hit *hit,
                         const struct value_context *context)
{
    enum value_form form = r->rules->set.rule[hit->rule].src->form;
    const uint8_t *p = r->work->window + hit->value;
    size_t n = r->len - hit->value, len, raw, gone;
    size_t from = hunt_begin(p, n, &len);
    struct value v;

    if (!len || from > KEY_PREFIX || hit->rule == r->rules->key_rule)
        return false;
    value_begin(&v, form, context, NULL);
    value_step(&v, p, n < HUNT_BEGIN ? n : HUNT_BEGIN, true, &raw, &gone);
    return raw + gone > from && raw + gone < from + len + 4;
}

/* The rest of a key goes as if its BEGIN line stood there. */
static int begin_cut(struct redactor *r, struct err *err)
{
    struct value_context c = {.keep_tokens = r->rules->opts.keep_tokens};
    int rc = emit(r, r->out, r->pos, err);

    r->out = r->pos;
    r->cut_to = 0;
    r->rule = r->rules->key_rule;
    r->in_value = true;
    value_begin(&r->value, FORM_BLOCK, &c, r->work->hash);
    return rc ? rc : 1;
}

/* The rest of a line goes that looks like key and stands apart. */
static int begin_hunted(struct redactor *r, struct err *err)
{
    struct value_context c = {.keep_tokens = r->rules->opts.keep_tokens};
    int rc = emit(r, r->out, r->pos, err);

    r->out = r->pos;
    r->rule = r->rules->key_rule;
    r->in_value = true;
    value_begin(&r->value, FORM_BASE64, &c, r->work->hash);
    return rc ? rc : 1;
}

/* Where from pos on the next word is that looks so, if before limit.  Lines
 * that were looked at are not looked at again, however much is found. */
static size_t hunt(struct redactor *r, size_t limit)
{
    const uint8_t *w = r->work->window, *nl;
    size_t start = place_of(r, r->hunt_clear, r->pos, limit);
    size_t line = start, at, from;

    if (r->hunt_word > r->base + r->pos)
        return place_of(r, r->hunt_word - 1, r->pos, limit);
    while (line && start - line < HUNT_LINE && w[line - 1] != '\n')
        line--;
    for (; line < limit; line = (size_t)(nl - w) + 1) {
        at = line < start ? start : line;
        if (r->base + line >= r->hunt_to || hunt_ends(w + at, r->len - at)) {
            r->hunt_to = r->base + at;
            break;
        }
        r->hunt_clear = r->base + at;
        if (hunt_line(w + line, r->len - line, !r->base && !line, &from) &&
            line + from >= start) {
            r->hunt_word = r->base + line + from + 1;
            return place_of(r, r->hunt_word - 1, r->pos, limit);
        }
        nl = memchr(w + line, '\n', r->len - line);
        if (!nl)
            break;
    }
    return limit;
}

/* Behind a value that has taken the first words of a BEGIN line, the key goes
 * as if it had not. */
static void hunt_behind_value(struct redactor *r)
{
    const uint8_t *p = r->work->window + r->pos;
    size_t len = r->behind_value ? hunt_begin_rest(p, r->len - r->pos) : 0;

    r->behind_value = false;
    if (!len || r->cut_to > r->base + r->pos)
        return;
    r->cut_from = r->base + r->pos + len;
    r->cut_to = r->cut_from + 1;
}

/* Scans on from pos.  1: a value begins, or there is more to scan; 0: done with
 * this window. */
static int scan(struct redactor *r, bool eof, struct err *err)
{
    const struct ruleset *set = &r->rules->set;
    size_t undecided = redact_undecided(r->rules), limit;
    struct value_context context;
    struct work *w = r->work;
    struct hit hit;
    int rc;

    if (r->base + r->pos >= r->cut_from && r->base + r->pos < r->cut_to)
        return begin_cut(r, err);
    limit = eof ? r->len : r->len > undecided ? r->len - undecided : 0;
    if (r->pos >= limit)
        return 0;
    hunt_behind_value(r);
    if (r->base + r->pos < r->cut_to && r->base + limit > r->cut_from)
        limit = (size_t)(r->cut_from - r->base);
    if (r->base + r->pos < r->hunt_to) {
        limit = hunt(r, limit);
        if (limit == r->pos)
            return begin_hunted(r, err);
    }
    if (!r->fresh || r->pos >= r->listed)
        nominate(r);
    if (limit > r->listed)
        limit = r->listed;
    switch (scan_next(&w->scan, w->window, r->len, eof, r->pos, limit, &hit)) {
    case SCAN_NONE:
        r->pos = limit;
        return 1;
    case SCAN_FAILED:
        rc = mute_line(r, hit.start, err);
        return rc ? rc : 1;
    case SCAN_HIT:
        break;
    }
    if (r->rules->opts.keep_tokens && inside_token(r, hit.value)) {
        r->pos = hit.start + 1;
        return 1;
    }
    context = context_of(r, &hit);
    if (is_key_begin(r, &hit, &context) ||
        (r->rules->opts.around_tokens &&
         again_is_none(w->window, r->len, eof, &hit,
                       set->rule[hit.rule].src->form, &context))) {
        scan_pass(&w->scan, &hit);
        return 1;
    }
    rc = emit(r, r->out, hit.value, err);
    r->out = hit.value;
    /* Beyond the start, so that an empty value is not found again. */
    r->pos = hit.value > hit.start ? hit.value : hit.start + 1;
    r->rule = hit.rule;
    r->in_value = true;
    value_begin(&r->value, set->rule[hit.rule].src->form, &context, w->hash);
    return rc ? rc : 1;
}

static void count_lines(struct redactor *r, size_t from, size_t n)
{
    const uint8_t *p = r->work->window + from, *end = p + n;

    for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
        r->lines_gone++;
}

/* Nothing was there to hide: what was found around it began with that. */
static bool was_nothing(const struct redactor *r)
{
    const char *p = (const char *)r->work->window + r->out;

    return !value_taken(&r->value) && !redact_token_len(p, r->len - r->out);
}

/* Feeds the value.  1: it ended; 0: it needs more. */
static int feed_value(struct redactor *r, bool eof, struct err *err)
{
    size_t raw, gone, from = r->out;
    int done, rc;

    done = value_step(&r->value, r->work->window + from, r->len - from, eof,
                      &raw, &gone) == VALUE_DONE;
    rc = emit(r, from, from + raw, err);
    count_lines(r, from + raw, gone);
    r->out = from + raw + gone;
    if (r->pos < r->out)
        r->pos = r->out;
    if (!rc && done) {
        r->in_value = false;
        r->behind_value = true;
        r->value_cut = value_taken(&r->value) && r->out == r->len;
        if (was_nothing(r))
            scan_reset(&r->work->scan);
        if (r->value.form == FORM_BLOCK) {
            r->hunt_to = r->base + r->out +
                         (value_taken(&r->value) ? HUNT_MAX : HUNT_NEAR);
            /* What was looked at ahead of it was for another key. */
            r->hunt_clear = r->base + r->out;
            r->hunt_word = 0;
        }
        if (value_taken(&r->value))
            rc = emit_token(r, err);
    }
    return rc ? rc : done;
}

/* Moves the window so that new bytes have room. */
static int move(struct redactor *r, struct err *err)
{
    struct work *w = r->work;
    size_t keep = r->in_value ? r->out : r->pos;
    size_t back = REDACT_BACK + ANCHOR_WIDTH_MAX; /* before a span, too */
    size_t from = keep > back ? keep - back : 0;
    int rc = 0;

    if (r->out < from) {
        rc = emit(r, r->out, from, err);
        r->out = from;
    }
    scan_move(&w->scan, from);
    memmove(w->window, w->window + from, r->len - from);
    r->base += from;
    r->out -= from;
    r->pos -= from;
    r->len -= from;
    r->fresh = false;
    return rc;
}

int stream_process(struct redactor *r, bool eof, struct err *err)
{
    size_t from, to;
    int rc;

    if (!r->base && !r->pos && r->rules->key_rule < r->rules->set.n) {
        if (cut_key_find(r->work->window, r->len, &from, &to) &&
            !(r->rules->opts.around_tokens &&
              again_moved(r->work->window, r->len, from))) {
            r->cut_from = from;
            r->cut_to = to;
        } else if (hunt_find(r->work->window, r->len, &to) && to > r->hunt_to) {
            r->hunt_to = to;
        }
    }
    do {
        rc = r->in_value ? feed_value(r, eof, err) : scan(r, eof, err);
    } while (rc > 0);
    if (rc)
        return rc;
    if (!eof)
        return move(r, err);
    rc = emit(r, r->out, r->len, err);
    r->out = r->len;
    r->muted_on = r->muted && !r->muted_text;
    if (!rc && r->muted)
        rc = unmute(r, err);
    return rc;
}
