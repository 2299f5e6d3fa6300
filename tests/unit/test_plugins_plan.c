/* test_plugins_plan.c: the plan functions ask and add what they should, against
 * a host made of lists. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/plugin_checks.h"

#include "collector/base/core/buf.h"

struct host {
    struct gather gather;
    const char *const (*globs)[5]; /* pattern, paths; ends with NULL */
    const char *const (*files)[2]; /* path, probe or program, and its text; ends
                                      with NULL */
    const char *const *entries;    /* what is being listed */
    const char *text;              /* what is being read */
    int error;                     /* of the backend */
};

static int host_start(struct gather *g, const struct request *rq,
                      struct err *err)
{
    struct host *h = (struct host *)g;

    h->entries = NULL;
    h->text = NULL;
    g->outcome.status = ST_ABSENT;
    if (h->error)
        return err_set(err, h->error, "lost");
    for (size_t i = 0; rq->kind == REQ_GLOB && h->globs[i][0]; i++) {
        if (!strcmp(h->globs[i][0], rq->name))
            h->entries = &h->globs[i][1];
    }
    for (size_t i = 0; rq->kind != REQ_GLOB && h->files && h->files[i][0];
         i++) {
        if (!strcmp(h->files[i][0],
                    rq->kind == REQ_RUN ? rq->argv[0] : rq->name))
            h->text = h->files[i][1];
    }
    return 0;
}

static int host_next(struct gather *g, struct chunk *out, struct err *err)
{
    struct host *h = (struct host *)g;

    (void)err;
    memset(out, 0, sizeof(*out));
    if (h->entries && *h->entries) {
        out->kind = CHUNK_ENTRY;
        out->path = *h->entries++;
        return 1;
    }
    if (h->text) {
        out->kind = CHUNK_DATA;
        out->data = h->text;
        out->len = strlen(h->text);
        h->text = NULL;
        return 1;
    }
    return 0;
}

static const struct gather_ops host_ops = {
    .name = "host", .start = host_start, .next = host_next};

/* The plan, for the test: what was added, one line each. */
struct plan_adder {
    char text[8192];
};

void plan_add(struct plan_adder *a, const struct item *i)
{
    size_t n = strlen(a->text);

    n += (size_t)snprintf(a->text + n, sizeof(a->text) - n, "%s", i->name);
    if (i->file || i->glob || i->probe)
        n += (size_t)snprintf(a->text + n, sizeof(a->text) - n, " %s",
                              i->file   ? i->file
                              : i->glob ? i->glob
                                        : i->probe);
    for (size_t k = 0; i->argv[k]; k++)
        n += (size_t)snprintf(a->text + n, sizeof(a->text) - n, " %s",
                              i->argv[k]);
    snprintf(a->text + n, sizeof(a->text) - n, " > %s\n",
             i->member ? i->member : "");
    assert_true(only_has(i->name, LOWER DIGITS "-"));
    if (i->argv[0]) {
        check_command("plan", i);
        check_modules("plan", i);
    }
}

#define CLASSIC                                                                \
    "iptables iptables-save -c > \n"                                           \
    "ip6tables ip6tables-save -c > \n"                                         \
    "ebtables ebtables -L --Lc > \n"                                           \
    "arptables arptables -nvL > \n"

static void test_net(void **state)
{
    static const char *const none[][5] = {{NULL}};
    static const char *const bridges[][5] = {
        {"/sys/class/net/*/bridge/bridge_id",
         "/sys/class/net/xenbr0/bridge/bridge_id",
         /* A name is anything but '/' and blanks; this one would be taken for
          * an option, and the next must not leave its folder. */
         "/sys/class/net/-h/bridge/bridge_id",
         "/sys/class/net/a%b/bridge/bridge_id"},
        {NULL}};
    static const char *const hostile[][5] = {
        {"/sys/class/net/*/bridge/bridge_id", "/etc/passwd", "/sys/class/net/",
         "/sys/class/net/0123456789012345678901234567890123456789/bridge"},
        {NULL}};
    static const char *const over_nft[][5] = {
        {"/usr/sbin/xtables-nft-multi", "/usr/sbin/xtables-nft-multi"}, {NULL}};
    static const struct {
        const char *const (*globs)[5];
        const char *added;
    } hosts[] = {
        {none, CLASSIC},
        {bridges, "brctl-showmacs-1 brctl showmacs xenbr0 > "
                  "commands/sys_net/brctl-showmacs-xenbr0.txt\n"
                  "brctl-showmacs-3 brctl showmacs a%b > "
                  "commands/sys_net/brctl-showmacs-a%25b.txt\n" CLASSIC},
        {hostile, CLASSIC},
        {over_nft, ""}, /* it would load nf_tables */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        struct host h = {.gather.ops = &host_ops, .globs = hosts[i].globs};
        struct plan_adder added = {""};

        assert_int_equal(plugin("sys_net")->plan(&added, &h.gather, NULL), 0);
        assert_string_equal(added.text, hosts[i].added);
    }
}

static void test_nic(void **state)
{
    static const char *const globs[][5] = {
        {"/sys/class/net/*/device/vendor", "/sys/class/net/eth0/device/vendor",
         "/sys/class/net/-s/device/vendor", "/etc/passwd"},
        {"/sys/class/net/vif*/operstate", "/sys/class/net/vif1.0/operstate"},
        {NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = globs};
    struct plan_adder added = {""};

    (void)state;
    assert_int_equal(plugin("sys_nic")->plan(&added, &h.gather, NULL), 0);
    assert_string_equal(
        added.text,
        "nic1-link ethtool eth0 > commands/sys_nic/eth0-link.txt\n"
        "nic1-driver ethtool -i eth0 > commands/sys_nic/eth0-driver.txt\n"
        "nic1-statistics ethtool -S eth0 > "
        "commands/sys_nic/eth0-statistics.txt\n"
        "nic1-features ethtool -k eth0 > commands/sys_nic/eth0-features.txt\n"
        "nic1-rings ethtool -g eth0 > commands/sys_nic/eth0-rings.txt\n"
        "nic1-channels ethtool -l eth0 > commands/sys_nic/eth0-channels.txt\n"
        "nic1-coalesce ethtool -c eth0 > commands/sys_nic/eth0-coalesce.txt\n"
        "nic1-pause ethtool -a eth0 > commands/sys_nic/eth0-pause.txt\n"
        "nic1-private-flags ethtool --show-priv-flags eth0 > "
        "commands/sys_nic/eth0-private-flags.txt\n"
        "nic1-eee ethtool --show-eee eth0 > commands/sys_nic/eth0-eee.txt\n"
        "nic1-fec ethtool --show-fec eth0 > commands/sys_nic/eth0-fec.txt\n"
        "nic1-flow-rules ethtool -n eth0 > "
        "commands/sys_nic/eth0-flow-rules.txt\n"
        "vif1-features ethtool -k vif1.0 > "
        "commands/sys_nic/vif1.0-features.txt\n");
}

static void test_ovs(void **state)
{
    static const char *const none[][5] = {{NULL}};
    static const char *const files[][2] = {
        {"ovs-vsctl", "xenbr0\n-h\n../x\ntcp:192.0.2.1\na%b\n"}, {NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = none, .files = files};
    struct plan_adder added = {""};
    struct buf expected = BUF_INIT;

    (void)state;
    assert_int_equal(plugin("sys_ovs")->plan(&added, &h.gather, NULL), 0);
    for (int n = 1; n <= 2; n++) {
        const char *name = n == 1 ? "xenbr0" : "a%b";
        const char *file = n == 1 ? "xenbr0" : "a%25b";

        buf_addf(&expected,
                 "fdb-%d ovs-appctl --timeout=8 fdb/show %s > "
                 "commands/sys_ovs/fdb-%s.txt\n"
                 "mdb-%d ovs-appctl --timeout=8 mdb/show %s > "
                 "commands/sys_ovs/mdb-%s.txt\n",
                 n, name, file, n, name, file);
        buf_addf(&expected,
                 "ports-%d ovs-ofctl --timeout=8 --protocols=OpenFlow10,"
                 "OpenFlow11,OpenFlow12,OpenFlow13,OpenFlow14 show %s > "
                 "commands/sys_ovs/ports-%s.txt\n",
                 n, name, file);
        buf_addf(&expected,
                 "flows-%d ovs-appctl --timeout=8 bridge/dump-flows %s > "
                 "commands/sys_ovs/flows-%s.txt\n"
                 "datapath-flows-%d ovs-appctl --timeout=8 dpif/dump-flows "
                 "%s > commands/sys_ovs/datapath-flows-%s.txt\n",
                 n, name, file, n, name, file);
    }
    assert_string_equal(added.text, buf_str(&expected));
    buf_done(&expected);
}

static void test_process(void **state)
{
    static const char *const globs[][5] = {{"/proc/[1-9]*/status",
                                            "/proc/1/status", "/proc/20/status",
                                            "/proc/300/status"},
                                           {NULL}};
    static const char *const more[][5] = {
        /* From a recording, which may say anything. */
        {"/proc/[1-9]*/status", "/proc/4x/status", "/proc/../etc/passwd",
         "/proc/99999999999999/status"},
        {NULL}};
    static const char *const files[][2] = {
        {"/proc/1/status", "Name:\tinit\nState:\tS (sleeping)\n"},
        {"/proc/20/status", "Name:\txenstored\nState:\tS (sleeping)\n"},
        {"/proc/300/status", "Name:\tcp\nState:\tD (disk sleep)\n"},
        {"/proc/4x/status", "Name:\txenstored\n"},
        {"/proc/../etc/passwd", "Name:\txenstored\n"},
        {"/proc/99999999999999/status", "Name:\txenstored\n"},
        {NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = globs, .files = files};
    struct plan_adder added = {""};

    (void)state;
    assert_int_equal(plugin("sys_process")->plan(&added, &h.gather, NULL), 0);
    assert_string_equal(added.text, "pid-20-status /proc/20/status > \n"
                                    "pid-20-stack /proc/20/stack > \n"
                                    "pid-20-wchan /proc/20/wchan > \n"
                                    "pid-20-limits /proc/20/limits > \n"
                                    "pid-20-cgroup /proc/20/cgroup > \n"
                                    "pid-20-oom /proc/20/oom_score_adj > \n"
                                    "pid-300-status /proc/300/status > \n"
                                    "pid-300-stack /proc/300/stack > \n"
                                    "pid-300-wchan /proc/300/wchan > \n"
                                    "pid-300-limits /proc/300/limits > \n"
                                    "pid-300-cgroup /proc/300/cgroup > \n"
                                    "pid-300-oom /proc/300/oom_score_adj > \n");
    h.globs = more;
    added.text[0] = '\0';
    assert_int_equal(plugin("sys_process")->plan(&added, &h.gather, NULL), 0);
    assert_string_equal(added.text, "");
}

#define FOLDER(id, name)                                                       \
    "d" id "-domain domain-" id " > domains/" id "-" name "/domain.json\n"     \
    "d" id "-xenstore xenstore-" id " > domains/" id "-" name                  \
    "/xenstore.txt\n"                                                          \
    "d" id "-devices devices-" id " > domains/" id "-" name "/devices.json\n"
#define USERDATA(id, name)                                                     \
    "d" id "-userdata /var/lib/xen/userdata-*." id ".*.* > domains/" id        \
    "-" name "\n"
#define BOOTLOADER(id, name)                                                   \
    "d" id "-bootloader /var/log/xen/bootloader." id ".log* > domains/" id     \
    "-" name "\n"
#define NAMED(id, what, path, member)                                          \
    "d" id "-" what " " path " > domains/" id "-" member "\n"
/* glob: the name in patterns. */
#define BY_NAME(id, name, glob, m)                                             \
    NAMED(id, "cfg", "/etc/xen/" glob ".cfg*", m)                              \
    NAMED(id, "cfg-classic", "/etc/xen/" name, m)                              \
    NAMED(id, "libvirt", "/etc/libvirt/libxl/" name ".xml", m)                 \
    NAMED(id, "libvirt-run", "/run/libvirt/libxl/" name ".xml", m)             \
    NAMED(id, "xl-log", "/var/log/xen/xl-" glob ".log*", m)                    \
    NAMED(id, "qemu-log", "/var/log/xen/qemu-dm-" glob ".log*", m)             \
    NAMED(id, "console", "/var/log/xen/console/guest-" glob ".log*", m)        \
    NAMED(id, "xl-log-in", "/var/log/xen/xl-" glob "--incoming.log*", m)       \
    NAMED(id, "qemu-log-in", "/var/log/xen/qemu-dm-" glob "--incoming.log*",   \
          m)                                                                   \
    NAMED(id, "console-in",                                                    \
          "/var/log/xen/console/guest-" glob "--incoming.log*", m)             \
    NAMED(id, "libvirt-log", "/var/log/libvirt/libxl/" glob ".log*", m)
#define LONG_LIST "xl-list-l xl list -l > \nxm-list-l xm list --long > \n"
#define LONG(id, name)                                                         \
    "d" id "-xl-list-l xl list -l " id " > domains/" id "-" name               \
    "/xl-list-l.json\n"
#define UUID "911e5508-906b-4d1e-b83d-04bac6f2184c"

/* On a host with these files of configurations. */
static void domains_with(const char *const (*configs)[5], const char *source,
                         const char *text, struct plan_adder *added)
{
    const char *const files[][2] = {{source, text}, {NULL, NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = configs, .files = files};

    added->text[0] = '\0';
    assert_int_equal(plugin("xen_domains")->plan(added, &h.gather, NULL), 0);
}

static void domains_of(const char *source, const char *text,
                       struct plan_adder *added)
{
    static const char *const none[][5] = {{NULL}};

    domains_with(none, source, text, added);
}

static void test_domains(void **state)
{
    struct plan_adder added = {""};

    (void)state;
    domains_of("domain-names",
               "domain 0 00000000-0000-0000-0000-000000000000\n"
               "domain 3 " UUID "\nname 3 web\nname 0 Domain-0\ntarget 0\n",
               &added);
    assert_string_equal(
        added.text,
        FOLDER("0", "Domain-0") FOLDER("3", "web") USERDATA(
            "3",
            "web") "d3-xend /var/lib/xend/domains/" UUID
                   "/*.sxp > domains/3-web\n" BOOTLOADER("3", "web") BY_NAME(
                       "3", "web", "web",
                       "web") "xl-network-list-1 xl network-list 3 > \n"
                              "xl-block-list-1 xl block-list 3 > \n" LONG_LIST
                                  LONG("0", "Domain-0") LONG("3", "web"));
}

/* Files of one that is moved have its name without what xl adds. */
static void test_domains_moved(void **state)
{
    struct plan_adder added = {""};

    (void)state;
    domains_of("domain-names",
               "name 3 web--migratedaway\nname 4 db--incoming\n"
               "name 5 --incoming\n",
               &added);
    assert_non_null(
        strstr(added.text, BY_NAME("3", "web", "web", "web--migratedaway")));
    assert_non_null(
        strstr(added.text, BY_NAME("4", "db", "db", "db--incoming")));
    assert_null(strstr(added.text, "d5-cfg"));
}

/* What belongs to another domain is in no other's folder. */
static void test_domains_configs(void **state)
{
    static const char *const configs[][5] = {
        {"/etc/xen/auto/*", "/etc/xen/auto/web.cfg", "/etc/xen/auto/web2.cfg",
         "/etc/xen/auto/web.example.cfg"},
        {"/etc/xen/vm/*", "/etc/xen/vm/web",
         /* From a recording, which may say anything. */
         "/x", "/etc/xen/auto/web.sxp"},
        {NULL}};
    struct plan_adder added = {""};

    (void)state;
    domains_with(configs, "domain-names", "name 3 web\nname 0 web\n", &added);
    assert_non_null(strstr(
        added.text, BY_NAME("3", "web", "web", "web")
                        NAMED("3", "cfg-auto", "/etc/xen/auto/web.cfg", "web")
                            NAMED("3", "cfg-suse", "/etc/xen/vm/web",
                                  "web") "xl-network-list-1 "));
    assert_null(strstr(added.text, "d0-cfg"));
}

/* xl takes such names: their files are found, and no others. */
static void test_domains_odd_names(void **state)
{
    struct plan_adder added = {""};

    (void)state;
    domains_of("domain-names", "name 4 my guest (1)\n", &added);
    assert_non_null(
        strstr(added.text, BY_NAME("4", "my guest (1)", "my guest (1)",
                                   "my%20guest%20%281%29")));
    domains_of("domain-names", "name 4 a*[b?\n", &added);
    assert_non_null(strstr(
        added.text, BY_NAME("4", "a*[b?", "a[*][[]b[?]", "a%2A%5Bb%3F")));
}

/* What a guest is called leads nowhere, and a domain that xenstore does not
 * know has its folder too. */
static void test_domains_hostile(void **state)
{
    static const char lists[] = "xl-network-list-1 xl network-list 4 > \n"
                                "xl-block-list-1 xl block-list 4 > \n";
    static const struct {
        const char *name, *member;
    } rows[] = {
        {"../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"},
        {"a\\*b", "a%5C%2Ab"},
        {"..", "%2E."},
        {"a b\x1b[2J", "a%20b%1B%5B2J"},
        {".hidden", ".hidden"},
        {"-rf", "-rf"},
    };
    struct plan_adder added = {""};
    char text[200], want[2000];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(text, sizeof(text), "name 4 %s\n", rows[i].name);
        domains_of("domain-names", text, &added);
        snprintf(want, sizeof(want),
                 FOLDER("4", "%1$s") USERDATA("4", "%1$s")
                     BOOTLOADER("4", "%1$s") "%2$s" LONG("4", "%1$s"),
                 rows[i].member, lists);
        assert_string_equal(added.text, want);
    }
    domains_of("domain-names", "domain 4 " UUID "\n", &added);
    assert_non_null(strstr(added.text, " > domains/4-unnamed/domain.json\n"));
    domains_of("domain-names",
               "name 4 pr\xc3\xbc"
               "fung\n",
               &added);
    assert_non_null(strstr(added.text, "/etc/xen/pr\xc3\xbc"
                                       "fung.cfg* > "
                                       "domains/4-pr%C3%BCfung\n"));
    /* That one every toolstack calls so. */
    domains_of("domain-names", "domain 0 " UUID "\n", &added);
    assert_non_null(strstr(added.text, " > domains/0-Domain-0/domain.json\n"));
    /* xl of a host whose xenstore has no names. */
    domains_of("xl",
               "Name  ID Mem VCPUs State Time(s)\n(null)   4 1 1 -b---- 1.0\n",
               &added);
    assert_non_null(strstr(added.text, " > domains/4-unnamed/domain.json\n"));
    /* Numbers that no domain has, and lines that are none. */
    domains_of("domain-names", "name 99999 a\nname -1 b\nname x c\nname\n\n",
               &added);
    assert_string_equal(added.text, "");
    /* libxl would write to xenstore, if asked for dom0, unless it is told that
     * there is nothing to be written. */
    domains_of("domain-names",
               "name 0 Domain-0\nname 3 a\nname 4 b\ntarget 3\n", &added);
    assert_null(strstr(added.text, "xl list -l > "));
    assert_null(strstr(added.text, "xl list -l 0"));
    assert_null(strstr(added.text, "xm list"));
    assert_non_null(strstr(added.text, LONG("3", "a") LONG("4", "b")));
    domains_of("domain-names", "name 0 Domain-0\n", &added);
    assert_string_equal(added.text, FOLDER("0", "Domain-0"));
}

/* Where the probe cannot start, the toolstack is asked. */
static void test_domains_listed(void **state)
{
    struct plan_adder added = {""};

    (void)state;
    domains_of("xl",
               "Name  ID Mem VCPUs\tState\tTime(s) UUID Reason-Code\n"
               "my guest  7  128  1  -b----  3.9 " UUID "  -   -\n",
               &added);
    assert_non_null(strstr(added.text, " > domains/7-my%20guest/domain.json"));
    assert_non_null(strstr(added.text, "/var/lib/xend/domains/" UUID "/"));
    assert_null(strstr(added.text, "xl list -l > "));
    assert_null(strstr(added.text, "xm list"));
    assert_non_null(strstr(added.text, LONG("7", "my%20guest")));
    domains_of("xm",
               "Name                ID Mem(MiB) VCPUs State  Time(s)\n"
               "Domain-0             0     512     1 r-----     35.7\n"
               "old                 12     128     1 -b----      3.9\n",
               &added);
    assert_non_null(strstr(added.text, " > domains/0-Domain-0/domain.json"));
    assert_null(strstr(added.text, "xl list -l > "));
    assert_non_null(strstr(added.text, "xm-list-l xm list --long > \n"));
    assert_non_null(strstr(added.text, "/etc/xen/old > domains/12-old"));
}

/* A lost backend ends the plan with the backend's error. */
static void test_lost(void **state)
{
    static const char *const none[][5] = {{NULL}};
    struct host h = {.gather.ops = &host_ops, .globs = none, .error = -EPIPE};
    struct plan_adder added = {""};
    struct err err = ERR_INIT;

    (void)state;
    for (size_t n = 0; plugin_builtins[n]; n++) {
        if (plugin_builtins[n]->plan)
            assert_int_equal(plugin_builtins[n]->plan(&added, &h.gather, &err),
                             -EPIPE);
    }
    assert_string_equal(err.text, "lost");
    assert_string_equal(added.text, "");
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_net),
        cmocka_unit_test(test_nic),
        cmocka_unit_test(test_ovs),
        cmocka_unit_test(test_process),
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_domains_moved),
        cmocka_unit_test(test_domains_configs),
        cmocka_unit_test(test_domains_odd_names),
        cmocka_unit_test(test_domains_hostile),
        cmocka_unit_test(test_domains_listed),
        cmocka_unit_test(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
