/* filter_bundle.h: a bundle redacted again, into a new one. */
#ifndef XB_FILTER_BUNDLE_H
#define XB_FILTER_BUNDLE_H

#include <stdint.h>

#include "collector/filter.h"
#include "collector/gather/control.h"
#include "collector/pack/bundle.h"

struct bundle_job {
    struct filter *f;
    struct control *ctl;
    const char *key_id;
    enum bundle_format format;
    const char *format_name;
    unsigned threads;
    const char *privacy; /* the level that was asked for */
    uint64_t keywords;
    bool hide_domains;
    char *const *rules_files, *const *rules_overrides; /* or NULL */
    char *const *missed; /* what names were not learned from; or NULL */
};

struct bundle_result {
    char *path; /* where it lies; to be freed */
    char *note; /* a sync that failed, "" if none; to be freed */
};

/* Reads the bundle that the command line names, holds each member against the
 * manifest, and makes the new bundle; the manifest says by which rules, under
 * which key and when.  Tokens are redacted like anything else, since nobody can
 * tell ours from forged ones.  -EBADMSG: the bundle is damaged. */
int filter_bundle(const struct bundle_job *job, struct bundle_result *res_out,
                  struct err *err);
/* The same without a new bundle: what would be hidden is in the sums of the
 * filter, and each member with something to hide is named on stdout. */
int filter_bundle_check(struct filter *f, struct control *ctl, struct err *err);

#endif
