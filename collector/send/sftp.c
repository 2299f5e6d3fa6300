/* sftp.c: through libcurl's libssh2, whose every host key is held against the
 * known_hosts files. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/send/ask.h"
#include "collector/send/knownhosts.h"
#include "collector/send/login.h"
#include "collector/send/store.h"
#include "collector/send/uploader.h"

struct sftp {
    struct job *job;
    struct transfer *t;
    struct login login;
    int known, key; /* files in memory; -1: none */
    struct err why; /* what was wrong with the host's key */
    bool trusted;   /* by the user, this once */
};

/* libcurl takes these by name alone, and ours we may not open by theirs. */
static int memory_file(const char *text, size_t len, char path[40])
{
    int fd = memfd_create("xen-bugtool-send", MFD_CLOEXEC);

    if (fd < 0 || write(fd, text, len) != (ssize_t)len)
        abort();
    snprintf(path, 40, "/proc/self/fd/%d", fd);
    return fd;
}

/* --- the server's key ---------------------------------------------------- */

static const char *kind_name(enum curl_khtype type)
{
    switch (type) {
    case CURLKHTYPE_RSA:
        return "RSA";
    case CURLKHTYPE_DSS:
        return "DSA";
    case CURLKHTYPE_ECDSA:
        return "ECDSA";
    case CURLKHTYPE_ED25519:
        return "ED25519";
    default:
        return "unknown";
    }
}

static bool trust_once(struct sftp *s, const char *shown)
{
    char question[400];

    snprintf(question, sizeof(question),
             "No known_hosts file has the key of %.200s: %s. Send there?",
             s->login.host, shown);
    return ask_yes(s->job, question, false);
}

static int on_host_key(CURL *curl, const struct curl_khkey *known,
                       const struct curl_khkey *found, enum curl_khmatch match,
                       void *arg)
{
    struct sftp *s = arg;
    char *print, shown[100];

    (void)curl, (void)known;
    if (match == CURLKHMATCH_OK || s->trusted)
        return CURLKHSTAT_FINE;
    print = knownhosts_fingerprint(found->key, found->len);
    snprintf(shown, sizeof(shown), "%s %s", kind_name(found->keytype), print);
    free(print);
    if (match == CURLKHMATCH_MISSING && trust_once(s, shown)) {
        s->trusted = true;
        return CURLKHSTAT_FINE;
    }
    if (match == CURLKHMATCH_MISSING)
        err_set(&s->why, -EPERM,
                "nothing was sent: no known_hosts file has the key of %.100s, "
                "%s; compare it with what the server's administrator says, "
                "then add it (ssh-keyscan %.100s) to the file of --known-hosts",
                s->login.host, shown, s->login.host);
    else
        err_set(&s->why, -EPERM,
                "nothing was sent: the key of %.100s is another one than "
                "known_hosts has: %s; somebody may be in between. If it was "
                "changed for good, remove the old one: ssh-keygen -R %.100s",
                s->login.host, shown, s->login.host);
    return CURLKHSTAT_REJECT;
}

static void set_known_hosts(struct sftp *s)
{
    CURL *curl = transfer_curl(s->t);
    struct buf text = BUF_INIT, lines = BUF_INIT;
    char path[40];

    job_read_file(s->job, "known-hosts", &text);
    knownhosts_filter(buf_str(&text), &lines);
    /* Even if it is empty: without a file no key would be looked at. */
    s->known = memory_file(buf_str(&lines), lines.len, path);
    curl_easy_setopt(curl, CURLOPT_SSH_KNOWNHOSTS, path);
    curl_easy_setopt(curl, CURLOPT_SSH_KEYFUNCTION, on_host_key);
    curl_easy_setopt(curl, CURLOPT_SSH_KEYDATA, s);
    buf_done(&text);
    buf_done(&lines);
}

/* --- who we are ---------------------------------------------------------- */

static bool is_encrypted(const char *key)
{
    /* PEM says so; the OpenSSH form names its cipher, "none", in base64. */
    return strstr(key, "ENCRYPTED") || (strstr(key, "BEGIN OPENSSH") &&
                                        !strstr(key, "AAAABG5vbmUAAAAEbm9u"));
}

static void ask_passphrase(struct sftp *s)
{
    char answer[256];

    if (ask_line(s->job, "Passphrase of the private key: ", true, answer,
                 sizeof(answer)))
        s->login.passphrase = xstrdup(answer);
    explicit_bzero(answer, sizeof(answer));
}

static enum send_result set_login(struct sftp *s, struct err *err)
{
    CURL *curl = transfer_curl(s->t);
    struct login *l = &s->login;
    long types = 0;
    char path[40];

    if (l->private_key) {
        if (is_encrypted(l->private_key) && !l->passphrase)
            ask_passphrase(s);
        s->key = memory_file(l->private_key, strlen(l->private_key), path);
        curl_easy_setopt(curl, CURLOPT_SSH_PRIVATE_KEYFILE, path);
        if (l->passphrase)
            curl_easy_setopt(curl, CURLOPT_KEYPASSWD, l->passphrase);
        types |= CURLSSH_AUTH_PUBLICKEY;
    } else if (!l->password) {
        login_ask(s->job, l);
    }
    if (l->password) {
        curl_easy_setopt(curl, CURLOPT_PASSWORD, l->password);
        types |= CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD;
    }
    curl_easy_setopt(curl, CURLOPT_USERNAME, l->user);
    curl_easy_setopt(curl, CURLOPT_SSH_AUTH_TYPES, types);
    if (types)
        return SEND_DONE;
    err_set(err, -EINVAL,
            "%.160s: expected a password or a private key, with --identity or "
            "in the credentials, see xen-bugtool-credentials(5)",
            s->job->shown);
    return SEND_USAGE;
}

/* --- the rest ------------------------------------------------------------ */

static struct curl_slist *sftp_rename(const char *path, const char *from,
                                      const char *to)
{
    struct curl_slist *list;
    char *line;

    /* "/~/" is libcurl's: what is relative begins at home. */
    if (str_starts(path, "/~/"))
        path += 3;
    line = xasprintf("rename \"%s%s\" \"%s%s\"", path, from, path, to);
    list = curl_slist_append(NULL, line);
    free(line);
    return list;
}

/* libssh2 before 1.11 signs with RSA and SHA-1 alone, which servers of today do
 * not take any more. */
static bool is_old_libssh2(void)
{
    const char *version = curl_version_info(CURLVERSION_NOW)->libssh_version;
    unsigned major, minor;

    return version && sscanf(version, "libssh2/%u.%u", &major, &minor) == 2 &&
           major == 1 && minor < 11;
}

/* PEM says so; the OpenSSH form has the public key near its start. */
static bool is_rsa(const char *key)
{
    const char *at = strstr(key, "BEGIN OPENSSH PRIVATE KEY-----");
    char base64[401];
    unsigned char bytes[301];
    size_t n = 0;
    int len;

    if (!at)
        return strstr(key, "BEGIN RSA") != NULL;
    for (at = strchr(at, '\n'); at && *at && *at != '-' && n < 400; at++)
        if (!strchr("\r\n ", *at))
            base64[n++] = *at;
    len = EVP_DecodeBlock(bytes, (unsigned char *)base64, (int)(n / 4 * 4));
    return len > 0 && memmem(bytes, (size_t)len, "ssh-rsa", 7);
}

static void explain(const struct sftp *s, struct err *err)
{
    const char *key = s->login.private_key;

    if (s->why.text[0]) {
        *err = s->why;
        return;
    }
    if (!is_old_libssh2())
        return;
    if (strstr(err->text, "exchange encryption keys") ||
        strstr(err->text, "establish SSH session"))
        err_set(err, -EIO,
                "%.100s: no kind of host key fits both sides: the libssh2 of "
                "this system is older than 1.11 and knows RSA keys with SHA-1 "
                "alone, which the server does not use. It needs an ED25519 or "
                "ECDSA key there and in known_hosts: ssh-keyscan -t ed25519 "
                "%.100s",
                s->job->shown, s->login.host);
    else if (strstr(err->text, "uthentication") && key && is_rsa(key))
        err_set(err, -EIO,
                "%.160s does not take the private key: it is an RSA key, which "
                "the libssh2 of this system, older than 1.11, can only use "
                "with SHA-1; use an ED25519 key",
                s->job->shown);
}

static enum send_result sftp_send(struct job *job, struct err *err)
{
    static const struct store_kind kind = {sftp_rename, true};
    struct sftp s = {.job = job, .known = -1, .key = -1, .why = ERR_INIT};
    enum send_result r = login_find(job, &s.login, err);

    s.t = transfer_new(job, "sftp");
    if (r == SEND_DONE) {
        set_known_hosts(&s);
        r = set_login(&s, err);
    }
    if (r == SEND_DONE) {
        r = store_send(job, s.t, &kind, job->url, err);
        if (r != SEND_DONE && r != SEND_NO)
            explain(&s, err);
    }
    transfer_free(s.t);
    login_done(&s.login);
    if (s.known >= 0)
        close(s.known);
    if (s.key >= 0)
        close(s.key);
    return r;
}

const struct uploader uploader_sftp = {sftp_send};
