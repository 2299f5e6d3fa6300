/* test_yaml.c: the YAML subset and its messages. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/base/yaml.h"

struct entry {
    char *name;
    char **words;
    unsigned n_words;
    unsigned colour;
    bool flag;
};
struct top {
    char *title;
    struct entry *entries;
    unsigned n_entries;
};

static const cyaml_strval_t colours[] = {{"red", 1}, {"green", 2}};
static const cyaml_schema_value_t word = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, 8)};
static const cyaml_schema_field_t entry_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct entry, name, 1,
                           8),
    CYAML_FIELD_SEQUENCE_COUNT("words",
                               CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                               struct entry, words, n_words, &word, 1, 3),
    CYAML_FIELD_ENUM("colour", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT,
                     struct entry, colour, colours, 2),
    YAML_FIELD_BOOL("flag", struct entry, flag), CYAML_FIELD_END};
static const cyaml_schema_value_t entry_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct entry, entry_fields)};
static const cyaml_schema_field_t top_fields[] = {
    CYAML_FIELD_STRING_PTR("title", CYAML_FLAG_POINTER, struct top, title, 1,
                           100),
    CYAML_FIELD_SEQUENCE_COUNT(
        "entries", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct top,
        entries, n_entries, &entry_value, 1, 4),
    CYAML_FIELD_END};
static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct top, top_fields)};

/* ---- what is taken ------------------------------------------------------- */

static void test_loads(void **state)
{
    static const char text[] = "# a comment\n"
                               "title: \"a: b\"\n"
                               "entries:\n"
                               "  - name: one\n"
                               "    words: [x, 5s, 'y']\n"
                               "    colour: green\n"
                               "    flag: yes\n"
                               "  - {name: two, flag: false}\n";
    struct err err = ERR_INIT;
    struct yamldoc *y;
    struct top *t;

    (void)state;
    assert_int_equal(
        yamldoc_load("f", text, sizeof(text) - 1, &schema, &y, &err), 0);
    t = yamldoc_data(y);
    assert_string_equal(t->title, "a: b");
    assert_int_equal(t->n_entries, 2);
    assert_int_equal(t->entries[0].n_words, 3);
    /* A string stays what was written; as a number it would be 5. */
    assert_string_equal(t->entries[0].words[1], "5s");
    assert_int_equal(t->entries[0].colour, 2);
    assert_true(t->entries[0].flag);
    assert_false(t->entries[1].flag);

    /* What a caller finds later gets the line of the value. */
    assert_int_equal(
        yamldoc_error(y, &err, "entries/1/flag", "expected %s", "better"),
        -EINVAL);
    assert_string_equal(err.text, "f:8: expected better");
    yamldoc_error(y, &err, "entries/0/colour", "x");
    assert_string_equal(err.text, "f:6: x");
    /* Not there: its nearest part that is. */
    yamldoc_error(y, &err, "entries/0/nothing", "x");
    assert_string_equal(err.text, "f:4: x");
    yamldoc_error(y, &err, "", "x");
    assert_string_equal(err.text, "f:2: x");
    yamldoc_free(y);
    yamldoc_free(NULL);
}

static void test_empty(void **state)
{
    static const char *const texts[] = {"", "\n", "# nothing\n"};
    struct err err = ERR_INIT;
    struct yamldoc *y;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(
            yamldoc_load("f", texts[i], strlen(texts[i]), &schema, &y, &err),
            0);
        assert_null(yamldoc_data(y));
        assert_int_equal(yamldoc_error(y, &err, "", "x"), -EINVAL);
        assert_string_equal(err.text, "f:1: x");
        yamldoc_free(y);
    }
}

/* A byte order mark, as some editors write it; other encodings are refused. */
static void test_mark(void **state)
{
    static const char mark[] = "\xef\xbb\xbftitle: a\n";
    static const char utf16[] = "\xff\xfet\0i\0";
    struct err err = ERR_INIT;
    struct yamldoc *y;

    (void)state;
    assert_int_equal(
        yamldoc_load("f", mark, sizeof(mark) - 1, &schema, &y, &err), 0);
    assert_string_equal(((struct top *)yamldoc_data(y))->title, "a");
    yamldoc_free(y);
    assert_int_equal(
        yamldoc_load("f", utf16, sizeof(utf16) - 1, &schema, &y, &err),
        -EINVAL);
}

/* ---- what is refused, and how it is said --------------------------------- */

static const struct {
    const char *why, *text, *error;
} bad[] = {
    {"unknown key: its own line, and what there is", "title: a\n\nfoo: 1\n",
     "f:3: expected one of title, entries, found \"foo\""},
    {"unknown key in an entry", "title: a\nentries:\n- name: x\n  foo: y\n",
     "f:4: expected one of name, words, colour, flag, found \"foo\""},
    {"a key that would drive the terminal", "title: a\n\"\\e[2J\": y\n",
     "f:2: expected one of title, entries, found \"\\x1b[2J\""},
    {"missing key at the top", "entries: [{name: x}]\n",
     "f:1: expected the key \"title\" here, found none"},
    {"missing key in the second entry",
     "title: a\nentries:\n- name: x\n- flag: yes\n",
     "f:4: expected the key \"name\" here, found none"},
    {"missing key in an entry that is empty", "title: a\nentries:\n- {}\n",
     "f:3: expected the key \"name\" here, found none"},
    {"the second of two", "title: a\n#\ntitle: b\n",
     "f:3: expected the key \"title\" once, found it again"},
    {"one value for a list", "title: a\nentries:\n- name: x\n  words: y\n",
     "f:4: expected words to be a list, found a single value"},
    {"a list for one value", "title: [a]\n",
     "f:1: expected title to be a single value, found a list"},
    {"a list within a list",
     "title: a\nentries:\n- name: x\n  words:\n  - a\n  - [b]\n",
     "f:6: expected an entry of words to be a single value, found a list"},
    {"a text for a mapping", "title: a\nentries:\n- x\n",
     "f:3: expected an entry of entries to be a mapping (key: value), found a "
     "single value"},
    {"no mapping at all", "just words\n",
     "f:1: expected the file to be a mapping (key: value), found a single "
     "value"},
    {"a word that is none of the choices",
     "title: a\nentries:\n- name: x\n  colour: blue\n",
     "f:4: expected colour to be one of red, green, found \"blue\""},
    {"libcyaml alone takes any word for true",
     "title: a\nentries:\n- name: x\n  flag: perhaps\n",
     "f:4: expected flag to be one of false, true, no, yes, found "
     "\"perhaps\""},
    {"a number is not a choice", "title: a\nentries:\n- name: x\n  colour: 1\n",
     "f:4: expected colour to be one of red, green, found \"1\""},
    {"too long a text", "title: a\nentries:\n- name: 123456789\n",
     "f:3: expected name to have at most 8 bytes, found more"},
    {"nothing for a text", "title:\n",
     "f:1: expected title to be a text, found nothing"},
    {"too long a list",
     "title: a\nentries:\n- name: x\n  words: [a, b, c, d]\n",
     "f:4: expected words to have at most 3 entries, found more"},
    {"an empty list", "title: a\nentries: []\n",
     "f:2: expected entries to have at least one entry, found none"},
    {"a quote left open", "title: \"a\nentries: x\n",
     "f:3: expected valid YAML, found unexpected end of stream"},
    {"a tab for blanks", "title: a\n\tx: y\n",
     "f:2: expected valid YAML, found a tab character that violates "
     "indentation"},
    {"bytes that are no text: the line from the offset", "title: a\n\n\xff\n",
     "f:3: expected valid YAML, found an error: invalid leading UTF-8 octet"},
    {"an anchor", "title: &a b\n",
     "f:1: expected a value, found an anchor (&name), which is not supported"},
    {"an anchored mapping", "title: a\nentries:\n- &x {name: x}\n",
     "f:3: expected a value, found an anchor (&name), which is not supported"},
    {"an alias without its anchor", "title: *a\n",
     "f:1: expected a value, found an alias (*name), which is not supported"},
    {"libcyaml alone drops a second document with a warning",
     "title: a\n---\ntitle: b\n",
     "f:2: expected one document, found the start of another"},
    {"a C string would end at the NUL", "title: \"a\\0b\"\n",
     "f:1: expected plain text, found a NUL byte in it"},
    {"a list for a key", "title: a\n? [x]\n: y\n",
     "f:2: expected a key, found a list or mapping"},
    {"deep nesting, before any recursion",
     "title: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
     "f:1: expected at most 16 levels, found more"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err err = ERR_INIT;
        struct yamldoc *y = (struct yamldoc *)&err;

        if (yamldoc_load("f", bad[i].text, strlen(bad[i].text), &schema, &y,
                         &err) != -EINVAL ||
            strcmp(err.text, bad[i].error))
            fail_msg("%s: got \"%s\"", bad[i].why, err.text);
        assert_null(y);
    }
}

/* A NUL in the file itself is no YAML, wherever it stands. */
static void test_raw_nul(void **state)
{
    static const char text[] = "title: a\0b\n";
    struct err err = ERR_INIT;
    struct yamldoc *y;

    (void)state;
    assert_int_equal(
        yamldoc_load("f", text, sizeof(text) - 1, &schema, &y, &err), -EINVAL);
    assert_string_equal(err.text, "f:1: expected valid YAML, found an error: "
                                  "control characters are not allowed");
}

static void test_limits(void **state)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    struct yamldoc *y;

    (void)state;
    buf_adds(&b, "title: [");
    for (unsigned i = 0; i <= YAML_MAX_NODES; i++)
        buf_adds(&b, "x,");
    buf_adds(&b, "]\n");
    assert_int_equal(yamldoc_load("f", b.data, b.len, &schema, &y, &err),
                     -EINVAL);
    assert_string_equal(err.text,
                        "f:1: expected at most 50000 values, found more");
    buf_reset(&b);
    while (b.len <= YAML_MAX_BYTES)
        buf_adds(&b, "# ###########################################\n");
    assert_int_equal(yamldoc_load("f", b.data, b.len, &schema, &y, &err),
                     -EINVAL);
    assert_non_null(strstr(err.text, "f:1: expected at most 1048576 bytes"));
    buf_done(&b);
}

/* err may be NULL, as everywhere. */
static void test_no_err(void **state)
{
    struct yamldoc *y;

    (void)state;
    assert_int_equal(yamldoc_load("f", "x", 1, &schema, &y, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loads),  cmocka_unit_test(test_empty),
        cmocka_unit_test(test_bad),    cmocka_unit_test(test_raw_nul),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_mark),
        cmocka_unit_test(test_no_err),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
