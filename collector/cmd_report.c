/* xen-bugtool report: what a bundle says, as one web page, as text or as JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/log.h"
#include "collector/base/core/xalloc.h"
#include "collector/bundle_arg.h"
#include "collector/cmd.h"
#include "collector/diagnose/diagnose.h"
#include "collector/facts.h"
#include "collector/filter.h"
#include "collector/known.h"
#include "collector/sound.h"
#include "collector/view.h"

#define MANIFEST "manifest.json"
#define STEM "xen-bugtool-report"
#define BLOCK_BYTES 65536

struct report {
    const struct options *opt;
    struct control *ctl;
    struct unpack *u;
    struct view *view;
    struct manifest_head head; /* its strings are the reader's */
    struct manifest_reader *manifest;
    struct capture *captures;
    struct diag_rules *known;
    struct diagnosis *diag;
    uint64_t order;
    struct json_object *diagnosis;
    uint64_t problems; /* it is not sound */
    int bad;           /* the manifest cannot be read: why */
    struct err why;
    /* the member that passes */
    struct match_stream *member;
    struct capture *kept; /* NULL: no fact comes from it */
    bool is_manifest;
};

/* ---- reading ------------------------------------------------------------- */

static int on_head(const struct manifest_head *h, void *arg, struct err *err)
{
    struct report *r = arg;

    (void)err;
    r->head = *h;
    return 0;
}

static int on_item(const struct manifest_item *it, void *arg, struct err *err)
{
    struct report *r = arg;

    (void)err;
    view_item(r->view, it);
    return 0;
}

static void begin_member(void *arg, const char *name)
{
    struct report *r = arg;

    r->kept = capture_find(r->captures, name);
    r->is_manifest = !strcmp(name, MANIFEST);
    r->member = diagnosis_begin(r->diag, name, r->order++);
}

static void feed_member(void *arg, const char *data, size_t n)
{
    struct report *r = arg;

    if (r->kept)
        capture_add(r->kept, data, n);
    if (!r->is_manifest)
        match_feed(r->member, data, n);
    else if (!r->bad)
        r->bad = manifest_reader_feed(r->manifest, data, n, &r->why);
}

static void end_member(void *arg)
{
    struct report *r = arg;

    match_end(r->member);
    match_commit(r->member);
}

/* All members, and the manifest at their end. */
static int read_bundle(struct report *r, bool folder, struct err *err)
{
    const struct verify_reader reader = {begin_member, feed_member, end_member,
                                         r};
    int rc = sound_read(r->u, folder, r->opt->operands[0], &reader,
                        &r->problems, err);

    if (!rc && !r->bad)
        r->bad = manifest_reader_end(r->manifest, &r->why);
    if (!rc && r->bad)
        rc = err_set(err, r->bad, "%s", r->why.text);
    if (!rc && r->problems)
        view_unsound(r->view);
    return rc;
}

/* Before the bundle is opened: then there are no readers any more. */
static int read_known(struct report *r, struct err *err)
{
    struct gather *g = live_new(r->ctl, -1);
    int rc = known_load(g, &r->known, err);

    gather_free(g);
    if (!rc)
        r->diag = diagnosis_new(r->known);
    return rc;
}

/* ---- writing ------------------------------------------------------------- */

static int write_to(struct report *r, struct sink *out,
                    struct writer *(*kind)(struct sink *out), struct err *err)
{
    struct writer *w = kind(out);
    int rc;

    view_write(r->view, &r->head, r->diagnosis, w);
    rc = writer_finish(w, err);
    writer_free(w);
    return rc;
}

static int write_page(struct report *r, struct err *err)
{
    char *path = NULL, *note = NULL;
    int fd = -1, rc;

    rc = control_output(r->ctl, STEM, "", "file", &fd, err);
    if (rc)
        return rc;
    rc = write_to(r, sink_to_fd(fd, "the page"), writer_html_new, err);
    close(fd);
    if (!rc)
        rc = control_finish(r->ctl, true, &path, &note, err);
    if (!rc && note && *note)
        log_msg(LOG_WARN, "%s", note);
    if (!rc && options_has(r->opt, OPT_QUIET))
        printf("%s\n", path);
    else if (!rc)
        log_msg(LOG_NOTE, "made %s", path);
    free(path);
    free(note);
    return rc;
}

static int write_report(struct report *r, struct err *err)
{
    if (options_has(r->opt, OPT_OUTFILE))
        return write_page(r, err);
    return write_to(
        r, sink_to_fd(STDOUT_FILENO, "the output"),
        options_has(r->opt, OPT_JSON) ? writer_json_new : writer_text_new, err);
}

int cmd_report(const struct options *opt, struct control *ctl)
{
    struct report r = {.opt = opt, .ctl = ctl};
    struct manifest_handler handler = {on_head, on_item, &r};
    struct err err = ERR_INIT;
    bool folder = false;
    int rc;

    if (options_has(opt, OPT_JSON) && options_has(opt, OPT_OUTFILE)) {
        log_msg(LOG_ERR, "--json shows the report on standard output; "
                         "--outfile makes a page: give one of them");
        return EXIT_USAGE;
    }
    r.view = view_new();
    r.captures = facts_captures_new();
    r.manifest = manifest_reader_new(&handler);
    rc = read_known(&r, &err);
    if (!rc)
        rc = bundle_arg_open(ctl, &r.u, &folder, &err);
    if (!rc)
        rc = read_bundle(&r, folder, &err);
    if (!rc)
        r.diagnosis =
            diagnosis_json(r.diag, facts_make(r.captures), r.head.tool_version);
    if (rc)
        err_about(&err, opt->operands[0]);
    else
        rc = write_report(&r, &err);
    if (!rc)
        rc = err_stdout(&err);
    json_object_put(r.diagnosis);
    facts_captures_free(r.captures);
    diagnosis_free(r.diag);
    diag_rules_free(r.known);
    manifest_reader_free(r.manifest);
    view_free(r.view);
    unpack_free(r.u);
    if (!rc)
        return r.problems ? EXIT_FOUND : EXIT_WHOLE;
    if (rc != -EPIPE)
        log_msg(LOG_ERR, "%s", err.text);
    return rc == -EBADMSG ? EXIT_FOUND : EXIT_NO_BUNDLE;
}
