/* vectors_general.h: secrets that are not Xen's own, as logs carry them; the
 * rules 40 and on.  As in vectors.h, <rule> stands for a token of that rule. */
#ifndef XB_TEST_REDACT_VECTORS_GENERAL_H
#define XB_TEST_REDACT_VECTORS_GENERAL_H

#include "tests/redact/vectors.h"

#define GHP "ghp_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEE"

static const struct vector general_vectors[] = {
    /* tokens that show what they are: what may stand around them */
    V("alone", GHP, "<github-token>"),
    V("end of a sentence", "use " GHP ". Then", "use <github-token>. Then"),
    V("in quotes, brackets, a list", "'" GHP "' (" GHP "),[" GHP ";" GHP "]",
      "'<github-token>' (<github-token>),[<github-token>;<github-token>]"),
    V("behind an escaped line end", "\"a\\n" GHP "\\nb\"",
      "\"a\\n<github-token>\\nb\""),
    V("in a URL, encoded", "?a%3D" GHP "%26b=1", "?a%3D<github-token>%26b=1"),
    V("coloured", "\x1b[32m" GHP "\x1b[0m", "\x1b[32m<github-token>\x1b[0m"),
    V("NUL on both sides", "a\0" GHP "\0b", "a\0<github-token>\0b"),
    V("behind an underline", "x_" GHP " y", "x_<github-token> y"),
    SAME("part of a longer word", "xx" GHP),
    SAME("only the prefix", "ghp_ghp_ ghp_ glpat- xoxb- AKIA sk_live_ SG."),
    V("user of a URL", "https://" GHP "@github.com/a/b",
      "https://<github-token>@github.com/a/b"),
    V("AWS, id and secret",
      "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYYY",
      "<aws-key-pair>"),
    V("base64 with escaped slashes",
      "\"FwoGZXIvYXdzEEXAMPLE\\/EXAMPLE\\/EXAM\\u003d\\u003d\",",
      "\"<aws-session-token>\","),
    V("the same, in a string in a string",
      "\\\"FwoGZXIvYXdzEEXAMPLE\\\\/EXAMPLE\\\\/EXAM\\\\u003d\\\",",
      "\\\"<aws-session-token>\\\","),
    V("SAS of Azure",
      "https://a.blob.core.windows.net/c?se=1&sig=EXAMPLE%2B"
      "EXAMPLE%2FEXAMPLE%3D&sp=r",
      "https://a.blob.core.windows.net/c?se=1&sig=<url-signature>&sp=r"),
    V("Azure storage", "AccountName=a;AccountKey=EXAMPLE+EXAMPLE/EXAMPLE==;B=c",
      "AccountName=a;AccountKey=<azure-key>;B=c"),
    V("Slack webhook", "POST https://hooks.slack.com/services/T0/B0/EXAMPLE\n",
      "POST https://hooks.slack.com/services/<webhook-url>\n"),
    V("Telegram", "GET /bot123456789:AAEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMP/me",
      "GET /bot123456789:<telegram-token>/me"),

    /* hashes of passwords */
    V("shadow: the dates stay",
      "root:$6$EXAMPLE$EXAMPLE.EXAMPLE/EXA:19000:0:9\n",
      "root:<crypt-hash>:19000:0:9\n"),
    V("crypt ends in a dot", "u:$6$EXAMPLE$EXAMPLE/EXAMPLE.EXAMP.:1\n",
      "u:<crypt-hash>:1\n"),
    V("bcrypt in JSON", "{\"h\":\"$2y$10$EXAMPLEEXAMPLEEXAMPLE.EXA\"}",
      "{\"h\":\"<crypt-hash>\"}"),
    V("argon2 in a list",
      "a, $argon2id$v=19$m=65536,t=3,p=4$EXAMPLE$EXAMPLEEXA, b",
      "a, <kdf-hash>, b"),
    V("pwdump",
      "u:500:0123456789abcdef0123456789abcdef:"
      "0123456789abcdef0123456789abcdef:::\n",
      "u:500:<windows-hash>:<windows-hash>:::\n"),
    V("MySQL", "IDENTIFIED BY 'S3 cret' REQUIRE",
      "IDENTIFIED BY '<sql-identified>' REQUIRE"),
    V("PostgreSQL", "\"u\" \"md50123456789abcdef0123456789abcdef\" \"\"\n",
      "\"u\" \"<postgres-hash>\" \"\"\n"),
    V("SCRAM", "SCRAM-SHA-256$4096:EXAMPLE==$EXAMPLE=:EXAMPLE= x",
      "SCRAM-SHA-256$4096:<scram-hash> x"),
    V("LDAP", "olcRootPW: {SSHA}EXAMPLEEXAMPLE/EXAMPLE=\n",
      "olcRootPW: {SSHA}<ldap-hash>\n"),
    V("LDAP, elsewhere", "x {SSHA}EXAMPLEEXAMPLE/EXAMPLE= y",
      "x {SSHA}<ldap-hash> y"),
    SAME("shell", "echo $1$2 \"$5$6\" ${1} $$ {sha} md5$x\n"),

    /* keys */
    V("JWT, end of a sentence",
      "got eyJhbGciOiJIUzI1NiJ9.eyJFWEFNUExFIjoxfQ.EXAMPLE-EX. Then",
      "got <jwt>. Then"),
    V("JWT without a known head, in a cookie",
      "a=eyJFWEFNUExFIjoxfQ.eyJFWEFNUExFIjoxfQ.EXAMPLE; b", "a=<jwt>; b"),
    V("PuTTY, CRLF",
      "Private-Lines: 2\r\nEXAMPLEEXAMPLE\r\nEXAM==\r\nPrivate-MAC: "
      "0123456789abcdef\r\n",
      "Private-Lines: 2\r\n<putty-key>\r\nPrivate-MAC: <putty-mac>\r\n"),
    V("age",
      "# public key: age1example\nAGE-SECRET-KEY-1EXAMPLEEXAMPLEEXAMPLE\n",
      "# public key: age1example\n<age-key>\n"),
    V("LUKS",
      "0 8 crypt aes-xts-plain64 0123456789abcdef0123456789abcdef 0 8:1",
      "0 8 crypt aes-xts-plain64 <luks-key> 0 8:1"),
    V("ipmitool in ps", "ipmitool -I lanplus -U root -P S3,c sel list\n",
      "ipmitool -I lanplus -U root -P <ipmi-password> sel list\n"),
    V("ipmitool in /proc/PID/cmdline", "ipmitool\0-P\0S3 c\0sel\0",
      "ipmitool\0-P\0<ipmi-password>\0sel\0"),
    V("kinit", "echo 'S3 c' | kinit admin\n",
      "echo '<echo-pipe>' | kinit admin\n"),
    SAME("LUKS without keys",
         "0 8 crypt aes-xts-plain64 :64:logon:cryptsetup:a-d0 0 8:1 32768\n"),

    /* HTTP */
    V("Basic, CRLF", "Authorization: Basic dTpT\r\nHost: h\r\n",
      "Authorization: Basic <http-auth>\r\nHost: h\r\n"),
    V("in a string with escapes",
      "\"Authorization: Bearer EXAMPLE\\r\\nHost: h\"",
      "\"Authorization: Bearer <http-auth>\\r\\nHost: h\""),
    V("JSON in JSON", "{\\\"Authorization\\\": \\\"Bearer EXAMPLE\\\"}",
      "{\\\"Authorization\\\": \\\"Bearer <http-auth>\\\"}"),
    V("X headers", "X-Auth-Token: EXAMPLE\nX-Vault-Token:EXAMPLE\n",
      "X-Auth-Token: <http-key>\nX-Vault-Token:<http-key>\n"),
    V("cookies", "Set-Cookie: a=S3cret; Path=/\nNext: 1\n",
      "Set-Cookie: a=<cookie>\nNext: 1\n"),
    V("cookie in quotes", "-H 'Cookie: a=S3cret; b=c' h",
      "-H 'Cookie: a=<cookie>' h"),
    V("parameters", "GET /?u=1&access_token=EXAMPLE%2B&v=2 HTTP/1.1",
      "GET /?u=1&access_token=<url-parameter>&v=2 HTTP/1.1"),
    SAME("OpenFlow", " cookie=0x0, duration=1.0s, table=0, n_packets=1\n"),
    SAME("words", "WWW-Authenticate: Basic realm=\"x\"\nbearer of news\n"
                  "authorization: required\nCookie: \nX-Token-Count: 5\n"),

    /* secrets by their key */
    V("shell", "export AWS_SECRET_ACCESS_KEY='S3 c'; x\n",
      "export AWS_SECRET_ACCESS_KEY='<secret>'; x\n"),
    V("environ", "A=1\0API_KEY=S3 c\0B=2", "A=1\0API_KEY=<secret>\0B=2"),
    V("INI, CRLF", "[a]\r\nclient_secret = S3\r\nx = 1\r\n",
      "[a]\r\nclient_secret = <secret>\r\nx = 1\r\n"),
    V("JSON in a string", "\"{\\\"apiKey\\\":\\\"S3\\\",\\\"x\\\":1}\"",
      "\"{\\\"apiKey\\\":\\\"<secret>\\\",\\\"x\\\":1}\""),
    V("docker", "{\"auths\":{\"h\":{\"auth\":\"dTpT\"}}}",
      "{\"auths\":{\"h\":{\"auth\":\"<secret>\"}}}"),
    V("kubeconfig",
      "    client-certificate-data: TUlJ\n"
      "    client-key-data: TUlJ\n    token: EXAMPLE0123456789\n",
      "    client-certificate-data: TUlJ\n    client-key-data: <secret-line>\n"
      "    token: <token-value>\n"),
    V("k8s variable", "- name: DB_PASSWORD\n  value: \"S3 c\"\n",
      "- name: DB_PASSWORD\n  value: \"<secret-name-value>\"\n"),
    V("XML", "<a><apiKey>S3&amp;c</apiKey><add key='Secret' value='S3'/></a>",
      "<a><apiKey><secret-xml></apiKey><add key='Secret' "
      "value='<secret-xml-value>'/></a>"),
    V("options", "x --api-key S3cretS3cret --token=S3 -v",
      "x --api-key <secret-option> --token=S3 -v"),
    V("a comma list goes on", "a=1,secret=S3,c,b=2", "a=1,secret=<secret>,b=2"),
    V("a key in PEM is a block",
      "\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg"
      "\\n-----END PRIVATE KEY-----\\n\"",
      "\"private_key\": \"-----BEGIN PRIVATE KEY-----\\n<private-key>"
      "\\n-----END PRIVATE KEY-----\\n\""),
    V("a value that only begins like a placeholder", "api_key=$S3cret null=1",
      "api_key=<secret> null=1"),
    SAME("placeholders",
         "API_KEY=${KEY:-}\nsecret: \"{{ vault }}\"\n"
         "client_secret=<secret>\napi_key='****'\nauth_token=null\n"
         "{\"secret\": null, \"access_token\": \"\"}\nsecret = %s\n"
         "api_key=xxxxxxxx\nprivate_key = /etc/ssl/private/a.pem\n"),
    SAME("names", "token=3/0: register slotnum=3 max_tokens=4096\n"
                  "CONFIG_SECRETMEM=y keymap=\"en-us\" sort_key=name\n"
                  "PWD=/root OLDPWD=/ ; PWD=/ ; USER=root\npublic_key=AAAA\n"
                  "Possible SYN flooding, bypass=1, compass = x\n"),

    /* databases */
    V("ODBC", "Server=h;Uid=u;Pwd=S3,c;Database=d x",
      "Server=h;Uid=u;Pwd=<dsn-password>;Database=d x"),
    V("a blank in the password", "Server=h;Password=S3 c; Database=d",
      "Server=h;Password=<dsn-password>; Database=d"),
    V("the last one", "jdbc:x://h;user=u;password=S3 (refused)",
      "jdbc:x://h;user=u;password=<dsn-password> (refused)"),
    V("Oracle", "jdbc:oracle:thin:scott/S3@h:1521:x",
      "jdbc:oracle:thin:scott/<oracle-password>@h:1521:x"),
    V("mysql", "mysqldump -u root -pS3 db",
      "mysqldump -u root "
      "-p<mysql-option> db"),
    SAME("mysql without", "mysqld --port=3306 --pid-file=/run/x\nmysql -p\n"),

    /* what looks alike and must stay */
    SAME("checksums",
         "d41d8cd98f00b204e9800998ecf8427e  file\n"
         "da39a3ee5e6b4b0d3255bfef95601890afd80709  file\n"
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 *f\n"
         "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8"
         "55\nSHA256:uNiVztksCsDhcc0u9e8BrqO3UeAZ2vWuJzsmtOVDHN4\n"),
    SAME("build ids and commits",
         "BuildID[sha1]=0123456789abcdef0123456789abcdef01234567\n"
         "xen_changeset : Mon Jan 1 12:00:00 2024 git:6f6f13cd4b7f-dirty\n"
         "commit 0123456789abcdef0123456789abcdef01234567\n"
         "build_id : "
         "1b4f0e9851971998e732078544c96b36c3d01cedf7caa332359d6f1d\n"),
    SAME("UUIDs, MAC, PCI",
         "uuid 911e5508-906b-4d1e-b83d-04bac6f2184c 00:16:3e:aa:aa:aa "
         "0000:03:00.0 OpaqueRef:911e5508-906b-4d1e-b83d-04bac6f2184c\n"),
    SAME("versions", "ii  libglib2.0-0:amd64 2.74.6-2+deb12u5 amd64\n"
                     "npm_config_user_agent key-value sk-SK pul-x dapi-x\n"),
    SAME("certificate",
         "-----BEGIN CERTIFICATE-----\n"
         "MIIDazCCAlOgAwIBAgIUEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE\n"
         "EXAMPLE/AKIA+EXAMPLEEXAMPLE/eyJhEXAMPLE+SGEXAMPLEEXAMPLEEXAM==\n"
         "-----END CERTIFICATE-----\n"),
    SAME("module signature",
         "sig_id:         PKCS#7\nsigner:         Build time autogenerated "
         "kernel key\nsig_key:        17:6B:F6:87:AA:AA:26:9B\n"
         "sig_hashalgo:   sha256\nsignature:      32:1A:EF:AA:08:E0:C9:1C:\n"
         "\t\tBE:EF:AA:2D:29:9E\n"),
    V("rows of a dump",
      "COPY u (id, password) FROM stdin;\n1\tS3cret\n2\tS4\n\\.\nx\n",
      "COPY u (id, password) FROM stdin;\n<copy-rows>\n\\.\nx\n"),
    V("rows of a table",
      " id | password \n----+----------\n  1 | S3cret\n  2 | S4\n(2 rows)\n",
      " id | password \n----+----------\n<table-rows>\n(2 rows)\n"),
    V("rows with CR", "a,password\r\nx,S3cret\r\ny,S4\r\nend\r\n",
      "a,password\r\n<csv-rows>\r\nend\r\n"),
    V("rows that end with the text", "a;password\nx;S3cret\ny;S4",
      "a;password\n<csv-rows>"),
    V("a list", "password:\n- S3cret\n- S4\nx: y\n",
      "password:\n<list-rows>\nx: y\n"),
};

#define N_GENERAL (sizeof(general_vectors) / sizeof(general_vectors[0]))

#endif
