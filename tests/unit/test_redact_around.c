/* What stands around a word: refused where it cannot be a match, and never
 * where PCRE2 finds one. */
#include <stdlib.h>

#include "redact/around.h"
#include "tests/redact/util.h"

/* Whether a word of the anchor stands in text at some place and may belong to
 * a match. */
static bool nominated(const struct anchor *a, const char *text, size_t len)
{
    const uint8_t *p = (const uint8_t *)text;

    for (size_t k = 0; k < a->words.n; k++) {
        const struct anchor_word *w = &a->words.word[k];

        for (size_t at = 0; at + w->len <= len; at++)
            if (!strncasecmp(text + at, w->text, w->len) &&
                around_case_fits(w->upper, w->lower,
                                 around_cases(w->text, w->len, p + at)) &&
                around_fits(&a->around, w->behind, w->ahead, p, len, at,
                            at + w->len))
                return true;
    }
    return false;
}

static void test_refused(void **state)
{
    static const struct {
        const char *anchor, *yes, *no, *why;
    } t[] = {
        {"word[0-9]{0,2}=\\x22", "word1=\"", "word=1/c", "order is kept"},
        {"word=[0-9]{8}", "word=12345678", "word=1234567 ", "all of it"},
        {"[0-9]word", "1word", "awordx", "what is before it"},
        {"^[ ]{0,9}word", "\n  word", "a  word", "the line begins"},
        {"word[ ]{0,4}$", "word  \n", "word  a", "the line ends"},
        {"[0-9 ]\\bword", " word", "1word", "letters before it"},
        {"\\bword\\b", " word ", " words", "letters behind it"},
        {"\\Bword", "aword", " word", "\\B"},
        {"[0-9a-z](?<![a-z])word", "1word", "aword", "one byte behind"},
        {"(?<=[.:])word", ".word", "-word", "one byte behind"},
        {"word(?![a-z])", "word ", "worda", "one byte ahead"},
        {"word(?=[0-9]{3}x)", "word123x", "word123y", "ahead of the end"},
        {"word(?![ ])(?=[^\\n]{4}x)", "word1234x", "word 234x", "both"},
        {"word(?=[0-9]{3}x|y$)", "wordy", "wordya", "ahead, one of two"},
        {"(?:word|text[0-9])=", "text1=", "text=", "the words apart"},
        {"[\\w.]{0,64}word=", "a.word=", "a.word.b ", "it is another's end"},
        {"a[\\w.]{0,64}(?:word=|text=)", "a.word=", " word=", "it has a begin"},
        {"WORD=", "WORD=", "word=", "the case"},
        {"wOrd=", "wOrd=", "word=", "the case of one letter"},
        {"(?i)WORD=", "word=", "word:", "in any case"},
        {"(?i)word(?![^a-z])[a-z]", "wordA", "word1", "a class that is not"},
    };

    (void)state;
    for (size_t i = 0; i < N(t); i++) {
        struct anchor a;

        assert_int_equal(anchor_parse(t[i].anchor, &a, NULL), 0);
        if (!nominated(&a, t[i].yes, strlen(t[i].yes)))
            fail_msg("%s (%s): lost: %s", t[i].anchor, t[i].why, t[i].yes);
        if (nominated(&a, t[i].no, strlen(t[i].no)))
            fail_msg("%s (%s): passed: %s", t[i].anchor, t[i].why, t[i].no);
        anchor_done(&a);
    }
}

/* The text may go on where it is cut, so what is not there tells nothing. */
static void test_cut(void **state)
{
    struct anchor a;

    (void)state;
    assert_int_equal(anchor_parse("[0-9]{2}word=[0-9]{4}", &a, NULL), 0);
    assert_true(nominated(&a, "12word=123", 10));
    assert_true(nominated(&a, "12word=", 7));
    assert_true(nominated(&a, "word=1234", 9));
    assert_false(nominated(&a, "2word=12x", 9));
    assert_false(nominated(&a, "x2word=1234", 11));
    anchor_done(&a);
}

/* ---- never less than PCRE2 ---- */

static bool matches(pcre2_code *code, const char *text, size_t len)
{
    pcre2_match_data *md = pcre2_match_data_create(2, NULL);
    int rc = pcre2_match(code, (PCRE2_SPTR)text, len, 0, 0, md, NULL);

    pcre2_match_data_free(md);
    return rc > 0;
}

static pcre2_code *compiled(const char *pattern)
{
    PCRE2_SIZE where;
    pcre2_code *code;
    int rc;

    code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &rc,
                         &where, NULL);
    assert_non_null(code);
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

/* All texts of up to four letters on either side of the word. */
static size_t try_all(const char *anchor)
{
    static const char letters[] = "aB1_ \n";
    size_t n = N(letters) - 1, total = n * n * n * n, found = 0;
    char text[16];
    pcre2_code *code;
    struct anchor a;

    if (anchor_parse(anchor, &a, NULL))
        fail_msg("refused: %s", anchor);
    code = compiled(a.pattern);
    for (size_t left = 0; left < 3; left++)
        for (size_t i = 0; i < total; i++) {
            size_t x = i;

            for (size_t k = 0; k < 4; k++, x /= n)
                text[k < left ? k : k + 3] = letters[x % n];
            memcpy(text + left, i & 1 ? "key" : "KEY", 3);
            if (!matches(code, text, 7))
                continue;
            found++;
            if (!nominated(&a, text, 7))
                fail_msg("%s: lost in \"%.7s\"", anchor, text);
        }
    pcre2_code_free(code);
    anchor_done(&a);
    return found;
}

static void test_never_less(void **state)
{
    static const char *const anchors[] = {
        "key",
        "(?i)key",
        "(?i)^key$",
        "key[a-z]{0,2}[0-9]",
        "(?i)key(?![^a-z])",
        "(?i)key(?![^\\w])(?=[a-z]{1,3}$)",
        "(?i)(?<![^a-z])key",
        "(?i)(?<![a-z])key(?!a)",
        "(?i)(?<!a|[0-9]{2})key",
        "(?i)(?<=a|[0-9])key",
        "(?i)key(?!a(?!b))",
        "(?i)key(?!a?)|key1",
        "(?i)key(?!(?=a)[a1])",
        "(?i)key(?!\\ba|1)",
        "(?i)key(?=a|[0-9]a|$)",
        "(?i)key(?:(?=a)|(?=1))[ab]?",
        "(?i)key(?:(?=a)[a-z]|1)(?=[0-9])",
        "(?i)\\bkey\\b",
        "(?i)\\Bkey\\B",
        "(?i)\\bkey[ ]?\\B",
        "(?i)[ab]{0,9}key[^a]{2,5}",
        "(?i)[^b]key[^b]",
        "(?i)(?:a|[0-9]b)?key(?:a|[0-9]b)?[ \\n]",
        "(?i)(?:key[ab]?){1,2}[0-9]",
        "(?i)(?:[a-z]{3}[0-9]?){1,3}key|key[ ]",
        "(?i)k(?=e)e(?<=e)y(?<!a)",
        "(?i).key.",
        "[kK][eE][yY]_?",
        "(?:key|KEY[0-9])(?=[a-z]|)",
    };

    (void)state;
    for (size_t i = 0; i < N(anchors); i++)
        if (!try_all(anchors[i]))
            fail_msg("%s: nothing matched", anchors[i]);
}

/* Every built-in rule in the examples of all rules of its file. */
static void try_rule(size_t r)
{
    const struct anchor *a = &redact_builtin_anchor[r];
    pcre2_code *code = compiled(a->pattern);

    for (size_t i = 0; i < redact_builtin_count; i++) {
        const struct redact_rule *o = &redact_builtin[i];

        if (strcmp(o->file, redact_builtin[r].file))
            continue;
        for (const struct rule_example *e = o->match; e->text; e++)
            if (matches(code, e->text, strlen(e->text)) &&
                !nominated(a, e->text, strlen(e->text)))
                fail_msg("%s: lost in %s", redact_builtin[r].name, e->text);
    }
    pcre2_code_free(code);
}

static void test_rules(void **state)
{
    (void)state;
    for (size_t r = 0; r < redact_builtin_count; r++) {
        assert_true(redact_builtin_anchor[r].around.n > 0);
        try_rule(r);
    }
}

/* What would take for ever, or all memory, is not gone through. */
static void test_large(void **state)
{
    static const char *const anchors[] = {
        "word(?:(?:(?:(?:(?=a)){16}){16}){16}){16}",
        "word(?=(?:(?:(?:(?:(?=a[a-z]{9})){16}){16}){16}){16})",
    };

    (void)state;
    for (size_t i = 0; i < N(anchors); i++) {
        struct anchor a;

        assert_int_equal(anchor_parse(anchors[i], &a, NULL), 0);
        assert_int_equal(a.around.n, 0);
        assert_true(nominated(&a, " word ", 6));
        anchor_done(&a);
    }
}

/* A rule that looks back at the token of the value before it: when the words
 * were looked for, that value still stood there. */
static void test_behind_token(void **state)
{
    static const struct redact_rule rules[] = {
        {.name = "first", .anchor = "first=", .form = FORM_COMMA},
        {.name = "second", .anchor = "(?<=\\]),second=", .form = FORM_BLANK},
    };
    static const char text[] = "first=abc,second=xyz ,second=u\n";
    struct redact_table table = {.rules = rules, .n = N(rules)};
    struct redact_opts opts = {.engine = REDACT_ENGINE_PCRE2};
    struct redact_rules *r;
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;

    (void)state;
    if (redact_rules_new_from(&table, &opts, &r, &err))
        fail_msg("%s", err.text);
    redact_text(r, text, strlen(text), &b);
    assert_null(strstr(buf_str(&b), "abc"));
    assert_null(strstr(buf_str(&b), "xyz"));
    if (!strstr(buf_str(&b), "second=u\n"))
        fail_msg("%s", buf_str(&b));
    buf_done(&b);
    redact_rules_free(r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_cut),
        cmocka_unit_test(test_never_less), cmocka_unit_test(test_rules),
        cmocka_unit_test(test_large),      cmocka_unit_test(test_behind_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
