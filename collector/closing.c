#include "collector/closing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/conductor.h"
#include "collector/diagnose/diagnose.h"
#include "collector/facts.h"
#include "collector/view.h"

#define LOG_NAME "xen-bugtool.log"
#define DIAGNOSIS_NAME "diagnosis.json"
#define REPORT_NAME "report.html"
#define SUMMARY_NAME "summary.txt"
#define MANIFEST_NAME "manifest.json"

/* So many files of one item that went well have a line each in the log; the
 * others share one, as the manifest has a line for every one. */
#define LOGGED_FILES 8u

/* Bytes of our log, into its segment; the diagnosis sees them, too. */
struct log_sink {
    struct sink sink;
    struct segment *seg;
    struct match_stream *diagnosed;
};

/* A member of our own.  It is packed while the next ones are made. */
struct own {
    const char *name;
    struct segment *seg; /* closed; NULL: part of the bundle, or left out */
    enum status status;  /* where rc is set */
    int rc;
    struct err err;
    uint64_t size;
    char sha256[SHA256_HEX];
};

#define OWN_MAX 4u
/* When the page is made there is little else to pack. */
#define PAGE_PART (192u * 1024)

struct closing {
    struct bundle *bundle;
    struct redact_rules *rules; /* that keep the tokens of what we quote */
    struct segment *manifest;
    int manifest_rc;
    struct err manifest_err;
    bool first_item;
    struct view *view;
    struct json_object *diagnosis; /* NULL: there is none */
    struct own own[OWN_MAX];       /* in the bundle's order */
    size_t n_own, n_appended;
    struct segment *log;
    struct log_sink log_sink;
    struct redactor *log_red;
    int log_rc;
    struct err log_err;
    const char *plugin, *item; /* of the last line: in the plan, not ours */
    size_t n_files;            /* of that item, one behind another */
    uint64_t more_ms, more_bytes;
    int64_t more_started_ms; /* of the first without a line of its own */
    struct buf line;
};

/* So much for themselves, the findings and the rules that could not be judged,
 * and a line of each for every item. */
uint64_t closing_bytes(const struct conductor_opts *o)
{
    bool bz2 = o->cfg->format == BUNDLE_TAR_BZ2;

    return (bz2 ? 36864 : 163840) + o->plan->n * (bz2 ? 96 : 512);
}

static int log_write(struct sink *s, const void *data, size_t n,
                     struct err *err)
{
    struct log_sink *to = (struct log_sink *)s;

    match_feed(to->diagnosed, data, n);
    return member_write(to->seg, data, n, err);
}

static int log_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void log_free(struct sink *s)
{
    (void)s; /* embedded */
}

static const struct sink_ops log_ops = {log_write, log_close, log_free};

static void manifest_add(struct closing *c, const void *data, size_t n)
{
    if (!c->manifest_rc)
        c->manifest_rc = member_write(c->manifest, data, n, &c->manifest_err);
}

static void log_add(struct closing *c, const char *data, size_t n)
{
    if (!c->log_rc)
        c->log_rc = sink_write(redactor_sink(c->log_red), data, n, &c->log_err);
}

int closing_new(struct bundle *b, const struct redact_rules *rules,
                struct diagnosis *diagnosis, int64_t mtime,
                struct closing **out, struct err *err)
{
    struct member_info info = {MANIFEST_NAME, mtime};
    struct closing *c = xcalloc(1, sizeof(*c));
    int rc;

    *out = c;
    c->bundle = b;
    c->rules = redact_rules_keeping(rules);
    c->first_item = true;
    c->view = view_new();
    c->manifest = segment_new(b);
    rc = member_begin(c->manifest, &info, err);
    if (rc)
        return rc;
    member_unsummed(c->manifest);
    info.name = LOG_NAME;
    c->log = segment_new(b);
    rc = member_begin(c->log, &info, err);
    c->log_sink.sink.ops = &log_ops;
    c->log_sink.seg = c->log;
    /* Behind all that was read, as it stands in the bundle. */
    c->log_sink.diagnosed = diagnosis_begin(diagnosis, LOG_NAME, UINT64_MAX);
    c->log_red = redactor_new(c->rules, &c->log_sink.sink);
    return rc;
}

void closing_free(struct closing *c)
{
    if (!c)
        return;
    if (c->log_red)
        sink_free(redactor_sink(c->log_red));
    match_drop(c->log_sink.diagnosed);
    for (; c->n_appended < c->n_own; c->n_appended++)
        segment_free(c->own[c->n_appended].seg);
    segment_free(c->log);
    segment_free(c->manifest);
    view_free(c->view);
    json_object_put(c->diagnosis);
    buf_done(&c->line);
    redact_rules_free(c->rules);
    free(c);
}

static void manifest_line(struct closing *c, const struct manifest_item *m)
{
    buf_reset(&c->line);
    if (!c->first_item)
        buf_adds(&c->line, ",\n");
    c->first_item = false;
    manifest_item_write(m, &c->line);
    manifest_add(c, c->line.data, c->line.len);
}

/* Ends a row of files of one item. */
static void log_more(struct closing *c)
{
    char when[CLOCK_ISO_SIZE];

    if (c->n_files > LOGGED_FILES) {
        buf_reset(&c->line);
        buf_addf(&c->line,
                 "%s %-7s %s/%s and %zu more files: %" PRIu64 " ms, %" PRIu64
                 " bytes\n",
                 clock_iso(c->more_started_ms, when), status_name(ST_OK),
                 c->plugin, c->item, c->n_files - LOGGED_FILES, c->more_ms,
                 c->more_bytes);
        log_add(c, c->line.data, c->line.len);
    }
    c->n_files = 0;
    c->more_ms = c->more_bytes = 0;
}

/* Whether m needs no line of its own. */
static bool log_folds(struct closing *c, const struct manifest_item *m)
{
    bool plain = m->status == ST_OK && m->source == SRC_FILE && m->started_ms &&
                 !m->error && !m->left;

    if (!plain || !c->n_files || strcmp(c->plugin, m->plugin) ||
        strcmp(c->item, m->item))
        log_more(c);
    if (!plain)
        return false;
    c->plugin = m->plugin;
    c->item = m->item;
    if (++c->n_files <= LOGGED_FILES)
        return false;
    if (c->n_files == LOGGED_FILES + 1)
        c->more_started_ms = m->started_ms;
    c->more_ms += m->duration_ms;
    c->more_bytes += m->bytes_read;
    return true;
}

static void log_line(struct closing *c, const struct manifest_item *m)
{
    char when[CLOCK_ISO_SIZE], shown[1024];
    struct buf *b = &c->line;

    if (log_folds(c, m))
        return;
    buf_reset(b);
    buf_addf(b, "%s %-7s %s/%s",
             m->started_ms ? clock_iso(m->started_ms, when)
                           : "-                       ",
             status_name(m->status), m->plugin, m->item);
    if (m->path)
        buf_addf(b, " %s", str_visible(m->path, shown, sizeof(shown)));
    if (m->started_ms)
        buf_addf(b, " %" PRIu64 " ms, %" PRIu64 " bytes", m->duration_ms,
                 m->bytes_read);
    if (m->exit_code > 0)
        buf_addf(b, ", exit status %d", m->exit_code);
    if (m->signal)
        buf_addf(b, ", signal %d", m->signal);
    if (m->error)
        buf_addf(b, ": %s", str_visible(m->error, shown, sizeof(shown)));
    if (m->left)
        buf_addf(b, " (%s)", str_visible(m->left, shown, sizeof(shown)));
    buf_addc(b, '\n');
    log_add(c, b->data, b->len);
}

void closing_item(struct closing *c, const struct manifest_item *item)
{
    manifest_line(c, item);
    log_line(c, item);
    view_item(c->view, item);
}

/* In the manifest like any other. */
static void own_line(struct closing *c, const struct own *o)
{
    struct manifest_item m = {
        .plugin = "xen-bugtool",
        .item = o->name,
        .source = SRC_OWN,
        .exit_code = -1,
    };

    if (o->rc) {
        m.status = o->status;
        m.error = o->err.text;
    } else {
        m.out.name = o->name;
        m.out.bytes = o->size;
        memcpy(m.out.sha256, o->sha256, SHA256_HEX);
    }
    manifest_line(c, &m);
}

/* The end of a member of our own that has a segment to itself; with rc and err
 * set it is left out as one of that status. */
static void end_own(struct closing *c, const char *name, struct segment *seg,
                    enum status status, int rc, const struct err *err)
{
    struct own *o = &c->own[c->n_own++];

    *o = (struct own){
        .name = name, .seg = seg, .status = status, .rc = rc, .err = *err};
    if (!o->rc)
        o->rc = member_end(seg, &o->size, o->sha256, &o->err);
    if (!o->rc)
        o->rc = segment_close(seg, &o->err);
}

/* What was made so far becomes part of the bundle. */
static void append_own(struct closing *c)
{
    for (; c->n_appended < c->n_own; c->n_appended++) {
        struct own *o = &c->own[c->n_appended];

        if (!o->rc)
            o->rc = bundle_append(c->bundle, o->seg, &o->err);
        else
            segment_free(o->seg);
        o->seg = NULL;
        own_line(c, o);
    }
}

static void log_hidden(struct closing *c, const struct manifest_head *head)
{
    struct buf *b = &c->line;
    char shown[512];

    log_more(c);
    buf_reset(b);
    for (size_t i = 0; head->rules_files && head->rules_files[i]; i++)
        buf_addf(b, "redaction rules added by %s\n", head->rules_files[i]);
    for (size_t i = 0; head->rules_overrides && head->rules_overrides[i]; i++)
        buf_addf(b, "built-in redaction rule %s\n", head->rules_overrides[i]);
    for (size_t i = 0; head->names_missed && head->names_missed[i]; i++)
        buf_addf(b, "names were not learned from %s\n",
                 str_visible(head->names_missed[i], shown, sizeof(shown)));
    log_add(c, buf_str(b), b->len);
}

/* The diagnosis must not quote a log that is not there. */
static void finish_log(struct closing *c)
{
    struct segment *seg = c->log;

    if (!c->log_rc)
        c->log_rc = sink_close(redactor_sink(c->log_red), &c->log_err);
    match_end(c->log_sink.diagnosed);
    c->log = NULL;
    end_own(c, LOG_NAME, seg, ST_FAILED, c->log_rc, &c->log_err);
    append_own(c);
    if (c->own[0].rc)
        match_drop(c->log_sink.diagnosed);
    else
        match_commit(c->log_sink.diagnosed);
    c->log_sink.diagnosed = NULL;
}

/* The page, into seg. */
static int write_report(struct closing *c, struct segment *seg,
                        const struct manifest_head *head, struct err *err)
{
    struct redactor *red = redactor_new(c->rules, member_sink(seg));
    struct writer *w = writer_html_new(redactor_sink(red));
    int rc;

    view_write(c->view, head, c->diagnosis, w);
    rc = writer_finish(w, err);
    writer_free(w);
    return rc;
}

/* Whether a page of so many bytes would take the room of what must follow it.
 * Text like this becomes less than a fifth when it is compressed. */
static bool report_too_big(struct closing *c, const struct conductor_opts *o,
                           uint64_t size)
{
    bool plain = o->cfg->format == BUNDLE_TAR || o->cfg->format == BUNDLE_DIR;

    if (o->cfg->max_size)
        append_own(c);
    return o->cfg->max_size && bundle_written(c->bundle) +
                                       (plain ? size : size / 5) +
                                       closing_bytes(o) >
                                   o->cfg->max_size;
}

/* Where space or memory ran out the page is left out: a manifest matters more.
 */
static void finish_report(struct closing *c, const struct conductor_opts *opts,
                          const struct manifest_head *head)
{
    struct member_info info = {REPORT_NAME, head->end_ms / 1000};
    enum stop_reason stop = stop_reason(opts->stop);
    struct segment *seg = segment_new(c->bundle);
    enum status status = ST_FAILED;
    struct err err = ERR_INIT;
    int rc = 0;

    if (stop == STOP_SPACE || stop == STOP_MEMORY) {
        status = ST_SKIPPED;
        rc = err_set(&err, -ENOSPC, "%s", stop_text(stop));
    }
    if (!rc)
        rc = member_begin(seg, &info, &err);
    if (!rc) {
        member_in_parts(seg, PAGE_PART);
        rc = write_report(c, seg, head, &err);
    }
    if (!rc && report_too_big(c, opts, member_size(seg))) {
        member_drop(seg);
        status = ST_SKIPPED;
        rc = err_set(&err, -EFBIG, "the bundle would become too large");
    }
    end_own(c, REPORT_NAME, seg, status, rc, &err);
}

/* A text of our own as a member. */
static void finish_text(struct closing *c, const char *name,
                        const struct manifest_head *head, const char *plain,
                        size_t len)
{
    struct member_info info = {name, head->end_ms / 1000};
    struct segment *seg = segment_new(c->bundle);
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    int rc;

    redact_text(c->rules, plain, len, &text);
    rc = member_begin(seg, &info, &err);
    if (!rc)
        rc = member_write(seg, buf_str(&text), text.len, &err);
    end_own(c, name, seg, ST_FAILED, rc, &err);
    buf_done(&text);
}

static void finish_diagnosis(struct closing *c,
                             const struct conductor_opts *opts,
                             const struct manifest_head *head)
{
    struct buf text = BUF_INIT;

    facts_head(opts->captures, head);
    c->diagnosis = diagnosis_json(opts->diagnosis, facts_make(opts->captures),
                                  head->tool_version);
    buf_adds(&text, json_object_to_json_string_ext(
                        c->diagnosis, JSON_C_TO_STRING_PRETTY |
                                          JSON_C_TO_STRING_NOSLASHESCAPE));
    buf_addc(&text, '\n');
    finish_text(c, DIAGNOSIS_NAME, head, buf_str(&text), text.len);
    buf_done(&text);
}

static void finish_summary(struct closing *c, const struct conductor_opts *opts,
                           const struct manifest_head *head,
                           const struct tally *tally)
{
    struct buf plain = BUF_INIT;

    opts->summary(head, tally, c->diagnosis, &plain, opts->arg);
    finish_text(c, SUMMARY_NAME, head, buf_str(&plain), plain.len);
    buf_done(&plain);
}

struct json_object *closing_diagnosis(struct closing *c)
{
    return json_object_get(c->diagnosis);
}

static int finish_manifest(struct closing *c, const struct manifest_head *head,
                           struct err *err)
{
    uint64_t size;
    int rc;

    manifest_add(c, "\n" MANIFEST_TAIL, strlen("\n" MANIFEST_TAIL));
    buf_reset(&c->line);
    manifest_head_write(head, &c->line);
    rc = c->manifest_rc;
    if (rc)
        *err = c->manifest_err;
    if (!rc)
        rc = member_prepend(c->manifest, c->line.data, c->line.len, err);
    if (!rc)
        rc = member_end(c->manifest, &size, NULL, err);
    if (!rc)
        rc = segment_close(c->manifest, err);
    if (!rc) {
        rc = bundle_append(c->bundle, c->manifest, err);
        c->manifest = NULL;
    }
    if (!rc)
        rc = bundle_finish(c->bundle, err);
    return rc;
}

int closing_finish(struct closing *c, const struct conductor_opts *opts,
                   const struct tally *tally, struct err *err)
{
    struct manifest_head head;

    memset(&head, 0, sizeof(head));
    bundle_release_reserve(c->bundle);
    /* What there is of a long one is packed while the page is made. */
    if (!c->manifest_rc)
        c->manifest_rc = member_cut(c->manifest, &c->manifest_err);
    opts->head(&head, stop_text(stop_reason(opts->stop)), opts->arg);
    log_hidden(c, &head);
    finish_log(c);
    finish_diagnosis(c, opts, &head);
    finish_report(c, opts, &head);
    finish_summary(c, opts, &head, tally);
    append_own(c);
    return finish_manifest(c, &head, err);
}
