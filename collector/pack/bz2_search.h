/* bz2_search.h: the magic number of bzip2 blocks, looked for at every bit. */
#ifndef XB_BZ2_SEARCH_H
#define XB_BZ2_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bz2_search {
    uint64_t from; /* only numbers that begin at this bit or behind it; may be
                      raised between calls */
    /* private */
    int fd;
    uint64_t pos; /* bytes taken; v: the last eight of them */
    uint64_t v;
    unsigned shifts;  /* bit s: v shifted right by s is still to be looked at */
    uint8_t may[256]; /* the shifts that a byte allows, 16 bits from the end */
    size_t i, n;      /* of the window */
    uint8_t window[65536];
};

/* fd is read with pread. */
void bz2_search_start(struct bz2_search *s, int fd, uint64_t from);
/* The next one; false: none up to the file's end. */
bool bz2_search_next(struct bz2_search *s, uint64_t *bit_out);

#endif
