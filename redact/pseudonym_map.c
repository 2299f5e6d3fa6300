#include "redact/pseudonym_map.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/aes.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "redact/pseudonym_serial.h"
#include "redact/pseudonym_watch.h"

/* ---- keys ---------------------------------------------------------------- */

#define ROUNDS 8
#define VENDOR_HALF 11 /* bits of a vendor but multicast and local: 22 */
#define DEVICE_HALF 12

/* Its address, of which len bits count. */
struct network {
    uint8_t ip[16];
    unsigned len;
};

#define NETWORKS_MAX 256u

/* Networks that hosts are on. */
struct networks {
    struct network v[NETWORKS_MAX];
    size_t n;
};

struct pseudonym_keys {
    uint8_t name[SHA256_SIZE], serial[SHA256_SIZE];
    uint8_t ip4[SHA256_SIZE], ip6[SHA256_SIZE];
    /* The round functions of the two permutations of a MAC. */
    uint16_t vendor[ROUNDS][1u << VENDOR_HALF];
    uint16_t device[ROUNDS][1u << DEVICE_HALF];
    struct networks net4, net6;
    struct pseudonym_watch *watch; /* or NULL */
};

struct pseudonym_map {
    const struct pseudonym_keys *keys;
    struct aes *ip4, *ip6;
    /* Logs name the same few addresses again and again. */
    struct {
        uint32_t from, to;
        bool known;
    } recent[256];
    struct pseudonym_recent names[64];
};

/* What is hashed under the key begins with its purpose, as for tokens. */
static void derive(const uint8_t key[32], const char *purpose,
                   uint8_t out[SHA256_SIZE])
{
    hmac_sha256(key, purpose, strlen(purpose), out);
}

/* Fills a table with random bits from AES in counter mode. */
static void fill(const uint8_t key[AES_KEY_SIZE], uint16_t *table, size_t n,
                 uint16_t mask)
{
    struct aes *aes = aes_new(key);
    uint8_t block[AES_BLOCK] = {0};
    size_t per = AES_BLOCK / sizeof(*table);

    for (size_t i = 0; i < n; i += per) {
        uint8_t out[AES_BLOCK];

        block[0] = (uint8_t)(i / per);
        block[1] = (uint8_t)(i / per >> 8);
        aes_blocks(aes, block, out, 1);
        for (size_t k = 0; k < per; k++)
            table[i + k] =
                (uint16_t)((out[2 * k] | out[2 * k + 1] << 8) & mask);
    }
    aes_free(aes);
}

struct pseudonym_keys *pseudonym_keys_new(const uint8_t key[32])
{
    struct pseudonym_keys *k = xcalloc(1, sizeof(*k));
    uint8_t sub[SHA256_SIZE];

    derive(key, "pseudonym:name", k->name);
    derive(key, "pseudonym:serial", k->serial);
    derive(key, "pseudonym:ip4", k->ip4);
    derive(key, "pseudonym:ip6", k->ip6);
    derive(key, "pseudonym:vendor", sub);
    fill(sub, k->vendor[0], ROUNDS << VENDOR_HALF, (1u << VENDOR_HALF) - 1);
    derive(key, "pseudonym:device", sub);
    fill(sub, k->device[0], ROUNDS << DEVICE_HALF, (1u << DEVICE_HALF) - 1);
    explicit_bzero(sub, sizeof(sub));
    return k;
}

void pseudonym_keys_free(struct pseudonym_keys *k)
{
    if (!k)
        return;
    pseudonym_watch_free(k->watch);
    explicit_bzero(k, sizeof(*k));
    free(k);
}

void pseudonym_keys_watch(struct pseudonym_keys *k, struct pseudonym_watch *w)
{
    pseudonym_watch_free(k->watch);
    k->watch = w;
}

struct pseudonym_watch *pseudonym_keys_watched(const struct pseudonym_keys *k)
{
    return k->watch;
}

static void see(const struct pseudonym_keys *k, const uint8_t *id, size_t n)
{
    if (k->watch)
        pseudonym_watch_see(k->watch, id, n);
}

struct pseudonym_map *pseudonym_map_new(const struct pseudonym_keys *k)
{
    struct pseudonym_map *m = xcalloc(1, sizeof(*m));

    m->keys = k;
    m->ip4 = aes_new(k->ip4);
    m->ip6 = aes_new(k->ip6);
    return m;
}

void pseudonym_map_free(struct pseudonym_map *m)
{
    if (!m)
        return;
    aes_free(m->ip4);
    aes_free(m->ip6);
    free(m);
}

/* ---- IP ------------------------------------------------------------------ */

/* What is flipped: for each bit from..to-1 of the address one block, which is
 * all bits before it, a one, and zeros; the bit is flipped by the lowest bit of
 * what that encrypts to.  All depend on the original alone, so one call does.
 */
static void flips(struct aes *aes, const uint8_t *ip, unsigned from,
                  unsigned to, uint8_t *flip)
{
    uint8_t blocks[128 * AES_BLOCK];
    unsigned n = to - from;

    memset(blocks, 0, (size_t)n * AES_BLOCK);
    for (unsigned i = from; i < to; i++) {
        uint8_t *b = blocks + (size_t)(i - from) * AES_BLOCK;

        memcpy(b, ip, i / 8);
        if (i % 8)
            b[i / 8] = (uint8_t)(ip[i / 8] & (0xff00 >> i % 8));
        b[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    aes_blocks(aes, blocks, blocks, n);
    for (unsigned i = 0; i < n; i++)
        flip[i] = blocks[(size_t)i * AES_BLOCK] & 1;
}

static bool bit(const uint8_t *p, unsigned i)
{
    return p[i / 8] & 0x80 >> i % 8;
}

/* Whether the first n bits are the same. */
static bool shares(const uint8_t *a, const uint8_t *b, unsigned n)
{
    unsigned rest = n % 8;

    return !memcmp(a, b, n / 8) &&
           (!rest || !((a[n / 8] ^ b[n / 8]) & (0xff00 >> rest) & 0xff));
}

/* Of networks that stay as a whole: no other may become one, so no bit is
 * flipped on the way to it. */
static bool leads_to(const uint8_t *ip, unsigned i, const struct network *net,
                     size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (i < net[k].len && shares(ip, net[k].ip, i))
            return true;
    return false;
}

bool pseudonym_keys_network(struct pseudonym_keys *k, const uint8_t *ip,
                            bool six, unsigned len)
{
    struct networks *nets = six ? &k->net6 : &k->net4;
    struct network *to = &nets->v[nets->n];

    if (len < (six ? NETWORK6_LEAST : NETWORK4_LEAST) ||
        len > (six ? 126u : 30u))
        return false;
    for (size_t i = 0; i < nets->n; i++)
        if (nets->v[i].len == len && shares(ip, nets->v[i].ip, len))
            return true;
    if (nets->n == NETWORKS_MAX)
        return false;
    nets->n++;
    memset(to, 0, sizeof(*to));
    memcpy(to->ip, ip, six ? 16 : 4);
    to->len = len;
    return true;
}

bool pseudonym_keys_on_network(const struct pseudonym_keys *k, uint32_t ip)
{
    uint8_t p[4] = {(uint8_t)(ip >> 24), (uint8_t)(ip >> 16),
                    (uint8_t)(ip >> 8), (uint8_t)ip};

    for (size_t i = 0; i < k->net4.n; i++)
        if (shares(p, k->net4.v[i].ip, k->net4.v[i].len))
            return true;
    return false;
}

/* How bits from..to-1 of ip become others. */
struct change {
    struct aes *aes;
    const struct network *kept;
    size_t n_kept;
    unsigned from, to;
    /* From here on, and from where the host's part begins in each network that
     * it is of, no bit is flipped as long as all since were zeros (or, if ones
     * is set, ones): so ...0, ...1 and ...255 stay.  All depends on the bits
     * before alone, so what shares them still does. */
    unsigned tail;
    bool ones;
    const struct networks *known;
};

/* A bit for each length of a network that ip is of. */
static void host_parts(const struct networks *nets, const uint8_t *ip,
                       uint8_t begins[16])
{
    memset(begins, 0, 16);
    for (size_t i = 0; i < nets->n; i++)
        if (shares(ip, nets->v[i].ip, nets->v[i].len))
            begins[nets->v[i].len / 8] |= (uint8_t)(0x80 >> nets->v[i].len % 8);
}

static void change_bits(const struct change *c, uint8_t *ip)
{
    bool zero = false, one = false;
    uint8_t flip[128], was[16], begins[16];

    memcpy(was, ip, c->to / 8);
    host_parts(c->known, was, begins);
    flips(c->aes, ip, c->from, c->to, flip);
    for (unsigned i = c->from; i < c->to; i++) {
        if (i == c->tail || bit(begins, i)) {
            zero = true;
            one = c->ones;
        }
        bool stays = zero || one || leads_to(was, i, c->kept, c->n_kept);

        zero &= !bit(was, i);
        one &= bit(was, i);
        if (!stays && flip[i - c->from])
            ip[i / 8] ^= (uint8_t)(0x80 >> i % 8);
    }
}

static const struct network kept4[] = {{{0}, 8},
                                       {{127}, 8},
                                       {{169, 254}, 16},
                                       {{169, 254, 0}, 24},
                                       {{169, 254, 255}, 24},
                                       {{169, 254, 169}, 24},
                                       {{224}, 3}};

#define N_KEPT4 (sizeof(kept4) / sizeof(kept4[0]))

static uint32_t change_ip4(struct pseudonym_map *m, uint32_t ip)
{
    struct change c = {m->ip4, kept4, N_KEPT4, 0, 32, 24, true, &m->keys->net4};
    uint8_t p[4] = {(uint8_t)(ip >> 24), (uint8_t)(ip >> 16),
                    (uint8_t)(ip >> 8), (uint8_t)ip};

    change_bits(&c, p);
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

/* The netmasks below 224.0.0.0. */
static bool is_mask(uint32_t ip)
{
    return ip == 0x80000000u || ip == 0xc0000000u;
}

/* Of the link, and no host's own choice: RFC 3927 (2.1) keeps the first and the
 * last 256 back; clouds tell of a guest at 169.254.169.254. */
static bool is_fixed_link(uint32_t ip)
{
    return ip >> 8 == 0xa9fe00 || ip >> 8 == 0xa9feff || ip >> 8 == 0xa9fea9;
}

uint32_t pseudonym_ip4(struct pseudonym_map *m, uint32_t ip)
{
    unsigned slot = (ip * 0x9e3779b1u) >> 24;
    uint32_t to = ip;

    if (m->keys->watch)
        see(m->keys,
            (uint8_t[]){(uint8_t)(ip >> 24), (uint8_t)(ip >> 16),
                        (uint8_t)(ip >> 8), (uint8_t)ip},
            4);
    if (ip >> 24 == 0 || ip >> 24 == 127 || ip >> 29 == 7 || is_mask(ip) ||
        is_fixed_link(ip))
        return ip;
    if (m->recent[slot].known && m->recent[slot].from == ip)
        return m->recent[slot].to;
    do {
        to = change_ip4(m, to);
    } while (is_mask(to));
    m->recent[slot].from = ip;
    m->recent[slot].to = to;
    m->recent[slot].known = true;
    return to;
}

static const struct network kept6[] = {
    {{0}, 96},                                        /* ::IPv4 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, /* ::ffff:IPv4 */
    {{0, 0x64, 0xff, 0x9b}, 96},                      /* NAT64 */
    {{0x20}, 3},                                      /* global */
    {{0x20, 0x02}, 16},                               /* 6to4 */
    {{0xfc}, 8},
    {{0xfd}, 8},        /* local */
    {{0xfe, 0x80}, 64}, /* of the link */
    {{0xfe, 0xc0}, 10},
    {{0xff}, 8},
};

#define N_KEPT6 (sizeof(kept6) / sizeof(kept6[0]))

/* The last four bytes. */
static void embedded_ip4(struct pseudonym_map *m, uint8_t ip[16])
{
    uint32_t v4 = (uint32_t)ip[12] << 24 | (uint32_t)ip[13] << 16 |
                  (uint32_t)ip[14] << 8 | ip[15];

    v4 = pseudonym_ip4(m, v4);
    ip[12] = (uint8_t)(v4 >> 24);
    ip[13] = (uint8_t)(v4 >> 16);
    ip[14] = (uint8_t)(v4 >> 8);
    ip[15] = (uint8_t)v4;
}

/* EUI-64 (RFC 4291, appendix A). */
static bool is_eui64(const uint8_t ip[16])
{
    return ip[11] == 0xff && ip[12] == 0xfe;
}

static void embedded_mac(const struct pseudonym_keys *k, uint8_t ip[16])
{
    uint8_t mac[6] = {ip[8] ^ 2, ip[9], ip[10], ip[13], ip[14], ip[15]};

    pseudonym_mac(k, mac);
    ip[8] = mac[0] ^ 2;
    ip[9] = mac[1];
    ip[10] = mac[2];
    memcpy(ip + 13, mac + 3, 3);
}

/* ---- MAC ----------------------------------------------------------------- */

/* A balanced Feistel network over 2 * half bits. */
static uint32_t permute(uint32_t x, unsigned half, const uint16_t *table)
{
    uint32_t mask = (1u << half) - 1, left = x >> half, right = x & mask, t;

    for (unsigned r = 0; r < ROUNDS; r++) {
        t = left ^ table[((size_t)r << half) + right];
        left = right;
        right = t;
    }
    return left << half | right;
}

/* Without the two lowest bits of the first byte, which are in low.  Of groups
 * those that protocols use stay. */
static bool vendor_stays(uint32_t v, unsigned low)
{
    static const uint32_t groups[] = {0x01005e, 0x0180c2, 0x01000c, 0x011b19,
                                      0x010ccd, 0x09002b, 0x030000};
    uint32_t whole = (v >> 16 << 18) | low << 16 | (v & 0xffff);

    if (v == 0x00163e || v == 0 || v == 0x3fffff) /* of fe:ff:ff, ff:ff:ff */
        return true;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (whole == groups[i])
            return true;
    return whole >> 8 == 0x3333; /* of IPv6 */
}

static bool device_stays(uint32_t d)
{
    return d == 0 || d == 0xffffff;
}

static uint32_t device(const struct pseudonym_keys *k, uint32_t d)
{
    if (device_stays(d))
        return d;
    do {
        d = permute(d, DEVICE_HALF, k->device[0]);
    } while (device_stays(d));
    return d;
}

static void map_device(const struct pseudonym_keys *k, uint8_t p[3])
{
    uint32_t d = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

    d = device(k, d);
    p[0] = (uint8_t)(d >> 16);
    p[1] = (uint8_t)(d >> 8);
    p[2] = (uint8_t)d;
}

void pseudonym_mac(const struct pseudonym_keys *k, uint8_t mac[6])
{
    uint32_t v = (uint32_t)(mac[0] >> 2) << 16 | (uint32_t)mac[1] << 8 | mac[2];

    bool stays = vendor_stays(v, mac[0] & 3);

    see(k, mac, 6);
    /* What IPv6 sends to ff02::1:ffXX:XXXX holds the end of an address; no
     * other group names a host. */
    if (mac[0] & 1 && stays) {
        if (mac[0] == 0x33 && mac[1] == 0x33 && mac[2] == 0xff) {
            see(k, mac + 3, 3);
            map_device(k, mac + 3);
        }
        return;
    }
    if (!stays) {
        do {
            v = permute(v, VENDOR_HALF, k->vendor[0]);
        } while (vendor_stays(v, mac[0] & 3));
        mac[0] = (uint8_t)(v >> 16 << 2 | (mac[0] & 3));
        mac[1] = (uint8_t)(v >> 8);
        mac[2] = (uint8_t)v;
    }
    map_device(k, mac + 3);
}

/* ---- IPv6, which embeds the others --------------------------------------- */

static bool is_solicited(const uint8_t ip[16])
{
    static const uint8_t net[16] = {0xff, 2, 0, 0, 0, 0,   0,
                                    0,    0, 0, 0, 1, 0xff};

    return shares(ip, net, 104);
}

/* In ::/96 there are addresses that no IPv4 address is in: ::1. */
static bool embeds_ip4(const uint8_t ip[16])
{
    return shares(ip, kept6[0].ip, 96) || shares(ip, kept6[1].ip, 96) ||
           shares(ip, kept6[2].ip, 96);
}

void pseudonym_ip6(struct pseudonym_map *m, uint8_t ip[16])
{
    const struct networks *known = &m->keys->net6;
    struct change upper = {m->ip6, kept6, N_KEPT6, 0, 64, 64, false, known};
    struct change lower = {m->ip6, kept6, N_KEPT6, 64, 128, 64, false, known};
    uint8_t low[16];

    see(m->keys, ip, 16);
    if (embeds_ip4(ip)) {
        embedded_ip4(m, ip);
        return;
    }
    if (ip[0] == 0xff) {
        if (is_solicited(ip)) {
            see(m->keys, ip + 13, 3);
            map_device(m->keys, ip + 13);
        }
        return;
    }
    memcpy(low, ip, sizeof(low));
    if (is_eui64(low))
        embedded_mac(m->keys, low);
    else
        do {
            change_bits(&lower, low);
        } while (is_eui64(low));
    change_bits(&upper, ip);
    memcpy(ip + 8, low + 8, 8);
}

/* ---- names and serial numbers
 * --------------------------------------------------------------- */

struct pseudonym_recent *pseudonym_recent(struct pseudonym_map *m, uint8_t kind,
                                          const char *text, size_t len,
                                          bool *known)
{
    struct pseudonym_recent *r;
    uint32_t h = kind;

    if (!len || len > sizeof(r->text))
        return NULL;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (uint8_t)text[i]) * 0x01000193u;
    r = &m->names[h >> 26];
    *known = r->len == len && r->kind == kind && !memcmp(r->text, text, len);
    if (!*known) {
        r->kind = kind;
        r->len = (uint8_t)len;
        memcpy(r->text, text, len);
    }
    return r;
}

void pseudonym_serial(const struct pseudonym_keys *k, char *text, size_t len,
                      bool hex)
{
    pseudonym_serial_permute(k->serial, text, len, hex);
}

size_t pseudonym_name(const struct pseudonym_keys *k, const char *kind,
                      const char *text, size_t len, unsigned digits,
                      char out[PSEUDONYM_NAME_MAX + 1])
{
    char lower[512], hex[SHA256_HEX];
    uint8_t mac[SHA256_SIZE];
    size_t n = (size_t)snprintf(lower, sizeof(lower), "%s:", kind);

    for (size_t i = 0; i < len && n < sizeof(lower); i++)
        lower[n++] = (char)tolower((unsigned char)text[i]);
    hmac_sha256(k->name, lower, n, mac);
    hex_encode(mac, sizeof(mac), hex);
    return (size_t)snprintf(out, PSEUDONYM_NAME_MAX + 1, "%s-%.*s", kind,
                            (int)digits, hex);
}
