#include "collector/base/cert.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CERTS_MAX 256u /* in one text */
#define NAMES_MAX 64   /* in one certificate */

struct cert {
    X509 *x;
    bool ca;
    cert_name_fn *fn;
    void *arg;
};

static void common_names(const struct cert *c, const X509_NAME *name)
{
    int at = -1;

    for (int n = 0; n < NAMES_MAX; n++) {
        unsigned char *text = NULL;
        int len;

        at = X509_NAME_get_index_by_NID(name, NID_commonName, at);
        if (at < 0)
            return;
        len = ASN1_STRING_to_UTF8(
            &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
        if (len > 0)
            c->fn(c->arg, (const char *)text, (size_t)len, c->ca);
        OPENSSL_free(text);
    }
}

static void alternative_name(const struct cert *c, const GENERAL_NAME *g)
{
    const ASN1_STRING *s = g->type == GEN_DNS     ? g->d.dNSName
                           : g->type == GEN_IPADD ? g->d.iPAddress
                                                  : NULL;
    char text[INET6_ADDRSTRLEN];
    int len = s ? ASN1_STRING_length(s) : 0;

    if (len <= 0)
        return;
    if (g->type == GEN_DNS) {
        c->fn(c->arg, (const char *)ASN1_STRING_get0_data(s), (size_t)len,
              c->ca);
        return;
    }
    if ((len == 4 || len == 16) &&
        inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(s), text,
                  sizeof(text)))
        c->fn(c->arg, text, strlen(text), c->ca);
}

static void one(const unsigned char *der, size_t len, cert_name_fn *fn,
                void *arg)
{
    struct cert c = {d2i_X509(NULL, &der, (long)len), false, fn, arg};
    GENERAL_NAMES *names;

    if (!c.x)
        return;
    c.ca = X509_check_ca(c.x) == 1;
    common_names(&c, X509_get_subject_name(c.x));
    common_names(&c, X509_get_issuer_name(c.x));
    names = X509_get_ext_d2i(c.x, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && i < NAMES_MAX; i++)
        alternative_name(&c, sk_GENERAL_NAME_value(names, i));
    GENERAL_NAMES_free(names);
    X509_free(c.x);
}

void cert_names(const void *data, size_t len, cert_name_fn *fn, void *arg)
{
    BIO *in = BIO_new_mem_buf(data, (int)len);
    unsigned char *der;
    char *name, *header;
    long n;

    if (len && *(const unsigned char *)data == 0x30)
        one(data, len, fn, arg);
    /* Not PEM_read_bio_X509, which would ask for a pass phrase. */
    for (unsigned i = 0;
         in && i < CERTS_MAX && PEM_read_bio(in, &name, &header, &der, &n);
         i++) {
        if (!strcmp(name, PEM_STRING_X509) ||
            !strcmp(name, PEM_STRING_X509_OLD) ||
            !strcmp(name, PEM_STRING_X509_TRUSTED))
            one(der, (size_t)n, fn, arg);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    BIO_free(in);
    ERR_clear_error();
}
