/* The table of what is never opened: that it hides what it must, and that it
 * does not hide what a collector is for. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "collector/front/deny.h"
#include "config.h"

static void never(void **state)
{
    static const char *const paths[] = {
        "/proc/kmsg",
        "/proc/kcore",
        "//proc//kcore",
        "/proc/self/mem",
        "/proc/1/task/1/mem",
        "/proc/vmcore",
        "/proc/sysrq-trigger",
        "/proc/xen/privcmd",
        "/proc/xen/xenbus",
        "/sys/kernel/debug/tracing/trace_pipe",
        "/sys/kernel/tracing/per_cpu/cpu0/trace_pipe",
        "/sys/kernel/tracing/instances/x/per_cpu/cpu0/trace_pipe_raw",
        "/dev/mem",
        "/dev/xen/privcmd",
        "/dev/shm/x",
        "/var/lib/xen/save.12",
        "/var/lib/xen/qemu-save.3",
        "/var/lib/xen/qemu-resume.3",
        "/var/lib/xen/save/guest",
        "/var/lib/xen/dump/2026-1.core",
        "/var/lib/xen/dump/a/b",
        "/var/xen/dump/x",
        "/var/crash/2026/vmcore",
        "/var/crash/vmcore.flat",
        "/home/x/qemu.core",
        "/srv/core.1234",
        "/var/lib/systemd/coredump/core.xl.zst",
        "/etc/shadow",
        "/etc/shadow-",
        "/etc/gshadow",
        "/srv/chroot/etc/shadow",
        "/etc/ssh/ssh_host_rsa_key",
        "/root/.ssh/id_rsa",
        "/root/.ssh/id_ed25519_work",
        "/home/u/.ssh/id_ecdsa",
        "/etc/ssl/private/x.pem",
        "/etc/pki/libvirt/private/serverkey.pem",
        "/etc/pki/tls/private/localhost.key",
        "/etc/nginx/site.key",
        "/etc/xensource/ptoken",
        "/etc/xensource/xapi-ssl.pem",
        "/etc/xensource/xapi-pool-tls.pem",
        "/var/lib/xcp/ptoken.old",
        "/etc/corosync/authkey",
        "/etc/xen/vncpasswd",
        "/etc/xen/auto/guest.passwd",
        "/etc/xen/.vncpw",
        "/srv/vncpasswd.old",
        "/root/.vnc/passwd",
        "/etc/drbd.d/r0.secret",
        "/etc/krb5.keytab",
        "/var/lib/samba/private/secrets.tdb",
        "/etc/samba/xx_secrets",
        "/etc/wireguard/wg0.conf",
        "/etc/ipsec.secrets",
        "/etc/apt/auth.conf",
        "/etc/apt/auth.conf.d/x.conf",
        "/root/.netrc",
        "/etc/cryptsetup-keys.d/root.key",
        "/var/lib/libvirt/libxl/domain-1/master-key.aes",
        "/var/opt/xapi-clusterd/db",
        "/var/lib/swtpm/x/tpm2-00.permall",
        "/var/lib/swtpm-localca/signkey.pem",
        "/root/.ssh/id_github",
        "/etc/stunnel/stunnel.pem",
        "/etc/stunnel/psk.txt",
        "/etc/xen/server.pem",
        "/var/lib/xcp/ptoken.new",
        "/var/lib/likewise/db/lsass-adcache.db",
        "/var/crash/2026/1/vmcore",
        "/var/lib/libvirt/qemu/domain-1-x/master-key.aes",
        "/boot/crypto_keyfile.bin",
        "/srv/chroot/etc/corosync/authkey",
        "/etc/xen-bugtool/config.yaml",
        "/etc/xen-bugtool/redact.d/x.yaml",
        "/etc/xen-bugtool/key",
        SYSCONFDIR "/xen-bugtool/key",
        SYSCONFDIR "/xen-bugtool/plugins.d/x.yaml",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        const char *why = deny_file(paths[i], false);

        if (!why || !*why)
            fail_msg("%s is not denied", paths[i]);
    }
}

/* What the plugins ask for, and neighbours of what is denied. */
static void always(void **state)
{
    static const char *const paths[] = {
        "/etc/xen/xl.conf",
        "/etc/xen/vm.cfg",
        "/etc/xen/auto/vm.cfg",
        "/etc/xen/xend-config.sxp",
        "/etc/xen/scripts/vif-bridge",
        "/var/lib/xen/userdata-d.1.uuid.xl",
        "/var/lib/xen/userdata-d.1.uuid.libxl-json",
        "/var/lib/xend/domains/uuid/config.sxp",
        "/var/log/xen/xl-guest.log",
        "/var/log/xen/console/guest-x.log",
        "/var/log/xen/qemu-dm-guest.log",
        "/var/log/messages",
        "/var/log/kern.log.1.gz",
        "/var/crash/2026/vmcore-dmesg.txt",
        "/var/crash/2026/dmesg.2026",
        "/proc/cmdline",
        "/proc/meminfo",
        "/proc/1/status",
        "/proc/1/stack",
        "/proc/xen/capabilities",
        "/proc/xen/xsd_port",
        "/proc/sys/kernel/core_pattern",
        "/sys/kernel/debug/tracing/trace",
        "/sys/hypervisor/version/major",
        "/sys/devices/platform/coretemp.0/hwmon/hwmon1/temp1_input",
        "/etc/passwd",
        "/etc/fstab",
        "/etc/iscsi/iscsid.conf",
        "/etc/drbd.d/r0.res",
        "/etc/libvirt/libxl/x.xml",
        "/etc/libvirt/qemu.conf",
        "/etc/ssh/sshd_config",
        "/etc/ssh/ssh_host_rsa_key.pub",
        "/etc/ssl/certs/ca.pem", /* certificates are redacted if at all */
        "/etc/stunnel/stunnel.conf",
        "/etc/xensource/pool.conf",
        "/var/xapi/state.db", /* redacted by rules */
        "/boot/grub/grub.cfg",
        "/usr/share/doc/keys",
        "/etc/xen-bugtool.yaml",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (deny_file(paths[i], false))
            fail_msg("%s is denied: %s", paths[i], deny_file(paths[i], false));
    }
}

/* --config names a file of ours; nothing else opens up by being named. */
static void named(void **state)
{
    (void)state;
    assert_null(deny_file(SYSCONFDIR "/xen-bugtool/other.yaml", true));
    assert_non_null(deny_file(SYSCONFDIR "/xen-bugtool/key", true));
    assert_non_null(deny_file(SYSCONFDIR "/xen-bugtool/key.old", true));
    assert_non_null(deny_file("/etc/shadow", true));
    assert_non_null(deny_file("/root/.ssh/id_rsa", true));
}

static void folders(void **state)
{
    (void)state;
    assert_non_null(deny_folder("/dev"));
    assert_non_null(deny_folder("/dev/mapper"));
    assert_non_null(deny_folder(SYSCONFDIR "/xen-bugtool"));
    assert_non_null(deny_folder("/var/lib/xen/dump"));
    assert_non_null(deny_folder("/etc/ssl/private"));
    assert_null(deny_folder("/"));
    assert_null(deny_folder("/etc"));
    assert_null(deny_folder("/proc"));
    assert_null(deny_folder("/var/lib/xen"));
    assert_null(deny_folder("/var/crash"));
    assert_null(deny_folder("/etc/ssl"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never),
        cmocka_unit_test(always),
        cmocka_unit_test(named),
        cmocka_unit_test(folders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
