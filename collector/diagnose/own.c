#include "collector/diagnose/own.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/diagnose/match.h"
#include "collector/diagnose/place.h"
#include "collector/diagnose/stamp.h"

struct own_finds *own_finds(struct own *own, size_t key)
{
    for (size_t i = 0; i < own->n; i++)
        if (own->of[i].key == key)
            return &own->of[i];
    own->of = xreallocarray(own->of, own->n + 1, sizeof(*own->of));
    memset(&own->of[own->n], 0, sizeof(*own->of));
    own->of[own->n].key = key;
    return &own->of[own->n++];
}

void own_count(struct own_finds *of, uint64_t number, const char *line,
               size_t len)
{
    of->finds.count++;
    of->last_line = number;
    of->last_len = len < OWN_STAMP_MAX ? len : OWN_STAMP_MAX;
    memcpy(of->last_text, line, of->last_len);
}

static char *lines_of(const struct near_window *w, struct part part,
                      uint64_t *number)
{
    const char *text = buf_str(&w->text);

    *number = w->first;
    for (size_t i = 0; i < part.from; i++)
        *number += text[i] == '\n';
    return xstrndup(text + part.from,
                    part.len < MATCH_BLOCK ? part.len : MATCH_BLOCK);
}

void own_tell(struct own_finds *of, const struct near_window *w,
              enum diag_reason reason, const uint64_t *told, size_t n_told)
{
    const struct reason_text t = {buf_str(&w->text), w->text.len, w->at,
                                  w->line,           told,        n_told};
    struct find more = {.line = w->line};
    struct part part;

    if (reason == REASON_PLACE) {
        more.reason = place_near(&t);
    } else if (reason == REASON_NEAR) {
        part = reason_near(&t);
        if (!part.len)
            return;
        more.reason = lines_of(w, part, &more.reason_line);
        part = reason_block(t.text, t.len, part.from);
        more.reason_text = lines_of(w, part, &more.reason_from);
    } else {
        more.text = lines_of(w, reason_block(t.text, t.len, t.at), &more.shown);
    }
    finds_tell(&of->finds, &more);
    free(more.reason);
    free(more.reason_text);
    free(more.text);
}

static void keep_last_line(struct own_finds *of, char *member, uint64_t order)
{
    struct find f = {.order = order, .line = of->last_line};

    if (!of->last_line)
        return;
    f.member = member;
    f.text = f.found = f.title = "";
    f.time = stamp_of(of->last_text, of->last_len);
    finds_keep_last(&of->finds, &f);
    free(f.time);
}

void own_merge(struct own *own, char *member, uint64_t order, struct finds *all)
{
    for (size_t i = 0; i < own->n; i++) {
        if (!own->of[i].finds.count)
            continue;
        keep_last_line(&own->of[i], member, order);
        finds_merge(&all[own->of[i].key], &own->of[i].finds);
    }
}

void own_done(struct own *own)
{
    for (size_t i = 0; i < own->n; i++)
        finds_done(&own->of[i].finds);
    free(own->of);
    memset(own, 0, sizeof(*own));
}
