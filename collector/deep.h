/* deep.h: whether secrets are left in a finished bundle.
 *
 * What was redacted by one engine is looked through by the other one, with
 * windows of another size, so that a fault of either shows.  A well-formed
 * token is no secret; whatever else a rule would hide, is one.  The rules are
 * those of this host.  A secret is named by its place and rule, never shown.
 *
 * Of a public bundle that was made on this host, under its key, it also looks
 * for the names, addresses and serial numbers of this host: own.h. */
#ifndef XB_DEEP_H
#define XB_DEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/options.h"
#include "collector/gather/control.h"
#include "collector/pack/manifest.h"
#include "redact/redact.h"

struct deep;

#define DEEP_OWN "own" /* as a rule: something that names this host */

/* As a rule, with what all of the member is behind it ("a zip archive"), or by
 * itself: something like that begins within it.  No rule can look through it.
 */
#define DEEP_OPAQUE "opaque "

/* rule "unscannable": no rule could be run on that line.  Line 0: the name of
 * the member, not what is in it. */
typedef void deep_found_fn(void *arg, const char *member, uint64_t line,
                           const char *rule);

/* Before anything else is opened: reads the rules of redact.d and
 * --redact-rules.  -EINVAL: they are wrong. */
int deep_new(const struct options *opt, struct control *ctl,
             deep_found_fn *found, void *arg, struct deep **out,
             struct err *err);
void deep_free(struct deep *d);
/* What is looked for. */
const struct redact_rules *deep_rules(const struct deep *d);

/* A name by itself, percent-encoded or not; not within a member. */
void deep_name(struct deep *d, const char *name);
/* One member at a time, with its name, which must stay until deep_end. */
void deep_begin(struct deep *d, const char *member);
void deep_feed(struct deep *d, const void *data, size_t n);
void deep_end(struct deep *d);
/* A short text that is no member, whole. */
void deep_text(struct deep *d, const char *name, const char *text);
/* As soon as the manifest's is known. */
void deep_head(struct deep *d, const struct manifest_head *head);
/* Whether this is a bundle in which this host knows its names. */
bool deep_knows_names(const struct deep *d);
/* See own_missed. */
char *const *deep_missed(const struct deep *d);

#endif
