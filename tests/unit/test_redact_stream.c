/* Tokens, and the redactor as a stage: lead, failures, counts, threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/redact/util.h"

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

/* Words of many rules one after the other, now and then with something else
 * between: each place is decided as if it were the only one. */
static void test_dense(void **state)
{
    static const char *const part[] = {"password", "passwd_",  "secret-",
                                       "token",    "key=",     "S3cret ",
                                       "\n",       "auth: \"", "\", "};
    struct redact_rules *auto_rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct redact_rules *hs = rules_of(REDACT_ENGINE_HS, false, 40009, 0);
    struct buf text = BUF_INIT, one, other;
    uint32_t seed = 5;

    (void)state;
    while (text.len < 300000) {
        const char *again = part[next_random(&seed) % 5];

        for (unsigned n = next_random(&seed) % 600; n; n--)
            buf_adds(&text, again);
        for (unsigned n = next_random(&seed) % 9; n; n--)
            buf_adds(&text, part[next_random(&seed) % N(part)]);
    }
    run(auto_rules, text.data, text.len, NULL, NULL, &one);
    assert_non_null(strstr(buf_str(&one), "[REDACTED:"));
    if (hs) {
        run(hs, text.data, text.len, NULL, NULL, &other);
        assert_same(&other, buf_str(&one), one.len, "the other engine");
        buf_done(&other);
    }
    buf_done(&one);
    buf_done(&text);
    redact_rules_free(auto_rules);
    redact_rules_free(hs);
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
        "a", "(?:x{0,20}y{0,1}){0,20}key=", FORM_AUTO, none, keep, NULL, NULL};
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

/* A guest that prints with CR alone keeps nothing out, and no secret in. */
static void test_lead_no_line(void **state)
{
    static const char row[] = "copied 12345 of 67890\r";
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf text = BUF_INIT;

    (void)state;
    while (text.len < 70000)
        buf_adds(&text, row);
    buf_adds(&text, "vncpasswd=\"S3\" ");
    while (text.len < 200000)
        buf_adds(&text, row);
    for (size_t piece = 1; piece < 300000; piece = piece * 7 + 1) {
        struct keep k = {.sink = {&keep_ops}};
        struct redactor *r = redactor_new(rules, &k.sink);
        size_t gone;

        redactor_lead(r, 1000);
        for (size_t n = 0; n < text.len; n += piece)
            sink_write(redactor_sink(r), text.data + n,
                       n + piece < text.len ? piece : text.len - n, NULL);
        sink_close(redactor_sink(r), NULL);
        /* From the first word behind the 64 KiB on. */
        gone = 1000 + 65536;
        while (!strchr("\r ", text.data[gone]))
            gone++;
        assert_memory_equal(k.buf.data, text.data + gone + 1, 1000);
        assert_null(strstr(buf_str(&k.buf), "S3"));
        assert_non_null(strstr(buf_str(&k.buf), "vncpasswd=\"[REDACTED:"));
        assert_int_equal(redactor_hits_total(r), 1);
        sink_free(redactor_sink(r));
        buf_done(&k.buf);
    }
    buf_done(&text);
    redact_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens_agree),
        cmocka_unit_test(test_key_tokens_agree),
        cmocka_unit_test(test_token_grammar),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keep_tokens),
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_lead),
        cmocka_unit_test(test_lead_no_line),
        cmocka_unit_test(test_unscannable),
        cmocka_unit_test(test_failing_sink),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
