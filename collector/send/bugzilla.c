/* bugzilla.c: attaches the bundle to a bug, which it can file before, over
 * Bugzilla's REST API (docs/en/rst/api/core/v1 of Bugzilla). */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/mail/form.h"
#include "collector/send/ask.h"
#include "collector/send/bugzilla_call.h"
#include "collector/send/uploader.h"

/* What a bug is filed under where the URL does not say: the version that each
 * product of Bugzilla starts with. */
#define DEFAULT_VERSION "unspecified"

/* ---- who we are ---------------------------------------------------------- */

/* Bugzilla 5.2 and older know no header for a key; Red Hat's takes it as bearer
 * alone; all others take X-BUGZILLA-API-KEY. */
static enum credential_auth way_of(const char *version)
{
    char *end;
    unsigned long major = strtoul(version, &end, 10), minor = 0;

    if (strstr(version, ".rh"))
        return AUTH_BEARER;
    if (*end == '.')
        minor = strtoul(end + 1, NULL, 10);
    return major < 5 || (major == 5 && minor <= 4) ? AUTH_QUERY : AUTH_HEADER;
}

static enum send_result find_way(struct bugzilla *b, struct err *err)
{
    struct bugzilla_call c = {.b = b, .path = "version"};
    enum send_result r = bugzilla_call(&c, err);
    char version[BUGZILLA_TEXT];

    if (r == SEND_DONE && bugzilla_take_version(c.object, version, err)) {
        err_prefix(err, "%.160s: ", b->job->shown);
        r = SEND_FAILED;
    }
    if (r == SEND_DONE && b->way == AUTH_DEFAULT)
        b->way = way_of(version);
    json_object_put(c.object);
    return r;
}

static bool is_key(const char *s)
{
    size_t n = strlen(s);

    for (size_t i = 0; i < n; i++)
        if (s[i] <= ' ' || s[i] > '~')
            return false;
    return n && n <= 256;
}

static enum send_result find_key(struct bugzilla *b, struct err *err)
{
    const struct credential *c =
        credentials_find(b->job->credentials, b->to.host, b->to.port,
                         *b->to.user ? b->to.user : NULL);
    char question[300], line[300] = "";

    b->way = c && c->auth != AUTH_BASIC ? c->auth : AUTH_DEFAULT;
    if (c && c->api_key) {
        b->key = xstrdup(c->api_key);
    } else {
        snprintf(
            question, sizeof(question),
            "API key for %.160s (its Preferences, API Keys): ", b->to.host);
        if (ask_line(b->job, question, true, line, sizeof(line)) && *line)
            b->key = xstrdup(line);
        explicit_bzero(line, sizeof(line));
    }
    if (b->key && is_key(b->key))
        return SEND_DONE;
    err_set(err, -EACCES,
            b->key ? "%.160s: the API key for %.160s holds bytes that no key "
                     "has"
                   : "%.160s: no API key for %.160s; make one in its "
                     "Preferences under API Keys, and put it into the "
                     "credentials file, see xen-bugtool-credentials(5)",
            b->job->shown, b->to.host);
    return SEND_FAILED;
}

/* ---- the bug ------------------------------------------------------------- */

/* -y: yes.  Nobody to ask: no. */
static enum send_result confirm(const struct job *job, const char *question,
                                struct err *err)
{
    if (options_has(job->opt, OPT_BATCH))
        return SEND_DONE;
    if (!job->ask) {
        err_set(err, -EPERM,
                "%.160s: there is no terminal to ask at: %s  With -y it is "
                "sent without asking",
                job->shown, question);
        return SEND_FAILED;
    }
    if (ask_yes(job, question, false))
        return SEND_DONE;
    err_set(err, -ECANCELED, "nothing was sent");
    return SEND_NO;
}

static enum send_result confirm_bug(struct bugzilla *b,
                                    const struct bugzilla_bug *bug,
                                    struct err *err)
{
    char text[BUGZILLA_TEXT * 5];

    snprintf(text, sizeof(text),
             "Bug %" PRIu64 ", %s / %s, %s: \"%s\".  Attach %s there?", bug->id,
             bug->product, bug->component, bug->status, bug->summary,
             b->job->name);
    return confirm(b->job, text, err);
}

/* Without a key first where that would stand in the server's log. */
static enum send_result get_bug(struct bugzilla *b, struct bugzilla_bug *out,
                                struct err *err)
{
    char *path = xasprintf("bug/%s?include_fields=id,alias,product,component,"
                           "summary,status",
                           b->url.bug);
    struct bugzilla_call c = {
        .b = b, .path = path, .with_key = b->way != AUTH_QUERY};
    enum send_result r = bugzilla_call(&c, err);

    if (r == SEND_FAILED && !c.with_key &&
        (c.code == BUGZILLA_ACCESS_DENIED ||
         c.code == BUGZILLA_LOGIN_REQUIRED)) {
        c.with_key = true;
        r = bugzilla_call(&c, err);
    }
    if (r == SEND_DONE && bugzilla_take_bug(c.object, out, err)) {
        err_prefix(err, "%.160s: ", b->job->shown);
        r = SEND_FAILED;
    }
    json_object_put(c.object);
    free(path);
    return r;
}

static enum send_result find_bug(struct bugzilla *b, struct err *err)
{
    struct bugzilla_bug bug;
    enum send_result r = get_bug(b, &bug, err);

    if (r != SEND_DONE)
        return r;
    snprintf(b->bug, sizeof(b->bug), "%" PRIu64, bug.id);
    return confirm_bug(b, &bug, err);
}

/* ---- a new bug ----------------------------------------------------------- */

/* What the worker knows of the host and of what happened. */
static void fill_form(const struct bugzilla *b, struct form *f)
{
    const struct job *job = b->job;
    const char *xen = job_text(job, "xen");

    *f = (struct form){.what = job_note(job),
                       .xen = *xen ? xen : NULL,
                       .summary = job_text(job, "summary"),
                       .bundle = job->name,
                       .bundle_size = job->size,
                       .bundle_sha256 = job->sha256,
                       .link = b->link,
                       .names_hidden =
                           !strcmp(job_text(job, "privacy"), "public")};
}

static void add_text(struct json_object *o, const char *name, const char *text)
{
    json_object_object_add(o, name, json_object_new_string(text));
}

static void add_key(const struct bugzilla *b, struct json_object *o)
{
    if (b->way == AUTH_QUERY)
        add_text(o, "api_key", b->key);
}

static struct json_object *new_fields(struct bugzilla *b)
{
    struct json_object *o = json_object_new_object();
    struct buf text = BUF_INIT;
    struct form form;

    fill_form(b, &form);
    for (size_t i = 0; i < b->url.n_fields; i++)
        add_text(o, b->url.fields[i].name, b->url.fields[i].value);
    if (!bugzilla_url_field(&b->url, "version"))
        add_text(o, "version", DEFAULT_VERSION);
    if (!bugzilla_url_field(&b->url, "summary")) {
        form_subject(&form, &text);
        add_text(o, "summary", buf_str(&text));
    }
    buf_reset(&text);
    form_write_comment(&form, &text);
    add_text(o, "description", buf_str(&text));
    buf_done(&text);
    add_key(b, o);
    return o;
}

static enum send_result file_bug(struct bugzilla *b, struct err *err)
{
    struct bugzilla_call c = {
        .b = b, .path = "bug", .with_key = true, .once = "bug"};
    char question[BUGZILLA_TEXT * 3], shown[2][BUGZILLA_TEXT], id[BUGZILLA_ID];
    struct json_object *title;
    enum send_result r;

    c.fields = new_fields(b);
    json_object_object_get_ex(c.fields, "summary", &title);
    snprintf(question, sizeof(question),
             "A new bug in %.200s / %.200s: \"%.200s\".  File it there?",
             str_visible(bugzilla_url_field(&b->url, "product"), shown[0],
                         BUGZILLA_TEXT),
             str_visible(bugzilla_url_field(&b->url, "component"), shown[1],
                         BUGZILLA_TEXT),
             json_object_get_string(title));
    r = confirm(b->job, question, err);
    if (r == SEND_DONE)
        r = bugzilla_call(&c, err);
    if (r == SEND_DONE && bugzilla_take_id(c.object, id, err)) {
        err_prefix(err, "%.160s: ", b->job->shown);
        r = SEND_FAILED;
    }
    if (r == SEND_DONE) {
        snprintf(b->bug, sizeof(b->bug), "%s", id);
        log_msg(LOG_NOTE, "Filed as bug %s", id);
    }
    json_object_put(c.object);
    json_object_put(c.fields);
    return r;
}

/* ---- the attachment ------------------------------------------------------ */

/* Before megabytes are sent in vain.  A server that does not say is tried. */
static enum send_result check_size(struct bugzilla *b, struct err *err)
{
    struct bugzilla_call c = {.b = b, .path = "parameters", .with_key = true};
    enum send_result r = bugzilla_call(&c, err);
    uint64_t limit = r == SEND_DONE ? bugzilla_take_limit(c.object) : 0;
    char has[24], takes[24];
    int code = c.code;

    json_object_put(c.object);
    /* An error of Bugzilla's is about the key. */
    if (r == SEND_NO || r == SEND_PASSING ||
        (code && code != BUGZILLA_NO_RESOURCE))
        return r;
    if (!limit || b->job->size <= limit)
        return SEND_DONE;
    if (*job_text(b->job, "link")) {
        b->link = job_text(b->job, "link");
        return SEND_DONE;
    }
    b->job->room = limit;
    err_set(err, -EFBIG,
            "%.160s: the bundle has %s, but %.160s takes attachments of %s at "
            "most",
            b->job->shown, str_size(b->job->size, has), b->to.host,
            str_size(limit, takes));
    return SEND_LARGE;
}

static struct json_object *attachment_fields(struct bugzilla *b, bool comment)
{
    struct json_object *o = json_object_new_object();
    struct json_object *ids = json_object_new_array();
    struct buf text = BUF_INIT;
    struct form form;

    fill_form(b, &form);
    json_object_array_add(ids, json_object_new_string(b->bug));
    json_object_object_add(o, "ids", ids);
    add_text(o, "file_name", b->file_name);
    buf_addf(&text, "xen-bugtool's report%s%s", form.xen ? ", Xen " : "",
             form.xen ? form.xen : "");
    add_text(o, "summary", buf_str(&text));
    add_text(o, "content_type", job_content_type(b->job));
    buf_reset(&text);
    if (comment)
        form_write_comment(&form, &text);
    add_text(o, "comment", buf_str(&text));
    buf_done(&text);
    add_key(b, o);
    return o;
}

static enum send_result attach(struct bugzilla *b, bool comment,
                               struct err *err)
{
    char *path = xasprintf("bug/%s/attachment", b->bug), *answer;
    struct bugzilla_call c = {.b = b, .path = path, .with_key = true};
    char id[BUGZILLA_ID];
    enum send_result r;

    c.fields = attachment_fields(b, comment);
    c.post = bugzilla_post_new(c.fields, b->body, b->job->size);
    r = bugzilla_call(&c, err);
    if (r == SEND_DONE && bugzilla_take_id(c.object, id, err)) {
        err_prefix(err, "%.160s: ", b->job->shown);
        r = SEND_FAILED;
    }
    if (r == SEND_DONE && body_check(b->body, err))
        r = SEND_FAILED;
    if (r == SEND_DONE) {
        answer = xasprintf("attachment %s of bug %s", id, b->bug);
        job_set_answer(b->job, answer, strlen(answer));
        free(answer);
    }
    bugzilla_post_free(c.post);
    json_object_put(c.object);
    json_object_put(c.fields);
    free(path);
    return r;
}

/* ---- a comment with the link, in its place ------------------------------- */

static void set_where(struct bugzilla *b)
{
    char *where = xasprintf("%s/show_bug.cgi?id=%s", b->url.base, b->bug);

    job_set_where(b->job, where);
    free(where);
}

static enum send_result add_comment(struct bugzilla *b, struct err *err)
{
    char *path = xasprintf("bug/%s/comment", b->bug);
    struct bugzilla_call c = {
        .b = b, .path = path, .with_key = true, .once = "comment"};
    struct buf text = BUF_INIT;
    struct form form;
    enum send_result r;

    fill_form(b, &form);
    form_write_comment(&form, &text);
    c.fields = json_object_new_object();
    add_text(c.fields, "comment", buf_str(&text));
    add_key(b, c.fields);
    r = bugzilla_call(&c, err);
    buf_done(&text);
    json_object_put(c.object);
    json_object_put(c.fields);
    free(path);
    return r;
}

/* ---- all of it ----------------------------------------------------------- */

static enum send_result attach_to(struct bugzilla *b, bool is_new,
                                  struct err *err)
{
    enum send_result r = attach(b, !is_new, err);

    if (r != SEND_DONE && is_new)
        err_prefix(err,
                   "bug %s was filed, but has no attachment (to try again, "
                   "name bugzilla+%s/%s): ",
                   b->bug, b->url.base, b->bug);
    return r;
}

static enum send_result deliver(struct bugzilla *b, struct err *err)
{
    bool is_new = !b->url.bug;
    enum send_result r = find_key(b, err);

    if (r == SEND_DONE)
        r = find_way(b, err);
    if (r == SEND_DONE && !is_new)
        r = find_bug(b, err);
    if (r == SEND_DONE && !b->link)
        r = check_size(b, err);
    if (r == SEND_DONE && is_new)
        r = file_bug(b, err);
    if (r == SEND_DONE && b->link && !is_new)
        r = add_comment(b, err);
    if (r == SEND_DONE && !b->link)
        r = attach_to(b, is_new, err);
    if (r == SEND_DONE)
        set_where(b);
    return r;
}

static enum send_result bugzilla_send(struct job *job, struct err *err)
{
    struct bugzilla b = {.job = job,
                         .answer = {.max_body = BUGZILLA_ANSWER_MAX}};
    enum send_result r = SEND_USAGE;

    b.link = options_last(job->opt, OPT_LINK);
    if ((b.link && form_check_link(b.link, err)) ||
        bugzilla_url_parse(job->url, &b.url, err) ||
        target_parse(b.url.base, &b.to, err)) {
        bugzilla_url_done(&b.url);
        return r;
    }
    str_visible(job->name, b.file_name, sizeof(b.file_name));
    b.t = transfer_new(job, "https");
    b.body = body_new(job);
    /* A redirect would take the key along. */
    curl_easy_setopt(transfer_curl(b.t), CURLOPT_FOLLOWLOCATION, 0L);
    r = deliver(&b, err);
    transfer_free(b.t);
    body_free(b.body);
    buf_done(&b.answer.body);
    target_done(&b.to);
    bugzilla_url_done(&b.url);
    if (b.key)
        explicit_bzero(b.key, strlen(b.key));
    free(b.key);
    return r;
}

const struct uploader uploader_bugzilla = {bugzilla_send};
