/* digest.h: SHA-256 and HMAC-SHA-256 over libcrypto. */
#ifndef XB_DIGEST_H
#define XB_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32
#define SHA256_HEX 65

struct sha256;

struct sha256 *sha256_new(void);
void sha256_update(struct sha256 *h, const void *data, size_t n);
/* Writes 64 lower-case hex digits and starts afresh. */
void sha256_hex(struct sha256 *h, char out[SHA256_HEX]);
void sha256_free(struct sha256 *h);

/* Thread-safe; one call, no state. */
void hmac_sha256(const uint8_t key[32], const void *data, size_t n,
                 uint8_t out[SHA256_SIZE]);

/* From the kernel; ends the process if there is no randomness. */
void random_bytes(void *out, size_t n);

void hex_encode(const uint8_t *data, size_t n, char *out /* 2n + 1 */);
/* What hex_encode gave: 2n digits, lower case. */
void hex_decode(const char *hex, size_t n, uint8_t *out);

#endif
