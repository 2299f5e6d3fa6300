/* segment.h: segments and members, as bundle.c sees them.
 *
 * bundle.h has the contract of segment_free, segment_close and member_*. */
#ifndef XB_SEGMENT_H
#define XB_SEGMENT_H

#include "collector/pack/bundle.h"
#include "collector/pack/codec.h"
#include "collector/pack/pool.h"

/* What the segments of a bundle share.  Constant but for written. */
struct pack {
    enum bundle_format format;
    const struct codec *codec; /* NULL: nothing is packed */
    int folder_fd;             /* BUNDLE_DIR */
    char *top;                 /* else */
    struct pool *pool;         /* else */
    _Atomic uint64_t written;
};

/* No empty, "." or ".." part.  Callers have made names safe; a mistake there
 * must not let anything out of the top folder. */
bool segment_name_ok(const char *name);

struct segment *segment_make(struct pack *p);
/* A closed segment of bytes that are no member. */
struct segment *segment_raw(struct pack *p, const void *data, size_t n);
/* Waits for the blocks of a closed segment. Negative: it is not whole. */
int segment_wait(struct segment *s, struct err *err);
struct chain *segment_chain(struct segment *s);
/* The segment's files are part of the bundle now (BUNDLE_DIR). */
void segment_keep(struct segment *s);

#endif
