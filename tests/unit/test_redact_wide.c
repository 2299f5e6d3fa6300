/* Text in UTF-16: its secrets go, the rest comes out as it went in, however the
 * stream is cut. */
#include <stdlib.h>

#include "redact/wide.h"
#include "tests/redact/util.h"

static void add_unit(struct buf *b, unsigned unit, bool big)
{
    buf_addc(b, (char)(big ? unit >> 8 : unit));
    buf_addc(b, (char)(big ? unit : unit >> 8));
}

static void widen(struct buf *b, const char *ascii, bool big)
{
    for (; *ascii; ascii++)
        add_unit(b, (unsigned char)*ascii, big);
}

static size_t one_byte(void *ctx)
{
    (void)ctx;
    return 1;
}

static size_t some_bytes(void *ctx)
{
    return next_random(ctx) % 40;
}

/* Of a text of ASCII between two tokens or without; buf_done. */
static void narrow(const struct buf *in, bool big, struct buf *out)
{
    for (size_t i = 0; i + 1 < in->len; i += 2)
        if (!in->data[i + !big])
            buf_addc(out, in->data[i + big]);
}

static const char text[] = "Windows Registry Editor Version 5.00\r\n\r\n"
                           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\XenTools]\r\n"
                           "\"DefaultUserName\"=\"admin\"\r\n"
                           "\"DefaultPassword\"=\"S3cret\"\r\n"
                           "\"Version\"=dword:00000001\r\n"
                           "password = S3cret\r\n";

static void test_hidden(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf in, got, whole, plain, want = BUF_INIT, shown = BUF_INIT;

    (void)state;
    run(rules, text, sizeof(text) - 1, NULL, NULL, &plain);
    normalise(&plain, &want);
    assert_null(strstr(buf_str(&want), "S3cret"));
    for (unsigned how = 0; how < 4; how++) {
        bool big = how & 1, mark = how & 2;

        in = (struct buf)BUF_INIT;
        if (mark)
            add_unit(&in, 0xfeff, big);
        widen(&in, text, big);
        run(rules, in.data, in.len, NULL, NULL, &whole);
        run(rules, in.data, in.len, one_byte, NULL, &got);
        assert_same(&got, whole.data, whole.len, "byte by byte");
        assert_int_equal(whole.len, 2 * plain.len + 2 * mark);
        assert_memory_equal(whole.data, in.data, 2 * mark);
        buf_done(&got);
        got = (struct buf)BUF_INIT;
        narrow(&whole, big, &got);
        normalise(&got, &shown);
        assert_same(&shown, want.data, want.len, "as of bytes");
        buf_done(&got);
        buf_done(&whole);
        buf_done(&in);
    }
    buf_done(&plain);
    buf_done(&want);
    buf_done(&shown);
    redact_rules_free(rules);
}

/* Every unit there is, in an order that makes no text, pairs and halves of
 * pairs, and half a unit at the end. */
static void test_unharmed(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    uint32_t seed = 1;
    struct buf got;

    (void)state;
    for (unsigned how = 0; how < 8; how++) {
        bool big = how & 1;
        struct buf in = BUF_INIT;

        add_unit(&in, 0xfeff, big);
        add_unit(&in, 'a', big);
        for (unsigned c = 0; c < 0x10000; c++)
            add_unit(&in, (how & 2 ? c : 0xffff - c) * 40503 & 0xffff, big);
        for (unsigned i = 0; i < 2000; i++)
            add_unit(&in, 0xd700 + next_random(&seed) % 0xa00, big);
        if (how & 4)
            buf_addc(&in, 'x');
        run(rules, in.data, in.len, some_bytes, &seed, &got);
        assert_same(&got, in.data, in.len, "all units");
        buf_done(&got);
        buf_done(&in);
    }
    redact_rules_free(rules);
}

/* One of each kind of part; in all there are bytes of another one behind it. */
struct part {
    const char *bytes;
    size_t len;
    int wide; /* the order, or not */
};
#define A(bytes)                                                               \
    {                                                                          \
        bytes, sizeof(bytes) - 1, 0                                            \
    }
#define L(bytes)                                                               \
    {                                                                          \
        bytes, sizeof(bytes) - 1, 1                                            \
    }
#define B(bytes)                                                               \
    {                                                                          \
        bytes, sizeof(bytes) - 1, 2                                            \
    }

static void add_part(struct buf *in, const struct part *p)
{
    if (p->wide)
        widen(in, p->bytes, p->wide == 2);
    else
        buf_add(in, p->bytes, p->len);
}

static const struct {
    const char *why;
    struct part part[5];
    unsigned hidden;
    const char *stays; /* as bytes without NULs */
} late[] = {
    {"behind a line", {A("a log\n"), L("password=S3cret\r\n")}, 1, "a log\n"},
    {"the other order", {A("a log\n"), B("password=S3cret\r\n")}, 1, "log\n"},
    {"a value alone",
     {A("password="), L("S3cret\nall"), A("\0\0\1")},
     0,
     "all"},
    {"a line below",
     {A("password:\n"), L("S3cret\nall"), A("\0\0\1")},
     0,
     "all"},
    {"of a URL", {A("ftp://me:"), L("S3cret@h/\nall"), A("\0\0\1")}, 0, "all"},
    {"a value that is not", {L("log: pwd: \""), A("S3cret\"\nall")}, 0, "all"},
    {"behind half a line", {A("a log: "), L("password=S3cret\n")}, 1, "log: "},
    {"at an odd offset", {A("log\n"), L("pwd: S3cret\n")}, 1, "log\n"},
    {"at an odd offset, the other order",
     {A("log\n"), B("pwd: S3cret\n")},
     1,
     "log\n"},
    {"bytes behind it",
     {L("a line\r\n"), A("password=S3cret\npassword=S3cret\n")},
     2,
     "a line"},
    {"a short line behind it", {L("a line\n"), A("pw=S3cret\n")}, 1, "a line"},
    {"a mark and bytes", {A("\377\376"), A("password=S3cret\n")}, 1, ""},
    {"a line between",
     {L("a line\n"), A("pwd=S3cret\n"), L("more of it\n")},
     1,
     "more of it"},
    {"both orders",
     {B("password=S3cret\n"), L("password=S3cret\n"), B("another line\n")},
     2,
     "another line"},
    {"a byte too many",
     {L("a line\n"), A("x"), L("password=S3cret\n"), A("x"), L("last line\n")},
     1,
     "last line"},
    {"an odd byte before it",
     {L("a line\n"), A("\200\201\7"), L("password=S3cret\n")},
     1,
     "\200\201\7"},
    {"to the end in Chinese",
     {L("password=S3c"), A("\245\136\50\165\67\142")},
     1,
     ""},
    {"in a table of numbers",
     {A("\1\0\0\0\2\0\0\0"), L("password=S3cret"), A("\0\0\7\200\1\0\0")},
     1,
     "\7\200\1"},
    {"a string behind it",
     {L("a string"), A("\0\0password=S3cret\0\0\0\0")},
     1,
     "a string"},
    {"after one NUL",
     {L("a string"), A("\0\0"), L("password=S3cret"), A("\0\0\0\0")},
     1,
     "a string"},
    {"a mark and other letters",
     {A("log\n\377\376\37\4\60\4\100\4\76\4"), L(": password=S3cret\n")},
     1,
     "log\n\377\376\37\4\60\4"},
    {"a word in Chinese",
     {L("the line "), A("\245\136\50\165\67\142"), L(" password=S3cret\n")},
     1,
     "\245\136\50\165\67\142"},
    {"the least", {A("log\n"), L("pwd=S3"), A("\0\0\1")}, 1, "\1"},
};

static void test_late(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf got, whole;
    uint32_t seed = 3;

    (void)state;
    for (size_t i = 0; i < N(late); i++) {
        struct keep k = {.sink = {&keep_ops}};
        struct redactor *r = redactor_new(rules, &k.sink);
        struct buf in = BUF_INIT, shown = BUF_INIT;

        for (size_t j = 0; j < N(late[i].part) && late[i].part[j].bytes; j++)
            add_part(&in, &late[i].part[j]);
        run(rules, in.data, in.len, NULL, NULL, &whole);
        for (unsigned how = 0; how < 20; how++) {
            run(rules, in.data, in.len, how ? some_bytes : one_byte, &seed,
                &got);
            assert_same(&got, whole.data, whole.len, late[i].why);
            buf_done(&got);
        }
        sink_write(redactor_sink(r), in.data, in.len, NULL);
        sink_close(redactor_sink(r), NULL);
        if (redactor_hits_total(r) != late[i].hidden)
            fail_msg("%s: %u hidden, not %u", late[i].why,
                     (unsigned)redactor_hits_total(r), late[i].hidden);
        sink_free(redactor_sink(r));
        for (size_t j = 0; j < k.buf.len; j++)
            if (k.buf.data[j])
                buf_addc(&shown, k.buf.data[j]);
        if (strstr(buf_str(&shown), "S3c") ||
            !strstr(buf_str(&shown), late[i].stays))
            fail_msg("%s: %s", late[i].why, buf_str(&shown));
        buf_done(&k.buf);
        buf_done(&whole);
        buf_done(&shown);
        buf_done(&in);
    }
    redact_rules_free(rules);
}

/* Arguments of one letter are no UTF-16, and if they were taken for it, the
 * bytes would stay. */
static void test_arguments(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    static const char args[] = "sh\0a\0b\0c\0d\0e\0f\0g\0h\0--password\0"
                               "S3cret\0-x\0y\0";
    struct buf got;

    (void)state;
    run(rules, args, sizeof(args) - 1, NULL, NULL, &got);
    assert_memory_equal(got.data, args, 30);
    assert_null(memmem(got.data, got.len, "S3cret", 6));
    assert_memory_equal(got.data + got.len - 6, "\0-x\0y", 6);
    buf_done(&got);
    redact_rules_free(rules);
}

/* What is no UTF-16 goes by as it is, whatever its first bytes. */
static void test_other(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } other[] = {
        {"", 0},
        {"\377", 1},
        {"\377\376", 2},
        {"\377\376a", 3},
        {"\376\377\0", 3},
        {"\0", 1},
        {"\0\0\0\0", 4},
        {"w\0-h\0root\0", 10},
        {"a\0b\0c\0d\0e\0f\0g\0", 14},
        {"a\0b\0c\0d\0e\0f\0g\0h\0long\0", 21},
        {"\0a\0b\0c\0d\0e\0f\0g\0h\0\0\0x", 20},
    };
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf got;

    (void)state;
    for (size_t i = 0; i < N(other); i++) {
        run(rules, other[i].bytes, other[i].len, NULL, NULL, &got);
        assert_same(&got, other[i].bytes, other[i].len, "at once");
        buf_done(&got);
        run(rules, other[i].bytes, other[i].len, one_byte, NULL, &got);
        assert_same(&got, other[i].bytes, other[i].len, "byte by byte");
        buf_done(&got);
    }
    redact_rules_free(rules);
}

/* A tail that was kept: it may begin in the middle of a unit, has no mark, and
 * begins with a line. */
static void test_lead(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);

    (void)state;
    for (unsigned shift = 0; shift < 2; shift++) {
        struct keep k = {.sink = {&keep_ops}};
        struct redactor *r = redactor_new(rules, &k.sink);
        struct buf in = BUF_INIT, shown = BUF_INIT;

        widen(&in, "12345678 before\r\npassword=S3cret\r\nlast\r\n", false);
        redactor_lead(r, 20);
        assert_int_equal(
            sink_write(redactor_sink(r), in.data + shift, in.len - shift, NULL),
            0);
        assert_int_equal(sink_close(redactor_sink(r), NULL), 0);
        assert_true(redactor_hits_total(r));
        sink_free(redactor_sink(r));
        for (size_t i = 0; i < k.buf.len; i++)
            if (k.buf.data[i])
                buf_addc(&shown, k.buf.data[i]);
        assert_memory_equal(buf_str(&shown), "password=[", 10);
        assert_non_null(strstr(buf_str(&shown), "last"));
        buf_done(&k.buf);
        buf_done(&shown);
        buf_done(&in);
    }
    redact_rules_free(rules);
}

/* Behind a key, the rest of its line goes however often the width changes; and
 * what stands there then is not found again. */
static void test_edges_of_a_value(void **state)
{
    struct redact_opts opts = {.keep_tokens = true, .around_tokens = true};
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct redact_rules *again;

    (void)state;
    assert_int_equal(redact_rules_new(&opts, &again, NULL), 0);
    for (unsigned how = 0; how < 16; how++) {
        static const char *const part[] = {"x\nvncpasswd=", "S3cretOne",
                                           "S3cretTwo", "S3cretSix\nbehind\n"};
        struct buf in = BUF_INIT, out, shown = BUF_INIT;

        for (size_t i = 0; i < N(part); i++)
            if (how >> i & 1)
                widen(&in, part[i], false);
            else
                buf_adds(&in, part[i]);
        run(rules, in.data, in.len, NULL, NULL, &out);
        for (size_t i = 0; i < out.len; i++)
            if (out.data[i])
                buf_addc(&shown, out.data[i]);
        if (strstr(buf_str(&shown), "cret") ||
            !strstr(buf_str(&shown), "behind"))
            fail_msg("%#x: %s", how, buf_str(&shown));
        buf_done(&in);
        run(again, out.data, out.len, NULL, NULL, &in);
        assert_same(&in, out.data, out.len, "again");
        buf_done(&in);
        buf_done(&out);
        buf_done(&shown);
    }
    redact_rules_free(rules);
    redact_rules_free(again);
}

/* A key whose lines are UTF-16 in part: no line of it is left. */
static void test_key_in_parts(void **state)
{
    static const char *const line[] = {
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "MIIEowIBAAKCAQEAxzYuc1RV9wNd7EXAMPLEexampleEXAMPLEexample01234567\n",
        "q8EXAMPLE7example0EXAMPLE/example+EXAMPLEexample0123456789EXAMPLEa\n",
        "Zz0EXAMPLE1example2EXAMPLE3example4EXAMPLE5example6EXAMPLE7exampleb\n",
        "u8c1EXAMPLE2d==\n",
        "-----END RSA PRIVATE KEY-----\n",
        "a line behind it\n",
    };
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);

    (void)state;
    for (unsigned wide = 0; wide < 1u << N(line); wide++) {
        struct buf in = BUF_INIT, out, shown = BUF_INIT;

        for (size_t i = 0; i < N(line); i++)
            if (wide >> i & 1)
                widen(&in, line[i], false);
            else
                buf_adds(&in, line[i]);
        run(rules, in.data, in.len, NULL, NULL, &out);
        for (size_t i = 0; i < out.len; i++)
            if (out.data[i])
                buf_addc(&shown, out.data[i]);
        if (strstr(buf_str(&shown), "xample") ||
            strstr(buf_str(&shown), "u8c1") ||
            !strstr(buf_str(&shown), "a line behind it"))
            fail_msg("%#x: %s", wide, buf_str(&shown));
        buf_done(&in);
        buf_done(&out);
        buf_done(&shown);
    }
    redact_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_in_parts),
        cmocka_unit_test(test_edges_of_a_value),
        cmocka_unit_test(test_hidden),
        cmocka_unit_test(test_unharmed),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_other),
        cmocka_unit_test(test_lead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
