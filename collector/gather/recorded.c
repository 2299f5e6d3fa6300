#include "collector/gather/recorded.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"

static char *key_of_argv(const char *const *argv)
{
    struct buf b = BUF_INIT;

    buf_adds(&b, "c:");
    for (size_t i = 0; argv[i]; i++) {
        if (i)
            buf_addc(&b, '\x1f');
        buf_adds(&b, argv[i]);
    }
    return buf_take(&b);
}

static char *key_of_request(const struct request *rq)
{
    switch (rq->kind) {
    case REQ_RUN:
        return key_of_argv(rq->argv);
    case REQ_PROBE:
        return xasprintf("p:%s", rq->name);
    case REQ_GLOB:
        return xasprintf("g:%s", rq->name);
    case REQ_TREE:
        return xasprintf("t:%s", rq->name);
    default:
        return xasprintf(RECORDED_FILE_PREFIX "%s", rq->name);
    }
}

/* The same source may also be read once. */
static char *key_of_sample(char *key)
{
    char *sample = key ? xasprintf("s:%s", key) : NULL;

    free(key);
    return sample;
}

char *recorded_key(const struct request *rq)
{
    char *key = key_of_request(rq);

    return rq->sample ? key_of_sample(key) : key;
}

static char *key_of_item(const struct manifest_item *item)
{
    switch (item->source) {
    case SRC_FILE:
        if (item->path)
            return xasprintf(RECORDED_FILE_PREFIX "%s", item->path);
        if (item->glob)
            return xasprintf("g:%s", item->glob);
        return item->tree ? xasprintf("t:%s", item->tree) : NULL;
    case SRC_COMMAND:
        return item->argv ? key_of_argv(item->argv) : NULL;
    case SRC_HYPERCALL:
    case SRC_XENSTORE:
        return item->probe ? xasprintf("p:%s", item->probe) : NULL;
    case SRC_OWN:
        break;
    }
    return NULL;
}

static char *copy(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

struct recorded *recorded_new(const struct manifest_item *item)
{
    char *key = key_of_item(item);
    struct recorded *it;
    struct outcome *o;

    if (item->interval_ms)
        key = key_of_sample(key);
    if (!key)
        return NULL;
    it = xcalloc(1, sizeof(*it));
    it->key = key;
    it->plugin = copy(item->plugin);
    it->item = copy(item->item);
    it->command = item->source == SRC_COMMAND;
    it->member = copy(item->out.name);
    it->err_member = copy(item->errout.name);
    it->link = copy(item->link);
    it->decoded = copy(item->decoded);
    it->mtime = item->mtime;
    o = &it->outcome;
    o->status = item->status;
    o->exit_code = item->exit_code;
    o->signal = item->signal;
    o->truncated = item->truncated;
    o->bytes_read = item->bytes_read;
    o->interval_ms = item->interval_ms;
    o->started_ms = item->started_ms;
    o->duration_ms = item->duration_ms;
    snprintf(o->text, sizeof(o->text), "%s", item->error ? item->error : "");
    snprintf(o->left, sizeof(o->left), "%s", item->left ? item->left : "");
    return it;
}

void recorded_free(struct recorded *it)
{
    if (!it)
        return;
    free(it->key);
    free(it->plugin);
    free(it->item);
    free(it->member);
    free(it->err_member);
    free(it->link);
    free(it->decoded);
    free(it);
}

/* One component of both against each other. */
static bool match_part(const char *pat, size_t pat_len, const char *s,
                       size_t s_len)
{
    char *p = xstrndup(pat, pat_len), *t = xstrndup(s, s_len);
    bool fits = fnmatch(p, t, FNM_PERIOD) == 0;

    free(p);
    free(t);
    return fits;
}

bool recorded_match(const char *pattern, const char *path)
{
    const char *pat_end = strchrnul(pattern, '/');
    const char *path_end = strchrnul(path, '/');
    size_t pat_len = (size_t)(pat_end - pattern);

    if (pat_len == 2 && !memcmp(pattern, "**", 2)) {
        if (!*pat_end)
            return true;
        if (recorded_match(pat_end + 1, path))
            return true;
        return *path_end && path[0] != '.' &&
               recorded_match(pattern, path_end + 1);
    }
    if (!match_part(pattern, pat_len, path, (size_t)(path_end - path)))
        return false;
    if (!*pat_end || !*path_end)
        return *pat_end == *path_end;
    return recorded_match(pat_end + 1, path_end + 1);
}

static void *own(struct recorded_head *h, void *p)
{
    h->owned = xreallocarray(h->owned, h->n_owned + 1, sizeof(*h->owned));
    h->owned[h->n_owned++] = p;
    return p;
}

static const char *own_str(struct recorded_head *h, const char *s)
{
    return s ? own(h, xstrdup(s)) : NULL;
}

static char *const *own_list(struct recorded_head *h, char *const *list)
{
    size_t n = 0;
    char **copied;

    while (list && list[n])
        n++;
    copied = own(h, xcalloc(n + 1, sizeof(*copied)));
    for (size_t i = 0; i < n; i++)
        copied[i] = own(h, xstrdup(list[i]));
    return copied;
}

static char *const *own_set_list(struct recorded_head *h, char *const *list)
{
    return list ? own_list(h, list) : NULL;
}

struct recorded_head *recorded_head_new(const struct manifest_head *head)
{
    struct recorded_head *h = xcalloc(1, sizeof(*h));
    struct manifest_head *d = &h->head;

    *d = *head;
    d->tool_version = own_str(h, head->tool_version);
    d->rules_digest = own_str(h, head->rules_digest);
    d->rules_engine = own_str(h, head->rules_engine);
    d->diagnosis.digest = own_str(h, head->diagnosis.digest);
    d->diagnosis.engine = own_str(h, head->diagnosis.engine);
    d->rules_files = own_set_list(h, head->rules_files);
    d->rules_overrides = own_set_list(h, head->rules_overrides);
    d->names_missed = own_set_list(h, head->names_missed);
    d->sandbox = own_set_list(h, head->sandbox);
    d->cut = own_str(h, head->cut);
    d->sync = own_str(h, head->sync);
    d->host.name = own_str(h, head->host.name);
    d->host.kernel = own_str(h, head->host.kernel);
    d->host.machine = own_str(h, head->host.machine);
    d->host.xen = own_str(h, head->host.xen);
    d->host.role = own_str(h, head->host.role);
    d->disk.system = own_str(h, head->disk.system);
    d->disk.kernel = own_str(h, head->disk.kernel);
    d->disk.xen = own_str(h, head->disk.xen);
    d->options.format = own_str(h, head->options.format);
    d->options.privacy = own_str(h, head->options.privacy);
    d->options.since = own_str(h, head->options.since);
    d->options.case_id = own_str(h, head->options.case_id);
    d->options.note = own_str(h, head->options.note);
    d->options.sysroot = own_str(h, head->options.sysroot);
    d->options.only = own_list(h, head->options.only);
    d->options.skip = own_list(h, head->options.skip);
    d->options.skip_file = own_list(h, head->options.skip_file);
    d->key_id = own_str(h, head->key_id);
    d->again.tool_version = own_str(h, head->again.tool_version);
    d->again.key_id = own_str(h, head->again.key_id);
    d->again.rules_digest = own_str(h, head->again.rules_digest);
    d->modules_before = own_list(h, head->modules_before);
    d->modules_after = own_list(h, head->modules_after);
    return h;
}

void recorded_head_free(struct recorded_head *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->n_owned; i++)
        free(h->owned[i]);
    free(h->owned);
    free(h);
}
