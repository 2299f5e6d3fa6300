/* What goes at privacy public and what stays, however the input is cut. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/redact/public_goes.h"
#include "tests/redact/public_stays.h"

static void count(const struct secret_kind *kinds, size_t n, const char *what)
{
    struct pseudonyms *p = public_new(7);
    size_t failed = 0;

    for (size_t k = 0; k < n; k++) {
        size_t held = 0;

        for (size_t i = 0; i < kinds[k].n; i++)
            held += public_holds(p, &kinds[k].cases[i], true);
        print_message("%-12s %s %zu of %zu\n", kinds[k].name, what, held,
                      kinds[k].n);
        failed += kinds[k].n - held;
    }
    pseudonyms_free(p);
    assert_int_equal(failed, 0);
}

static void test_goes(void **state)
{
    (void)state;
    count(public_goes, N(public_goes), "gone");
}

static void test_stays(void **state)
{
    (void)state;
    count(public_stays, N(public_stays), "kept");
}

/* What is found and stays is no pseudonym. */
static void test_stays_uncounted(void **state)
{
    struct pseudonyms *p = public_new(7);
    size_t n = 0;

    (void)state;
    for (size_t k = 0; k < N(public_stays); k++)
        for (size_t i = 0; i < public_stays[k].n; i++, n++) {
            struct keep keep = {.sink = {&keep_ops}};
            struct pseudonymizer *s = pseudonymizer_new(p, &keep.sink);
            struct sink *sink = pseudonymizer_sink(s);
            struct buf text = BUF_INIT, want = BUF_INIT;

            unmark(&public_stays[k].cases[i], &text, &want);
            assert_int_equal(sink_write(sink, text.data, text.len, NULL), 0);
            assert_int_equal(sink_close(sink, NULL), 0);
            if (pseudonymizer_count(s))
                print_message("counted in: %s\n", buf_str(&text));
            assert_int_equal(pseudonymizer_count(s), 0);
            sink_free(sink);
            buf_done(&keep.buf);
            buf_done(&text);
            buf_done(&want);
        }
    assert_true(n > 50);
    pseudonyms_free(p);
}

/* ---- cuts ---------------------------------------------------------------- */

static size_t cut_at(void *ctx)
{
    size_t *at = ctx, n = *at;

    *at = SIZE_MAX;
    return n;
}

static size_t cut_random(void *ctx)
{
    return 1 + next_random(ctx) % 5000;
}

/* Every case, cut at every place. */
static void splits(const struct pseudonyms *p, const struct secret_case *c)
{
    struct buf text = BUF_INIT, want = BUF_INIT, whole, got;

    unmark(c, &text, &want);
    public_run(p, text.data, text.len, NULL, NULL, &whole);
    for (size_t i = 1; i < text.len; i++) {
        size_t at = i;

        public_run(p, text.data, text.len, cut_at, &at, &got);
        assert_same(&got, buf_str(&whole), whole.len, c->why);
        buf_done(&got);
    }
    buf_done(&whole);
    buf_done(&text);
    buf_done(&want);
}

static void test_splits(void **state)
{
    struct pseudonyms *p = public_new(7);

    (void)state;
    for (size_t k = 0; k < N(public_goes); k++)
        for (size_t i = 0; i < public_goes[k].n; i++)
            splits(p, &public_goes[k].cases[i]);
    for (size_t k = 0; k < N(public_stays); k++)
        for (size_t i = 0; i < public_stays[k].n; i++)
            splits(p, &public_stays[k].cases[i]);
    pseudonyms_free(p);
}

/* The window is full there: what lies before the cut is decided, and what is
 * seen behind it is only looked at. */
#define FULL (32768u - 640u)

/* Every case, with the end of what is decided at every place in it. */
static void ends(const struct pseudonyms *p, const struct secret_case *c)
{
    struct buf text = BUF_INIT, want = BUF_INIT, whole, got;

    unmark(c, &text, &want);
    buf_addc(&text, '\n');
    public_run(p, text.data, text.len, NULL, NULL, &whole);
    for (size_t i = 1; i < text.len; i++) {
        struct buf moved = BUF_INIT;

        memset(buf_room(&moved, FULL - i), ' ', FULL - i);
        moved.len = FULL - i;
        moved.data[moved.len - 1] = '\n';
        buf_add(&moved, text.data, text.len);
        memset(buf_room(&moved, 1000), ' ', 1000);
        moved.len += 1000;
        public_run(p, moved.data, moved.len, NULL, NULL, &got);
        assert_int_equal(got.len, FULL - i + whole.len + 1000);
        if (memcmp(got.data + FULL - i, whole.data, whole.len))
            fail_msg("%s: what is decided ends %zu bytes behind its begin",
                     c->why, i);
        buf_done(&got);
        buf_done(&moved);
    }
    buf_done(&whole);
    buf_done(&text);
    buf_done(&want);
}

static void test_ends(void **state)
{
    struct pseudonyms *p = public_new(7);

    (void)state;
    for (size_t k = 0; k < N(public_goes); k++)
        for (size_t i = 0; i < public_goes[k].n; i++)
            ends(p, &public_goes[k].cases[i]);
    pseudonyms_free(p);
}

/* Nothing stands before them, which must not make them something else. */
static void test_begins(void **state)
{
    static const char *const texts[] = {": 0500400A:1F90 0500400A:C350 01\n",
                                        "-10-64-0-5.x\n"};
    struct pseudonyms *p = public_new(7);

    (void)state;
    for (size_t i = 0; i < N(texts); i++) {
        struct buf line = BUF_INIT, first, second;

        buf_addf(&line, "\n%s", texts[i]);
        public_run(p, texts[i], strlen(texts[i]), NULL, NULL, &first);
        public_run(p, line.data, line.len, NULL, NULL, &second);
        assert_int_not_equal(first.len, 0);
        assert_true(memcmp(first.data, texts[i], strlen(texts[i])) != 0);
        assert_same(&first, second.data + 1, second.len - 1, texts[i]);
        buf_done(&line);
        buf_done(&first);
        buf_done(&second);
    }
    pseudonyms_free(p);
}

static const struct secret_case *any_case(uint32_t *seed)
{
    bool goes = next_random(seed) % 2;
    const struct secret_kind *k =
        goes ? &public_goes[next_random(seed) % N(public_goes)]
             : &public_stays[next_random(seed) % N(public_stays)];

    return &k->cases[next_random(seed) % k->n];
}

/* Cases in lines of their own with noise between them: what each becomes must
 * not depend on where in the window it stands, so all at once must be what the
 * lines are one by one. */
static void test_windows(void **state)
{
    struct buf text = BUF_INIT, bare = BUF_INIT, want = BUF_INIT, got, one,
               plain = BUF_INIT;
    struct pseudonyms *p = public_new(7);
    uint32_t seed = 12345;

    (void)state;
    while (text.len < 3000000) {
        unmark(any_case(&seed), &plain, &bare);
        buf_addc(&plain, '\n');
        for (uint32_t n = next_random(&seed) % 200; n; n--)
            buf_addc(&plain, " ,;=(x"[next_random(&seed) % 6]);
        buf_addc(&plain, '\n');
        /* Words longer than what is looked ahead. */
        if (next_random(&seed) % 100 == 0)
            for (uint32_t n = next_random(&seed) % 40000; n; n--)
                buf_addc(&plain, 'a' + (char)(n % 7));
        buf_addc(&plain, '\n');
        public_run(p, plain.data, plain.len, NULL, NULL, &one);
        buf_add(&text, plain.data, plain.len);
        buf_add(&want, one.data, one.len);
        buf_done(&one);
    }
    for (unsigned i = 0; i < 4; i++) {
        public_run(p, text.data, text.len, i ? cut_random : NULL, &seed, &got);
        assert_same(&got, want.data, want.len, "windows");
        buf_done(&got);
    }
    buf_done(&text);
    buf_done(&bare);
    buf_done(&plain);
    buf_done(&want);
    pseudonyms_free(p);
}

/* Bytes that are like addresses and names, but random. */
static void test_noise(void **state)
{
    static const char bytes[] = "0123456789abcdefABCDEF:.-:.-:.-/ \n@=\"x_%[\\";
    struct pseudonyms *p = public_new(7);
    struct buf text = BUF_INIT, whole, got;
    uint32_t seed = 99;

    (void)state;
    while (text.len < 400000) {
        if (next_random(&seed) % 40 == 0)
            buf_adds(&text, learned[next_random(&seed) % N(learned)].text);
        if (next_random(&seed) % 60 == 0)
            buf_adds(&text, "serial number: ");
        buf_addc(&text, bytes[next_random(&seed) % (sizeof(bytes) - 1)]);
    }
    public_run(p, text.data, text.len, NULL, NULL, &whole);
    for (unsigned i = 0; i < 4; i++) {
        public_run(p, text.data, text.len, cut_random, &seed, &got);
        assert_same(&got, whole.data, whole.len, "noise");
        buf_done(&got);
    }
    /* Behind so much that windows end elsewhere. */
    for (unsigned i = 1; i < 32768; i += 977) {
        struct buf pad = BUF_INIT;

        for (unsigned k = 1; k < i; k++)
            buf_addc(&pad, ' ');
        buf_addc(&pad, '\n');
        buf_add(&pad, text.data, text.len);
        public_run(p, pad.data, pad.len, NULL, NULL, &got);
        assert_int_equal(got.len, whole.len + i);
        if (memcmp(got.data + i, whole.data, whole.len))
            fail_msg("%u bytes before it change what a text becomes", i);
        buf_done(&got);
        buf_done(&pad);
    }
    buf_done(&whole);
    buf_done(&text);
    pseudonyms_free(p);
}

/* ---- keys ---------------------------------------------------------------- */

static void test_keys(void **state)
{
    static const char text[] = "alpha 10.0.0.5 2001:db8::77:1 00:1b:21:aa:bb:cc"
                               " carol@corp.test.net Serial Number: MXQ1234ABC";
    struct pseudonyms *p = public_new(7), *same = public_new(7),
                      *other = public_new(8);
    struct buf a, b, c;
    char *pa, *pc, *wa, *wc;

    (void)state;
    public_run(p, text, sizeof(text) - 1, NULL, NULL, &a);
    public_run(same, text, sizeof(text) - 1, NULL, NULL, &b);
    public_run(other, text, sizeof(text) - 1, NULL, NULL, &c);
    assert_same(&a, b.data, b.len, "the same key");
    wa = strtok_r(a.data, " ", &pa);
    wc = strtok_r(c.data, " ", &pc);
    for (unsigned i = 0; i < 5; i++) {
        assert_non_null(wa);
        assert_non_null(wc);
        assert_string_not_equal(wa, wc);
        wa = strtok_r(NULL, " ", &pa);
        wc = strtok_r(NULL, " ", &pc);
    }
    buf_done(&a);
    buf_done(&b);
    buf_done(&c);
    pseudonyms_free(p);
    pseudonyms_free(same);
    pseudonyms_free(other);
}

/* One name in another spelling has the same pseudonym; a UUID its digits. */
static void test_spellings(void **state)
{
    static const char text[] = "xen-beta7 xen--beta7 xen\\x2dbeta7 "
                               "0f1e2d3c4b5a69788796a5b4c3d2e1f0 "
                               "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 "
                               "WD-WCC4E1234567 WD\\x2dWCC4E1234567 "
                               "WD_WCC4E1234567";
    struct pseudonyms *p = public_new(7);
    char *word[8], *more, bare[33];
    struct buf out;

    (void)state;
    public_run(p, text, sizeof(text) - 1, NULL, NULL, &out);
    buf_str(&out);
    for (unsigned i = 0; i < 8; i++)
        assert_non_null(word[i] = strtok_r(i ? NULL : out.data, " ", &more));
    assert_memory_equal(word[0], "host-", 5);
    assert_string_equal(word[1], word[0]);
    assert_string_equal(word[2], word[0]);
    assert_int_equal(strlen(word[4]), 36);
    snprintf(bare, sizeof(bare), "%.8s%.4s%.4s%.4s%.12s", word[4], word[4] + 9,
             word[4] + 14, word[4] + 19, word[4] + 24);
    assert_string_equal(word[3], bare);
    assert_int_equal(strcspn(word[5], "-"), 2);
    assert_memory_equal(word[6], word[5], 2);
    assert_memory_equal(word[6] + 2, "\\x2d", 4);
    assert_string_equal(word[6] + 6, word[5] + 3);
    assert_int_equal(word[7][2], '_');
    assert_string_equal(word[7] + 3, word[5] + 3);
    buf_done(&out);
    pseudonyms_free(p);
}

/* A guest's name may hold any byte: as JSON and the names of members have it.
 */
static void test_guest_spellings(void **state)
{
    static const char name[] = "pr\xc3\xbc\x66 \xf0\x9f\x98\x80 web";
    static const char text[] = "pr\xc3\xbc\x66 \xf0\x9f\x98\x80 web,"
                               "pr\\u00fcf \\ud83d\\ude00 web,"
                               "pr%C3%BCf%20%F0%9F%98%80%20web";
    struct pseudonyms *p = public_new(7);
    char *word[3], *more;
    struct buf out;

    (void)state;
    assert_true(pseudonyms_learn(p, PSEUDONYM_GUEST, name, sizeof(name) - 1));
    public_run(p, text, sizeof(text) - 1, NULL, NULL, &out);
    buf_str(&out);
    for (unsigned i = 0; i < 3; i++)
        assert_non_null(word[i] = strtok_r(i ? NULL : out.data, ",", &more));
    assert_memory_equal(word[0], "guest-", 6);
    assert_string_equal(word[1], word[0]);
    assert_string_equal(word[2], word[0]);
    buf_done(&out);
    pseudonyms_free(p);
}

/* A learned MAC in the parts that switches print, a learned domain as LDAP
 * writes it. */
static void test_learned_spellings(void **state)
{
    static const char text[] =
        "02fc00aa0001,02fc-00aa-0001,02FC00-AA0001|"
        "lab.berg.example|ou=x,dc=lab,dc=berg,dc=example";
    struct pseudonyms *p = public_new(7);
    char *mac, *domain, *more, parts[32];
    struct buf out;

    (void)state;
    assert_true(pseudonyms_learn(p, PSEUDONYM_MAC, "02fc00aa0001", 12));
    assert_true(pseudonyms_learn(p, PSEUDONYM_DOMAIN, "lab.berg.example", 16));
    public_run(p, text, sizeof(text) - 1, NULL, NULL, &out);
    buf_str(&out);
    mac = strtok_r(out.data, "|", &more);
    domain = strtok_r(NULL, "|", &more);
    assert_null(strcasestr(mac, "02fc"));
    snprintf(parts, sizeof(parts), "%.4s-%.4s-%.4s", mac, mac + 4, mac + 8);
    assert_memory_equal(mac + 13, parts, 14);
    assert_memory_equal(domain, "domain-", 7);
    assert_string_equal(more + strlen("ou=x,"), domain);
    buf_done(&out);
    pseudonyms_free(p);
}

/* A network is the same whatever its length is written as. */
static void test_masks(void **state)
{
    static const char *const texts[] = {
        "10.0.0.0/255.0.0.0",
        "10.0.0.0 netmask 255.0.0.0",
        "10.0.0.0 mask 255.0.0.0",
        "10.0.0.0        0.0.0.0         255.0.0.0       U",
        "10.0.0.0        192.168.7.1     255.0.0.0       UG",
    };
    struct pseudonyms *p = public_new(7);
    struct buf want, out;
    unsigned o[4];
    char hex[16];

    (void)state;
    public_run(p, "10.0.0.0/8", 10, NULL, NULL, &want);
    assert_int_equal(
        sscanf(buf_str(&want), "%u.%u.%u.%u/", &o[0], &o[1], &o[2], &o[3]), 4);
    assert_int_equal(o[1] | o[2] | o[3], 0);
    want.len = strcspn(want.data, "/");
    for (size_t i = 0; i < N(texts); i++) {
        public_run(p, texts[i], strlen(texts[i]), NULL, NULL, &out);
        assert_same(&(struct buf){.data = out.data, .len = want.len}, want.data,
                    want.len, texts[i]);
        assert_non_null(strstr(buf_str(&out), "255.0.0.0"));
        buf_done(&out);
    }
    public_run(p,
               "eth0\t0000000A\t0107A8C0\t0003\t0\t0\t0\t000000FF\t0\t0\t0\n",
               48, NULL, NULL, &out);
    snprintf(hex, sizeof(hex), "\t000000%02X\t", o[0]);
    assert_non_null(strstr(buf_str(&out), hex));
    buf_done(&out);
    buf_done(&want);
    pseudonyms_free(p);
}

/* Names that were replaced are left at a second pass. */
static void test_twice(void **state)
{
    struct pseudonyms *p = public_new(7);
    struct buf text = BUF_INIT, want = BUF_INIT, once, twice;

    (void)state;
    for (size_t i = 0; i < N(names_goes); i++) {
        unmark(&names_goes[i], &text, &want);
        public_run(p, text.data, text.len, NULL, NULL, &once);
        public_run(p, once.data, once.len, NULL, NULL, &twice);
        assert_same(&twice, once.data, once.len, names_goes[i].why);
        buf_done(&once);
        buf_done(&twice);
    }
    buf_done(&text);
    buf_done(&want);
    pseudonyms_free(p);
}

/* At level secrets only keywords go. */
static void test_keywords(void **state)
{
    static const char text[] = "Bluebird 10.0.0.5 alpha a@b.example.com";
    static const char volume[] = "/dev/mapper/alp--node--01--vg-root";
    uint8_t key[PSEUDONYM_KEY_SIZE] = {1};
    struct pseudonyms *p = pseudonyms_new(key, false);
    struct buf out;

    (void)state;
    assert_true(pseudonyms_learn(p, PSEUDONYM_KEYWORD, "bluebird", 8));
    public_run(p, text, sizeof(text) - 1, NULL, NULL, &out);
    assert_memory_equal(out.data, "keyword-", 8);
    assert_string_equal(buf_str(&out) + 16, text + 8);
    buf_done(&out);
    /* verify looks for a host's name so. */
    assert_true(pseudonyms_learn(p, PSEUDONYM_HOST, "alp-node-01", 11));
    public_run(p, volume, sizeof(volume) - 1, NULL, NULL, &out);
    assert_memory_equal(buf_str(&out), "/dev/mapper/host-", 17);
    assert_string_equal(buf_str(&out) + 25, "--vg-root");
    buf_done(&out);
    pseudonyms_free(p);
}

/* A user's own words are taken as they are, whatever they look like. */
static void test_any_keyword(void **state)
{
    static const char *const words[] = {
        "rz1",
        "R2D2",
        "4711",
        "a.b",
        "(Kunde)",
        ("\xc3\x9c"
         "berlingen"),
        "M\xc3\xbcller & S\xc3\xb6hne",
        "caf\xc3\xa9",
        "\xe5\xae\xa2\xe6\x88\xb7",
        "server",
    };
    uint8_t key[PSEUDONYM_KEY_SIZE] = {1};

    (void)state;
    for (size_t i = 0; i < 2 * N(words); i++) {
        const char *word = words[i / 2];
        struct pseudonyms *p = pseudonyms_new(key, i % 2);
        struct buf text = BUF_INIT, out;

        assert_true(pseudonyms_learn(p, PSEUDONYM_KEYWORD, word, strlen(word)));
        buf_addf(&text, "at %s: %s,\n%s.", word, word, word);
        public_run(p, text.data, text.len, NULL, NULL, &out);
        if (strstr(buf_str(&out), word))
            fail_msg("%s stays: %s", word, buf_str(&out));
        splits(p, &(struct secret_case){word, buf_str(&text), text.len});
        ends(p, &(struct secret_case){word, buf_str(&text), text.len});
        buf_done(&text);
        buf_done(&out);
        pseudonyms_free(p);
    }
}

/* By itself, where it is of ASCII. */
static void test_keyword_ends(void **state)
{
    static const char text[] = "rz12 xrz1 4711x caf\xc3 berlingen";
    uint8_t key[PSEUDONYM_KEY_SIZE] = {1};
    struct pseudonyms *p = pseudonyms_new(key, false);
    struct buf out;

    (void)state;
    assert_true(pseudonyms_learn(p, PSEUDONYM_KEYWORD, "rz1", 3));
    assert_true(pseudonyms_learn(p, PSEUDONYM_KEYWORD, "4711", 4));
    assert_true(pseudonyms_learn(p, PSEUDONYM_KEYWORD, "caf\xc3\xa9", 5));
    assert_true(pseudonyms_learn(p, PSEUDONYM_KEYWORD,
                                 "\xc3\x9c"
                                 "berlingen",
                                 11));
    public_run(p, text, sizeof(text) - 1, NULL, NULL, &out);
    assert_string_equal(buf_str(&out), text);
    buf_done(&out);
    pseudonyms_free(p);
}

static void test_not_learned(void **state)
{
    static const char *const no[] = {
        "ab", "localhost", "admin", "12345", "host-0123abcd", "xen", "", "-ab"};
    struct pseudonyms *p = public_new(7);

    (void)state;
    for (size_t i = 0; i < N(no); i++)
        assert_false(pseudonyms_learn(p, PSEUDONYM_HOST, no[i], strlen(no[i])));
    assert_false(pseudonyms_learn(p, PSEUDONYM_SERIAL, "Not Specified", 13));
    assert_false(pseudonyms_learn(p, PSEUDONYM_SERIAL, "000000000", 9));
    assert_false(pseudonyms_learn(p, PSEUDONYM_KEYWORD, "(ab)", 4));
    assert_false(pseudonyms_learn(p, PSEUDONYM_KEYWORD, "ab\ncd", 5));
    assert_false(pseudonyms_learn(p, PSEUDONYM_KEYWORD, "---", 3));
    assert_false(pseudonyms_learn(p, PSEUDONYM_GUEST, "mail", 4));
    assert_true(pseudonyms_learn(p, PSEUDONYM_GUEST, "db1", 3));
    pseudonyms_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes),
        cmocka_unit_test(test_stays),
        cmocka_unit_test(test_stays_uncounted),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_begins),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_keywords),
        cmocka_unit_test(test_any_keyword),
        cmocka_unit_test(test_keyword_ends),
        cmocka_unit_test(test_not_learned),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_guest_spellings),
        cmocka_unit_test(test_learned_spellings),
        cmocka_unit_test(test_masks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
