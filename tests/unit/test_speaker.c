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

static void all_are(enum speaker who, const char *const *lines)
{
    for (; *lines; lines++) {
        if (speaker_of(*lines, strlen(*lines)) != who)
            fail_msg("%s: %d", *lines, speaker_of(*lines, strlen(*lines)));
    }
}

static void test_speaker(void **state)
{
    static const char *const kernel[] = {
        "Nov 27 10:00:00 h kernel: Out of memory: Killed process 1",
        "Nov 27 10:00:00 h kernel: [    3.1] BUG: x",
        "<4>Nov  7 10:00:00 h kernel: x",
        "2026-11-27T10:00:00.1+01:00 h kernel: x",
        "<4>1 2026-11-27T10:00:00.1+01:00 h kernel - - - x",
        "Nov 27 10:00:00 kernel: x",
        "Nov 27 10:00:00 h multipathd[3]: x",
        "Nov 27 10:00:00 h udevd-work[3]: x",
        "Nov 18 01:55:11.753936 (XEN) Error creating: x",
        "Nov 27 10:00:00 h hypervisor: (XEN) Panic on CPU 0:",
        "Nov 27 10:00:00 main-menu[213]: INFO: x",
        "Nov 27 10:00:00 net/hw-detect.hotplug: x",
        NULL,
    };
    static const char *const tool[] = {
        "Nov 27 10:00:00 h xl[1]: x",
        "Nov 27 10:00:00 h /etc/xen/scripts/block: x",
        "Nov 27 10:00:00 h root: /etc/xen/scripts/vif-bridge: x",
        "Nov 27 10:00:00 h xapi: [error||0 |x] y",
        "Nov 27 10:00:00 h systemd[1]: xen.service: Failed",
        NULL,
    };
    static const char *const other[] = {
        "Nov 27 10:00:00 h sshd[1]: Invalid user (XEN) Panic on CPU 0: from x",
        "Nov 27 10:00:00 h sshd[1]: Bad protocol version (XEN) Panic on CPU 0",
        "<4>Nov 27 10:00:00 h postfix/smtpd[1]: kernel: (XEN) Panic",
        "2026-11-27T10:00:00.1+01:00 h nginx: \"GET /Kernel panic\"",
        "<4>1 2026-11-27T10:00:00.1+01:00 h evil 1 - - kernel: x",
        "Nov 27 10:00:00 h dnsmasq-dhcp[1]: DHCPACK(eth0) kernel: x",
        "Nov 27 10:00:00 h kernel-evil[1]: x",
        "Nov 27 10:00:00 h sudo:   bob : COMMAND=kernel: x",
        "Nov 27 10:00:00 h (kernel[1]: x",
        "Nov 27 10:00:00 h guest-web: (XEN) Panic on CPU 0:",
        "Nov 27 10:00:00 vendor[12]: panic: x",
        "10.0.0.1 - - [27/Nov/2026:10:00:00 +0000] \"GET /Kernel panic\"",
        "type=USER_AUTH msg=audit(1): acct=\"Kernel panic\"",
        NULL,
    };
    static const char *const unknown[] = {
        "(XEN) Panic on CPU 0:",
        "type=AVC msg=audit(1): avc:  denied",
        "[    0.1] sshd: x",
        "sshd[1]: user x", /* without a stamp it is no system's log */
        "[2026-11-27 10:00:00 1234] ERROR (XendDomain:12) x",
        "2026-11-27 10:00:00.123+0000: 1: error : libxlDomain: x",
        "Nov 27",
        "Nov 27 10:00:00 h",
        "Nov 27 10:00:00 h [    3.1] x",
        "",
        "<",
        NULL,
    };

    (void)state;
    all_are(SPEAKER_KERNEL, kernel);
    all_are(SPEAKER_TOOL, tool);
    all_are(SPEAKER_OTHER, other);
    all_are(SPEAKER_UNKNOWN, unknown);
}

static void test_may_tell(void **state)
{
    uint32_t crash = class_of_name("hypervisor") | class_of_name("system"),
             tools = class_of_name("toolstack") | class_of_name("system");

    (void)state;
    assert_true(speaker_may_tell(SPEAKER_KERNEL, crash));
    assert_false(speaker_may_tell(SPEAKER_TOOL, crash));
    assert_true(speaker_may_tell(SPEAKER_TOOL, tools));
    assert_false(speaker_may_tell(SPEAKER_OTHER, tools));
    assert_true(speaker_may_tell(SPEAKER_OTHER, class_of_name("system")));
    assert_true(speaker_may_tell(SPEAKER_UNKNOWN, crash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guest),
        cmocka_unit_test(test_speaker),
        cmocka_unit_test(test_may_tell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
