#include "collector/send/http.h"

#include <errno.h>
#include <string.h>

#include "collector/base/core/str.h"

static const struct {
    long status;
    const char *name, *hint;
} known[] = {
    {400, "Bad Request", NULL},
    {401, "Unauthorized",
     "give a user and a password or key, see xen-bugtool-credentials(5)"},
    {403, "Forbidden", "the user may not write there"},
    {404, "Not Found", "there is no such folder or page on the server"},
    {405, "Method Not Allowed",
     "the server takes no PUT there; it may take --post-form FIELD"},
    {407, "Proxy Authentication Required", NULL},
    {408, "Request Timeout", NULL},
    {409, "Conflict", "the folder may be missing on the server"},
    {411, "Length Required", NULL},
    {412, "Precondition Failed",
     "a file of that name may be there already; nothing is replaced"},
    {413, "Payload Too Large", "make a smaller bundle with collect --max-size"},
    {415, "Unsupported Media Type", NULL},
    {422, "Unprocessable Content", NULL},
    {425, "Too Early", NULL},
    {429, "Too Many Requests", NULL},
    {500, "Internal Server Error", NULL},
    {501, "Not Implemented", NULL},
    {502, "Bad Gateway", NULL},
    {503, "Service Unavailable", NULL},
    {504, "Gateway Timeout", NULL},
    {507, "Insufficient Storage", "the server's disk or quota is full"},
};

void http_set_auth(struct transfer *t, const struct credential *c)
{
    CURL *curl = transfer_curl(t);

    if (!c)
        return;
    if (c->api_key && (c->auth == AUTH_BEARER || !c->password)) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, c->api_key);
    } else if (c->user && c->password) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, c->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, c->password);
    }
}

enum send_result http_judge(long status)
{
    switch (status) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        return SEND_PASSING;
    default:
        return status >= 200 && status < 300 ? SEND_DONE : SEND_FAILED;
    }
}

void http_plain_text(const char *text, size_t len, struct buf *out)
{
    bool tag = false;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '<') {
            tag = true;
            buf_addc(out, ' ');
        } else if (text[i] == '>' && tag) {
            tag = false;
        } else if (!tag) {
            buf_addc(out, text[i]);
        }
    }
}

static void keep_answer(struct job *job, const struct http_answer *a)
{
    struct buf text = BUF_INIT;

    http_plain_text(a->body.data, a->body.len, &text);
    job_set_answer(job, buf_str(&text), text.len);
    buf_done(&text);
}

static void explain(struct job *job, const struct http_answer *a,
                    struct err *err)
{
    const char *name = "", *hint = NULL;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].status == a->status) {
            name = known[i].name;
            hint = known[i].hint;
        }
    }
    err_set(err, -EIO, "%.160s does not take it: %ld %s%s%s", job->shown,
            a->status, name, hint ? "; " : "", hint ? hint : "");
}

enum send_result http_perform(struct job *job, struct transfer *t,
                              struct http_answer *a, struct err *err)
{
    CURL *curl = transfer_curl(t);
    curl_off_t after = 0;
    CURLcode code;
    enum send_result r;

    a->status = 0;
    a->retry_after_ms = 0;
    r = transfer_perform(t, &a->body, a->max_body, &code, err);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &a->status);
    /* A server that refuses early closes before it has read all of it: what it
     * said counts. */
    if (r != SEND_DONE && (a->status < 400 || r == SEND_NO))
        return r;
    keep_answer(job, a);
    r = http_judge(a->status);
    if (r == SEND_DONE)
        return r;
    explain(job, a, err);
    if (!curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after) && after > 0)
        a->retry_after_ms = (uint64_t)after * 1000;
    return r;
}
