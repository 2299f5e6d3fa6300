/* Which words an expression has, and that each line that has one is found:
 * against a search that goes through all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/diagnose/classes.h"
#include "collector/diagnose/literal.h"
#include "collector/diagnose/words.h"

static void test_literals(void **state)
{
    static const struct {
        const char *pattern, *words; /* with '/' between them */
    } rows[] = {
        {"Panic on CPU \\d+:", "Panic on CPU "},
        {"a(?:bc|d)efghi?", "abcefgh/adefgh"},
        {"\\(XEN\\) xyzabc", "(XEN) xyzabc"},
        {"abcde*fghij", "fghij"},
        {"abcd{2,3}efghi", "efghi"},
        {"[a-z]+: error [0-9]", ": error "},
        {"[]abc]defg", "]defg/adefg/bdefg/cdefg"},
        {"[ab]cdef", "acdef/bcdef"},
        {"[^ab]cdef", "cdef"},
        {"abc", NULL},
        {"abcd|efgh", "abcd/efgh"},
        {"abcd|efg", NULL},
        {"abcd|ef(?:g|hi)", NULL},
        {"abcd|ef(?:gh|ij)", "abcd/efgh/efij"},
        {"abcd(", NULL},
        {"(?i)abcdef", NULL},
        {"abcd (?i)efgh", NULL},
        {"abcd (?s-i:efgh)", NULL},
        {"(?<name>x)abcd", "xabcd"},
        {"(?:x|y)abcd", "xabcd/yabcd"},
        {"(?<name>abcd)ef", "abcdef"},
        {"(?<name>abcd)?efgh", "efgh"},
        {"colou?r of", "colour of/color of"},
        {"(?:one|two)? three", " three"},
        {"(abcd){0,3}xyzw", "xyzw"},
        {"(abcd){1,3}xyz", "abcd"},
        {"(?:a(?!bcdef)ghij)", "aghij"},
        {"(?<!abcde)fghi", "fghi"},
        {"(?<name>abcd|efgh)ij", "abcdij/efghij"},
        {"(?<=abcde)fg", NULL},
        {"(abcd", NULL},
        {"(?!x)abcd\\\\Eefgh", "abcd\\Eefgh"},
        {"\\x41bcdef", NULL},
        {"^abcd$", "abcd"},
        {"\\babcd\\b", "abcd"},
        {"(?:abcd|xabcdx) \\d", "abcd /xabcdx "},
        {"abcd|xabcdx", "abcd"},
        {"one (?<a>two (?:three|four) .+)", "one two three /one two four "},
        {"x (?<a>abcd(?:efg)?hi) j", "x abcdefghi j/x abcdhi j"},
        {"soft[ _-]set", "soft set/soft_set/soft-set"},
        {"libxl: .{0,9}(?:failed so|did not)", "failed so/did not"},
        {"one of .{0,9}(?:it|they)", "one of "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct literals l;
        struct buf all = BUF_INIT;

        assert_int_equal(literals_of(rows[i].pattern, &l), !!rows[i].words);
        for (size_t k = 0; k < l.n; k++) {
            buf_adds(&all, k ? "/" : "");
            buf_adds(&all, l.word[k]);
        }
        assert_string_equal(buf_str(&all), rows[i].words ? rows[i].words : "");
        buf_done(&all);
        literals_done(&l);
    }
}

static struct diag_rules *rules_of(const char *const *patterns, size_t n)
{
    struct diag_rules *r = diag_rules_new();
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    buf_adds(&text, "rules:\n");
    for (size_t i = 0; i < n; i++)
        buf_addf(&text,
                 "- id: r%zu\n  severity: info\n  title: t\n  cause: c\n"
                 "  remedy: r\n  when:\n  - match: ['%s']\n"
                 "  examples: {match: ['%s'], no-match: ['a']}\n",
                 i, patterns[i], patterns[i]);
    if (diag_rules_add(r, "t.yaml", buf_str(&text), text.len, &err))
        fail_msg("%s", err.text);
    diag_rules_ready(r);
    buf_done(&text);
    return r;
}

static struct diag_rules *builtin(void)
{
    struct diag_rules *r = diag_rules_new();

    diag_rules_add_builtin(r);
    diag_rules_ready(r);
    return r;
}

static void note(void *arg, const char *line, size_t len,
                 const unsigned *patterns, size_t n)
{
    buf_addf(arg, "%.*s:", (int)len, line);
    for (size_t i = 0; i < n; i++)
        buf_addf(arg, " %u", patterns[i]);
    buf_adds(arg, "\n");
}

/* These are tried on each line. */
static bool is_for_files(const struct diag_rules *r, size_t pattern)
{
    return r->rule[r->pattern[pattern].rule].classes == class_file();
}

static void look(const struct diag_rules *r, const char *line, size_t len,
                 struct buf *out)
{
    unsigned *found = calloc(r->n_patterns + 1, sizeof(*found));
    size_t n = 0;

    for (size_t i = 0; i < r->n_patterns; i++) {
        const struct literals *w = &r->pattern[i].words;

        if (is_for_files(r, i))
            continue;
        for (size_t k = 0; k < w->n; k++)
            if (memmem(line, len, w->word[k], strlen(w->word[k]))) {
                found[n++] = (unsigned)i;
                break;
            }
    }
    if (n)
        note(out, line, len, found, n);
    free(found);
}

static void compare(const struct diag_rules *r, const char *text, size_t len)
{
    struct diag_scratch *s = diag_words_scratch_new(r->words);
    struct buf got = BUF_INIT, want = BUF_INIT;

    diag_words_scan(s, text, len, note, &got);
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = (end ? (size_t)(end - text) : len) - at;

        look(r, text + at, n, &want);
        at += n + 1;
    }
    assert_string_equal(buf_str(&got), buf_str(&want));
    buf_done(&got);
    buf_done(&want);
    diag_words_scratch_free(s);
}

/* Words of all lengths, at each place of a text and beside each other. */
static void test_places(void **state)
{
    static const char *const both[] = {"aaaaaaaa", "abababab", "ababababa",
                                       "babababa", "aaaabbbb", "abcdefghijkl"};
    static const char *const tiny[] = {"abcd", "bcde", "abcde", "aaaaaaaa"};
    struct diag_rules *r[2] = {rules_of(both, 6), rules_of(tiny, 4)};
    char text[64];

    (void)state;
    assert_int_equal(diag_words_stride(r[0]->words), 2);
    assert_int_equal(diag_words_stride(r[1]->words), 1);
    for (unsigned seed = 0; seed < 20000; seed++) {
        size_t n = seed % sizeof(text);
        uint32_t x = seed * 2654435761u + 1;
        const char *from = seed % 3 ? "ab\n" : "abcd";

        for (size_t i = 0; i < n; i++) {
            x = x * 1664525u + 1013904223u;
            text[i] = from[(x >> 24) % strlen(from)];
        }
        if (n > 20)
            memcpy(text + seed % (n - 12), both[seed % 6],
                   strlen(both[seed % 6]));
        compare(r[0], text, n);
        compare(r[1], text, n);
    }
    diag_rules_free(r[0]);
    diag_rules_free(r[1]);
}

/* All built-in rules over their own examples; none of their words is so short
 * that all logs are looked at in more places. */
static void test_builtin(void **state)
{
    struct diag_rules *r = builtin();
    struct buf text = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < r->n_patterns; i++)
        for (size_t k = 0; k < r->pattern[i].words.n; k++)
            if (!is_for_files(r, i) &&
                strlen(r->pattern[i].words.word[k]) < LITERAL_GOOD)
                fail_msg("%s: the word '%s' of %s is too short",
                         r->rule[r->pattern[i].rule].id,
                         r->pattern[i].words.word[k], r->pattern[i].text);
    for (size_t i = 0; i < r->n; i++)
        for (unsigned k = 0; k < r->rule[i].n_examples; k++)
            buf_addf(&text, "%s\n", r->rule[i].examples[k]);
    compare(r, buf_str(&text), text.len);
    buf_done(&text);
    diag_rules_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_builtin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
