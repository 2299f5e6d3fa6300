/* Members are redacted as they come, and what they were and have become is
 * noted; the manifest, which comes last, is then rewritten item by item.  Those
 * of our own that have a structure keep it: filter_own.c.
 *
 * What is binary goes the same way, as when the bundle was made: else a guest
 * that prints garbage could have its whole console left out. */
#include "collector/filter_job.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/bundle_arg.h"
#include "collector/made.h"
#include "collector/version.h"

#define SUMMARY "summary.txt"
#define STEM "xen-bugtool-redacted"
#define SMALL (256u * 1024u) /* members up to this share a segment */
#define RUN 64u              /* so many of them */

/* ---- names ------------------------------------------------------------ */

/* The name in the new bundle, which j->new_names has from now on. */
static const char *new_name(struct job *j, const char *name)
{
    char *plain = xstrdup(name);
    struct buf masked = BUF_INIT, b = BUF_INIT;
    int64_t at = -EEXIST;

    str_percent_decode(plain);
    redact_text(j->f->rules, plain, strlen(plain), &masked);
    if (!strcmp(buf_str(&masked), plain)) {
        buf_adds(&b, name);
        at = names_add(j->new_names, name);
    } else {
        str_add_member_name(&b, buf_str(&masked), true);
    }
    if (at == -EEXIST) {
        char *out = buf_take(&b);

        at = names_add_kept(j->new_names, &out, 1);
        texts_keep(&j->changed_names, out);
    }
    free(plain);
    buf_done(&masked);
    buf_done(&b);
    return at < 0 ? NULL : names_at(j->new_names, (size_t)at);
}

/* ---- members ------------------------------------------------------------- */

int job_end_segment(struct job *j, struct err *err)
{
    struct segment *seg = j->seg;
    int rc;

    j->seg = NULL;
    j->n_in_seg = 0;
    if (!seg)
        return 0;
    rc = segment_close(seg, err);
    if (!rc)
        return bundle_append(j->b, seg, err);
    segment_free(seg);
    return rc;
}

static int begin_segment(struct job *j, uint64_t size, struct err *err)
{
    int rc = 0;

    /* Behind the page all waits for it. */
    if (!j->page && (size > SMALL || j->n_in_seg == RUN))
        rc = job_end_segment(j, err);
    if (!rc && !j->seg)
        j->seg = segment_new(j->b);
    j->n_in_seg = size > SMALL ? RUN : j->n_in_seg + 1;
    return rc;
}

/* Fills block as far as the member goes. */
static ssize_t read_block(struct job *j, char *block, struct err *err)
{
    size_t n = 0;
    ssize_t r;

    do {
        r = unpack_read(j->u, block + n, BLOCK - n, err);
        n += r > 0 ? (size_t)r : 0;
    } while (r > 0 && n < BLOCK);
    return r < 0 ? r : (ssize_t)n;
}

/* The n bytes in block and all behind them. */
static int pass(struct job *j, struct member *m, struct sink *s, char *block,
                ssize_t n, struct err *err)
{
    struct sha256 *h = sha256_new();
    char hex[SHA256_HEX];
    int rc = 0;

    while (!rc && n > 0) {
        sha256_update(h, block, (size_t)n);
        m->old_bytes += (uint64_t)n;
        j->f->bytes += (uint64_t)n;
        rc = sink_write(s, block, (size_t)n, err);
        if (!rc) {
            n = read_block(j, block, err);
            rc = n < 0 ? (int)n : 0;
        }
    }
    sha256_hex(h, hex);
    hex_decode(hex, SHA256_SIZE, m->old_sum);
    sha256_free(h);
    return rc;
}

static struct change *change_of(struct member *m)
{
    if (!m->change)
        m->change = xcalloc(1, sizeof(*m->change));
    return m->change;
}

void job_stored(struct member *m, uint64_t bytes, const char *hex)
{
    uint8_t sum[SHA256_SIZE];

    hex_decode(hex, SHA256_SIZE, sum);
    if (!m->change && bytes == m->old_bytes &&
        !memcmp(sum, m->old_sum, sizeof(sum)))
        return;
    change_of(m)->bytes = bytes;
    memcpy(m->change->sum, sum, sizeof(sum));
}

static void add_count(struct change *h, const char *rule, uint64_t hits)
{
    size_t i = 0;

    while (i < h->n_counts && h->counts[i].rule != rule)
        i++;
    if (i == h->n_counts) {
        h->counts = xreallocarray(h->counts, i + 1, sizeof(*h->counts));
        h->counts[h->n_counts++] = (struct redaction_count){rule, 0};
    }
    h->counts[i].count += hits;
}

void job_count(struct job *j, struct member *m, const struct redactor *r)
{
    const uint64_t *hits = redactor_hits(r);
    size_t n = redact_rules_count(j->f->rules);
    uint64_t found = filter_count(j->f, r);
    struct change *c;

    if (!found && !redactor_unscannable(r) && !redactor_pseudonyms(r))
        return;
    c = change_of(m);
    c->unscannable += redactor_unscannable(r);
    c->pseudonyms += redactor_pseudonyms(r);
    for (size_t i = 0; i < n; i++)
        if (hits[i])
            add_count(c, redact_rule_name(j->f->rules, i), hits[i]);
}

static int store_plain(struct job *j, const char *name, struct member *m,
                       char *block, ssize_t n, struct err *err)
{
    struct redactor *r = redactor_new(j->f->rules, member_sink(j->seg));
    int rc;

    if (made_json(name))
        redactor_keep_keys(r);
    rc = pass(j, m, redactor_sink(r), block, n, err);

    if (!rc)
        rc = sink_close(redactor_sink(r), err);
    job_count(j, m, r);
    sink_free(redactor_sink(r));
    return rc;
}

static int store_diagnosis(struct job *j, struct member *m, char *block,
                           ssize_t n, struct err *err)
{
    struct buf text = BUF_INIT;
    struct sink *s = job_diagnosis_sink(&text);
    int rc = pass(j, m, s, block, n, err);

    sink_free(s);
    if (!rc)
        rc = job_diagnosis(j, m, &text, err);
    buf_done(&text);
    return rc;
}

/* The page is made anew when the manifest has told the items: read to hold it
 * against the manifest, and nothing else. */
static int hold_page(struct job *j, const struct unpack_member *um,
                     struct member *m, char *block, ssize_t n, struct err *err)
{
    struct sink *nowhere = sink_to_fd(-1, "");
    int rc = job_end_segment(j, err);

    if (!rc)
        rc = pass(j, m, nowhere, block, n, err);
    sink_free(nowhere);
    j->page = true;
    j->page_mtime = um->mtime;
    return rc;
}

/* What a reader of the page must know. */
static int mark_summary(struct job *j, struct err *err)
{
    const struct bundle_job *o = j->opt;
    char when[CLOCK_ISO_SIZE];
    struct buf b = BUF_INIT;
    int rc;

    buf_addf(&b, "\nRedacted again %s by xen-bugtool %s\n",
             clock_iso(j->now_ms, when), VERSION_TEXT);
    if (!strcmp(o->privacy, "public"))
        buf_addf(&b, "Privacy: public\n");
    for (size_t i = 0; o->rules_overrides && o->rules_overrides[i]; i++)
        buf_addf(&b, "HIDES LESS rule %s\n", o->rules_overrides[i]);
    if (o->missed && *o->missed)
        buf_addf(&b, "HIDES LESS names were not learned from some sources, see "
                     "manifest.json\n");
    rc = member_write(j->seg, buf_str(&b), b.len, err);
    buf_done(&b);
    return rc;
}

static int store(struct job *j, const struct unpack_member *um,
                 struct member *m, char *block, ssize_t n, struct err *err)
{
    struct member_info info = {new_name(j, um->name), um->mtime};
    char hex[SHA256_HEX];
    uint64_t bytes;
    int rc;

    if (!info.name)
        return err_set(err, -EBADMSG, "the names of the members are too long");
    if (!strcmp(um->name, PAGE))
        return hold_page(j, um, m, block, n, err);
    rc = begin_segment(j, um->size, err);
    if (!rc)
        rc = member_begin(j->seg, &info, err);
    if (rc)
        return rc;
    rc = strcmp(um->name, DIAGNOSIS)
             ? store_plain(j, um->name, m, block, n, err)
             : store_diagnosis(j, m, block, n, err);
    if (!rc && !strcmp(um->name, SUMMARY))
        rc = mark_summary(j, err);
    if (!rc)
        rc = member_end(j->seg, &bytes, hex, err);
    if (!rc)
        job_stored(m, bytes, hex);
    return rc;
}

static int look(struct job *j, const char *name, struct member *m, char *block,
                ssize_t n, struct err *err)
{
    struct redactor *r = redactor_new(j->f->rules, sink_to_fd(-1, ""));
    uint64_t hits;
    int rc = pass(j, m, redactor_sink(r), block, n, err);

    if (!rc)
        rc = sink_close(redactor_sink(r), err);
    hits = filter_count(j->f, r);
    if (hits)
        filter_tell(j->f, name, hits);
    sink_free(redactor_sink(r));
    return rc;
}

static struct member *add_member(struct job *j, const char *name)
{
    /* unpack lets no name pass twice, and no more than there is room for. */
    int64_t i = names_add(j->old_names, name);

    if (i < 0)
        return NULL;
    if (j->n_members == j->member_cap) {
        j->member_cap += j->member_cap / 2 + 64;
        j->members =
            xreallocarray(j->members, j->member_cap, sizeof(*j->members));
    }
    memset(&j->members[j->n_members], 0, sizeof(*j->members));
    return &j->members[j->n_members++];
}

static int take_member(struct job *j, const struct unpack_member *um,
                       struct err *err)
{
    struct member *m = add_member(j, um->name);
    char *block;
    ssize_t n;
    int rc;

    if (!m)
        return err_set(err, -EBADMSG, "too many members");
    block = xmalloc(BLOCK);
    n = read_block(j, block, err);
    rc = n < 0 ? (int)n : 0;
    j->f->inputs++;
    if (!rc)
        rc = j->b ? store(j, um, m, block, n, err)
                  : look(j, um->name, m, block, n, err);
    free(block);
    return rc;
}

/* ---- the whole ----------------------------------------------------------- */

/* From the first member, which was just found, to the end. */
static int take_all(struct job *j, int r, struct unpack_member *um,
                    struct err *err)
{
    for (; r > 0; r = unpack_next(j->u, um, err)) {
        if (j->seen_manifest)
            return err_set(err, -EBADMSG, "%s stands behind " MANIFEST,
                           um->name);
        if (strcmp(um->name, MANIFEST))
            r = take_member(j, um, err);
        else
            r = job_manifest(j, um, err);
        if (r)
            return r;
    }
    if (r == -ENOENT)
        r = -EBADMSG;
    if (!r && !j->seen_manifest)
        r = err_set(err, -EBADMSG, MANIFEST " is missing");
    return r;
}

/* What the new bundle is called where the user does not say. */
static char *stem(struct job *j)
{
    const char *top = unpack_top(j->u);
    struct buf masked = BUF_INIT, b = BUF_INIT;

    redact_text(j->f->rules, top, strlen(top), &masked);
    for (const char *p = buf_str(&masked); *p && b.len < 100; p++)
        buf_addc(&b,
                 isalnum((unsigned char)*p) || strchr("._-", *p) ? *p : '_');
    if (!str_starts(buf_str(&b), "xen-bugtool-")) {
        buf_reset(&b);
        buf_adds(&b, STEM);
    }
    buf_done(&masked);
    return buf_take(&b);
}

static int open_bundle(struct job *j, int *out_fd, int *spool_fd,
                       struct err *err)
{
    const struct bundle_job *o = j->opt;
    char *top = stem(j);
    struct bundle_opts bo = {.format = o->format,
                             .top = top,
                             .threads = o->threads,
                             .mtime = j->now_ms / 1000};
    int rc = control_output(o->ctl, top, "", o->format_name, out_fd, err);

    if (!rc && o->format != BUNDLE_DIR)
        rc = control_spool(o->ctl, spool_fd, err);
    bo.out_fd = *out_fd;
    bo.spool_fd = *spool_fd;
    if (!rc)
        rc = bundle_new(&bo, &j->b, err);
    free(top);
    return rc;
}

static void job_done(struct job *j)
{
    segment_free(j->seg);
    segment_free(j->manifest);
    bundle_free(j->b);
    for (size_t i = 0; i < j->n_members; i++) {
        if (j->members[i].change)
            free(j->members[i].change->counts);
        free(j->members[i].change);
    }
    free(j->members);
    names_free(j->old_names);
    names_free(j->new_names);
    recorded_head_free(j->head);
    view_free(j->view);
    json_object_put(j->diagnosis);
    texts_done(&j->changed_names);
    texts_done(&j->item_texts);
    texts_done(&j->head_texts);
    buf_done(&j->line);
    unpack_free(j->u);
}

static void job_init(struct job *j, struct filter *f)
{
    memset(j, 0, sizeof(*j));
    j->f = f;
    j->old_names = names_new_of_kept();
    j->new_names = names_new_of_kept();
    j->view = view_new();
    j->now_ms = clock_real_ms();
}

int filter_bundle(const struct bundle_job *opt, struct bundle_result *res_out,
                  struct err *err)
{
    int out_fd = -1, spool_fd = -1, r, rc;
    struct unpack_member um;
    struct job j;

    memset(res_out, 0, sizeof(*res_out));
    job_init(&j, opt->f);
    j.opt = opt;
    rc = bundle_arg_open(opt->ctl, &j.u, NULL, err);
    if (rc)
        goto out;
    r = unpack_next(j.u, &um, err);
    rc = r < 0 ? r : open_bundle(&j, &out_fd, &spool_fd, err);
    if (!rc)
        rc = take_all(&j, r, &um, err);
    if (!rc)
        rc = bundle_finish(j.b, err);
    if (!rc)
        rc =
            control_finish(opt->ctl, true, &res_out->path, &res_out->note, err);
out:
    job_done(&j);
    if (out_fd >= 0)
        close(out_fd);
    if (spool_fd >= 0)
        close(spool_fd);
    return rc;
}

int filter_bundle_check(struct filter *f, struct control *ctl, struct err *err)
{
    struct unpack_member um;
    struct job j;
    int r, rc;

    job_init(&j, f);
    rc = bundle_arg_open(ctl, &j.u, NULL, err);
    if (!rc) {
        r = unpack_next(j.u, &um, err);
        rc = r < 0 ? r : take_all(&j, r, &um, err);
    }
    job_done(&j);
    return rc;
}
