/* Recall and precision over the lines of tests/redact/held/, which were made
 * after the test cases of other projects; the head of each file says what was
 * found at the first run.  And over those of classes.txt, which are ours.
 * Printed by file and kind; a miss is named. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/redact/kinds.h"

struct tally {
    char kind[24];
    unsigned n, good;
};

struct line {
    char *source, *kind;
    struct buf text;
    struct {
        size_t at, len;
    } secret[64];
    size_t n; /* 0: the line must stay as it is */
};

/* What stands behind a backslash; returns the last byte of it. */
static const char *unescape(const char *p, struct buf *out)
{
    static const char names[] = "n\nt\tr\r\\\\0";
    const char *q = names;
    char hex[3] = "";

    if (*p == 'x' && p[1] && p[2]) {
        memcpy(hex, p + 1, 2);
        buf_addc(out, (char)strtoul(hex, NULL, 16));
        return p + 2;
    }
    while (*q && *q != *p)
        q += 2;
    buf_addc(out, *q ? q[1] : '\0');
    return p;
}

/* The marks go, and tell where the secrets stand. */
static void parse_text(const char *p, struct line *l)
{
    bool open = false;

    buf_reset(&l->text);
    l->n = 0;
    for (; *p && *p != '\n'; p++) {
        if (!strncmp(p, MARK, 2)) {
            assert_true(!open && l->n < N(l->secret));
            l->secret[l->n++].at = l->text.len;
            open = true;
            p++;
        } else if (!strncmp(p, MARK_END, 2)) {
            assert_true(open);
            l->secret[l->n - 1].len = l->text.len - l->secret[l->n - 1].at;
            open = false;
            p++;
        } else if (*p == '\\' && p[1]) {
            p = unescape(p + 1, &l->text);
        } else {
            buf_addc(&l->text, *p);
        }
    }
    assert_false(open);
    buf_addc(&l->text, '\n');
}

/* Prefixes may stay; what matters is the end of a secret.  In what came out
 * nothing may be found again, as "verify --deep" would refuse it. */
static bool fits(const struct redact_rules *rules,
                 const struct redact_rules *again, const struct line *l)
{
    struct buf got, twice;
    bool ok;

    run(rules, l->text.data, l->text.len, NULL, NULL, &got);
    ok = l->n ||
         (got.len == l->text.len && !memcmp(got.data, l->text.data, got.len));
    for (size_t i = 0; i < l->n; i++) {
        size_t len = l->secret[i].len, tail = len < 8 ? len : 8;

        ok &= !memmem(got.data, got.len,
                      l->text.data + l->secret[i].at + len - tail, tail);
    }
    if (!ok)
        print_message("  %s: %s %s: %s", l->n ? "not hidden" : "not kept",
                      l->kind, l->source, buf_str(&got));
    run(again, got.data, got.len, NULL, NULL, &twice);
    if (twice.len != got.len || memcmp(twice.data, got.data, got.len)) {
        print_message("  found again: %s", buf_str(&got));
        ok = false;
    }
    buf_done(&twice);
    buf_done(&got);
    return ok;
}

static struct tally *tally_of(struct tally *t, size_t max, const char *kind)
{
    size_t i;

    for (i = 0; i < max - 1 && t[i].kind[0]; i++)
        if (!strcmp(t[i].kind, kind))
            return &t[i];
    snprintf(t[i].kind, sizeof(t[i].kind), "%s", kind);
    return &t[i];
}

static void read_file(const char *name, struct tally *t, size_t max)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    struct redact_rules *again = rules_of(REDACT_ENGINE_AUTO, true, 0, 0);
    const char *top = getenv("TOP");
    struct line l = {.text = BUF_INIT};
    char path[4096], *line = NULL, *text;
    struct tally *k;
    size_t room = 0;
    FILE *f;

    assert_non_null(top);
    snprintf(path, sizeof(path), "%s/tests/redact/%s.txt", top, name);
    f = fopen(path, "r");
    if (!f)
        fail_msg("%s: %s", path, strerror(errno));
    while (getline(&line, &room, f) > 0) {
        if (*line == '#')
            continue;
        l.source = strtok_r(line, "\t", &text);
        l.kind = strtok_r(NULL, "\t", &text);
        assert_non_null(l.kind);
        parse_text(text, &l);
        k = tally_of(t, max, l.kind);
        k->n++;
        k->good += fits(rules, again, &l);
    }
    buf_done(&l.text);
    free(line);
    fclose(f);
    redact_rules_free(rules);
    redact_rules_free(again);
}

/* Lines that say by a key or a prefix that they hold a secret. */
static void count(const char *name, struct tally *sum)
{
    struct tally t[160] = {0};

    read_file(name, t, N(t));
    for (size_t i = 0; i < N(t) && t[i].n; i++) {
        print_message("%s: %-10s %3u of %3u\n", name, t[i].kind, t[i].good,
                      t[i].n);
        if (strcmp(t[i].kind, "apart") && strcmp(t[i].kind, "bare")) {
            sum->n += t[i].n;
            sum->good += t[i].good;
        }
    }
}

static void demand(const struct tally *sum, unsigned least, double percent)
{
    double got = 100.0 * sum->good / sum->n;

    print_message("%s: %u of %u, %.2f %%\n", sum->kind, sum->good, sum->n, got);
    assert_true(sum->n >= least);
    assert_true(got >= percent);
}

static void test_general(void **state)
{
    struct tally sum = {.kind = "general", .n = 0};

    (void)state;
    count("held/trufflehog", &sum);
    count("held/kingfisher", &sum);
    count("held/secretlint", &sum);
    demand(&sum, 1100, 96);
}

static void test_xen(void **state)
{
    struct tally sum = {.kind = "Xen", .n = 0};

    (void)state;
    count("held/xen", &sum);
    demand(&sum, 95, 98.9);
}

/* Made by people who had not read the rules. */
static void test_blind_general(void **state)
{
    struct tally sum = {.kind = "general, blind sets", .n = 0};

    (void)state;
    count("held/general", &sum);
    count("held/general-2", &sum);
    count("held/general-3", &sum);
    count("held/general-4", &sum);
    count("held/general-5", &sum);
    count("held/general-6", &sum);
    demand(&sum, 1500, 95);
}

static void test_blind_xen(void **state)
{
    struct tally sum = {.kind = "Xen, blind sets", .n = 0};

    (void)state;
    count("held/xen-host", &sum);
    count("held/xen-host-2", &sum);
    count("held/xen-host-4", &sum);
    count("held/xen-host-5", &sum);
    count("held/xen-host-6", &sum);
    demand(&sum, 730, 99.5);
}

static void test_blind_keeps(void **state)
{
    struct tally sum = {.kind = "kept, blind sets", .n = 0};

    (void)state;
    count("held/keeps", &sum);
    count("held/keeps-2", &sum);
    count("held/keeps-4", &sum);
    count("held/keeps-5", &sum);
    count("held/keeps-6", &sum);
    demand(&sum, 1100, 99);
}

/* Each class of syntax, by lines of our own. */
static void test_classes(void **state)
{
    struct tally sum = {.kind = "classes", .n = 0};

    (void)state;
    count("classes", &sum);
    count("xen-classes", &sum);
    demand(&sum, 3500, 100);
}

/* What looks alike, by what writes it. */
static void test_keep_classes(void **state)
{
    struct tally sum = {.kind = "keep-classes", .n = 0};

    (void)state;
    count("keep-classes", &sum);
    demand(&sum, 300, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_general),       cmocka_unit_test(test_xen),
        cmocka_unit_test(test_blind_general), cmocka_unit_test(test_blind_xen),
        cmocka_unit_test(test_blind_keeps),   cmocka_unit_test(test_classes),
        cmocka_unit_test(test_keep_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
