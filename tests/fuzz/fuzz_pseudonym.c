/* fuzz_pseudonym.c: any bytes as a log at privacy public.
 *
 * However they are cut, and wherever in the window they stand, the same bytes
 * come out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "redact/pseudonym.h"

/* Up to here the first window of the stage is decided; see WINDOW there. */
#define DECIDED (32768u - 640u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct out {
    struct sink sink;
    struct buf buf;
};

static int out_write(struct sink *s, const void *data, size_t n,
                     struct err *err)
{
    (void)err;
    buf_add(&((struct out *)s)->buf, data, n);
    return 0;
}

static int out_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void out_free(struct sink *s)
{
    (void)s;
}

static struct buf run(const struct pseudonyms *p, const struct buf *text,
                      size_t step)
{
    static const struct sink_ops ops = {out_write, out_close, out_free};
    struct out out = {.sink = {&ops}};
    struct pseudonymizer *s = pseudonymizer_new(p, &out.sink);
    size_t n;

    for (size_t i = 0; i < text->len; i += n) {
        n = text->len - i < step ? text->len - i : step;
        if (sink_write(pseudonymizer_sink(s), text->data + i, n, NULL))
            abort();
    }
    if (sink_close(pseudonymizer_sink(s), NULL))
        abort();
    sink_free(pseudonymizer_sink(s));
    return out.buf;
}

static struct pseudonyms *make(void)
{
    static const struct {
        enum pseudonym_kind kind;
        const char *text;
    } names[] = {
        {PSEUDONYM_HOST, "alpha"},       {PSEUDONYM_DOMAIN, "example.com"},
        {PSEUDONYM_USER, "alice"},       {PSEUDONYM_SERIAL, "CZC8374KLM"},
        {PSEUDONYM_MAC, "001b21aabbcc"},
    };
    uint8_t key[PSEUDONYM_KEY_SIZE] = {1};
    struct pseudonyms *p = pseudonyms_new(key, true);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!pseudonyms_learn(p, names[i].kind, names[i].text,
                              strlen(names[i].text)))
            abort();
    return p;
}

static void same(const struct buf *a, size_t from, const struct buf *b)
{
    if (a->len != b->len + from ||
        (b->len && memcmp(a->data + from, b->data, b->len)))
        abort();
}

/* Behind it so much that the stage has to decide before it sees the end. */
static void add_blanks(struct buf *text, size_t n)
{
    memset(buf_room(text, n), ' ', n);
    text->len += n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pseudonyms *p;
    size_t seed = size ? data[0] : 0, from = 1 + size * seed / 256;
    /* So that a window ends within it. */
    size_t pad = from < DECIDED ? DECIDED - from : 1;
    struct buf text = BUF_INIT, moved = BUF_INIT, a, b, c;

    if (!p)
        p = make();
    buf_add(&text, data, size);
    buf_addc(&text, '\n');
    add_blanks(&text, 1000);
    add_blanks(&moved, pad - 1);
    buf_addc(&moved, '\n');
    buf_add(&moved, text.data, text.len);
    a = run(p, &text, text.len);
    b = run(p, &text, 1 + seed);
    c = run(p, &moved, 65536);
    same(&b, 0, &a);
    same(&c, pad, &a);
    buf_done(&a);
    buf_done(&b);
    buf_done(&c);
    buf_done(&text);
    buf_done(&moved);
    return 0;
}
