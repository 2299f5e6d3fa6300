/* Rule files and what is made of them beside the built-in rules. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/sink_buf.h"
#include "redact/load.h"
#include "redact/rule.h"
#include "redact/ruleset.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define RULE(name, anchor, form, text, goes, keep)                             \
    "- name: " name "\n  why: a test\n  anchor: '" anchor "'\n  form: " form   \
    "\n  match:\n  - text: '" text "'\n    goes: '" goes                       \
    "'\n  keep:\n  - '" keep "'\n"
#define P_10 "abcdefghij"
#define P_100 P_10 P_10 P_10 P_10 P_10 P_10 P_10 P_10 P_10 P_10
#define BADGE RULE("site-badge", "badge no", "blank", "badge noX1", "X1", "x")

static int load(const char *text, enum redact_engine engine,
                struct redact_rules **out, struct err *err)
{
    struct redact_opts opts = {.engine = engine};
    struct redact_added *a = redact_added_new();
    int rc = redact_added_file(a, "f", text, strlen(text), err);

    *out = NULL;
    if (!rc)
        return redact_rules_load(&opts, a, out, err);
    redact_added_free(a);
    return rc;
}

static void test_added(void **state)
{
    struct redact_rules *rules;
    struct err err = ERR_INIT;
    struct redact_rule_info info;
    size_t n = redact_builtin_count;

    (void)state;
    assert_int_equal(load("rules:\n" BADGE, REDACT_ENGINE_AUTO, &rules, &err),
                     0);
    assert_int_equal(redact_rules_count(rules), n + 1);
    assert_int_equal(redact_rules_in_force(rules), n + 1);
    assert_string_equal(redact_rules_file(rules, 0), "f");
    assert_null(redact_rules_file(rules, 1));
    assert_null(redact_rules_override(rules, 0));
    redact_rule_info(rules, n, &info);
    assert_string_equal(info.name, "site-badge");
    assert_string_equal(info.why, "a test");
    assert_string_equal(info.form, "blank");
    assert_string_equal(info.file, "f");
    assert_false(info.builtin || info.off || info.overrides);
    redact_rule_info(rules, 0, &info);
    assert_true(info.builtin && *info.why && strstr(info.file, ".yaml"));
    redact_rules_free(rules);
}

/* Redacts in, step bytes at a time. */
static void in_steps(const struct redact_rules *rules, const struct buf *in,
                     size_t step, struct buf *out)
{
    struct sink_buf to;
    struct sink *s =
        redactor_sink(redactor_new(rules, sink_buf_init(&to, out)));

    buf_reset(out);
    for (size_t i = 0; i < in->len; i += step)
        assert_int_equal(sink_write(s, in->data + i,
                                    in->len - i < step ? in->len - i : step,
                                    NULL),
                         0);
    assert_int_equal(sink_close(s, NULL), 0);
    sink_free(s);
}

/* A part is a group, and only where a brace is neither escaped nor in a class.
 */
static void test_parts(void **state)
{
    static const char text[] =
        "parts:\n- name: two\n  is: door|gate\n- name: no\n  is: ' {two}s? "
        "no'\n"
        "rules:\n- name: site-door\n  why: a test\n"
        "  anchor: 'site[{]two}{no}\\{two}[^]{two}]'\n  form: auto\n  match:\n"
        "  - text: 'site{two} gates no{two}=X1 '\n    goes: X1\n"
        "  keep:\n  - 'site{two} gatedoor no{two}=X1'\n";
    struct redact_rules *rules;
    struct err err = ERR_INIT;

    (void)state;
    if (load(text, REDACT_ENGINE_AUTO, &rules, &err))
        fail_msg("%s", err.text);
    assert_string_equal(rules->set.rule[redact_builtin_count].src->anchor,
                        "site[{]two}(?: (?:door|gate)s? no)\\{two}[^]{two}]");
    redact_rules_free(rules);
}

/* The same bytes whichever engine, for all examples there are. */
static void test_engines(void **state)
{
    static const char text[] =
        "disable:\n- sexpr-password\nrules:\n" BADGE RULE(
            "vnc-password", "vncpw: ", "auto", "vncpw: EX", "EX", "vncpw");
    struct redact_rules *a, *b;
    struct err err = ERR_INIT;
    struct buf of_a = BUF_INIT, of_b = BUF_INIT, in = BUF_INIT;
    struct redact_rule_info info;

    (void)state;
    /* Names of rules that there are. */
    assert_int_equal(load("disable:\n- nosuch\n", REDACT_ENGINE_AUTO, &a, &err),
                     -EINVAL);
    if (load(text, REDACT_ENGINE_HS, &a, &err))
        fail_msg("%s", err.text);
    assert_int_equal(load(text, REDACT_ENGINE_PCRE2, &b, &err), 0);
    assert_string_equal(redact_rules_engine(a), "hs");
    assert_string_equal(redact_rules_engine(b), "pcre2");
    assert_string_equal(redact_rules_digest(a), redact_rules_digest(b));
    for (size_t i = 0; i < redact_rules_count(a); i++) {
        const struct redact_rule *r = a->set.rule[i].src;

        for (const struct rule_example *e = r->match; e->text; e++) {
            buf_adds(&in, e->text);
            buf_adds(&in, "\nbadge noSECRET vncpw: EXAMPLE\n");
        }
    }
    redact_text(a, buf_str(&in), in.len, &of_a);
    redact_text(b, buf_str(&in), in.len, &of_b);
    assert_int_equal(of_a.len, of_b.len);
    assert_memory_equal(of_a.data, of_b.data, of_a.len);
    for (size_t step = 1; step < 5000; step = step * 7 + 1) {
        in_steps(a, &in, step, &of_a);
        in_steps(b, &in, step, &of_b);
        assert_string_equal(buf_str(&of_a), buf_str(&of_b));
    }
    assert_non_null(strstr(buf_str(&of_a), "[REDACTED:site-badge:"));
    assert_null(strstr(buf_str(&of_a), "[REDACTED:sexpr-password:"));
    assert_string_equal(redact_rules_override(a, 0)->rule, "vnc-password");
    assert_false(redact_rules_override(a, 0)->disabled);
    assert_string_equal(redact_rules_override(a, 1)->rule, "sexpr-password");
    assert_true(redact_rules_override(a, 1)->disabled);
    assert_int_equal(redact_rules_count(a), redact_builtin_count + 1);
    assert_int_equal(redact_rules_in_force(a), redact_builtin_count);
    /* An override stands where the built-in rule stood. */
    for (size_t i = 0; i < redact_builtin_count; i++) {
        redact_rule_info(a, i, &info);
        assert_string_equal(info.name, redact_builtin[i].name);
        assert_true(info.overrides == !strcmp(info.name, "vnc-password"));
        assert_true(info.off == !strcmp(info.name, "sexpr-password"));
        assert_true(info.builtin == !info.overrides);
    }
    redact_rules_free(a);
    redact_rules_free(b);
    buf_done(&in);
    buf_done(&of_a);
    buf_done(&of_b);
}

static void test_wrong(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "f:1: expected rules: or disable:, found neither"},
        {"rules: []", "f:1: expected rules to have at least one entry"},
        {"rules:\n" BADGE BADGE, "f:11: rule site-badge: the file has"},
        /* an anchor without an end would need memory without an end */
        {"rules:\n" RULE("a", "abc.*", "auto", "abcX", "X", "x"),
         "f:4: rule a: "},
        /* parts: there is none, it comes later, it is too long */
        {"rules:\n" RULE("a", "abc{key}", "auto", "abcX", "X", "x"),
         "f:4: rule a: there is no part key before it"},
        {"parts:\n- name: a\n  is: x{b}\n- name: b\n  is: y\nrules:\n" BADGE,
         "f:2: part a: there is no part b before it"},
        {"parts:\n- name: A\n  is: x\nrules:\n" BADGE,
         "f:2: part A: expected a name"},
        {"parts:\n- name: a\n  is: '" P_100 P_100 P_100 "'\n- name: b\n  is: '"
         "{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}"
         "{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}"
         "{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}'\nrules:\n" BADGE,
         "f:4: part b: written out it has more than 12000 bytes"},
        /* what the checker can bound, but PCRE2 cannot run */
        {"rules:\n" RULE("a", "(?<!b{2,4})abc", "auto", "abcX", "X", "x"),
         "f:4: redaction rule a: anchor: lookbehind"},
        /* a rule that takes a token for a secret could hide behind one */
        {"rules:\n" RULE("a", "abc", "token", "abcX", "X", "x"),
         "f:5: the form token"},
        {"rules:\n" RULE("token", "abc", "auto", "abcX", "X", "x"),
         "f:2: the rule token cannot be overridden"},
        /* the example is hidden, but not what it says goes */
        {"rules:\n" RULE("a", "abc", "line", "abcX Y", "X", "x"),
         "f:7: rule a: what goes"},
        {"rules:\n" RULE("a", "abc", "line", "abcX", "X", "abcY"),
         "f:10: rule a: the example must stay"},
        /* it takes the word that another rule looks for */
        {"rules:\n" RULE("a", "(v)ncpasswd", "blank", "vncpasswd", "vncpasswd",
                         "x"),
         "f:4: rule a keeps the built-in rule"},
    };

    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        struct redact_rules *rules;
        struct err err = ERR_INIT;

        if (load(cases[i].text, REDACT_ENGINE_AUTO, &rules, &err) != -EINVAL)
            fail_msg("no \"%s\"", cases[i].says);
        assert_null(rules);
        if (strncmp(err.text, cases[i].says, strlen(cases[i].says)))
            fail_msg("\"%s\" instead of \"%s\"", err.text, cases[i].says);
    }
}

static void test_bounds(void **state)
{
    struct redact_added *a = redact_added_new();
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;

    (void)state;
    buf_adds(&text, "rules:\n");
    for (unsigned i = 0; i <= REDACT_ADDED_MAX; i++)
        buf_addf(&text,
                 "- name: r%u\n  why: w\n  anchor: 'key%u='\n  form: auto\n"
                 "  match:\n  - {text: 'key%u=x', goes: x}\n  keep: [x]\n",
                 i, i, i);
    assert_int_equal(redact_added_file(a, "f", buf_str(&text), text.len, &err),
                     -EINVAL);
    assert_non_null(strstr(err.text, "at most 256 added rules"));
    redact_added_free(a);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_added),   cmocka_unit_test(test_parts),
        cmocka_unit_test(test_engines), cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
