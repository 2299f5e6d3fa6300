/* How much of what others hold to be secrets is hidden, and how much of what is
 * none stays: recall and precision over lines that the rules were not made
 * from.  Printed by kind; a miss is named. */
#include "tests/redact/held_config.h"
#include "tests/redact/held_kf.h"
#include "tests/redact/held_np.h"
#include "tests/redact/held_plain.h"
#include "tests/redact/util.h"

#define RECALL_MIN 95 /* per cent */
#define PRECISION_MIN 99

struct tally {
    const char *kind;
    unsigned n, good;
};

static struct tally *tally_of(struct tally *t, size_t max, const char *kind)
{
    size_t i;

    for (i = 0; i < max - 1 && t[i].kind; i++)
        if (!strcmp(t[i].kind, kind))
            return &t[i];
    t[i].kind = kind;
    return &t[i];
}

static void redacted(const struct redact_rules *rules, const char *text,
                     size_t len, struct buf *plain)
{
    struct buf got;

    run(rules, text, len, NULL, NULL, &got);
    normalise(&got, plain);
    buf_done(&got);
}

/* Prefixes may stay (a host, an id); what matters is the end of the secret. */
static bool hidden(const struct redact_rules *rules, const struct held *h)
{
    struct buf text = BUF_INIT, plain = BUF_INIT;
    size_t len = strlen(h->secret);
    bool ok;

    buf_adds(&text, h->before);
    buf_adds(&text, h->secret);
    buf_adds(&text, h->after);
    redacted(rules, text.data, text.len, &plain);
    ok = !strstr(buf_str(&plain), h->secret + (len > 8 ? len - 8 : 0));
    if (!ok)
        print_message("  not hidden: %s %s: %s\n", h->kind, h->source,
                      buf_str(&plain));
    buf_done(&text);
    buf_done(&plain);
    return ok;
}

static void count(const struct redact_rules *rules, const struct held *h,
                  size_t n, struct tally *t, size_t max)
{
    for (size_t i = 0; i < n; i++) {
        struct tally *k = tally_of(t, max, h[i].kind);

        k->n++;
        k->good += hidden(rules, &h[i]);
    }
}

static void test_recall(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct tally t[16] = {{0}};
    unsigned n = 0, good = 0;

    (void)state;
    count(rules, held_np, N(held_np), t, N(t));
    count(rules, held_kf, N(held_kf), t, N(t));
    count(rules, held_config, N(held_config), t, N(t));
    for (size_t i = 0; i < N(t) && t[i].kind; i++) {
        print_message("  %-10s %3u of %3u hidden, %5.1f %%\n", t[i].kind,
                      t[i].good, t[i].n, 100.0 * t[i].good / t[i].n);
        n += t[i].n;
        good += t[i].good;
    }
    print_message("  recall     %3u of %3u, %5.1f %%\n", good, n,
                  100.0 * good / n);
    assert_true(n > 400);
    assert_true(100 * good >= RECALL_MIN * n);
    redact_rules_free(rules);
}

static void test_precision(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct buf plain = BUF_INIT;
    unsigned n = N(held_plain), good = 0;

    (void)state;
    for (size_t i = 0; i < n; i++) {
        redacted(rules, held_plain[i], strlen(held_plain[i]), &plain);
        if (strcmp(buf_str(&plain), held_plain[i]))
            print_message("  changed: %s\n", buf_str(&plain));
        else
            good++;
    }
    print_message("  precision  %3u of %3u lines stay, %5.1f %%\n", good, n,
                  100.0 * good / n);
    assert_true(n > 250);
    assert_true(100 * good >= PRECISION_MIN * n);
    buf_done(&plain);
    redact_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recall),
        cmocka_unit_test(test_precision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
