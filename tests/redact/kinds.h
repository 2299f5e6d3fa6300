/* kinds.h: what must go and what must stay, kind by kind, with how often it
 * does.  In a text, what must go stands between marks; by which rule it goes
 * does not matter here.  Texts may hold NUL. */
#ifndef XB_TEST_REDACT_KINDS_H
#define XB_TEST_REDACT_KINDS_H

#include "tests/redact/util.h"

#define MARK "\xc2\xab"     /* « */
#define MARK_END "\xc2\xbb" /* » */

struct secret_case {
    const char *why;
    const char *text;
    size_t len;
};

/* A secret; a text to keep, which is its own reason. */
#define S(why, text)                                                           \
    {                                                                          \
        why, text, sizeof(text) - 1                                            \
    }
#define K(text) S(text, text)

struct secret_kind {
    const char *name;
    const struct secret_case *cases;
    size_t n;
};

#define KIND(name, cases)                                                      \
    {                                                                          \
        name, cases, N(cases)                                                  \
    }

/* text is the case without its marks, want has <> for each secret. */
UNUSED static void unmark(const struct secret_case *c, struct buf *text,
                          struct buf *want)
{
    bool inside = false;

    buf_reset(text);
    buf_reset(want);
    for (size_t i = 0; i < c->len; i++) {
        if (c->len - i >= 2 && !memcmp(c->text + i, MARK, 2)) {
            inside = true;
            buf_adds(want, "<>");
            i++;
        } else if (c->len - i >= 2 && !memcmp(c->text + i, MARK_END, 2)) {
            inside = false;
            i++;
        } else {
            buf_addc(text, c->text[i]);
            if (!inside)
                buf_addc(want, c->text[i]);
        }
    }
}

/* Writes each token as <>. */
UNUSED static void bare_tokens(const struct buf *in, struct buf *out)
{
    size_t n;

    buf_reset(out);
    for (size_t i = 0; i < in->len; i += n ? n : 1) {
        n = redact_token_len(in->data + i, in->len - i);
        if (n)
            buf_adds(out, "<>");
        else
            buf_addc(out, in->data[i]);
    }
}

UNUSED static bool case_holds(const struct redact_rules *rules,
                              const struct secret_case *c, bool tell)
{
    struct buf text = BUF_INIT, want = BUF_INIT, got, bare = BUF_INIT;
    bool same;

    unmark(c, &text, &want);
    run(rules, buf_str(&text), text.len, NULL, NULL, &got);
    bare_tokens(&got, &bare);
    same = bare.len == want.len &&
           (!bare.len || !memcmp(bare.data, want.data, bare.len));
    if (!same && tell)
        print_message("%s:\n got %s\nwant %s\n", c->why, buf_str(&bare),
                      buf_str(&want));
    buf_done(&text);
    buf_done(&want);
    buf_done(&got);
    buf_done(&bare);
    return same;
}

/* Runs all and tells how many hold, kind by kind; returns how many do not. */
UNUSED static size_t count_kinds(const struct redact_rules *rules,
                                 const struct secret_kind *kinds, size_t n,
                                 const char *what)
{
    size_t failed = 0, all = 0;

    for (size_t k = 0; k < n; k++) {
        size_t good = 0;

        for (size_t i = 0; i < kinds[k].n; i++)
            good += case_holds(rules, &kinds[k].cases[i], true);
        print_message("%s: %s: %zu of %zu %s\n", redact_rules_engine(rules),
                      kinds[k].name, good, kinds[k].n, what);
        failed += kinds[k].n - good;
        all += kinds[k].n;
    }
    print_message("%s: all: %zu of %zu %s, %.2f %%\n",
                  redact_rules_engine(rules), all - failed, all, what,
                  100.0 * (double)(all - failed) / (double)all);
    return failed;
}

#endif
