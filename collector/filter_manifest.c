#include "collector/filter_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/rules.h"
#include "collector/version.h"

/* ---- texts --------------------------------------------------------------- */

void *texts_keep(struct texts *t, void *p)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 16;
        t->v = xreallocarray(t->v, t->cap, sizeof(*t->v));
    }
    return t->v[t->n++] = p;
}

void texts_clear(struct texts *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->v[i]);
    t->n = 0;
}

void texts_done(struct texts *t)
{
    texts_clear(t);
    free(t->v);
}

static const char *mask(struct job *j, struct texts *t, const char *s)
{
    struct buf b = BUF_INIT;

    if (!s)
        return NULL;
    redact_text(j->f->rules, s, strlen(s), &b);
    return texts_keep(t, buf_take(&b));
}

static const char *mask_release(struct job *j, struct texts *t, const char *s)
{
    return s ? texts_keep(t, rules_mask_release(j->f->rules, s)) : NULL;
}

static char *const *mask_list(struct job *j, struct texts *t, char *const *list)
{
    size_t n = 0;
    char **out;

    while (list && list[n])
        n++;
    out = texts_keep(t, xcalloc(n + 1, sizeof(*out)));
    redact_args(j->f->rules, (const char *const *)list, n, out);
    for (size_t i = 0; i < n; i++)
        texts_keep(t, out[i]);
    return out;
}

/* ---- the manifest -------------------------------------------------------- */

/* By the run that made the bundle, and by this one. */
static char *const *missed_list(struct job *j, struct texts *t,
                                char *const *before)
{
    char *const *lists[] = {before, j->opt->missed};
    size_t n = 0;
    char **all;

    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; lists[i] && lists[i][k]; k++)
            n++;
    if (!n)
        return NULL;
    all = texts_keep(t, xcalloc(n + 1, sizeof(*all)));
    n = 0;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; lists[i] && lists[i][k]; k++)
            all[n++] = lists[i][k];
    return mask_list(j, t, all);
}

static void change_head(struct job *j, struct manifest_head *h)
{
    const struct bundle_job *o = j->opt;
    struct texts *t = &j->head_texts;

    h->again.time_ms = j->now_ms;
    h->again.tool_version = VERSION_TEXT;
    h->again.key_id = mask(j, t, h->key_id);
    h->again.rules_digest = mask(j, t, h->rules_digest);
    h->rules_digest = redact_rules_digest(j->f->rules);
    h->rules_count = redact_rules_in_force(j->f->rules);
    h->rules_engine = redact_rules_engine(j->f->rules);
    h->diagnosis.digest = mask(j, t, h->diagnosis.digest);
    h->diagnosis.engine = mask(j, t, h->diagnosis.engine);
    h->rules_files = o->rules_files;
    h->rules_overrides = o->rules_overrides;
    h->names_missed = missed_list(j, t, h->names_missed);
    h->key_id = o->key_id;
    h->options.format = o->format_name;
    h->tool_version = mask(j, t, h->tool_version);
    h->cut = mask(j, t, h->cut);
    if (h->sandbox)
        h->sandbox = mask_list(j, t, h->sandbox);
    h->host.name = mask(j, t, h->host.name);
    h->host.kernel = mask_release(j, t, h->host.kernel);
    h->host.machine = mask(j, t, h->host.machine);
    h->host.xen = mask_release(j, t, h->host.xen);
    h->disk.system = mask(j, t, h->disk.system);
    h->disk.kernel = mask_release(j, t, h->disk.kernel);
    h->disk.xen = mask_release(j, t, h->disk.xen);
    h->options.privacy = mask(
        j, t, strcmp(o->privacy, "public") ? h->options.privacy : "public");
    h->options.keywords += o->keywords;
    h->options.hide_domains |= o->hide_domains;
    h->options.since = mask(j, t, h->options.since);
    h->options.only = mask_list(j, t, h->options.only);
    h->options.skip = mask_list(j, t, h->options.skip);
    h->options.skip_file = mask_list(j, t, h->options.skip_file);
    h->options.case_id = mask(j, t, h->options.case_id);
    h->options.note = mask(j, t, h->options.note);
    h->options.sysroot = mask(j, t, h->options.sysroot);
    h->modules_before = mask_list(j, t, h->modules_before);
    h->modules_after = mask_list(j, t, h->modules_after);
}

static int on_head(const struct manifest_head *head, void *arg, struct err *err)
{
    struct job *j = arg;

    (void)err;
    if (j->b) {
        j->head = recorded_head_new(head);
        j->new_head = j->head->head;
        change_head(j, &j->new_head);
    }
    return 0;
}

/* Puts in what has become of the member. */
static int change_member(struct job *j, struct manifest_member *mm,
                         struct err *err)
{
    int64_t i = mm->name ? names_find(j->old_names, mm->name) : -1;
    char old[SHA256_HEX];
    struct member *m;
    int rc = 0;

    if (!mm->name)
        return 0;
    if (i < 0)
        return err_set(err, -EBADMSG,
                       "%s is listed in " MANIFEST ", but not there", mm->name);
    m = &j->members[i];
    hex_encode(m->old_sum, SHA256_SIZE, old);
    if (m->listed || m->old_bytes != mm->bytes || strcmp(old, mm->sha256))
        return err_set(err, -EBADMSG, "%s is not what " MANIFEST " says",
                       mm->name);
    m->listed = true;
    if (!j->b)
        return 0;
    if (j->page && !strcmp(mm->name, PAGE))
        rc = job_page(j, m, err);
    mm->name = names_at(j->new_names, (size_t)i);
    mm->redactions = NULL;
    mm->n_redactions = 0;
    if (!m->change)
        return rc;
    mm->bytes = m->change->bytes;
    hex_encode(m->change->sum, SHA256_SIZE, mm->sha256);
    mm->redactions = m->change->counts;
    mm->n_redactions = m->change->n_counts;
    mm->unscannable += m->change->unscannable;
    mm->pseudonyms += m->change->pseudonyms;
    return rc;
}

static int on_item(const struct manifest_item *item, void *arg, struct err *err)
{
    struct manifest_item it = *item;
    struct job *j = arg;
    struct texts *t = &j->item_texts;
    int rc;

    rc = change_member(j, &it.out, err);
    if (!rc)
        rc = change_member(j, &it.errout, err);
    if (rc || !j->b)
        return rc;
    if (it.status == ST_OK && (it.out.unscannable || it.errout.unscannable)) {
        it.status = ST_PARTIAL;
        it.error = "some lines could not be scanned for secrets and were left "
                   "out";
    }
    it.plugin = mask(j, t, it.plugin);
    it.item = mask(j, t, it.item);
    it.path = mask(j, t, it.path);
    it.glob = mask(j, t, it.glob);
    it.tree = mask(j, t, it.tree);
    it.probe = mask(j, t, it.probe);
    if (it.argv)
        it.argv = (const char *const *)mask_list(j, t, (char **)it.argv);
    it.error = mask(j, t, it.error);
    it.left = mask(j, t, it.left);
    it.link = mask(j, t, it.link);
    it.decoded = mask(j, t, it.decoded);
    view_item(j->view, &it);
    buf_reset(&j->line);
    buf_adds(&j->line, j->first_item ? "" : ",\n");
    j->first_item = false;
    manifest_item_write(&it, &j->line);
    texts_clear(t);
    return member_write(j->manifest, buf_str(&j->line), j->line.len, err);
}

static int feed_manifest(struct job *j, struct err *err)
{
    const struct manifest_handler handler = {on_head, on_item, j};
    struct manifest_reader *mr = manifest_reader_new(&handler);
    char *block = xmalloc(BLOCK);
    ssize_t n;
    int rc = 0;

    while (!rc && (n = unpack_read(j->u, block, BLOCK, err)) != 0)
        rc = n < 0 ? (int)n : manifest_reader_feed(mr, block, (size_t)n, err);
    if (!rc)
        rc = manifest_reader_end(mr, err);
    for (size_t i = 0; !rc && i < j->n_members; i++)
        if (!j->members[i].listed)
            rc = err_set(err, -EBADMSG, "%s is not listed in " MANIFEST,
                         names_at(j->old_names, i));
    manifest_reader_free(mr);
    free(block);
    return rc;
}

int job_manifest(struct job *j, const struct unpack_member *um, struct err *err)
{
    struct member_info info = {MANIFEST, um->mtime};
    uint64_t size;
    int rc = j->page ? 0 : job_end_segment(j, err);

    j->seen_manifest = true;
    if (rc || !j->b)
        return rc ? rc : feed_manifest(j, err);
    j->manifest = segment_new(j->b);
    j->first_item = true;
    rc = member_begin(j->manifest, &info, err);
    if (!rc)
        rc = feed_manifest(j, err);
    if (rc)
        return rc;
    buf_reset(&j->line);
    manifest_head_write(&j->new_head, &j->line);
    rc = member_write(j->manifest, "\n" MANIFEST_TAIL,
                      strlen("\n" MANIFEST_TAIL), err);
    if (!rc)
        rc = member_prepend(j->manifest, buf_str(&j->line), j->line.len, err);
    if (!rc)
        rc = member_end(j->manifest, &size, NULL, err);
    if (!rc)
        rc = segment_close(j->manifest, err);
    if (!rc) {
        rc = bundle_append(j->b, j->manifest, err);
        j->manifest = NULL;
    }
    return rc;
}
