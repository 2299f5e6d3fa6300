/* test_mail.c: messages, their headers and text; mailto: URLs. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/base64.h"
#include "collector/mail/form.h"
#include "collector/mail/header.h"
#include "collector/mail/mailto.h"
#include "collector/mail/message.h"

#define UNIQUE "0123456789abcdef0123456789abcdef"

static const char *const to[] = {"xen-users@lists.xenproject.org", NULL};

/* The longest line of text. */
static size_t longest(const char *text)
{
    size_t max = 0;

    while (*text) {
        size_t n = strcspn(text, "\n");

        max = n > max ? n : max;
        text += n + (text[n] == '\n');
    }
    return max;
}

static void test_base64(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {{"", ""},
                {"f", "Zg=="},
                {"fo", "Zm8="},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg=="},
                {"fooba", "Zm9vYmE="},
                {"foobar", "Zm9vYmFy"}}; /* RFC 4648, 10 */
    struct buf b = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buf_reset(&b);
        base64_add(&b, rows[i].in, strlen(rows[i].in));
        assert_string_equal(buf_str(&b), rows[i].out);
        assert_int_equal(base64_size(strlen(rows[i].in)), strlen(rows[i].out));
    }
    buf_done(&b);
}

/* ---- headers ---- */

static void check_text(const char *value, const char *want)
{
    struct buf b = BUF_INIT;

    header_add_text(&b, "Subject", value);
    assert_string_equal(buf_str(&b), want);
    buf_done(&b);
}

static void test_header_text(void **state)
{
    (void)state;
    check_text("guest hangs", "Subject: guest hangs\n");
    check_text("", "Subject: \n");
    /* No value leaves its field. */
    check_text("a\nBcc: x@y\r\n\r\nbody",
               "Subject: a\\x0aBcc: x@y\\x0d\\x0a\\x0d\\x0abody\n");
    check_text("gr\xc3\xbc\xc3\x9f", "Subject: =?UTF-8?B?Z3LDvMOf?=\n");
    /* What only looks encoded comes out as it was typed. */
    check_text("=?UTF-8?B?Zg==?=",
               "Subject: =?UTF-8?B?PT9VVEYtOD9CP1pnPT0/PQ==?=\n");
}

/* Long values: folded at blanks, encoded words of whole characters. */
static void test_header_long(void **state)
{
    char value[600], *end = value;
    struct buf b = BUF_INIT;

    (void)state;
    for (int i = 0; i < 60; i++)
        end = stpcpy(end, "word ");
    header_add_text(&b, "Subject", value);
    assert_true(longest(buf_str(&b)) <= 76);
    assert_null(strstr(buf_str(&b), "\n\n"));

    buf_reset(&b);
    end = value;
    for (int i = 0; i < 100; i++)
        end = stpcpy(end, "\xe2\x82\xac");
    header_add_text(&b, "Subject", value);
    assert_true(longest(buf_str(&b)) <= 9 + 75);
    /* 15 characters of three bytes a word: 20 groups, each 4 letters. */
    assert_non_null(strstr(buf_str(&b), "4oKs4oKs?=\n =?UTF-8?B?4oKs"));

    buf_reset(&b);
    memset(value, 'x', 500);
    value[500] = '\0';
    header_add_text(&b, "Subject", value);
    assert_true(longest(buf_str(&b)) <= 9 + 75);
    buf_done(&b);
}

static void test_header_date(void **state)
{
    struct buf b = BUF_INIT;

    (void)state;
    header_add_date(&b, 1795704300000);
    assert_string_equal(buf_str(&b), "Date: Thu, 26 Nov 2026 14:45:00 +0000\n");
    buf_done(&b);
}

static void test_address(void **state)
{
    static const char *const good[] = {"a@b", "x.y+z@lists.example.org",
                                       "submit@bugs.debian.org"};
    static const char *const bad[] = {
        "",       "a",     "@b",    "a@",    "a@b@c",     "-oQ@b",
        "a b@c",  "a@b c", "a\n@b", "a@b\n", "|cat@b",    "`id`@b",
        "a..b@c", ".a@b",  "a.@b",  "a@b.",  "\"a b\"@c", "a@[1.2]",
        "a,b@c",  "<a@b>", "a$b@c", "\xc3@b"};
    char long_one[300];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(header_is_address(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (header_is_address(bad[i]))
            fail_msg("taken for an address: %s", bad[i]);
    memset(long_one, 'a', sizeof(long_one));
    long_one[100] = '@';
    long_one[sizeof(long_one) - 1] = '\0';
    assert_false(header_is_address(long_one));
}

static void test_message_id(void **state)
{
    struct err err = ERR_INIT;
    char *id;

    (void)state;
    assert_true(header_is_message_id("<2026.a-b@host.example>"));
    assert_false(header_is_message_id("<a@b>\nBcc: c@d"));
    assert_false(header_is_message_id("<a@b"));
    assert_false(header_is_message_id("<a b@c>"));
    id = mailto_message_id("a@b", &err);
    assert_string_equal(id, "<a@b>");
    free(id);
    assert_null(mailto_message_id("a@b\n", &err));
    assert_non_null(strstr(err.text, "a@b\\x0a"));
}

/* ---- mailto ---- */

static void test_mailto(void **state)
{
    struct err err = ERR_INIT;
    struct mailto m;

    (void)state;
    assert_int_equal(
        mailto_parse("mailto:a@b,c%2Bd@e?cc=f@g&Subject=x%20%C3%BC%0Ay&"
                     "in-reply-to=%3C1@h%3E",
                     &m, &err),
        0);
    assert_string_equal(m.to[0], "a@b");
    assert_string_equal(m.to[1], "c+d@e");
    assert_null(m.to[2]);
    assert_string_equal(m.cc[0], "f@g");
    assert_string_equal(m.subject, "x \xc3\xbc\ny");
    assert_string_equal(m.in_reply_to, "<1@h>");
    mailto_done(&m);
}

static void test_mailto_wrong(void **state)
{
    static const struct {
        const char *url, *why;
    } rows[] = {
        {"http://a@b", "not a mailto: URL"},
        {"mailto:", "no address"},
        {"mailto:?subject=x", "no address"},
        {"mailto:a", "found \"a\""},
        {"mailto:a@b,", "found \"\""},
        {"mailto:a%0A@b", "found \"a\\x0a@b\""},
        {"mailto:a@b%0ABcc:c@d", "\\x0aBcc"},
        {"mailto:a@b?bcc=c@d", "\"bcc\" is not one of"},
        {"mailto:a@b?attach=/etc/passwd", "\"attach\" is not one of"},
        {"mailto:a@b?subject=x&subject=y", "once each"},
        {"mailto:a@b?in-reply-to=x", "a message's id"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err err = ERR_INIT;
        struct mailto m;

        assert_int_equal(mailto_parse(rows[i].url, &m, &err), -EINVAL);
        if (!strstr(err.text, rows[i].why))
            fail_msg("%s: %s", rows[i].url, err.text);
        mailto_done(&m);
    }
}

/* ---- messages ---- */

/* The message as a file; checks the promised size. */
static char *write_message(const struct message_spec *spec, int attach)
{
    struct message *m = message_new(spec);
    int fd = memfd_create("message", MFD_CLOEXEC);
    struct err err = ERR_INIT;
    uint64_t lines = 0;
    char *text;
    off_t n;

    assert_true(fd >= 0);
    assert_int_equal(message_write(m, attach, fd, &err), 0);
    n = lseek(fd, 0, SEEK_CUR);
    text = calloc(1, (size_t)n + 1);
    assert_int_equal(pread(fd, text, (size_t)n, 0), n);
    for (off_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    assert_int_equal(message_size(m), (uint64_t)n + lines);
    close(fd);
    message_free(m);
    return text;
}

static void test_message_plain(void **state)
{
    const struct message_spec spec = {.to = to,
                                      .subject = "hello",
                                      .unique = UNIQUE,
                                      .draft = true,
                                      .text = "one\n\ntwo"};
    char *text = write_message(&spec, -1);

    (void)state;
    assert_string_equal(text, "To: xen-users@lists.xenproject.org\n"
                              "Subject: hello\n"
                              "Date: Thu, 1 Jan 1970 00:00:00 +0000\n"
                              "X-Unsent: 1\n"
                              "MIME-Version: 1.0\n"
                              "Content-Type: text/plain; charset=us-ascii\n"
                              "Content-Transfer-Encoding: 7bit\n\n"
                              "one\n\ntwo\n");
    free(text);
}

/* Dots and "From " would change on the way; so would blanks at the end. */
static void test_message_quoted(void **state)
{
    const struct message_spec spec = {
        .to = to,
        .from = "me@host.example",
        .subject = "x",
        .unique = UNIQUE,
        .text = ".\nFrom here\nFar\nblank \n\xc3\xbc=\n"};
    char *text = write_message(&spec, -1);

    (void)state;
    assert_non_null(strstr(text, "\n\n=2E\n=46rom here\nFar\nblank=20\n"
                                 "=C3=BC=3D\n"));
    assert_non_null(strstr(text, "Message-ID: <" UNIQUE "@host.example>\n"));
    assert_non_null(strstr(text, "From: me@host.example\n"));
    free(text);
}

static void test_message_long_lines(void **state)
{
    char line[1001];
    struct message_spec spec = {
        .to = to, .subject = "x", .unique = UNIQUE, .text = line};
    char *text;

    (void)state;
    memset(line, '.', 1000);
    line[1000] = '\0';
    text = write_message(&spec, -1);
    assert_true(longest(text) <= 76);
    assert_null(strstr(text, "\n."));
    free(text);
}

/* Sizes round the pieces that are read and the lines that are written. */
static void test_message_attachment(void **state)
{
    static const size_t sizes[] = {0, 1, 56, 57, 58, 58367, 58368, 58369};
    char *data = calloc(1, 60000), *text;

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct message_spec spec = {.to = to,
                                    .subject = "x",
                                    .unique = UNIQUE,
                                    .text = "body",
                                    .attach_name = "../a \"b\n.tar",
                                    .attach_type = "application/x-tar",
                                    .attach_size = sizes[i]};
        int fd = memfd_create("attach", MFD_CLOEXEC);

        assert_int_equal(write(fd, data, sizes[i]), (ssize_t)sizes[i]);
        text = write_message(&spec, fd);
        assert_non_null(strstr(text, "filename=\"_._a__b_.tar\""));
        assert_true(longest(text) <= 76);
        assert_non_null(strstr(text, "\n--=_" UNIQUE "--\n"));
        free(text);
        close(fd);
    }
    free(data);
}

static void test_message_shrunk(void **state)
{
    const struct message_spec spec = {.to = to,
                                      .subject = "x",
                                      .unique = UNIQUE,
                                      .text = "body",
                                      .attach_name = "a",
                                      .attach_type = "application/x-tar",
                                      .attach_size = 10};
    struct message *m = message_new(&spec);
    int empty = memfd_create("empty", MFD_CLOEXEC);
    int out = memfd_create("out", MFD_CLOEXEC);
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(message_write(m, empty, out, &err), -EIO);
    assert_string_equal(err.text, "what is to be attached has shrunk");
    close(out);
    out = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(message_write(m, empty, out, &err), -ENOSPC);
    close(out);
    close(empty);
    message_free(m);
}

/* ---- the form ---- */

static void test_form_blanks(void **state)
{
    const struct form f = {.blanks = true,
                           .xen = "4.17.7",
                           .kernel = "6.1",
                           .machine = "x86_64",
                           .bundle = "b.tar.bz2",
                           .bundle_size = 2048,
                           .summary = "page\n"};
    struct buf b = BUF_INIT;

    (void)state;
    form_write(&f, &b);
    assert_string_equal(
        buf_str(&b),
        "[ Lines in square brackets are to be filled in or deleted. ]\n\n"
        "What happened:\n\n"
        "  [ In a few sentences; since when; how often. ]\n\n"
        "What was expected:\n\n"
        "  [ And whether it has ever worked so. ]\n\n"
        "Versions:\n\n"
        "  Xen          4.17.7\n"
        "  Kernel       6.1 on x86_64\n\n"
        "What was tried:\n\n"
        "  [ And what came of it. ]\n\n"
        "The whole report:\n\n"
        "  [ The link to it, once it is uploaded. ]\n"
        "  b.tar.bz2, 2.0 KiB\n"
        "  Secrets are hidden in it; addresses and names are the true ones.\n\n"
        "Summary, by xen-bugtool:\n\n"
        "page\n");
    buf_reset(&b);
    form_subject(&f, &b);
    assert_string_equal(buf_str(&b),
                        "Xen 4.17.7: [ what is wrong, in one line ]");
    buf_done(&b);
}

static void test_form_said(void **state)
{
    const struct form f = {
        .what = "guest \x1b[31mhangs\nsince noon",
        .package = "src:xen",
        .package_version = "4.17.3\nX: y",
        .link = "https://host/b",
        .bundle = "b",
        .names_hidden = true,
        .summary = "name\n\nProblems found\nERROR   vif on no bridge\n"};
    struct buf b = BUF_INIT;

    (void)state;
    form_write(&f, &b);
    assert_int_equal(strncmp(buf_str(&b),
                             "Package: src:xen\nVersion: 4.17.3\\x0aX:\n\n"
                             "What happened:\n\n"
                             "  guest \\x1b[31mhangs\n  since noon\n\n"
                             "Versions:\n",
                             80),
                     0);
    assert_null(strstr(buf_str(&b), "What was tried"));
    assert_null(strstr(buf_str(&b), "[ "));
    assert_non_null(strstr(buf_str(&b), "\n  https://host/b\n"));
    assert_non_null(strstr(buf_str(&b), "pseudonyms"));
    buf_reset(&b);
    form_subject(&f, &b);
    assert_string_equal(buf_str(&b), "guest \\x1b[31mhangs");
    buf_done(&b);
}

/* The first problem of the summary, when its author says nothing. */
static void test_form_subject(void **state)
{
    const struct form f = {
        .xen = "4.17", .summary = "x\nERROR   vif on no bridge\nERROR   b\n"};
    struct buf b = BUF_INIT;

    (void)state;
    form_subject(&f, &b);
    assert_string_equal(buf_str(&b), "Xen 4.17: vif on no bridge");
    buf_done(&b);
}

/* Hostile: a line without end, lines without number, no UTF-8. */
static void test_form_wrapped(void **state)
{
    char *summary = malloc(20001);
    const struct form f = {.summary = summary, .what = "\xff\xfe"};
    struct buf b = BUF_INIT;

    (void)state;
    memset(summary, 'w', 20000);
    memset(summary + 10000, '\n', 10000);
    summary[20000] = '\0';
    form_write(&f, &b);
    assert_true(longest(buf_str(&b)) <= FORM_COLUMNS);
    assert_non_null(strstr(buf_str(&b), "\\xff\\xfe"));
    assert_true(b.len < 12000);
    free(summary);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_header_text),
        cmocka_unit_test(test_header_long),
        cmocka_unit_test(test_header_date),
        cmocka_unit_test(test_address),
        cmocka_unit_test(test_message_id),
        cmocka_unit_test(test_mailto),
        cmocka_unit_test(test_mailto_wrong),
        cmocka_unit_test(test_message_plain),
        cmocka_unit_test(test_message_quoted),
        cmocka_unit_test(test_message_long_lines),
        cmocka_unit_test(test_message_attachment),
        cmocka_unit_test(test_message_shrunk),
        cmocka_unit_test(test_form_blanks),
        cmocka_unit_test(test_form_said),
        cmocka_unit_test(test_form_subject),
        cmocka_unit_test(test_form_wrapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
