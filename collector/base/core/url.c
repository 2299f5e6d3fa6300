#include "collector/base/core/url.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

static const char *const schemes[] = {
#define UPLOADER(scheme, name) scheme,
#include "collector/base/core/uploaders.def"
#undef UPLOADER
};

/* What somebody may try, and why it is not there. */
static const struct {
    const char *scheme, *instead;
} refused[] = {
    {"http", "anyone on the way could read the bundle; use https://"},
    {"ftp", "anyone on the way could read the bundle; use ftp+tls:// "
            "(explicit TLS) or ftps:// (implicit)"},
    {"scp", "use sftp://"},
    {"ssh", "use sftp://"},
    {"bugzilla", "use bugzilla+https://HOST/BUG"},
    {"bugzilla+http", "anyone on the way could read the key and the bundle; "
                      "use bugzilla+https://"},
};

static int check_scheme(const char *url, size_t n, struct err *err)
{
    struct buf known = BUF_INIT;
    int rc;

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strlen(schemes[i]) == n && !strncmp(url, schemes[i], n))
            return 0;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (strlen(refused[i].scheme) == n &&
            !strncmp(url, refused[i].scheme, n))
            return err_set(err, -EINVAL, "%s://: %s", refused[i].scheme,
                           refused[i].instead);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        buf_addf(&known, "%s%s", i ? ", " : "", schemes[i]);
    rc =
        err_set(err, -EINVAL, "'%.*s' is no way to send a bundle; there are %s",
                (int)n, url, buf_str(&known));
    buf_done(&known);
    return rc;
}

/* Of what stands behind "://". */
static int check_host(const char *at, struct err *err)
{
    size_t n = strcspn(at, "/?#");
    const char *user_end = memrchr(at, '@', n);

    if (user_end && memchr(at, ':', (size_t)(user_end - at)))
        return err_set(err, -EINVAL,
                       "a password in a URL can be read by every user of this "
                       "host; put it into the credentials file, see "
                       "xen-bugtool-credentials(5)");
    if (user_end)
        n -= (size_t)(user_end + 1 - at);
    return n ? 0 : err_set(err, -EINVAL, "the URL names no host");
}

static int check_bytes(const char *url, struct err *err)
{
    if (strlen(url) > URL_MAX_BYTES)
        return err_set(err, -EINVAL, "the URL is longer than %d bytes",
                       URL_MAX_BYTES);
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return err_set(err, -EINVAL,
                           "a URL has neither blanks nor bytes beyond ASCII; "
                           "write them as %%20");
    return 0;
}

int url_check_proxy(const char *url, struct err *err)
{
    static const char *const kinds[] = {"http://", "https://", "socks5h://",
                                        "socks5://"};
    int rc = check_bytes(url, err);

    for (size_t i = 0; !rc && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_starts(url, kinds[i]))
            return check_host(url + strlen(kinds[i]), err);
    return rc ? rc
              : err_set(err, -EINVAL,
                        "'%.128s' is no proxy; expected one such as "
                        "http://HOST:3128 (or https://, socks5h://)",
                        url);
}

/* What can be told before anything is asked of a server. */
static int check_place(const char *url, struct err *err)
{
    const char *path, *end;

    if (str_starts(url, "mailto:") && !strchr(url, '@') &&
        !strcasestr(url, "%40"))
        return err_set(err, -EINVAL,
                       "'%.128s' names no address; expected one such as "
                       "mailto:xen-users@lists.xenproject.org",
                       url);
    if (str_starts(url, "https:") && strstr(url, "/show_bug.cgi?"))
        return err_set(err, -EINVAL,
                       "'%.128s' is a bug's page; to attach the bundle to it "
                       "say bugzilla+https://HOST/NUMBER",
                       url);
    if (!str_starts(url, "bugzilla+"))
        return 0;
    path = strchr(strstr(url, "://") + 3, '/');
    end = path ? path + strcspn(path, "?#") : NULL;
    return path && end[-1] != '/'
               ? 0
               : err_set(err, -EINVAL,
                         "'%.128s' names no bug; expected "
                         "bugzilla+https://HOST/NUMBER, or for a new one "
                         "bugzilla+https://HOST/new?product=...&component=...",
                         url);
}

int url_check(const char *url, struct err *err)
{
    size_t n = strcspn(url, ":");
    int rc;

    if (!url[n] || !n)
        return err_set(err, -EINVAL,
                       "'%.128s' is no URL; expected one such as "
                       "https://HOST/FOLDER/",
                       url);
    rc = check_bytes(url, err);
    if (!rc)
        rc = check_scheme(url, n, err);
    if (rc)
        return rc;
    if (!strncmp(url + n, "://", 3))
        rc = check_host(url + n + 3, err);
    else if (!str_starts(url, "mailto:"))
        rc = err_set(err, -EINVAL, "'%.128s' is no URL: // is missing", url);
    return rc ? rc : check_place(url, err);
}

/* What stands in the query of these is to be seen: the subject of a mail, the
 * fields of a new bug.  Else it may hold a signature. */
static bool shows_query(const char *url)
{
    return (str_starts(url, "mailto:") || str_starts(url, "bugzilla+")) &&
           !strcasestr(url, "key=") && !strcasestr(url, "token=") &&
           !strcasestr(url, "password=");
}

bool url_hides(const char *url)
{
    return strchr(url, '?') && !shows_query(url);
}

char *url_shown(const char *url)
{
    const char *at = strstr(url, "://");
    size_t scheme = at ? (size_t)(at - url) + 3 : 0, host, end;
    const char *user_end;

    end = shows_query(url) ? strlen(url) : strcspn(url, "?#");
    if (!at || scheme > end)
        return xasprintf("%.*s%s", (int)end, url, url[end] ? "?..." : "");
    host = strcspn(url + scheme, "/?#");
    user_end = memrchr(url + scheme, '@', host);
    at = user_end ? user_end + 1 : url + scheme;
    return xasprintf("%.*s%.*s%s", (int)scheme, url, (int)(url + end - at), at,
                     url[end] ? "?..." : "");
}
