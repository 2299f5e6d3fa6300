/* A redactor as the others see it: its stages, what goes in, what was counted.
 */
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "redact/stream.h"

/* ---- the stage ---- */

#define NAME_MAX_LEN 48u /* of a key that a value follows */

/* Whether the part that ends is cut where a secret would begin: behind "pwd=",
 * "password: \"", "<secret>" or "ftp://me:". */
static bool ends_before_value(const struct redactor *r, uint64_t raw)
{
    static const char *const names[] = {"pass", "pwd",   "psk",    "auth",
                                        "key",  "token", "secret", "://"};
    size_t n = raw && r->work ? r->len : 0;
    char tail[NAME_MAX_LEN + 1];
    size_t k;

    while (n && strchr(" \t\r\n\"'", r->work->window[n - 1]))
        n--;
    if (!n || !strchr("=:>", r->work->window[n - 1]))
        return false;
    k = n < NAME_MAX_LEN ? n : NAME_MAX_LEN;
    for (size_t i = 0; i < k; i++) {
        char c = (char)r->work->window[n - k + i];

        tail[i] = c ? c : ' ';
    }
    tail[k] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasestr(tail, names[i]))
            return true;
    return false;
}

/* What is UTF-16 and what is not are texts apart.  A key may stand in one and
 * its value in the other: then the rest of the line is unscannable, through as
 * many edges as it has.  Lines of a private key are looked for behind an edge
 * as they were before it. */
static int next_part(void *arg, uint64_t raw, bool wide, struct err *err)
{
    struct redactor *r = arg;
    int rc = r->work ? stream_process(r, true, err) : 0;
    bool cut = ends_before_value(r, raw) || r->muted_on;
    uint64_t end = r->base + r->len;
    uint64_t hunt = r->hunt_to > end ? r->hunt_to - end : 0;

    if (!rc && r->pseudonyms)
        rc = pseudonymizer_part(r->pseudonyms, err);
    if (r->work)
        scan_reset(&r->work->scan);
    r->out = r->pos = r->len = r->listed = 0;
    r->base = r->cut_from = r->cut_to = 0;
    r->hunt_to = hunt;
    r->hunt_clear = r->hunt_word = 0;
    r->fresh = r->in_value = r->behind_value = false;
    r->muted = cut || r->value_cut;
    r->muted_text = !cut && r->value_cut;
    r->muted_on = r->value_cut = false;
    r->muted_bytes = 0;
    r->lead_raw -= raw < r->lead_raw ? raw : r->lead_raw;
    if (!r->lead_raw)
        r->gate_shut = false;
    /* Of UTF-16, half so many bytes come here, or some more. */
    r->lead = wide ? (r->lead_raw + 1) / 2 : r->lead_raw;
    return rc;
}

static int redactor_write(struct sink *s, const void *data, size_t n,
                          struct err *err)
{
    struct redactor *r = (struct redactor *)s;
    const uint8_t *p = data;
    size_t k;
    int rc;

    if (!r->work)
        r->work = redact_work_get(r->rules);
    while (n) {
        k = r->rules->window - r->len;
        if (k > n)
            k = n;
        memcpy(r->work->window + r->len, p, k);
        r->len += k;
        p += k;
        n -= k;
        r->fresh = false;
        if (r->len == r->rules->window) {
            rc = stream_process(r, false, err);
            if (rc)
                return rc;
        }
    }
    return 0;
}

static int redactor_close(struct sink *s, struct err *err)
{
    struct redactor *r = (struct redactor *)s;
    int rc = 0, rc2;

    if (r->work)
        rc = stream_process(r, true, err);
    rc2 = sink_close(r->next, rc ? NULL : err);
    return rc ? rc : rc2;
}

static void redactor_free(struct sink *s)
{
    struct redactor *r = (struct redactor *)s;

    if (!r)
        return;
    if (r->work) {
        /* A value that was not finished leaves its hash half done. */
        char sum[SHA256_HEX];

        sha256_hex(r->work->hash, sum);
        redact_work_put(r->rules, r->work);
    }
    sink_free(r->next);
    free(r->hits);
    free(r);
}

static const struct sink_ops redactor_ops = {
    .write = redactor_write,
    .close = redactor_close,
    .free = redactor_free,
};

struct redactor *redactor_new(const struct redact_rules *rules,
                              struct sink *next)
{
    struct redactor *r = xcalloc(1, sizeof(*r));

    r->sink.ops = &redactor_ops;
    if (!rules->opts.bare) {
        r->embedded = embedded_new(next);
        next = embedded_sink(r->embedded);
    }
    r->rules = rules;
    r->wide = wide_new(next, next_part, r);
    r->next = wide_out(r->wide);
    r->begin = wide_in(r->wide, &r->sink);
    if (rules->pseudonyms) {
        r->pseudonyms = pseudonymizer_new(rules->pseudonyms, r->next);
        r->next = pseudonymizer_sink(r->pseudonyms);
    }
    r->hits = xcalloc(rules->set.n, sizeof(*r->hits));
    return r;
}

struct sink *redactor_sink(struct redactor *r)
{
    return r->begin;
}

void redactor_lead(struct redactor *r, uint64_t lead)
{
    r->lead = r->lead_raw = lead;
    r->gate_shut = lead > 0;
}

void redactor_keep_keys(struct redactor *r)
{
    if (r->pseudonyms)
        pseudonymizer_keep_keys(r->pseudonyms);
}

const uint64_t *redactor_hits(const struct redactor *r)
{
    return r->hits;
}

uint64_t redactor_hits_total(const struct redactor *r)
{
    return r->total;
}

uint64_t redactor_unscannable(const struct redactor *r)
{
    return r->unscannable + redactor_embedded(r);
}

const char *redactor_opaque(const struct redactor *r)
{
    return r->embedded ? embedded_all(r->embedded) : NULL;
}

uint64_t redactor_embedded(const struct redactor *r)
{
    return r->embedded ? embedded_count(r->embedded) : 0;
}

uint64_t redactor_pseudonyms(const struct redactor *r)
{
    return r->pseudonyms ? pseudonymizer_count(r->pseudonyms) : 0;
}

uint64_t redactor_lines_gone(const struct redactor *r)
{
    return r->lines_gone + (r->embedded ? embedded_lines_gone(r->embedded) : 0);
}
