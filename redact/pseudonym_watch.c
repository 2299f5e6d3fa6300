#include "redact/pseudonym_watch.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

struct id {
    uint8_t n, bytes[16];
};

struct pseudonym_watch {
    struct id *v; /* sorted */
    size_t n, cap;
    uint64_t seen;
};

struct pseudonym_watch *pseudonym_watch_new(void)
{
    return xcalloc(1, sizeof(struct pseudonym_watch));
}

void pseudonym_watch_free(struct pseudonym_watch *w)
{
    if (!w)
        return;
    free(w->v);
    free(w);
}

/* Where it is, or would be put. */
static size_t place(const struct pseudonym_watch *w, const struct id *id)
{
    size_t lo = 0, hi = w->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (memcmp(&w->v[mid], id, sizeof(*id)) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static struct id id_of(const uint8_t *bytes, size_t n)
{
    struct id id = {.n = (uint8_t)n};

    memcpy(id.bytes, bytes, n);
    return id;
}

void pseudonym_watch_add(struct pseudonym_watch *w, const uint8_t *bytes,
                         size_t n)
{
    struct id id = id_of(bytes, n);
    size_t i = place(w, &id);

    if (i < w->n && !memcmp(&w->v[i], &id, sizeof(id)))
        return;
    if (w->n == w->cap) {
        w->cap = w->cap ? 2 * w->cap : 64;
        w->v = xreallocarray(w->v, w->cap, sizeof(*w->v));
    }
    memmove(&w->v[i + 1], &w->v[i], (w->n - i) * sizeof(*w->v));
    w->v[i] = id;
    w->n++;
}

void pseudonym_watch_see(struct pseudonym_watch *w, const uint8_t *bytes,
                         size_t n)
{
    struct id id = id_of(bytes, n);
    size_t i = place(w, &id);

    w->seen += i < w->n && !memcmp(&w->v[i], &id, sizeof(id));
}

uint64_t pseudonym_watch_seen(const struct pseudonym_watch *w)
{
    return w->seen;
}
