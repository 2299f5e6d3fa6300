/* aes.h: AES-128 over libcrypto, as a keyed function of blocks. */
#ifndef XB_AES_H
#define XB_AES_H

#include <stddef.h>
#include <stdint.h>

#define AES_KEY_SIZE 16
#define AES_BLOCK 16

struct aes;

/* One thread's. */
struct aes *aes_new(const uint8_t key[AES_KEY_SIZE]);
/* Encrypts n blocks, each by itself; out may be in. */
void aes_blocks(struct aes *a, const uint8_t *in, uint8_t *out, size_t n);
void aes_free(struct aes *a);

#endif
