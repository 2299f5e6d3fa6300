/* test_mailer.c: the file of a mail, and the local sendmail. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/core/frame.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/draft.h"
#include "collector/front/mailer.h"

static const char *const to[] = {"a@b", "c.d+e@f-g.h", NULL};
static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = xstrdup("/tmp/xen-bugtool-test.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    char *command = xasprintf("rm -rf %s", folder);
    int r = system(command);

    (void)state;
    free(command);
    free(folder);
    return r;
}

/* A file of that name below the folder; its path is to be freed. */
static char *put(const char *name, const char *text, mode_t mode)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static void check_file(const char *name, const char *want)
{
    char *path = xasprintf("%s/%s", folder, name), text[300] = "";
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
    fclose(f);
    assert_string_equal(text, want);
    free(path);
}

static bool is_there(const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    bool is = !access(path, F_OK);

    free(path);
    return is;
}

/* ---- sendmail ---- */

static void test_addresses(void **state)
{
    static const char *const bad[] = {
        "",        "a",      "@b",    "a@",    "a@b@c",     "-oQ/tmp@b",
        "a b@c",   "|cat@b", "/f@b",  "a@b\n", "a,b@c",     ":i:@b",
        "\"a\"@b", "a#b@c",  "`i`@b", "a;b@c", "\xc3\xa4@b"};
    char long_one[300];

    (void)state;
    for (size_t i = 0; to[i]; i++)
        assert_int_equal(mailer_check_address(to[i], NULL), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!mailer_check_address(bad[i], NULL))
            fail_msg("would be handed to sendmail: %s", bad[i]);
    memset(long_one, 'a', sizeof(long_one));
    long_one[100] = '@';
    long_one[sizeof(long_one) - 1] = '\0';
    assert_int_equal(mailer_check_address(long_one, NULL), -EINVAL);
}

static int message(void)
{
    int fd = memfd_create("mail", MFD_CLOEXEC);

    assert_int_equal(write(fd, "Subject: x\n\ny\n", 14), 14);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* Runs a sendmail of that shell text; text must be in what it says. */
static void check_run(const char *script, enum send_result want,
                      const char *text)
{
    char *all = xasprintf("#!/bin/sh\ncd %s\n%s\n", folder, script);
    char *program = put("sendmail", all, 0755);
    struct frame *f = xcalloc(1, sizeof(*f));
    struct err err = ERR_INIT;
    struct fields in;
    const char *said;
    int fd = message(), sock;

    if (mailer_start(program, fd, to, &sock, &err))
        fail_msg("%s", err.text);
    assert_int_equal(frame_recv(sock, f, 20000, -1), 1);
    assert_int_equal(f->type, SD_END);
    fields_init(&in, f);
    assert_int_equal(field_u64(&in), want);
    said = field_str(&in);
    if (!strstr(said, text))
        fail_msg("\"%s\" is not in \"%s\"", text, said);
    close(sock);
    close(fd);
    free(f);
    free(program);
    free(all);
}

static void test_run(void **state)
{
    (void)state;
    check_run("cat >got; echo \"$#:$*\" >args; env >env; "
              "set -- /proc/$$/fd/*; echo $# >fds",
              SEND_DONE, "");
    check_file("got", "Subject: x\n\ny\n");
    check_file("args", "4:-i -- a@b c.d+e@f-g.h\n");
    /* The standard three, the script itself, and the folder of the glob. */
    check_file("fds", "5\n");
    check_run("echo later >&2; exit 75", SEND_PASSING,
              "took no mail (exit status 75): later");
    check_run("echo no; echo never >&2; exit 67", SEND_FAILED,
              "exit status 67): ");
    check_run("kill -SEGV $$", SEND_FAILED, "was ended by signal 11");
    /* One that does not read what it is given is no harm. */
    check_run("exec <&-; exit 0", SEND_DONE, "");
    check_run("head -c 3000000 /dev/zero; exit 0", SEND_FAILED, "");
}

/* Whoever waits goes away: it is ended. */
static void test_stopped(void **state)
{
    char *all = xasprintf("#!/bin/sh\ncd %s\necho >started\nsleep 30\n"
                          "echo >ended\n",
                          folder);
    char *program = put("sendmail", all, 0755);
    int fd = message(), sock;

    (void)state;
    assert_int_equal(mailer_start(program, fd, to, &sock, NULL), 0);
    for (int i = 0; i < 200 && !is_there("started"); i++)
        usleep(50000);
    assert_true(is_there("started"));
    close(sock);
    close(fd);
    usleep(100000);
    assert_false(is_there("ended"));
    free(program);
    free(all);
}

static void check_refused(const char *program, const char *const *addresses,
                          const char *why)
{
    struct err err = ERR_INIT;
    int sock;

    assert_true(mailer_start(program, 0, addresses, &sock, &err) < 0);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" is not in \"%s\"", why, err.text);
}

static void test_refused(void **state)
{
    static const char *const hostile[] = {"a@b", "-C/etc/shadow@b", NULL};
    char *program = put("sendmail", "#!/bin/sh\n", 0755);
    char *missing = xasprintf("%s/none", folder);

    (void)state;
    check_refused(program, hostile, "is not handed to sendmail");
    check_refused("sendmail", to, "expected a full path");
    check_refused(missing, to, "there is no /tmp");
    check_refused(folder, to, "is not a program");
    assert_int_equal(chmod(program, 0777), 0);
    check_refused(program, to, "");
    assert_int_equal(chmod(program, 0644), 0);
    check_refused(program, to, "");
    free(missing);
    free(program);
}

/* ---- the draft ---- */

static struct draft *make(int bundle, const char *path, const char *text)
{
    const struct sandbox_id id = {false, 0, 0};
    struct err err = ERR_INIT;
    struct draft *d;
    int fd;

    if (draft_new(bundle, path, &id, &d, &fd, &err))
        fail_msg("%s", err.text);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return d;
}

static void test_draft(void **state)
{
    char *path = put("b.tar.bz2", "bundle", 0600), *want, byte;
    int bundle = open(path, O_RDONLY | O_CLOEXEC), fd;
    struct buf where = BUF_INIT;
    struct draft *d;
    struct stat st;

    (void)state;
    /* Dropped: nothing is there, not even a hidden name. */
    d = make(bundle, path, "x");
    draft_free(d);
    assert_false(is_there("b.tar.bz2.eml"));

    d = make(bundle, path, "first\n");
    assert_false(is_there("b.tar.bz2.eml"));
    fd = draft_rewind(d, NULL);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(byte, 'f');
    assert_int_equal(draft_keep(d, &where, NULL), 0);
    draft_free(d);
    want = xasprintf("%s.eml", path);
    assert_string_equal(buf_str(&where), want);
    assert_int_equal(stat(want, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    check_file("b.tar.bz2.eml", "first\n");

    buf_reset(&where);
    d = make(bundle, path, "second\n");
    assert_int_equal(draft_keep(d, &where, NULL), 0);
    draft_free(d);
    check_file("b.tar.bz2.eml", "first\n");
    check_file("b.tar.bz2.1.eml", "second\n");
    free(want);
    buf_done(&where);
    close(bundle);
    free(path);
}

/* The bundle's place was given to another file: nothing is written there. */
static void test_draft_moved(void **state)
{
    const struct sandbox_id id = {false, 0, 0};
    char *path = put("b.tar.bz2", "bundle", 0600), *away, *other;
    int bundle = open(path, O_RDONLY | O_CLOEXEC), fd;
    struct err err = ERR_INIT;
    struct draft *d;

    (void)state;
    away = xasprintf("%s.away", path);
    assert_int_equal(rename(path, away), 0);
    other = put("b.tar.bz2", "another", 0600);
    assert_int_equal(draft_new(bundle, path, &id, &d, &fd, &err), -ESTALE);
    assert_null(d);
    assert_false(is_there("b.tar.bz2.eml"));
    close(bundle);
    free(away);
    free(other);
    free(path);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_addresses), TEST(test_run),   TEST(test_stopped),
        TEST(test_refused),   TEST(test_draft), TEST(test_draft_moved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
