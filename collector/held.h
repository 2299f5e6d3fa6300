/* held.h: a gather that gives, once, what was read before. */
#ifndef XB_HELD_H
#define XB_HELD_H

#include <stdbool.h>

#include "collector/base/core/buf.h"
#include "collector/gather/gather.h"

struct held {
    struct gather g;         /* g.outcome is the maker's to fill */
    struct buf text, errout; /* errout: a command's stderr */
    bool given, err_given;
};

struct held *held_new(void);
/* That text, as what went well. */
struct gather *held_text(const char *text);
/* What g says to rq, whole; as gather_slurp. */
int held_read(struct held *h, struct gather *g, const struct request *rq,
              struct err *err);

#endif
