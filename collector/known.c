#include "collector/known.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/conf.h"
#include "collector/settings.h"
#include "config.h"

#define FOLDER "rules.d/"
#define PATH SYSCONFDIR "/xen-bugtool/" FOLDER
#define MAX_BYTES (256u << 10)

static int add(struct gather *g, struct diag_rules *rules, const char *name,
               struct err *err)
{
    char *rel = xasprintf(FOLDER "%s", name),
         *path = xasprintf(PATH "%s", name);
    struct buf text = BUF_INIT;
    struct err why = ERR_INIT;
    int r = conf_read(g, rel, MAX_BYTES, &text, err);
    const struct outcome *o = r ? NULL : gather_outcome(g);

    if (!r && o->status != ST_OK)
        log_msg(LOG_WARN, "%s is left out: %s", path,
                *o->text ? o->text : status_name(o->status));
    else if (!r && diag_rules_add(rules, path, buf_str(&text), text.len, &why))
        log_msg(LOG_WARN, "left out: %s", why.text);
    buf_done(&text);
    free(path);
    free(rel);
    return r;
}

int known_load(struct gather *g, struct diag_rules **out, struct err *err)
{
    struct diag_rules *rules = diag_rules_new();
    char **names = NULL;
    int r;

    diag_rules_add_builtin(rules);
    r = conf_list(g, FOLDER, &names, err);
    for (size_t i = 0; !r && names && names[i]; i++)
        r = add(g, rules, names[i], err);
    if (!r)
        diag_rules_ready(rules);
    str_list_free(names);
    if (r) {
        diag_rules_free(rules);
        rules = NULL;
    }
    *out = rules;
    return r;
}
