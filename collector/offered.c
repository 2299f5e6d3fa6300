#include "collector/offered.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/plan_expand.h"

/* What things take on a quiet machine, measured there; on a busy one it is a
 * guess like any other. */
#define COMMAND_MS 60u
#define PROBE_MS 30u
#define FILE_MS 1u
#define BYTES_PER_MS 20000u
/* A command's output, as a guess. */
#define AT_ONCE 2u

static const char *privacy_text(const struct planned *it)
{
    static const char *const names[] = {"no", "yes", "maybe", "custom"};

    return names[it->item->privacy ? it->item->privacy : it->plugin->privacy];
}

static bool is_here(const struct planned *it)
{
    bool file_gone = it->path && it->item->file && !it->mtime && !it->size;

    return !it->settled && !file_gone;
}

static uint64_t bytes_of(const struct planned *it)
{
    return it->size < it->max_bytes ? it->size : it->max_bytes;
}

static uint64_t time_of(const struct planned *it)
{
    uint64_t ms = it->path ? FILE_MS : it->probe ? PROBE_MS : COMMAND_MS;

    return (ms + bytes_of(it) / BYTES_PER_MS) / AT_ONCE;
}

static char *source_of(const struct planned *it)
{
    const struct item *item = it->item;
    struct buf text = BUF_INIT;

    if (item->glob || item->tree)
        buf_adds(&text, item->glob ? item->glob : item->tree);
    else
        plan_source_text(it, &text);
    return buf_take(&text);
}

/* The one that it belongs to; an item's files stand together. */
static struct session_item *item_of(struct session_group *g,
                                    const struct planned *it,
                                    const struct settings *cfg)
{
    struct session_item *last = g->n_items ? &g->items[g->n_items - 1] : NULL;

    if (last && !strcmp(last->name, it->item->name))
        return last;
    g->items = xreallocarray(g->items, g->n_items + 1, sizeof(*g->items));
    last = &g->items[g->n_items++];
    *last = (struct session_item){
        .name = it->item->name,
        .source = source_of(it),
        .privacy = privacy_text(it),
        .on = !plan_listed(cfg->skip, it->plugin, it->item),
    };
    return last;
}

static void add_planned(struct session_group *g, const struct planned *it,
                        const struct settings *cfg)
{
    struct session_item *item = item_of(g, it, cfg);

    item->n++;
    if (!is_here(it))
        return;
    item->here++;
    item->bytes += bytes_of(it);
    item->time_ms += time_of(it);
}

/* Counters are read twice, all at once: the wait is one item's. */
static void add_wait(struct session_group *g, const struct plan *plan,
                     const struct plugin *plugin)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct planned *it = &plan->items[i];

        if (it->plugin == plugin && it->interval_ms && is_here(it)) {
            g->items[0].time_ms += it->interval_ms;
            return;
        }
    }
}

void offered_init(struct offered *o, const struct plan *plan,
                  const struct plugin *const *plugins,
                  const struct settings *cfg)
{
    memset(o, 0, sizeof(*o));
    for (; *plugins; plugins++) {
        struct session_group g = {
            .name = (*plugins)->name,
            .summary = (*plugins)->summary,
            .origin = (*plugins)->origin,
        };

        for (size_t i = 0; i < plan->n; i++) {
            if (plan->items[i].plugin != *plugins)
                continue;
            if (!g.privacy)
                g.privacy = privacy_text(&plan->items[i]);
            add_planned(&g, &plan->items[i], cfg);
        }
        if (!g.n_items)
            continue;
        add_wait(&g, plan, *plugins);
        o->groups = xreallocarray(o->groups, o->n + 1, sizeof(*o->groups));
        o->groups[o->n++] = g;
    }
}

void offered_done(struct offered *o)
{
    for (size_t i = 0; i < o->n; i++) {
        for (size_t k = 0; k < o->groups[i].n_items; k++)
            free(o->groups[i].items[k].source);
        free(o->groups[i].items);
    }
    free(o->groups);
    memset(o, 0, sizeof(*o));
}

static void append(char ***list, size_t *n, char *word)
{
    *list = xreallocarray(*list, *n + 2, sizeof(**list));
    (*list)[(*n)++] = word;
    (*list)[*n] = NULL;
}

char **offered_skip(const struct offered *o)
{
    char **list = xcalloc(1, sizeof(*list));
    size_t n = 0;

    for (size_t i = 0; i < o->n; i++) {
        const struct session_group *g = &o->groups[i];
        size_t off = 0;

        for (size_t k = 0; k < g->n_items; k++)
            off += !g->items[k].on;
        if (off == g->n_items)
            append(&list, &n, xstrdup(g->name));
        for (size_t k = 0; off < g->n_items && k < g->n_items; k++)
            if (!g->items[k].on)
                append(&list, &n,
                       xasprintf("%s/%s", g->name, g->items[k].name));
    }
    return list;
}
