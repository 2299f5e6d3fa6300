/* receipt.h: what was sent where, one line of JSON for each delivery, in
 * BUNDLE.receipt beside the bundle. */
#ifndef XB_RECEIPT_H
#define XB_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/err.h"

struct receipt_line {
    const char *url;    /* as given; it is noted without user and query */
    const char *sha256; /* of the bundle */
    uint64_t size;
    const char *result; /* delivered, drafted, failed, stopped, queued */
    const char *text, *answer, *where; /* "" for none */
    uint64_t tries;
    /* No sync: on a busy disk that takes longer than a stopped run may. */
    bool hasty;
};

/* Appends one line, with the time of now, and syncs
 * unless hasty. */
int receipt_add(int fd, const struct receipt_line *line, struct err *err);

#endif
