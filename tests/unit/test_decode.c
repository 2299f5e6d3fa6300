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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip), cmocka_unit_test(two_members),
        cmocka_unit_test(bzip2), cmocka_unit_test(more_than_once),
        cmocka_unit_test(bad_data)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
