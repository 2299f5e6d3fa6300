/* near.h: the lines around those that were found, of a text that streams by.
 *
 * A find is kept at once; what its neighbours add to it is told when they have
 * passed.  What a window holds depends on the text alone, not on how it is
 * cut. */
#ifndef XB_DIAGNOSE_NEAR_H
#define XB_DIAGNOSE_NEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/buf.h"

#define NEAR_BEFORE 25u /* lines */
#define NEAR_AFTER 40u
#define NEAR_BYTES 6144u /* in either direction */

struct near;

struct near_window {
    unsigned rule, condition; /* whose find it is */
    uint64_t line;            /* its number */
    uint64_t first;           /* the number of the first line of text */
    struct buf text;
    size_t at; /* where the find's line begins in it */
    /* private */
    unsigned left;
    size_t limit;
    const char *next;
};

/* A text of which whole lines are handed in, chunk by chunk. */
struct near *near_new(void);
void near_free(struct near *n);

/* The next chunk; it must stand until near_end. */
void near_chunk(struct near *n, const char *data, size_t len);
/* A window for the line at `line` of the chunk, which has this number. */
void near_begin(struct near *n, unsigned rule, unsigned condition,
                uint64_t number, const char *line);
/* The chunk is read; last: no other one comes. */
void near_end(struct near *n, bool last);
/* A window that is whole, in the order of their lines; false: there is none.
 * Valid until the next call of any function. */
bool near_take(struct near *n, struct near_window **out);

#endif
