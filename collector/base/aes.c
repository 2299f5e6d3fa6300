#include "collector/base/aes.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"

struct aes {
    EVP_CIPHER_CTX *ctx;
};

/* As in digest.c: without it no pseudonym can be made. */
static void must(int ok)
{
    static const char text[] = "xen-bugtool: libcrypto has no AES\n";

    if (ok == 1)
        return;
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(1);
}

struct aes *aes_new(const uint8_t key[AES_KEY_SIZE])
{
    struct aes *a = xcalloc(1, sizeof(*a));

    a->ctx = EVP_CIPHER_CTX_new();
    must(a->ctx != NULL);
    must(EVP_EncryptInit_ex(a->ctx, EVP_aes_128_ecb(), NULL, key, NULL));
    must(EVP_CIPHER_CTX_set_padding(a->ctx, 0));
    return a;
}

void aes_blocks(struct aes *a, const uint8_t *in, uint8_t *out, size_t n)
{
    int made;

    must(EVP_EncryptUpdate(a->ctx, out, &made, in, (int)(n * AES_BLOCK)));
}

void aes_free(struct aes *a)
{
    if (!a)
        return;
    EVP_CIPHER_CTX_free(a->ctx);
    free(a);
}
