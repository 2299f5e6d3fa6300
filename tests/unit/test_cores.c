/* Threads follow what a control group allows: both versions, the least of a
 * group and those above it, and files that say nothing. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/cores.h"

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void group(const char *path)
{
    assert_int_equal(mkdir(path, 0755), 0);
}

static void test_version_2(void **state)
{
    (void)state;
    group("v2");
    group("v2/a");
    group("v2/a/b");
    put("self", "0::/a/b\n");
    assert_int_equal(cores_quota("self", "v2"), 0); /* no files */
    put("v2/a/b/cpu.max", "max 100000\n");
    assert_int_equal(cores_quota("self", "v2"), 0);
    put("v2/a/b/cpu.max", "400000 100000\n");
    assert_int_equal(cores_quota("self", "v2"), 4);
    put("v2/a/cpu.max", "150000 100000\n"); /* above, and less: rounded up */
    assert_int_equal(cores_quota("self", "v2"), 2);
    put("v2/cpu.max", "50000 100000\n"); /* the root of a namespace */
    assert_int_equal(cores_quota("self", "v2"), 1);
    put("self", "0::/\n");
    assert_int_equal(cores_quota("self", "v2"), 1);
}

static void test_version_1(void **state)
{
    (void)state;
    group("v1");
    group("v1/cpu,cpuacct");
    group("v1/cpu,cpuacct/a");
    put("self", "5:memory:/a\n4:cpu,cpuacct:/a\n1:name=systemd:/x\n0::/x\n");
    put("v1/cpu,cpuacct/a/cpu.cfs_quota_us", "-1\n");
    put("v1/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
    assert_int_equal(cores_quota("self", "v1"), 0);
    put("v1/cpu,cpuacct/a/cpu.cfs_quota_us", "300000\n");
    assert_int_equal(cores_quota("self", "v1"), 3);
}

/* None of these is a quota, and none reads outside of the folder. */
static void test_odd(void **state)
{
    static const char *const odd[] = {
        "", "x\n", "0:\n", "::\n", "0::\n", "0::/../..\n", "0::/nosuch\n"};

    (void)state;
    group("odd");
    put("cpu.max", "100000 100000\n");
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        put("self", odd[i]);
        assert_int_equal(cores_quota("self", "odd"), 0);
    }
    put("self", "0::/\n");
    put("odd/cpu.max", "99999999999999999999 1\n");
    (void)cores_quota("self", "odd");
    put("odd/cpu.max", "100000 0\n");
    assert_int_equal(cores_quota("self", "odd"), 0);
    assert_int_equal(cores_quota("nosuch", "odd"), 0);
}

static void test_affinity(void **state)
{
    cpu_set_t old, one;
    int cpu = 0;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(old), &old), 0);
    assert_in_range(cores_usable(), 1, CPU_COUNT(&old));
    while (!CPU_ISSET(cpu, &old))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(cores_usable(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof(old), &old), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_2),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_affinity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
