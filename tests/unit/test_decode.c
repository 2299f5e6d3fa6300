/* test_decode.c: logs that are compressed, cut or no logs at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>

#include <bzlib.h>
#include <cmocka.h>
#include <zlib.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/packed.h"
#include "collector/decode.h"

/* Hands out text in steps. */
struct steps {
    const char *p;
    size_t left, step;
};

static ssize_t next_step(void *arg, const void **data)
{
    struct steps *s = arg;
    size_t n = s->left < s->step ? s->left : s->step;

    *data = s->p;
    s->p += n;
    s->left -= n;
    return (ssize_t)n;
}

static int decode_all(const char *text, size_t len, size_t step,
                      struct buf *out, struct err *err)
{
    struct steps s = {text, len, step};
    struct decode *d = NULL;
    const void *p;
    ssize_t n;
    const char *format = packed_format(text, len);
    int r = decode_new(format ? format : "none", next_step, &s, &d, err);

    if (r)
        return r;
    while ((n = decode_read(d, &p, err)) > 0)
        buf_add(out, p, (size_t)n);
    decode_free(d);
    return (int)n;
}

static size_t gz(const char *text, char *out, size_t size)
{
    z_stream z;

    memset(&z, 0, sizeof(z));
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)strlen(text);
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static void round_trip(void **state)
{
    static const char text[] = "one line\nand another\n";
    char packed[512];
    size_t n = gz(text, packed, sizeof(packed));

    (void)state;
    assert_string_equal(packed_format(packed, n), "gzip");
    for (size_t step = 1; step <= n; step++) {
        struct buf out = BUF_INIT;

        assert_int_equal(decode_all(packed, n, step, &out, NULL), 0);
        assert_string_equal(buf_str(&out), text);
        buf_done(&out);
    }
}

static void two_members(void **state)
{
    char packed[512];
    struct buf out = BUF_INIT;
    size_t n = gz("first\n", packed, sizeof(packed));

    (void)state;
    /* logrotate and friends append whole gzip files. */
    n += gz("second\n", packed + n, sizeof(packed) - n);
    assert_int_equal(decode_all(packed, n, n, &out, NULL), 0);
    assert_string_equal(buf_str(&out), "first\nsecond\n");
    buf_done(&out);
}

static size_t bz(const char *text, char *out, size_t size)
{
    unsigned n = (unsigned)size;

    assert_int_equal(BZ2_bzBuffToBuffCompress(out, &n, (char *)(uintptr_t)text,
                                              (unsigned)strlen(text), 9, 0, 0),
                     BZ_OK);
    return n;
}

/* What stands behind the end is said, also when all that was packed is there:
 * text that was appended, half a member; but not zeros, of which tapes' last
 * blocks are full. */
static void behind_the_end(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *says;
    } behind[] = {{"\0\0\0\0\0\0\0\0\0", 9, NULL},
                  {"plain\n", 6, "is not compressed"},
                  {"\0\0\0x", 4, "is not compressed"}};
    size_t (*const pack[])(const char *, char *, size_t) = {gz, bz};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(behind) / sizeof(behind[0]); i++) {
        const char *says = behind[i / 2].says;
        char packed[512];
        size_t n = pack[i % 2]("one\ntwo\n", packed, sizeof(packed));

        memcpy(packed + n, behind[i / 2].bytes, behind[i / 2].n);
        n += behind[i / 2].n;
        for (size_t step = 1; step <= n; step++) {
            struct buf out = BUF_INIT;
            struct err e = ERR_INIT;

            assert_int_equal(decode_all(packed, n, step, &out, &e),
                             says ? -EBADMSG : 0);
            if (says && !strstr(e.text, says))
                fail_msg("%zu: %s", i, e.text);
            assert_string_equal(buf_str(&out), "one\ntwo\n");
            buf_done(&out);
        }
    }
}

/* A bit that is wrong anywhere behind the head of a gzip file is noticed, but
 * for those that only fill up a byte; and so is each place of a cut. */
static void damaged_gzip(void **state)
{
    static const char text[] = "one line\nand another\n";
    char packed[512];
    size_t n = gz(text, packed, sizeof(packed));

    (void)state;
    for (size_t i = 8 * 10; i < 8 * n; i++) {
        struct buf out = BUF_INIT;
        struct err e = ERR_INIT;

        packed[i / 8] = (char)(packed[i / 8] ^ 1 << i % 8);
        if (decode_all(packed, n, n, &out, &e) != -EBADMSG &&
            (i / 8 != n - 9 || strcmp(buf_str(&out), text) != 0))
            fail_msg("bit %zu: not noticed", i);
        packed[i / 8] = (char)(packed[i / 8] ^ 1 << i % 8);
        buf_done(&out);
    }
    for (size_t i = 3; i < n; i++) {
        struct buf out = BUF_INIT;
        struct err e = ERR_INIT;

        assert_int_equal(decode_all(packed, i, 7, &out, &e), -EBADMSG);
        assert_non_null(strstr(e.text, "cut off"));
        /* Behind the text there are eight bytes of sums. */
        if (i >= n - 8)
            assert_string_equal(buf_str(&out), text);
        buf_done(&out);
    }
}

static void bzip2(void **state)
{
    char packed[512];
    unsigned n = sizeof(packed);
    char text[] = "bzip2 text\n";
    struct buf out = BUF_INIT;

    (void)state;
    assert_int_equal(
        BZ2_bzBuffToBuffCompress(packed, &n, text, sizeof(text) - 1, 9, 0, 0),
        BZ_OK);
    assert_string_equal(packed_format(packed, n), "bzip2");
    assert_int_equal(decode_all(packed, n, 7, &out, NULL), 0);
    assert_string_equal(buf_str(&out), text);
    buf_done(&out);
}

/* The others, as their own programs packed them. */
static const uint8_t by_compress[] = {0x1f, 0x9d, 0x90, 0x6f, 0xdc, 0x94, 0x01,
                                      0xc1, 0x26, 0x8d, 0x40, 0x05, 0x61, 0xdc,
                                      0x90, 0x01, 0x91, 0xf0, 0x0d, 0x1d, 0x34,
                                      0x65, 0xe4, 0x28, 0x00};
static const uint8_t by_lz4[] = {
    0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7, 0x15, 0x00, 0x00,
    0x80, 0x6f, 0x6e, 0x65, 0x20, 0x6c, 0x69, 0x6e, 0x65, 0x0a,
    0x61, 0x6e, 0x64, 0x20, 0x61, 0x6e, 0x6f, 0x74, 0x68, 0x65,
    0x72, 0x0a, 0x00, 0x00, 0x00, 0x00, 0xfb, 0x26, 0x6d, 0x57};
static const uint8_t by_old_lz4[] = {
    0x02, 0x21, 0x4c, 0x18, 0x17, 0x00, 0x00, 0x00, 0xf0, 0x06, 0x6f,
    0x6e, 0x65, 0x20, 0x6c, 0x69, 0x6e, 0x65, 0x0a, 0x61, 0x6e, 0x64,
    0x20, 0x61, 0x6e, 0x6f, 0x74, 0x68, 0x65, 0x72, 0x0a};
static const uint8_t by_lzma[] = {
    0x5d, 0x00, 0x00, 0x80, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0x00, 0x37, 0x9b, 0x88, 0xce, 0x76, 0x9a, 0x9d, 0xdc,
    0x15, 0x35, 0x8a, 0x69, 0x00, 0x1c, 0xac, 0x47, 0x4e, 0x9b, 0xef,
    0x6f, 0xd4, 0x34, 0x76, 0x36, 0x10, 0x5f, 0xfc, 0x9f, 0xb5, 0xc0};

static void others(void **state)
{
    static const struct {
        const char *name;
        const uint8_t *bytes;
        size_t n;
    } files[] = {{"compress", by_compress, sizeof(by_compress)},
                 {"lz4", by_lz4, sizeof(by_lz4)},
                 {"lz4", by_old_lz4, sizeof(by_old_lz4)},
                 {"lzma", by_lzma, sizeof(by_lzma)}};

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const char *bytes = (const char *)files[i].bytes, *name;

        name = packed_format(bytes, files[i].n);
        assert_non_null(name);
        assert_string_equal(name, files[i].name);
        for (size_t step = 1; step <= files[i].n; step++) {
            struct buf out = BUF_INIT;

            assert_int_equal(decode_all(bytes, files[i].n, step, &out, NULL),
                             0);
            assert_string_equal(buf_str(&out), "one line\nand another\n");
            buf_done(&out);
        }
    }
}

/* libarchive would go on with it as long as it looks packed. */
static void compressed_twice(void **state)
{
    static const uint8_t twice[] = {
        0x1f, 0x9d, 0x90, 0x1f, 0x3a, 0x41, 0x7a, 0xc3, 0x8d, 0x52, 0x80,
        0x60, 0x26, 0x1a, 0x01, 0x29, 0x10, 0x86, 0x1b, 0xa4, 0x00, 0x91,
        0xe0, 0x35, 0xe8, 0x40, 0xa3, 0x0c, 0x39, 0x14, 0x00, 0x00};
    struct buf out = BUF_INIT;
    struct err e = ERR_INIT;

    (void)state;
    for (size_t step = 1; step <= sizeof(twice); step++) {
        assert_int_equal(
            decode_all((const char *)twice, sizeof(twice), step, &out, &e),
            -EBADMSG);
        assert_non_null(strstr(e.text, "more than once"));
    }
    assert_int_equal(out.len, 0);
    buf_done(&out);
}

/* What asks for much at once, of which 2 GiB here, is not read. */
static void large_dictionary(void **state)
{
    uint8_t packed[sizeof(by_lzma)];
    struct buf out = BUF_INIT;
    struct err e = ERR_INIT;

    (void)state;
    memcpy(packed, by_lzma, sizeof(packed));
    packed[3] = 0;
    packed[4] = 0x80;
    assert_int_equal(
        decode_all((const char *)packed, sizeof(packed), 7, &out, &e),
        -EBADMSG);
    assert_non_null(strstr(e.text, "2048 MiB"));
    buf_done(&out);
}

static void endings(void **state)
{
    static const char *const names[] = {"a.log.gz",  "a.log.bz2", "a.log.xz",
                                        "a.log.zst", "a.log.Z",   "a.log.lz4",
                                        "a.log.lzma"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_ptr_equal(packed_ending(names[i]), names[i] + 5);
    assert_null(packed_ending(".gz"));
    assert_null(packed_ending("a.log.zip"));
    assert_null(packed_ending("a.gz.log"));
}

/* Lines that begin like a format, and numbers that could be lzma's. */
static void not_packed(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
    } odd[] = {{"BZhang logged in\n", 17},
               {"BZh9 is a level\n", 16},
               {"\x1f\x9d\x08 rubbish", 11},
               {"\x04\x22\x4d\x18\x80 rubbish", 13},
               {"]\0\0\x81\0\xff\xff\xff\xff\xff\xff\xff\xff\0.", 15},
               {"]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\1.", 15},
               {"]\0\0\x80\0....\1...\0.", 15},
               {"\1\0\0\1\0\0\0\0\0\0\0\0\0\0\0", 15}};

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        if (packed_format(odd[i].bytes, odd[i].n))
            fail_msg("%zu is taken for packed", i);
}

/* Twice is refused, and nothing of it is unpacked: the inner one could be a
 * bomb of which not one byte comes out. */
static void more_than_once(void **state)
{
    char once[512], twice[1024];
    unsigned n = sizeof(twice);
    struct buf out = BUF_INIT;
    struct err e = ERR_INIT;
    size_t n_once = gz("text\n", once, sizeof(once));

    (void)state;
    assert_int_equal(
        BZ2_bzBuffToBuffCompress(twice, &n, once, (unsigned)n_once, 1, 0, 0),
        BZ_OK);
    for (size_t step = 1; step <= n; step++) {
        assert_int_equal(decode_all(twice, n, step, &out, &e), -EBADMSG);
        assert_non_null(strstr(e.text, "more than once"));
    }
    assert_int_equal(out.len, 0);
    buf_done(&out);
}

static void bad_data(void **state)
{
    char packed[512];
    size_t n = gz("one line\nand another\n", packed, sizeof(packed));
    struct buf out = BUF_INIT;
    struct err e = ERR_INIT;

    (void)state;
    assert_null(packed_format("plain text", 10));
    assert_null(packed_format("\x1f\x8b", 2));
    /* Looks like gzip and is none. */
    assert_int_equal(decode_all("\x1f\x8b\x08rubbish", 10, 10, &out, &e),
                     -EBADMSG);
    assert_non_null(strstr(e.text, "cannot be decompressed"));
    /* Cut off: what came before is kept, and the end is an error. */
    assert_int_equal(decode_all(packed, n - 9, n, &out, &e), -EBADMSG);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip),
                                       cmocka_unit_test(two_members),
                                       cmocka_unit_test(bzip2),
                                       cmocka_unit_test(more_than_once),
                                       cmocka_unit_test(bad_data),
                                       cmocka_unit_test(behind_the_end),
                                       cmocka_unit_test(damaged_gzip),
                                       cmocka_unit_test(others),
                                       cmocka_unit_test(compressed_twice),
                                       cmocka_unit_test(large_dictionary),
                                       cmocka_unit_test(endings),
                                       cmocka_unit_test(not_packed)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
