/* test_bz2.c: the bzip2 stream, held against every reader there is.
 *
 * Each input is packed into NAME.bz2 with NAME beside it; libbz2 reads it here,
 * the programs all together in one shell line each. */
#include <bzlib.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bz2.h"

struct input {
    uint8_t *data;
    size_t n;
};

static struct bz2_encoder *encoder;
static uint64_t blocks_made;

static void end_block(struct bz2_cut *c, struct bz2_join *j, struct outfd *o)
{
    struct err err = ERR_INIT;
    struct bz2_block b;

    assert_true(c->len <= BZ2_BLOCK_MAX);
    if (bz2_encode_block(encoder, c->buf, c->len, &b, &err))
        fail_msg("%s", err.text);
    assert_int_equal(bz2_join_bits(j, b.bits, b.nbits, o, &err), 0);
    bz2_join_crc(j, b.crc);
    bz2_cut_start(c, c->buf);
    blocks_made++;
}

/* Packs in calls of step bytes, and hands the stream back in memory. */
static struct input pack(const struct input *in, size_t step)
{
    int fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    struct outfd *o = outfd_new(fd);
    struct bz2_cut c;
    struct bz2_join j;
    struct input out;
    size_t pos = 0;

    assert_true(fd >= 0);
    blocks_made = 0;
    bz2_cut_start(&c, xmalloc(BZ2_BLOCK_MAX));
    assert_int_equal(bz2_join_begin(&j, o, NULL), 0);
    while (pos < in->n) {
        size_t n = step < in->n - pos ? step : in->n - pos;
        size_t took = bz2_cut_add(&c, in->data + pos, n);

        pos += took;
        if (took < n)
            end_block(&c, &j, o);
    }
    if (c.len)
        end_block(&c, &j, o);
    assert_int_equal(bz2_join_end(&j, o, NULL), 0);
    assert_int_equal(outfd_flush(o, NULL), 0);
    out.n = outfd_pos(o);
    out.data = xmalloc(out.n);
    assert_int_equal(pread(fd, out.data, out.n, 0), out.n);
    outfd_free(o);
    free(c.buf);
    close(fd);
    return out;
}

static void save(const char *name, const struct input *in)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(in->data, 1, in->n, f), in->n);
    assert_int_equal(fclose(f), 0);
}

/* libbz2 reads it back; the files are left for the programs. */
static void check(const char *name, const struct input *in, const char *why)
{
    struct input packed = pack(in, in->n ? in->n : 1);
    unsigned len = (unsigned)in->n + 1;
    char *plain = xmalloc(len);
    char path[80];
    int rc;

    rc = BZ2_bzBuffToBuffDecompress(plain, &len, (char *)packed.data,
                                    (unsigned)packed.n, 0, 0);
    if (rc != BZ_OK || len != in->n || (len && memcmp(plain, in->data, len)))
        fail_msg("%s (%s): libbz2 says %d, %u bytes", name, why, rc, len);
    save(name, in);
    snprintf(path, sizeof(path), "%s.bz2", name);
    save(path, &packed);
    free(plain);
    free(packed.data);
}

static struct input input_new(size_t n)
{
    struct input in = {xmalloc(n), n};

    return in;
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static struct input make_equal(size_t n, int byte)
{
    struct input in = input_new(n);

    memset(in.data, byte, n);
    return in;
}

static struct input make_random(size_t n, uint64_t seed, unsigned symbols)
{
    struct input in = input_new(n);

    for (size_t i = 0; i < n; i++)
        in.data[i] = (uint8_t)(next_random(&seed) % symbols);
    return in;
}

static struct input make_periodic(size_t n, size_t period)
{
    struct input in = make_random(n, 77, 256);

    for (size_t i = period; i < n; i++)
        in.data[i] = in.data[i - period];
    return in;
}

static struct input make_fibonacci(size_t n)
{
    struct input in = input_new(n);
    size_t a = 1, b = 2;

    memcpy(in.data, "ab", 2);
    while (b < n) {
        size_t step = a < n - b ? a : n - b;

        memcpy(in.data + b, in.data, step);
        a = b;
        b += step;
    }
    return in;
}

/* Runs of the given length of changing bytes; the length of the last one is
 * what remains. */
static struct input make_runs(size_t n, size_t run)
{
    struct input in = input_new(n);

    for (size_t i = 0; i < n; i++)
        in.data[i] = (uint8_t)('a' + i / run % 3);
    return in;
}

/* Random bytes, where no run changes the length, then an end that meets the
 * block's last bytes. */
static struct input make_edge(size_t before, size_t run)
{
    struct input in = make_random(before + run + 10, 5, 256);

    for (size_t i = 1; i < in.n; i++)
        if (in.data[i] == in.data[i - 1])
            in.data[i] ^= 0x55;
    for (size_t i = 0; i < run; i++)
        in.data[before + i] = 'Z';
    return in;
}

static void check_free(struct input in, const char *why, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void check_free(struct input in, const char *why, const char *fmt, ...)
{
    char name[60];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(name, sizeof(name), fmt, ap);
    va_end(ap);
    check(name, &in, why);
    free(in.data);
}

static const struct {
    const char *name, *command; /* of $f and $f.bz2 */
} programs[] = {
    {"bzip2", "bzip2 -t $f.bz2 && bzip2 -dc $f.bz2 | cmp - $f"},
    {"lbzip2", "lbzip2 -t $f.bz2 && lbzip2 -dc $f.bz2 | cmp - $f"},
    {"busybox", "busybox bunzip2 -c $f.bz2 | cmp - $f"},
    {"7z", "7z x -so $f.bz2 | cmp - $f"},
};

static void read_by_programs(void)
{
    char line[512];

    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        snprintf(line, sizeof(line),
                 "export LC_ALL=C; set -e; command -v %s >/dev/null || { "
                 "echo %s is not installed; exit 1; }; for f in *.bz2; do "
                 "f=${f%%.bz2}; { %s; } || { echo $f; exit 1; }; done",
                 programs[i].name, programs[i].name, programs[i].command);
        if (system(line))
            fail_msg("%s does not read what was packed", programs[i].name);
    }
    if (system(
            "python3 -c 'import bz2, glob\n"
            "for f in glob.glob(\"*.bz2\"):\n"
            "  assert bz2.open(f).read() == open(f[:-4], \"rb\").read(), f'"))
        fail_msg("Python does not read what was packed");
    assert_int_equal(system("rm -f *.bz2 in-*"), 0);
}

static void test_hard_inputs(void **state)
{
    static const size_t runs[] = {1, 2, 3, 4, 5, 254, 255, 256, 257, 258, 259};

    (void)state;
    check_free(make_equal(0, 0), "no block at all", "in-empty");
    check_free(make_equal(1, 'x'), "the smallest block", "in-one");
    for (size_t n = 2; n <= 9; n++)
        check_free(make_equal(n, 0), "a run that ends with the input",
                   "in-zeros-%zu", n);
    for (size_t n = 253; n <= 262; n++)
        check_free(make_equal(n, 0xff), "the longest run and just over it",
                   "in-ones-%zu", n);
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
        check_free(make_runs(70000, runs[i]), "each run is cut by the next",
                   "in-runs-%zu", runs[i]);
    check_free(make_fibonacci(200000), "the worst case of many sorters",
               "in-fibonacci");
    for (size_t period = 2; period < 70000; period = period * 7 + 1)
        check_free(make_periodic(150000, period), "rotations that are equal",
                   "in-periodic-%zu", period);
    check_free(make_random(100000, 3, 2), "two symbols", "in-bits");
    check_free(make_random(100000, 4, 256), "cannot be compressed",
               "in-random");
    read_by_programs();
}

static void test_many_blocks(void **state)
{
    (void)state;
    for (size_t n = 899999; n <= 900001; n++)
        check_free(make_random(n, n, 251), "about one block", "in-900k-%zu", n);
    check_free(make_random(BZ2_BLOCK_MAX, 9, 200), "one full block", "in-full");
    check_free(make_random(1900000, 1, 256), "blocks end at any bit",
               "in-random");
    check_free(make_equal(46500000, 0), "a block of runs outgrows 900 000",
               "in-equal");
    check_free(make_runs(1000000, 4), "the run-length stage makes it longer",
               "in-runs-4");
    check_free(make_fibonacci(1000000), "hard and more than one block",
               "in-fibonacci");
    read_by_programs();
}

/* A run that meets the block's end must neither be split wrongly nor outgrow
 * the block: every length of run at every distance that matters. */
static void test_block_edge(void **state)
{
    (void)state;
    for (size_t run = 1; run <= 6; run++) {
        for (size_t d = 0; d <= 6; d += run < 4 ? 3 : 1) {
            struct input in = make_edge(BZ2_BLOCK_MAX - d, run);
            struct input packed = pack(&in, in.n);
            unsigned len = (unsigned)in.n;
            char *plain = xmalloc(len);

            assert_int_equal(blocks_made, 2);
            assert_int_equal(
                BZ2_bzBuffToBuffDecompress(plain, &len, (char *)packed.data,
                                           (unsigned)packed.n, 0, 0),
                BZ_OK);
            assert_int_equal(len, in.n);
            assert_memory_equal(plain, in.data, len);
            free(plain);
            free(packed.data);
            free(in.data);
        }
    }
}

/* Bytes and their run-length form, as the format's description gives them. */
static void test_run_length_stage(void **state)
{
    static const struct {
        const char *in, *out, *why;
        size_t n_in, n_out;
    } rows[] = {
        {"abc", "abc", "nothing repeats", 3, 3},
        {"aaa", "aaa", "three are left alone", 3, 3},
        {"aaaa", "aaaa\0", "four take a count of none", 4, 5},
        {"aaaab", "aaaa\0b", "the count stands before the next", 5, 6},
        {"aaaaaaa", "aaaa\3", "seven are four and three", 7, 5},
        {"aaaabbbb", "aaaa\0bbbb\0", "two runs", 8, 10},
        {"xaaabbcddddd", "xaaabbcdddd\1", "found by the fast copy or not", 12,
         12},
    };
    uint8_t *buf = xmalloc(BZ2_BLOCK_MAX), many[600];
    struct bz2_cut c;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bz2_cut_start(&c, buf);
        assert_int_equal(bz2_cut_add(&c, rows[i].in, rows[i].n_in),
                         rows[i].n_in);
        if (c.len != rows[i].n_out || memcmp(buf, rows[i].out, c.len))
            fail_msg("%s: %s", rows[i].in, rows[i].why);
    }
    memset(many, 'q', sizeof(many));
    bz2_cut_start(&c, buf);
    bz2_cut_add(&c, many, 255);
    assert_int_equal(c.len, 5);
    assert_int_equal(buf[4], 251);
    bz2_cut_add(&c, many, 1);
    assert_int_equal(c.len, 6);
    bz2_cut_add(&c, many, 3);
    assert_int_equal(c.len, 10);
    free(buf);
}

/* One block is what libbz2 makes of it, bit for bit. */
/* The cut is libbz2's: its encoder makes of each block the very stream that it
 * makes by itself. */
static void test_same_as_libbz2(void **state)
{
    struct bz2_encoder *ours = encoder;

    (void)state;
    encoder = bz2_encoder_libbz2();
    for (size_t n = 0; n < 3000; n += 1 + n / 7) {
        struct input in = make_random(n, n + 1, n % 5 ? 3 : 1);
        struct input packed = pack(&in, n ? n : 1);
        unsigned len = (unsigned)n + 1000;
        char *want = xmalloc(len);

        assert_int_equal(BZ2_bzBuffToBuffCompress(want, &len, (char *)in.data,
                                                  (unsigned)n, 9, 0, 0),
                         BZ_OK);
        assert_int_equal(len, packed.n);
        assert_memory_equal(want, packed.data, len);
        free(want);
        free(packed.data);
        free(in.data);
    }
    bz2_encoder_free(encoder);
    encoder = ours;
}

/* Text of words: what ours makes is no larger than what libbz2 makes. */
static void test_size(void **state)
{
    struct bz2_encoder *ours = encoder;
    struct input in = input_new(2000000), packed, other;
    uint64_t x = 3;
    size_t n = 0;

    (void)state;
    while (n < in.n) {
        uint64_t word = next_random(&x) % 3000 * (next_random(&x) % 3000);

        for (; word && n < in.n; word /= 23)
            in.data[n++] = (uint8_t)('a' + word % 23);
        if (n < in.n)
            in.data[n++] = next_random(&x) % 9 ? ' ' : '\n';
    }
    packed = pack(&in, in.n);
    encoder = bz2_encoder_libbz2();
    other = pack(&in, in.n);
    bz2_encoder_free(encoder);
    encoder = ours;
    if (packed.n > other.n + other.n / 500)
        fail_msg("%zu bytes, libbz2 makes %zu", packed.n, other.n);
    free(packed.data);
    free(other.data);
    free(in.data);
}

static void test_any_chunking(void **state)
{
    static const size_t steps[] = {1, 7, 8, 9, 4096, 900000};
    struct input in = make_random(950000, 8, 256);
    struct input want;

    (void)state;
    /* Runs of all lengths in between, so that calls end inside them. */
    for (size_t i = 0, run = 1; i + run < in.n; i += 2000, run = run % 600 + 1)
        memset(in.data + i, (int)run, run);
    want = pack(&in, in.n);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct input got = pack(&in, steps[i]);

        assert_int_equal(got.n, want.n);
        assert_memory_equal(got.data, want.data, want.n);
        free(got.data);
    }
    free(want.data);
    free(in.data);
}

static void test_encoder_refuses(void **state)
{
    uint8_t bytes[8] = "aaaa", *big = xcalloc(1, 1000000);
    struct err err = ERR_INIT;
    struct bz2_block b;

    (void)state;
    /* No byte, more than a block, a run without its count, a count that the
     * stage cannot have made. */
    assert_true(bz2_encode_block(encoder, bytes, 0, &b, &err) < 0);
    assert_true(bz2_encode_block(encoder, big, BZ2_BLOCK_MAX + 1, &b, &err) <
                0);
    assert_true(bz2_encode_block(encoder, bytes, 4, &b, &err) < 0);
    bytes[4] = 252;
    assert_true(bz2_encode_block(encoder, bytes, 5, &b, &err) < 0);
    bytes[4] = 251;
    assert_int_equal(bz2_encode_block(encoder, bytes, 5, &b, &err), 0);
    free(big);
}

static int make_encoder(void **state)
{
    (void)state;
    encoder = bz2_encoder_new();
    return 0;
}

static int free_encoder(void **state)
{
    (void)state;
    bz2_encoder_free(encoder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_length_stage),
        cmocka_unit_test(test_same_as_libbz2),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_hard_inputs),
        cmocka_unit_test(test_many_blocks),
        cmocka_unit_test(test_block_edge),
        cmocka_unit_test(test_any_chunking),
        cmocka_unit_test(test_encoder_refuses),
    };

    return cmocka_run_group_tests(tests, make_encoder, free_encoder);
}
