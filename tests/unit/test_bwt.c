/* test_bwt.c: the Burrows-Wheeler transform against sorting by hand, and the
 * prefix codes' lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bwt.h"
#include "collector/pack/bz2_huffman.h"

#define LONG 4000

static uint8_t twice[2 * LONG]; /* rotations are its parts */
static size_t n_twice;

static int by_rotation(const void *a, const void *b)
{
    return memcmp(twice + *(const uint32_t *)a, twice + *(const uint32_t *)b,
                  n_twice);
}

/* Column, row and least rotation of t are what sorting all rotations gives. */
static void check(const uint8_t *t, size_t n)
{
    static int32_t room[LONG + 1];
    static uint8_t turned[LONG + 1];
    static uint32_t at[LONG];
    const uint8_t *column = (const uint8_t *)room;
    uint32_t row = UINT32_MAX;
    size_t least;

    memcpy(twice, t, n);
    memcpy(twice + n, t, n);
    n_twice = n;
    for (size_t i = 0; i < n; i++)
        at[i] = (uint32_t)i;
    qsort(at, n, sizeof(at[0]), by_rotation);
    least = bwt_least_rotation(t, n);
    assert_true(least < n);
    assert_memory_equal(twice + least, twice + at[0], n);
    assert_int_equal(bwt_transform(t, n, room, turned, &row, NULL), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(column[i], twice[at[i] + n - 1]);
    assert_true(row < n);
    assert_memory_equal(twice + at[row], t, n);
}

/* Every string of so many letters up to a length. */
static void every_string(unsigned letters, size_t most)
{
    uint8_t t[16];

    for (size_t n = 1; n <= most; n++) {
        bool more = true;

        memset(t, 0, n);
        while (more) {
            check(t, n);
            more = false;
            for (size_t i = 0; i < n && !more; i++) {
                more = ++t[i] < letters;
                if (!more)
                    t[i] = 0;
            }
        }
    }
}

static void test_every_short_string(void **state)
{
    (void)state;
    every_string(2, 13);
    every_string(3, 8);
    every_string(5, 5);
}

static void test_long_strings(void **state)
{
    static uint8_t t[LONG];
    uint64_t x = 1;

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        size_t n = 1 + (round * 37) % LONG;
        size_t period = round % 4 ? n : 1 + round * 13 % n;

        for (size_t i = 0; i < n; i++) {
            x = x * 6364136223846793005ull + 1442695040888963407ull;
            t[i] = i < period ? (uint8_t)((x >> 40) % (1 + round % 256))
                              : t[i - period];
        }
        check(t, n);
    }
    /* Each is a power of a short word, whole and with a part of it. */
    for (size_t period = 1; period <= 40; period++) {
        for (size_t i = 0; i < LONG; i++)
            t[i] = (uint8_t)(i % period * 7);
        check(t, period * 50);
        check(t, period * 50 + period / 2);
    }
}

/* No code is longer than allowed, and together they are a whole tree. */
static void check_lengths(const uint32_t *freq, unsigned n)
{
    uint8_t length[BZ2_SYMBOLS_MAX];
    uint32_t code[BZ2_SYMBOLS_MAX], sum = 0;

    bz2_code_lengths(freq, n, length);
    for (unsigned i = 0; i < n; i++) {
        assert_in_range(length[i], 1, BZ2_LENGTH_MAX);
        sum += 1u << (BZ2_LENGTH_MAX - length[i]);
    }
    assert_int_equal(sum, 1u << BZ2_LENGTH_MAX);
    bz2_codes(length, n, code);
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++)
            if (i != j && length[i] <= length[j])
                assert_true(code[j] >> (length[j] - length[i]) != code[i]);
}

static void test_code_lengths(void **state)
{
    uint32_t freq[BZ2_SYMBOLS_MAX];

    (void)state;
    for (unsigned n = 2; n <= BZ2_SYMBOLS_MAX; n++) {
        memset(freq, 0, sizeof(freq));
        check_lengths(freq, n); /* nothing occurs */
        freq[n - 1] = 900000;
        check_lengths(freq, n); /* one does */
        freq[0] = freq[1] = 1;
        for (unsigned i = 2; i < n; i++)
            freq[i] = i < 28 ? freq[i - 1] + freq[i - 2] : 1;
        check_lengths(freq, n); /* the deepest tree there is */
        for (unsigned i = 0; i < n; i++)
            freq[i] = (i * 2654435761u) >> 13;
        check_lengths(freq, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_short_string),
        cmocka_unit_test(test_long_strings),
        cmocka_unit_test(test_code_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
