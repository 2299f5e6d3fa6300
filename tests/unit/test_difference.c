/* What changed between two readings of counters: one row per kind of file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/difference.h"

static const struct {
    const char *why, *first, *second, *want;
} rows[] = {
    {"nothing changed", "ctxt 5\n", "ctxt 5\n", ""},
    {"vmstat: only what changed", "nr_free 10\npgin 5\n",
     "nr_free 10\npgin 12\n", "pgin 7\n"},
    {"a gauge may fall", "nr_free 10\n", "nr_free 7\n", "nr_free -3\n"},
    {"interrupts: the text behind stays", "  CPU0 CPU1\n 1: 10 20 xen-dyn 5\n",
     "  CPU0 CPU1\n 1: 11 20 xen-dyn 5\n", " 1: 1 0 xen-dyn 5\n"},
    {"net/dev: by name, whatever the order", "eth0: 1 2\nvif1.0: 5 5\n",
     "vif1.0: 6 5\neth0: 1 4\n", "vif1.0: 1 0\neth0: 0 2\n"},
    {"a name that another begins with", "vif1.0: 1\nvif1.01: 1\n",
     "vif1.01: 3\nvif1.0: 1\n", "vif1.01: 2\n"},
    {"diskstats: major and minor are no counters", " 7 0 loop0 10 0\n",
     " 7 0 loop0 15 0\n", " 7 0 loop0 5 0\n"},
    {"softnet_stat: hexadecimal, by place",
     "0000000a 00000000\n00000001 00000000\n",
     "00000010 00000000\n00000001 00000000\n", "6 0\n"},
    {"a device that came meanwhile has no rate", "a 1\n", "a 2\nb 9\n",
     "a 1\n"},
    {"one that went", "a 1\nb 1\n", "b 2\n", "b 1\n"},
    {"a line that became shorter", "a 1 2 3\n", "a 2\n", "a 1\n"},
    {"the largest numbers", "a 1 18446744073709551615\n",
     "a 2 18446744073709551615\n", "a 1 18446744073709551615\n"},
    {"no line end", "a 1", "a 3", "a 2\n"},
    {"empty", "", "", ""},
    {"nothing before", "", "a 1\n", ""},
};

static void differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf out = BUF_INIT;

        difference_add(rows[i].first, rows[i].second, &out);
        if (strcmp(buf_str(&out), rows[i].want))
            fail_msg("%s: '%s'", rows[i].why, buf_str(&out));
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(differences)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
