/* view_items.c: the items of the manifest, as many of them as a page can hold.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/view.h"

/* A host with 100 domains has about 2,000 items, and its page stays below a
 * megabyte.  Those that went wrong have rows set aside. */
#define MAX_ROWS 2600u
#define MAX_PLAIN_ROWS 2200u
#define MAX_ROW_BYTES (320u * 1024u)
#define MAX_PLAIN_BYTES (256u * 1024u)
#define MAX_TEXT 200u /* of one column */
#define MAX_RULES 256u

/* Texts are offsets into struct view's texts. */
struct row {
    uint32_t item, source, member, error;
    enum status status;
    uint64_t bytes, duration_ms, hidden;
    bool started;
};

struct rule {
    char *name;
    uint64_t count;
};

struct view {
    struct row *rows;
    size_t n_rows, n_items;
    size_t by_status[ST_COUNT];
    struct buf texts;
    struct rule rules[MAX_RULES];
    size_t n_rules;
    uint64_t hidden, hidden_by_others; /* rules beyond MAX_RULES */
    uint64_t unscannable;
    bool unsound;
};

void view_unsound(struct view *v)
{
    v->unsound = true;
}

bool view_is_unsound(const struct view *v)
{
    return v->unsound;
}

struct view *view_new(void)
{
    struct view *v = xcalloc(1, sizeof(*v));

    buf_addc(&v->texts, '\0'); /* offset 0 is "" */
    return v;
}

void view_free(struct view *v)
{
    if (!v)
        return;
    for (size_t i = 0; i < v->n_rules; i++)
        free(v->rules[i].name);
    buf_done(&v->texts);
    free(v->rows);
    free(v);
}

/* ---- counting ------------------------------------------------------------ */

static void count_rule(struct view *v, const struct redaction_count *c)
{
    size_t i = 0;

    v->hidden += c->count;
    while (i < v->n_rules && strcmp(v->rules[i].name, c->rule))
        i++;
    if (i == MAX_RULES) {
        v->hidden_by_others += c->count;
        return;
    }
    if (i == v->n_rules)
        v->rules[v->n_rules++].name = xstrdup(c->rule);
    v->rules[i].count += c->count;
}

static uint64_t count_member(struct view *v, const struct manifest_member *m)
{
    uint64_t before = v->hidden;

    for (size_t i = 0; i < m->n_redactions; i++)
        count_rule(v, &m->redactions[i]);
    v->unscannable += m->unscannable;
    return v->hidden - before;
}

/* Cut, never within a character. */
static uint32_t keep_text(struct view *v, const char *text)
{
    uint32_t at = (uint32_t)v->texts.len;
    size_t n;

    if (!text || !*text)
        return 0;
    n = strlen(text);
    if (n > MAX_TEXT) {
        for (n = MAX_TEXT; n && (text[n] & 0xc0) == 0x80; n--)
            ;
        buf_add(&v->texts, text, n);
        buf_adds(&v->texts, "...");
    } else {
        buf_add(&v->texts, text, n);
    }
    buf_addc(&v->texts, '\0');
    return at;
}

static void add_source(const struct manifest_item *it, struct buf *b)
{
    const char *one = it->path   ? it->path
                      : it->glob ? it->glob
                      : it->tree ? it->tree
                                 : it->probe;

    if (it->source == SRC_COMMAND)
        for (size_t i = 0; it->argv && it->argv[i] && b->len < MAX_TEXT; i++)
            buf_addf(b, "%s%s", i ? " " : "", it->argv[i]);
    else
        buf_addf(b, "%s%s",
                 it->source == SRC_HYPERCALL  ? "hypercall "
                 : it->source == SRC_XENSTORE ? "xenstore "
                                              : "",
                 one ? one : "");
}

static bool is_plain(enum status s)
{
    return s == ST_OK || s == ST_ABSENT || s == ST_SKIPPED;
}

static void keep_row(struct view *v, const struct manifest_item *it,
                     uint64_t hidden)
{
    struct buf name = BUF_INIT, source = BUF_INIT, error = BUF_INIT;
    struct row *r;

    if (!(v->n_rows % 256))
        v->rows = xreallocarray(v->rows, v->n_rows + 256, sizeof(*v->rows));
    r = &v->rows[v->n_rows++];
    memset(r, 0, sizeof(*r));
    buf_addf(&name, "%s/%s", it->plugin, it->item);
    add_source(it, &source);
    /* What is absent is so for one reason: the file is not there. */
    if (it->error && it->status != ST_ABSENT)
        buf_adds(&error, it->error);
    else if (it->exit_code > 0)
        buf_addf(&error, "exit status %d", it->exit_code);
    else if (it->signal)
        buf_addf(&error, "signal %d", it->signal);
    if (it->left)
        buf_addf(&error, " (%s)", it->left);
    r->status = it->status;
    r->item = keep_text(v, buf_str(&name));
    r->source = keep_text(v, buf_str(&source));
    r->member = keep_text(v, it->out.name ? it->out.name : it->errout.name);
    r->error = keep_text(v, buf_str(&error));
    r->bytes = it->out.bytes + it->errout.bytes;
    r->hidden = hidden;
    r->started = it->started_ms != 0;
    r->duration_ms = it->duration_ms;
    buf_done(&name);
    buf_done(&source);
    buf_done(&error);
}

void view_item(struct view *v, const struct manifest_item *it)
{
    bool plain = is_plain(it->status);
    uint64_t hidden;

    if (it->source == SRC_OWN)
        return;
    hidden = count_member(v, &it->out);
    hidden += count_member(v, &it->errout);
    v->n_items++;
    v->by_status[it->status]++;
    if (v->n_rows < (plain ? MAX_PLAIN_ROWS : MAX_ROWS) &&
        v->texts.len < (plain ? MAX_PLAIN_BYTES : MAX_ROW_BYTES))
        keep_row(v, it, hidden);
}

/* ---- writing ------------------------------------------------------------- */

static const char *text_at(const struct view *v, uint32_t at)
{
    return v->texts.data + at;
}

static void write_row(const struct view *v, const struct row *r,
                      struct writer *w)
{
    char size[24], took[32];

    writer_start(w, WRITER_SECTION, "item", NULL);
    writer_attr(w, "status", "Status", status_name(r->status));
    writer_attr(w, "item", "Item", text_at(v, r->item));
    writer_attr(w, "source", "Source", text_at(v, r->source));
    writer_attr(w, "error", "Error", text_at(v, r->error));
    writer_attr(w, "member", "Member", text_at(v, r->member));
    if (r->member)
        writer_number(w, "bytes", "Size", r->bytes, str_size(r->bytes, size));
    if (r->started)
        writer_number(w, "duration_ms", "Time", r->duration_ms,
                      str_duration(r->duration_ms, took));
    if (r->hidden)
        writer_number(w, "hidden", "Hidden", r->hidden, NULL);
    writer_end(w);
}

static int by_count(const void *a, const void *b)
{
    const struct rule *const *x = a, *const *y = b;

    if ((*x)->count != (*y)->count)
        return (*x)->count < (*y)->count ? 1 : -1;
    return strcmp((*x)->name, (*y)->name);
}

static void write_rule(struct writer *w, const char *name, uint64_t count)
{
    if (!count)
        return;
    writer_start(w, WRITER_SECTION, "redaction", NULL);
    writer_attr(w, "rule", "Rule", name);
    writer_number(w, "count", "Hidden", count, NULL);
    writer_end(w);
}

static void write_redactions(const struct view *v, struct writer *w)
{
    const struct rule *sorted[MAX_RULES] = {NULL};

    for (size_t i = 0; i < v->n_rules; i++)
        sorted[i] = &v->rules[i];
    qsort(sorted, v->n_rules, sizeof(sorted[0]), by_count);
    writer_start(w, WRITER_SECTION, "redactions", "Secrets hidden");
    writer_number(w, "count", "Secrets hidden", v->hidden, NULL);
    if (v->unscannable)
        writer_number(w, "unscannable", "Lines left out: could not be scanned",
                      v->unscannable, NULL);
    writer_start(w, WRITER_TABLE, "rules", NULL);
    for (size_t i = 0; i < v->n_rules; i++)
        write_rule(w, sorted[i]->name, sorted[i]->count);
    write_rule(w, "others", v->hidden_by_others);
    writer_end(w);
    writer_end(w);
}

void view_write_items(const struct view *v, struct writer *w)
{
    writer_start(w, WRITER_SECTION, "items", "What was collected");
    writer_number(w, "count", "Items", v->n_items, NULL);
    for (int i = 0; i < ST_COUNT; i++)
        writer_number(w, status_name((enum status)i),
                      status_name((enum status)i), v->by_status[i], NULL);
    if (v->n_rows < v->n_items)
        writer_number(w, "shown", "Shown here; manifest.json has all",
                      v->n_rows, NULL);
    writer_start(w, WRITER_TABLE, "rows", NULL);
    for (size_t i = 0; i < v->n_rows; i++)
        write_row(v, &v->rows[i], w);
    writer_end(w);
    writer_end(w);
    write_redactions(v, w);
}

void view_write_members(const struct view *v, const char *folder,
                        struct writer *w)
{
    bool begun = false;

    for (size_t i = 0; i < v->n_rows; i++) {
        const char *member = text_at(v, v->rows[i].member);

        if (!*member || !str_starts(member, folder))
            continue;
        if (!begun)
            writer_start(w, WRITER_TABLE, "members", "In the bundle");
        begun = true;
        writer_start(w, WRITER_SECTION, "member", NULL);
        writer_attr(w, "member", "Member", member);
        writer_end(w);
    }
    if (begun)
        writer_end(w);
}
