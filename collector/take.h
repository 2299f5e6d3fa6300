/* take.h: one planned item on its road: gather -> decompress -> redact ->
 * member of a segment, and what the manifest says of it.  One struct taker per
 * thread. */
#ifndef XB_TAKE_H
#define XB_TAKE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/base/stop.h"
#include "collector/capture.h"
#include "collector/diagnose/diagnose.h"
#include "collector/gather/gather.h"
#include "collector/pack/bundle.h"
#include "collector/pack/manifest.h"
#include "collector/plan.h"
#include "collector/settings.h"
#include "redact/redact.h"

struct taker {
    struct gather *gather;
    const struct redact_rules *rules;
    const struct bundle *bundle;
    struct stop *stop;
    enum nice nice;
    struct diagnosis *diagnosis;
    const struct planned *items; /* of the plan: an item's place among them is
                                    its place in the diagnosis */
    struct capture *captures;  /* ends with member NULL; each is written by the
                                  one thread that takes that member */
    uint64_t max_size;         /* of the bundle; 0: none */
    uint64_t closing_bytes;    /* of it, kept for log, summary and manifest */
    atomic_ullong *bytes_read; /* by all takers, for the progress line */
    /* Uncompressed formats: bytes stored by all takers, which stand in the
     * bundle as they are; else NULL. */
    atomic_ullong *stored;
};

/* What became of an item.  Everything that out points to is owned. */
struct taken {
    struct manifest_item out;
    char *texts[16];
    size_t n_texts;
    const char **argv;
    struct redaction_count *counts[2];
    struct match_stream *diagnosed[2]; /* to be committed with the members;
                                              taken_done drops them */
};

/* Hands s to t; returns it. */
const char *taken_own(struct taken *t, char *s);
/* Redacts text (NULL: NULL) into a string that t owns. */
const char *taken_mask(struct taken *t, const struct redact_rules *rules,
                       const char *text);
/* Its members are in the bundle: what was found in them counts. */
void taken_diagnosed(struct taken *t);
void taken_done(struct taken *t);

/* Asks for the item, writes its member(s) into seg and fills *out (also when
 * nothing was read).  Negative only if seg is spoilt (no space) or the backend
 * is lost; *out is filled all the same. */
int take_item(struct taker *tk, const struct planned *it, struct segment *seg,
              struct taken *out, struct err *err);

/* Of the n items at it, those up to the first that is no file, or may not be
 * asked for, will be taken next. */
void take_ahead(struct taker *tk, const struct planned *it, size_t n);

/* Fills *out for an item that was not asked for. */
void take_not(struct taker *tk, const struct planned *it, enum status status,
              const char *why, struct taken *out);

#endif
