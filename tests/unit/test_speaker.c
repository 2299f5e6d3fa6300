/* Who said a line: a guest in Xen's log, a stranger in the system's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/diagnose/classes.h"
#include "collector/diagnose/speaker.h"

static uint32_t of(const char *line)
{
    return speaker_classes(line, strlen(line), CLASS_ALL);
}

static void test_guest(void **state)
{
    static const char *const lines[] = {
        "(d3) Kernel panic - not syncing: x",
        "(XEN) (d3) Kernel panic",
        "[2026-11-27 10:00:00] (XEN) [  1.25] (d12) BUG: x",
        "(d3v1) (XEN) Panic on CPU 0:",
        "> (d101) Xen BUG at mm.c:1",
    };
    static const char *const others[] = {
        "(d0) Kernel panic",
        "(XEN) d3v0 Unhandled page fault",
        "(XEN) Panic on CPU 0:",
        "(d3 Kernel panic",
        "(dx) text",
        "",
        "(d",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_int_equal(of(lines[i]), class_of_name("guest"));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_int_equal(of(others[i]), CLASS_ALL);
}

static bool strange(const char *line)
{
    return speaker_is_stranger(line, strlen(line));
}

static void test_stranger(void **state)
{
    static const char *const lines[] = {
        "Nov 27 10:00:00 h sshd[1]: Invalid user (XEN) Panic on CPU 0: from x",
        "Nov  7 10:00:00 h sshd[1]: Failed password for invalid user a from x",
        "2026-11-27T10:00:00.1+01:00 h nginx: \"GET /Kernel panic\"",
        "Nov 27 10:00:00 h postfix/smtpd[9]: lost connection",
    };
    static const char *const others[] = {
        "Nov 27 10:00:00 h kernel: Out of memory: Killed process 1",
        "Nov 27 10:00:00 h sshd[1]: FATAL: FIPS integrity test failed",
        "Nov 27 10:00:00 h systemd[1]: nginx.service: Failed",
        "Nov 27 10:00:00 h sshd is no program here",
        "sshd[1]: user x", /* without a host it is no system's log */
        "Nov 27",
        "Nov 27 10:00:00 h",
        "nginx:",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_true(strange(lines[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(strange(others[i]));
}

static bool other(const char *line)
{
    return speaker_is_program(line, strlen(line));
}

/* A program's log line that has the words of a crash is no crash of the host.
 */
static void test_program(void **state)
{
    static const char *const lines[] = {
        "Nov 27 10:00:00 h dnsmasq-dhcp[1]: DHCPACK (XEN) Panic on CPU 0:",
        "Nov 27 10:00:00 h su: failure; user=Kernel panic - not syncing: x",
        "<4>Nov 27 10:00:00 h postfix/smtpd[1]: (XEN) Panic on CPU 0:",
        "Nov 27 10:00:00 h pulseaudio[1]: Assertion 's' failed at a.c:1, f",
        "2026-11-27T10:00:00+00:00 h vendor[12]: panic: x",
        "Nov 27 10:00:00 vendor[12]: panic: x",
        "type=USER_AUTH msg=audit(1.2:3): acct=\"(XEN) Panic on CPU 0:\"",
        "10.0.0.1 - - [27/Nov/2026:10:00:00 +0000] \"GET /(XEN) Panic\"",
    };
    static const char *const others[] = {
        "Nov 27 10:00:00 h kernel: BUG: unable to handle",
        "Nov 27 10:00:00 kernel: BUG: unable to handle",
        "Nov 27 10:00:00 h hypervisor: (XEN) Panic on CPU 0:",
        "Nov 27 10:00:00 h xenstored[2]: panic: x",
        "Nov 27 10:00:00 h logger: (XEN) Panic on CPU 0:",
        "Nov 18 01:55:11.753936 (XEN) Error creating: x",
        "[2026-11-27 10:00:00] (XEN) Panic on CPU 0:",
        "(XEN) Panic on CPU 0: x",
        "[   12.345678] vendor module: panic: x",
        "Nov 27 10:00:00 h",
        "",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_true(other(lines[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(other(others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guest),
        cmocka_unit_test(test_stranger),
        cmocka_unit_test(test_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
