/* own.h: whether a public bundle still names the host it was made on.
 *
 * Only that host can tell, by what it learns of itself now, and only of bundles
 * made under its key.  Which one a bundle is stands in the manifest, which
 * comes last: what is found before waits until then. */
#ifndef XB_OWN_H
#define XB_OWN_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/gather/gather.h"
#include "collector/pack/manifest.h"

struct own;

/* line 0: the name of the member. */
typedef void own_found_fn(void *arg, const char *member, uint64_t line);

/* *out is NULL if this host has no key.  Negative: the gather is lost. */
int own_new(struct gather *g, own_found_fn *found, void *arg, struct own **out,
            struct err *err);
void own_free(struct own *o);

/* One text at a time: a member, or a name.  ours: of our own making, as the
 * manifest and what members are called; a name that is a word of this program
 * is not looked for in it, since a user may be called "max". */
void own_begin(struct own *o, const char *member, bool is_name, bool ours);
void own_feed(struct own *o, const void *data, size_t n);
void own_end(struct own *o);

/* Says which bundle it is: what was found is told, or forgotten. */
void own_head(struct own *o, const struct manifest_head *head);
/* After own_head: whether it was made here and is public. */
bool own_is_ours(const struct own *o);
/* What names could not be learned of, and so were not looked for; NULL: none.
 */
char *const *own_missed(const struct own *o);

#endif
