#include "collector/deliver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/url.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/deliver_mail.h"
#include "collector/receipt.h"
#include "collector/rules.h"
#include "collector/verify.h"

#define SUMMARY "summary.txt"
#define MAX_JOINED 108 /* bytes of a list in a message */
#define MAX_SUMMARY 48000u
#define MAX_TEXTS 32
#define MAX_PROBLEMS_SHOWN 20
#define SUM_BYTES 65536

struct delivery {
    const struct options *opt;
    struct control *ctl;
    struct stop *stop;
    char *path;
    struct buf summary;
    struct package_scan package;
    /* Built-in rules that were weakened, when it was made, and those that it is
     * looked through with; NULL: none. */
    char *weakened, *weakened_here;
    uint64_t n_shown, size;
    char sha256[SHA256_HEX];
    /* Kept after the look, for what is typed until it is sent. */
    struct verify *verify;
    struct deep *deep;
    struct text {
        char *name, *value;
        bool typed;
    } texts[MAX_TEXTS];
    size_t n_texts;
};

struct delivery *delivery_new(const struct options *opt, struct control *ctl,
                              struct stop *stop, const char *path)
{
    struct delivery *d = xcalloc(1, sizeof(*d));

    d->opt = opt;
    d->ctl = ctl;
    d->stop = stop;
    d->path = xstrdup(path);
    return d;
}

void delivery_free(struct delivery *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n_texts; i++) {
        free(d->texts[i].name);
        free(d->texts[i].value);
    }
    deep_free(d->deep);
    verify_free(d->verify);
    buf_done(&d->summary);
    free(d->weakened);
    free(d->weakened_here);
    free(d->path);
    free(d);
}

static const struct text *find_text(const struct delivery *d, const char *name)
{
    for (size_t i = 0; i < d->n_texts; i++)
        if (!strcmp(d->texts[i].name, name))
            return &d->texts[i];
    return NULL;
}

static void tell(struct delivery *d, const char *name, const char *value,
                 bool typed)
{
    struct text *t = (struct text *)find_text(d, name);

    if (!t && d->n_texts == MAX_TEXTS)
        return;
    if (!t) {
        t = &d->texts[d->n_texts++];
        t->name = xstrdup(name);
        t->value = NULL;
    }
    free(t->value);
    t->value = xstrdup(value);
    t->typed = typed;
}

void delivery_tell(struct delivery *d, const char *name, const char *value)
{
    tell(d, name, value, false);
}

void delivery_tell_typed(struct delivery *d, const char *name,
                         const char *value)
{
    tell(d, name, value, true);
}

const char *delivery_text(const struct delivery *d, const char *name)
{
    const struct text *t = find_text(d, name);

    return t ? t->value : "";
}

const struct options *delivery_options(const struct delivery *d)
{
    return d->opt;
}

const char *delivery_path(const struct delivery *d)
{
    return d->path;
}

uint64_t delivery_size(const struct delivery *d)
{
    return d->size;
}

const char *delivery_sha256(const struct delivery *d)
{
    return d->sha256;
}

/* --- the look ------------------------------------------------------------ */

static void on_problem(void *arg, const char *text)
{
    struct delivery *d = arg;

    if (d->n_shown++ < MAX_PROBLEMS_SHOWN)
        log_msg(LOG_NOTE, "%s", text);
}

/* To be freed; NULL for an empty list. */
static char *join(char *const *list)
{
    struct buf b = BUF_INIT;
    size_t more = 0;

    for (; list && *list; list++) {
        if (b.len && (more || b.len + strlen(*list) > MAX_JOINED))
            more++;
        else
            buf_addf(&b, "%s%.*s%s", b.len ? ", " : "", MAX_JOINED, *list,
                     strlen(*list) > MAX_JOINED ? "..." : "");
    }
    if (more)
        buf_addf(&b, " and %zu more", more);
    return b.len ? buf_take(&b) : NULL;
}

static void on_head(void *arg, const struct manifest_head *head)
{
    struct delivery *d = arg;

    free(d->weakened);
    d->weakened = join(head->rules_overrides);
    delivery_tell(d, "privacy", head->options.privacy);
    delivery_tell(d, "xen", head->host.xen ? head->host.xen : "");
    delivery_tell(d, "kernel", head->host.kernel ? head->host.kernel : "");
    delivery_tell(d, "machine", head->host.machine ? head->host.machine : "");
    delivery_tell(d, "tool", head->tool_version);
    delivery_tell(d, "case",
                  head->options.case_id ? head->options.case_id : "");
    delivery_tell(d, "note", head->options.note ? head->options.note : "");
}

static void on_member(void *arg, const char *name, const char *data, size_t n)
{
    struct delivery *d = arg;
    size_t room = MAX_SUMMARY - d->summary.len;

    if (!strcmp(name, SUMMARY))
        buf_add(&d->summary, data, n < room ? n : room);
    else if (!strcmp(name, PACKAGE_MEMBER))
        package_scan_feed(&d->package, data, n);
}

/* Of the file as it lies there; what is sent is held against it. */
static int sum_up(struct delivery *d, int fd, struct err *err)
{
    struct sha256 *h = sha256_new();
    char *block = xmalloc(SUM_BYTES);
    ssize_t n;

    while ((n = pread(fd, block, SUM_BYTES, (off_t)d->size)) > 0) {
        sha256_update(h, block, (size_t)n);
        d->size += (uint64_t)n;
    }
    sha256_hex(h, d->sha256);
    sha256_free(h);
    free(block);
    return n < 0 ? err_sys(err, errno, "cannot read %.255s", d->path) : 0;
}

static int look_through(struct delivery *d, int fd, struct err *err)
{
    struct verify_counts counts = {0};
    struct unpack *u = NULL;
    char before[SHA256_HEX];
    int r = sum_up(d, fd, err);

    memcpy(before, d->sha256, sizeof(before));
    if (!r)
        r = unpack_new(fd, NULL, NULL, &u, err);
    if (!r)
        r = verify_run(d->verify, u, false, &counts, err);
    unpack_free(u);
    if (r)
        return r;
    if (counts.problems)
        return err_set(err, -EPERM,
                       "%.255s is not sent: a look through it (verify --deep) "
                       "found %llu problem%s%s",
                       d->path, (unsigned long long)counts.problems,
                       counts.problems == 1 ? "" : "s",
                       counts.left ? "; xen-bugtool redact makes a bundle "
                                     "without these secrets"
                                   : "");
    /* Whoever may write the file could exchange it while it was read. */
    d->size = 0;
    r = sum_up(d, fd, err);
    if (!r && strcmp(before, d->sha256))
        r = err_set(err, -EPERM,
                    "%.255s is not sent: it was changed while it was looked "
                    "through",
                    d->path);
    return r;
}

static int check_rules(const struct delivery *d, struct err *err)
{
    if (options_has(d->opt, OPT_ALLOW_WEAKENED) ||
        (!d->weakened && !d->weakened_here))
        return 0;
    if (d->weakened)
        return err_set(err, -EPERM,
                       "%.200s is not sent: it was made with weakened "
                       "redaction rules (%.123s); --allow-weakened-rules sends "
                       "it all the same",
                       d->path, d->weakened);
    return err_set(err, -EPERM,
                   "%.199s is not sent: the redaction rules of this host are "
                   "weakened (%.123s), so that a look through it misses what "
                   "they hide; --allow-weakened-rules sends it all the same",
                   d->path, d->weakened_here);
}

static void find_weakened(struct delivery *d)
{
    char **files, **overrides;

    rules_tell(deep_rules(d->deep), &files, &overrides);
    free(d->weakened_here);
    d->weakened_here = join(overrides);
    str_list_free(files);
    str_list_free(overrides);
}

static void look_at_url(const struct delivery *d, const char *name,
                        const char *url)
{
    char *plain = xstrdup(url);

    for (char *p = plain; *p; p++) /* as in forms, a + is a blank */
        if (*p == '+')
            *p = ' ';
    str_percent_decode(plain);
    deep_text(d->deep, name, plain);
    free(plain);
}

/* What the user has just typed goes along as it is, unlike the note of a
 * collection, which is redacted with all the rest. */
static int look_at_typed(struct delivery *d, const char *url, struct err *err)
{
    static const struct {
        enum opt_id id;
        const char *name;
    } words[] = {{OPT_NOTE, "--note"},
                 {OPT_EXPECTED, "--expected"},
                 {OPT_TRIED, "--tried"},
                 {OPT_FROM, "--from"},
                 {OPT_IN_REPLY_TO, "--in-reply-to"},
                 {OPT_DEBBUGS, "--debbugs"}};
    uint64_t before = d->n_shown;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *text = options_last(d->opt, words[i].id);

        if (text &&
            (words[i].id != OPT_NOTE || d->opt->command->bit == CMD_UPLOAD))
            deep_text(d->deep, words[i].name, text);
    }
    for (size_t i = 0; i < d->n_texts; i++)
        if (d->texts[i].typed)
            deep_text(d->deep, d->texts[i].name, d->texts[i].value);
    /* Of a mail and a new bug, the URL has words that others will read. */
    if (str_starts(url, "mailto:") || str_starts(url, "bugzilla+"))
        look_at_url(d, "the URL", url);
    if (options_has(d->opt, OPT_LINK))
        look_at_url(d, "--link", options_last(d->opt, OPT_LINK));
    if (d->n_shown == before)
        return 0;
    /* In a session another delivery may follow. */
    for (size_t i = 0; i < d->n_texts; i++)
        if (d->texts[i].typed)
            d->texts[i].value[0] = '\0';
    return err_set(err, -EPERM,
                   "what was typed must not leave as it is; say it without "
                   "that");
}

int delivery_check(struct delivery *d, struct err *err)
{
    struct verify_spec spec = {
        .problem = on_problem, .head = on_head, .member = on_member, .arg = d};
    const char *slash = strrchr(d->path, '/');
    bool folder = false;
    int fd = -1, r;

    d->verify = verify_new(&spec);
    /* No reader serves whoever has read a foreign bundle: the rules of this
     * host are out of reach. */
    if (options_has(d->opt, OPT_REPLAY))
        r = err_set(err, -ENOTSUP,
                    "what --replay has made is sent by itself: xen-bugtool "
                    "upload %.255s URL",
                    d->path);
    else
        r = deep_new(d->opt, d->ctl, verify_secret, d->verify, &d->deep, err);
    if (!r) {
        find_weakened(d);
        verify_look_for(d->verify, d->deep, NULL);
        deep_name(d->deep, slash ? slash + 1 : d->path);
        log_progress("Looking through %s", d->path);
        r = control_bundle(d->ctl, &fd, &folder, err);
    }
    if (!r && folder)
        r = err_set(err, -ENOTSUP,
                    "%.255s is a folder; only a packed bundle can be sent",
                    d->path);
    if (!r)
        r = look_through(d, fd, err);
    if (!r)
        r = check_rules(d, err);
    if (!r) {
        delivery_tell(d, "sha256", d->sha256);
        delivery_tell(d, "summary", buf_str(&d->summary));
        delivery_tell(d, "xen-package", d->package.version);
    }
    log_progress("%s", "");
    if (fd >= 0)
        close(fd);
    return r;
}

/* --- sending ------------------------------------------------------------- */

const char *delivery_url(const struct options *opt)
{
    if (opt->command->bit == CMD_UPLOAD && opt->n_operands > 1)
        return opt->operands[1];
    return options_last(opt, OPT_UPLOAD);
}

static int send_text(int sock, const char *name, const char *value)
{
    struct buf b = BUF_INIT;
    int r;

    field_put_str(&b, name);
    field_put_str(&b, value);
    r = frame_send(sock, SD_TEXT, b.data, b.len, -1);
    buf_done(&b);
    return r;
}

static int tell_all(const struct delivery *d, int sock, const char *url,
                    struct err *err)
{
    int r = send_text(sock, "url", url);

    for (size_t i = 0; !r && i < d->n_texts; i++)
        r = send_text(sock, d->texts[i].name, d->texts[i].value);
    if (r)
        err_sys(err, -r, "the sending program does not listen");
    if (!r && deliver_mail_is(d->opt, url))
        r = deliver_mail_give(d->ctl, sock, err);
    return r ? r : frame_send(sock, SD_GO, NULL, 0, -1);
}

static void take_end(const struct frame *f, struct delivered *out)
{
    struct fields in;
    uint64_t result;

    fields_init(&in, f);
    result = field_u64(&in);
    out->text = xstrdup(field_str(&in));
    out->answer = xstrdup(field_str(&in));
    out->where = xstrdup(field_str(&in));
    out->tries = field_u64(&in);
    out->room = field_u64(&in);
    out->result = fields_end(&in) && result <= SEND_LARGE
                      ? (enum send_result)result
                      : SEND_FAILED;
}

/* Waits for the end; closing the socket ends the other side too. */
static void wait_end(const struct delivery *d, int sock, struct delivered *out)
{
    struct frame *f = xmalloc(sizeof(*f));
    int r = frame_recv(sock, f, -1, d->stop ? stop_fd(d->stop) : -1);

    if (r == 1 && f->fd >= 0)
        close(f->fd);
    if (r == 1 && f->type == SD_END) {
        take_end(f, out);
    } else {
        out->result = r == -EINTR ? SEND_NO : SEND_FAILED;
        out->text = xstrdup(r == -EINTR ? "stopped by a signal"
                                        : "the sending program has ended");
        out->answer = xstrdup("");
        out->where = xstrdup("");
    }
    log_progress("%s", "");
    free(f);
}

static void keep_receipt(const struct delivery *d, const char *url,
                         const struct delivered *done, const char *result)
{
    struct receipt_line line = {
        .url = url,
        .sha256 = d->sha256,
        .size = d->size,
        .result = result,
        .hasty = d->stop && stop_reason(d->stop) != STOP_NONE,
        .text = done ? done->text : "",
        .answer = done ? done->answer : "",
        .where = done ? done->where : "",
        .tries = done ? done->tries : 0,
    };
    struct err err = ERR_INIT;
    int fd = -1;

    if (control_receipt(d->ctl, &fd, &err) || receipt_add(fd, &line, &err))
        log_msg(LOG_WARN, "no receipt: %s", err.text);
    if (fd >= 0)
        close(fd);
}

/* The mail is written, or was not to be: r is what came so far. */
static int finish_mail(struct delivery *d, const char *url,
                       struct delivered *out, int r, struct err *err)
{
    char *path = NULL;
    int sock = -1;

    if (!r && out->result == SEND_DONE)
        r = deliver_mail_finish(d->opt, d->ctl, url, &sock, &path, err);
    if (sock >= 0) {
        delivered_done(out);
        wait_end(d, sock, out);
        close(sock);
    }
    if (path) {
        free(out->where);
        out->where = path;
        out->draft = true;
    } else {
        deliver_mail_drop(d->ctl);
    }
    return r;
}

int delivery_send(struct delivery *d, const char *url, struct delivered *out,
                  struct err *err)
{
    int sock, r;

    memset(out, 0, sizeof(*out));
    r = url_check(url, err);
    if (!r)
        r = look_at_typed(d, url, err);
    if (r)
        return r;
    r = control_send(d->ctl, &sock, err);
    if (r) /* whose -EPERM is about a file, such as one with passwords */
        return r == -EPERM ? -EACCES : r;
    r = tell_all(d, sock, url, err);
    if (!r)
        wait_end(d, sock, out);
    close(sock);
    /* What is too large for a mail or a bug is told of by it; but not where the
     * address has a part that nobody else is to see. */
    if (!r && out->result == SEND_DONE && str_starts(out->where, "https://") &&
        str_starts(url, "https://") && !strchr(url, '?'))
        delivery_tell(d, "link", out->where);
    if (deliver_mail_is(d->opt, url))
        r = finish_mail(d, url, out, r, err);
    if (!r)
        keep_receipt(d, url, out,
                     out->draft                 ? "drafted"
                     : out->result == SEND_DONE ? "delivered"
                     : out->result == SEND_NO   ? "stopped"
                                                : "failed");
    return r;
}

void delivered_done(struct delivered *d)
{
    free(d->text);
    free(d->answer);
    free(d->where);
    memset(d, 0, sizeof(*d));
}

int delivery_queue(struct delivery *d, const char *url, struct err *err)
{
    int r = url_check(url, err);

    if (!r)
        r = look_at_typed(d, url, err);
    if (!r)
        keep_receipt(d, url, NULL, "queued");
    return r;
}
