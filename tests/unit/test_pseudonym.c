/* The bijections: injective, subnets kept, what must stay stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "redact/pseudonym_map.h"

static struct pseudonym_keys *keys;
static struct pseudonym_map *map;

static int setup(void **state)
{
    uint8_t key[32];

    (void)state;
    memset(key, 7, sizeof(key));
    keys = pseudonym_keys_new(key);
    map = pseudonym_map_new(keys);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pseudonym_map_free(map);
    pseudonym_keys_free(keys);
    return 0;
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

/* How many leading bits are the same. */
static unsigned shared(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned n = 0;

    while (n < bits && !((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8))
        n++;
    return n;
}

/* ---- IPv4 ---------------------------------------------------------------- */

/* Every address of one /16: all different, all in one /16, every /24 in one. */
static void injective_16(uint32_t net)
{
    uint8_t *seen = xcalloc(65536, 1);
    uint32_t first = pseudonym_ip4(map, net | 0x203);

    for (uint32_t i = 0; i < 65536; i++) {
        uint32_t to = pseudonym_ip4(map, net | i);
        uint32_t mate = pseudonym_ip4(map, net | (i ^ 1));

        assert_int_equal(to >> 16, first >> 16);
        assert_int_equal(seen[to & 0xffff], 0);
        seen[to & 0xffff] = 1;
        assert_int_equal(to ^ mate, 1);
        if ((i & 255) <= 1 || (i & 255) == 255)
            assert_int_equal(to & 255, i & 255);
    }
    free(seen);
}

static void test_ip4_whole(void **state)
{
    (void)state;
    injective_16(0x0a000000);
    injective_16(0xc0a80000);
    injective_16(0xa9fe0000);
}

/* Every /16 becomes another one: a walk over their second addresses. */
static void test_ip4_networks(void **state)
{
    uint8_t *seen = xcalloc(65536, 1);

    (void)state;
    for (uint32_t i = 0; i < 65536; i++) {
        uint32_t to = pseudonym_ip4(map, i << 16 | 0x702) >> 16;

        assert_int_equal(seen[to], 0);
        seen[to] = 1;
    }
    free(seen);
}

/* Two addresses share as many bits as before. */
static void test_ip4_prefix(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (unsigned i = 0; i < 50000; i++) {
        uint32_t a = 0, b, ta, tb;
        uint8_t p[4][4];

        while (a >> 24 == 0 || a >> 24 == 127 || a >> 29 == 7 ||
               !(a & 0xffffff))
            a = (uint32_t)next_random(&seed);
        b = a ^ (uint32_t)(1 + next_random(&seed) % 0xffffff) >>
                    next_random(&seed) % 24;
        ta = pseudonym_ip4(map, a);
        tb = pseudonym_ip4(map, b);
        for (unsigned k = 0; k < 4; k++) {
            p[0][k] = (uint8_t)(a >> (24 - 8 * k));
            p[1][k] = (uint8_t)(b >> (24 - 8 * k));
            p[2][k] = (uint8_t)(ta >> (24 - 8 * k));
            p[3][k] = (uint8_t)(tb >> (24 - 8 * k));
        }
        assert_int_equal(shared(p[0], p[1], 32), shared(p[2], p[3], 32));
    }
}

static void test_ip4_stays(void **state)
{
    static const uint32_t stays[] = {
        0,          1,          0x7f000001, 0x7fffffff, 0xe0000001,
        0xeffffffa, 0xffffffff, 0xffffff00, 0xff000000, 0xfffffffc,
        0x80000000, 0xc0000000, 0xf0000000, 0x000000ff, 0xfe000000};

    (void)state;
    for (size_t i = 0; i < sizeof(stays) / sizeof(stays[0]); i++)
        assert_int_equal(pseudonym_ip4(map, stays[i]), stays[i]);
    assert_int_equal(pseudonym_ip4(map, 0xa9fe0709) >> 16, 0xa9fe);
    assert_int_not_equal(pseudonym_ip4(map, 0x0a000005), 0x0a000005);
}

/* ---- known networks ------------------------------------------------------ */

static uint32_t ip4_of(const uint8_t p[4])
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

/* Networks of every length that are taken, one in another too; by a map of its
 * own, as a map remembers. */
static struct pseudonym_keys *keys_with_networks(void)
{
    uint8_t key[32];
    struct pseudonym_keys *k;

    memset(key, 9, sizeof(key));
    k = pseudonym_keys_new(key);
    for (unsigned len = 16; len <= 30; len++) {
        uint8_t ip[4] = {10, (uint8_t)len, 0xaa, 0xaa};

        assert_true(pseudonym_keys_network(k, ip, false, len));
        assert_true(pseudonym_keys_network(k, ip, false, len)); /* again */
        ip[1] = 99;
        assert_true(pseudonym_keys_network(k, ip, false, len));
    }
    return k;
}

/* The first two addresses of a network and its last stay those. */
static void ends_stay(struct pseudonym_map *m, uint32_t net, unsigned len)
{
    uint32_t host = ~0u >> len, first = pseudonym_ip4(m, net & ~host);

    assert_int_equal(first & host, 0);
    assert_int_equal(pseudonym_ip4(m, (net & ~host) | 1), first | 1);
    assert_int_equal(pseudonym_ip4(m, net | host), first | host);
    assert_int_not_equal(first, net & ~host);
}

static void test_networks_ends(void **state)
{
    struct pseudonym_keys *k = keys_with_networks();
    struct pseudonym_map *m = pseudonym_map_new(k);
    unsigned others = 0;

    (void)state;
    for (unsigned len = 16; len <= 30; len++) {
        uint8_t ip[4] = {10, (uint8_t)len, 0xaa, 0xaa};

        ends_stay(m, ip4_of(ip), len);
        ip[1] = 99;
        ends_stay(m, ip4_of(ip), len);
        /* Of a network that nobody told of it is the last octet alone. */
        ip[1] = 200;
        others += (pseudonym_ip4(m, (ip4_of(ip) & ~(~0u >> len)) | 1) &
                   ~0u >> len) != 1;
    }
    assert_in_range(others, 5, 15);
    pseudonym_map_free(m);
    pseudonym_keys_free(k);
}

/* All of a /16 with networks in networks: no two become one, and any two share
 * as many bits as before. */
static void test_networks_bijection(void **state)
{
    struct pseudonym_keys *k = keys_with_networks();
    struct pseudonym_map *m = pseudonym_map_new(k);
    uint32_t *to = xcalloc(65536, sizeof(*to)), net = 0x0a630000;
    uint8_t *seen = xcalloc(65536, 1);
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (uint32_t i = 0; i < 65536; i++) {
        to[i] = pseudonym_ip4(m, net | i);
        assert_int_equal(to[i] >> 16, to[0] >> 16);
        assert_int_equal(seen[to[i] & 0xffff], 0);
        seen[to[i] & 0xffff] = 1;
    }
    for (unsigned i = 0; i < 200000; i++) {
        uint32_t a = (uint32_t)next_random(&seed) & 0xffff;
        uint32_t b = (a ^ (uint32_t)(1 + next_random(&seed) % 0xffff) >>
                              next_random(&seed) % 16);

        if (a != b)
            assert_int_equal(__builtin_clz(a ^ b),
                             __builtin_clz(to[a] ^ to[b]));
    }
    free(seen);
    free(to);
    pseudonym_map_free(m);
    pseudonym_keys_free(k);
}

/* What would tell too much or names no network is not taken, nor more than
 * there is room for. */
static void test_networks_refused(void **state)
{
    static const struct {
        unsigned len;
        bool six;
    } none[] = {{0, false},  {8, false}, {15, false}, {31, false}, {32, false},
                {99, false}, {31, true}, {127, true}, {128, true}, {300, true}};
    struct pseudonym_keys *k = keys_with_networks();
    uint8_t ip[16] = {10, 1, 2, 3};
    bool taken = true;

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(pseudonym_keys_network(k, ip, none[i].six, none[i].len));
    for (unsigned i = 0; i < 300; i++) {
        ip[1] = (uint8_t)i;
        ip[2] = (uint8_t)(i >> 8);
        taken = pseudonym_keys_network(k, ip, false, 24);
    }
    assert_false(taken);
    pseudonym_keys_free(k);
}

static void test_networks_ip6(void **state)
{
    static const unsigned lens[] = {48, 56, 64, 80, 112, 120, 126};
    uint8_t key[32] = {3};
    struct pseudonym_keys *k = pseudonym_keys_new(key);
    struct pseudonym_map *m;
    uint8_t net[16] = {0x20, 1, 0xd, 0xb8, 0xc1, 0xd2, 0xe3, 0xf4,
                       0xa5, 6, 7,   0x48, 0x59, 0x6a, 0x7b, 0x8c};

    (void)state;
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
        assert_true(pseudonym_keys_network(k, net, true, lens[i]));
    m = pseudonym_map_new(k);
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        uint8_t gate[16] = {0}, first[16];

        for (unsigned b = 0; b < lens[i]; b++)
            gate[b / 8] |= (uint8_t)(net[b / 8] & 0x80 >> b % 8);
        memcpy(first, gate, 16);
        gate[15] |= 1;
        pseudonym_ip6(m, gate);
        pseudonym_ip6(m, first);
        assert_memory_not_equal(first, net, lens[i] / 8);
        for (unsigned b = lens[i]; b < 128; b++) {
            assert_false(first[b / 8] & 0x80 >> b % 8);
            assert_int_equal(!!(gate[b / 8] & 0x80 >> b % 8), b == 127);
        }
        assert_int_equal(shared(first, gate, 128), 127);
    }
    pseudonym_map_free(m);
    pseudonym_keys_free(k);
}

/* ---- IPv6 ---------------------------------------------------------------- */

static void random_ip6(uint64_t *seed, uint8_t ip[16])
{
    for (unsigned i = 0; i < 16; i++)
        ip[i] = (uint8_t)next_random(seed);
    ip[0] = (uint8_t)(0x20 | ip[0] % 32);
    /* Half of them like those that people give by hand. */
    if (next_random(seed) % 2)
        memset(ip + 8, 0, 7);
    if (ip[11] == 0xff)
        ip[11] = 0;
}

static void test_ip6_prefix(void **state)
{
    uint64_t seed = 88172645463325252u;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t a[16], b[16], ta[16], tb[16];
        unsigned at = (unsigned)(3 + next_random(&seed) % 125);

        random_ip6(&seed, a);
        memcpy(b, a, 16);
        b[at / 8] ^= (uint8_t)(0x80 >> at % 8);
        if (b[11] == 0xff)
            continue;
        memcpy(ta, a, 16);
        memcpy(tb, b, 16);
        pseudonym_ip6(map, ta);
        pseudonym_ip6(map, tb);
        /* A new half that looks like one with a MAC in it is made once more. */
        if (shared(ta, tb, 128) == at)
            continue;
        fail_msg("bit %u", at);
    }
}

/* The low half, where MACs follow their own way: all of 65536 in a row. */
static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

static void test_ip6_injective(void **state)
{
    static const uint8_t base[16] = {0x20, 1, 0xd, 0xb8, 0, 1,    0,    7,
                                     2,    5, 9,   0,    0, 0x33, 0x44, 0x55};
    uint8_t(*all)[16] = xcalloc(65536, 16);

    (void)state;
    for (uint32_t i = 0; i < 65536; i++) {
        memcpy(all[i], base, 16);
        all[i][11] = (uint8_t)(i >> 8);
        all[i][12] = (uint8_t)i;
        pseudonym_ip6(map, all[i]);
        assert_memory_equal(all[i], all[0], 8);
    }
    qsort(all, 65536, 16, by_bytes);
    for (uint32_t i = 1; i < 65536; i++)
        assert_memory_not_equal(all[i - 1], all[i], 16);
    free(all);
}

static void test_ip6_parts(void **state)
{
    uint8_t mapped[16] = {0, 0, 0,    0,    0,  0, 0, 0,
                          0, 0, 0xff, 0xff, 10, 0, 0, 5};
    uint8_t link[16] = {0xfe, 0x80, 0,    0,    0,    0,    0,    0,
                        0x02, 0x1b, 0x21, 0xff, 0xfe, 0xaa, 0xbb, 0xcc};
    uint8_t gate[16] = {0x20, 1, 0xd, 0xb8, 0, 7, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1};
    uint8_t solicited[16] = {0xff, 2, 0, 0, 0,    0,    0,    0,
                             0,    0, 0, 1, 0xff, 0xaa, 0xbb, 0xcc};
    uint8_t mac[6] = {0, 0x1b, 0x21, 0xaa, 0xbb, 0xcc};
    uint32_t v4 = pseudonym_ip4(map, 0x0a000005);

    (void)state;
    pseudonym_ip6(map, mapped);
    assert_int_equal(mapped[12], v4 >> 24);
    assert_int_equal(mapped[15], v4 & 255);
    assert_int_equal(mapped[11], 0xff);
    pseudonym_mac(keys, mac);
    pseudonym_ip6(map, link);
    assert_int_equal(link[0], 0xfe);
    assert_int_equal(link[8], mac[0] ^ 2);
    assert_int_equal(link[9], mac[1]);
    assert_memory_equal(link + 13, mac + 3, 3);
    pseudonym_ip6(map, gate);
    assert_int_equal(gate[0] >> 5, 1);
    assert_int_equal(gate[15], 1);
    assert_int_equal(gate[14], 0);
    pseudonym_ip6(map, solicited);
    assert_memory_equal(solicited + 13, mac + 3, 3);
}

/* ---- MAC ----------------------------------------------------------------- */

static void test_mac_devices(void **state)
{
    uint8_t *seen = xcalloc(1u << 24, 1);

    (void)state;
    for (uint32_t i = 0; i < 1u << 24; i++) {
        uint8_t mac[6] = {
            0, 0x16, 0x3e, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
        uint32_t to;

        pseudonym_mac(keys, mac);
        to = (uint32_t)(mac[3] << 16 | mac[4] << 8 | mac[5]);
        if (seen[to] || mac[0] || mac[1] != 0x16 || mac[2] != 0x3e)
            fail_msg("%06x twice", to);
        seen[to] = 1;
    }
    free(seen);
}

static void test_mac_vendors(void **state)
{
    uint8_t *seen = xcalloc(1u << 24, 1);

    (void)state;
    for (uint32_t i = 0; i < 1u << 24; i++) {
        uint8_t mac[6] = {
            (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1, 2, 3};
        uint32_t to;

        pseudonym_mac(keys, mac);
        to = (uint32_t)(mac[0] << 16 | mac[1] << 8 | mac[2]);
        if (seen[to] || (to >> 16 & 3) != (i >> 16 & 3) ||
            ((i == 0x01005e || i >> 8 == 0x3333) && to != i))
            fail_msg("%06x from %06x", to, i);
        seen[to] = 1;
    }
    free(seen);
}

static void test_mac_stays(void **state)
{
    static const uint8_t stays[][6] = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                                       {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff},
                                       {0, 0, 0, 0, 0, 0},
                                       {1, 0, 0x5e, 0, 0, 0xfb},
                                       {0x33, 0x33, 0, 0, 0, 1},
                                       {1, 0x80, 0xc2, 0, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(stays) / sizeof(stays[0]); i++) {
        uint8_t mac[6];

        memcpy(mac, stays[i], 6);
        pseudonym_mac(keys, mac);
        assert_memory_equal(mac, stays[i], 6);
    }
}

/* ---- serial numbers and names -------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return memcmp(a, b, 8);
}

static void test_serial(void **state)
{
    char(*all)[8] = xcalloc(26 * 10 * 10 * 26, 8), text[64];
    size_t n = 0;

    (void)state;
    for (unsigned i = 0; i < 26 * 10 * 10 * 26; i++) {
        snprintf(all[n], 8, "%c%u-%u%c", (char)('A' + i % 26), i / 26 % 10,
                 i / 260 % 10, (char)('a' + i / 2600));
        pseudonym_serial(keys, all[n], 5, false);
        assert_true(all[n][0] >= 'A' && all[n][0] <= 'Z');
        assert_true(all[n][1] >= '0' && all[n][1] <= '9');
        assert_int_equal(all[n][2], '-');
        assert_true(all[n][4] >= 'a' && all[n][4] <= 'z');
        n++;
    }
    qsort(all, n, 8, by_text);
    for (size_t i = 1; i < n; i++)
        assert_memory_not_equal(all[i - 1], all[i], 8);
    free(all);
    /* Of any length; the case of hexadecimal digits does not matter. */
    memset(text, 'Q', sizeof(text));
    pseudonym_serial(keys, text, sizeof(text), false);
    for (size_t i = 0; i < sizeof(text); i++)
        assert_true(text[i] >= 'A' && text[i] <= 'Z');
    strcpy(text, "0a1b2c3d4e5f6071");
    strcpy(text + 20, "0A1B2C3D4E5F6071");
    pseudonym_serial(keys, text, 16, true);
    pseudonym_serial(keys, text + 20, 16, true);
    assert_int_equal(strcasecmp(text, text + 20), 0);
}

static void test_names(void **state)
{
    char a[PSEUDONYM_NAME_MAX + 1], b[PSEUDONYM_NAME_MAX + 1];

    (void)state;
    assert_int_equal(pseudonym_name(keys, "host", "Alpha", 5, 8, a), 13);
    pseudonym_name(keys, "host", "alpha", 5, 8, b);
    assert_string_equal(a, b);
    pseudonym_name(keys, "user", "alpha", 5, 8, b);
    assert_string_not_equal(a + 5, b + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ip4_whole),
        cmocka_unit_test(test_ip4_networks),
        cmocka_unit_test(test_ip4_prefix),
        cmocka_unit_test(test_ip4_stays),
        cmocka_unit_test(test_networks_ends),
        cmocka_unit_test(test_networks_bijection),
        cmocka_unit_test(test_networks_refused),
        cmocka_unit_test(test_networks_ip6),
        cmocka_unit_test(test_ip6_prefix),
        cmocka_unit_test(test_ip6_injective),
        cmocka_unit_test(test_ip6_parts),
        cmocka_unit_test(test_mac_devices),
        cmocka_unit_test(test_mac_vendors),
        cmocka_unit_test(test_mac_stays),
        cmocka_unit_test(test_serial),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
