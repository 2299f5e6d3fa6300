#include "collector/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"

struct sha256 {
    EVP_MD_CTX *ctx;
};

/* libcrypto fails here only when it has no memory or no SHA-256 at all: no
 * token and no checksum can be made then, so there is nothing to go on with. */
static void must(int ok)
{
    static const char text[] = "xen-bugtool: libcrypto has no SHA-256\n";

    if (ok == 1)
        return;
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(1);
}

/* Looked up once: libcrypto goes through its providers each time it is asked
 * for EVP_sha256(). */
static const EVP_MD *sha256_md;

static void fetch_sha256(void)
{
    sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
    must(sha256_md != NULL);
}

struct sha256 *sha256_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sha256 *h = xcalloc(1, sizeof(*h));

    h->ctx = EVP_MD_CTX_new();
    must(h->ctx != NULL);
    pthread_once(&once, fetch_sha256);
    must(EVP_DigestInit_ex(h->ctx, sha256_md, NULL));
    return h;
}

void sha256_update(struct sha256 *h, const void *data, size_t n)
{
    must(EVP_DigestUpdate(h->ctx, data, n));
}

void sha256_hex(struct sha256 *h, char out[SHA256_HEX])
{
    uint8_t md[SHA256_SIZE];

    must(EVP_DigestFinal_ex(h->ctx, md, NULL));
    must(EVP_DigestInit_ex(h->ctx, NULL, NULL));
    hex_encode(md, sizeof(md), out);
}

void sha256_free(struct sha256 *h)
{
    if (!h)
        return;
    EVP_MD_CTX_free(h->ctx);
    free(h);
}

void hmac_sha256(const uint8_t key[32], const void *data, size_t n,
                 uint8_t out[SHA256_SIZE])
{
    unsigned len = SHA256_SIZE;

    must(HMAC(EVP_sha256(), key, 32, data, n, out, &len) != NULL);
}

void random_bytes(void *out, size_t n)
{
    uint8_t *p = out;

    while (n) {
        size_t step = n < 256 ? n : 256;

        must(getrandom(p, step, 0) == (ssize_t)step);
        p += step;
        n -= step;
    }
}

void hex_encode(const uint8_t *data, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }
    *out = '\0';
}

static uint8_t hex_value(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void hex_decode(const char *hex, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] =
            (uint8_t)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
}
