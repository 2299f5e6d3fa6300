/* settings.h: what a run is to do: defaults, then SYSCONFDIR's config.yaml (or
 * --config), then the command line. */
#ifndef XB_SETTINGS_H
#define XB_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/options.h"
#include "collector/gather/gather.h"
#include "collector/pack/bundle.h"

/* Which items are read with the lowest priority for processor and disk. */
enum nice { NICE_LOGS, NICE_NONE, NICE_ALL };

struct settings {
    enum bundle_format format;
    const char *format_name;
    const char *privacy;
    char **keywords;          /* NULL-terminated */
    const char *keyword_file; /* NULL: none */
    bool hide_domains;
    const char *folder; /* outfile of the configuration file; "" if none */
    char **only, **skip, **skip_file; /* NULL-terminated */
    const char *since;                /* as given; NULL: all */
    int64_t since_ms;                 /* wall clock; 0: all */
    uint64_t max_size, max_time_ms;   /* 0: none */
    uint64_t item_timeout_ms;
    uint64_t interval_ms;  /* between two samples */
    bool item_timeout_set; /* by the user: it then replaces the items' own */
    bool unlimited;
    unsigned jobs, threads;
    enum nice nice;
    const char *case_id, *note; /* NULL: none */
    const char *debug_keys;     /* NULL: none */
    const char *sysroot;        /* NULL: this host */
    bool dry_run, json, quiet, replay;
    /* private: the texts that the strings above point into */
    struct strings {
        char **v;
        size_t n;
    } texts;
};

/* Fills *out from the defaults and the command line; conf is the text of the
 * configuration file (path for messages), NULL for none.  now_ms is the clock
 * that relative times count from.  0, or -EINVAL with "FILE:LINE: ..." or the
 * option's name.  settings_done in any case. */
int settings_load(const struct options *opt, const char *conf_path,
                  const struct buf *conf, int64_t now_ms, struct settings *out,
                  struct err *err);
/* A copy of text that lives as long as s. */
const char *settings_keep(struct settings *s, const char *text);
void settings_done(struct settings *s);

#endif
