/* held.h: a gather that gives, once, a text that was read before. */
#ifndef XB_HELD_H
#define XB_HELD_H

#include <stdbool.h>

#include "collector/base/core/buf.h"
#include "collector/gather/gather.h"

struct held {
    struct gather g; /* g.outcome is the maker's to fill */
    struct buf text;
    bool given;
};

struct held *held_new(void);

#endif
