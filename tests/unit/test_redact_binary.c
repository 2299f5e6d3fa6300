/* What counts as text, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "redact/binary.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define TEXT(s)                                                                \
    {                                                                          \
        s, sizeof(s) - 1                                                       \
    }

struct sample {
    const char *bytes;
    size_t len;
};

static bool binary(const struct sample *s)
{
    return redact_is_binary((const uint8_t *)s->bytes, s->len);
}

static void test_text(void **state)
{
    static const struct sample text[] = {
        TEXT(""),
        TEXT("a line\n"),
        TEXT("\0"),
        /* /proc/PID/cmdline with short words, and environ */
        TEXT("sh\0-c\0ls -l\0"),
        TEXT("HOME=/root\0TERM=linux\0PATH=/bin\0"),
        /* a log after a power cut */
        TEXT("Nov 24 host kernel: up\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
             "Nov 24 host kernel: down\n"),
        /* colours, form feed, a stray control */
        TEXT("\033[1;31mred\033[0m\f\n\001 soh\n"),
        /* Latin-1 and UTF-8 */
        TEXT("gr\374n, sch\366n, und viel Text dazwischen\n"),
        TEXT("gr\303\274n \342\202\254 \360\237\220\274\n"),
        /* a sequence that the end of the head cuts off */
        TEXT("price: \342\202"),
        /* UTF-16 with its mark and without */
        TEXT("\377\376p\0a\0"),
        TEXT("\376\377\0p\0a"),
        TEXT("p\0a\0s\0s\0w\0o\0r\0d\0=\0x\0y\0z\0"),
        TEXT("\0p\0a\0s\0s\0w\0o\0r\0d\0=\0x\0y\0z"),
        TEXT("BZ is no bzip2\n"),
        TEXT("PK: the initials\n"),
    };

    (void)state;
    for (size_t i = 0; i < N(text); i++)
        if (binary(&text[i]))
            fail_msg("text %zu is taken for binary", i);
}

static void test_binary(void **state)
{
    static const struct sample data[] = {
        TEXT("\177ELF\2\1\1\0"),
        TEXT("PK\3\4"),
        TEXT("SQLite format 3\0"),
        TEXT("LPKSHHRH"),
        /* UTF-32; numbers of two bytes; half of them with zeros */
        TEXT("\377\376\0\0p\0\0\0"),
        TEXT("\0\0\376\377\0\0\0p"),
        TEXT("\1\0\2\0\3\0\4\0\5\0\6\0\7\0\10\0"),
        /* a build-id as sysfs has it */
        TEXT("\025\033\0377?\326K2\025\223\277\230\177\331#\315\020\332\272"),
        TEXT("\001\002\003\004\005\006"),
    };
    uint8_t tar[512] = "name";

    (void)state;
    for (size_t i = 0; i < N(data); i++)
        if (!binary(&data[i]))
            fail_msg("binary %zu is taken for text", i);
    memcpy(tar + 257, "ustar", 5);
    assert_true(redact_is_binary(tar, sizeof(tar)));
    assert_false(redact_is_binary(tar, 256));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_binary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
