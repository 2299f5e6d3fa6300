/* take_road.h: one member's road within take.c: redactor, diagnosis, segment.
 */
#ifndef XB_TAKE_ROAD_H
#define XB_TAKE_ROAD_H

#include "collector/base/sink.h"
#include "collector/take.h"

/* The last stage: bytes into the segment, the first of them to the facts. */
struct store {
    struct sink sink;
    struct segment *seg;
    struct capture *capture;
    struct match_stream *diagnosed;
    atomic_ullong *stored;
    char *name;
    bool begun;
};

struct road {
    struct taker *tk;
    struct taken *t;
    struct store store;
    struct redactor *red;
    struct redact_rules *made; /* for what is made of what was redacted */
    uint64_t in;               /* bytes into the redactor */
    bool spoilt;
    bool file;          /* the source is one */
    bool format;        /* it is binary, of a known format */
    bool refused;       /* ... and held secrets, so it was left out */
    const char *opaque; /* ... or, what cannot be looked through; else NULL */
    bool embedded;      /* something like that was within */
    uint64_t order;     /* of the next member in the diagnosis */
};

/* Begins the member name.  lead: bytes before its first that the redactor sees
 * and does not store (redactor_lead).  Negative: seg is spoilt. */
int road_begin(struct road *r, struct segment *seg, const char *name,
               int64_t mtime, uint64_t lead, struct err *err);
int road_write(struct road *r, const void *data, size_t n, struct err *err);
/* Ends it: fills *m, and *keep with its counts, which the caller frees. Nothing
 * of it is there if r->refused is set. */
int road_end(struct road *r, struct manifest_member *m,
             struct redaction_count **keep, struct err *err);
/* Drops what was not ended. */
void road_done(struct road *r);

#endif
