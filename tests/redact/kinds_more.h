/* Secrets whose name stands before or behind them at some distance, lists, and
 * values over several lines. */
#ifndef XB_TEST_REDACT_KINDS_MORE_H
#define XB_TEST_REDACT_KINDS_MORE_H

#include "tests/redact/kinds.h"

static const struct secret_case xenstore_services_cases[] = {
    S("SNMP, at the top", "com2sec = \"«S3cret»\"   (n0,r1)\n"),
    S("padded", " rocommunity = \"«S3cret»\"   . . . . . . (n0,r1)\n"),
    S("full path",
      "/local/domain/1/vm/trapcommunity = \"«S3cret»\"   (n0,r1)\n"),
    S("DRBD", "  shared-secret = \"«S3cret»\"   (n0)\n"),
    S("kickstart", "rootpw = \"«S3 cret»\"   . . . (n0,r1)\n"),
    S("a quote inside", "   com2sec6 = \"«S3\"cret»\"   (n0,r1)\n"),
    S("vm-data at the top",
      "vm-data = \"\"   . . . . . . . . . . . (n1,r0)\n «a = \"S3\"   . . . . "
      ". "
      "(n1)\n b = \"\"   . (n1)\n  c = \"S4\"   (n1)»\ndata = \"\"   (n1)\n"),
    S("vm-data with a value of its own",
      "     vm-data = \"x\"\n      «a = \"S3\"»\n     y = \"1\"\n"),
    S("vm-data that cannot be read", " vm-data:\n  «a = \"S3\"»\n x = \"\"\n"),
    S("with -f", "/local/domain/1/vm-data/k = \"«S3»\"\n"),
    S("with -fp", "/local/domain/1/vm-data/k = \"«S3»\"   . . . (n1,r0)\n"),
    S("cut by the width of a terminal",
      " vnc-pass = \"«S3cret\\...»\"\n x = \"1\"\n"),
};

static const struct secret_case lists_cases[] = {
    S("two strings", "\"passwd\":[\"«S3\",\"T4»\"],\"x\":[\"a\",\"b\"]"),
    S("over lines",
      "\"passwords\": [\n  \"«S3\",\n  \"T4»\"\n],\n\"x\": \"y\"\n"),
    S("one that is empty", "{\"passwd\": [\"«S3\", \"\", \"T4»\"]}"),
    S("in a string", "\"{\\\"passwd\\\":[\\\"«S3\\\",\\\"T4»\\\"]}\"\n"),
    S("Python", "{'passwords': ['«S3', 'T4»'], 'x': 1}\n"),
    S("no end", "\"passwd\": [\"«S3\", \"T4»\nnext line\n"),
};

static const struct secret_case yaml_lines_cases[] = {
    S("plain, over lines", "password: «S3\n  cret\n  more»\nuser: u\n"),
    S("plain in a list", "- name: x\n  password: «S3\n    cret»\n  user: u\n"),
    S("quoted, over lines", "password: \"«S3\n  cret»\"\nuser: u\n"),
    S("single quotes", "  password: '«S3\n    it''s»'\n  user: u\n"),
    S("a key ends it", "password: «S3»\n  user: u\n"),
    S("a list ends it", "password: «S3»\n  - user\n"),
    S("a comment ends it", "password: «S3»\n  # user\n"),
    S("CRLF", "password: «S3\r\n  cret»\r\nuser: u\r\n"),
    S("a block behind a quoted key", "\"password\" : |\n  «S3»\nuser: u\n"),
    S("the same with an indicator", "'passwd': >-\n   «S3\n   T4»\nuser: u\n"),
};

static const struct secret_case pairs_cases[] = {
    S("nvpair", "<nvpair id=\"a\" value=\"«S3&lt;»\" name=\"passwd\"/>\n"),
    S("nvpair, other order",
      "<nvpair value=\"«S3»\" id=\"a-passwd\" name=\"passwd\"/>\n"),
    S("nvpair over lines",
      "<nvpair value=\"«S3»\"\n   name=\"password\"/>\n<x value=\"1\"/>\n"),
    S("JSON", "[{\"value\":\"«S3 cret»\",\"name\":\"DB_PASSWORD\"}]\n"),
    S("JSON, pretty",
      "{\n  \"value\": \"«S3»\",\n  \"name\": \"API_TOKEN\"\n}\n"),
    S("JSON in a string",
      "\"{\\\"value\\\":\\\"«S3»\\\",\\\"name\\\":\\\"DB_PASSWORD\\\"}\"\n"),
    S("env of a container",
      "        env:\n        - name: DB_PASSWORD\n          value: «S3cret»\n  "
      "      - name: USER\n          value: u\n"),
    S("the same, quoted",
      "    - name: \"API_SECRET\"\n      value: \"«S3 cret»\"\n"),
    S("the same, JSON",
      "\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"«S3cret»\"}]\n"),
    S("value first", "  - value: «S3 cret»\n    name: DB_PASSWORD\n"),
    S("attribute over lines", "<graphics passwd\n =\n \"«S3»\"/>\n"),
    S("the value on the next line", "<graphics passwd=\n\t'«S3»'/>\n"),
    S("CDATA", "<password><![CDATA[«S3<&cret>»]]></password>\n"),
    S("CDATA on a line", "<apiKey>\n  <![CDATA[«S3cret»]]>\n</apiKey>\n"),
};

static const struct secret_case kubernetes_cases[] = {
    S("as applied",
      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ntype: "
      "Opaque\ndata:\n  «user: UzM=\n  any: UzQ=»\n---\nkind: ConfigMap\n"),
    S("as kubectl prints it",
      "apiVersion: v1\ndata:\n  «user: UzM=\n  any: UzQ=»\nkind: "
      "Secret\nmetadata:\n  name: x\n"),
    S("in a List", "items:\n- apiVersion: v1\n  data:\n    «user: UzM=»\n  "
                   "kind: Secret\n  metadata:\n"),
    S("stringData", "kind: Secret\nstringData:\n  «a: S3\n  b: |\n    S4»\n"),
    S("both", "kind: Secret\ndata:\n  «a: UzM=»\nstringData:\n  «b: S4»\n"),
    S("JSON", "{\"kind\": \"Secret\", \"metadata\": {\"name\": \"x\"}, "
              "\"data\": {\"«a\": \"UzM=\", \"b\": \"UzQ=»\"}}\n"),
    S("JSON, data first", "{\"apiVersion\":\"v1\",\"data\":{\"«a\":\"UzM=»\"},"
                          "\"kind\":\"Secret\"}\n"),
    S("JSON, pretty",
      "{\n    \"apiVersion\": \"v1\",\n    \"data\": {\n        \"«a\": "
      "\"UzM=\",\n        \"b\": \"UzQ=»\"\n    },\n    \"kind\": "
      "\"Secret\",\n"),
    S("JSON in a string",
      "last-applied: '{\\\"apiVersion\\\":\\\"v1\\\",\\\"data\\\":{\\\"«a\\\":"
      "\\\"UzM=»\\\"},\\\"kind\\\":\\\"Secret\\\"}'\n"),
};

static const struct secret_case tools_cases[] = {
    S("net-snmp, both", "snmpget -v3 -u bob -l authPriv -A «S3cret01» -X "
                        "«S3cret02» host sysUpTime\n"),
    S("the same in quotes", "snmpwalk -A '«S3 cret01»' -X '«S3 cret02»' h\n"),
    S("with names between",
      "snmpget -A «S3cret01» -x AES -X «S3cret02» host\n"),
    S("an option in quotes", "mysqldump '-p«S3 cret»' --all-databases\n"),
    S("mysqladmin", "mysqladmin -u root password «S3cret»\n"),
    S("mysqladmin, the old one too",
      "mysqladmin -u root -p'«S3cret1' password 'S3 cret2»'\n"),
    S("audit", "type=EXECVE msg=audit(1.1:1): argc=5 a0=\"sshpass\" "
               "a1=\"-p\" a2=\"«S3cret»\" a3=\"ssh\" a4=\"h\"\n"),
    S("audit, in hex", "argc=3 a0=\"xe\" a1=\"-pw\" a2=«5333206372657421»\n"),
    S("audit, joined",
      "a0=\"mysql\" a1=\"-uroot\" a2=\"-p«S3cret»\" a3=\"x\"\n"),
    S("audit, curl", "a0=\"curl\" a1=\"-u\" a2=\"root:«S3cret»\" a3=\"h\"\n"),
    S("HAProxy", "userlist x\n  user u insecure-password «S3cret»\n"),
    S("HAProxy, with groups", "  user u insecure-password «S3cret» groups g\n"),
    S("WireGuard, an interface",
      "wg0\t«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\t"
      "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\t51820\toff\n"),
    S("WireGuard, a mark",
      "«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\t"
      "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\t51820\t0xca6c\n"),
    S("WireGuard, a peer",
      "wg0\txTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\t"
      "«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\t192.0.2.1:51820\t"
      "10.0.0.0/24,fd00::/64\t1700000000\t100\t200\t25\n"),
    S("IPsec, authentication",
      "\tauth-trunc hmac(sha256) «0x0123456789abcdef0123456789abcdef» 128\n"),
    S("IPsec, encryption", "\tenc cbc(aes) «0x0123456789abcdef»\n"),
    S("IPsec, both", "\taead rfc4106(gcm(aes)) «0x0123456789abcdef01» 128\n"),
    S("IPsec, as it is added",
      "ip xfrm state add src 10.0.0.1 enc 'cbc(aes)' «0x0123456789abcdef»\n"),
    S("ntp.keys", "1 MD5 «S3cret_key»  # MD5 key\n2 SHA1 «0123456789abcdef»\n"),
    S("chrony.keys", "1 MD5 HEX:«0123456789»\n10 AES128 HEX:«0123456789abc»\n"),
    S("nsupdate", "nsupdate -y hmac-sha256:key.name:«S3cret==»\n"),
    S("DRBD, far apart", "shared-secret                                        "
                         "   =                                            "
                         "\"«S3cret»\";\n"),
    S("SNMP, far apart", "rocommunity                                          "
                         "=                                          «S3cret»"
                         "\n"),
    S("a password, far apart",
      "admin_password                                             =            "
      "                             «S3cret»\n"),
    S("an option quoted as a whole", "xe vm-x '--password=«S3 cret»' uuid=1\n"),
};

static const struct secret_case hashes_cases[] = {
    S("MySQL", "root:«*0123456789ABCDEF0123456789ABCDEF01234567»\n"),
    S("NTLMv2", "admin::DOM:«0123456789abcdef:"
                "0123456789abcdef0123456789abcdef:0101000000000000abcdef»\n"),
    S("NTLMv1", "u::h:«0123456789abcdef00000000000000000000000000000000:"
                "0123456789abcdef0123456789abcdef0123456789abcdef:"
                "0123456789abcdef»\n"),
    S("smbpasswd",
      "bob:1000:«0123456789ABCDEF0123456789ABCDEF»:«0123456789ABCDEF0123456789A"
      "BCDEF»:[U          ]:LCT-5F000000:\n"),
    S("pwdump", "bob:1000:«0123456789abcdef0123456789abcdef»:«0123456789abcdef0"
                "123456789abcdef»:::\n"),
};

static const struct secret_case wrapped_keys_cases[] = {
    S("Docker's log",
      "{\"log\":\"-----BEGIN RSA PRIVATE KEY-----\\n\",\"stream\":\"stdout\","
      "\"time\":\"2026-11-24T10:00:00.000000001Z\"}\n{\"log\":\"«"
      "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\\n\",\"stream\":\"stdout\","
      "\"time\":\"2026-11-24T10:00:00.000000002Z\"}\n{\"log\":\"Sd21b==»\\n\","
      "\"stream\":\"stdout\",\"time\":\"2026-11-24T10:00:00.000000003Z\"}\n"
      "{\"log\":\"-----END RSA PRIVATE KEY-----\\n\",\"stream\":\"stdout\"}\n"),
    S("the same, encrypted",
      "{\"log\":\"-----BEGIN RSA PRIVATE KEY-----\\n\",\"t\":\"1\"}\n"
      "{\"log\":\"«Proc-Type: 4,ENCRYPTED\\n\",\"t\":\"1\"}\n"
      "{\"log\":\"DEK-Info: AES-128-CBC,00\\n\",\"t\":\"1\"}\n"
      "{\"log\":\"\\n\",\"t\":\"1\"}\n"
      "{\"log\":\"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj»\\n\",\"t\":\"1\"}\n"
      "{\"log\":\"-----END RSA PRIVATE KEY-----\\n\",\"t\":\"1\"}\n"),
    S("not a key",
      "{\"log\":\"-----BEGIN RSA PRIVATE KEY-----\\n\",\"t\":\"1\"}\n"
      "{\"log\":\"nothing like a key\\n\",\"t\":\"1\"}\n"),
    S("docker compose",
      "web_1  | -----BEGIN PRIVATE KEY-----\n"
      "web_1  | «MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n"
      "web_1  | Sd21b==»\nweb_1  | -----END PRIVATE KEY-----\n"),
    S("a time stamp",
      "2026-11-24T10:00:00.1Z -----BEGIN PRIVATE KEY-----\n"
      "2026-11-24T10:00:00.12Z «MIIEvQIBADANBgkqhkiG9w0BAQEFAAS"
      "CBKcwggSj\n2026-11-24T10:00:00.123Z Sd21b==»\n2026-11-24T"
      "10:00:00.1Z -----END PRIVATE KEY-----\n"),
    S("the kernel's", "[   12.345678] -----BEGIN PRIVATE KEY-----\n[   "
                      "12.345679] «MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n["
                      "  112.345680] Sd21b==»\n[  112.345681] -----END PRIVATE "
                      "KEY-----\n[  112.4] eth0: up\n"),
    S("grep", "id_rsa:1:-----BEGIN PRIVATE KEY-----\nid_rsa:2:«MIIEvQIBADANBgkq"
              "hkiG9w0BAQEFAASCBKcwggSj\nid_rsa:3:Sd21b==»\nid_rsa:4:-----END "
              "PRIVATE KEY-----\n"),
    S("a diff", "+-----BEGIN PRIVATE KEY-----\n«+MIIEvQIBADANBgkqhkiG9w0BAQEFAA"
                "SCBKcwggSj\n+Sd21b==»\n+-----END PRIVATE KEY-----\n"),
    S("quoted in mail", "> -----BEGIN PRIVATE KEY-----\n> «MIIEvQIBADANBgkqhkiG"
                        "9w0BAQEFAASCBKcwggSj\n> Sd21b==»\n> -----END PRIVATE "
                        "KEY-----\n"),
};

#endif
