#include "plugins/ask.h"

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define ASK_TIMEOUT_MS 5000

int ask_paths(struct gather *g, const char *pattern, unsigned max,
              char ***list_out, struct err *err)
{
    struct request rq = {.kind = REQ_GLOB,
                         .name = pattern,
                         .timeout_ms = ASK_TIMEOUT_MS,
                         .max_entries = max};
    char **list = xcalloc((size_t)max + 1, sizeof(*list));
    struct chunk c;
    unsigned n = 0;
    int r;

    r = gather_start(g, &rq, err);
    if (r < 0)
        goto out;
    while ((r = gather_next(g, &c, err)) > 0) {
        if (c.kind == CHUNK_ENTRY && n < max)
            list[n++] = xstrdup(c.path);
    }
out:
    if (r < 0) {
        str_list_free(list);
        list = NULL;
    }
    *list_out = list;
    return r;
}

int ask_exists(struct gather *g, const char *pattern, bool *found_out,
               struct err *err)
{
    char **list;
    int r = ask_paths(g, pattern, 1, &list, err);

    *found_out = !r && list[0];
    str_list_free(list);
    return r;
}
