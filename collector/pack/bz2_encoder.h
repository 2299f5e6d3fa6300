/* bz2_encoder.h: what the block encoders have in common. */
#ifndef XB_BZ2_ENCODER_H
#define XB_BZ2_ENCODER_H

#include "collector/pack/bz2.h"

struct bz2_encoder {
    int (*encode)(struct bz2_encoder *e, const uint8_t *rle, size_t n,
                  struct bz2_block *out, struct err *err);
    void (*free)(struct bz2_encoder *e);
};

/* Over a suffix sorter; not in a build without one. */
struct bz2_encoder *bz2_encoder_own(void);

#endif
