/* Secrets of Xen, its toolstacks and QEMU, in the forms
 * in which programs write them.  What must go stands between the marks. */
#ifndef XB_TEST_REDACT_KINDS_XEN_H
#define XB_TEST_REDACT_KINDS_XEN_H

#include "tests/redact/kinds.h"

static const struct secret_case xl_cfg_cases[] = {
    S("usual form", "vncpasswd = \"«S3cret»\"\n"),
    S("single quotes", "vncpasswd = '«S3cret»'\n"),
    S("no blanks", "vncpasswd=\"«S3cret»\"\n"),
    S("many blanks and a tab", "vncpasswd \t =   \"«S3cret»\"   \n"),
    S("indented", "   vncpasswd=\"«S3cret»\"\n"),
    S("blanks inside", "vncpasswd=\"«S3 cr et»\"\n"),
    S("twice: the last one wins", "vncpasswd=\"«a»\"\nvncpasswd=\"«b»\"\n"),
    S("two on a line, by ;",
      "vnc=1; vncpasswd=\"«S3cret»\"; vnclisten=\"::\"\n"),
    S("a hash sign inside", "vncpasswd='«a#b»'\n"),
    S("a comment behind", "vncpasswd='«S3»' # for me\n"),
    S("commented out", "# vncpasswd = \"«S3cret»\"\n"),
    S("other quote inside", "vncpasswd=\"«it's»\"\n"),
    S("escaped quote inside", "vncpasswd=\"«a\\\"b»\"\n"),
    S("a password that is a guard word", "vncpasswd=\"«on»\"\n"),
    S("another one", "vncpasswd='«none»'\n"),
    S("a number", "vncpasswd=\"«123456»\"\n"),
    S("only punctuation", "vncpasswd=\"«!@#$%^&*()»\"\n"),
    S("an equals sign and commas", "vncpasswd=\"«a=b,c=d,»\"\n"),
    S("not UTF-8", "vncpasswd=\"«\xff\xfe»\"\n"),
    S("capitals", "VNCPASSWD = \"«S3cret»\"\n"),
    S("CRLF", "vncpasswd = \"«S3cret»\"\r\nvnc=1\r\n"),
    S("no line end", "vncpasswd = \"«S3cret»\""),
    S("no closing quote", "vncpasswd = \"«S3cret»\n"),
    S("SPICE", "spicepasswd=\"«S3cret»\"\n"),
    S("SPICE, spaced", "spicepasswd = '«S3cret»'\n"),
    S("libvirt's qemu.conf",
      "vnc_password = \"«S3cret»\"\nspice_password = \"«T4»\"\n"),
    S("commented in qemu.conf", "#vnc_password = \"«XYZ12345»\"\n"),
    S("xl create's argument",
      "xl create /etc/xen/a.cfg 'vncpasswd=\"«S3cret»\"'\n"),
    S("the same, escaped", "xl create a.cfg vncpasswd=\\\"«S3cret»\\\"\n"),
    S("xm's Python", "vncpasswd = u'«S3cret»'\n"),
};

static const struct secret_case xl_cfg_lists_cases[] = {
    S("vfb",
      "vfb = [ 'type=vnc,vncunused=1,vncpasswd=«S3cret»,keymap=en-us' ]\n"),
    S("double quotes", "vfb = [ \"type=vnc,vncpasswd=«S3cret»\" ]\n"),
    S("over lines", "vfb = [\n  'type=vnc',\n  'vncpasswd=«S3cret»'\n]\n"),
    S("first", "vfb=[\"vncpasswd=«S3cret»,type=vnc\"]\n"),
    S("blank behind the comma", "vfb=[\"type=vnc, vncpasswd=«S3cret»\"]\n"),
    S("blanks inside", "vfb=[\"type=vnc,vncpasswd=«S3 cret»,vnc=1\"]\n"),
    S("other quote inside", "vfb=[\"vncpasswd=«it's»,vnc=1\"]\n"),
    S("a guard word", "vfb=[\"type=vnc,vncpasswd=«on»\"]\n"),
    S("two of them", "vfb=['vncpasswd=«a1»','vncpasswd=«b2»']\n"),
    S("in a log line", "xl: parsing vfb = ['type=vnc,vncpasswd=«S3cret»']\n"),
    S("in JSON",
      "{\"c\": \"vfb = [ 'type=vnc,vncpasswd=«S3cret»,vnc=1' ]\\n\"}\n"),
};

static const struct secret_case xl_list_l_cases[] = {
    S("pretty", "            \"vnc\": {\n                \"passwd\": "
                "\"«S3cret»\",\n                \"display\": 0\n"),
    S("compact", "{\"vnc\":{\"passwd\":\"«S3cret»\",\"display\":0}}"),
    S("spice", "\"spice\": { \"enable\": \"True\", \"passwd\": \"«S3cret»\" }"),
    S("escapes", "\"passwd\": \"«a\\\"b\\\\c\\/d\\u0041»\",\n"),
    S("ends in a backslash", "\"passwd\": \"«ab\\\\»\",\n"),
    S("a guard word", "\"passwd\": \"«null»\",\n"),
    S("a blank before the colon", "\"passwd\" : \"«S3»\"\n"),
    S("the value on the next line", "\"passwd\":\n  \"«S3»\"\n"),
    S("in a log, as a string",
      "msg=\"{\\\"passwd\\\": \\\"«S3cret»\\\", \\\"x\\\": 1}\"\n"),
    S("two levels down",
      "\\\\\\\"passwd\\\\\\\": \\\\\\\"«S3cret»\\\\\\\", \\\\\\\"x"),
    S("a quote inside, one level down",
      "\"{\\\"passwd\\\": \\\"«a\\\\\\\"b»\\\"}\"\n"),
    S("Python's repr", "{'vnc': {'passwd': '«S3cret»'}}\n"),
    S("Python 2's repr", "{u'passwd': u'«S3cret»'}\n"),
    S("single line in libxl's log",
      "libxl: debug: libxl_json.c:1: {\"passwd\":\"«S3cret»\"}\n"),
};

static const struct secret_case s_expressions_cases[] = {
    S("xend-config.sxp", "(vncpasswd '«S3cret»')\n"),
    S("no quotes", "(vncpasswd «S3cret»)\n"),
    S("double quotes", "(vncpasswd \"«S3 cret»\")\n"),
    S("nested on one line",
      "(device (vfb (type vnc) (vncpasswd «S3cret») (keymap de)))\n"),
    S("nested, quoted", "(vfb (vncpasswd '«S3 (cret)»') (vnc 1))\n"),
    S("blanks", "( vncpasswd   «S3cret» )\n"),
    S("spice", "(spicepasswd «S3cret»)\n"),
    S("escaped parenthesis", "(vncpasswd «S3\\)cret»)\n"),
    S("xend.log", "['vfb', ['vncpasswd', '«S3cret»'], ['type', 'vnc']]\n"),
};

static const struct secret_case xenstore_listings_cases[] = {
    S("HVM, full paths",
      "/local/domain/3/console/vnc-pass = \"«S3cret»\"   (n0,r3)\n"),
    S("HVM, tree", "    vnc-pass = \"«S3cret»\"   (n0,r3)\n"),
    S("no permissions", "   vnc-pass = \"«S3cret»\"\n"),
    S("PV, full paths",
      "/local/domain/0/backend/vfb/3/0/vncpasswd = \"«S3cret»\"   (n0,r3)\n"),
    S("PV, tree", "     vncpasswd = \"«S3cret»\"   . . . . (n0,r3)\n"),
    S("libxl's", "/libxl/3/device/vfb/0/vncpasswd = \"«S3cret»\"   (n0)\n"),
    S("old",
      "/vm/7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b/vncpasswd = \"«S3cret»\"\n"),
    S("quote inside, not escaped", "/vm/1/vncpasswd = \"«a\"b»\"   (n0)\n"),
    S("escapes", "/vm/1/vncpasswd = \"«a\\\\b\\n»\"\n"),
    S("clipboards",
      "/local/domain/3/data/set_clipboard = \"«S3 "
      "\\ncret»\"\n/local/domain/3/data/report_clipboard = \"«x»\"\n"),
    S("clipboard, tree", "   report_clipboard = \"«S3cret»\"   (n3)\n"),
    S("guest data by name",
      "/local/domain/3/vm-data/db-password = "
      "\"«S3cret»\"\n/local/domain/3/vm-data/api_token = \"«T4»\"\n"),
    S("guest data, tree", "   vm-data = \"\"\n    «root_secret = \"S3cret\"   "
                          "(n0)\n    admin-passwd = \"T4\"»\n"),
    S("guest data of any name",
      "/local/domain/3/vm-data/license = \"«S3cret»\"   (n0,r3)\n"),
    S("a user's hash",
      "/local/domain/3/vm-data/root_password_hash = \"«x$y»\"\n"),
    S("private key by name",
      "/local/domain/3/vm-data/private_key = \"«abc»\"\n"),
    S("cloud-init", "/local/domain/3/vm-data/user-data = "
                    "\"«#cloud-config\\npassword: S3 cret\\nx: y\\n»\"\n"),
};

static const struct secret_case xenstored_s_logs_cases[] = {
    S("a relative path", "[20261122T22:22:14.132Z]  D3.123        write     "
                         "console/vnc-pass «S3cret»\n"),
    S("oxenstored", "[20261122T22:22:14.132Z]  A8.4         write     "
                    "/local/domain/0/backend/vfb/1/0/vncpasswd «s3cret vnc»\n"),
    S("HVM", "[20261122T22:22:16.049Z]  A8           write     "
             "/local/domain/1/console/vnc-pass «s3cret»\n"),
    S("guest data", "[20261122T22:22:16.049Z]  D3           write     "
                    "/local/domain/3/vm-data/api-token «s»\n"),
    S("clipboard", "[20261122T22:22:16.049Z]  A8           write     "
                   "/local/domain/1/data/set_clipboard «a b»\n"),
    S("xenstored's trace",
      "IN 0x55e1c0 20261122 22:22:14 WRITE (/vm/1/vncpasswd «S3cret )»\n"),
    S("its answer", "IN 0x55e1c0 20261122 22:22:14 READ (/vm/1/vncpasswd "
                    ")\nOUT 0x55e1c0 20261122 22:22:14 READ («S3cret)»\n"),
    S("its answer, later",
      "IN 0x55e1c0 20261122 22:22:14 READ (/local/domain/3/console/vnc-pass "
      ")\nIN 0x55e1d0 20261122 22:22:14 WATCH (x y )\nOUT 0x55e1c0 20261122 "
      "22:22:14 READ («S3 cret)»\n"),
};

static const struct secret_case qemu_cases[] = {
    S("ps", "/usr/bin/qemu-system-i386 -spice "
            "port=6000,tls-port=0,password=«S3cret»,agent-mouse=on -m 1\n"),
    S("last", "-spice port=6000,password=«S3cret» -m 1\n"),
    S("first and alone", "-spice password=«S3cret» -m 1\n"),
    S("doubled comma", "-spice a=1,password=«a,,b»,c=on\n"),
    S("a guard word: SPICE has no switch", "-spice port=1,password=«on»,x=y\n"),
    S("cmdline", "qemu\0-spice\0port=1,password=«S3 cret»,x=on\0-m\0"),
    S("libxl's debug log",
      "libxl: debug: libxl_dm.c:2957:libxl__spawn_local_dm: Domain 1:  "
      "port=6000,password=«S3cret»,agent-mouse=on\n"),
    S("secret object", "-object secret,id=s0,data=«S3cret»,format=raw -x\n"),
    S("rbd", "-drive "
             "file=rbd:pool/"
             "img:id=u:key=«AQDB7ZpZAAAAABAAexampleexampleexampleA==»:auth_"
             "supported=cephx,if=none\n"),
    S("iSCSI URL", "-drive file=iscsi://user%«S3cret»@10.0.0.1/iqn.x:y/0\n"),
    S("quoted by a shell", "-spice 'port=6000,password=«S3cret»,x=y' -m 1\n"),
};

static const struct secret_case qmp_and_virsh_cases[] = {
    S("change-vnc-password", "{\"execute\":\"change-vnc-password\","
                             "\"arguments\":{\"password\":\"«S3cret»\"}}\n"),
    S("set_password", "{\"execute\": \"set_password\", \"arguments\": "
                      "{\"protocol\": \"vnc\", \"password\": \"«S3cret»\"}}\n"),
    S("change, as libxl sends it",
      "{\"execute\":\"change\",\"id\":1,\"arguments\":{\"device\":\"vnc\","
      "\"target\":\"password\",\"arg\":\"«S3cret»\"}}\n"),
    S("change, pretty", "\"arguments\": {\n \"device\": \"vnc\",\n \"target\": "
                        "\"password\",\n \"arg\": \"«S3cret»\"\n}\n"),
    S("HMP", "(qemu) change vnc password «S3cret»\n"),
    S("HMP by xl", "xl qemu-monitor-command 3 'set_password vnc «S3cret»'\n"),
    S("HMP in QMP", "{\"execute\":\"human-monitor-command\",\"arguments\":{"
                    "\"command-line\":\"set_password spice «S3cret»\"}}\n"),
    S("in a log, escaped", "next qmp command: "
                           "'{\\\"execute\\\":\\\"x\\\",\\\"arguments\\\":{"
                           "\\\"password\\\":\\\"«S3cret»\\\"}}'\n"),
    S("virsh secret",
      "virsh secret-set-value 7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b --base64 "
      "«UzNjcmV0»\n"),
    S("virsh guest password", "virsh set-user-password vm1 root «S3cret»\n"),
};

static const struct secret_case libvirt_xml_cases[] = {
    S("apostrophes", "<graphics type='vnc' port='-1' passwd='«S3cret»'/>\n"),
    S("quotes", "<graphics type=\"vnc\" passwd=\"«S3cret»\" port=\"-1\">\n"),
    S("first", "<graphics passwd='«S3cret»' type='vnc'/>\n"),
    S("entities", "<graphics passwd='«a&amp;b&apos;c&lt;»'/>\n"),
    S("other quote inside", "<graphics passwd='«a\"b»'/>\n"),
    S("an attribute per line", "<graphics type='vnc'\n          "
                               "passwd='«S3cret»'\n          port='1'/>\n"),
    S("valid until", "<graphics type='vnc' passwd='«S3»' "
                     "passwdValidTo='2026-11-24T00:00:00'/>\n"),
    S("XML in XML", "<x>&lt;graphics passwd=&apos;«S3cret»&apos;/&gt;</x>\n"),
    S("XML in XML, quotes",
      "&lt;graphics passwd=&quot;«S3cret»&quot; type=&quot;vnc&quot;/&gt;\n"),
    S("XML in XML in XML",
      "&amp;lt;graphics passwd=&amp;quot;«S3cret»&amp;quot;/&amp;gt;\n"),
    S("as numbers", "passwd=&#39;«S3cret»&#39;\n"),
    S("JSON in XML", "<x>{&quot;passwd&quot;: &quot;«S3cret»&quot;}</x>\n"),
    S("an element",
      "<root-password type=\"plaintext\">«S3&lt;cret»</root-password>\n"),
    S("in a JSON string",
      "{\"xml\": \"<graphics type=\\\"vnc\\\" passwd=\\\"«S3cret»\\\"/>\"}\n"),
    S("XML-RPC", "<member><name>password</name><value><string>«S3cret»</"
                 "string></value></member>\n"),
};

static const struct secret_case xapi_cases[] = {
    S("device_config", "device_config=\"(('chappassword'%.'«S3cret»') "
                       "('target'%.'10.0.0.1'))\"\n"),
    S("incoming", "(('incoming_chappassword'%.'«S3cret»'))\n"),
    S("cifs", "(('cifspassword'%.'«a\\'b»') ('x'%.'y'))\n"),
    S("any character", "(('password'%.'«S3%.cr%%et&amp;»'))\n"),
    S("escaped", "(&apos;chappassword&apos;%.&apos;«S3cret»&apos;)\n"),
    S("secret table", "<row ref=\"OpaqueRef:1\" __ctime=\"1\" __mtime=\"2\" "
                      "_ref=\"OpaqueRef:1\" other_config=\"()\" "
                      "uuid=\"7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\" "
                      "value=\"«S3&amp;cret»\"/>\n"),
    S("secret table, two rows",
      "<table name=\"secret\"><row uuid=\"1\" value=\"«a»\"/><row uuid=\"2\" "
      "value=\"«b»\"/></table>"),
    S("EFI variables",
      "(('EFI-variables'%.'«AAAA»') ('EFI-variables-backend'%.'xapidb'))\n"),
    S("ptoken", "«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b/"
                "0a9b8c7d-1e2f-4a3b-9c4d-5e6f7a8b9c0d/"
                "11112222-3333-4444-8555-666677778888»\n"),
    S("pool_secret, cookie", "Cookie: x=«1; "
                             "pool_secret=7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b/"
                             "0a9b8c7d-1e2f-4a3b-9c4d-5e6f7a8b9c0d/"
                             "11112222-3333-4444-8555-666677778888»\n"),
    S("pool_secret", "pool_secret=«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b/"
                     "0a9b8c7d-1e2f-4a3b-9c4d-5e6f7a8b9c0d/"
                     "11112222-3333-4444-8555-666677778888»\n"),
    S("session",
      "session_id=OpaqueRef:«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b»&ref=x\n"),
    S("session, JSON",
      "\"session_id\": \"OpaqueRef:«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b»\"\n"),
    S("session, JSON in a string",
      "\\\"session_id\\\": "
      "\\\"OpaqueRef:«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b»\\\"\n"),
    S("session, percent",
      "?session_id=OpaqueRef%3A«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b»\n"),
    S("session, log", "[info||session_ref: "
                      "OpaqueRef:«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b» x]\n"),
    S("session, XML-RPC",
      "<name>session_id</"
      "name><value>OpaqueRef:«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b»</value>\n"),
    S("clusterd", "{\"authkey\":\"«S3cret»\",\"token\":1}\n"),
    S("cluster token", "cluster_token=\"«S3cret»\"\n"),
    S("xe", "xe host-list -u root -pw «S3cret» -s h\n"),
    S("xe sr-create", "xe sr-create type=lvmoiscsi "
                      "device-config:chappassword=«S3cret» name-label=x\n"),
    S("xe secret", "xe secret-create value=«S3cret»\n"),
    S("xe record", "uuid ( RO)    : 7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\n     "
                   "   value ( RW): «S3cret»\n"),
    S("xe pbd",
      "device-config (MRO): chapuser: u; chappassword: «S3cret»; target: 1\n"),
    S("xe password change", "xe user-password-change old=«a new=b»\n"),
};

#endif
