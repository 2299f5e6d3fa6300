#include "collector/send/transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/send/credentials.h"
#include "config.h"

#define CONNECT_TIMEOUT_MS 30000u
#define STALL_TIMEOUT_MS 60000u
#define MAX_REDIRECTS 5L
#define PROGRESS_MS 250
#define UPLOAD_BUFFER (512L * 1024L)
#define UPLOAD_BUFFER_MIN (16L * 1024L) /* libcurl takes no less */

struct transfer {
    struct job *job;
    CURL *curl;
    struct body *body; /* NULL: text */
    const char *text;  /* what is left of it; NULL: nothing is sent */
    uint64_t began_at;
    struct buf ca;
    char error[CURL_ERROR_SIZE];
    struct buf *answer;
    size_t max_answer;
    int64_t shown; /* when progress was */
    /* libcurl's own low-speed limit looks at five seconds at least. */
    uint64_t stall_ms;
    curl_off_t moved; /* bytes both ways */
    int64_t moved_at; /* when there were fewer */
    bool stalled;
};

/* --- URLs ---------------------------------------------------------------- */

static char *url_part(CURLU *u, CURLUPart part, unsigned flags)
{
    char *text = NULL, *out;

    if (curl_url_get(u, part, &text, flags))
        text = NULL;
    out = xstrdup(text ? text : "");
    curl_free(text);
    return out;
}

int target_parse(const char *url, struct target *out, struct err *err)
{
    const char *plus = memchr(url, '+', strcspn(url, ":"));
    CURLU *u = curl_url();
    CURLUcode rc;
    char *port;

    memset(out, 0, sizeof(*out));
    /* "ftp+tls://" is told from "bugzilla+https://" by what is known. */
    rc = curl_url_set(u, CURLUPART_URL,
                      plus && str_starts(plus, "+https") ? plus + 1 : url,
                      CURLU_NON_SUPPORT_SCHEME);
    if (rc) {
        curl_url_cleanup(u);
        return err_set(err, -EINVAL, "the URL is not well-formed: %s",
                       curl_url_strerror(rc));
    }
    out->host = url_part(u, CURLUPART_HOST, 0);
    out->user = url_part(u, CURLUPART_USER, CURLU_URLDECODE);
    out->path = url_part(u, CURLUPART_PATH, 0);
    out->query = url_part(u, CURLUPART_QUERY, 0);
    port = url_part(u, CURLUPART_PORT, 0);
    out->port = (unsigned)strtoul(port, NULL, 10);
    free(port);
    curl_url_cleanup(u);
    return 0;
}

void target_done(struct target *t)
{
    free(t->host);
    free(t->user);
    free(t->path);
    free(t->query);
    memset(t, 0, sizeof(*t));
}

/* --- callbacks ----------------------------------------------------------- */

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t left = t->body ? 0 : strlen(t->text);
    ssize_t r;

    if (!t->body) {
        left = left < size * n ? left : size * n;
        memcpy(out, t->text, left);
        t->text += left;
        return left;
    }
    r = body_read(t->body, out, size * n);
    return r < 0 ? CURL_READFUNC_ABORT : (size_t)r;
}

static int on_seek(void *arg, curl_off_t offset, int origin)
{
    struct transfer *t = arg;

    if (!t->body || origin != SEEK_SET || offset < 0)
        return CURL_SEEKFUNC_FAIL;
    t->began_at = (uint64_t)offset;
    if (t->began_at > t->job->size)
        return CURL_SEEKFUNC_FAIL;
    body_seek(t->body, (uint64_t)offset);
    return CURL_SEEKFUNC_OK;
}

static size_t on_answer(char *data, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t room = t->answer ? t->max_answer - t->answer->len : 0;

    if (t->answer)
        buf_add(t->answer, data, size * n < room ? size * n : room);
    return size * n;
}

/* At least once a second.  Nonzero ends the transfer. */
static int on_progress(void *arg, curl_off_t dl_total, curl_off_t dl,
                       curl_off_t ul_total, curl_off_t ul)
{
    struct transfer *t = arg;
    int64_t now = clock_mono_ms();
    curl_off_t rate = 0;
    char done[24], all[24], speed[24];
    uint64_t at;

    (void)dl_total, (void)ul_total;
    if (dl + ul != t->moved)
        t->moved_at = now;
    t->moved = dl + ul;
    t->stalled = now - t->moved_at > (int64_t)t->stall_ms;
    if (job_stopped(t->job) || t->stalled)
        return 1;
    if (!t->body || now - t->shown < PROGRESS_MS)
        return 0;
    t->shown = now;
    at = body_offset(t->body);
    curl_easy_getinfo(t->curl, CURLINFO_SPEED_UPLOAD_T, &rate);
    log_progress("Sending: %s of %s (%u %%), %s/s", str_size(at, done),
                 str_size(t->job->size, all),
                 (unsigned)(t->job->size ? at * 100 / t->job->size : 100),
                 str_size(rate > 0 ? (uint64_t)rate : 0, speed));
    return 0;
}

/* --- set-up -------------------------------------------------------------- */

static void set_limits(struct transfer *t)
{
    const struct job *job = t->job;
    const char *rate = options_last(job->opt, OPT_LIMIT_RATE);
    uint64_t bytes;

    t->stall_ms = job_time_ms(job, OPT_STALL_TIMEOUT, STALL_TIMEOUT_MS);
    curl_easy_setopt(
        t->curl, CURLOPT_CONNECTTIMEOUT_MS,
        (long)job_time_ms(job, OPT_CONNECT_TIMEOUT, CONNECT_TIMEOUT_MS));
    if (!rate || str_parse_size(rate, &bytes))
        return;
    curl_easy_setopt(t->curl, CURLOPT_MAX_SEND_SPEED_LARGE, (curl_off_t)bytes);
    /* A buffer goes out at once, however slow it is to be. */
    if (bytes / 4 < UPLOAD_BUFFER)
        curl_easy_setopt(t->curl, CURLOPT_UPLOAD_BUFFERSIZE,
                         bytes / 4 < UPLOAD_BUFFER_MIN ? UPLOAD_BUFFER_MIN
                                                       : (long)bytes / 4);
}

static void set_tls(struct transfer *t)
{
    struct curl_blob blob;

    curl_easy_setopt(t->curl, CURLOPT_SSLVERSION,
                     (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(t->curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(t->curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!job_read_file(t->job, "cacert", &t->ca))
        return;
    blob.data = t->ca.data;
    blob.len = t->ca.len;
    blob.flags = CURL_BLOB_NOCOPY;
    curl_easy_setopt(t->curl, CURLOPT_CAINFO_BLOB, &blob);
    curl_easy_setopt(t->curl, CURLOPT_CAPATH, NULL);
}

/* Those of redirects are https alone. */
static void set_protocols(CURL *curl, const char *protocols)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
    static const struct {
        const char *name;
        long bit;
    } known[] = {{"https", CURLPROTO_HTTPS}, {"sftp", CURLPROTO_SFTP},
                 {"ftp", CURLPROTO_FTP},     {"ftps", CURLPROTO_FTPS},
                 {"smtp", CURLPROTO_SMTP},   {"smtps", CURLPROTO_SMTPS}};
    char **names = str_split(protocols, NULL);
    long bits = 0;

    for (char **p = names; *p; p++)
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            bits |= strcmp(*p, known[i].name) ? 0 : known[i].bit;
    str_list_free(names);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, bits);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTPS);
#endif
}

static void set_way(struct transfer *t, const char *protocols)
{
    const char *proxy = options_last(t->job->opt, OPT_PROXY);
    const struct credential *c;
    struct target to;

    set_protocols(t->curl, protocols);
    curl_easy_setopt(t->curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(t->curl, CURLOPT_MAXREDIRS, MAX_REDIRECTS);
    /* A PUT stays one, a POST too, whatever the redirect's number. */
    curl_easy_setopt(t->curl, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
    curl_easy_setopt(t->curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    /* "" also keeps libcurl from looking into the environment. */
    curl_easy_setopt(t->curl, CURLOPT_PROXY, proxy ? proxy : "");
    curl_easy_setopt(t->curl, CURLOPT_USERAGENT, "xen-bugtool/" VERSION);
    if (!proxy || target_parse(proxy, &to, NULL))
        return;
    c = credentials_find(t->job->credentials, to.host, to.port,
                         *to.user ? to.user : NULL);
    if (c && c->user && c->password) {
        curl_easy_setopt(t->curl, CURLOPT_PROXYUSERNAME, c->user);
        curl_easy_setopt(t->curl, CURLOPT_PROXYPASSWORD, c->password);
    }
    target_done(&to);
}

struct transfer *transfer_new(struct job *job, const char *protocols)
{
    struct transfer *t = xcalloc(1, sizeof(*t));

    t->job = job;
    t->curl = curl_easy_init();
    if (!t->curl)
        abort();
    curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A look-up of a name that nobody answers is not waited for at the end. */
    curl_easy_setopt(t->curl, CURLOPT_QUICK_EXIT, 1L);
#endif
    /* libssh2 keeps no more than one of these under way. */
    curl_easy_setopt(t->curl, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER);
    curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(t->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(t->curl, CURLOPT_XFERINFODATA, t);
    set_way(t, protocols);
    set_tls(t);
    set_limits(t);
    return t;
}

void transfer_free(struct transfer *t)
{
    if (!t)
        return;
    curl_easy_cleanup(t->curl);
    buf_done(&t->ca);
    free(t);
}

CURL *transfer_curl(struct transfer *t)
{
    return t->curl;
}

const char *transfer_error(const struct transfer *t)
{
    return t->error;
}

void transfer_set_text(struct transfer *t, const char *text)
{
    transfer_set_body(t, NULL);
    t->text = text;
}

uint64_t transfer_began_at(const struct transfer *t)
{
    return t->began_at;
}

void transfer_set_body(struct transfer *t, struct body *body)
{
    t->body = body;
    t->text = NULL;
    curl_easy_setopt(t->curl, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(t->curl, CURLOPT_READDATA, t);
    curl_easy_setopt(t->curl, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(t->curl, CURLOPT_SEEKDATA, t);
}

/* --- one try ------------------------------------------------------------- */

/* What libcurl's errors mean: whether another try is worth it, and what the
 * user may do about it. */
static const struct meaning {
    CURLcode code;
    enum send_result result;
    const char *hint;
} meanings[] = {
    {CURLE_COULDNT_RESOLVE_HOST, SEND_PASSING, NULL},
    {CURLE_COULDNT_RESOLVE_PROXY, SEND_PASSING, NULL},
    {CURLE_PROXY, SEND_FAILED, NULL},
    {CURLE_COULDNT_CONNECT, SEND_PASSING, NULL},
    {CURLE_OPERATION_TIMEDOUT, SEND_PASSING, NULL},
    {CURLE_SEND_ERROR, SEND_PASSING, NULL},
    {CURLE_RECV_ERROR, SEND_PASSING, NULL},
    {CURLE_GOT_NOTHING, SEND_PASSING, NULL},
    {CURLE_PARTIAL_FILE, SEND_PASSING, NULL},
    {CURLE_HTTP2, SEND_PASSING, NULL},
    {CURLE_HTTP2_STREAM, SEND_PASSING, NULL},
    {CURLE_AGAIN, SEND_PASSING, NULL},
    {CURLE_FTP_ACCEPT_TIMEOUT, SEND_PASSING, NULL},
    /* What libcurl calls a line that ends within an answer. */
    {CURLE_FTP_WEIRD_PASV_REPLY, SEND_PASSING, NULL},
    {CURLE_FTP_WEIRD_227_FORMAT, SEND_PASSING, NULL},
    {CURLE_WEIRD_SERVER_REPLY, SEND_PASSING, NULL},
    {CURLE_PEER_FAILED_VERIFICATION, SEND_FAILED,
     "nothing was sent: the server cannot prove who it is; if its certificate "
     "is of an authority of your own, name that with --cacert"},
    {CURLE_SSL_CACERT_BADFILE, SEND_FAILED,
     "the certificate authorities cannot be read"},
    {CURLE_SSL_CONNECT_ERROR, SEND_FAILED, "TLS 1.2 or newer is needed"},
    {CURLE_UNSUPPORTED_PROTOCOL, SEND_FAILED,
     "the server redirects to what is no https; that is not followed"},
    {CURLE_TOO_MANY_REDIRECTS, SEND_FAILED, NULL},
    {CURLE_SSH, SEND_PASSING, NULL},
    {CURLE_LOGIN_DENIED, SEND_FAILED,
     "the server does not know this user, password or key"},
    {CURLE_REMOTE_FILE_NOT_FOUND, SEND_FAILED,
     "the folder may be missing on the server"},
    {CURLE_REMOTE_ACCESS_DENIED, SEND_FAILED,
     "the folder is missing on the server, or the user may not write there"},
    {CURLE_REMOTE_DISK_FULL, SEND_FAILED, "the server's disk or quota is full"},
    {CURLE_USE_SSL_FAILED, SEND_FAILED,
     "nothing was sent: the server offers no TLS"},
};

static const struct meaning *meaning_of(CURLcode code)
{
    static const struct meaning other = {CURLE_OK, SEND_FAILED, NULL};

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].code == code)
            return &meanings[i];
    return &other;
}

static enum send_result explain(struct transfer *t, CURLcode code,
                                struct err *err)
{
    const struct meaning *m = meaning_of(code);
    const char *why = t->error[0] ? t->error : curl_easy_strerror(code);
    char shown[400];

    if (code == CURLE_ABORTED_BY_CALLBACK && job_stopped(t->job)) {
        err_set(err, -EINTR, "stopped");
        return SEND_NO;
    }
    if (code == CURLE_ABORTED_BY_CALLBACK && t->stalled) {
        err_set(err, -ETIMEDOUT, "cannot send to %.200s: nothing moved for %s",
                t->job->shown, str_duration(t->stall_ms, shown));
        return SEND_PASSING;
    }
    str_visible(why, shown, sizeof(shown));
    err_set(err, -EIO, "cannot send to %.200s: %s%s%s", t->job->shown, shown,
            m->hint ? "; " : "", m->hint ? m->hint : "");
    return m->result;
}

enum send_result transfer_perform(struct transfer *t, struct buf *answer,
                                  size_t max, CURLcode *code_out,
                                  struct err *err)
{
    int64_t left = t->job->deadline - clock_mono_ms();
    CURLcode code;

    t->answer = answer;
    t->max_answer = max;
    t->error[0] = '\0';
    t->began_at = 0;
    t->moved = 0;
    t->moved_at = clock_mono_ms();
    if (answer)
        buf_reset(answer);
    curl_easy_setopt(t->curl, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
    code = curl_easy_perform(t->curl);
    if (code_out)
        *code_out = code;
    return code == CURLE_OK ? SEND_DONE : explain(t, code, err);
}
