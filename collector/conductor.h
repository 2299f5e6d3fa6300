/* conductor.h: runs the plan: asks the readers, joins the stages, records the
 * outcomes, closes the bundle. */
#ifndef XB_CONDUCTOR_H
#define XB_CONDUCTOR_H

#include "collector/base/stop.h"
#include "collector/pack/bundle.h"
#include "collector/pack/manifest.h"
#include "collector/plan.h"
#include "collector/settings.h"
#include "collector/take.h"
#include "redact/redact.h"

struct json_object;

/* What the last stages are made of: counted while the items are written. */
struct tally {
    size_t by_status[ST_COUNT];
    uint64_t redactions, pseudonyms;
    uint64_t bytes_read;
    struct buf missing; /* "STATUS plugin/item: why", one a line; bounded */
    struct buf same;    /* what follows is equal to the line before but for
                           the item, and is only counted */
    size_t n_same;
    struct json_object *diagnosis; /* once the run has ended; or NULL */
};

struct conductor_opts {
    const struct settings *cfg;
    struct plan *plan; /* its items' texts are freed as they are written */
    const struct redact_rules *rules;
    struct bundle *bundle;
    struct gather **gathers; /* one thread each */
    size_t n_gathers;
    struct stop *stop;
    struct diagnosis *diagnosis;
    int64_t start_ms;         /* wall clock, or the recorded one */
    struct capture *captures; /* for the facts; ends with member NULL */
    /* Fills what stands before the items, when all are done: cut is NULL or
     * why the run was cut short.  The summary is made from it too. */
    void (*head)(struct manifest_head *head, const char *cut, void *arg);
    /* Appends summary.txt; diagnosis NULL: there is none. */
    void (*summary)(const struct manifest_head *head, const struct tally *tally,
                    struct json_object *diagnosis, struct buf *out, void *arg);
    /* Called in plan order; may be NULL. */
    void (*on_item)(const struct manifest_item *item, void *arg);
    void *arg;
};

/* 0: the bundle is whole (cut short or not: tally and stop_reason say).
 * Negative: there is no bundle.  tally_done in any case. */
int conductor_run(const struct conductor_opts *opts, struct tally *tally,
                  struct err *err);
void tally_done(struct tally *t);

#endif
