#include "redact/token.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "redact/redact.h"
#include "redact/rule.h"

#define HEX_DIGITS 12

static const char opening[] = "[REDACTED:";
static const char unscannable[] = "unscannable";

/* What is hashed under the key begins with its purpose, so that a token never
 * tells anything about a key_id or the other way round. */
static void keyed(const uint8_t key[32], const char *purpose, const char *data,
                  char *hex, size_t n_hex)
{
    char text[16 + SHA256_HEX];
    uint8_t mac[SHA256_SIZE];
    char all[SHA256_HEX];
    int n = snprintf(text, sizeof(text), "%s:%s", purpose, data);

    hmac_sha256(key, text, (size_t)n, mac);
    hex_encode(mac, sizeof(mac), all);
    memcpy(hex, all, n_hex);
    hex[n_hex] = '\0';
}

size_t token_make(const uint8_t key[32], const char *rule, struct sha256 *hash,
                  char out[TOKEN_MAX + 1])
{
    char sum[SHA256_HEX], hex[HEX_DIGITS + 1];

    sha256_hex(hash, sum);
    keyed(key, "secret", sum, hex, HEX_DIGITS);
    return (size_t)snprintf(out, TOKEN_MAX + 1, "%s%s:%s]", opening, rule, hex);
}

size_t token_unscannable(uint64_t n, char out[TOKEN_MAX + 1])
{
    return (size_t)snprintf(out, TOKEN_MAX + 1, "%s%s:%" PRIu64 "]", opening,
                            unscannable, n);
}

void redact_key_id(const uint8_t key[REDACT_KEY_SIZE],
                   char out[REDACT_KEY_ID_SIZE])
{
    keyed(key, "key-id", "", out, REDACT_KEY_ID_SIZE - 1);
}

static size_t span(const char *text, size_t len, size_t max, const char *lo_hi)
{
    size_t n;

    for (n = 0; n < len && n < max; n++) {
        const char *r;

        for (r = lo_hi; *r && (text[n] < r[0] || text[n] > r[1]); r += 2)
            ;
        if (!*r)
            break;
    }
    return n;
}

size_t redact_token_len(const char *text, size_t len)
{
    size_t n = sizeof(opening) - 1, name, digits;

    if (len < n || memcmp(text, opening, n))
        return 0;
    if (!span(text + n, len - n, 1, "az"))
        return 0;
    name = span(text + n, len - n, RULE_NAME_MAX, "az09--");
    if (name == sizeof(unscannable) - 1 &&
        !memcmp(text + n, unscannable, name)) {
        n += name + 1;
        if (n > len || text[n - 1] != ':')
            return 0;
        digits = span(text + n, len - n, 20, "09");
        if (!digits)
            return 0;
    } else {
        n += name + 1;
        if (n > len || text[n - 1] != ':')
            return 0;
        digits = span(text + n, len - n, HEX_DIGITS, "09af");
        if (digits != HEX_DIGITS)
            return 0;
    }
    n += digits;
    return n < len && text[n] == ']' ? n + 1 : 0;
}
