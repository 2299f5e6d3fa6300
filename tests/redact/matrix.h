/* matrix.h: names of secrets, and the syntaxes that give them a value.
 * KEY and VALUE stand for the two. */
#ifndef XB_TEST_REDACT_MATRIX_H
#define XB_TEST_REDACT_MATRIX_H

static const char *const matrix_keys[] = {
    "password",        "passwd",          "dbPassword",     "root_password",
    "vncpasswd",       "api_key",         "apiKey",         "API_KEY",
    "client_secret",   "clientSecret",    "CLIENT_SECRET",  "secret_key",
    "secretKey",       "access_key",      "access_token",   "accessToken",
    "AUTH_TOKEN",      "private_token",   "webhook_secret", "session_secret",
    "encryption_key",  "signing_secret",  "hmac_key",       "recovery_key",
    "consumer_secret", "refresh_token",   "jwt_secret",     "shared_secret",
    "master_key",      "db_pass",         "DB_PASS",        "smtp_pass",
    "passphrase",      "radius_secret",   "cluster_secret", "join_token",
    "adminPassword",   "secretAccessKey", "token",          "new_password",
};

/* Words of prose would be no secrets in these, so a value must look like one.
 */
static const char *const matrix_forms[] = {
    /* shells, environment, configuration files */
    "KEY=VALUE\n",
    "export KEY=\"VALUE\"\n",
    "KEY = VALUE\n",
    "KEY = 'VALUE' # mine\n",
    "[section]\nKEY=VALUE\n",
    "app.KEY: VALUE\n",
    "Environment=\"KEY=VALUE\"\n",
    "ENV KEY=VALUE\n",
    "setenv KEY VALUE\n",
    "docker run -e KEY=VALUE image\n",
    /* YAML, JSON, XML */
    "  - KEY: VALUE\n",
    "  KEY: \"VALUE\"\n",
    "- name: KEY\n  value: VALUE\n",
    "{\"a\": 1, \"KEY\": \"VALUE\", \"b\": 2}\n",
    "INFO body={\\\"a\\\":1,\\\"KEY\\\":\\\"VALUE\\\"}\n",
    "{\"log\":\"{\\\\\\\"KEY\\\\\\\": \\\\\\\"VALUE\\\\\\\"}\"}\n",
    "<KEY>VALUE</KEY>\n",
    "<x a=\"1\" KEY=\"VALUE\" b=\"2\"/>\n",
    "<add key=\"KEY\" value=\"VALUE\"/>\n",
    "<property name=\"KEY\">VALUE</property>\n",
    /* programs */
    "{'KEY': 'VALUE', 'x': 1}\n",
    "'KEY' => 'VALUE',\n",
    "KEY := \"VALUE\"\n",
    "const KEY = 'VALUE';\n",
    "const KEY: string = \"VALUE\";\n",
    "#define KEY \"VALUE\"\n",
    "x.set(\"KEY\", \"VALUE\")\n",
    "os.environ['KEY'] = 'VALUE'\n",
    /* command lines, with NUL between the arguments as well */
    "prog --KEY VALUE --x\n",
    "prog --KEY=VALUE --x\n",
    "java -Dapp.KEY=VALUE -jar x\n",
    "helm x --set a.KEY=VALUE\n",
    "xe sr-create device-config:KEY=VALUE type=x\n",
    /* logs, tables, the web */
    "2026-01-01 connecting with KEY=VALUE, host=h\n",
    "2026-01-01 connecting with KEY: VALUE, host=h\n",
    "   device-config (MRO): target: h; KEY: VALUE; x: y\n",
    "| KEY | VALUE |\n",
    "GET /x?a=1&KEY=VALUE&b=2 HTTP/1.1\n",
    "curl -d 'KEY=VALUE&x=y' http://h\n",
    "form-data; name=\"KEY\"\r\n\r\nVALUE\r\n",
    /* Xen's own */
    "((KEY VALUE) (x y))\n",
    "((a b) (KEY \"VALUE\"))\n",
    "(('KEY'%.'VALUE')%.('x'%.'y'))\n",
    "&apos;KEY&apos;%.&apos;VALUE&apos;\n",
    "/local/domain/1/data/KEY = \"VALUE\"   (n0,r1)\n",
    "   KEY = \"VALUE\"   (n0,r1)\n",
};

#endif
