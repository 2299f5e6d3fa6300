/* capture.h: what is kept of a member for the facts, as it is stored. */
#ifndef XB_CAPTURE_H
#define XB_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/core/buf.h"

/* Members whose first bytes are kept for the facts, as they are stored. */
#define CAPTURE_MAX (1024u * 1024u) /* of one, at the most */
struct capture {
    const char *member;
    struct buf text;
    size_t max; /* bytes that are kept */
    bool head;  /* the first are worth it where there are more */
};

void capture_add(struct capture *c, const void *data, size_t n);
/* The one of the list that is kept of the member; NULL: none is. */
struct capture *capture_find(struct capture *list, const char *member);

#endif
