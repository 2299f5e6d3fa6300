#include "redact/pseudonym_serial.h"

#include <ctype.h>
#include <string.h>

#include "collector/base/digest.h"

#define HALF_MAX 12 /* characters: 26^12 fits twice into 64 bits */
#define SERIAL_ROUNDS 10

struct half {
    uint8_t digit[HALF_MAX], radix[HALF_MAX];
    unsigned n;
};

static uint64_t half_size(const struct half *h)
{
    uint64_t size = 1;

    for (unsigned i = 0; i < h->n; i++)
        size *= h->radix[i];
    return size;
}

static uint64_t half_value(const struct half *h)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < h->n; i++)
        v = v * h->radix[i] + h->digit[i];
    return v;
}

static void half_set(struct half *h, uint64_t v)
{
    for (unsigned i = h->n; i-- > 0; v /= h->radix[i])
        h->digit[i] = (uint8_t)(v % h->radix[i]);
}

/* The round function hashes the round, the alphabet of each character, and the
 * other half. */
static uint64_t round_value(const uint8_t key[32], unsigned round,
                            const struct half *to, const struct half *by)
{
    uint8_t text[3 + 3 * HALF_MAX], mac[SHA256_SIZE];
    uint64_t v = 0;
    size_t n = 0;

    text[n++] = (uint8_t)round;
    text[n++] = (uint8_t)to->n;
    text[n++] = (uint8_t)by->n;
    memcpy(text + n, to->radix, to->n);
    n += to->n;
    memcpy(text + n, by->radix, by->n);
    n += by->n;
    memcpy(text + n, by->digit, by->n);
    n += by->n;
    hmac_sha256(key, text, n, mac);
    for (unsigned i = 0; i < 8; i++)
        v = v << 8 | mac[i];
    return v;
}

static void permute_halves(const uint8_t key[32], struct half h[2])
{
    uint64_t size[2] = {half_size(&h[0]), half_size(&h[1])};

    for (unsigned r = 0; r < SERIAL_ROUNDS; r++) {
        unsigned to = r % 2;
        uint64_t by = round_value(key, r, &h[to], &h[!to]) % size[to];

        half_set(&h[to], (half_value(&h[to]) + by) % size[to]);
    }
}

/* The alphabet that c is of: 0 if it stays. */
static unsigned alphabet(char c, bool hex)
{
    if (hex)
        return isxdigit((unsigned char)c) ? 16 : 0;
    return isdigit((unsigned char)c) ? 10 : isalpha((unsigned char)c) ? 26 : 0;
}

static uint8_t to_digit(char c)
{
    if (isdigit((unsigned char)c))
        return (uint8_t)(c - '0');
    return (uint8_t)(tolower((unsigned char)c) - 'a');
}

static char from_digit(uint8_t d, char was, bool hex, bool upper)
{
    if (!hex && isdigit((unsigned char)was))
        return (char)('0' + d);
    if (hex)
        return upper ? "0123456789ABCDEF"[d] : "0123456789abcdef"[d];
    return (char)((isupper((unsigned char)was) ? 'A' : 'a') + d);
}

void pseudonym_serial_permute(const uint8_t key[32], char *text, size_t len,
                              bool hex)
{
    char *at[2 * HALF_MAX];
    bool upper = false;
    size_t i = 0;

    for (size_t j = 0; j < len; j++)
        upper |= isupper((unsigned char)text[j]);
    while (i < len) {
        struct half h[2] = {{.n = 0}};
        unsigned n = 0;

        for (; i < len && n < 2 * HALF_MAX; i++)
            if (alphabet(text[i], hex))
                at[n++] = text + i;
        for (unsigned j = 0; j < n; j++) {
            struct half *to = &h[j >= n / 2];

            to->radix[to->n] = (uint8_t)alphabet(*at[j], hex);
            to->digit[to->n++] =
                (uint8_t)(to_digit(*at[j]) +
                          (hex && isalpha((unsigned char)*at[j]) ? 10 : 0));
        }
        if (n)
            permute_halves(key, h);
        for (unsigned j = 0; j < n; j++)
            *at[j] = from_digit(h[j >= n / 2].digit[j >= n / 2 ? j - n / 2 : j],
                                *at[j], hex, upper);
    }
}
