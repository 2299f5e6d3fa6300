#include "collector/send/store.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/send/retry.h"

struct store {
    struct job *job;
    struct transfer *t;
    const struct store_kind *kind;
    struct body *body;
    char *base;   /* the folder's URL, with its slash */
    char *folder; /* its path, decoded */
    char *name, *part;
    uint64_t had; /* what the server had when the last try began */
    bool first;
};

static void set_url(struct store *s, const char *name)
{
    CURL *curl = transfer_curl(s->t);
    char *escaped = curl_easy_escape(curl, name, 0);
    char *url = xasprintf("%s%s", s->base, escaped);

    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_free(escaped);
    free(url);
}

/* Goes on where the server's file ends; libcurl asks for that and seeks. */
static enum send_result perform(struct store *s, CURLcode *code,
                                struct err *err)
{
    CURL *curl = transfer_curl(s->t);

    set_url(s, s->part);
    body_seek(s->body, 0);
    transfer_set_body(s->t, s->body);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->job->size);
    curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)-1);
    return transfer_perform(s->t, NULL, 0, code, err);
}

static enum send_result one_try(struct job *job, void *arg, uint64_t *wait_ms,
                                bool *moved, struct err *err)
{
    struct store *s = arg;
    char text[24];
    CURLcode code;
    enum send_result r;
    bool again;

    (void)wait_ms;
    r = perform(s, &code, err);
    *moved = !s->first && transfer_began_at(s->t) > s->had;
    if (transfer_began_at(s->t) && transfer_began_at(s->t) != s->had)
        log_msg(LOG_NOTE, "Went on after %s that the server had.",
                str_size(transfer_began_at(s->t), text));
    again = !s->first && transfer_began_at(s->t);
    s->had = transfer_began_at(s->t);
    s->first = false;
    if (s->had > job->size) {
        err_set(err, -EEXIST,
                "%.160s has a %.100s that is longer than the bundle, so it is "
                "none of ours; remove it there",
                job->shown, s->part);
        return SEND_FAILED;
    }
    /* SFTP has no word for a full disk, and libssh2 none for a broken line that
     * would tell them apart: a line comes further the next time. */
    if (r == SEND_PASSING && code == CURLE_SSH && again && !*moved) {
        err_set(err, -EIO,
                "%.160s took %s and no more: its disk or quota may be full",
                job->shown, str_size(s->had, text));
        r = SEND_FAILED;
    }
    return r;
}

/* Asks for the size of what lies there, and gives it its name if it is right.
 */
static enum send_result finish(struct job *job, void *arg, uint64_t *wait_ms,
                               bool *moved, struct err *err)
{
    struct store *s = arg;
    CURL *curl = transfer_curl(s->t);
    struct curl_slist *rename = s->kind->rename(s->folder, s->part, s->name);
    CURLcode code;
    enum send_result r;

    (void)wait_ms;
    (void)moved;
    curl_easy_setopt(curl, CURLOPT_POSTQUOTE, rename);
    r = perform(s, &code, err);
    curl_easy_setopt(curl, CURLOPT_POSTQUOTE, NULL);
    curl_slist_free_all(rename);
    if (code == CURLE_QUOTE_ERROR) {
        err_set(err, -EEXIST,
                "%.160s has all of it as %.100s, but does not let it be called "
                "%.100s: a file of that name may be there already",
                job->shown, s->part, s->name);
        return SEND_FAILED;
    }
    if (r == SEND_DONE && transfer_began_at(s->t) != job->size) {
        err_set(err, -EIO,
                "%.160s has %" PRIu64 " of %" PRIu64
                " bytes: it did not arrive whole",
                job->shown, transfer_began_at(s->t), job->size);
        r = SEND_FAILED;
    }
    return r;
}

/* No file of that name may be there: its rename would replace it. */
static enum send_result check_free(struct store *s, struct err *err)
{
    CURL *curl = transfer_curl(s->t);
    CURLcode code;
    enum send_result r;

    set_url(s, s->name);
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    r = transfer_perform(s->t, NULL, 0, &code, err);
    curl_easy_setopt(curl, CURLOPT_NOBODY, 0L);
    if (code == CURLE_REMOTE_FILE_NOT_FOUND)
        return SEND_DONE;
    if (r != SEND_DONE)
        return r;
    err_set(err, -EEXIST,
            "%.160s has a file %.100s already; nothing is "
            "replaced",
            s->job->shown, s->name);
    return SEND_FAILED;
}

/* As sha256sum(1) prints and checks it.  Of use, but not needed. */
static void put_sum(struct store *s)
{
    char *text = xasprintf("%s  %s\n", s->job->sha256, s->name);
    char *name = xasprintf("%s.sha256", s->name);
    CURL *curl = transfer_curl(s->t);
    struct err err = ERR_INIT;

    set_url(s, name);
    transfer_set_text(s->t, text);
    curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)0);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)strlen(text));
    if (transfer_perform(s->t, NULL, 0, NULL, &err) != SEND_DONE)
        log_msg(LOG_WARN, "%s was not sent along: %s", name, err.text);
    free(name);
    free(text);
}

static enum send_result deliver(struct store *s, struct err *err)
{
    enum send_result r;
    unsigned tries;

    r = s->kind->keeps_old ? SEND_DONE : check_free(s, err);
    if (r == SEND_DONE || r == SEND_PASSING)
        r = retry_run(s->job, one_try, s, err);
    if (r == SEND_DONE && body_check(s->body, err))
        r = SEND_FAILED;
    tries = s->job->tries; /* of sending it */
    if (r == SEND_DONE)
        r = retry_run(s->job, finish, s, err);
    s->job->tries = tries;
    if (r == SEND_DONE)
        put_sum(s);
    return r;
}

/* What of a name means something to servers or their shells is not sent. */
static char *plain_name(const char *name)
{
    char *out = xstrdup(name);

    for (char *p = out; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("._-+=,@", *p))
            *p = '_';
    return out;
}

static int split_url(struct store *s, const char *url, struct err *err)
{
    const char *slash = strrchr(url, '/');
    const char *host = strstr(url, "://") + 3, *path = strchr(host, '/');
    char *name;

    if (!path)
        return err_set(err, -EINVAL,
                       "%.160s: expected a path, such as %.160s/ for the top "
                       "folder",
                       s->job->shown, s->job->shown);
    name = xstrdup(slash + 1);
    str_percent_decode(name);
    s->base = xasprintf("%.*s", (int)(slash + 1 - url), url);
    s->folder = xasprintf("%.*s", (int)(slash + 1 - path), path);
    str_percent_decode(s->folder);
    s->name = plain_name(*name ? name : s->job->name);
    s->part = xasprintf("%s.%.8s.part", s->name, s->job->sha256);
    free(name);
    for (const char *p = s->folder; *p; p++)
        if (iscntrl((unsigned char)*p) || *p == '"' || *p == '\\')
            return err_set(err, -EINVAL,
                           "the URL's path has a byte that cannot be sent");
    return 0;
}

enum send_result store_send(struct job *job, struct transfer *t,
                            const struct store_kind *kind, const char *url,
                            struct err *err)
{
    struct store s = {.job = job, .t = t, .kind = kind, .first = true};
    enum send_result r = SEND_USAGE;
    const char *slash;
    char *where;

    s.body = body_new(job);
    if (!split_url(&s, url, err))
        r = deliver(&s, err);
    if (r == SEND_DONE) {
        slash = strrchr(job->shown, '/');
        where = xasprintf("%.*s%s", (int)(slash + 1 - job->shown), job->shown,
                          s.name);
        job_set_where(job, where);
        free(where);
    }
    body_free(s.body);
    free(s.base);
    free(s.folder);
    free(s.name);
    free(s.part);
    return r;
}
