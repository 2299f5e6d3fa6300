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

/* What may stand beside a word: any of these, or ? for all. */
static void describe(const struct anchor_bytes *b, bool open, char out[300])
{
    size_t n = 0;

    for (unsigned c = 0; !open && c < 256; c++)
        if (anchor_bytes_have(b, (unsigned char)c))
            out[n++] = (char)c;
    if (open || n == 256) {
        out[0] = '?';
        n = 1;
    }
    out[n] = '\0';
}

static void test_neighbours(void **state)
{
    static const struct {
        const char *anchor, *word, *before, *after;
        unsigned lo, hi;
    } t[] = {
        {"abc", "abc", "?", "?", 0, 0},
        {"[x]?abc[=:]{1,2}", "abc=", "?", "?", 0, 0},
        {"[0-9]{0,9}abc", "abc", "?", "?", 0, 9},
        {"[0-9]abc[0-9]{0,3}=", "abc", "0123456789", "0123456789=", 1, 1},
        {"[0-9]{1,40}abc[0-9]{0,3}", "abc", "0123456789", "?", 1, 40},
        {"[0-9]{3}(?:abc|[a-z]{2}defg)\\b[0-9]{2}", "abc", "0123456789",
         "0123456789", 3, 3},
        {"[0-9]{3}(?:abc|[a-z]{2}defg)\\b[0-9]{2}", "defg",
         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "0123456789",
         5, 5},
        {"(?:[0-9]{8}abc){1,2}[;,]", "abc", "0123456789", ",0123456789;", 8, 8},
        {"[0-9]{8}(?:abc){1,2}[;,]", "abc,", "0123456789", "?", 8, 8},
        {"[0-9]{8}(?:abc[0-9]{0,9}){0,2}xyz", "xyz", "0123456789Cc", "?", 8,
         32},
        {"[0-9]{8}abc(?!e)[f-g]{1,9}", "abc", "0123456789", "FGfg", 8, 8},
        {"[0-9]{8}abc(?=[dg]f)[f-g]{1,9}", "abc", "0123456789", "Gg", 8, 8},
        {"(?i)[0-9]{8}abc(?:|[f-g]{1,9})[.]{99}", "abc", "0123456789", ".FGfg",
         8, 8},
    };

    (void)state;
    for (size_t i = 0; i < N(t); i++) {
        const struct anchor_word *w = NULL;
        char before[300], after[300];
        struct anchor a;

        assert_int_equal(anchor_parse(t[i].anchor, &a, NULL), 0);
        for (size_t k = 0; k < a.words.n; k++)
            if (a.words.word[k].len == strlen(t[i].word) &&
                !memcmp(a.words.word[k].text, t[i].word, strlen(t[i].word)))
                w = &a.words.word[k];
        if (!w)
            fail_msg("%s: no word %s, but %.*s", t[i].anchor, t[i].word,
                     a.words.word[0].len, a.words.word[0].text);
        describe(&w->before, w->open_left, before);
        describe(&w->after.at[0], !w->n_after, after);
        if (strcmp(before, t[i].before) || strcmp(after, t[i].after) ||
            w->lo != t[i].lo || w->hi != t[i].hi)
            fail_msg("%s: %s at %u..%u between \"%s\" and \"%s\"", t[i].anchor,
                     t[i].word, w->lo, w->hi, before, after);
        anchor_done(&a);
    }
}

/* The places behind a word: what the parts may put there, in any order of ends,
 * and what look-ahead demands of them. */
#define DIGITS "0123456789"
#define MARKS "!\"#$%&'()"
#define BOTH MARKS DIGITS
#define WORDS DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
#define ALL MARKS "*+,-./" DIGITS

static void test_places(void **state)
{
    static const struct {
        const char *anchor, *after[ANCHOR_NEAR];
    } t[] = {
        {"abcd", {"?", "?", "?", "?"}},
        {"abcd[0-9][!-)]{2}", {DIGITS, MARKS, MARKS, "?"}},
        {"abcd[0-9]{8}", {DIGITS, DIGITS, DIGITS, DIGITS}},
        {"abcd\\d[\\x21-\\x29]{2}\\w", {DIGITS, MARKS, MARKS, WORDS}},
        {"abcd[0-9]?[!-)]{2}", {BOTH, MARKS, "?", "?"}},
        {"abcd(?:[0-9][!-)]){1,9}", {DIGITS, MARKS, "?", "?"}},
        {"(?:abcd[0-9]){1,2}[!-)]{4}",
         {DIGITS, MARKS "Aa", MARKS "Bb", MARKS "Cc"}},
        {"abcd(?:[0-9]|[!-)][:-@])[w]", {BOTH, ":;<=>?@Ww", "?", "?"}},
        {"abcd(?=[0-9]{2}x)", {DIGITS, DIGITS, "Xx", "?"}},
        {"abcd(?=[0-9]{0,2}x)", {DIGITS "Xx", "?", "?", "?"}},
        {"abcd(?:(?=[0-9])|(?=[!-)]))", {BOTH, "?", "?", "?"}},
        {"abcd(?:(?=[0-9]))?[!-9]{1,9}", {ALL, "?", "?", "?"}},
        {"abcd[0-9]{1,2}(?=[!-)])", {DIGITS, "?", "?", "?"}},
        {"abcd[0-9]{0,9}(?=[!-)])", {"?", "?", "?", "?"}},
        {"ab(?=cd[0-9][!-)])cd[!-9]{8}", {DIGITS, MARKS, ALL, ALL}},
    };

    (void)state;
    for (size_t i = 0; i < N(t); i++) {
        struct anchor a;
        char after[300];

        assert_int_equal(anchor_parse(t[i].anchor, &a, NULL), 0);
        assert_int_equal(a.words.n, 1);
        for (unsigned k = 0; k < ANCHOR_NEAR; k++) {
            describe(&a.words.word[0].after.at[k], k >= a.words.word[0].n_after,
                     after);
            if (strcmp(after, t[i].after[k]))
                fail_msg("%s: %u bytes behind %.*s: \"%s\"", t[i].anchor, k,
                         a.words.word[0].len, a.words.word[0].text, after);
        }
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
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_measures),
        cmocka_unit_test(test_neighbours), cmocka_unit_test(test_places),
        cmocka_unit_test(test_pattern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
