/* unchecked.h: what a diagnosis did not look for, by the reason why. */
#ifndef XB_UNCHECKED_H
#define XB_UNCHECKED_H

#include <json-c/json.h>
#include <stddef.h>

/* Of more, the first are taken. */
#define UNCHECKED_MAX 2000u

struct unchecked {
    const char *because, *id, *title; /* "" where there is none */
    size_t alike;                     /* as many have this reason */
    size_t place;                     /* in the document */
};

/* The reason of most problems first, else in the order of the document.  *n as
 * many, at most UNCHECKED_MAX.  To be freed; its texts are the document's. */
struct unchecked *unchecked_list(struct json_object *diagnosis, size_t *n);

#endif
