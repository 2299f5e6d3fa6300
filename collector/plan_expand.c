#include "collector/plan_expand.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/base/core/path.h"
#include "collector/base/core/packed.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/hung.h"

#define DEFAULT_MAX_BYTES (8ull * 1024 * 1024)
#define NO_LIMIT_BYTES (1ull << 60)
#define NO_LIMIT_MS (7u * 24 * 3600 * 1000)
#define LIST_TIMEOUT_MS 5000u
#define LIST_MAX_ENTRIES 20000u
#define TREE_DEPTH 8u
/* Parts of member names: file systems take 255 bytes, and ".stderr", "~2" and
 * the like may follow. */
#define PART_MAX 240u
#define PART_KEPT 200u

/* ---- one planned item ---------------------------------------------------- */

bool plan_module_loaded(char *const *modules, const char *name)
{
    for (; *modules; modules++) {
        if (!strcmp(*modules, name))
            return true;
    }
    return false;
}

static void settle(struct planned *it, enum status st, const char *why)
{
    it->settled = true;
    it->status = st;
    free(it->why);
    it->why = why && *why ? xstrdup(why) : NULL;
}

/* Is it the item, not its plugin alone, that --only names? */
static bool named_whole(char *const *words, const struct plugin *p,
                        const struct item *item)
{
    size_t n = strlen(p->name);

    for (; words && *words; words++) {
        if (str_starts(*words, p->name) && (*words)[n] == '/' &&
            !strcmp(*words + n + 1, item->name))
            return true;
    }
    return false;
}

/* What can be said of an item without asking the host. */
static void judge(struct builder *b, struct planned *it)
{
    const struct item *item = it->item;
    char why[128];

    if (plan_listed(b->cfg->skip, it->plugin, item)) {
        settle(it, ST_SKIPPED, "skipped by --skip");
        return;
    }
    for (char **g = b->cfg->skip_file; it->path && g && *g; g++) {
        if (!fnmatch(*g, it->path, 0)) {
            settle(it, ST_SKIPPED, "skipped by --skip-file");
            return;
        }
    }
    if (it->path && item->rotated && b->cfg->since_ms && it->mtime &&
        it->mtime * 1000 < b->cfg->since_ms) {
        settle(it, ST_SKIPPED, "older than --since");
        return;
    }
    if (b->cfg->sysroot &&
        (item->argv[0] || item->probe || item->sample || item->made_of)) {
        settle(
            it, ST_SKIPPED,
            item->argv[0] && !strcmp(item->argv[0], "journalctl")
                ? "not with --sysroot: the journal is no text, see journalctl "
                  "-D DIR/var/log/journal"
                : "not with --sysroot: it would tell of the machine that runs "
                  "now");
        return;
    }
    if (item->debug_keys && !b->cfg->debug_keys) {
        settle(it, ST_SKIPPED, "only on request: --debug-keys");
        return;
    }
    if (item->on_request && !named_whole(b->cfg->only, it->plugin, item)) {
        settle(it, ST_SKIPPED, "only on request: --only with this item's name");
        return;
    }
    for (size_t i = 0; b->modules && item->modules[i]; i++) {
        if (!plan_module_loaded(b->modules, item->modules[i])) {
            snprintf(why, sizeof(why),
                     "would load the kernel module %s, which is not loaded",
                     item->modules[i]);
            settle(it, ST_SKIPPED, why);
            return;
        }
    }
}

static void set_args(const struct builder *b, struct planned *it)
{
    const struct item *item = it->item;
    size_t n = 0;

    it->argv = item->argv;
    if (item->since && b->cfg->since_ms)
        it->last =
            xasprintf("%s%" PRId64, item->since, b->cfg->since_ms / 1000);
    else if (item->interval)
        it->last = xasprintf("%" PRIu64, (b->cfg->interval_ms + 999) / 1000);
    if (!it->last)
        return;
    while (item->argv[n])
        n++;
    it->args = xcalloc(n + 2, sizeof(*it->args));
    memcpy(it->args, item->argv, n * sizeof(*it->args));
    it->args[n] = it->last;
    it->argv = it->args;
}

static void set_limits(const struct settings *cfg, struct planned *it)
{
    const struct plugin *p = it->plugin;
    const struct item *item = it->item;

    it->max_bytes = item->max_bytes ? item->max_bytes
                    : p->max_bytes  ? p->max_bytes
                                    : DEFAULT_MAX_BYTES;
    it->timeout_ms = item->timeout_ms ? item->timeout_ms
                     : p->timeout_ms  ? p->timeout_ms
                                      : (unsigned)cfg->item_timeout_ms;
    if (item->interval) /* it waits so long by itself */
        it->timeout_ms += (unsigned)cfg->interval_ms;
    if (cfg->item_timeout_set)
        it->timeout_ms = (unsigned)cfg->item_timeout_ms;
    if (cfg->unlimited) {
        it->max_bytes = NO_LIMIT_BYTES;
        if (!cfg->item_timeout_set)
            it->timeout_ms = NO_LIMIT_MS;
    }
}

/* path is taken over; NULL for what is no file.  NULL if that file is planned
 * already, or there are too many. */
static struct planned *planned_add(struct builder *b, struct slot *s,
                                   char *path)
{
    struct plan *p = b->plan;
    struct planned *it;

    if (p->n >= PLAN_MAX_ITEMS || (path && names_add(b->paths, path) < 0)) {
        free(path);
        return NULL;
    }
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 512;
        p->items = xreallocarray(p->items, p->cap, sizeof(*p->items));
    }
    it = &p->items[p->n];
    memset(it, 0, sizeof(*it));
    it->plugin = s->plugin;
    it->item = s->item;
    it->path = path;
    it->instead_of = it->part_of = -1;
    set_limits(b->cfg, it);
    if (s->first < 0)
        s->first = (long)p->n;
    p->n++;
    return it;
}

/* ---- files: what is there ------------------------------------------------ */

struct found_file {
    char *path;
    uint64_t size;
    int64_t mtime;
};

struct found_files {
    struct found_file *v; /* NULL: planned already */
    size_t n, cap;
};

static void set_member(struct builder *b, struct planned *it);

/* Names all that was planned so far, in plan order. */
static void name_members(struct builder *b)
{
    while (b->n_named < b->plan->n)
        set_member(b, &b->plan->items[b->n_named++]);
}

/* path is taken over. */
static void add_file(struct builder *b, struct slot *s, char *path,
                     uint64_t size, int64_t mtime)
{
    struct planned *it = planned_add(b, s, path);

    if (!it)
        return;
    it->size = size;
    it->mtime = mtime;
    judge(b, it);
    name_members(b);
}

/* The knobs of procfs and sysfs that only take orders. */
static bool write_only(const struct chunk *c)
{
    return (str_starts(c->path, "/sys/") || str_starts(c->path, "/proc/")) &&
           (c->mode & S_IFMT) == S_IFREG && !(c->mode & 0444);
}

/* Rotations are planned once all are known, and so is a file of known name; of
 * the others each while the reader looks for the next. */
static int list(struct builder *b, struct slot *s, const struct request *rq,
                struct found_files *out, struct err *err)
{
    const bool all_first = s->item->rotated || s->item->file;
    struct chunk c;
    int r = gather_start(b->g, rq, err);

    if (r < 0)
        return r;
    while ((r = gather_next(b->g, &c, err)) > 0) {
        if (c.kind != CHUNK_ENTRY || write_only(&c))
            continue;
        if (!all_first) {
            out->n++;
            add_file(b, s, xstrdup(c.path), c.size, c.mtime);
            continue;
        }
        if (out->n == out->cap) {
            out->cap = out->cap ? out->cap * 2 : 64;
            out->v = xreallocarray(out->v, out->cap, sizeof(*out->v));
        }
        out->v[out->n++] =
            (struct found_file){xstrdup(c.path), c.size, c.mtime};
    }
    return r;
}

/* Newest first; rotations of one age (a copied log folder) by number. */
static int newest_first(const void *a, const void *b)
{
    const struct found_file *x = a, *y = b;

    if (x->mtime != y->mtime)
        return x->mtime > y->mtime ? -1 : 1;
    return strverscmp(x->path, y->path);
}

/* A path in the folder where looking begins. */
static char *fixed_part(const struct item *item)
{
    const char *s = item->file   ? item->file
                    : item->tree ? item->tree
                                 : item->glob;

    if (item->tree)
        return xasprintf("%s/", s);
    return xstrndup(s, item->file ? strlen(s) : strcspn(s, "*?["));
}

static void settle_listing(struct builder *b, struct slot *s, size_t found)
{
    const struct outcome *o = gather_outcome(b->g);
    struct planned *it;

    if (found && o->status == ST_OK)
        return;
    it = planned_add(b, s, NULL);
    if (!it)
        return;
    settle(it, !found && o->status == ST_OK ? ST_ABSENT : o->status, o->text);
    judge(b, it);
}

/* A glob, a tree, or one file of known name. */
static int expand_files(struct builder *b, struct slot *s, struct err *err)
{
    const struct item *item = s->item;
    char *pattern = item->file ? path_as_pattern(item->file) : NULL;
    struct request rq = {
        .kind = item->tree ? REQ_TREE : REQ_GLOB,
        .name = item->tree   ? item->tree
                : item->glob ? item->glob
                             : pattern,
        .timeout_ms = LIST_TIMEOUT_MS,
        .max_depth = item->max_depth ? item->max_depth : TREE_DEPTH,
        .max_entries = LIST_MAX_ENTRIES,
    };
    struct found_files found = {NULL, 0, 0};
    char *fixed = fixed_part(item);
    struct planned *it;
    int r = 0;

    /* What is skipped as a whole is not even looked for. */
    if (!plan_listed(b->cfg->skip, s->plugin, item)) {
        if (!b->cfg->replay && !b->cfg->sysroot &&
            hung_here(b->plan->hung, fixed)) {
            it = planned_add(b, s, item->file ? xstrdup(item->file) : NULL);
            if (it)
                settle(it, ST_TIMEOUT, HUNG_TEXT);
            goto out;
        }
        r = list(b, s, &rq, &found, err);
        if (!r && gather_outcome(b->g)->status == ST_TIMEOUT)
            hung_note(b->plan->hung, fixed);
    }
    if (r < 0)
        goto out;
    if (item->rotated && found.v)
        qsort(found.v, found.n, sizeof(*found.v), newest_first);
    if (item->file && !found.n) {
        /* Reading it says why: absent, denied, refused. */
        it = planned_add(b, s, xstrdup(item->file));
        if (it)
            judge(b, it);
        goto out;
    }
    for (size_t i = 0; found.v && i < found.n; i++) {
        add_file(b, s, found.v[i].path, found.v[i].size, found.v[i].mtime);
        found.v[i].path = NULL;
    }
    if (!item->file)
        settle_listing(b, s, found.n);
out:
    for (size_t i = 0; found.v && i < found.n; i++)
        free(found.v[i].path);
    free(found.v);
    free(pattern);
    free(fixed);
    return r < 0 ? r : 0;
}

/* The index; -1 where there is nothing to cut out of. */
static long unsettled(const struct plan *p, long index)
{
    return index >= 0 && !p->items[index].settled ? index : -1;
}

/* Names of files are looked for; of the others it is known what is asked. */
static bool is_of_files(const struct item *item)
{
    return !item->argv[0] && !item->probe && !item->bad && !item->sample &&
           !item->made_of && !item->text;
}

int plan_expand(struct builder *b, struct slot *slots, struct slot *s,
                struct err *err)
{
    struct planned *it;

    if (is_of_files(s->item))
        return expand_files(b, s, err);
    it = planned_add(b, s, s->item->bad ? xstrdup(s->item->file) : NULL);
    if (!it)
        return 0;
    /* Its file may be planned once more, to be read once. */
    if (s->item->sample && s->item->file)
        it->path = xstrdup(s->item->file);
    if (s->item->sample)
        it->interval_ms = (unsigned)b->cfg->interval_ms;
    if (s->item->bad)
        settle(it, ST_FAILED, s->item->bad);
    if (s->instead_of >= 0)
        it->instead_of = slots[s->instead_of].first;
    if (s->part_of >= 0)
        it->part_of = unsettled(b->plan, slots[s->part_of].first);
    if (s->item->made_of && it->part_of < 0)
        settle(it, ST_SKIPPED, "not made: what it is made of is not read");
    if (s->item->argv[0])
        set_args(b, it);
    it->probe = s->item->probe;
    if (s->item->debug_keys && b->cfg->debug_keys)
        it->probe = it->keys =
            xasprintf("%s-%s", s->item->probe, b->cfg->debug_keys);
    judge(b, it);
    return 0;
}

/* ---- names ------------------------------------------------------------- */

/* Appends from with each part longer than file systems hold cut, and told apart
 * by a hash of the whole part (FNV-1a). */
static void add_cut(struct buf *out, const char *from)
{
    while (*from) {
        size_t n = strcspn(from, "/");
        uint32_t hash = 2166136261u;

        for (size_t i = 0; i < n; i++)
            hash = (hash ^ (unsigned char)from[i]) * 16777619u;
        if (n <= PART_MAX) {
            buf_add(out, from, n);
        } else {
            size_t keep = PART_KEPT;

            /* Not in the middle of %XX. */
            while (keep && (from[keep - 1] == '%' || from[keep - 2] == '%'))
                keep--;
            buf_add(out, from, keep);
            buf_addf(out, "~%08" PRIx32, hash);
        }
        from += n;
        if (*from)
            buf_addc(out, *from++);
    }
}

/* A name that holds what a guest chose can hold a secret like any other. */
static void add_masked(struct builder *b, const char *member, struct buf *out)
{
    struct buf masked = BUF_INIT;

    b->mask(b->mask_arg, member, strlen(member), &masked);
    if (strcmp(buf_str(&masked), member))
        str_add_member_name(out, buf_str(&masked), true);
    else
        buf_adds(out, member);
    buf_done(&masked);
}

static void set_member(struct builder *b, struct planned *it)
{
    const struct item *item = it->item;
    struct buf name = BUF_INIT, masked = BUF_INIT, whole = BUF_INIT;

    if (!it->path && !item->argv[0] && !item->probe && !item->made_of &&
        !item->text)
        return; /* a listing that gave nothing */
    if (it->path) {
        b->mask(b->mask_arg, it->path, strlen(it->path), &masked);
        it->clean = !strcmp(buf_str(&masked), it->path);
        if (item->member)
            add_masked(b, item->member, &whole);
        else
            buf_adds(&whole, "files");
        str_add_member_name(&whole, buf_str(&masked), true);
        add_cut(&name, buf_str(&whole));
    } else if (item->member) {
        add_masked(b, item->member, &name);
    } else {
        buf_addf(&name, "commands/%s/%s.txt", it->plugin->name, item->name);
    }
    it->member = xstrdup(buf_str(&name));
    (void)names_add_kept(b->members, &it->member, 2);
    buf_done(&whole);
    buf_done(&masked);
    buf_done(&name);
}

static int cmp_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_members(struct builder *b)
{
    b->sorted = xreallocarray(NULL, b->plan->n + 1, sizeof(*b->sorted));
    for (size_t i = 0; i < b->plan->n; i++) {
        if (b->plan->items[i].member)
            b->sorted[b->n_sorted++] = b->plan->items[i].member;
    }
    qsort(b->sorted, b->n_sorted, sizeof(*b->sorted), cmp_names);
}

/* Do members lie below this name?  All of them have names. */
static bool is_folder(struct builder *b, const char *name)
{
    size_t n = strlen(name), lo = 0, hi;

    if (!b->sorted)
        sort_members(b);
    hi = b->n_sorted;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strncmp(b->sorted[mid], name, n);

        if (c < 0 || (!c && b->sorted[mid][n] < '/'))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < b->n_sorted && !strncmp(b->sorted[lo], name, n) &&
           b->sorted[lo][n] == '/';
}

static void set_plain(struct builder *b, struct planned *it)
{
    const char *end = it->member ? packed_ending(it->member) : NULL;

    if (!end || !it->path || !str_ends(it->path, end))
        return;
    it->plain = xstrndup(it->member, (size_t)(end - it->member));
    if (is_folder(b, it->plain) || names_add(b->members, it->plain) < 0) {
        free(it->plain);
        it->plain = NULL;
    }
}

void plan_name_members(struct builder *b)
{
    name_members(b);
    for (size_t i = 0; i < b->plan->n; i++)
        set_plain(b, &b->plan->items[i]);
}

void plan_builder_done(struct builder *b)
{
    names_free(b->paths);
    names_free(b->members);
    free(b->sorted);
}
