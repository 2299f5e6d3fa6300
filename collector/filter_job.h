/* filter_job.h: a bundle on its way through filter_bundle.c (members),
 * filter_own.c (the diagnosis and the page) and filter_manifest.c (the
 * manifest, which comes last). */
#ifndef XB_FILTER_JOB_H
#define XB_FILTER_JOB_H

#include "collector/filter_bundle.h"
#include "collector/gather/recorded.h"
#include "collector/pack/manifest.h"
#include "collector/pack/names.h"
#include "collector/pack/unpack.h"
#include "collector/view.h"

#define MANIFEST "manifest.json"
#define DIAGNOSIS "diagnosis.json"
#define PAGE "report.html"
#define BLOCK 65536u

/* What a member has become, and what was hidden in it. */
struct change {
    uint64_t bytes;
    uint8_t sum[SHA256_SIZE];
    struct redaction_count *counts;
    size_t n_counts;
    uint64_t unscannable, pseudonyms;
};

/* There may be 400,000 of them, most of which stay as they were. */
struct member {
    uint64_t old_bytes : 63;
    uint64_t listed : 1; /* in the manifest */
    uint8_t old_sum[SHA256_SIZE];
    struct change *change; /* NULL: it is what it was */
};

/* Strings made for the manifest. */
struct texts {
    void **v;
    size_t n, cap;
};

struct job {
    const struct bundle_job *opt;
    struct filter *f;
    struct unpack *u;
    struct bundle *b; /* NULL: only looking */
    /* A member has one number in all three; new_names is empty where there is
     * no new bundle.  Both are of kept names: the old are u's, of the new those
     * that differ are in changed_names. */
    struct names *old_names, *new_names;
    struct texts changed_names;
    struct member *members;
    size_t n_members, member_cap;
    struct segment *seg; /* of small members; NULL: none is open */
    unsigned n_in_seg;
    struct segment *manifest;
    struct recorded_head *head;
    struct manifest_head new_head; /* its texts in head, head_texts, opt */
    bool first_item;
    /* What the page is made from, as soon as the manifest has told the items:
     * what stands behind it waits in seg until then. */
    struct view *view;
    struct json_object *diagnosis; /* NULL: there is none */
    bool page;                     /* it is still to be made */
    int64_t page_mtime;
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
/* Owns p from now on; returns it. */
void *texts_keep(struct texts *t, void *p);
void texts_clear(struct texts *t);
void texts_done(struct texts *t);

/* Closes the segment that is open and puts it in. */
int job_end_segment(struct job *j, struct err *err);
/* Notes what m has become in the new bundle: so many bytes with that sum. */
void job_stored(struct member *m, uint64_t bytes, const char *hex);
/* Adds what a redactor found that m went through. */
void job_count(struct job *j, struct member *m, const struct redactor *r);

/* Takes diagnosis.json as text in; freed like any other.  Longer than what one
 * of ours can be, it is -EBADMSG. */
struct sink *job_diagnosis_sink(struct buf *text);
/* That text into the new bundle, its values redacted, all else as it was.
 * -EBADMSG: it is no JSON. */
int job_diagnosis(struct job *j, struct member *m, const struct buf *text,
                  struct err *err);
/* Makes the page from the items that view was told, and puts it in. */
int job_page(struct job *j, struct member *m, struct err *err);

#endif
