/* Private keys, in the forms
 * in which programs write them.  What must go stands between the marks. */
#ifndef XB_TEST_REDACT_KINDS_KEYS_H
#define XB_TEST_REDACT_KINDS_KEYS_H

#include "tests/redact/kinds.h"

static const struct secret_case private_keys_cases[] = {
    S("PKCS#8", "-----BEGIN PRIVATE "
                "KEY-----"
                "\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEE"
                "XAMPL\nAQ==»\n-----END PRIVATE KEY-----\n"),
    S("OpenSSH", "-----BEGIN OPENSSH PRIVATE "
                 "KEY-----\n«b3BlbnNzaC1rZXktdjEAAAAABG5vbmU»\n-----END "
                 "OPENSSH PRIVATE KEY-----\n"),
    S("encrypted",
      "-----BEGIN RSA PRIVATE KEY-----\n«Proc-Type: 4,ENCRYPTED\nDEK-Info: "
      "AES-128-CBC,"
      "AB\n\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL»"
      "\n-----END RSA PRIVATE KEY-----\n"),
    S("CRLF", "-----BEGIN EC PRIVATE "
              "KEY-----"
              "\r\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEE"
              "XAMPL\r\nAQ==»\r\n-----END EC PRIVATE KEY-----\r\n"),
    S("indented", "  -----BEGIN PRIVATE KEY-----\n  "
                  "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEE"
                  "XAMPL\n  AQ==»\n  -----END PRIVATE KEY-----\n"),
    S("JSON", "{\"k\":\"-----BEGIN PRIVATE "
              "KEY-----"
              "\\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEX"
              "AMPL\\nAQ==»\\n-----END PRIVATE KEY-----\\n\"}\n"),
    S("JSON in JSON",
      "\\\"-----BEGIN PRIVATE "
      "KEY-----"
      "\\\\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL\\"
      "\\nAQ==»\\\\n-----END PRIVATE KEY-----\\\\n\\\"\n"),
    S("JSON, a line each",
      "[\"-----BEGIN PRIVATE KEY-----\",\n "
      "\"«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL\","
      "\n \"AQ==»\",\n \"-----END PRIVATE KEY-----\"]\n"),
    S("C", "\"-----BEGIN PRIVATE "
           "KEY-----"
           "\\n\"\n\"«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPL"
           "EEXAMPL\\n\"\n\"AQ==»\\n\"\n\"-----END PRIVATE KEY-----\\n\";\n"),
    S("log, time and host on each line",
      "Nov 24 10:00:00 h xapi: -----BEGIN PRIVATE KEY-----\nNov 24 10:00:00 h "
      "xapi: "
      "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL\nNov "
      "24 10:00:01 h xapi: AQ==»\nNov 24 10:00:01 h xapi: -----END PRIVATE "
      "KEY-----\n"),
    S("log, encrypted",
      "Nov  4 10:00:00 h xapi: -----BEGIN RSA PRIVATE KEY-----\n«Nov  4 "
      "10:00:00 h xapi: Proc-Type: 4,ENCRYPTED\nNov  4 10:00:00 h xapi: "
      "DEK-Info: AES-128-CBC,AB\nNov  4 10:00:00 h xapi: \nNov  4 10:00:00 h "
      "xapi: "
      "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL»\nNov  "
      "4 10:00:00 h xapi: -----END RSA PRIVATE KEY-----\n"),
    S("console", "(XEN) [1.0] d1: -----BEGIN PRIVATE KEY-----\n(XEN) [1.0] d1: "
                 "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEX"
                 "AMPL»\n(XEN) [1.1] d1: next\n"),
    S("syslog escapes",
      "x: -----BEGIN PRIVATE "
      "KEY-----#"
      "012«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL#"
      "012AQ==»#012-----END PRIVATE KEY-----#012\n"),
    S("XML attribute",
      "k=\"-----BEGIN PRIVATE "
      "KEY-----&#10;"
      "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL&#10;"
      "AQ==»&#10;-----END PRIVATE KEY-----\"\n"),
    S("URL", "key=-----BEGIN PRIVATE "
             "KEY-----%"
             "0A«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAM"
             "PL%0AAQ%3D%3D»%0A-----END PRIVATE KEY-----\n"),
    S("cut off", "-----BEGIN PRIVATE "
                 "KEY-----"
                 "\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLE"
                 "EXAMPL\nMIIE»"),
    S("cut off by others", "-----BEGIN PRIVATE "
                           "KEY-----"
                           "\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB"
                           "AQDEXAMPLEEXAMPL»\n[ 1.0] Linux version\n"),
    S("blanks between", "-----BEGIN PRIVATE KEY----- "
                        "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEX"
                        "AMPLEEXAMPL AQ==» -----END PRIVATE KEY-----\n"),
    S("block scalar", "k: |\n    -----BEGIN PRIVATE KEY-----\n    "
                      "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAM"
                      "PLEEXAMPL»\n    -----END PRIVATE KEY-----\nx: 1\n"),
    S("two", "-----BEGIN PRIVATE "
             "KEY-----"
             "\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAM"
             "PL»\n-----END PRIVATE KEY-----\n-----BEGIN EC PRIVATE "
             "KEY-----"
             "\n«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAM"
             "PL»\n-----END EC PRIVATE KEY-----\n"),
};

#endif
