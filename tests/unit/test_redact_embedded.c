/* test_redact_embedded.c: what is packed and begins within a text goes, and the
 * text around it stays, however the bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/base/sink_buf.h"
#include "redact/embedded.h"
#include "redact/embedded_begin.h"
#include "tests/redact/packed_samples.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* In two parts, or byte by byte if at is 0; returns the count. */
static uint64_t run(const struct buf *in, size_t at, struct buf *out,
                    const char **all)
{
    struct sink_buf to;
    struct embedded *e = embedded_new(sink_buf_init(&to, out));
    struct sink *s = embedded_sink(e);
    uint64_t count;

    out->len = 0;
    for (size_t i = 0; !at && i < in->len; i++)
        assert_int_equal(sink_write(s, in->data + i, 1, NULL), 0);
    if (at) {
        assert_int_equal(sink_write(s, in->data, at, NULL), 0);
        assert_int_equal(sink_write(s, in->data + at, in->len - at, NULL), 0);
    }
    assert_int_equal(sink_close(s, NULL), 0);
    count = embedded_count(e);
    *all = embedded_all(e);
    sink_free(s);
    return count;
}

/* However it is cut, in comes out as want, with so many tokens. */
static void check(const struct buf *in, const struct buf *want, uint64_t count,
                  const char *name)
{
    struct buf out = BUF_INIT;
    const char *all;

    for (size_t at = 0; at <= in->len; at++)
        if (run(in, at, &out, &all) != count || all || out.len != want->len ||
            memcmp(out.data, want->data, out.len) != 0)
            fail_msg("%s, cut at %zu: %zu bytes, not %zu", name, at, out.len,
                     want->len);
    buf_done(&out);
}

static void add_lines(struct buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_add(b, &"Nov 27 10:00:00 host xl: a line\n"[i % 32], 1);
}

/* As of a compressor, without much text in a row. */
static void add_noise(struct buf *b, size_t n)
{
    uint32_t v = 7;

    for (size_t i = 0; i < n; i++) {
        v = v * 1664525u + 1013904223u;
        buf_add(b, &(char){(char)(v >> 24)}, 1);
    }
    buf_add(b, "\1", 1);
}

static const struct {
    const char *name, *bytes;
    size_t n;
} begins[] = {
    {"gzip", "\37\213\10\0", 4},       {"gzip with a name", "\37\213\10\10", 4},
    {"bzip2", "BZh91AY&SY", 10},       {"xz", "\3757zXZ\0", 6},
    {"zstd", "\50\265\57\375\44", 5},  {"lz4", "\4\42\115\30\144", 5},
    {"old lz4", "\2\41\114\30\0", 5},  {"zip", "PK\3\4\24\0", 6},
    {"7z", "7z\274\257\47\34", 6},     {"rar", "Rar!\32\7", 6},
    {"lzop", "\211LZO\0\r\n\32\n", 9}, {"SQLite", "SQLite format 3\0", 16}};

static void behind_text(void **state)
{
    char token[64];

    (void)state;
    for (size_t i = 0; i < N(begins); i++) {
        struct buf in = BUF_INIT, want = BUF_INIT;

        add_lines(&in, 700);
        add_lines(&want, 700);
        buf_add(&in, begins[i].bytes, begins[i].n);
        add_noise(&in, 600);
        snprintf(token, sizeof(token), "[REDACTED:unscannable:%zu]",
                 in.len - 700);
        buf_adds(&want, token);
        add_lines(&in, 900);
        add_lines(&want, 900);
        check(&in, &want, 1, begins[i].name);
        buf_done(&in);
        buf_done(&want);
    }
}

/* Those that are known by their content: alone, and as they would end. */
static void behind_text_by_content(void **state)
{
    char token[64];

    (void)state;
    for (size_t i = 0; i < N(packed_samples); i++) {
        const struct packed_sample *s = &packed_samples[i];

        for (unsigned more = 0; more < 2; more++) {
            struct buf in = BUF_INIT, want = BUF_INIT;

            add_lines(&in, 700);
            add_lines(&want, 700);
            buf_add(&in, s->bytes, s->n);
            buf_addc(&in, 1);
            snprintf(token, sizeof(token), "[REDACTED:unscannable:%zu]",
                     in.len - 700);
            buf_adds(&want, token);
            if (more) {
                add_lines(&in, 900);
                add_lines(&want, 900);
            }
            check(&in, &want, 1, s->name);
            buf_done(&in);
            buf_done(&want);
        }
    }
}

/* zlib with any window and level: the head says what, the rest is alike. */
static void windows(void **state)
{
    const struct packed_sample *s = &packed_samples[2];
    unsigned n_heads = 0;

    (void)state;
    for (unsigned head = 0x0800; head < 0x8000; head++) {
        struct buf in = BUF_INIT, want = BUF_INIT;
        char token[64];

        if ((head & 0x0f20) != 0x0800 || head % 31)
            continue;
        n_heads++;
        add_lines(&in, 40);
        add_lines(&want, 40);
        buf_addc(&in, (char)(head >> 8));
        buf_addc(&in, (char)head);
        buf_add(&in, s->bytes + 2, s->n - 2);
        buf_addc(&in, 1);
        snprintf(token, sizeof(token), "[REDACTED:unscannable:%zu]", s->n + 1);
        buf_adds(&want, token);
        check(&in, &want, 1, "zlib of a window");
        buf_done(&in);
        buf_done(&want);
    }
    assert_int_equal(n_heads, 32);
}

/* Heads of zlib and lzma with something else behind them. */
static void looks_alike(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
    } odd[] = {{"f(x)=x^2 + y^2, and x^K\1", 24},
               {"x\234 of Latin-1\1\1\1", 17},
               {"x\1\272\40\0\0\0\350\321\275\377\377H\215d$\10\303", 18},
               {"x\332J\0\0\0\0\0\15\14TMsgStrTab", 20},
               {"]\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", 20},
               {"]\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20},
               {"a[0]\0", 5},
               {"\37\235\12\0\0\0\0\0\240\217\15\0", 12},
               {"\0\0\0+\0\0\0-\0\0\0/\0\0\0001\0\0\0003\0\0\0005\0\0\0007\0\0"
                "\0009\0\0\0;",
                36}};

    (void)state;
    for (size_t i = 0; i < N(odd); i++) {
        struct buf in = BUF_INIT;

        add_lines(&in, 600);
        buf_add(&in, odd[i].bytes, odd[i].n);
        check(&in, &in, 0, "at the end");
        add_lines(&in, 600);
        check(&in, &in, 0, "within");
        buf_done(&in);
    }
}

/* Text that a compressor stored as it was does not end what is packed; text
 * that goes on does. */
static void goes_on(void **state)
{
    struct buf in = BUF_INIT, want = BUF_INIT;

    (void)state;
    add_lines(&in, 600);
    buf_add(&in, "\37\213\10\0", 4);
    buf_add(&want, in.data, 600);
    add_noise(&in, 200);
    buf_adds(&want, "[REDACTED:unscannable:205]");
    add_lines(&in, 320);
    add_lines(&want, 320);
    /* three in 64 bytes are none, and pass */
    buf_adds(&in, "\1 a \2 b \3");
    buf_adds(&want, "\1 a \2 b \3");
    add_lines(&in, 64);
    add_lines(&want, 64);
    buf_adds(&in, "\1 a \2 b \3 c \4");
    add_noise(&in, 100);
    buf_adds(&want, "[REDACTED:unscannable:114]");
    add_lines(&in, 640);
    add_lines(&want, 640);
    check(&in, &want, 2, "twice");
    /* to the end, which cuts what may be more */
    buf_adds(&in, "\1 and \2");
    buf_adds(&want, "\1 and \2");
    check(&in, &want, 2, "at the end");
    buf_done(&in);
    buf_done(&want);
}

/* However much of it: that may be blocks which were stored as they are, or a
 * name without an end. */
static void is_never_over(void **state)
{
    struct buf in = BUF_INIT, out = BUF_INIT;
    const char *all;

    (void)state;
    add_lines(&in, 600);
    buf_add(&in, "\37\213\10\0", 4);
    add_noise(&in, 200);
    add_lines(&in, 200000);
    buf_adds(&in, "\1\2\3\4\5\6 a line");
    for (size_t at = 0; at < 3; at++) {
        assert_int_equal(run(&in, at * 30000, &out, &all), 2);
        assert_null(memchr(out.data, 1, out.len));
    }
    buf_done(&in);
    buf_done(&out);
}

static void to_the_end(void **state)
{
    struct buf in = BUF_INIT, want = BUF_INIT;

    (void)state;
    add_lines(&in, 600);
    buf_add(&want, in.data, in.len);
    buf_add(&in, begins[0].bytes, begins[0].n);
    add_noise(&in, 300);
    /* As much text as may stand in the stream itself. */
    add_lines(&in, EMBEDDED_TEXT - 1);
    buf_adds(&want, "[REDACTED:unscannable:560]");
    check(&in, &want, 1, "to the end");
    /* A line more, and who prints such a begin gets all of it. */
    add_lines(&in, 1);
    want.len = 600;
    buf_adds(&want, "[REDACTED:unscannable:305]");
    add_lines(&want, EMBEDDED_TEXT - 1);
    add_lines(&want, 1);
    check(&in, &want, 1, "text behind");
    buf_done(&in);
    buf_done(&want);
}

/* Begins that are cut off, or no more than words; and binary content. */
static void passes(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
    } odd[] = {{"BZh is one, Rar! and PK are others, & SQLite format 3", 53},
               {"a\37\213", 3},
               {"a\37\213\10\340 and more", 13},
               {"PK\3\4\100\0 of version 6.4", 20},
               {"\375\375\375 7zXZ", 8},
               {"BZh91AY&S", 9},
               {"\3757zXZ", 5}};

    (void)state;
    for (size_t i = 0; i < N(odd); i++) {
        struct buf in = BUF_INIT;

        add_lines(&in, 600);
        buf_add(&in, odd[i].bytes, odd[i].n);
        check(&in, &in, 0, "at the end");
        add_lines(&in, 600);
        add_noise(&in, 100);
        check(&in, &in, 0, "within");
        buf_done(&in);
    }
}

static void whole(void **state)
{
    static const struct {
        const char *what, *bytes;
        size_t n;
    } files[] = {{"what gzip compressed", "\37\213\10\0", 4},
                 {"what compress compressed", "\37\235\220abc", 6},
                 {"a zip archive", "PK\3\4\24\0", 6},
                 {"a TDB database", "TDB file\n", 9}};
    struct buf out = BUF_INIT;
    const char *all;
    char token[64];

    (void)state;
    for (size_t i = 0; i < N(files); i++) {
        struct buf in = BUF_INIT;

        for (unsigned more = 0; more < 2; more++) {
            if (more)
                add_noise(&in, 1000);
            else
                buf_add(&in, files[i].bytes, files[i].n);
            for (size_t at = 0; at <= in.len; at++) {
                assert_int_equal(run(&in, at, &out, &all), 1);
                assert_string_equal(all, files[i].what);
                snprintf(token, sizeof(token), "[REDACTED:unscannable:%zu]",
                         in.len);
                assert_string_equal(buf_str(&out), token);
            }
        }
        buf_done(&in);
    }
    buf_done(&out);
}

/* Texts of every length are looked through many bytes at once, up to what a
 * begin could be cut off in; it is found wherever it stands. */
static void at_each_place(void **state)
{
    struct buf b = BUF_INIT;

    (void)state;
    for (size_t n = 100; n < 1400; n += n < 180 || n > 1100 ? 7 : 150) {
        for (size_t k = 0; k < N(begins); k++) {
            for (size_t at = k % 13; at < n; at += 13) {
                size_t left = n - at < begins[k].n ? n - at : begins[k].n;
                const uint8_t *p;
                size_t want = 0;

                b.len = 0;
                add_lines(&b, n);
                memcpy(b.data + at, begins[k].bytes, left);
                p = (const uint8_t *)b.data;
                for (unsigned ended = 0; ended < 2; ended++) {
                    want = 0;
                    while (want < n &&
                           !embedded_begin(p + want, n - want, ended))
                        want++;
                    if (embedded_find(p, n, ended) != want)
                        fail_msg("%s at %zu of %zu", begins[k].name, at, n);
                }
            }
        }
    }
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(behind_text),
                                       cmocka_unit_test(to_the_end),
                                       cmocka_unit_test(passes),
                                       cmocka_unit_test(whole),
                                       cmocka_unit_test(behind_text_by_content),
                                       cmocka_unit_test(windows),
                                       cmocka_unit_test(looks_alike),
                                       cmocka_unit_test(goes_on),
                                       cmocka_unit_test(is_never_over),
                                       cmocka_unit_test(at_each_place)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
