#include "collector/conf.h"

#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

static int list_once(struct gather *g, const char *folder, char ***out,
                     struct err *err)
{
    struct request rq = {
        .kind = REQ_CONF,
        .name = folder,
        .timeout_ms = CONF_TIMEOUT_MS,
        .max_entries = CONF_MAX_FILES,
    };
    struct chunk chunk;
    size_t n = 0;
    int r;

    *out = xcalloc(1, sizeof(**out));
    r = gather_start(g, &rq, err);
    while (!r && (r = gather_next(g, &chunk, err)) > 0) {
        const char *base = strrchr(chunk.path, '/');

        r = 0;
        base = base ? base + 1 : chunk.path;
        if (chunk.kind != CHUNK_ENTRY || !str_ends(base, ".yaml"))
            continue;
        *out = xreallocarray(*out, n + 2, sizeof(**out));
        (*out)[n++] = xstrdup(base);
        (*out)[n] = NULL;
    }
    return r;
}

int conf_list(struct gather *g, const char *folder, char ***out,
              struct err *err)
{
    int r = list_once(g, folder, out, err);

    /* As gather_slurp does. */
    if (!r && gather_outcome(g)->lost) {
        str_list_free(*out);
        r = list_once(g, folder, out, err);
    }
    return r;
}

int conf_read(struct gather *g, const char *rel, size_t max_bytes,
              struct buf *out, struct err *err)
{
    struct request rq = {
        .kind = REQ_CONF,
        .name = rel,
        .max_bytes = max_bytes,
        .timeout_ms = CONF_TIMEOUT_MS,
    };

    return gather_slurp(g, &rq, out, err);
}
