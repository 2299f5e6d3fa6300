/* pseudonym_map.h: keyed bijections, from an original to what stands for it.
 *
 * Under one key the same original always becomes the same, and no two become
 * one.  Addresses of IP follow Crypto-PAn (Xu, Fan, Ammar, Moon): two that
 * share their first n bits still share n bits.  MACs and serial numbers are
 * permuted by Feistel networks.  struct pseudonym_keys is made once and shared;
 * struct pseudonym_map is one thread's. */
#ifndef XB_PSEUDONYM_MAP_H
#define XB_PSEUDONYM_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PSEUDONYM_NAME_MAX 32

struct pseudonym_keys;
struct pseudonym_map;

struct pseudonym_keys *pseudonym_keys_new(const uint8_t key[32]);
void pseudonym_keys_free(struct pseudonym_keys *k);

/* The network of an address (4 bytes, six: 16, in network order) by its length:
 * its first two addresses, and of IPv4 its last, stay those.  Only of these
 * lengths, as in larger networks the host's part would tell the address, and of
 * the first NETWORKS_MAX; false: it is not taken.  Before a map is used. */
#define NETWORK4_LEAST 16u
#define NETWORK6_LEAST 32u
bool pseudonym_keys_network(struct pseudonym_keys *k, const uint8_t *ip,
                            bool six, unsigned len);
/* Whether an IPv4 address is of one of them. */
bool pseudonym_keys_on_network(const struct pseudonym_keys *k, uint32_t ip);

/* From now on each address that is mapped is told to w, which is owned by k
 * then; NULL if it has none. */
struct pseudonym_watch;
void pseudonym_keys_watch(struct pseudonym_keys *k, struct pseudonym_watch *w);
struct pseudonym_watch *pseudonym_keys_watched(const struct pseudonym_keys *k);

struct pseudonym_map *pseudonym_map_new(const struct pseudonym_keys *k);
void pseudonym_map_free(struct pseudonym_map *m);

/* Loopback, unspecified, broadcast, multicast and netmasks stay; so do the
 * first and the last address of each 256 and of each known network. */
uint32_t pseudonym_ip4(struct pseudonym_map *m, uint32_t ip);
/* In network order, in place.  The scope stays, and what is embedded (an IPv4
 * address, a MAC) follows its own pseudonym. */
void pseudonym_ip6(struct pseudonym_map *m, uint8_t ip[16]);
/* In place.  Multicast addresses and Xen's own vendor 00:16:3e stay. */
void pseudonym_mac(const struct pseudonym_keys *k, uint8_t mac[6]);

/* In place: digits become digits, letters letters of the same case, all else
 * stays.  hex: digits and a-f are one alphabet. */
void pseudonym_serial(const struct pseudonym_keys *k, char *text, size_t len,
                      bool hex);
/* What was asked for a short while ago, by this thread: of names that come in
 * every line.  A slot for the text; known says whether it holds it. */
struct pseudonym_recent {
    uint8_t kind, len, n; /* of text and of stands; n 0: it stays */
    char text[48];
    char stands[PSEUDONYM_NAME_MAX + 1];
};
struct pseudonym_recent *pseudonym_recent(struct pseudonym_map *m, uint8_t kind,
                                          const char *text, size_t len,
                                          bool *known);

/* "KIND-" and digits hexadecimal digits of HMAC-SHA-256; capitals count as
 * small letters.  Returns its length. */
size_t pseudonym_name(const struct pseudonym_keys *k, const char *kind,
                      const char *text, size_t len, unsigned digits,
                      char out[PSEUDONYM_NAME_MAX + 1]);

#endif
