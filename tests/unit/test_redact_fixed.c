/* What was redacted holds nothing more to hide: the other engine, with another
 * window, finds only tokens in it.  So "verify --deep" has no false alarms. */
#include <stdlib.h>

#include "tests/redact/heldout_xen.h"
#include "tests/redact/held_config.h"
#include "tests/redact/held_kf.h"
#include "tests/redact/held_np.h"
#include "tests/redact/held_plain.h"
#include "tests/redact/kinds_files.h"
#include "tests/redact/kinds_keep.h"
#include "tests/redact/kinds_keys.h"
#include "tests/redact/kinds_shell.h"
#include "tests/redact/kinds_xen.h"
#include "tests/redact/vectors_general.h"

#define WINDOW 8209u /* many of them in each mixture */
#define SHOWN 400u

static size_t mixtures = 10000;

/* All texts that the tests of the rules have. */
struct texts {
    struct buf *v;
    size_t n;
};

static void add(struct texts *t, const char *text, size_t len)
{
    t->v = realloc(t->v, (t->n + 1) * sizeof(*t->v));
    assert_non_null(t->v);
    t->v[t->n] = (struct buf)BUF_INIT;
    buf_add(&t->v[t->n++], text, len);
}

static void add_vectors(struct texts *t, const struct vector *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(t, v[i].text, v[i].len);
}

static void add_cases(struct texts *t, const struct secret_case *c, size_t n)
{
    struct buf text = BUF_INIT, want = BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        unmark(&c[i], &text, &want);
        add(t, buf_str(&text), text.len);
    }
    buf_done(&text);
    buf_done(&want);
}

static void add_kinds(struct texts *t, const struct secret_kind *k, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_cases(t, k[i].cases, k[i].n);
}

static void add_held(struct texts *t, const struct held *h, size_t n)
{
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        buf_reset(&b);
        buf_addf(&b, "%s%s%s\n", h[i].before, h[i].secret, h[i].after);
        add(t, buf_str(&b), b.len);
    }
    buf_done(&b);
}

static void add_plain(struct texts *t, const char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(t, v[i], strlen(v[i]));
}

static void all_texts(struct texts *t)
{
    static const struct secret_kind kinds[] = {
        KIND("", private_keys_cases),
        KIND("", xl_cfg_cases),
        KIND("", xl_cfg_lists_cases),
        KIND("", xl_list_l_cases),
        KIND("", s_expressions_cases),
        KIND("", xenstore_listings_cases),
        KIND("", xenstored_s_logs_cases),
        KIND("", qemu_cases),
        KIND("", qmp_and_virsh_cases),
        KIND("", libvirt_xml_cases),
        KIND("", xapi_cases),
        KIND("", iscsi_drbd_nvme_ceph_cases),
        KIND("", kernel_command_lines_cases),
        KIND("", grub_and_accounts_cases),
        KIND("", installers_cases),
        KIND("", cloud_init_cases),
        KIND("", mounts_and_urls_cases),
        KIND("", snmp_cases),
        KIND("", open_vswitch_ipsec_wireguard_wi_fi_cases),
        KIND("", netrc_cases),
        KIND("", command_lines_cases),
        KIND("", environment_cases),
        KIND("", http_headers_cases),
        KIND("", further_spellings_cases),
        KIND("", xen_and_its_tools_kept),
        KIND("", pam_nsswitch_passwd_kept),
        KIND("", sshd_kept),
        KIND("", kernel_kept),
        KIND("", hardware_and_packages_kept),
        KIND("", prose_kept),
        KIND("", configuration_kept),
    };

    add_vectors(t, vectors, N_VECTORS);
    add_vectors(t, general_vectors, N_GENERAL);
    add_kinds(t, kinds, N(kinds));
    add_kinds(t, heldout_hidden, N(heldout_hidden));
    add_kinds(t, heldout_kept_kinds, N(heldout_kept_kinds));
    add_held(t, held_config, N(held_config));
    add_held(t, held_kf, N(held_kf));
    add_held(t, held_np, N(held_np));
    add_plain(t, held_plain, N(held_plain));
}

static void free_texts(struct texts *t)
{
    for (size_t i = 0; i < t->n; i++)
        buf_done(&t->v[i]);
    free(t->v);
}

/* ---- the property -------------------------------------------------------- */

struct engines_pair {
    struct redact_rules *first, *second;
    struct sha256 *sum; /* of all that came out of the first */
};

/* Whether nothing is left in what became of text. */
static bool is_fixed(const struct engines_pair *e, const struct buf *text)
{
    struct buf once, twice;
    bool same;

    run(e->first, buf_str(text), text->len, NULL, NULL, &once);
    sha256_update(e->sum, buf_str(&once), once.len);
    run(e->second, buf_str(&once), once.len, NULL, NULL, &twice);
    same = once.len == twice.len &&
           (!once.len || !memcmp(once.data, twice.data, once.len));
    if (!same) {
        size_t i = 0;

        while (i < once.len && i < twice.len && once.data[i] == twice.data[i])
            i++;
        i = i > 100 ? i - 100 : 0;
        print_message("--- once\n%.*s\n--- twice\n%.*s\n", (int)SHOWN,
                      buf_str(&once) + i, (int)SHOWN, buf_str(&twice) + i);
    }
    buf_done(&once);
    buf_done(&twice);
    return same;
}

static void open_engines(struct engines_pair *e)
{
    struct redact_opts opts = {.engine = REDACT_ENGINE_PCRE2,
                               .keep_tokens = true,
                               .around_tokens = true,
                               .window = WINDOW};

    e->first = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);
    assert_int_equal(redact_rules_new(&opts, &e->second, NULL), 0);
    e->sum = sha256_new();
}

/* A build without libhs must print the same sums (tests/check.sh). */
static void close_engines(struct engines_pair *e)
{
    char hex[SHA256_HEX];

    sha256_hex(e->sum, hex);
    print_message("sum %s\n", hex);
    sha256_free(e->sum);
    redact_rules_free(e->first);
    redact_rules_free(e->second);
}

static void test_each(void **state)
{
    struct engines_pair e;
    struct texts t = {0};
    size_t failed = 0;

    (void)state;
    open_engines(&e);
    all_texts(&t);
    assert_true(t.n > 1000);
    for (size_t i = 0; i < t.n; i++)
        failed += !is_fixed(&e, &t.v[i]);
    print_message("%zu of %zu texts change again\n", failed, t.n);
    free_texts(&t);
    close_engines(&e);
    assert_int_equal(failed, 0);
}

/* Texts behind each other, some cut; each begins a line unless glued. */
static void mix(const struct texts *t, bool glued, uint32_t *seed,
                struct buf *out)
{
    buf_reset(out);
    for (unsigned n = 2 + next_random(seed) % 12; n; n--) {
        const struct buf *v = &t->v[next_random(seed) % t->n];
        size_t len = v->len;

        if (len && next_random(seed) % 4 == 0)
            len = next_random(seed) % len;
        buf_add(out, buf_str(v), len);
        if (!glued)
            buf_addc(out, '\n');
        else if (next_random(seed) % 3)
            buf_addc(out, "\n\n ,\"')"[next_random(seed) % 7]);
    }
}

/* How many mixtures change again. */
static size_t count_mixtures(bool glued)
{
    struct buf text = BUF_INIT;
    struct engines_pair e;
    struct texts t = {0};
    uint32_t seed = 4711;
    size_t failed = 0;

    open_engines(&e);
    all_texts(&t);
    for (size_t i = 0; i < mixtures; i++) {
        mix(&t, glued, &seed, &text);
        failed += !is_fixed(&e, &text);
    }
    print_message("%zu of %zu mixtures change again\n", failed, mixtures);
    buf_done(&text);
    free_texts(&t);
    close_engines(&e);
    return failed;
}

static void test_lines(void **state)
{
    (void)state;
    assert_int_equal(count_mixtures(false), 0);
}

/* On one line a token, which is shorter than what it hides, can bring an anchor
 * within reach of a secret that it was too far from.  That is rare, and what
 * is then found is none the less a secret. */
static void test_glued(void **state)
{
    (void)state;
    assert_true(count_mixtures(true) <= mixtures / 1000);
}

/* test_redact_fixed [MIXTURES]: more of them, for "make soak". */
int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_glued),
    };

    if (argc > 1)
        mixtures = strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
