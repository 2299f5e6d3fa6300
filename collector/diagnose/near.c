#include "collector/diagnose/near.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

#define KEEP (NEAR_BYTES + 1)

struct near {
    struct buf tail; /* the end of what passed before the chunk */
    const char *data;
    size_t len;
    struct near_window *window;
    size_t n, n_taken; /* of the windows, those that were handed out */
};

struct near *near_new(void)
{
    return xcalloc(1, sizeof(struct near));
}

static void drop_taken(struct near *n)
{
    for (size_t i = 0; i < n->n_taken; i++)
        buf_done(&n->window[i].text);
    n->n -= n->n_taken;
    if (n->n)
        memmove(n->window, n->window + n->n_taken, n->n * sizeof(*n->window));
    n->n_taken = 0;
}

void near_free(struct near *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->n; i++)
        buf_done(&n->window[i].text);
    free(n->window);
    buf_done(&n->tail);
    free(n);
}

static size_t line_end(const char *data, size_t len, size_t at)
{
    const char *end = memchr(data + at, '\n', len - at);

    return end ? (size_t)(end - data) + 1 : len;
}

/* Takes what the chunk has of the window's lines. */
static void grow(struct near *n, struct near_window *w)
{
    size_t at = (size_t)(w->next - n->data), end;

    while (w->left && at < n->len) {
        end = line_end(n->data, n->len, at);
        if (w->text.len + (end - at) > w->limit) {
            w->left = 0;
            break;
        }
        buf_add(&w->text, n->data + at, end - at);
        w->left--;
        at = end;
    }
    w->next = n->data + at;
}

void near_chunk(struct near *n, const char *data, size_t len)
{
    drop_taken(n);
    n->data = data;
    n->len = len;
    for (size_t i = 0; i < n->n; i++) {
        n->window[i].next = data;
        grow(n, &n->window[i]);
    }
}

/* What stands before the byte at `at` of the chunk, of at most KEEP bytes. */
static struct buf before_of(const struct near *n, size_t at)
{
    struct buf b = BUF_INIT;
    size_t here = at < KEEP ? at : KEEP, there = KEEP - here;

    there = there < n->tail.len ? there : n->tail.len;
    if (there)
        buf_add(&b, buf_str(&n->tail) + n->tail.len - there, there);
    if (here)
        buf_add(&b, n->data + at - here, here);
    return b;
}

/* Where the last lines of the text begin that are whole; counts them. */
static size_t lines_back(const char *text, size_t len, unsigned *lines)
{
    size_t from = len, limit = len == KEEP; /* the first may be cut */
    const char *nl;

    while (from > limit && *lines < NEAR_BEFORE) {
        nl = from - limit > 1 ? memrchr(text + limit, '\n', from - limit - 1)
                              : NULL;
        if (!nl && limit)
            break;
        from = nl ? (size_t)(nl - text) + 1 : 0;
        ++*lines;
    }
    return from;
}

void near_begin(struct near *n, unsigned rule, unsigned condition,
                uint64_t number, const char *line)
{
    struct buf before = before_of(n, (size_t)(line - n->data));
    unsigned lines = 0;
    size_t from = lines_back(buf_str(&before), before.len, &lines);
    struct near_window *w;

    drop_taken(n);
    n->window = xreallocarray(n->window, n->n + 1, sizeof(*n->window));
    w = &n->window[n->n++];
    *w = (struct near_window){.rule = rule,
                              .condition = condition,
                              .line = number,
                              .first = number - lines,
                              .at = before.len - from,
                              .left = NEAR_AFTER + 1,
                              .next = line};
    buf_add(&w->text, buf_str(&before) + from, before.len - from);
    buf_done(&before);
    w->limit = w->text.len + NEAR_BYTES;
    grow(n, w);
}

/* The last bytes of all that passed: this is done for each chunk of each log.
 */
static void keep_tail(struct near *n)
{
    size_t old = n->tail.len, keep = n->len < KEEP ? KEEP - n->len : 0;

    if (old > 2 * KEEP || !keep) {
        keep = old < keep ? old : keep;
        if (keep)
            memmove(n->tail.data, n->tail.data + old - keep, keep);
        n->tail.len = keep;
    }
    keep = n->len < KEEP ? n->len : KEEP;
    if (keep)
        buf_add(&n->tail, n->data + n->len - keep, keep);
}

void near_end(struct near *n, bool last)
{
    drop_taken(n);
    keep_tail(n);
    for (size_t i = 0; last && i < n->n; i++)
        n->window[i].left = 0;
    n->data = NULL;
    n->len = 0;
}

bool near_take(struct near *n, struct near_window **out)
{
    drop_taken(n);
    if (!n->n || n->window[0].left)
        return false;
    *out = n->window;
    n->n_taken = 1;
    return true;
}
