/* util.h: a redactor between a text and a buffer, for its unit tests. */
#ifndef XB_TEST_REDACT_UTIL_H
#define XB_TEST_REDACT_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "redact/ruleset.h"
#include "tests/redact/vectors.h"

#define UNUSED __attribute__((unused))
#define N(a) (sizeof(a) / sizeof((a)[0]))

UNUSED static const enum redact_engine engines[] = {REDACT_ENGINE_PCRE2,
                                                    REDACT_ENGINE_HS};

/* NULL if this machine cannot run the engine. */
UNUSED static struct redact_rules *rules_of(enum redact_engine engine,
                                            bool keep, size_t window,
                                            uint32_t match_limit)
{
    struct redact_opts opts = {.engine = engine, .keep_tokens = keep};
    struct redact_table table = {.rules = redact_builtin,
                                 .n = redact_builtin_count,
                                 .window = window,
                                 .match_limit = match_limit};
    struct redact_rules *rules;
    struct err err = ERR_INIT;

    memset(opts.key, 7, sizeof(opts.key));
    if (redact_rules_new_from(&table, &opts, &rules, &err)) {
        if (engine != REDACT_ENGINE_HS)
            fail_msg("%s", err.text);
        print_message("not run: %s\n", err.text);
        return NULL;
    }
    return rules;
}

/* ---- a sink that keeps what comes ---- */

struct keep {
    struct sink sink;
    struct buf buf;
    int fail;
    unsigned closed;
};

static int keep_write(struct sink *s, const void *data, size_t n,
                      struct err *err)
{
    struct keep *k = (struct keep *)s;

    if (k->fail)
        return err_set(err, k->fail, "the sink is full");
    buf_add(&k->buf, data, n);
    return 0;
}

static int keep_close(struct sink *s, struct err *err)
{
    (void)err;
    ((struct keep *)s)->closed++;
    return 0;
}

static void keep_free(struct sink *s)
{
    (void)s;
}

UNUSED static const struct sink_ops keep_ops = {keep_write, keep_close,
                                                keep_free};

/* Feeds text in pieces that cut gives (0: all at once). */
UNUSED static void run(const struct redact_rules *rules, const char *text,
                       size_t len, size_t (*cut)(void *), void *ctx,
                       struct buf *out)
{
    struct keep k = {.sink = {&keep_ops}};
    struct redactor *r = redactor_new(rules, &k.sink);
    size_t i = 0, step;

    while (i < len) {
        step = cut ? cut(ctx) : len;
        if (step > len - i)
            step = len - i;
        assert_int_equal(sink_write(redactor_sink(r), text + i, step, NULL), 0);
        i += step;
    }
    assert_int_equal(sink_close(redactor_sink(r), NULL), 0);
    assert_int_equal(k.closed, 1);
    sink_free(redactor_sink(r));
    *out = k.buf;
}

/* Writes each token as <rule>. */
UNUSED static void normalise(const struct buf *in, struct buf *out)
{
    size_t i = 0, n, name;

    buf_reset(out);
    while (i < in->len) {
        n = redact_token_len(in->data + i, in->len - i);
        if (!n) {
            buf_addc(out, in->data[i++]);
            continue;
        }
        name = strcspn(in->data + i + 10, ":");
        buf_addc(out, '<');
        buf_add(out, in->data + i + 10, name);
        buf_addc(out, '>');
        i += n;
    }
}

UNUSED static void assert_same(const struct buf *got, const char *want,
                               size_t len, const char *why)
{
    if (got->len != len || (len && memcmp(got->data, want, len)))
        fail_msg("%s:\n got %.*s\nwant %.*s", why, (int)got->len, buf_str(got),
                 (int)len, want);
}

/* xorshift: the same inputs at every run. */
UNUSED static uint32_t next_random(void *ctx)
{
    uint32_t *x = ctx;

    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

UNUSED static void make_log(struct buf *text, size_t size, uint32_t seed)
{
    while (text->len < size) {
        const struct vector *v = &vectors[next_random(&seed) % N_VECTORS];

        for (uint32_t n = next_random(&seed) % 400; n; n--)
            buf_addc(text, " \nabcdefgh,='\"\\:/@-"[next_random(&seed) % 19]);
        buf_addc(text, '\n');
        buf_add(text, v->text, v->len);
        /* Now and then a part of one, without a line end. */
        v = &vectors[next_random(&seed) % N_VECTORS];
        if (v->len)
            buf_add(text, v->text, next_random(&seed) % v->len);
    }
}

#endif
