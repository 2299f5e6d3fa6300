/* The probe against a hypervisor of our own, which gives answers that no
 * healthy Xen gives. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* There is a hypervisor as far as xen.c and xenstore.c can see. */
#define access(path, mode) 0
#include "collector/probe/ctrl/counters.c"
#include "collector/probe/ctrl/cpus.c"
#include "collector/probe/ctrl/ctrl.c"
#include "collector/probe/ctrl/debug_keys.c"
#include "collector/probe/ctrl/domain_more.c"
#include "collector/probe/ctrl/domains.c"
#include "collector/probe/ctrl/info.c"
#include "collector/probe/ctrl/livepatches.c"
#include "collector/probe/json.c"
#include "collector/probe/out.c"
#include "collector/probe/raw.c"
#include "collector/probe/release.c"
#include "collector/probe/ring.c"
#include "collector/probe/sysfs.c"
#include "collector/probe/version.c"
#include "collector/probe/xen.c"
#undef access

#include "tests/unit/probe_run.h"
#include "tests/unit/probe_xen.h"

static void ring_bytes(void **state)
{
    (void)state;
    healthy();
    /* Guests can put any byte into the ring; none may be changed. */
    xen.ring = "a\0\xff\r\nb";
    xen.ring_len = 6;
    run(subject_console_ring);
    assert_int_equal(res.rc, 0);
    assert_int_equal(res.len, 6);
    assert_memory_equal(res.text, "a\0\xff\r\nb", 6);
    assert_int_equal(xen.ring_cleared, 0);
}

static void ring_longer_than_one_call(void **state)
{
    char *big = xmalloc(RING_CHUNK + 1000);
    struct ring_facts facts;
    struct err err = ERR_INIT;
    int rc;

    (void)state;
    healthy();
    memset(big, 'x', RING_CHUNK + 1000);
    xen.ring = big;
    xen.ring_len = RING_CHUNK + 1000;
    xen.ring_dropped = 77;
    rc = ring_read(ring_of_library, &xen, NULL, &facts, &err);
    assert_int_equal(rc, 0);
    assert_int_equal(facts.bytes, RING_CHUNK + 1000);
    assert_int_equal(facts.dropped, 77);

    /* The ring moves on between the calls: a hole must not go unsaid. */
    xen.ring_gap = 10;
    rc = ring_read(ring_of_library, &xen, NULL, &facts, &err);
    assert_int_equal(rc, -EOVERFLOW);
    assert_non_null(strstr(err.text, "10 bytes are missing"));
    free(big);
}

static void ring_absurd(void **state)
{
    (void)state;
    healthy();
    /* More than there is room for: copying it would read beyond the buffer. */
    xen.ring_says = RING_CHUNK + 1;
    run(subject_console_ring);
    assert_int_equal(res.rc, -EPROTO);
    assert_int_equal(res.len, 0);
}

static void refusals(void **state)
{
    (void)state;
    healthy();
    /* Tools of another release: the likeliest of all incidents here. */
    xen.error = EACCES;
    run(subject_console_ring);
    assert_int_equal(res.rc, -EACCES);
    says("another Xen release");
    /* A guest is no failure, there is just nothing to be had. */
    xen.error = EPERM;
    run(subject_domains);
    assert_int_equal(res.rc, -ENODEV);
    says("control domain");
    xen.error = ENOSYS;
    run(subject_domains);
    assert_int_equal(res.rc, -ENODEV);
    /* The version is told all the same, and the rest is null, not missing. */
    xen.error = EACCES;
    run(subject_info);
    assert_int_equal(res.rc, -EACCES);
    has("\"version\": \"4.17.7\"");
    has("\"physinfo\": null,");
    has("\"console_ring\": null\n}\n");
    run(subject_version);
    assert_int_equal(res.rc, 0);
}

static void info_healthy(void **state)
{
    (void)state;
    healthy();
    xen.extra = ".1-0123456789abcdefgh"; /* 16 bytes, no NUL */
    run(subject_info);
    assert_int_equal(res.rc, 0);
    has("\"version\": \"4.17.1-0123456789abc\"");
    has("\"build_id\": \"ab01\"");
    /* Control and non-ASCII bytes and the quote cannot leave the string. */
    has("\"command_line\": \"a=\\u0022\\u001b\\u00ff\"");
    has("\"name\": \"credit2\"");
    has("\"total_memory_kib\": 4000");
    has("\"0x40000000\""); /* a capability that has no name yet */
    has("\"memory_kib\": 1024");
    has("\"first_line\": \"(XEN) Xen version 4.17.7 (x)\"");
    has("\"wrapped\": false");
    has("\"features\": \"0x0000000200000705\"");
    assert_string_equal(res.text + res.len - 2, "}\n");
}

static void ring_facts_told(void **state)
{
    char full[16384];

    (void)state;
    healthy();
    memset(full, 'x', sizeof(full));
    xen.ring = full;
    xen.ring_len = sizeof(full);
    xen.ring_dropped = 1;
    run(subject_info);
    has("\"wrapped\": true");
    has("\"cleared\": false");
    has("\"has_version_line\": false");
    /* Bytes are gone but the ring is not full: somebody cleared it. */
    xen.ring_len = 10;
    run(subject_info);
    has("\"wrapped\": false");
    has("\"cleared\": true");
}

static void info_absurd(void **state)
{
    static const struct {
        const char *why;
        uint32_t cpus, max_cpu, nodes;
        uint64_t total, free;
    } rows[] = {
        {"no CPU", 0, 0, 1, 100, 1},
        {"text where CPUs should be", 0x6c6c6548, 1, 1, 100, 1},
        {"more CPUs than numbers for them", 4, 2, 1, 100, 1},
        {"highest number overflows", 1, UINT32_MAX, 1, 100, 1},
        {"no memory", 1, 0, 1, 0, 0},
        {"more free than there is", 1, 0, 1, 100, 101},
        {"an address where pages should be", 1, 0, 1, ~0ull, 1},
        {"no node", 1, 0, 0, 100, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        healthy();
        xen.phys.nr_cpus = rows[i].cpus;
        xen.phys.max_cpu_id = rows[i].max_cpu;
        xen.phys.nr_nodes = rows[i].nodes;
        xen.phys.total_pages = rows[i].total;
        xen.phys.free_pages = rows[i].free;
        run(subject_info);
        if (res.rc != -EPROTO)
            fail_msg("%s: %d", rows[i].why, res.rc);
        has("\"physinfo\": null");
    }
    healthy();
    xen.nodes = 1u << 31; /* would be allocated */
    run(subject_info);
    assert_int_equal(res.rc, -EPROTO);
    has("\"numa_nodes\": null");
    healthy();
    xen.version = 1; /* Xen 0.1 */
    run(subject_version);
    assert_int_equal(res.rc, -EPROTO);
    assert_int_equal(res.len, 0);
}

static void domains_healthy(void **state)
{
    (void)state;
    healthy();
    xen.domains[1].flags = XEN_DOMINF_shutdown | XEN_DOMINF_dying |
                           SHUTDOWN_crash << XEN_DOMINF_shutdownshift;
    xen.domains[1].max_pages = ~0ull;
    memset(xen.domains[1].handle, 0xa5, 16);
    run(subject_domains);
    assert_int_equal(res.rc, 0);
    has("\"domid\": 2,");
    has("\"uuid\": \"a5a5a5a5-a5a5-a5a5-a5a5-a5a5a5a5a5a5\"");
    has("\"shutdown_reason\": \"crash\"");
    has("\"dying\": true");
    has("\"max_pages\": null");
    /* A code that has no name is told as a number. */
    xen.domains[1].flags =
        XEN_DOMINF_shutdown | 77u << XEN_DOMINF_shutdownshift;
    run(subject_domains);
    has("\"shutdown_reason\": \"77\"");
}

static void domains_more_than_one_call(void **state)
{
    int n = 0;

    (void)state;
    healthy();
    xen.n_domains = 2 * DOMAINS_CHUNK; /* the last call answers 0 */
    run(subject_domains);
    assert_int_equal(res.rc, 0);
    for (char *p = res.text; (p = strstr(p, "\"domid\"")); p++)
        n++;
    assert_int_equal(n, 2 * DOMAINS_CHUNK);
    has("\"domid\": 1022,");
}

static void domains_absurd(void **state)
{
    (void)state;
    healthy();
    xen.n_domains = 600;
    xen.says_domains = 100000; /* beyond the room given */
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    assert_int_equal(res.len, 0);

    healthy();
    xen.n_domains = 0;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);

    /* A structure of another size: numbers do not rise. */
    healthy();
    xen.domains[0].domain = 7;
    xen.domains[1].domain = 0;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    assert_int_equal(res.len, 0);

    healthy();
    xen.domains[1].domain = DOMID_XEN;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);

    healthy();
    xen.domains[1].nr_online_vcpus = 0xdeadbeef;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);

    healthy();
    xen.domains[1].tot_pages = 1ull << 41;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
}

static void domains_more(void **state)
{
    (void)state;
    healthy();
    xen.domains[1].flags |= XEN_DOMINF_hvm_guest;
    run(subject_domains);
    assert_int_equal(res.rc, 0);
    has("\"populate_on_demand\": null");
    has("\"cache_pages\": 20");
    has("\"scheduler\": \"credit2\",\n        \"weight\": 256");
    has("\"frames\": 5");
    has("\"used\": 2,");
    has("\"interdomain\": 2,");
    has("\"state\": \"blocked\"");
    has("\"hard_affinity\": \"0-2,4\"");
    has("\"soft_affinity\": \"0-15\"");
    /* One that goes while it is looked at leaves gaps, and no error. */
    xen.vcpu_gone = true;
    run(subject_domains);
    assert_int_equal(res.rc, 0);
    has("\"vcpus\": []");

    /* What cannot be true is not told as if it were. */
    healthy();
    xen.vcpu_cpu = 0x6c6c6548;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    has("\"vcpus\": []");
    healthy();
    xen.evtchn_state = 77;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    has("\"event_channels\": null");
    healthy();
    xen.grant_frames = 1u << 31;
    run(subject_domains);
    assert_int_equal(res.rc, -EPROTO);
    has("\"grant_table\": null");
}

static int domain_2(struct out *o, struct err *err)
{
    return subject_domain_of(o, 2, err);
}

static int domain_3(struct out *o, struct err *err)
{
    return subject_domain_of(o, 3, err);
}

static void domains_one(void **state)
{
    (void)state;
    healthy();
    run(domain_2);
    assert_int_equal(res.rc, 0);
    assert_memory_equal(res.text, "{\n  \"domid\": 2,", 14);
    has_not("\"domid\": 0");
    run(domain_3);
    assert_int_equal(res.rc, -ENODEV);
    says("no domain 3");
    assert_int_equal(res.len, 0);
}

static void cpus_and_pools(void **state)
{
    (void)state;
    healthy();
    run(subject_cpus);
    assert_int_equal(res.rc, 0);
    has("\"core\": 7");
    has("\"online\": false");
    has("\"idle_ns\": 99");
    has("\"mhz\": 2400");
    has("\"c_states\": null");
    has("\"numa_distances\": [");
    xen.cpus = 1u << 30; /* would be allocated */
    run(subject_cpus);
    assert_int_equal(res.rc, -EPROTO);
    has("\"cpus\": null");

    healthy();
    run(subject_cpupools);
    assert_int_equal(res.rc, 0);
    has("\"scheduler\": \"credit2\"");
    has("\"cpus\": \"0-1\"");
    has("\"ratelimit_us\": 1000");
    xen.sched = 5;
    run(subject_cpupools);
    has("\"timeslice_ms\": 30");
    xen.sched = 9; /* the null scheduler has none */
    run(subject_cpupools);
    assert_int_equal(res.rc, 0);
    has("\"parameters\": null");
    xen.error = EACCES;
    run(subject_cpupools);
    assert_int_equal(res.rc, -EACCES);
}

static void livepatches(void **state)
{
    (void)state;
    healthy();
    run(subject_livepatches);
    assert_int_equal(res.rc, 0);
    has("\"name\": \"xsa-999\"");
    has("\"state\": \"applied\"");
    xen.livepatch_len = 9; /* beyond the names */
    run(subject_livepatches);
    has("\"livepatches\": []");
    xen.error = ENOSYS;
    run(subject_livepatches);
    assert_int_equal(res.rc, -ENODEV);
}

/* Tools of another release: the ring and the fact itself come all the same. */
/* Of three virtual CPUs a guest has taken the second offline. */
static void counters(void **state)
{
    (void)state;
    healthy();
    xen.domains[1].nr_online_vcpus = 2;
    xen.domains[1].max_vcpu_id = 2;
    run(subject_counters);
    assert_int_equal(res.rc, 0);
    has("domain2.vcpu0.ns 12345\ndomain2.vcpu1.ns 12345\n"
        "domain2.vcpu2.ns 12345\n");
    assert_null(strstr(res.text, "vcpu3"));
    /* It has none yet. */
    xen.domains[1].max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
    run(subject_counters);
    assert_null(strstr(res.text, "domain2"));
}

static void other_release(void **state)
{
    (void)state;
    healthy();
    xen.error = EACCES;
    xen.interface = 0x11;
    run(subject_ring_raw);
    assert_int_equal(res.rc, 0);
    assert_string_equal(res.text, xen.ring);
    run(subject_version);
    assert_int_equal(res.rc, 0);
    has("\"hypervisor\": 17,\n    \"match\": false");
    xen.interface = XEN_SYSCTL_INTERFACE_VERSION;
    run(subject_version);
    has("\"match\": true");
    has("\"features\": \"0x0000000200000705\"");
    has("\"libxenctrl\": \"4.17.1\",\n    \"match\": true");
    has("\"error\": null");
    /* One sysctl interface, two releases. */
    xen.version = 4 << 16 | 1;
    run(subject_version);
    has("\"libxenctrl\": \"4.17.1\",\n    \"match\": false");
    /* Another release's library lies under another name. */
    no_module = true;
    run(subject_version);
    no_module = false;
    assert_int_equal(res.rc, 0);
    has("\"libxenctrl\": null,\n    \"match\": null");
    /* Of the tools' interface only their library tells, not our own build. */
    has("\"tools\": null,\n    \"hypervisor\": 21,\n    \"match\": null");
    has("\"error\": \"libxenctrl.so.4.99: no such file\"");
    /* Nothing fits, or Flask says no. */
    xen.interface = 0;
    run(subject_ring_raw);
    assert_int_equal(res.rc, -EACCES);
    assert_int_equal(res.len, 0);
    run(subject_version);
    assert_int_equal(res.rc, 0);
    has("\"match\": null");
}

static int keys_mr(struct out *o, struct err *err)
{
    return subject_debug_keys(o, "mr", err);
}

static int keys_crash(struct out *o, struct err *err)
{
    return subject_debug_keys(o, "mC", err);
}

static int keys_mn(struct out *o, struct err *err)
{
    return subject_debug_keys(o, "mn", err);
}

/* The new part of the ring alone, and nothing but keys that print. */
static void debug_keys(void **state)
{
    (void)state;
    healthy();
    xen.ring_dropped = 100;
    run(keys_mr);
    assert_int_equal(res.rc, 0);
    assert_string_equal(res.text,
                        "(XEN) key 'm' pressed\n(XEN) key 'r' pressed\n");
    sent_keys[0] = '\0';
    run(keys_crash);
    assert_int_equal(res.rc, -EINVAL);
    assert_string_equal(sent_keys, "");
    /* They print more than the ring holds. */
    healthy();
    xen.ring_gap = 5;
    run(keys_mr);
    assert_int_equal(res.rc, -EOVERFLOW);
    says("5 bytes of what the debug keys print are missing");
    assert_true(res.len > 0);
    sent_keys[0] = '\0';
    healthy();
    run(keys_mn);
    assert_int_equal(res.rc, 0);
    assert_string_equal(sent_keys, "mn");
    /* There it would bring the machine down. */
    healthy();
    sent_keys[0] = '\0';
    xen.version = 3 << 16 | 4;
    run(keys_mn);
    assert_int_equal(res.rc, -EINVAL);
    says("trigger an NMI");
    assert_string_equal(sent_keys, "");
}

static void output_errors(void **state)
{
    struct err err = ERR_INIT;
    struct out o;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    char big[70000];

    (void)state;
    if (fd < 0)
        skip();
    memset(big, 'x', sizeof(big));
    out_init(&o, fd);
    out_adds(&o, "a");
    out_add(&o, big, sizeof(big)); /* the error comes here ... */
    out_adds(&o, "b");
    assert_int_equal(out_flush(&o, &err), -ENOSPC); /* ... and is told here */
    close(fd);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring_bytes),
        cmocka_unit_test(ring_longer_than_one_call),
        cmocka_unit_test(ring_absurd),
        cmocka_unit_test(refusals),
        cmocka_unit_test(info_healthy),
        cmocka_unit_test(ring_facts_told),
        cmocka_unit_test(info_absurd),
        cmocka_unit_test(domains_healthy),
        cmocka_unit_test(domains_more_than_one_call),
        cmocka_unit_test(domains_absurd),
        cmocka_unit_test(domains_more),
        cmocka_unit_test(domains_one),
        cmocka_unit_test(cpus_and_pools),
        cmocka_unit_test(livepatches),
        cmocka_unit_test(counters),
        cmocka_unit_test(other_release),
        cmocka_unit_test(debug_keys),
        cmocka_unit_test(output_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
