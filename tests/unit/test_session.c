/* The answers to the session's questions, on a pseudo-terminal. */
#include <errno.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/session/places.h"
#include "collector/session/select.h"
#include "collector/session/session.h"

/* ---- select ---------------------------------------------------------------
 */

static const char *const names[] = {"xen_logs", "xen_store", "sys_net",
                                    "sys_memory", "net2"};

static void test_select(void **state)
{
    /* The answer to five things, of which the second is off and the fourth in
     * part on; what they are afterwards: 1 on, 0 off, p in part, "" unchanged
     * with the kind in front. */
    static const struct {
        const char *answer;
        enum select_answer kind;
        const char *after;
    } vectors[] = {
        {"", SELECT_GO_ON, "101p1"},
        {"  ", SELECT_GO_ON, "101p1"},
        {"all", SELECT_SWITCHED, "11111"},
        {"None", SELECT_SWITCHED, "00000"},
        {"1", SELECT_SWITCHED, "001p1"},
        {"2", SELECT_SWITCHED, "111p1"},
        /* what is on in part becomes whole */
        {"4", SELECT_SWITCHED, "10111"},
        {"1,3-5", SELECT_SWITCHED, "00010"},
        {"1 3-5", SELECT_SWITCHED, "00010"},
        {" 1 , 3 - 5", SELECT_WRONG, "101p1"}, /* "-" is no name */
        {"5-3", SELECT_WRONG, "101p1"},
        {"none 3", SELECT_SWITCHED, "00100"},
        {"3 none", SELECT_SWITCHED, "00000"},
        {"all,1-2", SELECT_SWITCHED, "00111"},
        {"memory", SELECT_SWITCHED, "10111"},
        {"SYS_NET", SELECT_SWITCHED, "100p1"},
        {"sys_net", SELECT_SWITCHED, "100p1"},
        {"net2", SELECT_SWITCHED, "101p0"},
        /* a part of two names */
        {"net", SELECT_WRONG, "101p1"},
        {"1 nothing", SELECT_WRONG, "101p1"},
        {"0", SELECT_WRONG, "101p1"},
        {"6", SELECT_WRONG, "101p1"},
        {"1-6", SELECT_WRONG, "101p1"},
        {"99999999999999999999999", SELECT_WRONG, "101p1"},
        {"-1", SELECT_WRONG, "101p1"},
        {"1 1", SELECT_SWITCHED, "101p1"},
        {"l", SELECT_LIST, "101p1"},
        {"LIST", SELECT_LIST, "101p1"},
        {"?", SELECT_HELP, "101p1"},
        {"help", SELECT_HELP, "101p1"},
        {"q", SELECT_QUIT, "101p1"},
        {"QUIT", SELECT_QUIT, "101p1"},
        {"o 3", SELECT_OPEN, "101p1"},
        {"open sys_net", SELECT_OPEN, "101p1"},
        {"o", SELECT_WRONG, "101p1"},
        {"o 1 2", SELECT_WRONG, "101p1"},
        {"o 7", SELECT_WRONG, "101p1"},
        {"\x1b[31m", SELECT_WRONG, "101p1"},
        {"%s%n", SELECT_WRONG, "101p1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        enum select_state states[5] = {SELECT_ON, SELECT_OFF, SELECT_ON,
                                       SELECT_PART, SELECT_ON};
        struct err err = ERR_INIT;
        size_t opened = 99;
        enum select_answer kind =
            select_parse(vectors[i].answer, names, 5, states, &opened, &err);
        char after[6] = "";

        for (size_t k = 0; k < 5; k++)
            after[k] = "01p"[states[k]];
        if (kind != vectors[i].kind || strcmp(after, vectors[i].after))
            fail_msg("'%s' gave %d and %s", vectors[i].answer, (int)kind,
                     after);
        assert_int_equal(opened, kind == SELECT_OPEN ? 2 : 99);
        assert_int_equal(*err.text != '\0', kind == SELECT_WRONG);
    }
}

/* ---- the terminal ----------------------------------------------------------
 */

struct on {
    struct term *t;
    struct stop *stop;
    int master, slave;
};

static struct on open_term(const char *locale, unsigned rows, unsigned columns)
{
    struct winsize ws = {(unsigned short)rows, (unsigned short)columns, 0, 0};
    struct on on = {NULL, stop_new(), -1, -1};

    setenv("LC_ALL", locale, 1);
    assert_int_equal(openpty(&on.master, &on.slave, NULL, NULL, &ws), 0);
    on.t = term_new(on.slave, on.slave, on.stop);
    return on;
}

static void close_term(struct on *on)
{
    term_free(on->t);
    close(on->master);
    close(on->slave);
    stop_free(on->stop);
}

static void type(struct on *on, const char *text)
{
    assert_int_equal(write(on->master, text, strlen(text)), strlen(text));
}

/* All that was shown, without the carriage returns; to be freed. */
static char *shown(struct on *on)
{
    struct buf out = BUF_INIT;
    char got[4096];
    ssize_t n;

    term_row(on->t, "%s", "<end>");
    while (!out.len || !strstr(buf_str(&out), "<end>")) {
        n = read(on->master, got, sizeof(got));
        assert_true(n > 0);
        for (ssize_t i = 0; i < n; i++)
            if (got[i] != '\r')
                buf_addc(&out, got[i]);
    }
    *strstr(out.data, "<end>") = '\0';
    return buf_take(&out);
}

#define assert_shown(on, text)                                                 \
    do {                                                                       \
        char *is_shown = shown(on);                                            \
                                                                               \
        assert_string_equal(is_shown, text);                                   \
        free(is_shown);                                                        \
    } while (0)

/* A name can hold anything. */
static void test_hostile(void **state)
{
    struct on on = open_term("C.UTF-8", 24, 80);

    (void)state;
    term_row(on.t, "a\x1b]0;x\x07\x1b[2Jb\x7f\x9b"
                   "c\xc2\x9b");
    term_row(on.t, "m\xc3\xbcnchen \xe2\x80\xae"
                   "gpj \xff \xe2\x80\x8b.");
    assert_shown(&on, "a\\x1b]0;x\\x07\\x1b[2Jb\\x7f\\x9bc\\xc2\\x9b\n"
                      "m\xc3\xbcnchen \\xe2\\x80\\xaegpj \\xff \\u200b.\n");
    close_term(&on);
    on = open_term("C", 24, 80);
    term_row(on.t, "m\xc3\xbcnchen");
    assert_shown(&on, "m\\u00fcnchen\n");
    close_term(&on);
}

static void test_width(void **state)
{
    struct on on = open_term("C.UTF-8", 24, 40);

    (void)state;
    term_row(on.t, "%s", "0123456789012345678901234567890123456789012345");
    term_say(on.t, "  one two three four five six seven eight nine ten");
    term_say(on.t, "%s", "0123456789012345678901234567890123456789 x");
    /* Each of these takes two columns. */
    term_row(on.t, "%s",
             "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
             "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
             "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
             "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
             "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2");
    term_row(on.t, "%s", "two\nlines");
    term_copy(on.t, "%s", "a command that is longer than forty columns are");
    assert_shown(&on, "012345678901234567890123456789012345678\n"
                      "  one two three four five six seven\n"
                      "  eight nine ten\n"
                      "0123456789012345678901234567890123456789\n"
                      "x\n"
                      "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
                      "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
                      "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
                      "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
                      "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\n"
                      "two\\x0alines\n"
                      "a command that is longer than forty columns are\n");
    close_term(&on);
    /* A serial line has no size. */
    on = open_term("C", 0, 0);
    assert_int_equal(term_width(on.t), 79);
    close_term(&on);
}

static void test_ask(void **state)
{
    struct on on = open_term("C.UTF-8", 24, 80);
    struct buf answer = BUF_INIT;

    (void)state;
    /* Typed before it is asked for, and edited by the tty. */
    type(&on, " one two \nthrex\x7f"
              "e\n\n\x04"
              "four\x04\x04");
    assert_int_equal(term_ask(on.t, &answer, "A: "), TERM_LINE);
    assert_string_equal(buf_str(&answer), "one two");
    assert_int_equal(term_ask(on.t, &answer, "A: "), TERM_LINE);
    assert_string_equal(buf_str(&answer), "three");
    assert_int_equal(term_ask(on.t, &answer, "A: "), TERM_LINE);
    assert_string_equal(buf_str(&answer), "");
    assert_int_equal(term_ask(on.t, &answer, "A: "), TERM_END);
    assert_int_equal(term_ask(on.t, &answer, "A: "), TERM_LINE);
    assert_string_equal(buf_str(&answer), "four");
    stop_request(on.stop, STOP_SIGNAL);
    type(&on, "late\n");
    assert_int_equal(term_ask(on.t, &answer, "A: "), TERM_STOPPED);
    buf_done(&answer);
    close_term(&on);
}

static void test_secret(void **state)
{
    struct on on = open_term("C", 24, 80);
    struct buf answer = BUF_INIT;
    struct termios tio;
    char *seen;

    (void)state;
    /* What was typed before is not taken for a secret. */
    type(&on, "early\n");
    usleep(100000);
    if (fork() == 0) {
        usleep(300000);
        type(&on, "hunter2\n");
        _exit(0);
    }
    assert_int_equal(term_ask_secret(on.t, &answer, "Password: "), TERM_LINE);
    assert_string_equal(buf_str(&answer), "hunter2");
    seen = shown(&on);
    assert_non_null(strstr(seen, "Password: \n"));
    assert_null(strstr(seen, "hunter2"));
    free(seen);
    assert_int_equal(tcgetattr(on.slave, &tio), 0);
    assert_true(tio.c_lflag & ECHO);
    buf_done(&answer);
    close_term(&on);
}

static void test_pages(void **state)
{
    struct on on = open_term("C", 6, 80);

    (void)state;
    type(&on, "\nq\n");
    term_pages_begin(on.t);
    for (int i = 1; i < 99; i++)
        term_row(on.t, "%d", i);
    term_pages_end(on.t);
    term_row(on.t, "after");
    assert_shown(&on, "\nq\n1\n2\n3\n4\n5\n-- Enter: more; q: not the rest -- "
                      "6\n7\n8\n9\n10\n-- Enter: more; q: not the rest -- "
                      "after\n");
    close_term(&on);
}

/* A terminal that is gone asks nothing more, and nothing blocks. */
static void test_gone(void **state)
{
    struct on on = open_term("C", 6, 80);
    struct buf answer = BUF_INIT;

    (void)state;
    close(on.master);
    for (int i = 0; i < 99; i++)
        term_row(on.t, "%d", i);
    assert_int_equal(term_ask(on.t, &answer, "A: "), TERM_END);
    on.master = -1;
    buf_done(&answer);
    close_term(&on);
}

/* ---- questions -------------------------------------------------------------
 */

static void test_note(void **state)
{
    struct on on = open_term("C", 24, 80);
    struct buf note = BUF_INIT;
    char *line = xmalloc(3002);

    (void)state;
    type(&on, "the guest\n  hung \n\n");
    assert_int_equal(session_note(on.t, &note), 0);
    assert_string_equal(buf_str(&note), "the guest hung");
    buf_reset(&note);
    type(&on, "\x04");
    assert_int_equal(session_note(on.t, &note), -ECANCELED);
    memset(line, 'x', 3000);
    strcpy(line + 3000, "\n");
    type(&on, line);
    type(&on, line);
    assert_int_equal(session_note(on.t, &note), 0);
    assert_int_equal(note.len, 3000);
    free(line);
    buf_done(&note);
    close_term(&on);
}

static void test_pick(void **state)
{
    static const struct session_option options[] = {{"keep", "the first"},
                                                    {"send", "the second"}};
    struct on on = open_term("C", 24, 80);
    size_t chosen = 0;

    (void)state;
    type(&on, "\n3\nwhat\n2\nSEND\nq\n");
    assert_int_equal(session_pick(on.t, "", "Choose", options, 2, &chosen), 0);
    assert_int_equal(chosen, 0);
    assert_int_equal(session_pick(on.t, "", "Choose", options, 2, &chosen), 0);
    assert_int_equal(chosen, 1);
    chosen = 0;
    assert_int_equal(session_pick(on.t, "", "Choose", options, 2, &chosen), 0);
    assert_int_equal(chosen, 1);
    assert_int_equal(session_pick(on.t, "", "Choose", options, 2, &chosen),
                     -ECANCELED);
    close_term(&on);
}

static void test_yes(void **state)
{
    struct on on = open_term("C", 24, 80);

    (void)state;
    type(&on, "\nperhaps\nNO\ny\n\x04");
    assert_int_equal(session_yes(on.t, true, "Sure?"), 1);
    assert_int_equal(session_yes(on.t, true, "Sure?"), 0);
    assert_int_equal(session_yes(on.t, false, "Sure?"), 1);
    assert_int_equal(session_yes(on.t, true, "Sure?"), -ECANCELED);
    close_term(&on);
}

/* Groups of which one is opened, and its second item switched off. */
static void test_choose(void **state)
{
    struct session_item logs[] = {
        {"xl", (char *)"/var/log/xen/xl-*", 3, 3, 5000, 1, "yes", true},
        {"qemu", (char *)"/var/log/xen/qemu-*", 2, 2, 900, 1, "yes", true},
    };
    struct session_item net[] = {
        {"ip", (char *)"ip addr", 1, 1, 0, 60, "yes", true},
    };
    struct session_group groups[] = {
        {"xen_logs", "logs of Xen", NULL, "yes", logs, 2},
        {"sys_net", "the network", "/etc/x.yaml", "yes", net, 1},
    };
    struct session_totals sum = {0, 0, 0};
    struct on on = open_term("C", 24, 80);

    (void)state;
    type(&on, "o logs\nqemu\n\n2\n\n");
    assert_int_equal(session_choose(on.t, groups, 2), 0);
    assert_true(logs[0].on);
    assert_false(logs[1].on);
    assert_false(net[0].on);
    session_add_totals(&groups[0], &sum);
    session_add_totals(&groups[1], &sum);
    assert_int_equal(sum.n, 3);
    assert_int_equal(sum.bytes, 5000);
    /* Part of a group, then none of it, then nothing at all: not accepted. */
    type(&on, "none\n\n1\n\n");
    assert_int_equal(session_choose(on.t, groups, 2), 0);
    assert_true(logs[0].on && logs[1].on);
    type(&on, "q\n");
    assert_int_equal(session_choose(on.t, groups, 2), -ECANCELED);
    close_term(&on);
}

/* ---- places ----------------------------------------------------------------
 */

static void test_places(void **state)
{
    static const struct {
        const char *typed, *url;
    } bugs[] = {
        {"https://bugs.example.org/show_bug.cgi?id=42",
         "bugzilla+https://bugs.example.org/42"},
        {"https://example.org/bz/show_bug.cgi?list_id=7&id=42#c3",
         "bugzilla+https://example.org/bz/42"},
        {"https://bugs.example.org/enter_bug.cgi?format=x&product=Xen%20P&"
         "component=tools",
         "bugzilla+https://bugs.example.org/new?product=Xen%20P&component="
         "tools"},
        {"https://bugs.example.org/42", "bugzilla+https://bugs.example.org/42"},
        {"bugzilla+https://bugs.example.org/42",
         "bugzilla+https://bugs.example.org/42"},
        /* No bugs: what is wrong with them is said by who takes them. */
        {"https://bugs.example.org/show_bug.cgi?ctype=xml",
         "bugzilla+https://bugs.example.org/"},
        {"https://bugs.example.org/?id=42", "https://bugs.example.org/?id=42"},
        {"https://bugs.example.org/page", "https://bugs.example.org/page"},
        {"https://42", "https://42"},
        {"https://", "https://"},
        {"https:///", "https:///"},
        {"42", "42"},
        {"?", "?"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bugs) / sizeof(bugs[0]); i++) {
        char *url = place_of_bug(bugs[i].typed);

        assert_string_equal(url, bugs[i].url);
        free(url);
    }
    for (size_t i = 0; i < 2; i++) {
        char *url = place_of_list(i ? "mailto:a@b.c" : "a@b.c");

        assert_string_equal(url, "mailto:a@b.c");
        free(url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select), cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_width),  cmocka_unit_test(test_ask),
        cmocka_unit_test(test_secret), cmocka_unit_test(test_pages),
        cmocka_unit_test(test_gone),   cmocka_unit_test(test_note),
        cmocka_unit_test(test_pick),   cmocka_unit_test(test_yes),
        cmocka_unit_test(test_choose), cmocka_unit_test(test_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
