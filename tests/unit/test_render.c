/* test_render.c: JSON of the probe as text for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "collector/render.h"

static void gives(const char *json, const char *text)
{
    struct json_object *doc = json_tokener_parse(json);
    struct buf out = BUF_INIT;

    assert_int_equal(render_text(doc, &out), *text != '\0');
    assert_string_equal(buf_str(&out), text);
    json_object_put(doc);
    buf_done(&out);
}

static void test_values(void **state)
{
    (void)state;
    gives("{\"xen\":{\"version\":\"4.17.7\",\"changeset\":\"\",\"id\":null},"
          "\"physinfo\":{\"virt_caps\":[\"pv\",\"hvm\"]},\"numa_nodes\":[{"
          "\"node\":0,\"memory_kib\":2048,\"free_kib\":null}]}",
          "xen\n"
          "version                      4.17.7\n"
          "changeset\n"
          "id                           -\n"
          "\n"
          "physinfo\n"
          "virt_caps                    pv hvm\n"
          "\n"
          "NUMA nodes\n"
          "Node MiB Free\n"
          "0    2   -\n");
}

static void test_domains(void **state)
{
    (void)state;
    gives("{\"domains\":[{\"domid\":12,\"running\":true,\"hvm\":false,"
          "\"vcpus_online\":1,\"vcpus_max\":2,\"cpu_time_ns\":2000000001,"
          "\"pages\":256,\"max_pages\":512,\"cpupool\":0,\"scheduling\":{"
          "\"weight\":256,\"cap\":0},\"uuid\":\"u\",\"vcpus\":[{\"vcpu\":0,"
          "\"state\":\"running\",\"cpu\":3,\"cpu_time_ns\":2000000000,"
          "\"hard_affinity\":\"0-3\",\"soft_affinity\":\"0\"}]}]}",
          "Domains\n"
          "ID State Reason HVM VCPUs CPU-s MiB Max-MiB Pool Weight Cap Grants "
          "Events UUID\n"
          "12 r---- -      no  1/2   2     1   2       0    256    0   -/-    "
          "-      u\n"
          "\n"
          "Virtual CPUs\n"
          "ID     VCPU State   CPU CPU-s Hard Soft\n"
          "12     0    running 3   2     0-3  0\n");
}

static void test_none(void **state)
{
    (void)state;
    gives("{\"livepatches\":[]}", "Live patches\nnone\n");
    gives("{\"cpupools\":[{\"cpupool\":0,\"scheduler\":\"credit2\",\"cpus\":"
          "\"0-3\",\"parameters\":{\"ratelimit_us\":1000}}]}",
          "CPU pools\n"
          "Pool Scheduler Domains CPUs Limit-us Slice-ms\n"
          "0    credit2   -       0-3  1000     -\n");
}

/* What it does not know gives nothing, and controls do no harm. */
static void test_odd(void **state)
{
    (void)state;
    gives("[]", "");
    gives("7", "");
    gives("{}", "");
    gives("{\"domains\":7}", "");
    gives("{\"cpus\":[null,{\"cpu\":\"\\u001b[31m\"}]}",
          "Processors\n"
          "CPU      Online Core Socket Node Idle-s\n"
          "-        -      -    -      -    -\n"
          "\\x1b[31m -      -    -      -    -\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_domains),
        cmocka_unit_test(test_none), cmocka_unit_test(test_odd)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
