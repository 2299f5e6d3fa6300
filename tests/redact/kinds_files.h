/* Secrets in files of services, installers and the system, in the forms
 * in which programs write them.  What must go stands between the marks. */
#ifndef XB_TEST_REDACT_KINDS_FILES_H
#define XB_TEST_REDACT_KINDS_FILES_H

#include "tests/redact/kinds.h"

static const struct secret_case iscsi_drbd_nvme_ceph_cases[] = {
    S("iscsid.conf", "node.session.auth.password = «S3cret»\n"),
    S("in", "node.session.auth.password_in=«S3cret»\n"),
    S("blanks inside", "node.session.auth.password = «S3 cr et»\n"),
    S("discovery", "discovery.sendtargets.auth.password = "
                   "«S3»\ndiscovery.sendtargets.auth.password_in = «T4»\n"),
    S("commented out", "#node.session.auth.password = «S3cret»\n"),
    S("iscsiadm", "iscsiadm -m node -T iqn.x:y -o update -n "
                  "node.session.auth.password -v «S3cret»\n"),
    S("iscsiadm, cmdline",
      "iscsiadm\0-n\0node.session.auth.password\0-v\0«S3 cret»\0"),
    S("drbd.conf", "    shared-secret \"«S3cret»\";\n"),
    S("drbd.conf, bare", "shared-secret «S3cret»;\n"),
    S("drbd, blanks", "shared-secret \t\"«S3 cret»\" ;\n"),
    S("drbdsetup --json", "\"shared-secret\": \"«S3cret»\",\n"),
    S("nvme connect", "nvme connect -t tcp "
                      "--dhchap-secret=«DHHC-1:00:"
                      "ia6zGodOr4SEG0Zzaw398rpY0wqipUWj4jWjUh4HWUz6aQ2n:»\n"),
    S("nvme controller",
      "--dhchap-ctrl-secret "
      "«DHHC-1:01:ia6zGodOr4SEG0Zzaw398rpY0wqipUWj4jWjUh4HWUz6aQ2n:»\n"),
    S("nvme JSON",
      "\"dhchap_key\": "
      "\"DHHC-1:00:«ia6zGodOr4SEG0Zzaw398rpY0wqipUWj4jWjUh4HWUz6aQ2n»:\"\n"),
    S("nvme TLS",
      "NVMeTLSkey-1:01:«VRLbtnN9AQb2WXW3c9+wEf/DRLz0QuLdbYvEhwtdWwNf9LrZ»:\n"),
    S("ceph keyring",
      "[client.admin]\n\tkey = "
      "«AQDB7ZpZAAAAABAAexampleexampleexampleA==»\n\tcaps mds = \"allow *\"\n"),
    S("ceph JSON",
      "\"key\": \"«AQDB7ZpZAAAAABAAexampleexampleexampleA==»\",\n"),
    S("rbd", "target=rbd:pool/"
             "img:id=admin:key=«AQDB7ZpZAAAAABAAexampleexampleexampleA==»:auth_"
             "supported=cephx\n"),
    S("rbd, short key", "'rbd:pool/img:id=u:key=«S3cret==»,xvda,w'\n"),
    S("kernel client",
      "h:/ /m ceph "
      "name=admin,secret=«AQDB7ZpZAAAAABAAexampleexampleexampleA==»,noatime 0 "
      "0\n"),
};

static const struct secret_case kernel_command_lines_cases[] = {
    S("dracut", "ro rd.iscsi.password=«S3cret» quiet\n"),
    S("dracut, in", "BOOT_IMAGE=/v rd.iscsi.in.password=«S3,cret» x\n"),
    S("quoted", "ro rd.iscsi.password=\"«S3 cret»\" quiet\n"),
    S("quoted whole", "ro \"rd.iscsi.password=«S3 cret»\" quiet\n"),
    S("Anaconda", "inst.vncpassword=«S3cret» inst.rootpw=«T4»\n"),
    S("old Anaconda", "vncpassword=«S3cret» rootpw=«T4»\n"),
    S("kickstart URL", "ks=http://u:«S3cret»@h/k.cfg\n"),
    S("credential", "systemd.set_credential=a:«S3cret» x\n"),
    S("dmesg", "[    0.000000] Command line: root=/dev/xvda "
               "rd.iscsi.password=«S3cret» ro\n"),
    S("Xen", "xen_commandline        : dom0_mem=1G rootpw=«S3cret»\n"),
    S("netroot", "netroot=iscsi:u:«S3cret:iu:is»@10.0.0.1::3260::iqn.x:y\n"),
    S("grub.cfg", "\tmodule2\t/vmlinuz placeholder root=/dev/sda1 "
                  "rd.iscsi.password=«S3cret»\n"),
    S("default/grub",
      "GRUB_CMDLINE_LINUX=\"quiet rd.iscsi.password=«S3cret»\"\n"),
};

static const struct secret_case grub_and_accounts_cases[] = {
    S("pbkdf2",
      "password_pbkdf2 root «grub.pbkdf2.sha512.10000.AB12EF.CD34AB»\n"),
    S("indented",
      "\tpassword_pbkdf2 root «grub.pbkdf2.sha512.10000.AB12EF.CD34AB»\n"),
    S("user.cfg", "GRUB2_PASSWORD=«grub.pbkdf2.sha512.10000.AB12EF.CD34AB»\n"),
    S("plain", "password root «S3cret»\n"),
    S("legacy", "password --md5 «$1$Ab.c$EXAMPLEEXAMPLEEXAMPLE1»\n"),
    S("shadow", "root:«$6$salt.salt$EXAMPLEEXAMPLEEXAMPLEEXAMPLE/"
                ".»:19000:0:99999:7:::\n"),
    S("yescrypt",
      "u:«$y$j9T$EXAMPLE/"
      "EXAMPLE.$EXAMPLEEXAMPLEEXAMPLEEXAMPLE»:19000:0:99999:7:::\n"),
    S("rounds", "u:«$5$rounds=5000$salt$EXAMPLEEXAMPLEEXAMPLE»:1:\n"),
    S("locked",
      "u:!«$6$salt$EXAMPLEEXAMPLEEXAMPLEEXAMPLE»:19000:0:99999:7:::\n"),
};

static const struct secret_case installers_cases[] = {
    S("kickstart, hash",
      "rootpw --iscrypted «$6$salt$EXAMPLEEXAMPLEEXAMPLE»\n"),
    S("kickstart", "rootpw «S3cret»\n"),
    S("kickstart, option", "rootpw --plaintext «S3cret»\n"),
    S("kickstart, quoted", "rootpw \"«S3 cret»\"\n"),
    S("kickstart, option behind", "rootpw «S3cret» --allow-ssh\n"),
    S("kickstart user", "user --name=bob --password=«S3cret» --plaintext\n"),
    S("kickstart boot loader",
      "bootloader --location=mbr --password=«S3cret»\n"),
    S("kickstart sshpw", "sshpw --username=root «S3cret» --plaintext\n"),
    S("preseed", "d-i passwd/root-password password «S3 cret»\n"),
    S("preseed, again", "d-i passwd/root-password-again password «S3cret»\n"),
    S("preseed, hash", "d-i passwd/user-password-crypted password "
                       "«$6$a$EXAMPLEEXAMPLEEXAMPLE»\n"),
    S("debconf", "Name: passwd/root-password\nTemplate: "
                 "passwd/root-password\nValue: «S3cret»\nOwners: d-i\n"),
    S("answer file",
      "<root-password type=\"plaintext\">«S3cret»</root-password>\n"),
    S("answer file, hash",
      "<root-password type=\"hash\">«$6$a$EXAMPLE»</root-password>\n"),
    S("AutoYaST", "<user_password>«S3cret»</user_password>\n"),
    S("virt-customize",
      "virt-customize -a d --root-password password:«S3cret» -x\n"),
    S("Proxmox answer.toml", "root_password = \"«S3cret»\"\n"),
};

static const struct secret_case cloud_init_cases[] = {
    S("plain", "password: «S3cret»\n"),
    S("blanks", "password: «S3 cret»\n"),
    S("quoted", "password: '«S3 cret»'\n"),
    S("double", "password: \"«S3\\\"cret»\"\n"),
    S("YAML doubles apostrophes", "password: '«it''s»'\n"),
    S("a list", "users:\n  - name: bob\n    plain_text_passwd: «S3cret»\n    "
                "lock_passwd: false\n"),
    S("hashed", "    hashed_passwd: «$6$a$EXAMPLEEXAMPLEEXAMPLE»\n"),
    S("in braces", "chpasswd: {expire: false, list: «[root:S3cret, u:T4]}»\n"),
    S("list block", "chpasswd:\n  list: |\n    «root:S3cret\n    user:T4»\n  "
                    "expire: false\n"),
    S("list block, expire first", "chpasswd:\n  expire: False\n  list: |\n    "
                                  "«root:S3cret»\nssh_pwauth: true\n"),
    S("list items",
      "chpasswd:\n  list:\n    «- root:S3cret\n    - u:T4»\nx: y\n"),
    S("users", "chpasswd:\n  users:\n    - {name: root, password: «S3cret», "
               "type: text}\n"),
    S("block scalar", "password: |\n  «S3cret»\nnext: 1\n"),
    S("folded, chomped", "password: >-\n  «S3\n  cret»\nnext: 1\n"),
    S("block, nested", "a:\n  - password: |2-\n      «S3cret»\n    name: x\n"),
    S("block with blank lines",
      "  passwd: |\n\n    «S3\n\n    cret»\n\n  x: 1\n"),
    S("block, comment, CRLF",
      "password: | # mine\r\n  «S3cret»\r\nnext: 1\r\n"),
    S("block, tag", "password: !!str |\n  «S3cret»\nx: 1\n"),
    S("block at the end", "x: 1\npassword: |\n  «S3cret»"),
    S("block in JSON", "{\"d\": \"#cloud-config\\npassword: |\\n  «S3\\n  "
                       "cret»\\nnext: 1\\n\"}\n"),
    S("in JSON",
      "\"user-data\": \"#cloud-config\\npassword: «S3 cret»\\nx: y\\n\"\n"),
    S("in JSON in JSON",
      "\\\"#cloud-config\\\\npassword: «S3 cret»\\\\nx: y\\\\n\\\"\n"),
    S("quoted key", "\"password\": «S3 cret words»\n"),
    S("ssh key",
      "ssh_keys:\n  rsa_private: |\n    -----BEGIN RSA PRIVATE KEY-----\n    "
      "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL\n    "
      "AQ==»\n    -----END RSA PRIVATE KEY-----\n"),
};

static const struct secret_case mounts_and_urls_cases[] = {
    S("fstab", "//s/x /m cifs username=U,password=«S3cret»,_netdev 0 0\n"),
    S("first", "//s/x /m cifs password=«S3cret»,rw 0 0\n"),
    S("pass", "//s/x /m cifs user=u,pass=«S3cret» 0 0\n"),
    S("doubled comma", "//s/x /m cifs user=u,password=«S3,,cret»,rw 0 0\n"),
    S("mount", "mount -t cifs -o username=u,password=«S3cret» //s/x /m\n"),
    S("/proc/mounts",
      "//s/x /m cifs rw,relatime,username=u,password=«S3cret»,uid=0 0 0\n"),
    S("credentials file", "username=u\npassword=«S3 cret»\ndomain=d\n"),
    S("credentials file, short", "username=u\npass=«S3,cret»\n"),
    S("URL", "https://u:«S3cret»@h/x\n"),
    S("URL, no user", "ftp://:«S3cret»@h/\n"),
    S("URL, percent and colon", "https://u:«a%40b:c»@h:443/x\n"),
    S("URL, a digit", "amqp://u:«12345»@h\n"),
    S("URL, in JSON", "\"url\": \"https:\\/\\/u:«S3cret»@h\\/x\"\n"),
    S("URL, quoted", "curl 'https://u:«S3cret»@h/x'\n"),
    S("URL, two", "a://u:«S3»@h b://v:«T4»@i\n"),
    S("proxy", "http_proxy=http://u:«S3cret»@proxy:3128/\n"),
    S("repository", "baseurl=https://u:«S3cret»@repo/"
                    "x\nproxy_password=«T4»\npassword = «S3 x»\n"),
    S("credentials.d",
      "username=SCC_1\npassword=«S3cret»\nsystem_token=«T4»\n"),
};

static const struct secret_case snmp_cases[] = {
    S("rocommunity", "rocommunity «S3cret»\n"),
    S("with source", "rocommunity «S3cret» default -V systemonly\n"),
    S("IPv6", "rwcommunity6 «S3cret» ::1\n"),
    S("commented out", "#rocommunity «S3cret»  localhost\n"),
    S("quoted", "rocommunity \"«S3 cret»\" default\n"),
    S("com2sec", "com2sec notConfigUser  default       «S3cret»\n"),
    S("com2sec6", "com2sec6 -Cn ctx local ::1 «S3cret»\n"),
    S("createUser", "createUser bob SHA «S3cret AES T4»\n"),
    S("createUser, quoted",
      "createUser bob SHA-256 \"«S3 cret\" AES \"T4»\"\n"),
    S("createUser, engine", "createUser -e 0x80001f88 bob MD5 «S3cret»\n"),
    S("usmUser",
      "usmUser 1 3 0x80001f8880 \"bob\" \"bob\" NULL .1.3.6.1.6.3.10.1.1.2 "
      "«0x0123456789abcdef0123456789abcdef .1.3.6.1.6.3.10.1.2.2 "
      "0x0123456789abcdef0123456789abcdef \"\"»\n"),
    S("snmp.conf", "defAuthPassphrase «S3cret»\ndefPrivPassphrase "
                   "«T4»\ndefCommunity «U5»\n"),
    S("traps", "trap2sink localhost «S3cret» 162\ntrapcommunity "
               "«T4»\nauthCommunity log,execute «U5»\n"),
    S("snmpwalk", "snmpwalk -v 2c -c «S3cret» localhost\n"),
    S("snmpget",
      "snmpget -v3 -u bob -l authPriv -a SHA -A «S3cret» -x AES -X «T4» h\n"),
};

static const struct secret_case open_vswitch_ipsec_wireguard_wi_fi_cases[] = {
    S("list interface",
      "options             : {psk=«S3cret», remote_ip=\"10.0.0.1\"}\n"),
    S("quoted", "options : {psk=\"«S3 cret»\", remote_ip=\"10.0.0.1\"}\n"),
    S("conf.db",
      "[\"map\",[[\"psk\",\"«S3cret»\"],[\"remote_ip\",\"10.0.0.1\"]]]\n"),
    S("command", "ovs-vsctl set interface t0 options:psk=«S3cret»\n"),
    S("ipsec.secrets", "10.0.0.1 10.0.0.2 : PSK \"«S3 cret»\"\n"),
    S("any peer", ": PSK \"«S3cret»\"\n"),
    S("base64", ": PSK «0sv+NkxY9LLZvwj4qCC2o»\n"),
    S("EAP", "carol : EAP \"«S3cret»\"\n"),
    S("a key's password", ": RSA moonKey.pem \"«S3cret»\"\n"),
    S("RSA", ": RSA {\n\t# RSA 2048 bits\n\tModulus: 0xab\n\tPublicExponent: "
             "0x03\n\tPrivateExponent: «0xab12»\n\tPrime1: «0xcd»\n\tPrime2: "
             "«0xef»\n\tExponent1: «0x01»\n\tExponent2: «0x02»\n\tCoefficient: "
             "«0x03»\n\t}\n"),
    S("WireGuard",
      "[Interface]\nPrivateKey = "
      "«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\n[Peer]\nPublicKey = "
      "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\nPresharedKey = "
      "«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\n"),
    S("networkd",
      "PrivateKey=«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\n"),
    S("wpa_supplicant", "network={\n\tssid=\"home\"\n\tpsk=\"«S3 cret»\"\n}\n"),
    S("wpa, hash",
      "\tpsk="
      "«0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef»\n"),
    S("interfaces", "  wpa-ssid home\n  wpa-psk «S3 cret»\n"),
    S("hostapd", "wpa_passphrase=«S3cret»\n"),
    S("NetworkManager", "[wifi-security]\nkey-mgmt=wpa-psk\npsk=«S3cret»\n"),
    S("WEP", "wep_key0=«S3cret»\n"),
};

static const struct secret_case netrc_cases[] = {
    S("one line", "machine h login U password «S3cret»\n"),
    S("lines", "machine h\nlogin U\npassword «S3cret»\n"),
    S("indented", "machine h\n\tlogin U\n\tpassword «S3cret»\n"),
    S("a port", "machine h:8443/x login U password «S3cret»\n"),
    S("default", "default login anonymous password «S3cret»\n"),
    S("two",
      "machine a login U password «S3»\nmachine b login V password «T4»\n"),
    S("password first", "machine h password «S3cret» login U\n"),
    S("apt", "machine https://h/x\nlogin U\npassword «S3cret»\n"),
};

#endif
