/* reserve.h: space on a file system set aside until the bundle is closed. */
#ifndef XB_RESERVE_H
#define XB_RESERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/err.h"

struct reserve {
    int fd; /* -1: nothing is held */
    uint64_t bytes;
    enum {
        RESERVE_SPOOL, /* the spool file's first bytes */
        RESERVE_OUT,   /* behind the output's end */
        RESERVE_OWN,   /* an unnamed file in the output folder */
    } where;
};

/* Takes bytes from the spool file if there is one, else through out_fd (a file
 * or a folder).  0 too where the file system cannot set space aside, or out_fd
 * is a pipe: then nothing is held.  At most a third of what is free; where a
 * quota leaves less, half of it, and so on down to 64 KiB.  -ENOSPC: not even
 * that is there. */
int reserve_take(struct reserve *r, uint64_t bytes, int spool_fd, int out_fd,
                 struct err *err);
/* Where the spool may begin. */
uint64_t reserve_spool_base(const struct reserve *r);
/* Gives it back. Any number of times. */
void reserve_release(struct reserve *r);

#endif
