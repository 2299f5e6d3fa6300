#include "collector/base/base64.h"

#include <openssl/evp.h>

/* EVP_EncodeBlock takes and gives an int. */
#define PIECE (3u << 16)

uint64_t base64_size(uint64_t n)
{
    return (n + 2) / 3 * 4;
}

void base64_add(struct buf *out, const void *data, size_t n)
{
    const unsigned char *p = data;

    while (n) {
        size_t piece = n < PIECE ? n : PIECE;
        /* One more byte for the NUL that it writes. */
        char *to = buf_room(out, base64_size(piece) + 1);

        out->len += (size_t)EVP_EncodeBlock((unsigned char *)to, p, (int)piece);
        p += piece;
        n -= piece;
    }
}
