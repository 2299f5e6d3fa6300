/* public.h: what must become a pseudonym and what must stay, as in kinds.h:
 * what must go stands between marks.  The tests learned LEARNED before. */
#ifndef XB_TEST_REDACT_PUBLIC_H
#define XB_TEST_REDACT_PUBLIC_H

#include "redact/pseudonym.h"
#include "tests/redact/kinds.h"

UNUSED static const struct {
    enum pseudonym_kind kind;
    const char *text;
} learned[] = {
    {PSEUDONYM_KEYWORD, "bluebird"},
    {PSEUDONYM_HOST, "alpha"},
    {PSEUDONYM_HOST, "xen-beta7"},
    {PSEUDONYM_HOST, "gamma"},
    {PSEUDONYM_DOMAIN, "example.com"},
    {PSEUDONYM_DOMAIN, "lab.example.org"},
    {PSEUDONYM_USER, "alice"},
    {PSEUDONYM_USER, "mmueller"},
    {PSEUDONYM_MAC, "d43d7ea1b2c3"},
    {PSEUDONYM_SERIAL, "CZC8374KLM"},
    {PSEUDONYM_SERIAL, "7000c500a1b2c3d4"},
    {PSEUDONYM_SERIAL, "WD-WCC4E1234567"},
    {PSEUDONYM_SERIAL, "NUERNBERG-RZ"},
    {PSEUDONYM_SERIAL, "4c4c4544-0042-3510-8054-b7c04f5a3132"},
    {PSEUDONYM_SERIAL, "0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
};

UNUSED static struct pseudonyms *public_new(uint8_t seed)
{
    uint8_t key[PSEUDONYM_KEY_SIZE];
    struct pseudonyms *p;

    memset(key, seed, sizeof(key));
    p = pseudonyms_new(key, true);
    for (size_t i = 0; i < N(learned); i++)
        assert_true(pseudonyms_learn(p, learned[i].kind, learned[i].text,
                                     strlen(learned[i].text)));
    return p;
}

/* Feeds text in pieces that cut gives (NULL: all at once). */
UNUSED static void public_run(const struct pseudonyms *p, const char *text,
                              size_t len, size_t (*cut)(void *), void *ctx,
                              struct buf *out)
{
    struct keep k = {.sink = {&keep_ops}};
    struct pseudonymizer *s = pseudonymizer_new(p, &k.sink);
    size_t i = 0, step;

    while (i < len) {
        step = cut ? cut(ctx) : len;
        if (step > len - i)
            step = len - i;
        assert_int_equal(
            sink_write(pseudonymizer_sink(s), text + i, step, NULL), 0);
        i += step;
    }
    assert_int_equal(sink_close(pseudonymizer_sink(s), NULL), 0);
    assert_int_equal(k.closed, 1);
    sink_free(pseudonymizer_sink(s));
    *out = k.buf;
}

/* One part of a case: what stays, or what goes. */
struct part {
    const char *text;
    size_t len;
    bool goes;
};

static size_t parts_of(const struct secret_case *c, struct part out[64])
{
    bool inside = false;
    size_t n = 0, from = 0;

    for (size_t i = 0; i <= c->len; i++) {
        const char *mark = inside ? MARK_END : MARK;

        if (i < c->len && (c->len - i < 2 || memcmp(c->text + i, mark, 2)))
            continue;
        if (n < 64 && (i > from || inside))
            out[n++] = (struct part){c->text + from, i - from, inside};
        inside = !inside;
        from = i + 2;
        i++;
    }
    return n;
}

/* What goes has become something else, and all between is as it was. */
UNUSED static bool public_holds(const struct pseudonyms *p,
                                const struct secret_case *c, bool tell)
{
    struct buf text = BUF_INIT, want = BUF_INIT, got;
    const char *from, *end;
    struct part part[64];
    bool holds = true;
    size_t n = parts_of(c, part);

    unmark(c, &text, &want);
    public_run(p, buf_str(&text), text.len, NULL, NULL, &got);
    from = buf_str(&got);
    end = from + got.len;
    for (size_t i = 0; i < n && holds; i++) {
        const char *next = end;

        if (!part[i].goes) {
            holds = (size_t)(end - from) >= part[i].len &&
                    !memcmp(from, part[i].text, part[i].len);
            from += part[i].len;
            continue;
        }
        if (i + 2 == n && (size_t)(end - from) >= part[i + 1].len)
            next = end - part[i + 1].len;
        else if (i + 1 < n)
            next = memmem(from, (size_t)(end - from), part[i + 1].text,
                          part[i + 1].len);
        holds = next && next > from &&
                ((size_t)(next - from) != part[i].len ||
                 memcmp(from, part[i].text, part[i].len));
        from = next;
    }
    holds = holds && from == end;
    if (!holds && tell)
        print_message("%s:\n got %s\nfrom %.*s\n", c->why, buf_str(&got),
                      (int)c->len, c->text);
    buf_done(&text);
    buf_done(&want);
    buf_done(&got);
    return holds;
}

#endif
