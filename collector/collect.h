/* collect.h: what collect and plugins share: settings, plugins with drop-ins,
 * rules and key, the host, the plan. */
#ifndef XB_COLLECT_H
#define XB_COLLECT_H

#include <stdbool.h>
#include <stdio.h>

#include "collector/base/core/options.h"
#include "collector/base/stop.h"
#include "collector/conductor.h"
#include "collector/gather/control.h"
#include "collector/gather/gather.h"
#include "collector/gather/replay.h"
#include "collector/host.h"
#include "collector/known.h"
#include "collector/plan.h"
#include "collector/settings.h"
#include "plugins/plugin.h"
#include "redact/load.h"
#include "redact/redact.h"

struct collect {
    struct control *ctl;
    struct stop *stop;
    struct settings cfg;
    struct gather **gathers;       /* cfg.jobs of them */
    const struct plugin **plugins; /* built-ins, then drop-ins; NULL ends */
    struct plugin **dropins;       /* those of them to be freed */
    size_t n_dropins;
    struct bad_files *bad_dropins; /* dropins.c */
    struct redact_added *added;    /* rules not compiled yet; else NULL */
    struct redact_rules *rules;
    struct diag_rules *known;            /* problems */
    char **rule_files, **rule_overrides; /* as the manifest has them, or NULL */
    uint8_t key[REDACT_KEY_SIZE];
    bool one_key; /* of this run alone */
    char key_id[REDACT_KEY_ID_SIZE];
    char **keywords;     /* of the options and their file */
    char **missed;       /* what names were not learned from; learn.h */
    char **names_missed; /* the same, masked, of the manifest's head */
    struct host host;
    char **modules_after;
    struct unpack *unpack; /* replay */
    struct recording *recording;
    struct plan plan;
    int64_t start_ms; /* wall clock, or the recorded one */
    char *texts[12];  /* masked strings of the manifest's head */
    size_t n_texts;
    char **only, **skip, **skip_file; /* masked, of the manifest's head */
    char *sandbox[4]; /* what the worker runs under, as the manifest has it */
    const char *cut;  /* why the bundle was cut short, as the manifest has it */
    bool usage_error; /* the error is the user's: exit 2 */
};

/* 0, or negative with a message; collect_done in any case. */
int collect_init(struct collect *c, const struct options *opt,
                 struct control *ctl, struct err *err);
/* Before the first item is read: nothing by path any more but the system's own
 * files; below out_fd too, if it is a folder. */
void collect_confine(struct collect *c, int out_fd);
void collect_done(struct collect *c);

/* Another level of privacy than that of the options: "secrets", "public".  To
 * be called before the plan is made, or it must be made once more; the host may
 * be asked for its names.  Negative: the gather is lost. */
int collect_set_privacy(struct collect *c, const char *level, struct err *err);

/* "xen-bugtool-HOST-YYYYmmddTHHMMSSZ"; to be freed. */
char *collect_stem(const struct collect *c);

/* Makes c->plan.  Bad drop-ins are named on stderr and become planned items
 * with status failed. */
int collect_plan(struct collect *c, struct err *err);

/* The manifest's head; strings belong to c. */
void collect_head(struct collect *c, const char *cut,
                  struct manifest_head *head);

void collect_print_plan(const struct collect *c);
void collect_print_planned(const struct planned *it);
void collect_print_missing(FILE *f, const struct tally *t);

#endif
