/* Which anchors are refused, and what is found out of the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "redact/anchor.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void test_refused(void **state)
{
    static const struct {
        const char *anchor, *why;
    } t[] = {
        {"abc*", "unbounded"},
        {"abc+", "unbounded"},
        {"abc{3,}", "unbounded"},
        {"abc{0,601}", "longer than any repeat may be"},
        {"abc{5,2}", "wrong way round"},
        {"abc{2", "no end"},
        {"abc{2}{3}", "repeat of a repeat"},
        {"(?:abc{0,100}){0,100}", "bounded, but too wide"},
        {"(abc)\\1", "back-reference"},
        {"abc(?R)", "recursion"},
        {"abc(?1)", "recursion"},
        {"(?>abc)", "atomic group"},
        {"(?<n>abc)", "named group"},
        {"(*LIMIT_MATCH=1)abc", "verb"},
        {"abc\\K", "moves the start"},
        {"abc\\R", "of any width"},
        {"abc(?i)def", "option not in front"},
        {"(abc)(def)", "two groups"},
        {"abc(?=(d))", "group in look-around"},
        {"(?:(abc)){2}", "group in a repeat"},
        {"(abc", "no end"},
        {"abc)", "no begin"},
        {"abc[d", "no end"},
        {"abc[z-a]", "wrong way round"},
        {"abc[[:alpha:]]", "POSIX class"},
        {"abc\\x4", "half an escape"},
        {"abc[\\x4z]", "half an escape in a class"},
        {"abc[d-\\x4z]", "half an escape at the end of a range"},
        {"abc{x}", "no number"},
        {"(?:(?:(?:(?:(?:(?:(?:(?:(?:(?:(?:(?:(?:abc)))))))))))))", "too deep"},
        {"(?<=[0-9]{500})abc", "looks too far back"},
        {"abc\\", "half an escape"},
        {"*abc", "nothing to repeat"},
        {"ab", "word too short"},
        {"", "no word"},
        {"[a-z]{8}", "no word"},
        {"(?:abc)?", "word may be missing"},
        {"abc|[a-z]{3}", "word may be missing"},
        {"a.b.c.d", "no word"},
    };
    struct err err;
    struct anchor a;

    (void)state;
    for (size_t i = 0; i < N(t); i++) {
        err = (struct err)ERR_INIT;
        if (anchor_parse(t[i].anchor, &a, &err) != -EINVAL || !err.text[0])
            fail_msg("taken: %s (%s)", t[i].anchor, t[i].why);
    }
}

static void test_measures(void **state)
{
    static const struct {
        const char *anchor;
        unsigned min, max, ahead, behind;
        size_t words;
        unsigned lo, hi;
        const char *first;
    } t[] = {
        {"abc", 3, 3, 3, 0, 1, 0, 0, "abc"},
        {"(?i)ABC", 3, 3, 3, 0, 1, 0, 0, "abc"},
        {"passw(?:or)?d", 6, 8, 8, 0, 2, 0, 0, "passwd"},
        {"[a-z]{0,9}abc=", 4, 13, 13, 0, 1, 0, 9, "abc="},
        {"x{0,4}(?:abcd|y[0-9]{2}efg)", 4, 10, 10, 0, 2, 0, 7, "abcd"},
        {"(?<![a-z])abc(?=d{1,9})", 3, 3, 12, 1, 1, 0, 0, "abc"},
        {"abc(?!x)\\b", 3, 3, 4, 1, 1, 0, 0, "abc"},
        {"-{5}abc", 8, 8, 8, 0, 1, 0, 0, "-----abc"},
        {"a[bc]d", 3, 3, 3, 0, 2, 0, 0, "abd"},
        {"(abc)[0-9]{2}", 5, 5, 5, 0, 1, 0, 0, "abc"},
        {"^abc$", 3, 3, 4, 1, 1, 0, 0, "abc"},
    };

    (void)state;
    for (size_t i = 0; i < N(t); i++) {
        struct err err = ERR_INIT;
        struct anchor a;
        unsigned lo = ~0u, hi = 0;

        if (anchor_parse(t[i].anchor, &a, &err))
            fail_msg("%s: %s", t[i].anchor, err.text);
        for (size_t k = 0; k < a.words.n; k++) {
            lo = a.words.word[k].lo < lo ? a.words.word[k].lo : lo;
            hi = a.words.word[k].hi > hi ? a.words.word[k].hi : hi;
        }
        if (a.min != t[i].min || a.max != t[i].max || a.ahead != t[i].ahead ||
            a.behind != t[i].behind || a.words.n != t[i].words ||
            lo != t[i].lo || hi != t[i].hi ||
            a.words.word[0].len != strlen(t[i].first) ||
            memcmp(a.words.word[0].text, t[i].first, a.words.word[0].len))
            fail_msg("%s: width %u..%u ahead %u behind %u, %zu words at "
                     "%u..%u, first %.*s",
                     t[i].anchor, a.min, a.max, a.ahead, a.behind, a.words.n,
                     lo, hi, a.words.word[0].len, a.words.word[0].text);
        anchor_done(&a);
    }
}

/* Both engines get the same text, with line ends written out. */
static void test_pattern(void **state)
{
    struct anchor a;

    (void)state;
    assert_int_equal(anchor_parse("(?i)^a(?:b|^)[$^]cde$", &a, NULL), 0);
    assert_string_equal(a.pattern,
                        "(?i)(?<![^\\n\\r\\x00])a(?:b|(?<![^\\n\\r\\x00]))"
                        "[$^]cde(?![^\\n\\r\\x00])");
    assert_false(a.group);
    anchor_done(&a);
    assert_int_equal(anchor_parse("(abc)\\(", &a, NULL), 0);
    assert_true(a.group);
    anchor_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_pattern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
