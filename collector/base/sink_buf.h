/* sink_buf.h: a stage after which there is none: what comes is appended to a
 * buffer.  Never fails; its owner keeps the struct and the buffer. */
#ifndef XB_SINK_BUF_H
#define XB_SINK_BUF_H

#include "collector/base/core/buf.h"
#include "collector/base/sink.h"

struct sink_buf {
    struct sink sink;
    struct buf *out;
};

/* Returns the stage. */
struct sink *sink_buf_init(struct sink_buf *s, struct buf *out);

#endif
