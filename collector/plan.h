/* plan.h: which items, in what order, within which limits.
 *
 * The plan's order is the order of priority and of the archive.  Globs and
 * trees are listed here, so that what will be read is known before the first
 * byte is: --dry-run prints it.  Items form tasks, the unit that one thread
 * works off and that is compressed as one segment: a command, a probe read, a
 * file over PLAN_SMALL is a task of its own (with the fallbacks that stand in
 * for it, and what is cut out of it), small files of one plugin go in runs of
 * at most PLAN_RUN; what is read twice is one task, so that one wait is enough.
 */
#ifndef XB_PLAN_H
#define XB_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/gather/gather.h"
#include "collector/settings.h"
#include "plugins/plugin.h"

#define PLAN_SMALL (256u * 1024u)
#define PLAN_RUN 256u
#define PLAN_MAX_ITEMS 200000u

struct planned {
    const struct plugin *plugin;
    const struct item *item;
    const char *const *argv; /* of a command; belongs to item or to args */
    const char **args;       /* NULL, or a list with the run's own arguments */
    char *last;              /* one of args, the run's own; NULL: none */
    const char *probe;       /* what the probe is asked; NULL: it is not */
    char *keys;              /* probe, of --debug-keys; NULL: none */
    char *path;   /* the file to read; NULL for a command, a probe, or a glob or
                     tree that gave nothing */
    char *member; /* where it goes */
    char *plain;  /* where it goes if it is found compressed; NULL: as member */
    uint64_t size;
    int64_t mtime;
    long instead_of; /* index of the item it stands in for; -1: none */
    long part_of;    /* index of what it is cut out of, or made of; -1: none */
    uint64_t max_bytes;
    unsigned interval_ms; /* of a sample; else 0 */
    unsigned timeout_ms;
    bool clean;         /* the rules leave path as it is */
    bool settled;       /* nothing to ask: status and why are known */
    enum status status; /* if settled */
    char *why;          /* NULL: nothing to say */
};

struct plan_task {
    size_t first, n;
};

struct plan {
    struct planned *items;
    size_t n, cap;
    struct plan_task *tasks;
    size_t n_tasks;
    size_t sample_task; /* the one that reads twice, to be started first;
                           n_tasks: there is none */
    uint64_t bytes;     /* sum of the sizes that are known */
    /* private */
    struct hung *hung;   /* what did not answer while the plan was made */
    struct item **added; /* copies made by plan_add */
    size_t n_added;
};

/* Kernel modules: a NULL-terminated sorted list of names, '-' as '_'. */
bool plan_module_loaded(char *const *modules, const char *name);

/* plugins is NULL-terminated.  modules NULL: not judged (replay).  mask hides
 * secrets in names (redact_text); it appends to the buf. 0, or -EINVAL: --only
 * or --skip names what there is not (the message lists what there is), or the
 * gather's error. */
typedef void (*plan_mask_fn)(const void *arg, const char *text, size_t len,
                             struct buf *out);
int plan_build(const struct settings *cfg, const struct plugin *const *plugins,
               char *const *modules, struct gather *g, plan_mask_fn mask,
               const void *mask_arg, struct plan *out, struct err *err);
void plan_done(struct plan *p);
/* Frees the texts of an item that was taken: of a hundred thousand files they
 * are 16 MiB. */
void planned_forget(struct planned *it);

/* An item's source in words for people: a path, a
 * command line, "probe NAME", "made of ITEM".  Appended to out. */
void plan_source_text(const struct planned *it, struct buf *out);

#endif
