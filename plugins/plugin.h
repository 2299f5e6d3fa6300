/* plugin.h: what a plugin is: a table of items, and a function only for what a
 * table cannot say.
 *
 * A built-in is one file that ends in "const struct plugin plugin_NAME" and one
 * line in plugins.def.  A drop-in (/etc/xen-bugtool/plugins.d, see
 * xen-bugtool-plugin(5)) is parsed into the same structs. */
#ifndef XB_PLUGIN_H
#define XB_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/gather/gather.h"

enum privacy { PRIVACY_NO, PRIVACY_YES, PRIVACY_MAYBE, PRIVACY_IF_CUSTOMIZED };

/* Lower is read first and survives a budget longer. */
enum priority {
    PRIO_XEN = 10,     /* hypervisor and xenstore */
    PRIO_DOMAINS = 20, /* Xen logs and domain configurations */
    PRIO_TOOLSTACK = 30,
    PRIO_SYSTEM = 50, /* kernel, network, storage, memory */
    PRIO_LOGS = 70,   /* general logs */
    PRIO_LAST = 90,
};

#define ITEM_MAX_ARGS 16
#define ITEM_MAX_MODULES 8

/* Exactly one of file, glob, tree, argv[0] and probe is set. */
struct item {
    const char *name; /* unique in its plugin: [a-z0-9-]+; --only, --skip */
    const char *file; /* absolute path */
    const char *glob; /* absolute pattern, * ? [] only, never across '/' */
    const char *tree; /* absolute folder: the regular files below it */
    const char *argv[ITEM_MAX_ARGS + 1]; /* NULL-terminated */
    const char *probe;                   /* an argument of xen-bugtool-probe */
    const char *since; /* command: with --since, this and the seconds since 1970
                          become its last argument ("--since=@") */
    bool interval;     /* command: --interval in whole seconds becomes its last
                          argument */

    const char *member;     /* where it goes in the bundle; NULL: the default,
                               files/PATH or commands/PLUGIN/NAME.txt */
    const char *instead_of; /* command or probe: only if that item of this
                               plugin, which stands before it, did not end ok;
                               one that was not needed itself counts as ok.
                               Nothing but its other fallbacks stands between
                               (dropin_parse sees to it) */
    const char *part_of;    /* probe or command: PLUGIN/ITEM whose answer holds
                               this one's:    cut out of it, not asked for, where
                               that    was    read (collector/parts.h) */
    const char *lacks;      /* command: failed with this among its messages, it
                               does not know how, or the device cannot: absent */
    const char *modules[ITEM_MAX_MODULES + 1]; /* must all be loaded (or built
                                in), else the item would load them: skipped */
    uint64_t max_bytes;                        /* 0: the plugin's */
    unsigned timeout_ms;                       /* 0: the plugin's */
    unsigned max_depth;                        /* tree; 0: 8 */
    unsigned priority;                         /* 0: the plugin's */
    enum privacy privacy; /* PRIVACY_NO (0) means the plugin's */
    bool rotated;    /* glob: newest file first (PATH, PATH.1, PATH.2.gz ...) */
    bool sample;     /* file or probe: counters, read twice with --interval
                        between; both and their difference are stored */
    bool head;       /* too long: keep the start, not the newest part */
    bool on_request; /* only if --only names this very item */
    bool debug_keys; /* probe: with "-KEYS" of --debug-keys behind it, and only
                        with that option */
    const char *bad; /* never asked for: recorded as failed, with this reason (a
                        drop-in that cannot be used) */
};

struct plan_adder; /* see collector/plan.h */

struct plugin {
    const char *name; /* [a-z][a-z0-9_]* */
    const char *summary;
    unsigned priority;
    enum privacy privacy;
    uint64_t max_bytes;       /* per item; 0: 8 MiB */
    unsigned timeout_ms;      /* per item; 0: the run's item timeout */
    const struct item *items; /* ends with name NULL */
    /* Adds items that depend on what the host has, by asking g.  The strings it
     * hands to plan_add are copied.  NULL for most. */
    int (*plan)(struct plan_adder *adder, struct gather *g, struct err *err);
    const char *origin; /* NULL: built in; else the drop-in's path */
};

/* Copies *item (all strings) into the plan, after the plugin's table. */
void plan_add(struct plan_adder *adder, const struct item *item);

/* The built-ins, in plugins.def's order; ends with NULL. */
extern const struct plugin *const plugin_builtins[];

#define DROPIN_MAX_BYTES (256u * 1024u)
#define DROPIN_MAX_ITEMS 256u

/* Parses one drop-in (format: xen-bugtool-plugin(5)).  What it does not say is
 * PRIO_SYSTEM, PRIVACY_MAYBE, and 0 for the limits, as above.  A name of a
 * built-in is refused; that two drop-ins have one name is the caller's to see.
 * path is for messages; text is not NUL-terminated and may be anything.  0 and
 * a plugin to be freed with dropin_free, or -EINVAL with one line "PATH:LINE:
 * expected ..., found ...". */
int dropin_parse(const char *path, const char *text, size_t len,
                 struct plugin **out, struct err *err);
void dropin_free(struct plugin *p);

#endif
