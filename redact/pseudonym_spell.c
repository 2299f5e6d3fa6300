#include "redact/pseudonym_spell.h"

#include <stdio.h>
#include <string.h>

#define SPELLING_MAX 33

typedef void spelling_fn(const uint8_t *ip, char out[SPELLING_MAX]);

static void dots(const uint8_t *ip, char out[SPELLING_MAX])
{
    snprintf(out, SPELLING_MAX, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

static void dashes(const uint8_t *ip, char out[SPELLING_MAX])
{
    snprintf(out, SPELLING_MAX, "%u-%u-%u-%u", ip[0], ip[1], ip[2], ip[3]);
}

static void digits(const uint8_t *ip, size_t n, char out[SPELLING_MAX])
{
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", ip[i]);
}

static void digits4(const uint8_t *ip, char out[SPELLING_MAX])
{
    digits(ip, 4, out);
}

static void digits6(const uint8_t *ip, char out[SPELLING_MAX])
{
    digits(ip, 16, out);
}

/* Each word of 32 bits from its last byte on, as /proc/net has it. */
static void words(const uint8_t *ip, size_t n, char out[SPELLING_MAX])
{
    uint8_t swapped[16];

    for (size_t i = 0; i < n; i++)
        swapped[i] = ip[i ^ 3];
    digits(swapped, n, out);
}

static void words4(const uint8_t *ip, char out[SPELLING_MAX])
{
    words(ip, 4, out);
}

static void words6(const uint8_t *ip, char out[SPELLING_MAX])
{
    words(ip, 16, out);
}

void pseudonym_spell(const struct pseudonym_keys *keys,
                     struct names_known *names, const uint8_t *ip, size_t n)
{
    static spelling_fn *const four[] = {dots, dashes, digits4, words4};
    static spelling_fn *const six[] = {digits6, words6};
    size_t n_forms =
        n == 4 ? sizeof(four) / sizeof(four[0]) : sizeof(six) / sizeof(six[0]);
    struct pseudonym_map *map = pseudonym_map_new(keys);
    uint8_t stands[16];

    memcpy(stands, ip, n);
    if (n == 4) {
        uint32_t x =
            pseudonym_ip4(map, (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 |
                                   (uint32_t)ip[2] << 8 | ip[3]);

        for (unsigned i = 0; i < 4; i++)
            stands[i] = (uint8_t)(x >> (24 - 8 * i));
    } else {
        pseudonym_ip6(map, stands);
    }
    for (size_t i = 0; i < n_forms; i++) {
        char from[SPELLING_MAX], to[SPELLING_MAX];

        (n == 4 ? four : six)[i](ip, from);
        (n == 4 ? four : six)[i](stands, to);
        names_known_spell(names, from, to);
    }
    pseudonym_map_free(map);
}
