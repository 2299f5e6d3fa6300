/* Recall and precision, kind by kind, on both engines. */
#include "tests/redact/kinds.h"
#include "tests/redact/kinds_files.h"
#include "tests/redact/kinds_keep.h"
#include "tests/redact/kinds_keys.h"
#include "tests/redact/kinds_more.h"
#include "tests/redact/kinds_shell.h"
#include "tests/redact/kinds_xen.h"

static const struct secret_kind hidden[] = {
    KIND("xl.cfg", xl_cfg_cases),
    KIND("xl.cfg lists", xl_cfg_lists_cases),
    KIND("xl list -l", xl_list_l_cases),
    KIND("S-expressions", s_expressions_cases),
    KIND("xenstore listings", xenstore_listings_cases),
    KIND("xenstored's logs", xenstored_s_logs_cases),
    KIND("QEMU", qemu_cases),
    KIND("QMP and virsh", qmp_and_virsh_cases),
    KIND("libvirt XML", libvirt_xml_cases),
    KIND("xapi", xapi_cases),
    KIND("iSCSI, DRBD, NVMe, Ceph", iscsi_drbd_nvme_ceph_cases),
    KIND("kernel command lines", kernel_command_lines_cases),
    KIND("GRUB and accounts", grub_and_accounts_cases),
    KIND("installers", installers_cases),
    KIND("cloud-init", cloud_init_cases),
    KIND("mounts and URLs", mounts_and_urls_cases),
    KIND("SNMP", snmp_cases),
    KIND("Open vSwitch, IPsec, WireGuard, Wi-Fi",
         open_vswitch_ipsec_wireguard_wi_fi_cases),
    KIND("netrc", netrc_cases),
    KIND("command lines", command_lines_cases),
    KIND("environment", environment_cases),
    KIND("HTTP headers", http_headers_cases),
    KIND("further spellings", further_spellings_cases),
    KIND("private keys", private_keys_cases),
    KIND("services in xenstore", xenstore_services_cases),
    KIND("lists", lists_cases),
    KIND("YAML over lines", yaml_lines_cases),
    KIND("names at a distance", pairs_cases),
    KIND("Kubernetes", kubernetes_cases),
    KIND("tools", tools_cases),
    KIND("hashes", hashes_cases),
    KIND("private keys in logs", wrapped_keys_cases),
};

static const struct secret_kind kept[] = {
    KIND("Xen and its tools", xen_and_its_tools_kept),
    KIND("PAM, nsswitch, passwd", pam_nsswitch_passwd_kept),
    KIND("sshd", sshd_kept),
    KIND("kernel", kernel_kept),
    KIND("hardware and packages", hardware_and_packages_kept),
    KIND("prose", prose_kept),
    KIND("configuration", configuration_kept),
};

static void count(const struct secret_kind *kinds, size_t n, const char *what)
{
    size_t failed = 0;

    for (size_t e = 0; e < N(engines); e++) {
        struct redact_rules *rules = rules_of(engines[e], false, 0, 0);

        if (rules)
            failed += count_kinds(rules, kinds, n, what);
        redact_rules_free(rules);
    }
    assert_int_equal(failed, 0);
}

static void test_recall(void **state)
{
    (void)state;
    count(hidden, N(hidden), "hidden");
}

static void test_precision(void **state)
{
    (void)state;
    count(kept, N(kept), "kept");
}

static size_t cut_at(void *ctx)
{
    size_t *at = ctx, n = *at;

    *at = SIZE_MAX;
    return n;
}

/* Every case, cut at every place. */
static void splits(const struct redact_rules *rules,
                   const struct secret_case *c)
{
    struct buf text = BUF_INIT, want = BUF_INIT, whole, got;

    unmark(c, &text, &want);
    run(rules, text.data, text.len, NULL, NULL, &whole);
    for (size_t i = 1; i < text.len; i++) {
        size_t at = i;

        run(rules, text.data, text.len, cut_at, &at, &got);
        assert_same(&got, buf_str(&whole), whole.len, c->why);
        buf_done(&got);
    }
    buf_done(&whole);
    buf_done(&text);
    buf_done(&want);
}

static void test_splits(void **state)
{
    struct redact_rules *rules = rules_of(REDACT_ENGINE_AUTO, false, 0, 0);

    (void)state;
    for (size_t k = 0; k < N(hidden); k++)
        for (size_t i = 0; i < hidden[k].n; i++)
            splits(rules, &hidden[k].cases[i]);
    redact_rules_free(rules);
}

/* Every case behind so much text that each of its bytes is once at the edge of
 * the smallest window, on both engines. */
static void test_edges(void **state)
{
    struct buf text = BUF_INIT, want = BUF_INIT, padded = BUF_INIT, got, whole;
    struct redact_rules *big = rules_of(REDACT_ENGINE_PCRE2, false, 0, 0);
    struct redact_rules *small = rules_of(REDACT_ENGINE_AUTO, false, 1, 0);

    (void)state;
    for (size_t k = 0; k < N(hidden); k++) {
        for (size_t i = 0; i < hidden[k].n; i++) {
            unmark(&hidden[k].cases[i], &text, &want);
            for (size_t n = 0; n < text.len; n += 3) {
                buf_reset(&padded);
                for (size_t j = small->window - n; j > 1; j--)
                    buf_addc(&padded, j % 61 ? 'x' : '\n');
                buf_addc(&padded, '\n');
                buf_add(&padded, text.data, text.len);
                run(big, padded.data, padded.len, NULL, NULL, &whole);
                run(small, padded.data, padded.len, NULL, NULL, &got);
                assert_same(&got, whole.data, whole.len,
                            hidden[k].cases[i].why);
                buf_done(&got);
                buf_done(&whole);
            }
        }
    }
    buf_done(&text);
    buf_done(&want);
    buf_done(&padded);
    redact_rules_free(big);
    redact_rules_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recall),
        cmocka_unit_test(test_precision),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_edges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
