/* test_opaque.c: files that cannot be looked through, known by their begin, and
 * text that only begins like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/opaque.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct sample {
    const char *what, *bytes;
    size_t len;
};
#define S(what, bytes)                                                         \
    {                                                                          \
        what, bytes, sizeof(bytes) - 1                                         \
    }

static void known(void **state)
{
    static const struct sample samples[] = {
        S("a zip archive", "PK\3\4\24\0\0\0\10\0"),
        S("a zip archive", "PK\5\6\0\0"),
        S("a 7z archive", "7z\274\257\47\34\0\4"),
        S("a rar archive", "Rar!\32\7\1\0"),
        S("lzop's compression", "\211LZO\0\r\n\32\n\20\100"),
        S("lzip's compression", "LZIP\1\14"),
        S("zlib's compression", "x\234\113\314"),
        S("zlib's compression", "x\1\1\5\0\372\377hello\6\54\2\25"),
        S("zlib's compression", "x^\313\110\315\311\311\7\0\6\54\2\25"),
        S("zlib's compression", "h\201\113\314"),
        S("zlib's compression", "\030\225\113\314"),
        S("a PDF document", "%PDF-1.7\n%\342\343\317\323\n"),
        S("a PDF document", "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\n"),
        S("an SQLite database", "SQLite format 3\0\20\0\1\1"),
        S("an SQLite journal", "7\177\6\202\0\55\342\30"),
        S("a TDB database", "TDB file\n\0\0"),
        S("a GDBM database", "\317\232\127\23\0\20"),
        S("a Berkeley database", "\0\0\0\0\1\0\0\0\0\0\0\0\142\61\5\0"),
        S("an LMDB database",
          "\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\336\300\357\276\1"),
        S("a systemd journal", "LPKSHHRH\0\0"),
        S("an image of memory", "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\76\0"),
        S("an image of memory", "\177ELF\1\2\1\0\0\0\0\0\0\0\0\0\0\4\0\24"),
        S("a disk image", "QFI\373\0\0\0\3"),
        S("text in UTF-32", "\377\376\0\0p\0\0\0"),
        S("text in UTF-32", "p\0\0\0a\0\0\0s\0\0\0s\0\0\0"
                            "w\0\0\0o\0\0\0r\0\0\0d\0\0\0"),
        S("text in UTF-32", "\0\0\0p\0\0\0a\0\0\0s\0\0\0s"
                            "\0\0\0w\0\0\0o\0\0\0r\0\0\0d"),
    };

    (void)state;
    for (size_t i = 0; i < N(samples); i++) {
        const char *what = opaque_format(samples[i].bytes, samples[i].len);

        if (!what || strcmp(what, samples[i].what))
            fail_msg("sample %zu is %s, not %s", i, what ? what : "nothing",
                     samples[i].what);
    }
}

static void not_known(void **state)
{
    static const struct sample samples[] = {
        S("", ""),
        S("", "P"),
        S("", "PK"),
        S("", "PK: the initials\n"),
        S("", "PK\3\4 in a line\n"),
        S("", "7z a archive.7z file\n"),
        S("", "Rar! it barked\n"),
        S("", "SQLite format 3 is what it has\n"),
        S("", "TDB file is damaged\n"),
        S("", "LZIP is old\n"),
        S("", "x = 1\n"),
        S("", "x^K of a curve\n"),
        S("", "x^K\1 and the sum is wrong\n"),
        S("", "x\332J\0\0\0\0\0\15\14TMsgStrTab"),
        S("", "KDMV driver loaded\n"),
        S("", "QEVM: no such thing\n"),
        S("", "PACK of files\n"),
        S("", "\377\376p\0a\0s\0s\0"),
        /* a program, and a list of small numbers */
        S("", "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0"),
        S("",
          "\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5\0\0\0\6\0\0\0\7\0\0\0\10\0\0"),
    };

    (void)state;
    for (size_t i = 0; i < N(samples); i++)
        if (opaque_format(samples[i].bytes, samples[i].len))
            fail_msg("sample %zu is taken for %s", i,
                     opaque_format(samples[i].bytes, samples[i].len));
}

/* A guest that begins its console with the begin of an archive. */
static void text_behind(void **state)
{
    char text[OPAQUE_HEAD + 100] = "PK\3\4\24";

    (void)state;
    for (size_t i = 6; i < sizeof(text); i++)
        text[i] = "a line of text\n"[i % 15];
    assert_null(opaque_format(text, sizeof(text)));
    assert_non_null(opaque_format(text, 200));
    /* Databases hold text. */
    memcpy(text, "SQLite format 3", 16);
    assert_non_null(opaque_format(text, sizeof(text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known),
        cmocka_unit_test(not_known),
        cmocka_unit_test(text_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
