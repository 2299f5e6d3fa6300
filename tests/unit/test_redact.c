/* The redactor as callers see it, on both engines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "redact/ruleset.h"
#include "tests/redact/vectors.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const enum redact_engine engines[] = {REDACT_ENGINE_PCRE2,
                                             REDACT_ENGINE_HS};

/* NULL if this machine cannot run the engine. */
static struct redact_rules *rules_of(enum redact_engine engine, bool keep,
                                     size_t window, uint32_t match_limit)
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

static const struct sink_ops keep_ops = {keep_write, keep_close, keep_free};

/* Feeds text in pieces that cut gives (0: all at once). */
static void run(const struct redact_rules *rules, const char *text, size_t len,
                size_t (*cut)(void *), void *ctx, struct buf *out)
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
static void normalise(const struct buf *in, struct buf *out)
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

static void assert_same(const struct buf *got, const char *want, size_t len,
                        const char *why)
{
    if (got->len != len || (len && memcmp(got->data, want, len)))
        fail_msg("%s:\n got %.*s\nwant %.*s", why, (int)got->len, buf_str(got),
                 (int)len, want);
}

/* ---- the rules ---- */

static void test_examples(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *rules = rules_of(engines[e], false, 0, 0);

        if (rules && redact_rules_check(rules, &err))
            fail_msg("%s", err.text);
        redact_rules_free(rules);
    }
}

/* The check of examples can fail, both ways. */
static void test_examples_fail(void **state)
{
    static const struct rule_example good[] = {{"abc=S", "S"}, {0}};
    static const struct rule_example bad[] = {{"abc=S", "=S"}, {0}};
    static const char *const keep[] = {"abd=S", NULL};
    static const char *const hit[] = {"abc=T", NULL};
    struct redact_rule rule[] = {{"a", "abc=", FORM_AUTO, good, keep},
                                 {"a", "abc=", FORM_AUTO, bad, keep},
                                 {"a", "abc=", FORM_AUTO, good, hit}};
    struct redact_opts opts = {.engine = REDACT_ENGINE_AUTO};
    struct redact_rules *rules;

    (void)state;
    for (size_t i = 0; i < N(rule); i++) {
        struct redact_table table = {.rules = &rule[i], .n = 1};

        assert_int_equal(redact_rules_new_from(&table, &opts, &rules, NULL), 0);
        assert_string_equal(redact_rules_engine(rules), "pcre2");
        assert_int_equal(redact_rules_check(rules, NULL), i ? -EINVAL : 0);
        redact_rules_free(rules);
    }
}

/* ---- vectors ---- */

static void test_vectors(void **state)
{
    struct buf got, plain = BUF_INIT;

    (void)state;
    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *rules = rules_of(engines[e], false, 0, 0);

        for (size_t i = 0; rules && i < N_VECTORS; i++) {
            const struct vector *v = &vectors[i];

            run(rules, v->text, v->len, NULL, NULL, &got);
            normalise(&got, &plain);
            assert_same(&plain, v->want, v->want_len, v->why);
            buf_done(&got);
        }
        redact_rules_free(rules);
    }
    buf_done(&plain);
}

struct split {
    size_t at;
    bool done;
};

static size_t cut_once(void *ctx)
{
    struct split *s = ctx;

    if (s->done)
        return SIZE_MAX;
    s->done = true;
    return s->at;
}

static size_t cut_bytes(void *ctx)
{
    (void)ctx;
    return 1;
}

/* Every vector, cut at every place and into single bytes. */
static void test_splits(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct buf whole, got;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        const struct vector *v = &vectors[i];

        run(rules, v->text, v->len, NULL, NULL, &whole);
        for (size_t at = 1; at < v->len; at++) {
            struct split s = {.at = at};

            run(rules, v->text, v->len, cut_once, &s, &got);
            assert_same(&got, buf_str(&whole), whole.len, v->why);
            buf_done(&got);
        }
        run(rules, v->text, v->len, cut_bytes, NULL, &got);
        assert_same(&got, buf_str(&whole), whole.len, v->why);
        buf_done(&got);
        buf_done(&whole);
    }
    redact_rules_free(rules);
}

/* Every vector with every byte of it at the edge of the window. */
static void test_window_edges(void **state)
{
    struct buf whole, got, text = BUF_INIT;

    (void)state;
    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *big = rules_of(engines[e], false, 0, 0);
        struct redact_rules *small = rules_of(engines[e], false, 1, 0);
        size_t edge[2];

        if (!big)
            continue;
        edge[0] = small->window;
        edge[1] = small->window - small->set.max_width - small->set.max_ahead;
        for (size_t i = 0; i < N_VECTORS; i++) {
            const struct vector *v = &vectors[i];

            for (size_t k = 0; k <= 2 * v->len; k += 1 + e) {
                size_t pad = edge[k % 2] - k / 2;

                buf_reset(&text);
                memset(buf_room(&text, pad), 'x', pad);
                text.len = pad;
                text.data[pad - 1] = '\n';
                buf_add(&text, v->text, v->len);
                buf_adds(&text, "\nmore\n");
                run(big, text.data, text.len, NULL, NULL, &whole);
                run(small, text.data, text.len, NULL, NULL, &got);
                assert_same(&got, buf_str(&whole), whole.len, v->why);
                buf_done(&whole);
                buf_done(&got);
            }
        }
        redact_rules_free(big);
        redact_rules_free(small);
    }
    buf_done(&text);
}

/* xorshift: the same inputs at every run. */
static uint32_t next_random(void *ctx)
{
    uint32_t *x = ctx;

    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

static size_t cut_random(void *ctx)
{
    uint32_t r = next_random(ctx);

    return r % 8 ? 1 + r % 300 : 1 + r % 70000;
}

static void make_log(struct buf *text, size_t size, uint32_t seed)
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

/* Large input: random cuts, other windows and the other engine give the same
 * bytes, and a second pass that keeps tokens changes none of them. */
static void test_large(void **state)
{
    struct redact_rules *one = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct redact_rules *small = rules_of(REDACT_ENGINE_PCRE2, false, 1, 0);
    struct redact_rules *hs = rules_of(REDACT_ENGINE_HS, false, 9001, 0);
    struct buf text = BUF_INIT, whole, got;
    uint32_t seed = 5;

    (void)state;
    make_log(&text, 1 << 20, 77);
    run(one, text.data, text.len, NULL, NULL, &whole);
    assert_int_not_equal(whole.len, text.len);
    for (int i = 0; i < 4; i++) {
        run(one, text.data, text.len, cut_random, &seed, &got);
        assert_same(&got, whole.data, whole.len, "random cuts");
        buf_done(&got);
    }
    run(small, text.data, text.len, cut_random, &seed, &got);
    assert_same(&got, whole.data, whole.len, "smallest window");
    buf_done(&got);
    if (hs) {
        run(hs, text.data, text.len, cut_random, &seed, &got);
        assert_same(&got, whole.data, whole.len, "libhs");
        buf_done(&got);
    }
    buf_done(&whole);
    buf_done(&text);
    redact_rules_free(one);
    redact_rules_free(small);
    redact_rules_free(hs);
}

/* ---- long things ---- */

static long peak_kib(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* 256 MiB without a line end, then a value of 32 MiB: no memory for either. */
static void test_long(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct keep k = {.sink = {&keep_ops}};
    struct redactor *r = redactor_new(rules, &k.sink);
    static char block[1 << 20];
    long before;

    (void)state;
    memset(block, 'x', sizeof(block));
    sink_write(redactor_sink(r), block, sizeof(block), NULL);
    before = peak_kib();
    for (int i = 0; i < 256; i++) {
        sink_write(redactor_sink(r), block, sizeof(block), NULL);
        buf_reset(&k.buf);
    }
    sink_write(redactor_sink(r), " password=\"", 11, NULL);
    for (int i = 0; i < 32; i++)
        sink_write(redactor_sink(r), block, sizeof(block), NULL);
    sink_write(redactor_sink(r), "\" end", 5, NULL);
    assert_int_equal(sink_close(redactor_sink(r), NULL), 0);
    assert_int_equal(redactor_hits_total(r), 1);
    assert_non_null(strstr(buf_str(&k.buf), " password=\"[REDACTED:password:"));
    assert_non_null(strstr(buf_str(&k.buf), "]\" end"));
    assert_true(peak_kib() - before < 4096);
    sink_free(redactor_sink(r));
    buf_done(&k.buf);
    redact_rules_free(rules);
}

/* A guest that prints BEGIN and then only words hides 64 KiB, no more. */
static void test_block_limit(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf text = BUF_INIT, got;

    (void)state;
    buf_adds(&text, "-----BEGIN RSA PRIVATE KEY-----\n");
    while (text.len < 200000)
        buf_adds(&text, "hello\n");
    run(rules, text.data, text.len, NULL, NULL, &got);
    assert_true(got.len > 200000 - 65536 - 5000);
    assert_true(got.len < 200000 - 60000);
    buf_done(&got);
    buf_done(&text);
    redact_rules_free(rules);
}

/* ---- tokens ---- */

static void token_of(const struct redact_rules *rules, const char *text,
                     char out[13])
{
    struct buf b = BUF_INIT;
    const char *p;

    redact_text(rules, text, strlen(text), &b);
    p = strstr(buf_str(&b), "[REDACTED:");
    if (!p || !redact_token_len(p, strlen(p)))
        fail_msg("no token in %s", buf_str(&b));
    memcpy(out, strchr(p, ']') - 12, 12);
    out[12] = '\0';
    buf_done(&b);
}

/* One secret, written in every way, has one token; another has another. */
static void test_tokens_agree(void **state)
{
    static const char *const same[] = {
        "vncpasswd = \"it's \\\"&@\"\n",
        "vncpasswd = 'it\\'s \"&@'\n",
        "\"passwd\": \"it's \\\"&@\"",
        "\"passwd\": \"it\\u0027s \\\"\\u0026@\"",
        "{\\\"passwd\\\": \\\"it's \\\\\\\"&@\\\"}",
        "(vncpasswd 'it\\'s \"&@')",
        "<graphics passwd='it&apos;s &quot;&amp;@'/>",
        "<password>it&#39;s &#x22;&amp;@</password>",
        "http://u:it's%20%22&@@host/",
        "vfb = [ 'type=vnc,vncpasswd=it's \"&@,vnc=1' ]",
        "/local/domain/1/console/vnc-pass = \"it's \"&@\"\n",
        "A8.4         write     /vm/1/vncpasswd it's \"&@\n",
        "node.session.auth.password = it's \"&@\n",
    };
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    char want[13], got[13];

    (void)state;
    token_of(rules, same[0], want);
    for (size_t i = 1; i < N(same); i++) {
        token_of(rules, same[i], got);
        if (strcmp(got, want))
            fail_msg("another token for %s", same[i]);
    }
    token_of(rules, "vncpasswd = \"it's \\\"&\"\n", got);
    assert_string_not_equal(got, want);
    redact_rules_free(rules);
}

/* A private key has one token, however its lines are written. */
static void test_key_tokens_agree(void **state)
{
    static const char *const same[] = {
        "-----BEGIN PRIVATE KEY-----\nMIIE/+\nvQ==\n-----END",
        "  -----BEGIN PRIVATE KEY-----\r\n  MIIE/+vQ==\r\n  -----END",
        "-----BEGIN PRIVATE KEY-----\\nMIIE\\/\\u002b\\nvQ==\\n-----END",
    };
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    char want[13], got[13];

    (void)state;
    token_of(rules, same[0], want);
    for (size_t i = 1; i < N(same); i++) {
        token_of(rules, same[i], got);
        assert_string_equal(got, want);
    }
    redact_rules_free(rules);
}

static void test_token_grammar(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } t[] = {
        {"[REDACTED:a:0123456789ab]", 25},
        {"[REDACTED:a-1:0123456789ab]]", 27},
        {"[REDACTED:unscannable:17]", 25},
        {"[REDACTED:unscannable:12345678901234567890]", 43},
        {"[REDACTED:unscannable:123456789012345678901]", 0},
        {"[REDACTED:unscannable:0123456789ab]", 0},
        {"[REDACTED:unscannable:]", 0},
        {"[REDACTED:a:0123456789AB]", 0},
        {"[REDACTED:a:0123456789a]", 0},
        {"[REDACTED:a:0123456789abc]", 0},
        {"[REDACTED:-a:0123456789ab]", 0},
        {"[REDACTED:1:0123456789ab]", 0},
        {"[REDACTED::0123456789ab]", 0},
        {"[REDACTED:A:0123456789ab]", 0},
        {"[REDACTED:abcdefghijklmnopqrstuvwxyz012345:0123456789ab]", 56},
        {"[REDACTED:abcdefghijklmnopqrstuvwxyz0123456:0123456789ab]", 0},
        {"[redacted:a:0123456789ab]", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < N(t); i++) {
        if (redact_token_len(t[i].text, strlen(t[i].text)) != t[i].len)
            fail_msg("%s", t[i].text);
        /* Cut anywhere it is none. */
        for (size_t n = 0; n < t[i].len; n++)
            assert_int_equal(redact_token_len(t[i].text, n), 0);
    }
}

static void test_keys(void **state)
{
    struct redact_opts a = {.key = {1}}, b = {.key = {2}};
    struct redact_rules *ra, *rb;
    char ta[13], tb[13], ia[REDACT_KEY_ID_SIZE], ib[REDACT_KEY_ID_SIZE];

    (void)state;
    assert_int_equal(redact_rules_new(&a, &ra, NULL), 0);
    assert_int_equal(redact_rules_new(&b, &rb, NULL), 0);
    token_of(ra, "vncpasswd=\"S\"", ta);
    token_of(rb, "vncpasswd=\"S\"", tb);
    assert_string_not_equal(ta, tb);
    redact_key_id(a.key, ia);
    redact_key_id(b.key, ib);
    assert_int_equal(strlen(ia), 16);
    assert_string_not_equal(ia, ib);
    assert_string_equal(redact_rules_digest(ra), redact_rules_digest(rb));
    assert_int_equal(strlen(redact_rules_digest(ra)), 64);
    assert_int_equal(redact_rules_count(ra), redact_builtin_count);
    redact_rules_free(ra);
    redact_rules_free(rb);
}

/* Replay: what was redacted stays byte for byte, a secret still goes. */
static void test_keep_tokens(void **state)
{
    struct redact_rules *once = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct redact_rules *keep = rules_of(REDACT_ENGINE_PCRE2, true, 0, 0);
    static const char both[] = "vncpasswd = \"[REDACTED:a:0123456789ab]x\"\n";
    struct buf first, again;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        const struct vector *v = &vectors[i];

        run(once, v->text, v->len, NULL, NULL, &first);
        run(keep, buf_str(&first), first.len, NULL, NULL, &again);
        assert_same(&again, buf_str(&first), first.len, v->why);
        buf_done(&first);
        buf_done(&again);
    }
    /* A token with something behind it is no token. */
    run(keep, both, strlen(both), NULL, NULL, &again);
    assert_null(strstr(buf_str(&again), "0123456789ab"));
    buf_done(&again);
    redact_rules_free(once);
    redact_rules_free(keep);
}

/* ---- lead, failure, counts, threads ---- */

static void test_lead(void **state)
{
    static const char text[] = "ab\nvncpasswd=\"S3\"\ncd\nef\n";
    static const struct {
        uint64_t lead;
        const char *want;
        uint64_t hits;
    } t[] = {
        {0, "ab\nvncpasswd=\"[]\"\ncd\nef\n", 1},
        {1, "vncpasswd=\"[]\"\ncd\nef\n", 1},
        {3, "vncpasswd=\"[]\"\ncd\nef\n", 1}, /* ends with its newline */
        {4, "cd\nef\n", 0},
        {15, "cd\nef\n", 0}, /* within the value */
        {18, "cd\nef\n", 0},
        {19, "ef\n", 0},
        {23, "", 0},
        {24, "", 0},
        {1000, "", 0},
    };
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);

    (void)state;
    for (size_t i = 0; i < N(t); i++) {
        struct keep k = {.sink = {&keep_ops}};
        struct redactor *r = redactor_new(rules, &k.sink);
        struct buf got = BUF_INIT;

        redactor_lead(r, t[i].lead);
        for (size_t n = 0; n < strlen(text); n++)
            sink_write(redactor_sink(r), text + n, 1, NULL);
        sink_close(redactor_sink(r), NULL);
        for (size_t n = 0, m; n < k.buf.len; n += m) {
            m = redact_token_len(k.buf.data + n, k.buf.len - n);
            buf_adds(&got, m ? "[]" : "");
            if (!m)
                buf_add(&got, k.buf.data + n, m = 1);
        }
        assert_same(&got, t[i].want, strlen(t[i].want), "lead");
        assert_int_equal(redactor_hits_total(r), t[i].hits);
        sink_free(redactor_sink(r));
        buf_done(&got);
        buf_done(&k.buf);
    }
    redact_rules_free(rules);
}

/* A rule that cannot be run costs its line, not more and not less. */
static void test_unscannable(void **state)
{
    static const struct rule_example none[] = {{0}};
    static const char *const keep[] = {NULL};
    static const struct redact_rule rule = {
        "a", "(?:x{0,20}y{0,1}){0,20}key=", FORM_AUTO, none, keep};
    static const char line[] = "-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx key=T";
    struct redact_opts opts = {.engine = REDACT_ENGINE_AUTO};
    struct redact_table table = {.rules = &rule, .n = 1, .match_limit = 500};
    struct keep k = {.sink = {&keep_ops}};
    struct redact_rules *rules;
    struct redactor *r;
    struct buf text = BUF_INIT, want = BUF_INIT;

    (void)state;
    assert_int_equal(redact_rules_new_from(&table, &opts, &rules, NULL), 0);
    buf_addf(&text, "one\nkey=S\n%s\r\n\nkey=\n%s\n%s", line, line, line);
    r = redactor_new(rules, &k.sink);
    sink_write(redactor_sink(r), text.data, text.len, NULL);
    sink_close(redactor_sink(r), NULL);
    buf_reset(&text);
    normalise(&k.buf, &text);
    assert_int_equal(redactor_unscannable(r), 3);
    assert_int_equal(redactor_hits_total(r), 1);
    for (size_t i = 0, n; i < k.buf.len; i += n ? n : 1) {
        n = redact_token_len(k.buf.data + i, k.buf.len - i);
        if (n && strncmp(k.buf.data + i, "[REDACTED:a:", 12))
            buf_add(&text, k.buf.data + i, n);
    }
    buf_addf(&want,
             "one\nkey=<a>\n<unscannable>\n\nkey=\n<unscannable>\n"
             "<unscannable>[REDACTED:unscannable:%zu]"
             "[REDACTED:unscannable:%zu][REDACTED:unscannable:%zu]",
             strlen(line) + 1, strlen(line), strlen(line));
    assert_string_equal(buf_str(&text), buf_str(&want));
    sink_free(redactor_sink(r));
    buf_done(&k.buf);
    buf_done(&text);
    buf_done(&want);
    redact_rules_free(rules);
}

static void test_failing_sink(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct keep k = {.sink = {&keep_ops}, .fail = -ENOSPC};
    struct redactor *r = redactor_new(rules, &k.sink);
    struct err err = ERR_INIT;

    (void)state;
    sink_write(redactor_sink(r), "abc", 3, &err);
    assert_int_equal(sink_close(redactor_sink(r), &err), -ENOSPC);
    assert_string_equal(err.text, "the sink is full");
    assert_int_equal(k.closed, 1);
    sink_free(redactor_sink(r));
    sink_free(NULL);
    redact_rules_free(NULL);
    redact_rules_free(rules);
}

static void test_counts(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    static const char text[] = "vncpasswd=\"a\"\nvncpasswd=\"b\"\nx://u:c@d\n";
    struct keep k = {.sink = {&keep_ops}};
    struct redactor *r = redactor_new(rules, &k.sink);
    const uint64_t *hits = redactor_hits(r);

    (void)state;
    sink_write(redactor_sink(r), text, strlen(text), NULL);
    sink_close(redactor_sink(r), NULL);
    for (size_t i = 0; i < redact_rules_count(rules); i++) {
        const char *name = redact_rule_name(rules, i);

        assert_int_equal(hits[i], !strcmp(name, "vnc-password")   ? 2
                                  : !strcmp(name, "url-password") ? 1
                                                                  : 0);
    }
    assert_int_equal(redactor_hits_total(r), 3);
    sink_free(redactor_sink(r));
    buf_done(&k.buf);
    redact_rules_free(rules);
}

struct job {
    const struct redact_rules *rules;
    const struct buf *text, *want;
    bool same;
};

static void *job_run(void *arg)
{
    struct job *j = arg;
    struct buf got = BUF_INIT;

    j->same = true;
    for (int i = 0; i < 5; i++) {
        buf_reset(&got);
        redact_text(j->rules, j->text->data, j->text->len, &got);
        if (got.len != j->want->len || memcmp(got.data, j->want->data, got.len))
            j->same = false;
    }
    buf_done(&got);
    return NULL;
}

/* One rule set serves many threads. */
static void test_threads(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf text = BUF_INIT, want = BUF_INIT;
    struct job job[4];
    pthread_t thread[4];

    (void)state;
    make_log(&text, 200000, 3);
    redact_text(rules, text.data, text.len, &want);
    for (size_t i = 0; i < N(job); i++) {
        job[i] = (struct job){rules, &text, &want, false};
        assert_int_equal(pthread_create(&thread[i], NULL, job_run, &job[i]), 0);
    }
    for (size_t i = 0; i < N(job); i++) {
        pthread_join(thread[i], NULL);
        assert_true(job[i].same);
    }
    buf_done(&text);
    buf_done(&want);
    redact_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_examples_fail),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_window_edges),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_block_limit),
        cmocka_unit_test(test_tokens_agree),
        cmocka_unit_test(test_key_tokens_agree),
        cmocka_unit_test(test_token_grammar),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keep_tokens),
        cmocka_unit_test(test_lead),
        cmocka_unit_test(test_unscannable),
        cmocka_unit_test(test_failing_sink),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
