/* https.c: PUT, or POST of a form.
 *
 * HTTP has no way to go on where a connection was cut that servers agree on, so
 * each try sends it all.  Afterwards the size is asked for, where the server
 * tells it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/send/ask.h"
#include "collector/send/http.h"
#include "collector/send/retry.h"
#include "collector/send/uploader.h"

#define MAX_ANSWER 16384

struct https {
    struct target to;
    char *url;  /* with the bundle's name */
    bool named; /* we gave the name */
    const char *field;
    struct transfer *t;
    struct body *body;
    struct http_answer answer;
    struct credential asked; /* what was typed in */
    uint64_t furthest;
};

static enum send_result one_try(struct job *job, void *arg, uint64_t *wait_ms,
                                bool *moved, struct err *err)
{
    struct https *h = arg;
    enum send_result r;

    (void)moved; /* every try starts anew */
    body_seek(h->body, 0);
    r = http_perform(job, h->t, &h->answer, err);
    *wait_ms = h->answer.retry_after_ms;
    return r;
}

/* A name and a password, when the server wants some and we had none. */
static bool ask_user(const struct job *job, struct https *h)
{
    char question[300], user[256], password[256];

    snprintf(question, sizeof(question), "User at %.200s: ", h->to.host);
    if (*h->to.user)
        snprintf(user, sizeof(user), "%s", h->to.user);
    else if (!ask_line(job, question, false, user, sizeof(user)) || !*user)
        return false;
    snprintf(question, sizeof(question), "Password of %.100s at %.150s: ", user,
             h->to.host);
    if (!ask_line(job, question, true, password, sizeof(password)) ||
        !*password)
        return false;
    h->asked.user = xstrdup(user);
    h->asked.password = xstrdup(password);
    return true;
}

static struct curl_slist *set_put(struct https *h, const struct job *job)
{
    CURL *curl = transfer_curl(h->t);
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/octet-stream");

    /* Nothing that lies there is replaced, by servers that know this. */
    headers = curl_slist_append(headers, "If-None-Match: *");
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)job->size);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    return headers;
}

static size_t form_read(char *out, size_t size, size_t n, void *arg)
{
    struct https *h = arg;
    ssize_t r = body_read(h->body, out, size * n);

    return r < 0 ? CURL_READFUNC_ABORT : (size_t)r;
}

static int form_seek(void *arg, curl_off_t offset, int origin)
{
    struct https *h = arg;

    if (origin != SEEK_SET || offset < 0)
        return CURL_SEEKFUNC_FAIL;
    body_seek(h->body, (uint64_t)offset);
    return CURL_SEEKFUNC_OK;
}

static curl_mime *set_form(struct https *h, const struct job *job)
{
    CURL *curl = transfer_curl(h->t);
    curl_mime *form = curl_mime_init(curl);
    curl_mimepart *part = curl_mime_addpart(form);

    curl_mime_name(part, h->field);
    curl_mime_filename(part, job->name);
    curl_mime_type(part, "application/octet-stream");
    curl_mime_data_cb(part, (curl_off_t)job->size, form_read, form_seek, NULL,
                      h);
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, form);
    return form;
}

/* What the server says of it now; one that does not say is believed. */
static enum send_result check_arrived(struct https *h, const struct job *job,
                                      struct err *err)
{
    CURL *curl = transfer_curl(h->t);
    curl_off_t size = -1;
    long status = 0;

    curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (transfer_perform(h->t, NULL, 0, NULL, NULL) != SEND_DONE)
        return SEND_DONE;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    if (status != 200 || size < 0 || (uint64_t)size == job->size)
        return SEND_DONE;
    err_set(err, -EIO,
            "%.160s took %" PRIu64 " bytes, but has %" PRId64
            " now: it did not arrive whole",
            job->shown, job->size, (int64_t)size);
    return SEND_FAILED;
}

/* NAME.sha256 beside it, where the URL is a folder.  Of use, but not needed. */
static void put_sum(struct https *h, struct job *job)
{
    char *text = xasprintf("%s  %s\n", job->sha256, job->name);
    char *url = xasprintf("%s.sha256", h->url);
    CURL *curl = transfer_curl(h->t);
    struct err err = ERR_INIT;
    long status = 0;

    transfer_set_text(h->t, text);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOBODY, 0L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)strlen(text));
    if (transfer_perform(h->t, NULL, 0, NULL, &err) == SEND_DONE)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (http_judge(status) != SEND_DONE)
        log_msg(LOG_DETAIL, "%s.sha256 was not sent along: %ld %s", job->name,
                status, err.text);
    free(url);
    free(text);
}

static enum send_result perform(struct job *job, struct https *h,
                                struct err *err)
{
    struct curl_slist *headers = NULL;
    curl_mime *form = NULL;
    enum send_result r;

    if (h->field)
        form = set_form(h, job);
    else
        headers = set_put(h, job);
    r = retry_run(job, one_try, h, err);
    if (r == SEND_FAILED && h->answer.status == 401 && ask_user(job, h)) {
        http_set_auth(h->t, &h->asked);
        r = retry_run(job, one_try, h, err);
    }
    if (r == SEND_DONE && body_check(h->body, err))
        r = SEND_FAILED;
    if (r == SEND_DONE && !h->field)
        r = check_arrived(h, job, err);
    if (r == SEND_DONE && h->named)
        put_sum(h, job);
    curl_slist_free_all(headers);
    curl_mime_free(form);
    return r;
}

static enum send_result https_send(struct job *job, struct err *err)
{
    struct https h = {.field = options_last(job->opt, OPT_POST_FORM),
                      .answer = {.max_body = MAX_ANSWER}};
    const struct credential *c;
    enum send_result r;
    char *where, *name;

    if (target_parse(job->url, &h.to, err))
        return SEND_USAGE;
    h.named = !h.field && str_ends(h.to.path, "/") && !*h.to.query;
    h.t = transfer_new(job, "https");
    name = curl_easy_escape(transfer_curl(h.t), job->name, 0);
    h.url = xasprintf("%s%s", job->url, h.named ? name : "");
    curl_free(name);
    h.body = body_new(job);
    transfer_set_body(h.t, h.body);
    curl_easy_setopt(transfer_curl(h.t), CURLOPT_URL, h.url);
    c = credentials_find(job->credentials, h.to.host, h.to.port,
                         *h.to.user ? h.to.user : NULL);
    http_set_auth(h.t, c);
    r = perform(job, &h, err);
    if (r == SEND_DONE && !h.field) {
        where = xasprintf("%s%s", job->shown, h.named ? job->name : "");
        job_set_where(job, where);
        free(where);
    }
    transfer_free(h.t);
    body_free(h.body);
    buf_done(&h.answer.body);
    target_done(&h.to);
    free(h.url);
    free(h.asked.user);
    free(h.asked.password);
    return r;
}

const struct uploader uploader_https = {https_send};
