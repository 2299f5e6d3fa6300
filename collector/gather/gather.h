/* gather.h: all that may be asked of the host.
 *
 * One struct gather serves one thread and one request at a time:
 *
 *     r = gather_start(g, &rq, &err);
 *     while ((r = gather_next(g, &chunk, &err)) > 0) ...
 *     outcome = gather_outcome(g);
 *
 * Two backends: live (a reader process, see front/reader.c) and replay (a
 * recorded bundle).  A source that fails is an outcome, not an error, and so is
 * a request that was stopped (partial or skipped): start and next return
 * negative only if the backend itself is lost (the master is gone, the recorded
 * bundle is corrupt). */
#ifndef XB_GATHER_H
#define XB_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/base/core/status.h"

enum request_kind {
    REQ_READ,  /* a file */
    REQ_GLOB,  /* names that fit a pattern, sorted bytewise */
    REQ_TREE,  /* files below a folder, sorted bytewise, links not followed */
    REQ_RUN,   /* a command */
    REQ_PROBE, /* xen-bugtool-probe NAME */
    REQ_CONF,  /* a file (or "dir/") below our own configuration folder */
};

struct request {
    enum request_kind kind;
    const char *name; /* path, pattern, folder, probe or configuration name */
    const char *const
        *argv;      /* REQ_RUN: NULL-terminated, argv[0] a plain name */
    unsigned flags; /* REQ_READ, REQ_RUN: READ_ flags of proto.h */
    bool sample;    /* what was recorded of two readings (replay) */
    const char *plugin, *item; /* replay: whose it is; NULL: nobody's */
    uint64_t max_bytes;
    unsigned timeout_ms; /* for the whole request */
    unsigned max_depth;  /* REQ_TREE */
    unsigned max_entries;
};

enum chunk_kind { CHUNK_META, CHUNK_DATA, CHUNK_ERRDATA, CHUNK_ENTRY };

/* Pointers are valid until the next call on this gather. */
struct chunk {
    enum chunk_kind kind;
    const char *data; /* CHUNK_DATA, CHUNK_ERRDATA */
    size_t len;
    /* CHUNK_ENTRY: path. CHUNK_META: where a link led, "" if none. */
    const char *path;
    uint64_t size;
    int64_t mtime; /* seconds since 1970 */
    uint32_t mode;
    uint64_t lead;       /* CHUNK_META: first bytes that are only context */
    const char *decoded; /* CHUNK_META: replay of a source that was recorded
                            decompressed: "gzip" ...; else "" */
};

struct outcome {
    enum status status;
    int exit_code;  /* of a command that exited; else -1 */
    int signal;     /* that ended it; else 0 */
    char text[480]; /* the error or reason; "" if none */
    char left[480]; /* who was left behind, or where it hung; "" if none */
    enum truncated truncated;
    uint64_t bytes_read;
    int64_t started_ms; /* wall clock */
    uint64_t duration_ms;
    uint64_t interval_ms; /* of a sample; else 0 */
    bool lost;            /* the reader ended before the request did */
};

struct gather;

struct gather_ops {
    const char *name; /* "live", "replay" */
    int (*start)(struct gather *g, const struct request *rq, struct err *err);
    int (*next)(struct gather *g, struct chunk *out, struct err *err);
    void (*free)(struct gather *g);
    void (*ahead)(struct gather *g, const struct request *rqs, size_t n);
};

/* First member of a backend's own struct. */
struct gather {
    const struct gather_ops *ops;
    struct outcome outcome;
};

static inline int gather_start(struct gather *g, const struct request *rq,
                               struct err *err)
{
    return g->ops->start(g, rq, err);
}

/* 1: *out holds a chunk; 0: the request has ended; negative: see above. */
static inline int gather_next(struct gather *g, struct chunk *out,
                              struct err *err)
{
    return g->ops->next(g, out, err);
}

/* The n REQ_READs at rqs will be started next, most likely and in this order:
 * who can has them read meanwhile.  Their names must live until then. */
static inline void gather_ahead(struct gather *g, const struct request *rqs,
                                size_t n)
{
    if (g->ops->ahead)
        g->ops->ahead(g, rqs, n);
}

static inline const struct outcome *gather_outcome(const struct gather *g)
{
    return &g->outcome;
}

static inline void gather_free(struct gather *g)
{
    if (g)
        g->ops->free(g);
}

/* Backends.  wake_fd becomes readable, for good, when the run is to stop. */
struct control;
struct gather *live_new(struct control *ctl, int wake_fd);

/* A short text in one call: the data of rq appended to *out, at most
 * rq->max_bytes; asked for once more if the reader is lost meanwhile.  0 and
 * the outcome in g; negative as above. */
struct buf;
int gather_slurp(struct gather *g, const struct request *rq, struct buf *out,
                 struct err *err);

#endif
