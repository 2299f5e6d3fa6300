/* public_stays.h: what looks like it and is needed. */
#ifndef XB_TEST_REDACT_PUBLIC_STAYS_H
#define XB_TEST_REDACT_PUBLIC_STAYS_H

#include "tests/redact/public.h"

static const struct secret_case address_stays[] = {
    K("127.0.0.1 127.0.1.1 0.0.0.0 255.255.255.255"),
    K("netmask 255.255.255.0 255.255.0.0 255.0.0.0 128.0.0.0"),
    K("224.0.0.1 239.255.255.250 224.0.0.251"),
    K("::1 :: ::/0 ff02::1 ff02::2 ff05::1:3"),
    K("fe80::/10 fe80::1"),
    K("fe:ff:ff:ff:ff:ff ff:ff:ff:ff:ff:ff 00:00:00:00:00:00"),
    K("01:00:5e:00:00:01 33:33:00:00:00:01 01:80:c2:00:00:00"),
    K("00000000:0016 00000000:0000 0A 00000000:00000000"),
    K("   0: 0100007F:0019 00000000:0000 0A 00000000:00000000"),
    K("eth0\t00000000\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"),
    K("00000000000000000000000000000001 01 80 10 80       lo"),
    K("2    eth0            ff020000000000000000000000000001     1 0000000C 0"),
    K("2    eth0            1     0     33330000000"
      "1"),
    K("1.0.0.127.in-addr.arpa"),
};

static const struct secret_case number_stays[] = {
    K("Xen version 4.17.7.13 (Debian 4.17.7-1)"),
    K("xen-hypervisor-4.17.7.13-1_amd64.deb"),
    K("1.3.6.1.4.1 1.3.6.1.4.1.8072.3.2.10 2.5.29.17"),
    K("ii  libfoo1:amd64  2.3.4.5-1  amd64  a library"),
    K("libfoo-1.2.3.4-5.el8.x86_64"),
    K("firmware-version: 5.1.0.4, driver: igb version: 5.4.0.6"),
    K("mpt3sas_cm0: FWVersion(16.00.11.00), BiosVersion(08.37.00.00)"),
    K("Mozilla/5.0 Chrome/99.0.0.0 Safari/537.36"),
    K("libnl-3.so.200.26.0 libx.so.1.2.3.4"),
    K("qemu v8.2.2.1 OpenSSL 3.0.11.0-pre"),
    K("0000:03:00.0 03:00.0 pci 0000:00:1f.2"),
    K("12:34:56 2026-11-25 12:34:56.789 [ 1234.567890] 1:02:03"),
    K("(XEN) d3v0 domain 12 dom0 d[IDLE]v3"),
    K("sd 0:0:0:0: [sda] 8:16 253:0"),
    K("2026-11-25-10-20-30 2026.11.25.10 10-20-30-40"),
    K("d41d8cd98f00b204e9800998ecf8427e  file"),
    K("uuid = 8f2e1a3c-1122-3344-5566-778899aabbcc"),
    K("UUID=\"8f2e1a3c-1122-3344-5566-778899aabbcc\" TYPE=\"ext4\""),
    K("/vm/8f2e1a3c-1122-3344-5566-778899aabbcc/name = \"guest1\""),
    K("ffff82d040200000 ffff888004c0a000 0xffff888004c0a000 "
      "0x0000000080050033"),
    K("RIP: e008:[<ffff82d040345678>] CR3: 00000000bd1aa000"),
    K("SHA256:AbCdEf 16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48"),
    K("sata link up 6.0 Gbps (SStatus 133 SControl 300)"),
    K("e820: 000000000009fc00 - 00000000000a0000"),
    K("build-id 3f2a9c0d1e4b5a6978879605a4b3c2d1e0f9a8b7"),
    K("microcode: CPU0 sig=0x306c3, pf=0x2, revision=0x28"),
    K("10.5.3 4.17.7 6.1.0-13-amd64 1.2.3"),
    K("load average: 0.00, 0.01, 0.05"),
    K("port 8443 vif3.0 tap3.0 xenbr0 3:0"),
    K("commit 1234567890ab (\"xen: fix\")"),
    K("8086:10d3 [1000:0072] class 0x010700"),
    K("iDRAC 5.10.30.00, libx.so.10.0.0.5.gz"),
    K("xapi 24.19.2.1, ABC::b a::b dead::ge"),
    K("Reference ID    : 50505300 (PPS)"),
    K("0x0000a0980a0b51ff 0x200100a0980a0b51 r 20081127120000123"),
    K("16:27:ac:a5:76 00:02:00:00:ab:11:12:13:14"),
    K("physical address 000012abcdef of memory, address d43d7ea1b2c4"),
    K("01 02 03 04 05 06 d4 3d 7e a1 b2"),
    K("sn 12 sna S/N: none sn: unknown-serial"),
    K("std::string Foo::Bar dead::beefy 1::method"),
};

static const struct secret_case word_stays[] = {
    K("serial: 8250/16550 driver, 32 ports, IRQ sharing enabled"),
    K("serial=pty"),
    K("Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12"),
    K("hostname=dom$domid hostname=$(uname -n)"),
    K("<info> policy: set-hostname: set hostname to x"),
    K("<info> policy: set-hostname: simplify"),
    K("cloud-init: hostname: keep what it was"),
    K("serial = [ 'pty' ]"),
    K("serial='/dev/ttyS0,115200n8' serial=tcp:0"),
    K("\tSerial Number: Not Specified\n\tAsset Tag: To Be Filled By O.E.M.\n"),
    K("\tSerial Number: 0123456789\n"),
    K("\n\tSerial Number: NONE\n\tAsset Tag: UNKNOWN\n\tAsset Tag: SERVER\n"),
    K("Serial number: CHECKING dev-disk-by\\x2dpath-pci\\x2d0000.device"),
    K("usb 1-1: SerialNumber: 0000:00:14.0"),
    K("New USB device strings: Mfr=3, Product=2, SerialNumber=1"),
    K("root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/x\n"),
    K("xen:x:104:\nsudo:x:27:\n"),
    K("user@1000.service systemd-fsck@dev-sda1.service getty@tty1.service"),
    K("modprobe@drm.service serial-getty@hvc0.service"),
    K("chacha20-poly1305@openssh.com umac-64-etm@openssh.com "
      "curve25519-sha256@libssh.org"),
    K("xen-devel@lists.xenproject.org"),
    K("root@localhost root@localhost.localdomain foo@localhost.service"),
    K("memcpy@@GLIBC_2.14 foo@v1"),
    K("alphabet alphas preAlpha0 alphanumeric"),
    K("session opened for user root by (uid=0) USER=root /home/user/"),
    K("Nov 25 10:00:00 localhost kernel: x"),
    K("-rw-r--r-- 1 root root 12 Nov 25 10:00 file"),
    K("console tty1\ngetty    tty1\n"),
    K("(of it) delete (of it) (name) replace (name) (x) end edit (x)"),
    K("sshd[1]: User child is on pid 12, user 'root' granted access"),
    K("password for [root], for [all] of it"),
    K("scsi host0: ata_piix nvme-core usb-storage virtio-blk"),
    K("ata-piix_driver scsi_mod: scsi-transport_fc_x"),
    K("for path from node; password for root from console"),
    K("[REDACTED:xl-password:0123456789ab]"),
    K("linux 6.1 host kernel guest domain xen server"),
    K("iqn.2003-01.invalid:target-0123abcd "
      "nqn.2014-08.org.nvmexpress.discovery"),
    K("host-0123abcd user-19c2aabb@domain-7f3a0000"),
    K("wwn: 0 unknown, port_name attribute, mac address list"),
};

static const struct secret_kind public_stays[] = {
    KIND("addresses", address_stays),
    KIND("numbers", number_stays),
    KIND("words", word_stays),
};

#endif
