/* test_bwt.c: the Burrows-Wheeler transform and the suffix sorter below it
 * against sorting by hand, and the prefix codes' lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bwt.h"
#include "collector/pack/bwt_pieces.h"
#include "collector/pack/bz2_huffman.h"

#define LONG 4000

static uint8_t twice[2 * LONG]; /* rotations are its parts */
static size_t n_twice;

static int by_rotation(const void *a, const void *b)
{
    return memcmp(twice + *(const uint32_t *)a, twice + *(const uint32_t *)b,
                  n_twice);
}

static const uint8_t *text;
static size_t n_text;

static int by_suffix(const void *a, const void *b)
{
    size_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    size_t n = n_text - (x > y ? x : y);
    int c = memcmp(text + x, text + y, n);

    return c ? c : x > y ? -1 : 1;
}

/* With room for all tables every text is sorted, and rightly; with less it is
 * sorted rightly or not at all. */
static void check_suffixes(const uint8_t *t, size_t n)
{
    static int32_t room[16 * LONG + 257] __attribute__((aligned(8)));
    static uint32_t at[LONG];

    text = t;
    n_text = n;
    for (size_t i = 0; i < n; i++)
        at[i] = (uint32_t)i;
    qsort(at, n, sizeof(at[0]), by_suffix);
    for (size_t part = 1; part <= 16; part *= 2) {
        size_t n_room = part * n + (part == 16 ? 256 : 1);

        memset(room, 0xa5, sizeof(room));
        if (bwt_pieces_sort(t, n, room, n_room))
            assert_memory_equal(room, at, n * sizeof(at[0]));
        else
            assert_int_not_equal(part, 16);
        assert_int_equal(room[n_room], (int32_t)0xa5a5a5a5);
    }
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
    check_suffixes(t, n);
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

/* Long pieces that differ late, and share their first symbols; a text that is
 * full of zeros, and one that ends within what came before. */
static void test_long_pieces(void **state)
{
    static uint8_t t[LONG];

    (void)state;
    for (unsigned kind = 0; kind < 40; kind++) {
        for (size_t i = 0; i < LONG; i++)
            t[i] = (uint8_t)(i % (20 + kind) + (i / (20 + kind)) * 7 % 5 *
                                                   (i % (20 + kind) > 16));
        check_suffixes(t, LONG - kind);
        for (size_t i = 0; i < LONG; i++)
            t[i] = i * i % 97 < kind ? (uint8_t)(i * i % 3) : 0;
        check_suffixes(t, LONG - kind);
    }
}

static bool in_order(const uint8_t *t, size_t n, const int32_t *sa)
{
    for (size_t i = 1; i < n; i++) {
        size_t a = (size_t)sa[i - 1], b = (size_t)sa[i];

        if (memcmp(t + a, t + b, n - (a > b ? a : b)) > 0)
            return false;
    }
    return true;
}

/* A text of sixty words is sorted; one whose pieces differ is left to
 * the other sorter. */
static void test_room(void **state)
{
    const size_t n = 300000, word = 12, words = 60;
    int32_t *room = xmalloc((n + 1) * sizeof(*room));
    uint8_t *t = xmalloc(n);
    uint64_t x = 1;

    (void)state;
    for (size_t i = 0; i < n; i++) {
        x = x * 6364136223846793005ull + 1442695040888963407ull;
        t[i] = (uint8_t)(x >> 56);
    }
    assert_false(bwt_pieces_sort(t, n, room, n + 1));
    for (size_t i = words * word; i < n; i += word)
        memcpy(t + i, t + (t[i] + 256u * t[i + 1]) % words * word, word);
    assert_true(bwt_pieces_sort(t, n, room, n + 1));
    assert_true(in_order(t, n, room));
    assert_false(bwt_pieces_sort(t, 0, room, n));
    assert_false(bwt_pieces_sort(t, n, room, n - 1));
    free(room);
    free(t);
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
        cmocka_unit_test(test_long_pieces),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_code_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
