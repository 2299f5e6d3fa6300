/* test_cert.c: which names are found in certificates, and that what is broken
 * gives none.  Both were made with "openssl req -x509" for this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "collector/base/cert.h"
#include "collector/base/core/buf.h"

static const char host[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIICBTCCAaugAwIBAgIUeR+0t56TqaIBjxpujxUr0zx0fTkwCgYIKoZIzj0EAwIw\n"
    "LjEQMA4GA1UECgwHRXhhbXBsZTEaMBgGA1UEAwwRYWxwaGEuZXhhbXBsZS5vcmcw\n"
    "IBcNMjYxMTI2MTkxNzQyWhgPMjEyNjExMDIxOTE3NDJaMC4xEDAOBgNVBAoMB0V4\n"
    "YW1wbGUxGjAYBgNVBAMMEWFscGhhLmV4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYI\n"
    "KoZIzj0DAQcDQgAEfmdcy3UxBNlnUNSniGaXvRKoDc2mtmKnkpwzNr9M9iRBWC0K\n"
    "I6/7vENrrraRhLhgwU6oELyG3gN+RDh1G6JQD6OBpDCBoTAdBgNVHQ4EFgQUax+8\n"
    "p3qBt2p7LYKzNXr3qf/++/swHwYDVR0jBBgwFoAUax+8p3qBt2p7LYKzNXr3qf/+\n"
    "+/swUQYDVR0RBEowSIIQYmV0YS5leGFtcGxlLm9yZ4INKi5leGFtcGxlLm5ldIcE\n"
    "wAACB4cQIAENuAAAAAAAAAAAAAAAB4ENYUBleGFtcGxlLm9yZzAMBgNVHRMBAf8E\n"
    "AjAAMAoGCCqGSM49BAMCA0gAMEUCIALwNXt6PgCdtNhWHUfx1zwefuMWBwcd6N3L\n"
    "d1SST+DbAiEAxDab2vcvizEwwn4C5g1ylSXcYx9B909drlTYfMm2nB0=\n"
    "-----END CERTIFICATE-----\n";

/* Its own authority; a common name and no other. */
static const char root[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBhTCCASugAwIBAgIUMRFBya8/no4/g8t34TqL/a4u44EwCgYIKoZIzj0EAwIw\n"
    "FzEVMBMGA1UEAwwMRXhhbXBsZSBSb290MCAXDTI2MTEyNjE5MTc0MloYDzIxMjYx\n"
    "MTAyMTkxNzQyWjAXMRUwEwYDVQQDDAxFeGFtcGxlIFJvb3QwWTATBgcqhkjOPQIB\n"
    "BggqhkjOPQMBBwNCAAQGySgie0pPGb9Xq+GybWfdX76dkAeqY+VK/udONty+KTHm\n"
    "RaPj+lreKjV2GC9Xltt4saC+9+EN25Jk6CxTpk0Co1MwUTAdBgNVHQ4EFgQUMynP\n"
    "qU4iG0W+5VTTUWoXvV/ojAIwHwYDVR0jBBgwFoAUMynPqU4iG0W+5VTTUWoXvV/o\n"
    "jAIwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBQMdlp34IUnsJh\n"
    "gHs+2sdb4gC0W4TosAT8RlC4fFbhlAIhALzKbvrntLYbMRGdmtBpwQHxa6spbKdo\n"
    "bUMEHJvnU/vp\n"
    "-----END CERTIFICATE-----\n";

#define NAMES                                                                  \
    "alpha.example.org\nalpha.example.org\nbeta.example.org\n*.example.net\n"  \
    "192.0.2.7\n2001:db8::7\n"

static void add(void *arg, const char *name, size_t len, bool ca)
{
    buf_add(arg, name, len);
    buf_adds(arg, ca ? " (ca)\n" : "\n");
}

static void assert_names(const void *text, size_t len, const char *want)
{
    struct buf got = BUF_INIT;
    void *own = malloc(len + !len);

    /* In a block of its own size: nothing behind the end is read. */
    memcpy(own, text, len);
    cert_names(own, len, add, &got);
    assert_string_equal(buf_str(&got), want);
    buf_done(&got);
    free(own);
}

static void test_pem(void **state)
{
    struct buf both = BUF_INIT;

    (void)state;
    assert_names(host, strlen(host), NAMES);
    buf_addf(&both,
             "what stands around it\n-----BEGIN PRIVATE KEY-----\nAAAA\n"
             "-----END PRIVATE KEY-----\n%s\n%s",
             root, host);
    assert_names(buf_str(&both), both.len,
                 "Example Root (ca)\nExample Root (ca)\n" NAMES);
    buf_done(&both);
}

/* The bytes of the block in host. */
static size_t to_der(uint8_t out[1024])
{
    char text[1400];
    size_t n = 0;

    for (const char *p = strchr(host, '\n'); *p && *p != '-'; p++)
        if (*p != '\n')
            text[n++] = *p;
    /* One byte of filling is at its end. */
    return (size_t)EVP_DecodeBlock(out, (const uint8_t *)text, (int)n) - 1;
}

static void test_der(void **state)
{
    uint8_t der[1024];
    size_t n = to_der(der);

    (void)state;
    assert_true(n > 400);
    assert_names(der, n, NAMES);
}

static void test_broken(void **state)
{
    uint8_t der[1024];
    size_t n = to_der(der);

    (void)state;
    assert_names("", 0, "");
    assert_names("no certificate\n", 15, "");
    for (size_t i = 0; i < n; i++)
        assert_names(der, i, "");
    for (size_t i = 0; i + 30 < strlen(host); i += 7)
        assert_names(host, i, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pem),
        cmocka_unit_test(test_der),
        cmocka_unit_test(test_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
