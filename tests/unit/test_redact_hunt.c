/* Private keys whose lines stand apart, or whose BEGIN line is lost. */
#include "tests/redact/util.h"

#define A "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"
#define B "MDEyMzQ1Njc4OTo7PD0/QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9g"
#define C "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1/gIGCg4SFhoeIiYqLjI2Oj5CR"
#define LAST "kpOUlZaXmJmam5w="
#define BEGIN "-----BEGIN RSA PRIVATE KEY-----"
#define END "-----END RSA PRIVATE KEY-----"
#define LOG "Nov 27 10:00:00 h a[1]: "
#define UP "Nov 27 10:00:00 h kernel: eth0 link up\n"
#define XEN "(XEN) (d1) "

static size_t one_byte(void *ctx)
{
    (void)ctx;
    return 1;
}

struct sample {
    const char *text, *want;
};

static const struct sample samples[] = {
    /* another program's lines between them, with times and without */
    {LOG BEGIN "\n" LOG A "\n" UP LOG B "\n" UP LOG C "\n" LOG LAST
               "\n" UP LOG END "\n",
     LOG BEGIN "\n" LOG "<private-key>\n" UP LOG "<private-key>\n" UP LOG
               "<private-key>\n" LOG "<private-key>\n" UP LOG END "\n"},
    {BEGIN "\n" A "\n" UP B "\n" UP C "\n" END "\n", BEGIN
     "\n<private-key>\n" UP "<private-key>\n" UP "<private-key>\n" END "\n"},
    {BEGIN "\n" UP A "\n" END "\n", BEGIN "\n" UP "<private-key>\n" END "\n"},
    /* text behind them: strings and elements */
    {"msg=\"" BEGIN "\"\nmsg=\"" A "\"\nmsg=\"" B "\"\nmsg=\"" LAST
     "\"\nmsg=\"" END "\"\n",
     "msg=\"" BEGIN "\"\nmsg=\"<private-key>\"\nmsg=\"<private-key>\"\nmsg="
     "\"<private-key>\"\nmsg=\"" END "\"\n"},
    {"<p>" BEGIN "</p>\n<p>" A "</p>\n<p>" LAST "</p>\n<p>" END "</p>\n",
     "<p>" BEGIN "</p>\n<p><private-key></p>\n<p><private-key></p>\n<p>" END
     "</p>\n"},
    {BEGIN "<br/>\n" A "<br/>\n" B "<br/>\n" END "<br/>\n",
     BEGIN "<br/>\n<private-key><br/>\n<private-key><br/>\n" END "<br/>\n"},
    {BEGIN "$\n" A "$\n" LAST "$\n" END "$\n",
     BEGIN "$\n<private-key>$\n<private-key>$\n" END "$\n"},
    {"a " BEGIN " x=1\na " A " x=1\na " B " x=1\na " END " x=1\n",
     "a " BEGIN " x=1\na <private-key> x=1\na <private-key> x=1\na " END
     " x=1\n"},
    {BEGIN "\n" A "\n" UP
           "open /usr/lib/Abc123/def/ghi/jkl/mno/pqr/stu/vwx/yza/"
           "bcd/efg/hij/klm.so\n" END "\n",
     BEGIN "\n<private-key>\n" UP
           "open /usr/lib/Abc123/def/ghi/jkl/mno/pqr/stu/"
           "vwx/yza/bcd/efg/hij/klm.so\n" END "\n"},
    /* the head is lost, and each line has something before it */
    {XEN B "\n" XEN C "\n" XEN LAST "\n" XEN END "\n" XEN "up\n",
     XEN "<private-key>\n" XEN "<private-key>\n" XEN "<private-key>\n" XEN END
         "\n" XEN "up\n"},
    {"[  12.345678] " C "\n[  12.345678] " LAST "\n[  12.345678] " END "\n",
     "[  12.345678] <private-key>\n[  12.345678] <private-key>\n[  "
     "12.345678] " END "\n"},
    /* behind END it is over; what is no key stays */
    {BEGIN "\n" A "\n" END "\n" LOG B "\n",
     BEGIN "\n<private-key>\n" END "\n" LOG B "\n"},
    {XEN B "\nup\n", XEN B "\nup\n"},
    {BEGIN "\n" A "\n" UP
           "sum 0123456789abcdef0123456789abcdef0123456789abcdef\n" END "\n",
     BEGIN "\n<private-key>\n" UP
           "sum 0123456789abcdef0123456789abcdef0123456789abcdef\n" END "\n"},
    {BEGIN "\n" A "\n" UP "-----BEGIN CERTIFICATE-----\n" B
           "\n-----END CERTIFICATE-----\n",
     BEGIN "\n<private-key>\n" UP "-----BEGIN CERTIFICATE-----\n" B
           "\n-----END CERTIFICATE-----\n"},
};

static void test_samples(void **state)
{
    (void)state;
    for (unsigned how = 0; how < 3; how++) {
        /* The smallest window, too. */
        struct redact_rules *rules =
            rules_of(REDACT_ENGINE_AUTO, false, how == 2, 0);

        for (size_t i = 0; i < N(samples); i++) {
            struct buf got, shown = BUF_INIT;

            run(rules, samples[i].text, strlen(samples[i].text),
                how ? one_byte : NULL, NULL, &got);
            normalise(&got, &shown);
            assert_same(&shown, samples[i].want, strlen(samples[i].want),
                        "a key apart");
            buf_done(&got);
            buf_done(&shown);
        }
        redact_rules_free(rules);
    }
}

/* Nothing more is found in what came out. */
static void test_again(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct redact_rules *again = rules_of(REDACT_ENGINE_AUTO, true, 0, 0);

    (void)state;
    for (size_t i = 0; i < N(samples); i++) {
        struct buf got, twice;

        run(rules, samples[i].text, strlen(samples[i].text), NULL, NULL, &got);
        run(again, got.data, got.len, NULL, NULL, &twice);
        assert_same(&twice, got.data, got.len, "twice");
        buf_done(&got);
        buf_done(&twice);
    }
    redact_rules_free(rules);
    redact_rules_free(again);
}

/* A guest that prints a BEGIN line hides what looks like key, and for 64 KiB
 * at most. */
static void test_bounded(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf in = BUF_INIT, got, shown = BUF_INIT;

    (void)state;
    buf_adds(&in, BEGIN "\n" A "\n");
    while (in.len < 100000)
        buf_adds(&in, UP);
    buf_adds(&in, LOG B "\n");
    run(rules, in.data, in.len, NULL, NULL, &got);
    normalise(&got, &shown);
    assert_null(strstr(buf_str(&shown), A));
    assert_non_null(strstr(buf_str(&shown), LOG B));
    buf_done(&in);
    buf_done(&got);
    buf_done(&shown);
    redact_rules_free(rules);
}

/* What another rule takes for a value is the BEGIN line: the key goes. */
static void test_begin_is_no_value(void **state)
{
    static const char *const before[] = {
        "machine h\n\tlogin U\n\tpassword\n\"",
        "machine h\n\tlogin U\n\tpassword\nk=\"",
        "\"passwd\": \n",
        "machine h login U password ",
        "{'private_key': b'",
        "export SSH_PRIVATE_KEY=$'",
        "secret=<",
        "tls_key=String(\"",
        "\"private_key\": @",
        "ssl_key=abcdefghijklmnopqrstuvwxyzabcdef",
    };
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf in, out;

    (void)state;
    for (size_t i = 0; i < 3 * N(before); i++) {
        const char *end = i % 3 == 2 ? "\\n" : i % 3 == 1 ? "\",\n \"" : "\n";

        in = (struct buf)BUF_INIT;
        buf_addf(&in, "%s" BEGIN "%s" A "%s" B "%sAQ==%s" END "%s",
                 before[i / 3], end, end, end, end, end);
        run(rules, in.data, in.len, NULL, NULL, &out);
        assert_null(strstr(buf_str(&out), "AAEC"));
        assert_null(strstr(buf_str(&out), "MDEy"));
        assert_null(strstr(buf_str(&out), "AQ=="));
        buf_done(&out);
        buf_done(&in);
    }
    redact_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_begin_is_no_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
