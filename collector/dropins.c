#include "collector/dropins.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/collect.h"
#include "collector/conf.h"
#include "collector/version.h"

#define FOLDER "plugins.d/"
#define MAX_FILES 256u
#define MAX_BYTES (256u * 1024u)

/* The stand-in for files that cannot be used: one item each. */
struct bad_files {
    struct plugin plugin; /* first: it is freed through its plugin */
    struct item *items;
    size_t n;
};

static void bad_add(struct bad_files *b, const char *path, const char *why)
{
    struct item *it;

    log_msg(LOG_WARN, "drop-in not used: %s", why);
    b->items = xreallocarray(b->items, b->n + 2, sizeof(*b->items));
    it = &b->items[b->n++];
    memset(it, 0, 2 * sizeof(*it));
    it->name = "drop-in";
    it->file = xstrdup(path);
    it->bad = xstrdup(why);
    b->plugin.items = b->items;
}

static void bad_free(struct bad_files *b)
{
    for (size_t i = 0; i < b->n; i++) {
        free((char *)b->items[i].file);
        free((char *)b->items[i].bad);
    }
    free(b->items);
    free(b);
}

static void append(struct collect *c, const struct plugin *p)
{
    size_t n = 0;

    while (c->plugins && c->plugins[n])
        n++;
    c->plugins = xreallocarray(c->plugins, n + 2, sizeof(*c->plugins));
    c->plugins[n] = p;
    c->plugins[n + 1] = NULL;
}

static const struct plugin *find(const struct collect *c, const char *name)
{
    for (size_t i = 0; c->plugins[i]; i++) {
        if (!strcmp(c->plugins[i]->name, name))
            return c->plugins[i];
    }
    return NULL;
}

static int load_one(struct collect *c, const char *name, struct bad_files *bad,
                    struct err *err)
{
    char *rel = xasprintf(FOLDER "%s", name);
    char *path = xasprintf(SYSCONFDIR_TEXT "/%s", rel);
    struct buf text = BUF_INIT;
    struct plugin *p = NULL;
    struct err why = ERR_INIT;
    const struct outcome *o = gather_outcome(c->gathers[0]);
    int r = conf_read(c->gathers[0], rel, MAX_BYTES, &text, err);

    if (r)
        goto out;
    if (o->status != ST_OK) {
        bad_add(bad, path, *o->text ? o->text : status_name(o->status));
    } else if (dropin_parse(path, buf_str(&text), text.len, &p, &why)) {
        bad_add(bad, path, why.text);
    } else if (find(c, p->name)) {
        err_set(&why, -1, "%s: there is a plugin named %s already", path,
                p->name);
        bad_add(bad, path, why.text);
        dropin_free(p);
    } else {
        c->dropins =
            xreallocarray(c->dropins, c->n_dropins + 1, sizeof(*c->dropins));
        c->dropins[c->n_dropins++] = p;
        append(c, p);
    }
out:
    buf_done(&text);
    free(path);
    free(rel);
    return r;
}

int dropins_load(struct collect *c, struct err *err)
{
    struct bad_files *bad = xcalloc(1, sizeof(*bad));
    char **names = NULL;
    int r;

    bad->plugin.name = "dropins";
    bad->plugin.summary = "drop-in files that cannot be used";
    bad->plugin.priority = PRIO_LAST;
    for (size_t i = 0; plugin_builtins[i]; i++)
        append(c, plugin_builtins[i]);
    r = conf_list(c->gathers[0], FOLDER, &names, err);
    if (!r && gather_outcome(c->gathers[0])->status == ST_REFUSED)
        log_msg(LOG_WARN, "drop-ins not used: %s",
                gather_outcome(c->gathers[0])->text);
    for (size_t i = 0; !r && names[i] && i < MAX_FILES; i++)
        r = load_one(c, names[i], bad, err);
    str_list_free(names);
    c->bad_dropins = bad;
    if (bad->n)
        append(c, &bad->plugin);
    return r;
}

void dropins_free(struct collect *c)
{
    for (size_t i = 0; i < c->n_dropins; i++)
        dropin_free(c->dropins[i]);
    free(c->dropins);
    if (c->bad_dropins)
        bad_free(c->bad_dropins);
    free(c->plugins);
}
