/* pseudonym_watch.h: addresses that are looked for in whatever spelling the
 * pseudonyms know: IPv4 (4 bytes), IPv6 (16), MACs (6), and what a group of
 * IPv6 has of an address (its last 3).  For one thread. */
#ifndef XB_PSEUDONYM_WATCH_H
#define XB_PSEUDONYM_WATCH_H

#include <stddef.h>
#include <stdint.h>

struct pseudonym_watch;

struct pseudonym_watch *pseudonym_watch_new(void);
void pseudonym_watch_free(struct pseudonym_watch *w);
void pseudonym_watch_add(struct pseudonym_watch *w, const uint8_t *id,
                         size_t n);
/* One was found; counts it if it is looked for. */
void pseudonym_watch_see(struct pseudonym_watch *w, const uint8_t *id,
                         size_t n);
uint64_t pseudonym_watch_seen(const struct pseudonym_watch *w);

#endif
