#include "collector/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/hung.h"
#include "collector/plan_expand.h"

struct plan_adder {
    const struct plugin *plugin;
    struct plan *plan;
    struct slot *slots;
    size_t n, cap;
};

/* Does a word of --only or --skip name this item (or its plugin)? */
static bool names(const char *word, const struct plugin *p,
                  const struct item *item)
{
    size_t n = strlen(p->name);

    if (strncmp(word, p->name, n))
        return false;
    return !word[n] || (word[n] == '/' && !strcmp(word + n + 1, item->name));
}

/* ---- slots: the items of all plugins in order ---------------------------- */

/* Behind what it is cut out of (PLUGIN/ITEM), and its fallbacks: they are one
 * task. */
static void stand_behind(const struct plan_adder *a, struct slot *s,
                         const char *whole)
{
    size_t i = 0, last;

    while (i < a->n && !names(whole, a->slots[i].plugin, a->slots[i].item))
        i++;
    if (i == a->n)
        return;
    for (last = i; last + 1 < a->n && a->slots[last + 1].instead_of >= (long)i;)
        last++;
    s->part_of = (long)i;
    s->priority = a->slots[i].priority;
    s->seq = a->slots[last].seq;
    s->after = a->n;
}

static struct slot *slot_add(struct plan_adder *a, const struct item *item)
{
    struct slot *s;

    if (a->n == a->cap) {
        a->cap = a->cap ? a->cap * 2 : 256;
        a->slots = xreallocarray(a->slots, a->cap, sizeof(*a->slots));
    }
    s = &a->slots[a->n];
    *s = (struct slot){.plugin = a->plugin,
                       .item = item,
                       .priority = item->priority        ? item->priority
                                   : a->plugin->priority ? a->plugin->priority
                                                         : PRIO_SYSTEM,
                       .seq = a->n,
                       .instead_of = -1,
                       .part_of = -1,
                       .first = -1};
    for (size_t i = a->n; item->instead_of && i-- > 0;) {
        if (a->slots[i].plugin == a->plugin &&
            !strcmp(a->slots[i].item->name, item->instead_of)) {
            s->instead_of = (long)i;
            s->priority = a->slots[i].priority;
            break;
        }
    }
    if (item->part_of || item->made_of)
        stand_behind(a, s, item->part_of ? item->part_of : item->made_of);
    a->n++;
    return s;
}

static const char *copy(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

void plan_add(struct plan_adder *a, const struct item *item)
{
    struct item *c = xmalloc(sizeof(*c));
    struct plan *p = a->plan;

    *c = *item;
    c->name = copy(item->name);
    c->file = copy(item->file);
    c->glob = copy(item->glob);
    c->tree = copy(item->tree);
    c->probe = copy(item->probe);
    c->text = copy(item->text);
    c->since = copy(item->since);
    c->member = copy(item->member);
    c->instead_of = copy(item->instead_of);
    c->part_of = copy(item->part_of);
    c->made_of = copy(item->made_of);
    c->lacks = copy(item->lacks);
    for (size_t i = 0; i < ITEM_MAX_ARGS; i++)
        c->argv[i] = copy(item->argv[i]);
    for (size_t i = 0; i < ITEM_MAX_MODULES; i++)
        c->modules[i] = copy(item->modules[i]);
    p->added = xreallocarray(p->added, p->n_added + 1, sizeof(*p->added));
    p->added[p->n_added++] = c;
    slot_add(a, c);
}

static void item_free(struct item *c)
{
    free((char *)c->name);
    free((char *)c->file);
    free((char *)c->glob);
    free((char *)c->tree);
    free((char *)c->probe);
    free((char *)c->text);
    free((char *)c->since);
    free((char *)c->member);
    free((char *)c->instead_of);
    free((char *)c->part_of);
    free((char *)c->made_of);
    free((char *)c->lacks);
    for (size_t i = 0; i < ITEM_MAX_ARGS; i++)
        free((char *)c->argv[i]);
    for (size_t i = 0; i < ITEM_MAX_MODULES; i++)
        free((char *)c->modules[i]);
    free(c);
}

static int by_priority(const void *a, const void *b)
{
    const struct slot *const *x = a, *const *y = b;

    if ((*x)->priority != (*y)->priority)
        return (*x)->priority < (*y)->priority ? -1 : 1;
    if ((*x)->seq != (*y)->seq)
        return (*x)->seq < (*y)->seq ? -1 : 1;
    return (*x)->after < (*y)->after ? -1 : (*x)->after > (*y)->after;
}

/* ---- --only and --skip --------------------------------------------------- */

bool plan_listed(char *const *words, const struct plugin *p,
                 const struct item *item)
{
    for (; words && *words; words++) {
        if (names(*words, p, item))
            return true;
    }
    return false;
}

static int check_words(const char *option, char *const *words,
                       const struct plan_adder *a,
                       const struct plugin *const *plugins, struct err *err)
{
    struct buf known = BUF_INIT;

    for (; words && *words; words++) {
        bool found = false;

        for (size_t i = 0; i < a->n && !found; i++)
            found = names(*words, a->slots[i].plugin, a->slots[i].item);
        if (found)
            continue;
        for (size_t i = 0; plugins[i]; i++)
            buf_addf(&known, "%s%s", i ? " " : "", plugins[i]->name);
        err_set(err, -EINVAL,
                "%s: there is no plugin or item '%s' (plugins: %s; "
                "'xen-bugtool plugins' lists the items)",
                option, *words, buf_str(&known));
        buf_done(&known);
        return -EINVAL;
    }
    return 0;
}

/* ---- the whole ----------------------------------------------------------- */

static bool is_small_file(const struct planned *it)
{
    return !it->item->sample &&
           (it->settled || (it->path && it->size <= PLAN_SMALL));
}

static void make_tasks(struct plan *p)
{
    struct plan_task *t = NULL;

    p->sample_task = SIZE_MAX;
    for (size_t i = 0; i < p->n; i++) {
        const struct planned *it = &p->items[i];
        const struct planned *first = t ? &p->items[t->first] : NULL;
        bool joins = t && (it->instead_of >= (long)t->first ||
                           it->part_of >= (long)t->first ||
                           (it->item->sample && first->item->sample) ||
                           (is_small_file(it) && is_small_file(first) &&
                            first->plugin == it->plugin && t->n < PLAN_RUN));

        if (!joins) {
            p->tasks =
                xreallocarray(p->tasks, p->n_tasks + 1, sizeof(*p->tasks));
            t = &p->tasks[p->n_tasks++];
            *t = (struct plan_task){i, 0};
            if (it->item->sample)
                p->sample_task = p->n_tasks - 1;
        }
        t->n++;
        if (!it->settled)
            p->bytes += it->size;
    }
}

/* Does a word name the plugin or one of its items? */
static bool names_any(char *const *words, const struct plugin *p)
{
    size_t n = strlen(p->name);

    for (; words && *words; words++) {
        if (!strncmp(*words, p->name, n) &&
            (!(*words)[n] || (*words)[n] == '/'))
            return true;
    }
    return false;
}

/* Whether the plugin's plan matters: --only may take what it adds, and that
 * there is what --skip names is checked. */
static bool plan_wanted(const struct settings *cfg, const struct plugin *p)
{
    return !cfg->only[0] || cfg->debug_keys || names_any(cfg->only, p) ||
           names_any(cfg->skip, p);
}

static int collect_slots(const struct settings *cfg,
                         const struct plugin *const *plugins, struct gather *g,
                         struct plan_adder *a, struct err *err)
{
    int r;

    for (; *plugins; plugins++) {
        a->plugin = *plugins;
        for (const struct item *i = (*plugins)->items; i && i->name; i++)
            slot_add(a, i);
        if ((*plugins)->plan && plan_wanted(cfg, *plugins)) {
            r = (*plugins)->plan(a, g, err);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

int plan_build(const struct settings *cfg, const struct plugin *const *plugins,
               char *const *modules, struct gather *g, plan_mask_fn mask,
               const void *mask_arg, struct plan *out, struct err *err)
{
    struct builder b = {.cfg = cfg,
                        .modules = modules,
                        .g = g,
                        .mask = mask,
                        .mask_arg = mask_arg,
                        .plan = out,
                        .paths = names_new_of_kept(),
                        .members = names_new_of_kept()};
    struct plan_adder a = {.plan = out};
    struct slot **order = NULL;
    int r;

    memset(out, 0, sizeof(*out));
    out->hung = hung_new();
    r = collect_slots(cfg, plugins, g, &a, err);
    if (!r)
        r = check_words("--only", cfg->only, &a, plugins, err);
    if (!r)
        r = check_words("--skip", cfg->skip, &a, plugins, err);
    if (r)
        goto out;
    order = xreallocarray(NULL, a.n + 1, sizeof(*order));
    for (size_t i = 0; i < a.n; i++)
        order[i] = &a.slots[i];
    qsort(order, a.n, sizeof(*order), by_priority);
    for (size_t i = 0; i < a.n && !r; i++) {
        if (!cfg->only[0] || order[i]->item->bad ||
            (cfg->debug_keys && order[i]->item->debug_keys) ||
            plan_listed(cfg->only, order[i]->plugin, order[i]->item))
            r = plan_expand(&b, a.slots, order[i], err);
    }
    if (r)
        goto out;
    plan_name_members(&b);
    make_tasks(out);
out:
    plan_builder_done(&b);
    free(order);
    free(a.slots);
    if (r)
        plan_done(out);
    return r;
}

void planned_forget(struct planned *it)
{
    char **texts[] = {&it->path, &it->member, &it->plain, &it->why, &it->keys};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
}

void plan_done(struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        planned_forget(&p->items[i]);
        free(p->items[i].args);
        free(p->items[i].last);
    }
    for (size_t i = 0; i < p->n_added; i++)
        item_free(p->added[i]);
    free(p->added);
    hung_free(p->hung);
    free(p->items);
    free(p->tasks);
    memset(p, 0, sizeof(*p));
}

void plan_source_text(const struct planned *it, struct buf *out)
{
    const struct item *item = it->item;

    if (it->path)
        buf_adds(out, it->path);
    else if (it->probe)
        buf_addf(out, "probe %s", it->probe);
    else if (it->argv)
        for (size_t i = 0; it->argv[i]; i++)
            buf_addf(out, "%s%s", i ? " " : "", it->argv[i]);
    else if (item->made_of)
        buf_addf(out, "made of %s", item->made_of);
    else if (item->text)
        buf_adds(out, "learned while planning");
    else
        buf_adds(out, item->glob ? item->glob : item->tree);
}
