/* replay.c: answers from a recorded bundle. */
#include "collector/gather/replay.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/gather/recorded.h"

#define MANIFEST_NAME "manifest.json"
#define READ_SIZE 65536

struct recording {
    struct unpack *u;
    struct recorded_head *head;
    struct recorded **items; /* sorted by key */
    size_t n, cap;
};

static int add_head(const struct manifest_head *head, void *arg,
                    struct err *err)
{
    struct recording *rec = arg;

    (void)err;
    rec->head = recorded_head_new(head);
    return 0;
}

static int add_item(const struct manifest_item *item, void *arg,
                    struct err *err)
{
    struct recording *rec = arg;
    struct recorded *it = recorded_new(item);

    (void)err;
    if (!it) /* our own log and summary */
        return 0;
    if (rec->n == rec->cap) {
        rec->cap = rec->cap ? rec->cap * 2 : 256;
        rec->items = xreallocarray(rec->items, rec->cap, sizeof(*rec->items));
    }
    rec->items[rec->n++] = it;
    return 0;
}

static int by_key(const void *a, const void *b)
{
    const struct recorded *const *x = a, *const *y = b;

    return strcmp((*x)->key, (*y)->key);
}

int recording_new(struct unpack *u, struct recording **out, struct err *err)
{
    struct recording *rec = xcalloc(1, sizeof(*rec));
    const struct manifest_handler handler = {add_head, add_item, rec};
    struct manifest_reader *reader = manifest_reader_new(&handler);
    struct unpack_file *file = NULL;
    char *block = xmalloc(READ_SIZE);
    ssize_t n;
    int r;

    rec->u = u;
    r = unpack_open(u, MANIFEST_NAME, &file, err);
    if (r)
        goto out;
    while ((n = unpack_file_read(file, block, READ_SIZE, err)) > 0) {
        r = manifest_reader_feed(reader, block, (size_t)n, err);
        if (r)
            goto out;
    }
    r = n < 0 ? (int)n : manifest_reader_end(reader, err);
    if (!r && rec->n)
        qsort(rec->items, rec->n, sizeof(*rec->items), by_key);
out:
    free(block);
    unpack_file_free(file);
    manifest_reader_free(reader);
    if (r) {
        recording_free(rec);
        rec = NULL;
    }
    *out = rec;
    return r;
}

void recording_free(struct recording *rec)
{
    if (!rec)
        return;
    for (size_t i = 0; i < rec->n; i++)
        recorded_free(rec->items[i]);
    free(rec->items);
    recorded_head_free(rec->head);
    free(rec);
}

const struct manifest_head *recording_head(const struct recording *rec)
{
    return &rec->head->head;
}

/* First item whose key is not below key. */
static size_t lower_bound(const struct recording *rec, const char *key)
{
    size_t lo = 0, hi = rec->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (strcmp(rec->items[mid]->key, key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* What is recorded of it.  A command is known by its arguments, and where
 * another release of ours gave it others, by the item; NULL: there is none. */
static const struct recorded *find(const struct recording *rec,
                                   const struct request *rq)
{
    char *key = recorded_key(rq);
    size_t i = lower_bound(rec, key);
    const struct recorded *it = NULL;

    if (i < rec->n && !strcmp(rec->items[i]->key, key))
        it = rec->items[i];
    free(key);
    for (i = 0; !it && rq->kind == REQ_RUN && rq->item && i < rec->n; i++)
        if (rec->items[i]->command && !strcmp(rec->items[i]->item, rq->item) &&
            !strcmp(rec->items[i]->plugin, rq->plugin))
            it = rec->items[i];
    return it;
}

struct replay {
    struct gather g;
    struct recording *rec;
    enum request_kind kind;
    const struct recorded *it; /* what is being read; NULL: nothing */
    struct unpack_file *file;
    bool on_stderr, meta_sent;
    size_t next;            /* listing: next item to look at */
    char *pattern, *prefix; /* the prefix of the keys of all that can fit */
    unsigned depth, listed;
    char block[READ_SIZE];
};

static void set_end(struct replay *p, enum status st, const char *text)
{
    p->g.outcome.status = st;
    snprintf(p->g.outcome.text, sizeof(p->g.outcome.text), "%s", text);
}

static bool listing(const struct replay *p)
{
    return p->kind == REQ_GLOB || p->kind == REQ_TREE;
}

static void forget(struct replay *p)
{
    unpack_file_free(p->file);
    free(p->pattern);
    free(p->prefix);
    p->file = NULL;
    p->pattern = p->prefix = NULL;
    p->it = NULL;
    p->on_stderr = p->meta_sent = false;
    p->listed = 0;
    memset(&p->g.outcome, 0, sizeof(p->g.outcome));
    p->g.outcome.exit_code = -1;
}

/* Items are sorted: those that a listing can name stand together. */
static char *fixed_prefix(const struct request *rq)
{
    size_t n = strlen(rq->name);

    if (rq->kind == REQ_GLOB)
        n = strcspn(rq->name, "*?[\\");
    while (n > 1 && rq->name[n - 1] == '/')
        n--;
    return xasprintf(RECORDED_FILE_PREFIX "%.*s", (int)n, rq->name);
}

static int replay_start(struct gather *g, const struct request *rq,
                        struct err *err)
{
    struct replay *p = (struct replay *)g;

    (void)err;
    forget(p);
    p->kind = rq->kind;
    if (rq->kind == REQ_CONF) {
        set_end(p, ST_ABSENT, "a recorded host has no configuration");
        return 0;
    }
    p->it = find(p->rec, rq);
    if (p->it)
        g->outcome = p->it->outcome;
    else
        set_end(p, ST_ABSENT, "not in the recorded host");
    if (listing(p)) {
        p->pattern = xstrdup(rq->name);
        p->depth = rq->max_depth;
        p->prefix = fixed_prefix(rq);
        p->next = lower_bound(p->rec, p->prefix);
    }
    return 0;
}

/* Does path lie below folder, not deeper than depth components? */
static bool in_tree(const char *folder, unsigned depth, const char *path)
{
    size_t n = strlen(folder);
    unsigned d = 0;

    while (n > 1 && folder[n - 1] == '/')
        n--;
    if (strncmp(folder, path, n) || path[n] != '/')
        return false;
    for (const char *s = path + n; *s; s++)
        d += *s == '/';
    return d <= depth;
}

static int next_entry(struct replay *p, struct chunk *out)
{
    while (p->next < p->rec->n) {
        const struct recorded *it = p->rec->items[p->next++];
        const char *path = it->key + strlen(RECORDED_FILE_PREFIX);

        if (!str_starts(it->key, p->prefix))
            break;
        if (it->outcome.status == ST_ABSENT)
            continue;
        if (p->kind == REQ_TREE ? !in_tree(p->pattern, p->depth, path)
                                : !recorded_match(p->pattern, path))
            continue;
        out->kind = CHUNK_ENTRY;
        out->path = path;
        out->size = it->outcome.bytes_read;
        out->mtime = it->mtime;
        out->mode = S_IFREG | 0400;
        p->listed++;
        return 1;
    }
    if (p->listed && !p->it)
        set_end(p, ST_OK, "");
    return 0;
}

static int open_member(struct replay *p, const char *name, struct err *err)
{
    if (!name)
        return 0;
    return unpack_open(p->rec->u, name, &p->file, err);
}

static int replay_next(struct gather *g, struct chunk *out, struct err *err)
{
    struct replay *p = (struct replay *)g;
    ssize_t n;
    int r;

    memset(out, 0, sizeof(*out));
    out->path = out->decoded = "";
    if (listing(p))
        return next_entry(p, out);
    if (!p->it)
        return 0;
    if (!p->meta_sent) {
        p->meta_sent = true;
        out->kind = CHUNK_META;
        out->size = p->it->outcome.bytes_read;
        out->mtime = p->it->mtime;
        out->mode = S_IFREG | 0400;
        out->path = p->it->link ? p->it->link : "";
        out->decoded = p->it->decoded ? p->it->decoded : "";
        r = open_member(p, p->it->member, err);
        return r ? r : 1;
    }
    for (;;) {
        n = p->file ? unpack_file_read(p->file, p->block, READ_SIZE, err) : 0;
        if (n < 0)
            return (int)n;
        if (n > 0) {
            out->kind = p->on_stderr ? CHUNK_ERRDATA : CHUNK_DATA;
            out->data = p->block;
            out->len = (size_t)n;
            return 1;
        }
        unpack_file_free(p->file);
        p->file = NULL;
        if (p->on_stderr || !p->it->err_member)
            return 0;
        p->on_stderr = true;
        r = open_member(p, p->it->err_member, err);
        if (r)
            return r;
    }
}

static void replay_free(struct gather *g)
{
    struct replay *p = (struct replay *)g;

    forget(p);
    free(p);
}

static const struct gather_ops replay_ops = {
    .name = "replay",
    .start = replay_start,
    .next = replay_next,
    .free = replay_free,
};

struct gather *replay_new(struct recording *rec)
{
    struct replay *p = xcalloc(1, sizeof(*p));

    p->g.ops = &replay_ops;
    p->rec = rec;
    return &p->g;
}
