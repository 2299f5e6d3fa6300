/* test_window.c: what compressed files ask their reader to hold, found without
 * unpacking them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/base/window.h"

#define MIB (1024u * 1024)

/* What libarchive packs n bytes to; odd: some that cannot be packed. */
static void pack(const char *options, const char *format, size_t n, bool odd,
                 struct buf *out)
{
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    size_t room = n + n / 8 + 65536, used = 0;
    char *to = malloc(room), *from = malloc(n + 1);
    uint32_t v = 1;

    for (size_t i = 0; i < n; i++) {
        v = v * 1664525u + 1013904223u;
        from[i] = odd && i > n / 2 ? (char)(v >> 24) : "a line\n"[i % 7];
    }
    archive_write_set_format_raw(a);
    archive_write_add_filter_by_name(a, format);
    assert_int_equal(archive_write_set_options(a, options), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open_memory(a, to, room, &used), ARCHIVE_OK);
    archive_entry_set_filetype(e, AE_IFREG);
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    assert_int_equal(archive_write_data(a, from, n), (la_ssize_t)n);
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_entry_free(e);
    archive_write_free(a);
    buf_add(out, to, used);
    free(from);
    free(to);
}

static int walk(const char *format, const void *data, size_t n, size_t step,
                uint64_t *largest)
{
    struct window w;
    int rc = 0;

    window_start(&w, format);
    for (size_t i = 0; i < n && !rc; i += step)
        rc = window_feed(&w, (const char *)data + i,
                         step < n - i ? step : n - i, NULL);
    *largest = w.largest;
    return rc;
}

static void check(const char *format, const struct buf *b, uint64_t want)
{
    static const size_t steps[] = {1, 3, 1000, 1 << 20};
    uint64_t largest;

    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(walk(format, b->data, b->len, steps[i], &largest), 0);
        assert_int_equal(largest, want);
    }
}

/* The second part, behind padding, is the one that asks for more: the walk must
 * have come to its head to the byte. */
static void xz(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 70000, 3000000};
    struct buf b = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < 7; i++)
        for (unsigned odd = 0; odd < 2; odd++) {
            buf_reset(&b);
            pack("xz:compression-level=0", "xz", sizes[i], odd, &b);
            check("xz", &b, sizes[i] ? 256 * 1024 : 0);
            buf_add(&b, "\0\0\0\0\0\0\0\0", 8);
            pack("xz:compression-level=9", "xz", 5, false, &b);
            check("xz", &b, 64 * MIB);
            buf_add(&b, "rubbish behind", 14);
            assert_int_equal(walk("xz", b.data, b.len, 100, &(uint64_t){0}),
                             -EBADMSG);
        }
    buf_done(&b);
}

static void zstd(void **state)
{
    static const size_t sizes[] = {1, 255, 256, 70000, 3000000};
    /* A window of 3 GiB and something, of no known size; one block, the last.
     */
    static const uint8_t large[] = {0x28, 0xb5, 0x2f, 0xfd, 0x04, 0xac, 0x03,
                                    0,    0,    'x',  1,    2,    3,    4};
    /* 5 bytes to be passed over */
    static const uint8_t skipped[] = {0x5f, 0x2a, 0x4d, 0x18, 5, 0, 0,
                                      0,    1,    2,    3,    4, 5};
    struct buf b = BUF_INIT;
    uint64_t first;

    (void)state;
    for (size_t i = 0; i < 5; i++)
        for (unsigned odd = 0; odd < 2; odd++) {
            buf_reset(&b);
            pack("zstd:compression-level=1", "zstd", sizes[i], odd, &b);
            assert_int_equal(walk("zstd", b.data, b.len, 7, &first), 0);
            assert_in_range(first, 1, MIB);
            buf_add(&b, skipped, sizeof(skipped));
            check("zstd", &b, first);
            buf_add(&b, large, sizeof(large));
            check("zstd", &b, (1ull << 31) + (1ull << 31) / 8 * 4);
            buf_add(&b, "rubbish", 7);
            assert_int_equal(walk("zstd", b.data, b.len, 100, &(uint64_t){0}),
                             -EBADMSG);
        }
    buf_done(&b);
}

/* No more than there is: what says how much that will be. */
static void sized(void **state)
{
    static const uint8_t eight[] = {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0,
                                    0,    0,    1,    0,    0,    0};
    static const uint8_t smaller[] = {
        0x28, 0xb5, 0x2f, 0xfd, 0x83, 0xa8, 9, 9, 9, 9, 7, 0, 0, 0, 1, 0, 0};
    uint64_t largest;

    (void)state;
    assert_int_equal(walk("zstd", eight, sizeof(eight), 1, &largest), 0);
    assert_int_equal(largest, 1ull << 32);
    assert_int_equal(walk("zstd", smaller, sizeof(smaller), 1, &largest), 0);
    assert_int_equal(largest, 7);
}

static void others(void **state)
{
    uint64_t largest;

    (void)state;
    assert_int_equal(walk("gzip", "\x1f\x8b\x08rubbish", 10, 1, &largest), 0);
    assert_int_equal(largest, 0);
    assert_int_equal(walk("xz", "rubbish and rubbish", 19, 1, &largest),
                     -EBADMSG);
    /* A part whose filters are not xz's, and one that does not fit its head. */
    assert_int_equal(walk("xz",
                          "\xfd"
                          "7zXZ\0\0\1....\2\0\x20\1\0\0\0\0....",
                          24, 1, &largest),
                     -EBADMSG);
    assert_int_equal(walk("xz",
                          "\xfd"
                          "7zXZ\0\0\1....\2\0\x21\x7f\0\0\0\0....",
                          24, 1, &largest),
                     -EBADMSG);
    assert_int_equal(walk("xz",
                          "\xfd"
                          "7zXZ\0\0\1....\2\0\x21\1\x28\0\0\0....",
                          24, 1, &largest),
                     0);
    assert_int_equal(largest, UINT32_MAX);
}

/* A name in a head of gzip that does not end: nothing comes out of it. */
static void test_starved(void **state)
{
    static char block[65536];
    struct window w;
    int rc = 0;

    (void)state;
    memset(block, 'A', sizeof(block));
    window_start(&w, "gzip");
    for (unsigned i = 0; i < 64 && !rc; i++)
        rc = window_feed(&w, block, sizeof(block), NULL);
    assert_int_equal(rc, 0);
    assert_int_equal(window_feed(&w, block, 1, NULL), -EBADMSG);
    w.starved = 0;
    assert_int_equal(window_feed(&w, block, sizeof(block), NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starved), cmocka_unit_test(xz),
        cmocka_unit_test(zstd), cmocka_unit_test(sized),
        cmocka_unit_test(others)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
