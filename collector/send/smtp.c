#include "collector/send/smtp.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/send/ask.h"
#include "collector/send/credentials.h"
#include "collector/send/retry.h"
#include "collector/send/transfer.h"

#define MAX_REPLY 400

struct smtp {
    const struct smtp_spec *spec;
    struct job *job;
    struct target to;
    struct transfer *t;
    struct err read_error; /* of the message */
    char reply[MAX_REPLY]; /* the server's last line */
};

/* ---- what libcurl asks for ----------------------------------------------- */

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
    struct smtp *s = arg;
    ssize_t r = message_read(s->spec->message, s->job->bundle, out, size * n,
                             &s->read_error);

    return r < 0 ? CURL_READFUNC_ABORT : (size_t)r;
}

/* Every line that the server says, but for its answer to QUIT. */
static size_t on_reply(char *data, size_t size, size_t n, void *arg)
{
    struct smtp *s = arg;
    size_t len = size * n;

    if (len >= 3 && !memcmp(data, "221", 3))
        return len;
    while (len && isspace((unsigned char)data[len - 1]))
        len--;
    if (len >= sizeof(s->reply))
        len = sizeof(s->reply) - 1;
    memcpy(s->reply, data, len);
    s->reply[len] = '\0';
    return size * n;
}

/* ---- one try ------------------------------------------------------------- */

/* The code of the server's reply says whether another try is worth it (RFC
 * 5321, 4.2.1), whatever libcurl calls the error. */
static enum send_result judge(struct smtp *s, enum send_result r, CURLcode code,
                              struct err *err)
{
    char shown[MAX_REPLY];
    long reply = 0;

    if (s->read_error.code) {
        *err = s->read_error;
        return SEND_FAILED;
    }
    curl_easy_getinfo(transfer_curl(s->t), CURLINFO_RESPONSE_CODE, &reply);
    if (r == SEND_DONE || r == SEND_NO || reply < 400)
        return r;
    if (code == CURLE_OPERATION_TIMEDOUT || code == CURLE_COULDNT_CONNECT)
        return r;
    str_visible(s->reply, shown, sizeof(shown));
    err_set(err, -EIO, "%.160s does not take the mail: %s%s", s->spec->server,
            shown,
            code == CURLE_LOGIN_DENIED
                ? "; see xen-bugtool-credentials(5) for user and password"
                : "");
    return reply < 500 ? SEND_PASSING : SEND_FAILED;
}

static void explain(const struct smtp *s, CURLcode code, struct err *err)
{
    if (code == CURLE_USE_SSL_FAILED)
        err_set(err, -EPERM,
                "%.160s offers no STARTTLS; mail is handed over without TLS "
                "only to this host itself, and without a user",
                s->spec->server);
    else if (code == CURLE_PEER_FAILED_VERIFICATION ||
             code == CURLE_SSL_CACERT_BADFILE ||
             code == CURLE_SSL_CONNECT_ERROR)
        return; /* has its hint already */
    else if (code == CURLE_UNSUPPORTED_PROTOCOL)
        err_set(err, -EINVAL, "%.160s: this libcurl has no SMTP",
                s->spec->server);
}

static enum send_result one_try(struct job *job, void *arg, uint64_t *wait_ms,
                                bool *moved, struct err *err)
{
    struct smtp *s = arg;
    enum send_result r;
    CURLcode code;

    (void)job, (void)wait_ms, (void)moved;
    message_rewind(s->spec->message);
    s->reply[0] = '\0';
    r = transfer_perform(s->t, NULL, 0, &code, err);
    explain(s, code, err);
    return judge(s, r, code, err);
}

/* ---- set-up -------------------------------------------------------------- */

static bool is_this_host(const char *host)
{
    return !strcmp(host, "localhost") || !strcmp(host, "127.0.0.1") ||
           !strcmp(host, "[::1]") || !strcmp(host, "::1");
}

static struct curl_slist *add_all(struct curl_slist *list,
                                  const char *const *addresses)
{
    for (; addresses && *addresses; addresses++)
        list = curl_slist_append(list, *addresses);
    return list;
}

/* The path is what we call ourselves in EHLO: not this host's name, which ends
 * up in the message, but the domain of who sends. */
static void set_url(struct smtp *s)
{
    size_t n = strcspn(s->spec->server + strlen("smtps://"), "/");
    char *url = xasprintf("%.*s/%s", (int)(strlen("smtps://") + n),
                          s->spec->server, strchr(s->spec->from, '@') + 1);

    curl_easy_setopt(transfer_curl(s->t), CURLOPT_URL, url);
    free(url);
}

/* True: there is a user, so only over TLS. */
static bool set_user(struct smtp *s)
{
    const struct credential *c =
        credentials_find(s->job->credentials, s->to.host, s->to.port,
                         *s->to.user ? s->to.user : NULL);
    CURL *curl = transfer_curl(s->t);
    char question[300], password[256] = "";
    bool asked = false;

    if (c && c->user && c->password) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, c->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, c->password);
        return true;
    }
    if (!*s->to.user)
        return false;
    snprintf(question, sizeof(question),
             "Password of %.100s at %.150s: ", s->to.user, s->to.host);
    asked = ask_line(s->job, question, true, password, sizeof(password));
    if (asked && *password) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, s->to.user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
    }
    explicit_bzero(password, sizeof(password));
    return true;
}

static struct curl_slist *set_up(struct smtp *s)
{
    CURL *curl = transfer_curl(s->t);
    struct curl_slist *to = add_all(NULL, s->spec->to);
    bool tls = set_user(s) || !is_this_host(s->to.host);

    to = add_all(to, s->spec->cc);
    set_url(s);
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, s->spec->from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_CRLF, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, s);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, s);
    return to;
}

enum send_result smtp_send(struct job *job, const struct smtp_spec *spec,
                           struct err *err)
{
    struct smtp s = {.spec = spec, .job = job, .read_error = ERR_INIT};
    struct curl_slist *to;
    enum send_result r;
    const char *at;

    if (!str_starts(spec->server, "smtp://") &&
        !str_starts(spec->server, "smtps://")) {
        err_set(err, -EINVAL, "--smtp: expected smtps://HOST or smtp://HOST");
        return SEND_USAGE;
    }
    at = strchr(spec->server, '@');
    if (at && strchr(strstr(spec->server, "//"), ':') &&
        strchr(strstr(spec->server, "//"), ':') < at) {
        err_set(err, -EINVAL,
                "--smtp: a password in a URL can be read by every user of this "
                "host; put it into the credentials file, see "
                "xen-bugtool-credentials(5)");
        return SEND_USAGE;
    }
    if (target_parse(spec->server, &s.to, err))
        return SEND_USAGE;
    s.t = transfer_new(job, "smtp,smtps");
    to = set_up(&s);
    r = retry_run(job, one_try, &s, err);
    if (r == SEND_DONE)
        job_set_answer(job, s.reply, strlen(s.reply));
    transfer_free(s.t);
    curl_slist_free_all(to);
    target_done(&s.to);
    return r;
}
