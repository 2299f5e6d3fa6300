/* Equal secrets have equal tokens in all forms; a recorded host stays as it is;
 * a key whose begin is not shown; lists of arguments. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/redact/util.h"

static void token_of(const struct redact_rules *rules, const char *text,
                     size_t len, char out[13])
{
    struct buf b = BUF_INIT;
    const char *p;

    redact_text(rules, text, len, &b);
    for (p = buf_str(&b); p < b.data + b.len; p++)
        if (redact_token_len(p, (size_t)(b.data + b.len - p)))
            break;
    if (p == b.data + b.len)
        fail_msg("no token in %s", buf_str(&b));
    memcpy(out, strchr(p, ']') - 12, 12);
    out[12] = '\0';
    buf_done(&b);
}

#define T(text)                                                                \
    {                                                                          \
        text, sizeof(text) - 1                                                 \
    }

struct text {
    const char *text;
    size_t len;
};

static void agree(const struct text *t, size_t n)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    char want[13], got[13];

    token_of(rules, t[0].text, t[0].len, want);
    for (size_t i = 1; i < n; i++) {
        token_of(rules, t[i].text, t[i].len, got);
        if (strcmp(got, want))
            fail_msg("another token for %s", t[i].text);
    }
    redact_rules_free(rules);
}

/* The secret is  a b'c"d&e%  in each. */
static void test_one_secret(void **state)
{
    static const struct text t[] = {
        T("vncpasswd = 'a b\\'c\"d&e%'\n"),
        T("vncpasswd = \"a b'c\\\"d&e%\" # x\n"),
        T("vncpasswd = u'a b\\'c\"d&e%'\n"),
        T("vfb = [ 'type=vnc,vncpasswd=a b'c\"d&e%,vnc=1' ]"),
        T("\"passwd\": \"a b'c\\\"d\\u0026e%\""),
        T("{\\\"passwd\\\": \\\"a b'c\\\\\\\"d&e%\\\"}"),
        T("<graphics passwd='a b&apos;c&quot;d&amp;e%'/>"),
        T("passwd=&quot;a b&apos;c&amp;quot;d&amp;e%&quot; x"),
        T("<password>a b&#39;c&#x22;d&amp;e%</password>"),
        T("(vncpasswd 'a b\\'c\"d&e%')"),
        T("('chappassword'%.'a%.b\\'c&quot;d&amp;e%%')"),
        T("(&apos;password&apos;%.&apos;a%.b\\&apos;c\"d&amp;e%%&apos;)"),
        T("x://u:a%20b'c%22d&e%25@h/"),
        T("/local/domain/1/console/vnc-pass = \"a b'c\"d&e%\"   (n0)\n"),
        T("A8.4         write     /vm/1/vncpasswd a b'c\"d&e%\n"),
        T("node.session.auth.password = a b'c\"d&e%\n"),
        T("password: |\n  a b'c\"d&e%\nnext: 1\n"),
        T("  password: >-\r\n    a b'c\"d&e%\r\n  next: 1\r\n"),
        T("\"password: |\\n  a b'c\\\"d&e%\\nnext: 1\\n\""),
        T("foo --password 'a b'\\''c\"d&e%' x"),
        T("foo --password 'a b'\"'\"'c\"d&e%' x"),
        T("foo\0--password\0a b'c\"d&e%\0x"),
        T("a=b\0XE_PASSWORD=a b'c\"d&e%\0x"),
        T("a=b\0DB_TOKEN=a b'c\"d&e%\0x"),
        T("set_password vnc a b'c\"d&e%\n"),
    };

    (void)state;
    agree(t, N(t));
}

static void test_one_key(void **state)
{
    static const struct text t[] = {
#define B64 "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEX"
        T("-----BEGIN PRIVATE KEY-----\n" B64 "\n" B64 "\nA/+=\n-----END"),
        T("  -----BEGIN PRIVATE KEY-----\r\n  " B64 B64 "A/+=\r\n  -----END"),
        T("\"-----BEGIN PRIVATE KEY-----\\n" B64 "\\n" B64
          "\\nA\\/\\u002b=\\n-----END"),
        T("10:00 h x: -----BEGIN PRIVATE KEY-----\n10:00 h x: " B64
          "\n10:01 h x: " B64 "\n10:01 h x: A/+=\n10:01 h x: -----END"),
        T("-----BEGIN PRIVATE KEY-----#012" B64 "#012" B64
          "#012A/+=#012-----END"),
        T("-----BEGIN PRIVATE KEY-----%0A" B64 "%0A" B64
          "%0AA%2F%2B%3D%0A-----END"),
        T("[\"-----BEGIN PRIVATE KEY-----\",\n \"" B64 "\",\n \"" B64
          "\",\n \"A/+=\",\n \"-----END"),
    };

    (void)state;
    agree(t, N(t));
}

/* A kept tail may begin within a key: no line of it is shown. */
static void test_head_cut(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    static const char text[] =
        "one\ntwo\nkey: -----BEGIN PRIVATE KEY-----\n" B64 "1\n" B64 "2\n" B64
        "3\n-----END PRIVATE KEY-----\npassword=S3cretS3cret\nlast\n";
    static const char *const gone[] = {"EXAMPLE", "QIBADAN", "S3cret"};

    (void)state;
    for (size_t lead = 0; lead < sizeof(text); lead++) {
        struct keep k = {.sink = {&keep_ops}};
        struct redactor *r = redactor_new(rules, &k.sink);

        redactor_lead(r, lead);
        sink_write(redactor_sink(r), text, sizeof(text) - 1, NULL);
        sink_close(redactor_sink(r), NULL);
        for (size_t i = 0; i < N(gone); i++)
            if (strstr(buf_str(&k.buf), gone[i]))
                fail_msg("lead %zu shows %s", lead, buf_str(&k.buf));
        if (lead < sizeof(text) - 6)
            assert_non_null(strstr(buf_str(&k.buf), "last\n"));
        sink_free(redactor_sink(r));
        buf_done(&k.buf);
    }
    redact_rules_free(rules);
}

/* The same of a text that was cut before it came here. */
static void test_begin_lost(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    static const char *const texts[] = {
        "-----BEGIN PRIVATE KEY-----\n" B64 "1\n" B64 "2\n" B64
        "3\n-----END PRIVATE KEY-----\nlast\n",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\r\nVersion: x\r\n\r\n" B64
        "1\r\n" B64 "\r\n=abcd\r\n-----END PGP PRIVATE KEY BLOCK-----\nlast\n",
        "Private-Lines: 2\n" B64 "1\n" B64 "2\nPrivate-MAC: 0f\nlast\n"};
    static const char keeps[] =
        B64 "\n" B64 "\n-----END CERTIFICATE-----\nlast\n";
    struct buf b = BUF_INIT;

    (void)state;
    for (size_t t = 0; t < N(texts); t++) {
        size_t end = (size_t)(strstr(texts[t], "last") - texts[t]);

        for (size_t i = 0; i < end; i++) {
            buf_reset(&b);
            redact_text(rules, texts[t] + i, strlen(texts[t] + i), &b);
            if (strstr(buf_str(&b), "EXAMPLE") ||
                strstr(buf_str(&b), "QIBADAN"))
                fail_msg("text %zu cut at %zu shows %s", t, i, buf_str(&b));
            assert_non_null(strstr(buf_str(&b), "last\n"));
        }
    }
    buf_reset(&b);
    redact_text(rules, keeps, strlen(keeps), &b);
    assert_string_equal(buf_str(&b), keeps);
    buf_done(&b);
    redact_rules_free(rules);
}

static void test_args(void **state)
{
    static const char *const argv[] = {"xe", "",    "-pw",        "S 3",
                                       "-s", "h p", "password=T", "x"};
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    char *out[N(argv)];

    (void)state;
    redact_args(rules, argv, N(argv), out);
    for (size_t i = 0; i < N(argv); i++) {
        if (i == 3)
            assert_int_equal(redact_token_len(out[i], strlen(out[i])),
                             strlen(out[i]));
        else if (i == 6)
            assert_int_equal(redact_token_len(out[i] + 9, strlen(out[i]) - 9),
                             strlen(out[i]) - 9);
        else
            assert_string_equal(out[i], argv[i]);
        free(out[i]);
    }
    redact_args(rules, argv, 0, out);
    redact_rules_free(rules);
}

/* ---- a recorded host ---- */

static void read_file(const char *path, struct buf *b)
{
    FILE *f = fopen(path, "r");
    size_t n;

    buf_reset(b);
    if (!f)
        fail_msg("cannot open %s", path);
    while ((n = fread(buf_room(b, 65536), 1, 65536, f)) > 0)
        b->len += n;
    fclose(f);
}

/* Returns how many files were read. */
static size_t walk(const struct redact_rules *rules, const char *folder)
{
    struct buf path = BUF_INIT, text = BUF_INIT, got;
    DIR *d = opendir(folder);
    const struct dirent *e;
    size_t n = 0;
    struct stat st;

    if (!d)
        fail_msg("cannot open %s", folder);
    while ((e = readdir(d))) {
        if (e->d_name[0] == '.' || !strcmp(e->d_name, "manifest.json"))
            continue;
        buf_reset(&path);
        buf_addf(&path, "%s/%s", folder, e->d_name);
        assert_int_equal(lstat(buf_str(&path), &st), 0);
        if (S_ISDIR(st.st_mode)) {
            n += walk(rules, buf_str(&path));
        } else if (S_ISREG(st.st_mode)) {
            read_file(buf_str(&path), &text);
            run(rules, text.data, text.len, NULL, NULL, &got);
            assert_same(&got, buf_str(&text), text.len, buf_str(&path));
            buf_done(&got);
            n++;
        }
    }
    closedir(d);
    buf_done(&path);
    buf_done(&text);
    return n;
}

/* What a healthy dom0 prints has no secret but those that are tokens already:
 * not one byte changes.  (The manifest holds names of rules as keys.) */
static void test_recorded_host(void **state)
{
    const char *top = getenv("TOP");
    struct buf folder = BUF_INIT;

    (void)state;
    if (!top)
        fail_msg("TOP, the checkout, is not set");
    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *rules = rules_of(engines[e], true, 0, 0);

        buf_reset(&folder);
        buf_addf(&folder, "%s/tests/hosts/xen-4.17-debian12", top);
        if (rules)
            assert_true(walk(rules, buf_str(&folder)) > 50);
        redact_rules_free(rules);
    }
    buf_done(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_secret),    cmocka_unit_test(test_one_key),
        cmocka_unit_test(test_head_cut),      cmocka_unit_test(test_args),
        cmocka_unit_test(test_recorded_host), cmocka_unit_test(test_begin_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
