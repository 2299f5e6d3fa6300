/* sink.h: a stage that bytes go into.
 *
 * write takes all n bytes or fails.  close says that no more will come, passes
 * on what the stage still holds, closes the next stage, and reports; it is
 * called once.  free never fails, takes NULL, and frees the stage and all after
 * it, closed or not.  A stage knows only the next one; nobody calls back up. */
#ifndef XB_SINK_H
#define XB_SINK_H

#include <stddef.h>

#include "collector/base/core/err.h"

struct sink;

struct sink_ops {
    int (*write)(struct sink *s, const void *data, size_t n, struct err *err);
    int (*close)(struct sink *s, struct err *err);
    void (*free)(struct sink *s);
};

/* First member of every stage's own struct. */
struct sink {
    const struct sink_ops *ops;
};

static inline int sink_write(struct sink *s, const void *data, size_t n,
                             struct err *err)
{
    return n ? s->ops->write(s, data, n, err) : 0;
}

static inline int sink_close(struct sink *s, struct err *err)
{
    return s->ops->close(s, err);
}

static inline void sink_free(struct sink *s)
{
    if (s)
        s->ops->free(s);
}

#endif
