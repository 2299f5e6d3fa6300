/* vectors.h: what must go and what must stay, with the reason for each.
 * In want, <rule> stands for a token of that rule. Texts may hold NUL. */
#ifndef XB_TEST_REDACT_VECTORS_H
#define XB_TEST_REDACT_VECTORS_H

#include <stddef.h>

struct vector {
    const char *why;
    const char *text;
    size_t len;
    const char *want;
    size_t want_len;
};

#define V(why, text, want)                                                     \
    {                                                                          \
        why, text, sizeof(text) - 1, want, sizeof(want) - 1                    \
    }
#define SAME(why, text) V(why, text, text)

static const struct vector vectors[] = {
    /* xl.cfg, SECRETS rows 1-3 and 4b */
    V("xl.cfg, usual form", "vncpasswd = \"S3cret\"\nvnc = 1\n",
      "vncpasswd = \"<vnc-password>\"\nvnc = 1\n"),
    V("no blanks, other quote, CRLF", "vncpasswd='S3cret'\r\nvnc=1\r\n",
      "vncpasswd='<vnc-password>'\r\nvnc=1\r\n"),
    V("last one wins, so both go", "vncpasswd=\"a1\"\nvncpasswd=\"b2\"\n",
      "vncpasswd=\"<vnc-password>\"\nvncpasswd=\"<vnc-password>\"\n"),
    V("indented, comment behind", "\tvncpasswd = \"S3\" # mine\n",
      "\tvncpasswd = \"<vnc-password>\" # mine\n"),
    V("other quote inside", "vncpasswd = \"it's\"\n",
      "vncpasswd = \"<vnc-password>\"\n"),
    V("escaped quote inside", "vncpasswd = \"a\\\"b\"\n",
      "vncpasswd = \"<vnc-password>\"\n"),
    V("quote not escaped, as xenstore-ls prints it",
      "/vm/1/vncpasswd = \"a\" b\"\n",
      "/vm/1/vncpasswd = \"<vnc-password>\"\n"),
    V("no closing quote: to the end of the line, no further",
      "vncpasswd = \"S3 cret\nname = \"x\"\n",
      "vncpasswd = \"<vnc-password>\nname = \"x\"\n"),
    V("commented out is still a password", "#vncpasswd = 'S3cret'\n",
      "#vncpasswd = '<vnc-password>'\n"),
    V("SPICE", "spice=1\nspicepasswd=\"S3cret\"\n",
      "spice=1\nspicepasswd=\"<vnc-password>\"\n"),
    V("a password of blanks", "vncpasswd = \"   \"\n",
      "vncpasswd = \"<vnc-password>\"\n"),
    V("not UTF-8", "vncpasswd = \"\xff\xfe\x80\"\n\xff\xfe\n",
      "vncpasswd = \"<vnc-password>\"\n\xff\xfe\n"),
    V("no newline at the end", "vncpasswd = \"S\"",
      "vncpasswd = \"<vnc-password>\""),
    SAME("nothing set", "vncpasswd = \"\"\nvncpasswd=''\nspicepasswd = \n"),
    V("vfb list", "vfb = [ 'type=vnc,vncpasswd=S3cret,keymap=en-us' ]",
      "vfb = [ 'type=vnc,vncpasswd=<vnc-password-item>,keymap=en-us' ]"),
    V("vfb list over lines, last in its string",
      "vfb = [\n 'type=vnc',\n 'type=vnc,vncpasswd=S3 c' ]\n",
      "vfb = [\n 'type=vnc',\n 'type=vnc,vncpasswd=<vnc-password-item>' ]\n"),
    V("vfb list, first in its string, other quote inside",
      "vfb=[\"vncpasswd=it's,vnc=1\"]",
      "vfb=[\"vncpasswd=<vnc-password-item>,vnc=1\"]"),
    V("vfb list, blank after the comma", "vfb=['vnc=1, vncpasswd=S']",
      "vfb=['vnc=1, vncpasswd=<vnc-password-item>']"),
    SAME("vfb list without one", "vfb = ['type=vnc,vncpasswd=,vnclisten=::']"),

    /* JSON, row 4 */
    V("xl list -l", "  \"vnc\": {\n    \"passwd\": \"S3cret\",\n",
      "  \"vnc\": {\n    \"passwd\": \"<password-json>\",\n"),
    V("compact", "{\"passwd\":\"S\",\"x\":1}",
      "{\"passwd\":\"<password-json>\",\"x\":1}"),
    V("escapes", "\"passwd\": \"a\\\"b\\\\\", \"x\"",
      "\"passwd\": \"<password-json>\", \"x\""),
    V("JSON in a string", "msg=\"{\\\"passwd\\\": \\\"S3\\\", \\\"x\\\": 1}\"",
      "msg=\"{\\\"passwd\\\": \\\"<password-json>\\\", \\\"x\\\": 1}\""),
    V("JSON in a string, with a quote and a backslash inside",
      "\"{\\\"passwd\\\": \\\"a\\\\\\\"b\\\\\\\\\\\"}\" x",
      "\"{\\\"passwd\\\": \\\"<password-json>\\\"}\" x"),
    V("JSON in a string in a string",
      "\\\\\\\"passwd\\\\\\\":\\\\\\\"S\\\\\\\"}",
      "\\\\\\\"passwd\\\\\\\":\\\\\\\"<password-json>\\\\\\\"}"),
    V("value on the next line", "\"password\":\n   \"S\"\n",
      "\"password\":\n   \"<password-json>\"\n"),
    V("QMP", "{\"execute\":\"change\",\"arguments\":{\"password\":\"S\"}}",
      "{\"execute\":\"change\",\"arguments\":{\"password\":"
      "\"<password-json>\"}}"),
    SAME("not set", "\"passwd\": null, \"password\": true, \"passwd\": \"\""),

    /* xenstore, rows 5 and 6 */
    V("with -f and -p", "/local/domain/1/console/vnc-pass = \"S\"   (n0,r1)\n",
      "/local/domain/1/console/vnc-pass = \"<vnc-password>\"   (n0,r1)\n"),
    V("without -f", "    vnc-pass = \"S\"\n    vncpasswd = \"S\"\n",
      "    vnc-pass = \"<vnc-password>\"\n"
      "    vncpasswd = \"<vnc-password>\"\n"),
    V("oxenstored logs each write",
      "[20261122T22:22:14.132Z]  A8.4         write     "
      "/local/domain/0/backend/vfb/1/0/vncpasswd S3 x\n",
      "[20261122T22:22:14.132Z]  A8.4         write     "
      "/local/domain/0/backend/vfb/1/0/vncpasswd <xenstore-write>\n"),
    SAME("a watch event has no value",
         "D0           w event   backend/vfb/1/0/vncpasswd FFFFFFFF82BB0B60 \n"
         "A21          w event   /local/domain/1/console/vnc-pass fe:0x55 \n"),

    /* QEMU, row 7 */
    V("ps", "qemu -spice port=6000,tls-port=0,password=S3,agent-mouse=on -m 1",
      "qemu -spice port=6000,tls-port=0,password=<spice-password>,"
      "agent-mouse=on -m 1"),
    V("a comma in the password is doubled", "-spice a=1,password=a,,b,c=on",
      "-spice a=1,password=<spice-password>,c=on"),
    V("/proc/PID/cmdline", "qemu\0-spice\0password=S 3\0-m\0",
      "qemu\0-spice\0password=<spice-password>\0-m\0"),
    V("environ", "A=b\0XE_PASSWORD=S 3\0C=d",
      "A=b\0XE_PASSWORD=<password-line>\0C=d"),
    SAME("VNC has only a switch", "-vnc 127.0.0.1:1,password=on,to=99 -m 1"),
    SAME("the switch at the end", "-vnc :1,password=on\n-vnc :1,password\n"),

    /* S-expressions, row 8 */
    V("nested on one line", "(vfb (type vnc) (vncpasswd 'S 3') (keymap de))",
      "(vfb (type vnc) (vncpasswd '<sexpr-password>') (keymap de))"),
    V("no quotes, end of list", "(vnc 1) (vncpasswd S3))",
      "(vnc 1) (vncpasswd <sexpr-password>))"),
    V("xend.log", "['vncpasswd', 'S3'], ['type', 'vnc']",
      "['vncpasswd', '<python-password>'], ['type', 'vnc']"),
    SAME("empty", "(vncpasswd '')\n(vncpasswd)\n# (vncpasswd )\n"),

    /* kernel command lines, row 16 */
    V("dracut", "ro rd.iscsi.password=a,b=c rd.iscsi.in.password=\"x y\" z",
      "ro rd.iscsi.password=<kernel-password> "
      "rd.iscsi.in.password=\"<kernel-password>\" z"),
    V("whole option quoted", "ro \"rootpw=a b\" quiet",
      "ro \"rootpw=<kernel-password-quoted>\" quiet"),
    V("first of the line", "inst.vncpassword=S quiet\n",
      "inst.vncpassword=<kernel-password> quiet\n"),
    V("credential", "systemd.set_credential=a.b:S:3 x",
      "systemd.set_credential=a.b:<kernel-credential> x"),
    V("kickstart URL", "ks=http://u:S@h/k quiet",
      "ks=http://u:<url-password>@h/k quiet"),
    V("grub.cfg", "\tlinux /vmlinuz root=/dev/sda rd.iscsi.password=S ro\n",
      "\tlinux /vmlinuz root=/dev/sda rd.iscsi.password=<kernel-password> "
      "ro\n"),
    V("netroot", "netroot=iscsi:u:S@10.0.0.1::::iqn.x:y",
      "netroot=iscsi:u:<netroot-password>@10.0.0.1::::iqn.x:y"),

    /* private keys, row 21 */
    V("PKCS#8",
      "-----BEGIN PRIVATE KEY-----\nMIIE\nvQIB\n-----END PRIVATE "
      "KEY-----\nnext\n",
      "-----BEGIN PRIVATE KEY-----\n<private-key>\n-----END PRIVATE "
      "KEY-----\nnext\n"),
    V("CRLF", "-----BEGIN RSA PRIVATE KEY-----\r\nMIIE\r\nvQ==\r\n-----END ",
      "-----BEGIN RSA PRIVATE KEY-----\r\n<private-key>\r\n-----END "),
    V("indented",
      "k: |\n  -----BEGIN EC PRIVATE KEY-----\n  MIIE\n  vQ\n  "
      "-----END EC PRIVATE KEY-----\n",
      "k: |\n  -----BEGIN EC PRIVATE KEY-----\n  <private-key>\n  "
      "-----END EC PRIVATE KEY-----\n"),
    V("encrypted",
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
      "DEK-Info: AES-128-CBC,AB\n\nMIIE\n-----END R",
      "-----BEGIN RSA PRIVATE KEY-----\n<private-key>\n-----END R"),
    V("one line of JSON",
      "{\"k\":\"-----BEGIN PRIVATE KEY-----\\nMIIE\\nvQ=="
      "\\n-----END PRIVATE KEY-----\\n\",\"x\":1}",
      "{\"k\":\"-----BEGIN PRIVATE KEY-----\\n<private-key>"
      "\\n-----END PRIVATE KEY-----\\n\",\"x\":1}"),
    V("JSON, cut off",
      "{\"k\":\"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg\"}",
      "{\"k\":\"-----BEGIN PRIVATE KEY-----\\n<private-key>\"}"),
    V("cut off by the end", "-----BEGIN PRIVATE KEY-----\nMIIE\nvQI",
      "-----BEGIN PRIVATE KEY-----\n<private-key>"),
    V("cut off by other lines", "-----BEGIN PRIVATE KEY-----\nMIIE\n[ 1.0] x\n",
      "-----BEGIN PRIVATE KEY-----\n<private-key>\n[ 1.0] x\n"),
    V("a secret right behind",
      "-----BEGIN PRIVATE KEY-----\nMIIE\n"
      "password=S\n",
      "-----BEGIN PRIVATE KEY-----\n<private-key>\npassword="
      "<password-line>\n"),
    V("key and certificate",
      "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END "
      "PRIVATE KEY-----\n-----BEGIN "
      "CERTIFICATE-----\nMIIC\n",
      "-----BEGIN PRIVATE KEY-----\n<private-key>\n-----END "
      "PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nMIIC\n"),
    V("lines joined by blanks",
      "-----BEGIN PRIVATE KEY----- "
      "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB AQ== -----END P",
      "-----BEGIN PRIVATE KEY----- <private-key> -----END P"),
    V("no line ends at all", "-----BEGIN PRIVATE KEY-----MIIEvQ==-----END P",
      "-----BEGIN PRIVATE KEY-----<private-key>-----END P"),
    SAME("a guest prints BEGIN and goes on",
         "-----BEGIN RSA PRIVATE KEY-----\nlogin: root\n[    1.0] Linux\n"),
    SAME("public", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END "
                   "CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----\nMIIE\n"),

    /* mounts, row 26 */
    V("fstab", "//s/x /m cifs username=U,password=S,_netdev 0 0\n",
      "//s/x /m cifs username=U,password=<option-password>,_netdev 0 0\n"),
    V("first option", "//s/x /m cifs password=S,rw 0 0",
      "//s/x /m cifs password=<mount-password>,rw 0 0"),
    V("short key, last option", "rw,user=U,pass=S 0 0",
      "rw,user=U,pass=<option-password> 0 0"),
    V("credentials file", "username=U\npassword=a b,c\ndomain=D\n",
      "username=U\npassword=<password-line>\ndomain=D\n"),
    SAME("only a name", "//s/x /m cifs credentials=/etc/cred,rw 0 0"),

    /* URLs, row 27 */
    V("no user", "ftp://:S@h/", "ftp://:<url-password>@h/"),
    V("encoded, and with : and @", "x://u:a%40b:c@d@h:80/p@q",
      "x://u:<url-password>@h:80/p@q"),
    V("JSON may escape slashes", "\"http:\\/\\/u:S@h\\/\"",
      "\"http:\\/\\/u:<url-password>@h\\/\""),
    V("two in a line", "a://u:S@h b://v:T@i",
      "a://u:<url-password>@h b://v:<url-password>@i"),
    V("a URL before a key on its line", "http://u:S@h/password=T\n",
      "http://u:<url-password>@h/password=<password>\n"),
    SAME("ports", "http://h:8080/ x@y http://h:80, tcp://[::1]:80/a@b"),
    SAME("no password", "ssh://git@h:22/x https://u@h/ git@github.com:a/b"),

    /* keys by their end, and what comes free */
    V("iscsid.conf", "node.session.auth.password = a b \n",
      "node.session.auth.password = <password-line> \n"),
    V("password_in", "node.session.auth.password_in=S\n",
      "node.session.auth.password_in=<password-line>\n"),
    V("proxy_password", "proxy_password=S\n",
      "proxy_password=<password-line>\n"),
    V("xapi database", "(('incoming_chappassword'%.'a\\'b') ('x'%.'y'))",
      "(('incoming_chappassword'%.'<xapi-password>') ('x'%.'y'))"),
    V("command line", "xe sr-create device-config:cifspassword=S name=x",
      "xe sr-create device-config:cifspassword=<password> name=x"),
    V("YAML", "users:\n  - password: S 3\n",
      "users:\n  - password: <password-yaml>\n"),
    V("libvirt", "<graphics type='vnc' passwd='a&amp;b' port='-1'/>",
      "<graphics type='vnc' passwd='<xml-password>' port='-1'/>"),
    V("two attributes", "<a passwd='S' password=\"T\"/>",
      "<a passwd='<xml-password>' password=\"<password>\"/>"),
    V("drbd", "  shared-secret \"S\";\n",
      "  shared-secret \"<drbd-secret>\";\n"),
    V("capitals", "VNCPASSWD = 'S'\nPassword=T\n",
      "VNCPASSWD = '<vnc-password>'\nPassword=<password-line>\n"),

    V("a string in a string, far from its begin",
      "{\"user-data\": \"#cloud-config\\npassword: S 3\\nx: y\\n\"}",
      "{\"user-data\": \"#cloud-config\\npassword: <password-escaped>"
      "\\nx: y\\n\"}"),

    /* a token in the input */
    V("a token is no secret, but may be forged",
      "x [REDACTED:a:0123456789ab] y", "x <token> y"),
    V("in place of a value", "vncpasswd = \"[REDACTED:a:0123456789ab]\"\n",
      "vncpasswd = \"<vnc-password>\"\n"),

    /* what must stay: SECRETS, rule 8 */
    SAME("Xen", "Speculative Store Bypass: Mitigation; bypass=1 pass: 3\n"),
    SAME("nsswitch.conf", "passwd:         files systemd\npasswd: compat\n"
                          "passwd:\tfiles\n"),
    SAME("PAM", "password required pam_unix.so\n"
                "password\t[success=1 default=ignore]\tpam_unix.so obscure\n"
                "-password optional pam_gnome_keyring.so use_authtok\n"),
    SAME("sshd", "PasswordAuthentication yes\nPermitEmptyPasswords no\n"
                 "Failed password for root from 10.0.0.1 port 22 ssh2\n"),
    SAME("paths", "/etc/passwd: No such file\nopen(\"/etc/passwd\")\n"
                  "cat /etc/passwd- /usr/bin/vncpasswd\n"),
    SAME("prose", "Enter password: \nPassword: \r\nForward Password Requests\n"
                  "password must be set; the password is wrong\n"
                  "(using password: YES)\n"),
    SAME("passwd's own words", "passwd: password updated successfully\n"
                               "passwd[9]: pam_unix(passwd:chauthtok): x\n"),
    SAME("a secret's UUID in xapi",
         "password_secret: 911e5508-906b-4d1e-b83d-04bac6f2184c\n"),
    SAME("bytes of all kinds", "\0\1\2\r\r\n\n\xc3\x28\xf0\x9f\x98\x80\x80\0"),
    SAME("nothing", ""),
};

#define N_VECTORS (sizeof(vectors) / sizeof(vectors[0]))

#endif
