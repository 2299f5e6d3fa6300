/* ftps.c: FTP over TLS; "ftp+tls://" asks for it (AUTH TLS) on the usual port,
 * "ftps://" speaks nothing else from the first byte on.  The data connections
 * are encrypted too, or nothing is sent. */
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/send/login.h"
#include "collector/send/store.h"
#include "collector/send/uploader.h"

/* Relative: libcurl has changed to the folder. */
static struct curl_slist *ftp_rename(const char *path, const char *from,
                                     const char *to)
{
    char *first = xasprintf("RNFR %s", from), *then = xasprintf("RNTO %s", to);
    struct curl_slist *list =
        curl_slist_append(curl_slist_append(NULL, first), then);

    (void)path;
    free(first);
    free(then);
    return list;
}

static enum send_result send_as(struct job *job, const char *scheme,
                                struct err *err)
{
    static const struct store_kind kind = {ftp_rename, false};
    struct transfer *t = transfer_new(job, "ftp,ftps");
    char *url = xasprintf("%s%s", scheme, strstr(job->url, "://"));
    struct login login;
    enum send_result r = login_find(job, &login, err);

    if (r == SEND_DONE && !login.password)
        login_ask(job, &login);
    if (r == SEND_DONE) {
        curl_easy_setopt(transfer_curl(t), CURLOPT_USE_SSL,
                         (long)CURLUSESSL_ALL);
        curl_easy_setopt(transfer_curl(t), CURLOPT_USERNAME, login.user);
        curl_easy_setopt(transfer_curl(t), CURLOPT_PASSWORD,
                         login.password ? login.password : "");
        r = store_send(job, t, &kind, url, err);
    }
    login_done(&login);
    transfer_free(t);
    free(url);
    return r;
}

static enum send_result ftps_send(struct job *job, struct err *err)
{
    return send_as(job, "ftps", err);
}

static enum send_result ftp_tls_send(struct job *job, struct err *err)
{
    return send_as(job, "ftp", err);
}

const struct uploader uploader_ftps = {ftps_send};
const struct uploader uploader_ftp_tls = {ftp_tls_send};
