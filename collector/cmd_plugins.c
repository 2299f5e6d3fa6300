/* cmd_plugins.c: lists the plugins and what each would collect here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/cmd.h"
#include "collector/collect.h"
#include "collector/events.h"

static const char *const privacy_names[] = {"no", "yes", "maybe",
                                            "if_customized"};

static void print_plugin(const struct collect *c, const struct plugin *p)
{
    size_t items = 0, settled = 0;
    uint64_t bytes = 0;
    char size[24];

    for (size_t i = 0; i < c->plan.n; i++) {
        const struct planned *it = &c->plan.items[i];

        if (it->plugin != p)
            continue;
        items++;
        settled += it->settled;
        bytes += it->settled ? 0 : it->size;
    }
    printf("%-16s %s\n%-16s %zu items (%zu skipped or not there), %s in files, "
           "private data: %s%s%s\n",
           p->name, p->summary, "", items, settled, str_size(bytes, size),
           privacy_names[p->privacy], p->origin ? ", from " : "",
           p->origin ? p->origin : "");
}

int cmd_plugins(const struct options *opt, struct control *ctl)
{
    struct err err = ERR_INIT;
    struct collect c;
    int status = EXIT_WHOLE;
    int r = collect_init(&c, opt, ctl, &err);

    if (!r)
        r = collect_plan(&c, &err);
    if (r) {
        log_msg(LOG_ERR, "%s", err.text);
        status = c.usage_error ? EXIT_USAGE : EXIT_NO_BUNDLE;
        goto out;
    }
    for (size_t i = 0; c.plugins[i]; i++) {
        if (!c.cfg.json)
            print_plugin(&c, c.plugins[i]);
        for (size_t k = 0; k < c.plan.n; k++) {
            if (c.plan.items[k].plugin != c.plugins[i])
                continue;
            if (c.cfg.json)
                event_planned(&c.plan.items[k]);
            else if (options_has(opt, OPT_VERBOSE))
                collect_print_planned(&c.plan.items[k]);
        }
    }
    r = err_stdout(&err);
    if (r) {
        if (r != -EPIPE)
            log_msg(LOG_ERR, "%s", err.text);
        status = EXIT_NO_BUNDLE;
    }
out:
    collect_done(&c);
    return status;
}
