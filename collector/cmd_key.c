/* xen-bugtool key: the host's key, under which equal secrets get equal tokens.
 *
 * The master makes it, since this process may not write there; its id is told
 * here.  The key itself is never shown. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/cmd.h"
#include "collector/rules.h"
#include "collector/version.h"

static int show_id(const struct options *opt, struct gather *g, struct err *err)
{
    uint8_t key[REDACT_KEY_SIZE];
    char id[REDACT_KEY_ID_SIZE];
    struct err why = ERR_INIT;
    int r = rules_find_key(g, key, &why, err);

    if (r == 1) {
        *err = why;
        return why.code;
    }
    if (r < 0)
        return r;
    redact_key_id(key, id);
    explicit_bzero(key, sizeof(key));
    if (options_has(opt, OPT_JSON))
        printf("{\"key\":1,\"key_id\":\"%s\"}\n", id);
    else
        printf("%s\n", id);
    return err_stdout(err);
}

int cmd_key(const struct options *opt, struct control *ctl)
{
    struct gather *g = live_new(ctl, -1);
    struct err err = ERR_INIT;
    int r = 0;

    if (options_has(opt, OPT_INIT)) {
        r = control_key(ctl, &err);
        if (!r)
            log_msg(LOG_NOTE,
                    "made %s; hosts that have the same one give equal secrets "
                    "equal tokens",
                    SYSCONFDIR_TEXT "/key");
    }
    if (!r)
        r = show_id(opt, g, &err);
    if (r == -ENOENT)
        log_msg(LOG_ERR, "%s; make one with xen-bugtool key --init", err.text);
    else if (r)
        log_msg(LOG_ERR, "%s", err.text);
    gather_free(g);
    return r ? EXIT_NO_BUNDLE : EXIT_WHOLE;
}
