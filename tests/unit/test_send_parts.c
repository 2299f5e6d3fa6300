/* test_send_parts.c: waits, judgements, texts of servers, the body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

#include "collector/send/body.h"
#include "collector/send/http.h"
#include "collector/send/knownhosts.h"
#include "collector/send/retry.h"
#include "collector/send/uploader.h"

static void test_waits(void **state)
{
    (void)state;
    /* Half a second, doubled, each a quarter more or less. */
    for (unsigned chance = 0; chance < 2000; chance += 37) {
        uint64_t base = 500;

        for (unsigned n = 2; n < 8; n++, base *= 2) {
            uint64_t wait = retry_wait_ms(n, 0, chance);

            assert_true(wait >= base * 3 / 4 && wait <= base * 5 / 4);
        }
        assert_true(retry_wait_ms(100, 0, chance) <= 75000);
        assert_true(retry_wait_ms(100, 0, chance) >= 45000);
    }
    assert_true(retry_wait_ms(2, 0, 0) != retry_wait_ms(2, 0, 999));
    /* What a server asks for is kept to. */
    assert_int_equal(retry_wait_ms(2, 90000, 0), 90000);
}

static void test_judge(void **state)
{
    static const struct {
        long status;
        enum send_result result;
    } t[] = {
        {200, SEND_DONE},    {201, SEND_DONE},    {204, SEND_DONE},
        {301, SEND_FAILED},  {400, SEND_FAILED},  {401, SEND_FAILED},
        {404, SEND_FAILED},  {408, SEND_PASSING}, {413, SEND_FAILED},
        {425, SEND_PASSING}, {429, SEND_PASSING}, {500, SEND_PASSING},
        {501, SEND_FAILED},  {503, SEND_PASSING}, {507, SEND_FAILED},
        {0, SEND_FAILED},    {999, SEND_FAILED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
        assert_int_equal(http_judge(t[i].status), t[i].result);
}

static void test_answer(void **state)
{
    static const struct {
        const char *text, *shown;
    } t[] = {
        {"fine", "fine"},
        {"<h1>413  Too</h1>\r\n\r\n<p>big", "413 Too big"},
        {"a > b, c < d", "a > b, c"},
        {"\x1b]0;t\x07", "\\x1b]0;t\\x07"},
        {"<>", NULL},
        {"", NULL},
    };
    struct job job = {.worker = -1};
    char many[5000];

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        struct buf b = BUF_INIT;

        http_plain_text(t[i].text, strlen(t[i].text), &b);
        job_set_answer(&job, buf_str(&b), b.len);
        if (t[i].shown)
            assert_string_equal(job.answer, t[i].shown);
        else
            assert_null(job.answer);
        buf_done(&b);
    }
    memset(many, 'x', sizeof(many));
    job_set_answer(&job, many, sizeof(many));
    assert_int_equal(strlen(job.answer), 600);
    free(job.answer);
}

static void test_known_hosts(void **state)
{
    static const char rsa[] = "h ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ\n";
    static const char text[] =
        "# comment\n\n"
        "@cert-authority * ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbQd5G4\n"
        "h sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5z\n"
        "  h ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ\n"
        "h ssh-rsa\nh\nssh-rsa";
    struct buf out = BUF_INIT;
    char *print;

    (void)state;
    knownhosts_filter(text, &out);
    assert_string_equal(buf_str(&out), rsa);
    buf_done(&out);
    /* printf abc | sha256sum, in base64 */
    print = knownhosts_fingerprint("abc", 3);
    assert_string_equal(print, "SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/"
                               "YfIAFa0");
    free(print);
}

static void test_body(void **state)
{
    char sum[] =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    char path[] = "B", bytes[4];
    struct job job = {.bundle = memfd_create("test", MFD_CLOEXEC),
                      .size = 3,
                      .sha256 = sum,
                      .path = path};
    struct err err = ERR_INIT;
    struct body *b = body_new(&job);

    (void)state;
    assert_int_equal(pwrite(job.bundle, "abcd", 4, 0), 4);
    /* Never more than was looked through; read anew, it is summed up once. */
    assert_int_equal(body_read(b, bytes, 2), 2);
    body_seek(b, 1);
    assert_int_equal(body_read(b, bytes, 4), 2);
    assert_memory_equal(bytes, "bc", 2);
    assert_int_equal(body_read(b, bytes, 4), 0);
    assert_int_equal(body_check(b, &err), 0);
    /* Only the end was sent: the rest is read for the sum. */
    body_seek(b, 2);
    assert_int_equal(body_read(b, bytes, 4), 1);
    assert_int_equal(body_check(b, &err), 0);
    assert_int_equal(pwrite(job.bundle, "x", 1, 1), 1);
    assert_int_equal(body_check(b, &err), -ESTALE);
    assert_int_equal(ftruncate(job.bundle, 2), 0);
    body_seek(b, 2);
    assert_true(body_read(b, bytes, 4) < 0);
    assert_true(body_check(b, &err) < 0);
    body_free(b);
    close(job.bundle);
}

static void test_uploaders(void **state)
{
    static const char *const t[] = {"https://x", "sftp://x", "ftps://x",
                                    "ftp+tls://x"};

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
        assert_non_null(uploader_find(t[i])->send);
    assert_null(uploader_find("http://x"));
    assert_null(uploader_find("ftp://x"));
    assert_null(uploader_find(""));
}

static void test_targets(void **state)
{
    struct target to;

    (void)state;
    assert_int_equal(target_parse("sftp://a%40b@h:22/~/x", &to, NULL), 0);
    assert_string_equal(to.user, "a@b");
    assert_string_equal(to.host, "h");
    assert_string_equal(to.path, "/~/x");
    assert_int_equal(to.port, 22);
    target_done(&to);
    assert_int_equal(target_parse("ftp+tls://h/a/?b", &to, NULL), 0);
    assert_string_equal(to.host, "h");
    assert_int_equal(to.port, 0);
    target_done(&to);
    assert_int_equal(target_parse("bugzilla+https://h/b/1?c=d", &to, NULL), 0);
    assert_string_equal(to.path, "/b/1");
    assert_string_equal(to.query, "c=d");
    target_done(&to);
    assert_int_equal(target_parse("https://h:99999/", &to, NULL), -EINVAL);
    target_done(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits),   cmocka_unit_test(test_judge),
        cmocka_unit_test(test_answer),  cmocka_unit_test(test_known_hosts),
        cmocka_unit_test(test_body),    cmocka_unit_test(test_uploaders),
        cmocka_unit_test(test_targets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
