/* Which line says why something failed, and where a kernel was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/diagnose/diagnose.h"
#include "collector/diagnose/place.h"
#include "collector/diagnose/reason.h"

static int score(const char *line)
{
    return reason_score(line, strlen(line));
}

/* In each row the first says more than the second. */
static void test_order(void **state)
{
    static const char *const rows[][2] = {
        {"mount.x: /srv/a: No such file or directory", "the mount failed"},
        {"tool: cannot open '/dev/x': Permission denied", "tool: Aborting."},
        {"  file /usr/lib/a from install of a-1 conflicts with file from b-2",
         "Transaction check error:"},
        {"ImportError: No module named rods", "Unhandled exception"},
        {"ImportError: No module named rods",
         "Traceback (most recent call last):"},
        {"another program holds the lock /run/a.lock, already in use",
         "a.service: Control process exited, code=exited, status=4"},
        {"Caused by: java.net.ConnectException: Connection refused",
         "the job failed, see the log file for details"},
        {"the value is greater than maximum", "error: failed"},
        {"bind: Address already in use", "warning: using default, ignored"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (score(rows[i][0]) <= score(rows[i][1]))
            fail_msg("%s: %d, %s: %d", rows[i][0], score(rows[i][0]),
                     rows[i][1], score(rows[i][1]));
    assert_int_equal(score("Transaction check error:"), 0);
    assert_int_equal(score("all is well"), 0);
    assert_int_equal(score("[    0.000000] tsc: Fast TSC calibration failed"),
                     0);
    assert_int_equal(score("[    0.000000] DMI not present or invalid."), 0);
    assert_int_equal(score(""), 0);
}

static void test_said(void **state)
{
    static const char *const rows[][2] = {
        {"Nov  2 03:04:05 h SM: [123] no room", "no room"},
        {"Nov  2 03:04:05 h xapi: [error|h|7 |a|xapi] no room", "no room"},
        {"(XEN) [  12.5] smmu: no room", "smmu: no room"},
        {"[   12.345678] vif vif-1-0: no room", "vif vif-1-0: no room"},
        {"2026-01-02T03:04:05+01:00 h tool[9]: no room", "no room"},
        {"plain: no room", "plain: no room"},
    };
    char text[400], *said;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        said = reason_said(rows[i][0], strlen(rows[i][0]));

        assert_string_equal(said, rows[i][1]);
        free(said);
    }
    memset(text, 'a', sizeof(text));
    memcpy(text + sizeof(text) - 12, " no such key", 12);
    said = reason_said(text, sizeof(text));
    assert_string_equal(said + 70, " ... no such key");
    free(said);
}

static struct reason_text text_of(const char *text, const char *line)
{
    return (struct reason_text){
        .text = text,
        .len = strlen(text),
        .at = (size_t)(strstr(text, line) - text),
        .number = 10,
    };
}

static void assert_near(const char *text, const char *line, const char *reason)
{
    struct reason_text t = text_of(text, line);
    struct part p = reason_near(&t);

    if (!reason)
        assert_int_equal(p.len, 0);
    else if (strncmp(text + p.from, reason, p.len) != 0 ||
             p.len != strlen(reason))
        fail_msg("%.*s, expected %s", (int)p.len, text + p.from, reason);
}

static void test_near(void **state)
{
    static const uint64_t told[] = {11};
    struct reason_text t;

    (void)state;
    assert_near("a driver failed\nTraceback (most recent call last):\n"
                "  File \"a\", line 3\nImportError: No module named rods\n",
                "a driver", "ImportError: No module named rods");
    assert_near("x: '/srv/a': No such file or directory\nall is well\n"
                "the disk failed\n",
                "the disk", "x: '/srv/a': No such file or directory");
    /* it says as much itself */
    assert_near("x: '/srv/a': No such file or directory\n"
                "y: '/srv/b': No such file or directory\n",
                "y:", NULL);
    /* words of a stranger, and of a guest */
    assert_near("Nov  2 03:04:05 h xl: it failed\n"
                "Nov  2 03:04:05 h sshd[3]: user '/x': No such file, denied\n",
                "Nov", NULL);
    assert_near(
        "(XEN) it failed\n(d3) '/x': No such file or directory, denied\n",
        "(XEN)", NULL);
    /* a line that another finding tells must be much better */
    t = text_of("it failed\nx: value is invalid: too old\n", "it failed");
    assert_int_not_equal(reason_near(&t).len, 0);
    t.told = told;
    t.n_told = 1;
    assert_int_equal(reason_near(&t).len, 0);
}

static void test_block(void **state)
{
    static const char text[] = "one\nCheck error:\n  file a conflicts with b\n"
                               "    twice\ntwo\n";
    static const char trace[] =
        "Traceback (most recent call last):\n"
        "  File \"a.py\", line 1, in g\n    f()\n"
        "  File \"b.py\", line 2, in f\n    x = y\nNameError: no y\n";
    struct part p;

    (void)state;
    p = reason_block(text, strlen(text),
                     (size_t)(strstr(text, "  file") - text));
    assert_int_equal(p.from, 4);
    assert_string_equal(text + p.from + p.len, "\ntwo\n");
    p = reason_block(trace, strlen(trace),
                     (size_t)(strstr(trace, "NameError") - trace));
    assert_string_equal(trace + p.from, "  File \"b.py\", line 2, in f\n"
                                        "    x = y\nNameError: no y\n");
    p = reason_block(text, strlen(text), 0);
    assert_int_equal(p.from, 0);
    assert_int_equal(p.len, 3);
}

static void test_place(void **state)
{
    static const char *const rows[][2] = {
        {"BUG: x\nCPU: 1 PID: 2 Comm: tool Not\nRIP: e030:a_b+0x1/0x2 [mod]\n"
         "Call Trace:\n ? c_d+0x1/0x2\n e_f+0x1/0x2\n [<12>] g_h+0x1/0x2\n",
         "a_b [mod], called by e_f, g_h, process tool"},
        {"BUG: x\nIP: [<ffffffffa00997be>] :ir_x:ir_free+0x26/0x3e\n",
         "ir_free [ir_x]"},
        {"BUG: x\nRIP: 0010:[<1>]  [<1>] f_x+0x1/0x2\n", "f_x"},
        {"BUG: x\nEIP is at f_x+0x1/0x2\n", "f_x"},
        {"BUG: x\nPC is at f_x+0x1/0x2\nLR is at g_x+0x1/0x2\n",
         "f_x, called by g_x"},
        {"BUG: x\n[    1.5] pc : f_x+0x1/0x2\n", "f_x"},
        {"BUG: x\nRIP: 0010:0x0\nCall Trace:\n dump_stack+0x1/0x2\n"
         " msi_a+0x1/0x2\n",
         "msi_a"},
        {"(XEN) RIP:    e008:[<ff>] f_x+0x1/0x2\n(XEN) Xen call trace:\n"
         "(XEN)    [<ff>] R f_x+0x1/0x2\n(XEN)    [<ff>] S g_x+0x1/0x2\n",
         "f_x, called by g_x"},
        {"(XEN)    [<26>] f_x+0x1/0x2 (PC)\n(XEN)    [<2c>] g_x+0x1/0x2 (LR)\n"
         "(XEN) Panic on CPU 0:\n(XEN) no clock\n",
         "no clock, in f_x, called by g_x"},
        {"(XEN) Panic on CPU 0:\n(XEN) no clock\n", "no clock"},
        {"panic: x\nKDB: stack backtrace:\nvpanic() at vpanic+0x182/frame 0x1\n"
         "xbd_a() at xbd_a+0x12/frame 0x1\nProcess tool (pid: 12, thread 1)\n",
         "xbd_a, process tool"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct reason_text t =
            text_of(rows[i][0],
                    strstr(rows[i][0], "Panic") ? "(XEN) Panic" : rows[i][0]);
        char *place = place_near(&t);

        assert_non_null(place);
        assert_string_equal(place, rows[i][1]);
        free(place);
    }
}

/* ---- the whole ----------------------------------------------------------- */

static const char rules_text[] =
    "rules:\n"
    "- id: area\n  severity: error\n  reason: near\n  title: 'An area'\n"
    "  cause: 'c'\n  remedy: 'r'\n  when:\n  - match: ['the area failed']\n"
    "  examples:\n    match: ['the area failed']\n    no-match: ['a']\n"
    "- id: other\n  severity: error\n  rank: 60\n  reason: near\n"
    "  title: 'Another'\n"
    "  cause: 'c'\n  remedy: 'r'\n  when:\n  - match: ['the other failed']\n"
    "  examples:\n    match: ['the other failed']\n    no-match: ['a']\n"
    "- id: third\n  severity: error\n  rank: 70\n  follows: [area]\n"
    "  title: 'A third'\n"
    "  cause: 'c'\n  remedy: 'r'\n  when:\n  - match: ['the third failed']\n"
    "  examples:\n    match: ['the third failed']\n    no-match: ['a']\n"
    "- id: any\n  severity: info\n  unexplained: true\n"
    "  title: 'Unexplained: {line}'\n  in: [file]\n"
    "  cause: 'c'\n  remedy: 'r'\n"
    "  when:\n  - match: ['(?<line>.*(?:error|No such|conflicts).*)']\n"
    "  examples:\n    match: ['an error']\n    no-match: ['a']\n";

static char *judge(const char *log, size_t step)
{
    struct diag_rules *r = diag_rules_new();
    struct err err = ERR_INIT;
    struct match_stream *m;
    struct json_object *doc;
    struct diagnosis *d;
    size_t len = strlen(log);
    char *out;

    if (diag_rules_add(r, "t.yaml", rules_text, strlen(rules_text), &err))
        fail_msg("%s", err.text);
    diag_rules_ready(r);
    d = diagnosis_new(r);
    m = diagnosis_begin_any(d, "log", 0);
    for (size_t at = 0; at < len; at += step)
        match_feed(m, log + at, len - at < step ? len - at : step);
    match_end(m);
    match_commit(m);
    doc = diagnosis_json(d, NULL, "1");
    out = strdup(json_object_to_json_string_ext(
        doc, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(doc);
    diagnosis_free(d);
    diag_rules_free(r);
    return out;
}

static void assert_in(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("no %s in %s", what, text);
}

static void test_titles(void **state)
{
    static const char log[] = "the area failed\nall is well\n"
                              "Error: '/srv/a': No such file or directory\n"
                              "an error\nan error 1: x\nan error 2: x\n"
                              "Check:\n  file '/b' conflicts with '/c'\n";
    char *out = judge(log, 1000);

    (void)state;
    assert_in(out, "\"title\":\"An area: Error: '/srv/a': No such file or "
                   "directory\"");
    assert_in(out, "\"reason\":true");
    /* the best line is told by the area: the next one, with its heading */
    assert_in(out, "\"title\":\"Unexplained: file '/b' conflicts with '/c'\"");
    assert_in(out, "\"text\":\"Check:\\n  file '/b' conflicts with '/c'\"");
    free(out);
}

static void test_third(void **state)
{
    static const char log[] = "the area failed\nthe other failed\n"
                              "the third failed\n"
                              "  '/b' conflicts with '/c'\n";
    char *out = judge(log, 1000);

    (void)state;
    /* told as the reason of the first two: once */
    assert_in(out, "\"title\":\"An area: '/b' conflicts with '/c'\"");
    assert_null(strstr(out, "Unexplained"));
    free(out);
    out = judge("the area failed\nthe other failed\nthe third failed\n"
                "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n"
                "18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n31\n32\n"
                "33\n34\n35\n36\n37\n38\n39\n40\n'/b' conflicts with '/c'\n",
                1000);
    assert_true(strstr(out, "Unexplained") < strstr(out, "A third"));
    assert_in(out, "Unexplained");
    free(out);
}

/* Long lines and many of them: windows of 6 KiB are cut in both directions. */
static void test_any_cut(void **state)
{
    static const size_t steps[] = {1, 7, 100, 4096};
    struct buf log = BUF_INIT;
    char *whole, *other;

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        buf_addf(&log, "%0*u some text\n", (int)(i * 7 % 400 + 1), i);
        if (i % 9 == 0)
            buf_addf(&log, "error %u: '/srv': No such file x%u\n", i, i % 5);
        if (i % 50 == 3)
            buf_adds(&log, "the area failed\n");
    }
    whole = judge(buf_str(&log), 1u << 20);
    assert_in(whole, "An area: error");
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        other = judge(buf_str(&log), steps[i]);
        assert_string_equal(whole, other);
        free(other);
    }
    free(whole);
    buf_done(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order), cmocka_unit_test(test_said),
        cmocka_unit_test(test_near),  cmocka_unit_test(test_block),
        cmocka_unit_test(test_place), cmocka_unit_test(test_titles),
        cmocka_unit_test(test_third), cmocka_unit_test(test_any_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
