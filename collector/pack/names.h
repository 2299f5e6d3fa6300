/* names.h: a bounded set of member names that keeps their order.
 *
 * Names come from hostile bundles, so their number and bytes have an end, and
 * the hash is seeded anew for each set. */
#ifndef XB_NAMES_H
#define XB_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define NAMES_MAX 400100u /* PLAN_MAX_ITEMS with stderr each, and our own */
#define NAMES_BYTES_MAX (64u * 1024 * 1024)

struct names;

struct names *names_new(void);
/* Of names that the caller keeps while the set lives: they are not copied, and
 * their bytes do not count. */
struct names *names_new_of_kept(void);
void names_free(struct names *s);
/* Its number, counted from 0; -EEXIST if it is there already, -E2BIG if that
 * is too many. */
int64_t names_add(struct names *s, const char *name);
/* The same, but a name that is there already gets "~FIRST", "~FIRST + 1" ...
 * behind it.  Names that all come to the same one take no longer for that. */
int64_t names_add_another(struct names *s, const char *name, unsigned first);
/* The same for a set of kept names: *name, from malloc, is replaced where it
 * was there already, and stays the caller's. */
int64_t names_add_kept(struct names *s, char **name, unsigned first);
/* Its number, or -ENOENT. */
int64_t names_find(const struct names *s, const char *name);
size_t names_count(const struct names *s);
/* The set's copy, or what was added to one of kept names. */
const char *names_at(const struct names *s, size_t i);

#endif
