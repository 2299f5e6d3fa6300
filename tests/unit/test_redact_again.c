/* What redact wrote is not found again: of each example of each rule, in
 * wrappings, two on a line, and with bytes changed, nothing is left for the
 * rules that verify --deep looks with. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/redact/util.h"

#define PAIRS 12000u
#define MUTATED 12000u

static struct redact_rules *first, *second;
static unsigned n_found, n_run;

static int setup(void **state)
{
    struct redact_opts opts = {.engine = REDACT_ENGINE_CHECK,
                               .keep_tokens = true,
                               .around_tokens = true,
                               .bare = true,
                               .window = 40009};

    (void)state;
    first = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    assert_int_equal(redact_rules_new(&opts, &second, NULL), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    redact_rules_free(first);
    redact_rules_free(second);
    return 0;
}

/* Redacts the text, and looks at what came out. */
static void look(const struct buf *text)
{
    struct buf once, again;

    run(first, buf_str(text), text->len, NULL, NULL, &once);
    run(second, buf_str(&once), once.len, NULL, NULL, &again);
    n_run++;
    if (again.len != once.len ||
        (once.len && memcmp(again.data, once.data, once.len))) {
        n_found++;
        print_message("of   %s\ncame %s\nthen %s\n\n", buf_str(text),
                      buf_str(&once), buf_str(&again));
    }
    buf_done(&once);
    buf_done(&again);
}

/* most: where one value takes what another rule begins with, a secret is left,
 * and what looks ahead of its value may read a token there; both are rare. */
static void end(const char *what, unsigned most)
{
    print_message("%s: %u of %u found again\n", what, n_found, n_run);
    assert_true(n_run > 1000);
    assert_true(n_found <= most);
}

/* ---- in wrappings ---- */

static void upper(struct buf *text)
{
    for (size_t i = 0; i < text->len; i++)
        text->data[i] = (char)toupper((unsigned char)text->data[i]);
}

static void test_wrapped(void **state)
{
    static const struct {
        const char *before, *behind;
    } wraps[] = {
        {"", ""},
        {"Nov 27 10:00:00 h p[1]: ", ""},
        {"\"", "\""},
        {"'", "'"},
        {"", " quiet"},
        {"[", "]"},
        {"x='", "'"},
        {"(", ")"},
        {"cmd: ", "; echo"},
        {"{\"log\":\"", "\\n\",\"stream\":\"stdout\"}"},
        {"<p>", "</p>"},
        {"- ", " # why"},
        {"\t", "\r"},
        {"(XEN) ", ", x"},
        {"\033[31m", "\033[0m"},
    };

    (void)state;
    n_found = n_run = 0;
    for (size_t i = 0; i < redact_builtin_count; i++) {
        const struct rule_example *e = redact_builtin[i].match;

        for (; e->text; e++) {
            struct buf text = BUF_INIT;

            for (size_t k = 0; k < N(wraps); k++) {
                buf_reset(&text);
                buf_adds(&text, wraps[k].before);
                buf_adds(&text, e->text);
                buf_adds(&text, wraps[k].behind);
                look(&text);
            }
            buf_reset(&text);
            buf_adds(&text, e->text);
            upper(&text);
            look(&text);
            buf_done(&text);
        }
    }
    end("wrapped", 0);
}

/* ---- at random ---- */

static const char *some_example(uint32_t *seed)
{
    const struct redact_rule *r;
    size_t n = 0;

    do {
        r = &redact_builtin[next_random(seed) % redact_builtin_count];
    } while (!r->match[0].text);
    while (r->match[n].text)
        n++;
    return r->match[next_random(seed) % n].text;
}

static void test_pairs(void **state)
{
    static const char *const between[] = {"  ", " ",   "\n",   ", ",
                                          ";",  " | ", "\n\n", ""};
    uint32_t seed = 20;

    (void)state;
    n_found = n_run = 0;
    for (unsigned i = 0; i < PAIRS; i++) {
        struct buf text = BUF_INIT;

        buf_adds(&text, some_example(&seed));
        buf_adds(&text, between[next_random(&seed) % N(between)]);
        buf_adds(&text, some_example(&seed));
        look(&text);
        buf_done(&text);
    }
    end("pairs", PAIRS / 1000);
}

static const char *const bits[] = {
    "",         "[",       "]",   "[REDACTED:x:0123456789ab]",
    "(",        "\"",      "'",   "=",
    ":",        "-",       "_",   ".",
    "/",        "a",       "Z",   "0",
    "\\",       "\t",      " ",   "{",
    "<",        "@",       "%20", "&",
    "?",        ";",       ",",   "|",
    "--",       "$",       "#",   "\n",
    "\303\251", "\033[0m",
};

static void swap_case(struct buf *text, size_t from)
{
    for (size_t i = from; i < text->len; i++) {
        unsigned char c = (unsigned char)text->data[i];

        text->data[i] = (char)(islower(c) ? toupper(c) : tolower(c));
    }
}

static void insert(struct buf *text, size_t at, const char *what, size_t drop)
{
    struct buf out = BUF_INIT;

    buf_add(&out, text->data, at);
    buf_adds(&out, what);
    if (at + drop < text->len)
        buf_add(&out, text->data + at + drop, text->len - at - drop);
    buf_done(text);
    *text = out;
}

static const char *some_bit(uint32_t *seed)
{
    return bits[next_random(seed) % N(bits)];
}

static void mutate(struct buf *text, uint32_t *seed)
{
    size_t at = next_random(seed) % (text->len + 1);

    switch (next_random(seed) % 8) {
    case 0:
    case 1:
    case 2:
        insert(text, at, some_bit(seed), 0);
        break;
    case 3:
    case 4:
        insert(text, at, "", 1);
        break;
    case 5:
        swap_case(text, at);
        break;
    case 6:
        insert(text, at, some_example(seed), 0);
        insert(text, at, some_bit(seed), 0);
        break;
    default:
        upper(text);
    }
}

static void test_mutated(void **state)
{
    const char *again = getenv("AGAIN_SEED");
    uint32_t seed = again ? (uint32_t)strtoul(again, NULL, 0) : 77;

    (void)state;
    n_found = n_run = 0;
    for (unsigned i = 0; i < MUTATED; i++) {
        struct buf text = BUF_INIT;

        buf_adds(&text, some_bit(&seed));
        buf_adds(&text, some_example(&seed));
        buf_adds(&text, some_bit(&seed));
        for (uint32_t n = next_random(&seed) % 4; n; n--)
            mutate(&text, &seed);
        look(&text);
        buf_done(&text);
    }
    end("mutated", MUTATED / 700);
}

/* ---- and no more than that ---- */

#define T "[REDACTED:x:0123456789ab]"

/* A token hides no secret: each of these has one left. */
static void test_still_found(void **state)
{
    static const char *const left[] = {
        "password = \"" T "\" password = \"S3cret\"\n",
        T " password = \"S3cret\"\n",
        "password = \"S3cret\" " T "\n",
        "vncpasswd=\"S3cret\", x=" T "\n",
        "x: " T "\npassword: S3cret\n" T "\n",
        /* Who made this bundle by hand made up the token, too. */
        "vncpasswd=\"" T "S3cret\"\n",
        "vncpasswd=\"S3cret" T "\"\n",
        "password: x9" T "\n",
        "vncpasswd=\"" T " S3cret\"\n",
        "vncpasswd=\"S3cret " T "\"\n",
        "password=" T ",S3cret\n",
        "password=S3cret:" T "\n",
        "<password>S3cret " T "</password>\n",
        "http://bob:S3cret:" T "@h/\n",
        "password: |\n  " T "\n  S3cret\n",
        "{\"password\": [\"" T "\", \"S3cret\"]}\n",
        "password=\"" T "\\\"S3cret\"\n",
        "neighbor " T " password S3cret\n",
        "mysql -u " T " -pS3cret\n",
        /* No token, but what looks like one. */
        "password = \"x[REDACTED:x:0123456789aB]\"\n",
        "password = \"x[REDACTED:x:0123456789ab\"\n",
        /* One in the first line of a key excuses no other. */
        "-----BEGIN RSA PRIVATE KEY-----\n" T "\n"
        "MIIEowIBAAKCAQEAxzYuc1RV9wNdEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEX\n"
        "-----END RSA PRIVATE KEY-----\n",
        "passwords:\n  - " T "\n  - S3cret\n",
    };
    static const char *const none[] = {
        "password = x:" T "\n",
        "set_credential=\"x:" T "\" quiet\n",
        "ACCESS_TOKEN=" T "#X\n",
    };
    struct buf got;

    (void)state;
    for (size_t i = 0; i < N(left); i++) {
        run(second, left[i], strlen(left[i]), NULL, NULL, &got);
        if (strstr(buf_str(&got), "S3cret") || strstr(buf_str(&got), "MII") ||
            !strcmp(buf_str(&got), left[i]))
            fail_msg("not found: %s\n%s", left[i], buf_str(&got));
        buf_done(&got);
    }
    for (size_t i = 0; i < N(none); i++) {
        run(second, none[i], strlen(none[i]), NULL, NULL, &got);
        assert_same(&got, none[i], strlen(none[i]), "found");
        buf_done(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrapped),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_mutated),
        cmocka_unit_test(test_still_found),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
