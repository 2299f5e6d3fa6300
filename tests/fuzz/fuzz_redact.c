/* fuzz_redact.c: any bytes as a log.
 *
 * However they are cut, in whatever window and by whichever engine they are
 * scanned, the bytes that come out must be the same; and verify --deep finds
 * nothing in them but right beside a token, where a rule may take it for what
 * it looks for.  The first byte of the input says how it is cut, and its
 * lowest bits what is compared. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "redact/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NEAR 1024u

struct out {
    struct sink sink;
    struct buf buf;
};

static int out_write(struct sink *s, const void *data, size_t n,
                     struct err *err)
{
    (void)err;
    buf_add(&((struct out *)s)->buf, data, n);
    return 0;
}

static int out_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void out_free(struct sink *s)
{
    (void)s;
}

/* again: as verify --deep looks. */
static struct redact_rules *make(enum redact_engine engine, size_t window,
                                 bool again)
{
    struct redact_opts opts = {.engine = engine,
                               .keep_tokens = again,
                               .around_tokens = again,
                               .bare = again};
    struct redact_table table = {
        .rules = redact_builtin, .n = redact_builtin_count, .window = window};
    struct redact_rules *rules;

    if (redact_rules_new_from(&table, &opts, &rules, NULL))
        abort();
    return rules;
}

static struct buf run(const struct redact_rules *rules, const uint8_t *data,
                      size_t size, size_t step)
{
    static const struct sink_ops ops = {out_write, out_close, out_free};
    struct out out = {.sink = {&ops}};
    struct redactor *r = redactor_new(rules, &out.sink);

    for (size_t i = 0; i < size; i += step)
        if (sink_write(redactor_sink(r), data + i,
                       size - i < step ? size - i : step, NULL))
            abort();
    if (sink_close(redactor_sink(r), NULL))
        abort();
    sink_free(redactor_sink(r));
    return out.buf;
}

/* Where they differ first, a has a token near. */
static bool same_or_near(const struct buf *a, const struct buf *b)
{
    size_t i = 0, from;

    while (i < a->len && i < b->len && a->data[i] == b->data[i])
        i++;
    if (i == a->len && i == b->len)
        return true;
    from = i > NEAR ? i - NEAR : 0;
    for (; from < a->len && from < i + NEAR; from++)
        if (redact_token_len(a->data + from, a->len - from))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct redact_rules *big, *again, *other[2];
    struct buf a, b, text = BUF_INIT;
    size_t step = size ? 1 + data[0] : 1;
    unsigned how = size ? data[0] : 0;

    if (!big) {
        big = make(REDACT_ENGINE_PCRE2, 0, false);
        other[0] = make(REDACT_ENGINE_AUTO, 1, false);
        other[1] = make(REDACT_ENGINE_PCRE2, 1, false);
        again = make(REDACT_ENGINE_CHECK, 40009, true);
    }
    buf_add(&text, data, size);
    /* One in 32 is long enough to cross the smallest window; that is slow. */
    for (size_t n = how & 62 || !size ? 0 : 8000 / size; n && n < 2000; n--)
        buf_add(&text, data, size);
    a = run(big, (const uint8_t *)buf_str(&text), text.len, text.len + 1);
    b = run(other[how & 1], (const uint8_t *)buf_str(&text), text.len, step);
    if (a.len != b.len || (a.len && memcmp(a.data, b.data, a.len)))
        abort();
    buf_done(&b);
    b = run(again, (const uint8_t *)buf_str(&a), a.len, a.len + 1);
    if (!same_or_near(&a, &b))
        abort();
    buf_done(&a);
    buf_done(&b);
    buf_done(&text);
    return 0;
}
