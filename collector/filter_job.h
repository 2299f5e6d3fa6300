/* filter_job.h: a bundle on its way through filter_bundle.c (members) and
 * filter_manifest.c (the manifest, which comes last). */
#ifndef XB_FILTER_JOB_H
#define XB_FILTER_JOB_H

#include "collector/filter_bundle.h"
#include "collector/gather/recorded.h"
#include "collector/pack/manifest.h"
#include "collector/pack/names.h"
#include "collector/pack/unpack.h"

#define MANIFEST "manifest.json"
#define BLOCK 65536u

/* What was hidden in a member. */
struct hidden {
    struct redaction_count *counts;
    size_t n_counts;
    uint64_t unscannable, pseudonyms;
};

/* There may be 400,000 of them, in most of which nothing is hidden. */
struct member {
    uint64_t old_bytes, bytes;
    struct hidden *hidden; /* NULL: nothing */
    uint8_t old_sum[SHA256_SIZE], sum[SHA256_SIZE];
    bool listed;
};

/* Strings made for the manifest. */
struct texts {
    void **v;
    size_t n;
};

struct job {
    const struct bundle_job *opt;
    struct filter *f;
    struct unpack *u;
    struct bundle *b; /* NULL: only looking */
    /* A member has one number in all three; new_names is empty where there is
     * no new bundle. */
    struct names *old_names, *new_names;
    struct member *members;
    size_t n_members, member_cap;
    struct segment *seg; /* of small members; NULL: none is open */
    unsigned n_in_seg;
    struct segment *manifest;
    struct recorded_head *head;
    bool first_item;
    struct texts item_texts, head_texts;
    struct buf line;
    int64_t now_ms;
    bool seen_manifest;
};

/* Rewrites the manifest: its items by what has become of their members, its
 * head by the rules and the key of now.  -EBADMSG: a member is not what it
 * says, or not listed. */
int job_manifest(struct job *j, const struct unpack_member *um,
                 struct err *err);
void texts_clear(struct texts *t);

#endif
