/* plan_expand.h: between plan.c (which items, in what order) and plan_expand.c
 * (what one item becomes on this host). */
#ifndef XB_PLAN_EXPAND_H
#define XB_PLAN_EXPAND_H

#include "collector/pack/names.h"
#include "collector/plan.h"

/* An item of a plugin with its place in the order, before it is expanded. */
struct slot {
    const struct plugin *plugin;
    const struct item *item;
    unsigned priority;
    size_t seq, after; /* order among equals: by seq, then by after */
    long instead_of;   /* index of the slot it stands in for; -1 */
    long part_of;      /* index of the slot it is cut out of; -1 */
    long first;        /* index of its (first) planned item; -1: none yet */
};

struct builder {
    const struct settings *cfg;
    char *const *modules;
    struct gather *g;
    plan_mask_fn mask;
    const void *mask_arg;
    struct plan *plan;
    struct names *paths; /* both of strings that the plan owns */
    struct names *members;
    size_t n_named; /* items that have their members' names */
    char **sorted;  /* the members' names, once all are known */
    size_t n_sorted;
};

/* Is the item, or its plugin, in a list of --only or --skip?  words may be
 * NULL. */
bool plan_listed(char *const *words, const struct plugin *p,
                 const struct item *item);

/* Appends what s becomes to b->plan.  slots is the array that instead_of and
 * part_of count in. */
int plan_expand(struct builder *b, struct slot *slots, struct slot *s,
                struct err *err);

/* Names of all members, after all is expanded. */
void plan_name_members(struct builder *b);

void plan_builder_done(struct builder *b);

#endif
