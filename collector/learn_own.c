/* This host's own addresses and ids in every spelling that a text may have of
 * them: what verify looks for, and what has no form of an address but must go.
 * Capitals count as small letters anyway. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/learn_lines.h"

#define SPELLING_MAX 80 /* of ip6.arpa, 72 */
#define NIBBLES 32
#define IPS_MAX 1024u

__attribute__((format(printf, 2, 3))) static void take(struct learn *l,
                                                       const char *fmt, ...)
{
    char text[SPELLING_MAX];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n > 0 && (size_t)n < sizeof(text))
        learn_take(l, PSEUDONYM_ADDRESS, text, (size_t)n);
}

/* As /proc/net has it: words as the processor has them. */
static void take_proc(struct learn *l, const uint8_t *ip, size_t n)
{
    char text[NIBBLES + 1] = "";
    uint32_t word;

    for (size_t i = 0; i < n; i += sizeof(word)) {
        memcpy(&word, ip + i, sizeof(word));
        snprintf(text + 2 * i, sizeof(text) - 2 * i, "%08X", word);
    }
    take(l, "%s", text);
}

static void take_ip4(struct learn *l, const uint8_t ip[4])
{
    pseudonyms_watch(l->p, ip, 4);
    take(l, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
    take(l, "%u-%u-%u-%u", ip[0], ip[1], ip[2], ip[3]);
    take(l, "%u.%u.%u.%u.in-addr.arpa", ip[3], ip[2], ip[1], ip[0]);
    take_proc(l, ip, 4);
    take(l, "%02X%02X%02X%02X", ip[0], ip[1], ip[2], ip[3]);
}

/* Eight groups, of so many digits at least. */
static void take_groups(struct learn *l, const uint8_t ip[16], int digits)
{
    char text[INET6_ADDRSTRLEN];
    size_t n = 0;

    for (unsigned i = 0; i < 16; i += 2)
        n +=
            (size_t)snprintf(text + n, sizeof(text) - n, "%s%0*x", i ? ":" : "",
                             digits, (unsigned)ip[i] << 8 | ip[i + 1]);
    take(l, "%s", text);
}

static void take_ip6(struct learn *l, const uint8_t ip[16])
{
    char text[INET6_ADDRSTRLEN], bare[NIBBLES + 1], back[2 * NIBBLES];

    pseudonyms_watch(l->p, ip, 16);
    take_groups(l, ip, 1);
    take_groups(l, ip, 4);
    if (inet_ntop(AF_INET6, ip, text, sizeof(text)))
        take(l, "%s", text);
    take_proc(l, ip, 16);
    for (unsigned i = 0; i < 16; i++)
        snprintf(bare + 2 * i, 3, "%02x", ip[i]);
    take(l, "%s", bare);
    for (unsigned i = 0; i < NIBBLES; i++) {
        back[2 * i] = bare[NIBBLES - 1 - i];
        back[2 * i + 1] = '.';
    }
    take(l, "%.*sip6.arpa", 2 * NIBBLES, back);
}

static void keep_ip(struct learn *l, const uint8_t *ip, uint8_t n)
{
    if (l->n_ips == IPS_MAX)
        return;
    l->ips = xreallocarray(l->ips, l->n_ips + 1, sizeof(*l->ips));
    l->ips[l->n_ips].n = n;
    memcpy(l->ips[l->n_ips++].ip, ip, n);
}

void learn_own_spellings(struct learn *l)
{
    for (size_t i = 0; i < l->n_ips; i++)
        pseudonyms_spell(l->p, l->ips[i].ip, l->ips[i].n);
}

void learn_own_address(struct learn *l, const char *s, size_t n)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t ip[16];

    if (!n || n >= sizeof(text))
        return;
    memcpy(text, s, n);
    text[n] = '\0';
    if (inet_pton(AF_INET, text, ip) == 1) {
        if (ip[0] && ip[0] != 127 && ip[0] < 224) {
            if (l->o->addresses)
                take_ip4(l, ip);
            else
                keep_ip(l, ip, 4);
        }
    } else if (inet_pton(AF_INET6, text, ip) == 1) {
        static const uint8_t none[15]; /* what :: and ::1 begin with */

        /* Neither groups nor fe00::0, which half of all /etc/hosts have. */
        if (memcmp(ip, none, sizeof(none)) && ip[0] != 0xff &&
            (ip[0] != 0xfe || ip[1])) {
            if (l->o->addresses)
                take_ip6(l, ip);
            else
                keep_ip(l, ip, 16);
        }
    }
}

/* digits: 12 hexadecimal ones. */
void learn_own_mac(struct learn *l, const char digits[12])
{
    char text[18], lower[12];
    uint8_t mac[6];

    if (!l->o->addresses)
        return;
    for (unsigned i = 0; i < sizeof(lower); i++)
        lower[i] = (char)tolower((unsigned char)digits[i]);
    hex_decode(lower, sizeof(mac), mac);
    pseudonyms_watch(l->p, mac, sizeof(mac));
    take(l, "%x:%x:%x:%x:%x:%x", mac[0], mac[1], mac[2], mac[3], mac[4],
         mac[5]);
    /* Bare, what IPv6 makes of it, and behind a number. */
    for (unsigned flip = 0; flip <= 2; flip += 2)
        take(l, "%02x%.4sfffe%.6s", mac[0] ^ flip, digits + 2, digits + 6);
    take(l, "0000%.12s", digits);
    take(l, "01%.12s", digits);
    for (unsigned every = 2; every <= 4; every += 2) {
        for (const char *sep = every == 2 ? ":-" : "."; *sep; sep++) {
            size_t n = 0;

            for (unsigned i = 0; i < 12; i++) {
                if (i && !(i % every))
                    text[n++] = *sep;
                text[n++] = digits[i];
            }
            take(l, "%.*s", (int)n, text);
        }
    }
}

/* 32 hexadecimal digits, bare or as a UUID: the other one. */
void learn_own_id(struct learn *l, const char *s, size_t n)
{
    char bare[NIBBLES];
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        if (s[i] == '-')
            continue;
        if (k == sizeof(bare) || !isxdigit((unsigned char)s[i]))
            return;
        bare[k++] = s[i];
    }
    if (!l->o->addresses || k != sizeof(bare))
        return;
    take(l, "%.32s", bare);
    take(l, "%.8s-%.4s-%.4s-%.4s-%.12s", bare, bare + 8, bare + 12, bare + 16,
         bare + 20);
}
