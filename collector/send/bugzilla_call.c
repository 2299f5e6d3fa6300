#include "collector/send/bugzilla_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/send/retry.h"

static size_t post_read(char *out, size_t size, size_t n, void *arg)
{
    ssize_t r = bugzilla_post_read(arg, out, size * n);

    return r < 0 ? CURL_READFUNC_ABORT : (size_t)r;
}

static int post_seek(void *arg, curl_off_t offset, int origin)
{
    if (origin != SEEK_SET || offset)
        return CURL_SEEKFUNC_FAIL;
    bugzilla_post_rewind(arg);
    return CURL_SEEKFUNC_OK;
}

static void set_url(struct bugzilla_call *c)
{
    struct bugzilla *b = c->b;
    CURL *curl = transfer_curl(b->t);
    char *url = xasprintf("%s/rest/%s", b->url.base, c->path), *with, *key;

    if (c->with_key && b->way == AUTH_QUERY && !c->fields) {
        key = curl_easy_escape(curl, b->key, 0);
        with =
            xasprintf("%s%capi_key=%s", url, strchr(url, '?') ? '&' : '?', key);
        curl_free(key);
        free(url);
        url = with;
    }
    curl_easy_setopt(curl, CURLOPT_URL, url); /* copied */
    free(url);
}

static struct curl_slist *set_headers(struct bugzilla_call *c)
{
    struct curl_slist *list =
        curl_slist_append(NULL, "Accept: application/json");
    char *line;

    if (c->fields)
        list = curl_slist_append(list, "Content-Type: application/json");
    /* It would wait a second for the answer "100 Continue". */
    list = curl_slist_append(list, "Expect:");
    if (c->with_key && (c->b->way == AUTH_HEADER || c->b->way == AUTH_BEARER)) {
        line = xasprintf(c->b->way == AUTH_HEADER ? "X-BUGZILLA-API-KEY: %s"
                                                  : "Authorization: Bearer %s",
                         c->b->key);
        list = curl_slist_append(list, line);
        free(line);
    }
    curl_easy_setopt(transfer_curl(c->b->t), CURLOPT_HTTPHEADER, list);
    return list;
}

static void set_content(struct bugzilla_call *c)
{
    CURL *curl = transfer_curl(c->b->t);
    const char *json;

    /* On a connection that was kept, libcurl would send it again by itself when
     * no answer comes. */
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, c->fields ? 1L : 0L);
    if (!c->fields) {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
        return;
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    if (c->post) {
        bugzilla_post_rewind(c->post);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)bugzilla_post_size(c->post));
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, post_read);
        curl_easy_setopt(curl, CURLOPT_READDATA, c->post);
        curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, post_seek);
        curl_easy_setopt(curl, CURLOPT_SEEKDATA, c->post);
        return;
    }
    json = json_object_to_json_string_ext(
        c->fields, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)strlen(json));
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, json);
}

/* Bugzilla's own words count before the HTTP status. */
static enum send_result judge(struct bugzilla_call *c, enum send_result r,
                              struct err *err)
{
    struct bugzilla *b = c->b;
    char message[BUGZILLA_TEXT];
    struct err why = ERR_INIT;

    if (!b->answer.status)
        return r;
    if (b->answer.status >= 300 && b->answer.status < 400) {
        err_set(err, -EIO,
                "%.160s: %.120s sends us elsewhere (%ld), which is not "
                "followed, since the key would go along; name the Bugzilla by "
                "its own URL",
                b->job->shown, b->to.host, b->answer.status);
        return SEND_FAILED;
    }
    if (bugzilla_parse(buf_str(&b->answer.body), b->answer.body.len, &c->object,
                       &why)) {
        if (r == SEND_DONE) {
            job_set_answer(b->job, "", 0);
            err_set(err, -EBADMSG, "%.160s: %s; is there a Bugzilla at %.160s?",
                    b->job->shown, why.text, b->url.base);
        }
        return r == SEND_DONE ? SEND_FAILED : r;
    }
    job_set_answer(b->job, "", 0); /* JSON is not for people */
    if (!bugzilla_error(c->object, &c->code, message))
        return r;
    err_set(err, -EIO, "%.120s: %s says: %s (error %d)", b->job->shown,
            b->to.host, message, c->code);
    /* Of its own errors none passes by waiting, but for a server that is
     * overloaded. */
    return http_judge(b->answer.status) == SEND_PASSING ? SEND_PASSING
                                                        : SEND_FAILED;
}

/* Whether the server can have seen a request. */
static bool was_sent(struct bugzilla_call *c)
{
    long sent = 0;

    curl_easy_getinfo(transfer_curl(c->b->t), CURLINFO_REQUEST_SIZE, &sent);
    return sent > 0;
}

static enum send_result request(struct bugzilla_call *c, struct err *err)
{
    struct bugzilla *b = c->b;
    struct curl_slist *headers;
    enum send_result r;

    json_object_put(c->object);
    c->object = NULL;
    c->code = 0;
    job_set_answer(b->job, "", 0);
    set_url(c);
    headers = set_headers(c);
    set_content(c);
    r = judge(c, http_perform(b->job, b->t, &b->answer, err), err);
    if (r == SEND_PASSING && b->answer.status != 429 &&
        b->answer.status != 503 && was_sent(c))
        c->unsure = true;
    curl_easy_setopt(transfer_curl(b->t), CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return r;
}

/* Whether an earlier try has arrived after all: then its number is in object,
 * as if it had been answered. */
static bool has_arrived(struct bugzilla_call *c)
{
    struct bugzilla *b = c->b;
    char *path =
        xasprintf("bug/%s/attachment?include_fields=id,file_name,size", b->bug);
    struct bugzilla_call look = {.b = b, .with_key = c->with_key, .path = path};
    char id[BUGZILLA_ID];
    bool found;

    found =
        request(&look, NULL) == SEND_DONE &&
        bugzilla_take_attachment(look.object, b->file_name, b->job->size, id);
    json_object_put(look.object);
    free(path);
    if (!found)
        return false;
    json_object_put(c->object);
    c->object = json_object_new_object();
    json_object_object_add(c->object, "id", json_object_new_string(id));
    return true;
}

static enum send_result one_try(struct job *job, void *arg, uint64_t *wait_ms,
                                bool *moved, struct err *err)
{
    struct bugzilla_call *c = arg;
    enum send_result r;

    (void)job;
    (void)moved; /* every try starts anew */
    if (c->unsure && c->post && has_arrived(c))
        return SEND_DONE;
    r = request(c, err);
    *wait_ms = c->b->answer.retry_after_ms;
    if (r == SEND_PASSING && c->once && c->unsure) {
        err_prefix(err,
                   "the %s may have been made or not, look for it before "
                   "you try again: ",
                   c->once);
        return SEND_FAILED;
    }
    return r;
}

enum send_result bugzilla_call(struct bugzilla_call *c, struct err *err)
{
    return retry_run(c->b->job, one_try, c, err);
}
