/* public_heldout.h: inputs of other projects' tests of their cleaners, from
 * which none of ours was made: sos (tests/unittests/cleaner_tests.py),
 * insights-core (insights/tests/cleaner), supportutils-scrub (tests, fixtures),
 * must-gather-clean (pkg/obfuscator), Anonip (tests.py).  The texts are theirs;
 * what goes and what stays is marked as xen-bugtool(8) has it: netmasks,
 * multicast and guests stay, addresses of any network go. */
#ifndef XB_TEST_REDACT_PUBLIC_HELDOUT_H
#define XB_TEST_REDACT_PUBLIC_HELDOUT_H

#include "tests/redact/public.h"

static const struct {
    enum pseudonym_kind kind;
    const char *text;
} heldout_learned[] = {
    {PSEUDONYM_KEYWORD, "foobar"},
    {PSEUDONYM_HOST, "myhost"},
    {PSEUDONYM_HOST, "dbserver"},
    {PSEUDONYM_HOST, "appnode1"},
    {PSEUDONYM_HOST, "test1"},
    {PSEUDONYM_HOST, "myserver"},
    {PSEUDONYM_HOST, "host1"},
    {PSEUDONYM_DOMAIN, "abc.com"},
    {PSEUDONYM_DOMAIN, "subnet.example.com"},
    {PSEUDONYM_DOMAIN, "sostestdomain.domain"},
    {PSEUDONYM_DOMAIN, "corp.example.com"},
    {PSEUDONYM_DOMAIN, "internal.lan"},
    {PSEUDONYM_USER, "jdoe"},
    {PSEUDONYM_USER, "myusername"},
};

static const struct secret_case sos_goes[] = {
    K("«12:34:56:78:90:ab»"),
    K("«12:34:56:ff:fe:78:90:ab»"),
    K("«1234:56ff:fe78:90ab»"),
    K("«ab:cd:ef:fe:dc:ba»"),
    K("«192.168.1.0»/24"),
    K("«192.168.2.2»"),
    K("«192.168.3.0»/24"),
    K("«192.168.3.1»"),
    K("«192.168.4.1»/24"),
    K("«2022:1104:abcd::»"),
    K("«2022:1104:abcd::1234»"),
    K("«fe80::1234»"),
    K("«fd00:abcd::»"),
    K("«fd00:abcd::1234»"),
    K("«f001::abcd»"),
    K("«foobar» foo «10.0.0.1»/24 barfoo bar"),
    K("«foobar» foo «13:24:35:46:57:68» bar barfoo"),
    K("«foobar» foo «AA:BB:CC:FF:FE:DD:EE:FF» bar barfoo"),
    K("«foobar» foo '«12:34:56:78:90:AA»' bar barfoo"),
    K("«foobar» foo \"«aa:12:bb:34:cc:56»\" bar barfoo"),
    K("«foobar» foo '«FF:EE:DD:FF:FE:CC:BB:AA»' bar barfoo"),
    K("«foobar» foo \"«DD:EE:FF:FF:FE:BB:CC:AA»\" bar barfoo"),
    K("«foobar» foo '«AABB:CCDD:EEFF:FFAA»' bar barfoo"),
    K("«foobar» foo \"«AAFF:FFEE:DDCC:BBAA»\" bar barfoo"),
    K("testing «myhost».«subnet.example.com» in a string"),
    K("testing just «myhost» in a line"),
    K("let obfuscate «soshost».«sostestdomain.domain»"),
    K("this is my «foobar» test line"),
    K("testing «abcd:ef01::1234» as a compressed address"),
    K("testing «abcd:ef01::5678:1234» as a separate address"),
    K("testing «2607:c540:8c00:3318::34»/64 as another address"),
    K("testing «2007:1234:5678:90ab:0987:6543:21fe:dcba» as a full address"),
    K("DOMAIN\\«myusername»"),
    K("«192.168.1.100» other.example.com otherhost"),
    K("«10.0.0.1» shortonly"),
};

static const struct secret_case insights_core_goes[] = {
    K("radius_ip_1=«10.0.0.1»"),
    K("        inet «10.0.2.15»  netmask 255.255.255.0  broadcast «10.0.2.255» "
      "dup «10.0.2.15»"),
    K("radius_ip_1=«10.0.0.100»-«10.0.0.200»"),
    K("        inet «10.0.2.155»  netmask «10.0.2.1»  broadcast «10.0.2.15»"),
    K("tcp6       0      0 «100.100.100.101»:23    «10.231.200.1»:63564 "
      "ESTABLISHED 0"),
    K("tcp6       0      0 «10.0.0.1»:23           «10.0.0.110»:63564   "
      "ESTABLISHED 0"),
    K("tcp6  «10.0.0.11»    0 «10.0.0.1»:23       «10.0.0.111»:63564    "
      "ESTABLISHED 0"),
    K("unix  2      [ ACC ]     STREAM     LISTENING     43279    2070/snmpd   "
      "      «172.31.0.1»\n"),
    K("unix  2      [ ACC ]     STREAM     LISTENING     43279    2070/snmpd   "
      "      «172.31.111.11»\n"),
    K("a «FE80::2E21:3101:34FB:F580» dev enp3s0 «2c:21:31:fb:f5:80» router"),
    K("3 «fe80::2204:fff:fe83:7678»/64 lladdr «20:04:0f:83:76:78» router"),
    K("«2620:52:0:4996::1fe» dev enp3s0 lladdr «2c:21:31:fb:f5:80» STALE"),
    K("ff02::1:ff«47:17» dev enp3s0 lladdr 33:33:ff:«47:00:17» NOARP"),
    K("«fe80::2204:fff:fe76:224b» dev enp3s0 lladdr router STALE - line 1"),
    K("dev enp3s0 lladdr router «9d8a::5ef5:342:ac2a:ab52»"),
    K("dev enp3s0 lladdr router «fe80:0000:0000:0000:2204:fff:fe76:224b»"),
    K("dev enp3s0 lladdr router «fe80:0:0:0:2204:fff:fe76:224b»"),
    K("«0c:1a:2b:3c:4d:5e»           # GOOD"),
    K("«0d-1A-2B-3C-4D-5E»           # GOOD"),
    K("«0e:1A:2B:3C:4D:5E»           # GOOD"),
    K("Valid MAC «00:1a:2B:3c:4D:5E» in lowercase/uppercase  # GOOD"),
    K("Valid hyphenated «0d-1A-2B-3C-4D-5E»                  # GOOD == line-2"),
    K("Edge case:MAC=«00:11:22:33:44:55»=end\"                # GOOD"),
    K("«fe:ab:04:ff:76:4b» dev enp3s0 lladdr router STALE - line 1"),
    K("«FE:ab:04:FF:76:4B» dev enp3s0 lladdr router STALE - line 2"),
    K("a line with «test1».«abc.com» here, «test2».«abc.com», test.redhat.com"),
    K("a line w/o hostname, but «test2».«abc.com» only"),
    K("a line with «test1» here, test2.def.com"),
};

static const struct secret_case supportutils_scrub_goes[] = {
    K("server «8.8.8.8» ok"),
    K("dns «8.8.8.8» and «1.1.1.1»"),
    K("net «10.0.0.0»/24 here"),
    K("host «192.168.1.1» ok"),
    K("gw «10.0.0.1»"),
    K("gw «172.16.5.1»"),
    K("version 3.2.1.0 server «8.8.8.8»"),
    K("gw «10.0.0.1»/24 host «10.0.0.50»"),
    K("addr «2001:0db8:85a3::8a2e:0370:7334» ok"),
    K("host «2001:db8::1»"),
    K("net «2001:db8::»/32"),
    K("eth0 «AA:BB:CC:DD:EE:FF» up"),
    K("id «AA-BB-CC-DD-EE-FF»"),
    K("Serial Number: «ABC12345XYZ»"),
    K("\tUUID: «550e8400-e29b-41d4-a716-446655440000»"),
    K("login by «jdoe» at 10:00"),
    K("contact admin@«company.com» please"),
    K("from «bob»@«corp.com» to «bob»@«corp.com»"),
    K("mail «alice»@«test.org»"),
    K("host «myserver» is up"),
    K("«host1» talks"),
    K("«192.168.1.10» «dbserver».«corp.example.com» «dbserver»"),
    K("«172.16.5.50» «appnode1».«corp.example.com» «appnode1»"),
    K("nameserver «10.0.0.53»"),
    K("    link/ether «52:54:00:9a:c4:ad» brd ff:ff:ff:ff:ff:ff"),
    K("    inet «192.168.1.10»/24 brd «192.168.1.255» scope global eth0"),
    K("    inet6 «2001:db8:85a3::8a2e:370:7334»/64 scope global"),
    K("default via «192.168.1.1» dev eth0"),
    K("«10.0.0.0»/8 via «10.0.0.1» dev eth1"),
    K("«172.16.0.0»/12 via «172.16.5.1» dev eth2"),
    K("Mar 10 08:01:22 «dbserver» sshd[1234]: Accepted publickey for «jdoe» "
      "from «192.168.1.50» port 22 ssh2"),
    K("Mar 10 08:01:22 «dbserver» sshd[1234]: pam_unix(sshd:session): session "
      "opened for user «jdoe» by (uid=0)"),
    K("Mar 10 08:02:15 «dbserver» sudo: «jdoe» : TTY=pts/0 ; PWD=/home/«jdoe» "
      "; USER=root ; COMMAND=/bin/systemctl restart postgresql"),
    K("Mar 10 08:03:00 «dbserver» kernel: [UFW BLOCK] IN=eth0 OUT= "
      "MAC=«52:54:00:9a:c4:ad:00:1a:2b:3c:4d:5e»:08:00 SRC=«203.0.113.45» "
      "DST=«192.168.1.10»"),
    K("Mar 10 08:04:11 «dbserver» postfix/smtp[5678]: connect to "
      "mail.«corp.example.com»[«192.168.1.25»]:25"),
    K("Mar 10 08:06:33 «appnode1» haproxy[3456]: Server backend/web1 is UP, "
      "reason: Layer7 check passed"),
    K("Mar 10 09:00:00 «dbserver» sshd[2345]: Failed password for invalid user "
      "«hacker» from «45.33.32.156» port 54321 ssh2"),
    K("\tSerial Number: «ABC123XYZ789»"),
    K("\tAsset Tag: «ASSET-2024-001»"),
    K("\tSerial Number: «BOARD-SN-99887766»"),
    K("ACCEPT     tcp  --  «192.168.1.0»/24       «192.168.1.10»         tcp "
      "dpt:22"),
    K("ACCEPT     tcp  --  «172.16.5.0»/24        «172.16.5.100»         tcp "
      "dpts:80:443"),
    K("DROP       all  --  «45.33.32.0»/24        0.0.0.0/0"),
    K("DNAT       tcp  --  0.0.0.0/0            «203.0.113.50»         tcp "
      "dpt:8080 to:«192.168.1.20»:80"),
    K("SNAT       all  --  «10.0.0.0»/8           0.0.0.0/0            "
      "to:«203.0.113.50»"),
};

static const struct secret_case must_gather_clean_goes[] = {
    K("received request from «192.168.1.10»"),
    K("must-gather/etcd-ip-«10-0-187-218».ec2.internal/some.yaml"),
    K("calling https://«192.168.1.20»/metrics for values"),
    K("received request from «192.168.1.20» proxied through «192.168.1.3»"),
    K("received request from «2001:db8::ff00:42:8329»"),
    K("tunneling «::2fa:bf9» as «192.168.1.30»"),
    K("ip-«10-0-129-220».ec2.aws.yaml"),
    K("obfuscate «10.0.129.220» and «10-0-129-220»"),
    K("clusterDNS%3A%0A%20%20-%20«172.30.0.10»%0AclusterDomain%3A%20cluster."
      "local"),
    K("pods/installer-4-ip-«10-0-187-218».ec2.internal/"
      "installer-4-ip-«10-0-187-218».ec2.internal.yaml"),
    K("pods/revision-pruner-9-ip-«10-0-189-142».ec2.internal/revision"),
    K("same IP «192.168.1.10» address «192-168-1-10» repeated"),
    K("«29-7E-8C-8C-60-C9»"),
    K("ss «eb:a1:2a:b2:09:bf» as «29-7E-8C-8C-60-C9» with some stuff around it "
      "and lowercased «eb-a1-2a-b2-09-bf»"),
    K("«69:80:6F:E6:7C:05»"),
    K("«16-7C-44-26-24-14» «BF:51:A4:1B:7D:0B»"),
    K("mac «52:df:20:08:6c:ff» caused some trouble"),
    K("A MAC address «2C:54:91:88:C9:E3» can be displayed as "
      "«2C-54-91-88-C9-E3» in a filename"),
};

static const struct secret_case anonip_goes[] = {
    K("«192.168.100.200» some string"),
    K("some «192.168.100.200» string"),
    K("some string «192.168.100.200»"),
    K("«192.168.100.200» «192.168.11.222» «192.168.123.234»"),
    K("«192.168.100.200»:80"),
    K("«192.168.100.200»]"),
    K("«192.168.100.200»:80]"),
    K("«2001:0db8:85a3:0000:0000:8a2e:0370:7334»"),
    K("[«2001:0db8:85a3:0000:0000:8a2e:0370:7334»]:443"),
    K("[«2001:0db8:85a3:0000:0000:8a2e:0370:7334»]]"),
    K("some;«192.168.100.200»;string"),
    K("«fd9e:21a7:a92c:2323::1»"),
    K("«1.2.3.4»"),
    K("string;«2a00:1450:400a:803::200e»"),
};

static const struct secret_case sos_stays[] = {
    K("ff:ff:ff:ff:ff:ff"),
    K("127.0.0.1"),
    K("foobaz foo 10.1.2.350 barfoo bar"),
    K("mycoolpackage-1.2.3.4.5"),
    K("pam_env.so _why.not_"),
    K("notfoobar and foobars line"),
    K("2D:4F:6E:55:4F:E8:5E:D2:D2:A3:73:62:AB:FD:F9:C5:A5:53:31:93"),
    K("Automatically imported trusted_ca::ca from trusted_ca/ca into "
      "production"),
    K("but foo is too short username"),
    K("ff02::"),
};

static const struct secret_case insights_core_stays[] = {
    K("test_no_ip"),
    K("test 127.0.0.1"),
    K("X ff02::2 dev enp3s0 lladdr 33:33:00:00:00:02 NOARP"),
    K("b ff02::16 dev enp3s0 lladdr 33:33:00:00:00:16 NOARP"),
    K("::1 dev lo lladdr 00:00:00:00:00:00 NOARP"),
    K("D ::1/32 NOARP"),
    K("3f:1a-2b:3c:4d:5e           # NG"),
    K("001a2b3c4d5e                # NG"),
    K("00:1a:2b:3c:4d              # NG"),
    K("00:1a:2b:3c:4d:5e:6f        # NG"),
    K("00:1G:2B:3C:4D:5E           # NG"),
    K("abc00:1a:2b:3c:4d:5e        # NG"),
    K("Broadcast address FF:FF:FF:FF:FF:FF                 # NG"),
    K("00:00:00:00:00:00 null address                      # NG"),
    K("Invalid mixed separators 00:1A-2B:3C:4D:5E          # NG"),
    K("Invalid character 00:1A:2B:3C:4D:5G,                # NG"),
    K("{\"name\":\"shadow-utils\",\"epoch\":\"2\",\"version\":\"4.1.5.1\","
      "\"release\":\"5.el6\",\"arch\":\"x86_64\""),
    K("\"buildtime\":\"1455012203\",\"vendor\":\"Red Hat, Inc.\""),
    K("RSA/8, Tue 08 Mar 2016 11:15:08 AM CET, Key ID 199e2f91fd431d51"),
    K("a line w/o hostname"),
    K("but test2.def.com only"),
};

static const struct secret_case supportutils_scrub_stays[] = {
    K("localhost 127.0.0.1"),
    K("bcast 255.255.255.255"),
    K("bind 0.0.0.0"),
    K("libmodplug1 SUSE Linux Enterprise 12 0.8.9.0+git20170610"),
    K("version 3.2.1.0 installed"),
    K("localhost ::1"),
    K("bcast ff:ff:ff:ff:ff:ff"),
    K("none 00:00:00:00:00:00"),
    K("Serial Number: Not Specified"),
    K("UUID: 00000000-0000-0000-0000-000000000000"),
    K("file 1234567890abcdef.catalog loaded"),
    K("unit foo@bar.service active"),
    K("unit foo@bar.socket active"),
    K("unit foo@bar.timer active"),
    K("unit foo@bar.target active"),
    K("unit foo@bar.mount active"),
    K("testing tested"),
    K("127.0.0.1 localhost"),
    K("    inet 127.0.0.1/8 scope host lo"),
    K("    inet6 ::1/128 scope host"),
    K("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536"),
    K("\tProduct Name: Standard PC (Q35 + ICH9, 2009)"),
    K("\tAsset Tag: Not Specified"),
    K("Handle 0x0001, DMI type 1, 27 bytes"),
    K("ACCEPT     all  --  0.0.0.0/0            0.0.0.0/0            state "
      "RELATED,ESTABLISHED"),
    K("ACCEPT     all  --  127.0.0.0/8          127.0.0.0/8"),
    K("libmodplug1                         SUSE Linux Enterprise 12            "
      "0.8.9.0+git20170610.f6dd59a-15.4.1"),
    K("python3-setuptools                  openSUSE Leap 15.6                  "
      "67.7.2-150400.1.10"),
    K("kernel-default                      openSUSE Leap 15.6                  "
      "6.4.0-150600.23.47.2"),
    K("glibc                               openSUSE Leap 15.6                  "
      "2.38.0-150600.14.17.2"),
    K("openssl-1_1                         openSUSE Leap 15.6                  "
      "1.1.1.25-150600.5.11.2"),
};

static const struct secret_case must_gather_clean_stays[] = {
    K("received request from 255.255.255.255"),
    K("value 910.218.98.1 is not an ipv4"),
    K("value 333.125.22.640 is not an ipv4"),
    K("ip+10+0+129+220.ec2.aws.yaml"),
    K("version: 4.8.0-0.nightly-2021-07-31-065602"),
    K("version: 4.8.12"),
    K("Listening on 0.0.0.0:8080"),
    K("Listening on [::1]:8080"),
    K("data:,kind%3A%20KubeletConfiguration%0AapiVersion%3A%20kubelet.config."
      "k8s.io%2Fv1beta1%0A"),
    K("tlsCipherSuites%3A%0A%20%20-%20TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    K("69806FE67C05"),
    K("69806fe67c05"),
    K("4a5299ac-6104-479d-aed4-b79faedffcb4"),
};

static const struct secret_case anonip_stays[] = {
    K("no_ip_address"),
    K("something something"),
    K("string;string"),
};

static const struct secret_kind heldout_goes[] = {
    KIND("sos", sos_goes),
    KIND("insights-core", insights_core_goes),
    KIND("supportutils-scrub", supportutils_scrub_goes),
    KIND("must-gather-clean", must_gather_clean_goes),
    KIND("Anonip", anonip_goes),
};

static const struct secret_kind heldout_stays[] = {
    KIND("sos", sos_stays),
    KIND("insights-core", insights_core_stays),
    KIND("supportutils-scrub", supportutils_scrub_stays),
    KIND("must-gather-clean", must_gather_clean_stays),
    KIND("Anonip", anonip_stays),
};

#endif
