/* Secrets in command lines, environment and headers, in the forms
 * in which programs write them.  What must go stands between the marks. */
#ifndef XB_TEST_REDACT_KINDS_SHELL_H
#define XB_TEST_REDACT_KINDS_SHELL_H

#include "tests/redact/kinds.h"

static const struct secret_case command_lines_cases[] = {
    S("-pw", "xe -u root -pw «S3cret» vm-list\n"),
    S("--password", "foo --password «S3cret» bar\n"),
    S("--password=", "foo --password=«S3cret» bar\n"),
    S("quoted", "foo --password '«S3 cret»' bar\n"),
    S("double", "foo --password \"«S3 cret»\" bar\n"),
    S("= and quotes", "foo --password='«S3 cret»' bar\n"),
    S("quote inside of quotes", "foo --password '«it'\\''s»' bar\n"),
    S("escaped blank", "foo --password «S3\\ cret» bar\n"),
    S("cmdline", "foo\0--password\0«S3 cret»\0bar\0"),
    S("cmdline, =", "foo\0--password=«S3 cret»\0bar\0"),
    S("cmdline, -pw", "xe\0-pw\0«S3 \"cret»\0vm-list\0"),
    S("other options",
      "foo --db-password «S3» --root-passwd «T4» --key-passphrase «U5»\n"),
    S("Python's list", "['xe', '-u', 'root', '-pw', '«S3cret»', 'vm-list']\n"),
    S("JSON's list", "[\"foo\", \"--password\", \"«S3 cret»\", \"bar\"]\n"),
    S("history with a time", ": 1700000000:0;foo --password «S3cret»\n"),
    S("cron", "0 3 * * * root foo -pw «S3cret» >/dev/null\n"),
    S("audit", "type=EXECVE a0=\"xe\" a1=\"password=«S3cret»\"\n"),
    S("mysql -p", "mysql -u root -p«S3cret» db\n"),
    S("mysql -p, blank", "mysqldump -u root -p «S3cret» db\n"),
    S("mysql, quoted", "mysql -u root -p'«S3 cret»' db\n"),
    S("ipmitool", "ipmitool -I lanplus -H h -U u -P «S3cret» sel list\n"),
    S("ipmitool, joined", "ipmitool -I lanplus -H h -U u -P«S3cret» sel\n"),
    S("sshpass", "sshpass -p «S3cret» ssh h\n"),
    S("sshpass, joined", "sshpass -p«S3cret» ssh h\n"),
    S("sshpass, quoted", "sshpass -p '«S3 cret»' ssh h\n"),
    S("curl -u", "curl -k -u root:«S3cret» https://h/\n"),
    S("curl -u, quoted", "curl -u 'root:«S3 cret»' https://h/\n"),
    S("curl --user", "curl --user root:«S3cret» https://h/\n"),
    S("curl, bundled", "curl -sku root:«S3cret» h\n"),
    S("curl, cmdline", "curl\0-u\0root:«S3 cret»\0h\0"),
    S("smbclient", "smbclient //h/s -U user%«S3cret»\n"),
    S("useradd", "useradd -m -p «S3cret» bob\n"),
    S("zip", "zip -r -P «S3cret» a.zip d\n"),
};

static const struct secret_case environment_cases[] = {
    S("variable", "XE_PASSWORD=«S3cret»\n"),
    S("export", "export XE_PASSWORD='«S3 cret»'\n"),
    S("before a command", "XE_PASSWORD=«S3cret xe vm-list»\n"),
    S("environ", "A=b\0XE_PASSWORD=«S3 cret»\0C=d\0"),
    S("token in environ", "A=b\0DB_TOKEN=«S3 cret»\0C=d\0"),
    S("systemd", "Environment=\"XE_PASSWORD=«S3 cret»\"\n"),
    S("systemd, secret", "Environment=\"X_SECRET=«S3 cret»\"\n"),
    S("systemd, bare", "Environment=XE_PASSWORD=«S3cret»\n"),
    S("SSHPASS", "SSHPASS=«S3cret» sshpass -e ssh h\n"),
    S("docker", "docker run -e 'DB_PASSWORD=«S3 cret»' x\n"),
    S("JSON", "\"env\": [\"XE_PASSWORD=«S3cret»\", \"A=b\"]\n"),
};

static const struct secret_case http_headers_cases[] = {
    S("Basic", "Authorization: Basic «dXNlcjpTM2NyZXQ=»\n"),
    S("Bearer", "Authorization: Bearer «abcdef0123456789»\n"),
    S("lower case, HTTP/2", "authorization: bearer «abcdef0123456789»\n"),
    S("curl -v", "> Authorization: Basic «dXNlcjpTM2NyZXQ=»\r\n"),
    S("curl -H", "curl -H 'Authorization: Bearer «abcdef0123456789»' h\n"),
    S("JSON", "{\"Authorization\": \"Basic «dXNlcjpTM2NyZXQ=»\"}\n"),
    S("cookie", "Cookie: session=«S3cret; path=/»\n"),
    S("Set-Cookie", "Set-Cookie: sid=«S3cret; HttpOnly»\n"),
};

static const struct secret_case further_spellings_cases[] = {
    S("element with a value", "<password value=\"«S3cret»\"/>\n"),
    S("doubled key", "\"vncpasswd\" = \"«S3cret»\"\n"),
    S("Perl's arrow", "vncpasswd => '«S3cret»'\n"),
    S("Python's long string", "vncpasswd = \"«S3cret»\" ; vnc = 1\n"),
    S("brackets", "password[0] = «S3cret»\n"),
    S("an ending", "root_password_plain: «S3cret»\n"),
    S("a hash", "\"passwordHash\": \"«S3cret»\"\n"),
    S("percent", "q=vncpasswd%3D«S3cret»\n"),
    S("a session in a log", "[session_id; OpaqueRef:«5d73aaaa-9d1e»]\nsession "
                            "OpaqueRef:«5d73aaaa-9d1e»\n"),
    S("a login in a log",
      "Session.login_with_password(\"root\", \"«S3cret»\")\n"),
    S("here-string",
      "chpasswd <<< \"«root:S3cret»\"\nvncpasswd -f <<< «S3cret»\n"),
    S("made into a hash",
      "openssl passwd -6 «S3cret»\nmkpasswd -m sha-512 «S3cret»\n"),
    S("drbd on one line",
      "net { cram-hmac-alg \"sha1\"; shared-secret «S3cret»; }\n"),
    S("environ, the first", "DB_TOKEN=«S 3»\0B=c\0"),
    S("sudo's log", "COMMAND=/usr/bin/xe -pw «S3cret» vm-list\n"),
    S("braces", "{user: x, passwd: '«S 3»'}\n"),
    S("GET with other parameters",
      "POST /login?user=u&password=«S3cret»&x=y HTTP/1.1\n"),
    S("rsync", "rsync://u:«S3cret»@h/m\n"),
    S("a variable as user", "curl -u$USER:«S3cret» https://h\n"),
    S("docker's log",
      "{\"log\":\"vncpasswd = \\\"«Sx a»\\\"\\n\",\"stream\":\"stdout\"}\n"),
    S("kernel's log", "<4>[   12.3] init: vncpasswd='«S3cret»'\n"),
    S("ends in an escaped backslash", "vncpasswd=\"«a\\\\»\" # c\n"),
    S("fstab's octal blank", "//s/x /m cifs password=«S3\\040b»,rw 0 0\n"),
    S("escaped quote", "(vncpasswd \"«S3\\\"b»\")\n"),
    S("quotes in quotes of ipsec", ": PSK \"«S3\\\"b»\"\n"),
    S("two sessions",
      "session_id=OpaqueRef:«5d41aaaa» session_id=\"OpaqueRef:«5d41bbbb»\"\n"),
    S("two variables of a unit",
      "Environment=\"A=b\" \"XE_PASSWORD=«S3 b»\"\n"),
};

#endif
