/* asking.h: a collection on a terminal: the questions before it, and what may
 * be done with the bundle after it. */
#ifndef XB_ASKING_H
#define XB_ASKING_H

#include <stdbool.h>

#include "collector/collect.h"
#include "collector/session/term.h"

/* Is this run one that asks? */
bool asking_wanted(const struct options *opt);

/* With c->plan made: lets the user choose, and plans again where that changed
 * it.  0; -ECANCELED: the user left, and was told what that means; any other:
 * the plan failed. */
int asking_before(struct collect *c, struct term *t, struct err *err);

/* The finished bundle. */
struct made {
    const char *path, *size;
    struct json_object *diagnosis; /* or NULL */
};

/* Shows its summary, then offers what can be done with it until the user has
 * enough.  stop is t's, and ends nothing but this.  False: it was to be sent
 * and could not. */
bool asking_after(struct collect *c, const struct options *opt, struct term *t,
                  struct stop *stop, const struct made *made);

#endif
