/* test_unpack_ahead.c: what threads decode ahead is what decoding one block
 * after the other gives, and false magic numbers do no harm. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bz2.h"
#include "collector/pack/unpack_ahead.h"

static const uint8_t magic[6] = {0x31, 0x41, 0x59, 0x26, 0x53, 0x59};

/* A stream of n blocks: text, and one of zeros that outgrows the bound. */
static int make_stream(unsigned n, unsigned zeros_at)
{
    struct bz2_encoder *e = bz2_encoder_new();
    uint8_t *buf = xmalloc(BZ2_BLOCK_MAX), *zeros = xcalloc(1, 1 << 20);
    int fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    struct outfd *o = outfd_new(fd);
    struct bz2_join j;
    uint64_t x = 1;

    assert_true(fd >= 0);
    assert_int_equal(bz2_join_begin(&j, o, NULL), 0);
    for (unsigned i = 0; i < n; i++) {
        struct bz2_cut c;
        struct bz2_block b;

        bz2_cut_start(&c, buf);
        for (unsigned k = 0; i == zeros_at && k < 5; k++)
            assert_int_equal(bz2_cut_add(&c, zeros, 1 << 20), 1 << 20);
        for (unsigned k = 0; k < 30000u + 3000 * (i % 7); k++) {
            x = x * 6364136223846793005ull + 1442695040888963407ull;
            assert_int_equal(bz2_cut_add(&c, &x, 1 + x % 3), 1 + x % 3);
        }
        assert_int_equal(bz2_encode_block(e, buf, c.len, &b, NULL), 0);
        assert_int_equal(bz2_join_bits(&j, b.bits, b.nbits, o, NULL), 0);
        bz2_join_crc(&j, b.crc);
    }
    assert_int_equal(bz2_join_end(&j, o, NULL), 0);
    assert_int_equal(outfd_flush(o, NULL), 0);
    outfd_free(o);
    bz2_encoder_free(e);
    free(zeros);
    free(buf);
    return fd;
}

/* Goes through the stream block by block; returns how many came from the
 * threads.  Damaged blocks end it. */
static unsigned compare(int fd, unsigned *n_blocks)
{
    struct ahead *a = ahead_new(fd, 9);
    uint64_t bit = BUNZIP_HEADER_BITS;
    enum bunzip_at next = BUNZIP_BLOCK;
    uint8_t *plain = xmalloc(8 << 20);
    unsigned ahead = 0;

    assert_non_null(a);
    *n_blocks = 0;
    while (next == BUNZIP_BLOCK) {
        struct ahead_block b = {0};
        bool got = ahead_take(a, bit, &b);
        struct bunzip *z = NULL;
        size_t n = 0;
        ssize_t r = bunzip_open(fd, bit, 9, &z, NULL);

        while (r >= 0 &&
               (r = bunzip_read(z, plain + n, (8 << 20) - n, NULL)) > 0)
            n += (size_t)r;
        if (r < 0) {
            assert_false(got);
            bunzip_free(z);
            break;
        }
        if (got) {
            assert_int_equal(b.n, n);
            assert_memory_equal(b.data, plain, n);
            assert_int_equal(b.end, bunzip_end(z));
            assert_int_equal(b.next, bunzip_next(z));
            assert_int_equal(b.crc, bunzip_crc(z));
            free(b.data);
            ahead++;
        } else {
            assert_true(n > AHEAD_BLOCK_MAX || b.data == NULL);
        }
        ++*n_blocks;
        bit = bunzip_end(z);
        next = bunzip_next(z);
        bunzip_free(z);
    }
    ahead_free(a);
    free(plain);
    return ahead;
}

static void test_all_blocks(void **state)
{
    int fd = make_stream(40, 40);
    unsigned n;

    (void)state;
    assert_int_equal(compare(fd, &n), 40);
    assert_int_equal(n, 40);
    close(fd);
}

static void test_large_block(void **state)
{
    int fd = make_stream(9, 4);
    unsigned n;

    (void)state;
    assert_int_equal(compare(fd, &n), 8);
    assert_int_equal(n, 9);
    close(fd);
}

/* Numbers behind the stream's end and, over a block's bits, inside: the chain
 * of blocks never comes by there. */
static void test_false_magic(void **state)
{
    unsigned n;
    int fd = make_stream(12, 12);
    off_t size = lseek(fd, 0, SEEK_END);

    (void)state;
    for (int i = 0; i < 5000; i++)
        assert_int_equal(pwrite(fd, magic, 6, size + 6 * i), 6);
    assert_int_equal(compare(fd, &n), 12);
    assert_int_equal(n, 12);
    /* Now in front of all blocks but the first: a waste that ends by itself. */
    assert_int_equal(pwrite(fd, magic, 6, size / 24), 6);
    assert_int_equal(compare(fd, &n), 0);
    assert_int_equal(n, 0);
    close(fd);
}

/* Given up half way: nothing hangs, nothing leaks. */
static void test_left_early(void **state)
{
    int fd = make_stream(30, 30);

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct ahead *a = ahead_new(fd, 9);
        struct ahead_block b;

        assert_non_null(a);
        if (i % 2) {
            assert_true(ahead_take(a, BUNZIP_HEADER_BITS, &b));
            free(b.data);
        }
        /* A bit at which there is nothing. */
        if (i % 4 == 3)
            assert_false(ahead_take(a, b.end + 1, &b));
        ahead_free(a);
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_blocks),
        cmocka_unit_test(test_large_block),
        cmocka_unit_test(test_false_magic),
        cmocka_unit_test(test_left_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
