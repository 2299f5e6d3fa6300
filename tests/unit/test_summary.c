/* summary.txt: what is on the page, and that it is one page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "collector/summary.h"
#include "tests/unit/report_make.h"

static void make_summary(const struct manifest_head *head,
                         const struct tally *t, const char *diagnosis,
                         struct buf *out)
{
    struct json_object *doc = diagnosis ? json_tokener_parse(diagnosis) : NULL;

    summary_write(head, t, doc, "xen-bugtool-xenhost", out);
    json_object_put(doc);
}

static void has(const struct buf *b, const char *what)
{
    if (!strstr(buf_str(b), what))
        fail_msg("'%s' is not in:\n%s", what, buf_str(b));
}

/* At most 60 lines of 72 columns. */
static void is_a_page(const struct buf *b)
{
    size_t lines = 0, columns = 0;

    for (size_t i = 0; i < b->len; i++) {
        unsigned char c = (unsigned char)b->data[i];

        if (c == '\n') {
            lines++;
            columns = 0;
            continue;
        }
        columns += (c & 0xc0) != 0x80;
        if (columns > 72)
            fail_msg("line %zu is too long:\n%s", lines + 1, b->data);
        assert_true(c >= 0x20);
    }
    if (lines > 60)
        fail_msg("%zu lines:\n%s", lines, b->data);
}

static void test_problem(void **state)
{
    struct tally t = {.by_status = {[ST_OK] = 3}};
    struct buf out = BUF_INIT;

    (void)state;
    make_summary(
        &made_head, &t,
        "{\"facts\":{\"host\":{\"toolstack\":\"xl\"},\"cpus\":{\"count\":8,"
        "\"model\":\"Some CPU\"},\"memory\":{\"total_kb\":1048576,\"free_kb\":"
        "1024},\"domains\":[{\"id\":0,\"name\":\"Domain-0\",\"mem_kb\":524288,"
        "\"vcpus\":2,\"type\":\"PV\",\"state\":\"r-----\"}]},\"findings\":[{"
        "\"severity\":\"error\",\"title\":\"No free loop device\",\"count\":3,"
        "\"evidence\":[{\"member\":\"files/"
        "log\",\"line\":12,\"text\":\"losetup: "
        "failed\\nmore\"}]},{\"severity\":\"info\",\"title\":\"harmless\"}],"
        "\"not_checked\":[{\"id\":\"x\",\"because\":\"a\"},"
        "{\"id\":\"y\",\"because\":\"no log of the kernel is there\"},"
        "{\"id\":\"z\",\"because\":\"no log of the kernel is there\"}]}",
        &out);
    has(&out, "Toolstack  xl\n");
    has(&out, "Hardware   8 processors, Some CPU\n");
    has(&out, "Memory     1.0 GiB, 1.0 MiB free in Xen\n");
    has(&out, "    0 Domain-0                               512     2 PV   "
              "r-----\n");
    has(&out, "ERROR   No free loop device (3 times)\n"
              "      files/log:12:\n"
              "      losetup: failed\n");
    has(&out, "besides, 1 note\n3 problems could not be looked for:\n"
              "      2 of them, since no log of the kernel is there\n");
    is_a_page(&out);
    buf_done(&out);
}

/* What the kernel sees is not always dom0's. */
static void test_memory(void **state)
{
    static const char facts[] =
        "{\"facts\":{\"memory\":{\"dom0_total_kb\":1024}},\"findings\":[]}";
    struct manifest_head guest = made_head;
    struct tally t = {.by_status = {[ST_OK] = 3}};
    struct buf out = BUF_INIT;

    (void)state;
    make_summary(&made_head, &t, facts, &out);
    has(&out, "Memory     1.0 MiB in dom0\n");
    buf_reset(&out);
    guest.host.role = "domU";
    make_summary(&guest, &t, facts, &out);
    has(&out, "Memory     1.0 MiB in this guest\n");
    buf_reset(&out);
    guest.host.role = "none";
    make_summary(&guest, &t, facts, &out);
    has(&out, "Memory     1.0 MiB in this machine\n");
    buf_done(&out);
}

/* Of a long line the part about the match is shown, not its head alone. */
static void test_decisive(void **state)
{
    struct tally t = {.by_status = {[ST_OK] = 3}};
    struct buf out = BUF_INIT;

    (void)state;
    make_summary(
        &made_head, &t,
        "{\"findings\":[{\"severity\":\"error\",\"title\":\"T\",\"count\":1,"
        "\"evidence\":[{\"member\":\"m\",\"line\":2,\"match\":\"FAILURE_46\","
        "\"text\":\"Jan  2 03:00:09 xcp1 xapi: [error||12 |Async.VM.start "
        "R:0123456789ab|backtrace] Async.VM.start failed with exception "
        "Server_error(SR_BACKEND_FAILURE_46, [ ; The VDI is not available\"}"
        "]}]}",
        &out);
    has(&out, "      m:2:\n      ...");
    has(&out, "FAILURE_46");
    assert_null(strstr(buf_str(&out), "Jan  2 03:00:09"));
    is_a_page(&out);
    buf_done(&out);
}

static void test_nothing_known(void **state)
{
    struct tally t = {.redactions = 0};
    struct buf out = BUF_INIT;

    (void)state;
    make_summary(&made_head, &t, NULL, &out);
    assert_null(strstr(buf_str(&out), "Problems"));
    buf_reset(&out);
    make_summary(&made_head, &t, "{\"facts\":{}}", &out);
    assert_null(strstr(buf_str(&out), "Problems"));
    buf_reset(&out);
    make_summary(&made_head, &t, "{\"findings\":[]}", &out);
    has(&out, "none that is known\n");
    buf_done(&out);
}

/* All parts longer than they may be, with all that a name can hold. */
static void test_full(void **state)
{
    char *overrides[] = {
        "one switched off by /etc/a", "two", "three", "four", "five", NULL};
    struct manifest_head head = made_head;
    struct buf doc = BUF_INIT, out = BUF_INIT;
    struct tally t = {.by_status = {[ST_DENIED] = 100}};
    const char *name = "na\\u00efve\\u202e\\u0007\\u0437\\u0437";

    (void)state;
    head.cut = "interrupted by a signal";
    head.synthetic = true;
    head.rules_overrides = overrides;
    head.options.case_id = "XSA-1 \x1b[31m";
    head.options.note =
        "A long story of words that go on for more lines than there can be on "
        "a page: first it hung, then it did not hang, then somebody pressed a "
        "key, and after that the screen said nothing, and \xd0\xb7\xd0\xb7\xd0"
        "\xb7\xd0\xb7\xd0\xb7\xd0\xb7 so it went on until the next morning, "
        "when the cleaner came and pulled the plug of the machine for good";
    buf_adds(&doc, "{\"facts\":{\"domains\":[");
    for (int i = 0; i < 100; i++)
        buf_addf(&doc, "%s{\"id\":%d,\"name\":\"%s%s%s\",\"mem_kb\":%d}",
                 i ? "," : "", i, name, name, name, i * 1000000);
    buf_adds(&doc, "]},\"findings\":[");
    for (int i = 0; i < 100; i++)
        buf_addf(&doc,
                 "%s{\"severity\":\"%s\",\"title\":\"%s %d and a title that "
                 "is longer than any line of a mail should ever be, really\","
                 "\"count\":2,\"evidence\":[{\"member\":\"files/%s\",\"line\":1"
                 ",\"text\":\"%s%s%s%s%s%s%s%s%s%s%s%s\"}]}",
                 i ? "," : "", i < 50 ? "error" : "warning", name, i, name,
                 name, name, name, name, name, name, name, name, name, name,
                 name, name);
    buf_adds(&doc, "]}");
    for (int i = 0; i < 100; i++)
        buf_addf(&t.missing, "denied sys_logs/number-%d: Permission denied\n",
                 i);
    make_summary(&head, &t, buf_str(&doc), &out);
    is_a_page(&out);
    has(&out, "HIDES LESS and by more rules");
    has(&out, "\nProblems found\nERROR ");
    has(&out, "\nMissing or cut\ndenied sys_logs/number-0");
    has(&out, "more lines, see report.html\n");
    has(&out, "0 refused, 0 skipped, 0 absent\n");
    buf_done(&t.missing);
    buf_done(&doc);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problem),  cmocka_unit_test(test_memory),
        cmocka_unit_test(test_decisive), cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
