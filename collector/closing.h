/* closing.h: the members that are known last: log, report, summary,
 * manifest.
 *
 * Their segments are filled while the items are appended, so that closing a
 * bundle needs little time, memory and space.  Main thread only. */
#ifndef XB_CLOSING_H
#define XB_CLOSING_H

#include "collector/pack/bundle.h"
#include "collector/pack/manifest.h"
#include "redact/redact.h"

struct closing;
struct json_object;
struct conductor_opts;
struct diagnosis;
struct tally;

/* What log, summary and manifest may need of the bundle's size. */
uint64_t closing_bytes(const struct conductor_opts *o);

/* mtime (seconds since 1970) is that of log and manifest; diagnosis, NULL or
 * outliving closing_finish, sees the log. */
int closing_new(struct bundle *b, const struct redact_rules *rules,
                struct diagnosis *diagnosis, int64_t mtime,
                struct closing **out, struct err *err);
/* A line of the manifest and one of the log. Failing is told by finish. */
void closing_item(struct closing *c, const struct manifest_item *item);
/* Writes log, report, summary and manifest, and the bundle's end.  A log,
 * report or summary that finds no space is recorded; a manifest that does not
 * is an error. */
int closing_finish(struct closing *c, const struct conductor_opts *opts,
                   const struct tally *tally, struct err *err);
void closing_free(struct closing *c);

/* After closing_finish: the diagnosis, a reference of the caller's own; NULL if
 * it came to none. */
struct json_object *closing_diagnosis(struct closing *c);

#endif
