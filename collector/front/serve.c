#include "collector/front/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/path.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/deny.h"
#include "collector/front/key.h"
#include "collector/front/draft.h"
#include "collector/front/mailer.h"
#include "collector/front/send.h"
#include "config.h"

#define MAX_SPOOLS 4
#define MAX_PARTS 128
#define MAX_SENDS 64 /* of one session */
#define FINISH_NOTE 1024

/* An answer in the making: fields, or a descriptor with them.  A handler
 * returns 0 and fills it, or a negative code: -EPROTO for nonsense, anything
 * else goes to the worker as CT_ERR. */
struct answer {
    struct buf fields;
    int fd;
    bool close_fd;
};

typedef int handler_fn(struct server *s, struct fields *in, struct answer *out,
                       struct err *err);

static int nonsense(struct err *err, const char *why)
{
    return err_set(err, -EPROTO, "%s", why);
}

struct output_spec serve_output_spec(const struct options *opt,
                                     const struct sandbox_id *worker)
{
    const char *outfd = options_last(opt, OPT_OUTFD);
    struct output_spec spec = {
        .outfile = options_last(opt, OPT_OUTFILE),
        .outfd = outfd ? atoi(outfd) : -1,
        .worker = *worker,
    };

    return spec;
}

static int do_reader(struct server *s, struct fields *in, struct answer *out,
                     struct err *err)
{
    uint64_t id;
    int rc;

    if (!fields_end(in))
        return nonsense(err, "bad fields");
    if (s->asked_bundle)
        return err_set(err, -EPERM, "no readers once a foreign bundle is open");
    rc = readers_start(s->readers, &id, &out->fd, err);
    if (rc)
        return rc;
    out->close_fd = true;
    field_put_u64(&out->fields, id);
    return 0;
}

static int do_kill(struct server *s, struct fields *in, struct answer *out,
                   struct err *err)
{
    uint64_t id = field_u64(in);
    char where[READERS_WHERE_SIZE], text[READERS_WHERE_SIZE];
    bool left;
    int rc;

    if (!fields_end(in))
        return nonsense(err, "bad fields");
    rc = readers_kill(s->readers, id, &left, where, err);
    if (rc)
        return rc;
    field_put_u64(&out->fields, left);
    field_put_str(&out->fields, str_visible(where, text, sizeof(text)));
    return 0;
}

static int do_output(struct server *s, struct fields *in, struct answer *out,
                     struct err *err)
{
    const char *stem = field_str(in), *folder = field_str(in);
    const char *format = field_str(in);

    if (!fields_end(in) || s->asked_output)
        return nonsense(err, "bad fields, or asked twice");
    s->asked_output = true;
    return output_open(s->output, stem, folder, format, &out->fd, err);
}

static int do_spool(struct server *s, struct fields *in, struct answer *out,
                    struct err *err)
{
    if (!fields_end(in) || s->n_spools++ >= MAX_SPOOLS)
        return nonsense(err, "bad fields, or asked too often");
    out->close_fd = true;
    return output_spool(s->output, &out->fd, err);
}

static int do_finish(struct server *s, struct fields *in, struct answer *out,
                     struct err *err)
{
    uint64_t keep = field_u64(in);
    struct buf path = BUF_INIT, note = BUF_INIT;
    int rc;

    if (!fields_end(in) || keep > 1)
        return nonsense(err, "bad fields");
    /* A bundle that has its name must be told of: no memory is asked for from
     * there on. */
    buf_room(&path, PATH_MAX);
    buf_room(&note, FINISH_NOTE);
    buf_room(&out->fields, PATH_MAX + 2 * FINISH_NOTE);
    rc = output_finish(s->output, keep, &path, &note, err);
    if (!rc) {
        s->finished = true;
        s->kept = keep;
        field_put_str(&out->fields, buf_str(&path));
        field_put_str(&out->fields, buf_str(&note));
        if (path.len)
            s->made_path = buf_take(&path);
    }
    buf_done(&path);
    buf_done(&note);
    return rc;
}

static int do_left(struct server *s, struct fields *in, struct answer *out,
                   struct err *err)
{
    struct buf text = BUF_INIT;

    if (!fields_end(in))
        return nonsense(err, "bad fields");
    readers_left(s->readers, &text);
    field_put_str(&out->fields, buf_str(&text));
    buf_done(&text);
    return 0;
}

/* --- a foreign bundle --------------------------------------------------- */

int serve_open_plain(int dir, const char *name, int flags, struct stat *st)
{
    int fd = openat(dir, name, O_PATH | O_CLOEXEC | flags), r;

    if (fd < 0)
        return -errno;
    if (fstat(fd, st))
        r = -errno;
    else if (S_ISDIR(st->st_mode))
        r = path_reopen(fd, O_RDONLY | O_DIRECTORY);
    else if (S_ISREG(st->st_mode))
        r = path_reopen(fd, O_RDONLY);
    else
        r = -EBADF;
    close(fd);
    return r;
}

static int open_bundle(struct server *s, const char *path, struct err *err)
{
    struct stat st, manifest;
    int fd = serve_open_plain(AT_FDCWD, path, 0, &st), probe;

    if (fd == -EBADF)
        return err_set(err, -EINVAL,
                       "%.255s is neither a file nor a folder, so no bundle",
                       path);
    if (fd < 0)
        return err_sys(err, -fd, "cannot open the bundle %.255s", path);
    if (S_ISDIR(st.st_mode)) {
        probe = serve_open_plain(fd, "manifest.json", O_NOFOLLOW, &manifest);
        if (probe >= 0)
            close(probe);
        if (probe < 0 || !S_ISREG(manifest.st_mode)) {
            close(fd);
            return err_set(err, -EINVAL,
                           "the folder %.255s holds no manifest.json, so it is "
                           "no bundle",
                           path);
        }
    }
    s->bundle = fd;
    s->bundle_is_dir = S_ISDIR(st.st_mode);
    return 0;
}

/* Once collect is done: its own bundle, to be looked through and sent. */
static int do_made(struct server *s, struct fields *in, struct answer *out,
                   struct err *err)
{
    bool is_dir = false;

    if (!fields_end(in))
        return nonsense(err, "bad fields");
    out->fd = s->made;
    if (out->fd < 0)
        out->fd = output_reopen(s->output, &is_dir, err);
    if (out->fd < 0)
        return out->fd;
    if (is_dir) { /* CT_OPEN is about this one from now on */
        if (s->bundle >= 0)
            close(s->bundle);
        s->bundle = out->fd;
        s->bundle_is_dir = true;
    } else {
        s->made = out->fd;
    }
    field_put_u64(&out->fields, is_dir);
    return 0;
}

/* From here on the worker reads bytes that somebody else chose.  Should they
 * get the better of it, it must not have root's eyes and hands: its readers are
 * ended and it gets no others. */
static int do_bundle(struct server *s, struct fields *in, struct answer *out,
                     struct err *err)
{
    const char *path = options_last(s->opt, OPT_REPLAY);
    int rc;

    if (s->finished)
        return do_made(s, in, out, err);
    if (!path && s->opt->n_operands)
        path = s->opt->operands[0];
    if (!fields_end(in) || !path)
        return nonsense(err, "bad fields, or no bundle was named");
    s->asked_bundle = true;
    readers_kill_all(s->readers);
    if (s->bundle < 0) {
        rc = open_bundle(s, path, err);
        if (rc)
            return rc;
    }
    field_put_u64(&out->fields, s->bundle_is_dir);
    out->fd = s->bundle;
    return 0;
}

/* One name of a path below a bundle's folder. */
static int open_part(int dir, const char *name, size_t n, bool last,
                     struct stat *st)
{
    char part[NAME_MAX + 1];
    int fd;

    if (!n || n >= sizeof(part))
        return -EINVAL;
    memcpy(part, name, n);
    part[n] = '\0';
    if (!strcmp(part, ".") || !strcmp(part, ".."))
        return -EINVAL;
    if (last)
        return serve_open_plain(dir, part, O_NOFOLLOW, st);
    fd = openat(dir, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* Walks rel below dir, name by name, never over a link.  Not openat2: the walk
 * gives the same, and on kernels before 5.6 too. */
static int open_below(int dir, const char *rel, struct stat *st)
{
    int at = dir;

    for (int i = 0; i < MAX_PARTS; i++) {
        size_t n = strcspn(rel, "/");
        bool last = !rel[n];
        int fd = open_part(at, rel, n, last, st);

        if (at != dir)
            close(at);
        if (fd < 0 || last)
            return fd;
        at = fd;
        rel += n + 1;
    }
    close(at);
    return -ENAMETOOLONG;
}

static int do_open(struct server *s, struct fields *in, struct answer *out,
                   struct err *err)
{
    const char *rel = field_str(in);
    struct stat st, top;
    int fd;

    if (!fields_end(in) || s->bundle < 0 || !s->bundle_is_dir)
        return nonsense(err, "bad fields, or the bundle is no folder");
    fd = open_below(s->bundle, rel, &st);
    if (fd == -ELOOP || fd == -EBADF || fd == -ENOTDIR)
        return err_set(err, -EINVAL, "'%.255s' is no plain file in a folder",
                       rel);
    if (fd < 0)
        return err_sys(err, -fd, "cannot open '%.255s' of the bundle", rel);
    /* A second name for a file of another owner: whoever made the folder may
     * have linked what they cannot read themselves. */
    if (!S_ISREG(st.st_mode) || fstat(s->bundle, &top) ||
        (st.st_nlink > 1 && st.st_uid != top.st_uid)) {
        close(fd);
        return err_set(err, -EINVAL, "'%.255s' is no plain file of the bundle",
                       rel);
    }
    out->fd = fd;
    out->close_fd = true;
    return 0;
}

/* --- what redact reads --------------------------------------------------- */

/* What the user names is read, secret or not, since it comes out redacted; but
 * neither what reading takes from others, or never ends, nor our own key. */
static const char *refuse_operand(const char *path)
{
    static const char *const below[] = {"/dev/", "/proc/", "/sys/",
                                        SYSCONFDIR "/xen-bugtool/"};
    char *real = realpath(path, NULL);
    const char *why = NULL;

    for (size_t i = 0; real && i < sizeof(below) / sizeof(below[0]); i++)
        if (str_starts(real, below[i]))
            why = deny_file(real, true);
    free(real);
    return why;
}

/* An operand of redact or diagnose itself. */
static int open_operand(struct server *s, uint64_t which, struct stat *st,
                        struct err *err)
{
    const char *path = s->opt->operands[which], *why = refuse_operand(path);
    int fd;

    if (why)
        return err_set(err, -EPERM, "%.255s is never read: %s", path, why);
    fd = serve_open_plain(AT_FDCWD, path, 0, st);
    if (fd < 0 && fd != -EBADF)
        return err_sys(err, -fd, "cannot open %.255s", path);
    if (fd >= 0 && S_ISDIR(st->st_mode) && s->input < 0 && !which) {
        s->input = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        s->input_path = realpath(path, NULL);
        s->input_dev = st->st_dev;
        s->input_uid = st->st_uid;
    }
    return fd;
}

/* Why a part of a tree is left out, NULL if it is not.  As for a bundle's
 * folder, another owner's file under a second name may be planted. */
static const char *refuse_part(const struct server *s, const char *rel,
                               const struct stat *st)
{
    char *path = xasprintf("%s/%s", s->input_path ? s->input_path : "", rel);
    const char *why = NULL;

    if (S_ISDIR(st->st_mode))
        why = st->st_dev != s->input_dev ? "another file system"
                                         : deny_folder(path);
    else if (S_ISREG(st->st_mode) && st->st_nlink > 1 &&
             st->st_uid != s->input_uid)
        why = "another owner's file under a second name";
    else if (S_ISREG(st->st_mode))
        why = deny_file(path, false);
    free(path);
    return why;
}

static int do_input(struct server *s, struct fields *in, struct answer *out,
                    struct err *err)
{
    const char *rel = field_str(in), *why = NULL;
    uint64_t which = field_u64(in);
    enum input_kind kind = INPUT_SPECIAL;
    struct stat st;
    int fd;

    if (!fields_end(in) || which >= s->opt->n_operands ||
        (*rel && s->input < 0))
        return nonsense(err, "bad fields, or nothing was named");
    s->asked_bundle = true;
    readers_kill_all(s->readers);
    fd = *rel ? open_below(s->input, rel, &st)
              : open_operand(s, which, &st, err);
    if (fd < 0 && fd != -EBADF)
        return *rel ? err_sys(err, -fd, "cannot open '%.255s'", rel) : fd;
    if (*rel)
        why = refuse_part(s, rel, &st);
    if (why)
        kind = INPUT_REFUSED;
    else if (fd >= 0)
        kind = S_ISDIR(st.st_mode) ? INPUT_FOLDER : INPUT_FILE;
    else if (S_ISLNK(st.st_mode))
        kind = INPUT_LINK;
    field_put_u64(&out->fields, kind);
    field_put_str(&out->fields, why ? why : "");
    out->close_fd = true;
    out->fd = fd;
    if (why && fd >= 0) {
        close(fd);
        out->fd = -1;
    }
    return 0;
}

/* --- the key ------------------------------------------------------------ */

static int do_key(struct server *s, struct fields *in, struct answer *out,
                  struct err *err)
{
    (void)out;
    if (!fields_end(in) || !options_has(s->opt, OPT_INIT))
        return nonsense(err, "bad fields, or no key was asked for");
    return key_make(err);
}

/* --- delivery ------------------------------------------------------------ */

/* What is sent, and where it lies; to be freed.  It is the very file that the
 * worker was given to look through. */
static char *sent_bundle(const struct server *s, int *fd_out)
{
    if (s->finished) {
        *fd_out = s->made;
        return s->made < 0 ? NULL : xstrdup(s->made_path);
    }
    *fd_out = s->bundle;
    return s->bundle < 0 || s->bundle_is_dir || !s->opt->n_operands
               ? NULL
               : realpath(s->opt->operands[0], NULL);
}

static int do_send(struct server *s, struct fields *in, struct answer *out,
                   struct err *err)
{
    int fd, rc;
    char *path = sent_bundle(s, &fd);

    if (!fields_end(in) || !path || s->n_sends++ >= MAX_SENDS)
        rc = nonsense(err, "bad fields, no bundle, or asked too often");
    else
        rc = send_start(&s->send, s->opt, fd, path, &out->fd, err);
    out->close_fd = true;
    free(path);
    return rc;
}

static int do_receipt(struct server *s, struct fields *in, struct answer *out,
                      struct err *err)
{
    int fd, rc;
    char *path = sent_bundle(s, &fd);

    if (!fields_end(in) || !path)
        rc = nonsense(err, "bad fields, or no bundle");
    else
        rc = send_receipt(fd, path, &out->fd, err);
    out->close_fd = true;
    free(path);
    return rc;
}

/* --- mail ---------------------------------------------------------------- */

static int do_draft(struct server *s, struct fields *in, struct answer *out,
                    struct err *err)
{
    int fd, rc;
    char *path = sent_bundle(s, &fd);

    if (!fields_end(in) || !path || s->n_sends++ >= MAX_SENDS) {
        rc = nonsense(err, "bad fields, no bundle, or asked too often");
    } else {
        draft_free(s->draft);
        rc = draft_new(fd, path, &s->send.id, &s->draft, &out->fd, err);
    }
    free(path);
    return rc;
}

/* Where the command line says who gets mail, nobody else does. */
static bool may_get_mail(const struct options *opt, const char *address)
{
    const char *url =
        opt->n_operands > 1 ? opt->operands[1] : options_last(opt, OPT_UPLOAD);
    /* In a session another place can be asked for than the first. */
    char *copy = url && str_starts(url, "mailto:") ? xstrdup(url) : NULL;
    bool may = !copy;

    if (copy) {
        str_percent_decode(copy);
        may = strstr(copy, address) != NULL;
    }
    free(copy);
    return may;
}

static int do_sendmail(struct server *s, struct fields *in, struct answer *out,
                       struct err *err)
{
    const char *to[MAILER_ADDRESSES + 1] = {NULL};
    const char *program = options_last(s->opt, OPT_SENDMAIL);
    uint64_t n = field_u64(in);
    int fd;

    for (uint64_t i = 0; i < n && i < MAILER_ADDRESSES; i++)
        to[i] = field_str(in);
    if (!fields_end(in) || !n || !program || !s->draft ||
        s->n_sends++ >= MAX_SENDS)
        return nonsense(err, "bad fields, no mail, or no --sendmail");
    for (size_t i = 0; to[i]; i++)
        if (!may_get_mail(s->opt, to[i]))
            return nonsense(err, "nobody asked for mail to there");
    fd = draft_rewind(s->draft, err);
    out->close_fd = true;
    return fd < 0 ? fd : mailer_start(program, fd, to, &out->fd, err);
}

static int do_keep(struct server *s, struct fields *in, struct answer *out,
                   struct err *err)
{
    bool keep = field_u64(in) != 0;
    struct buf path = BUF_INIT;
    int rc = 0;

    if (!fields_end(in) || !s->draft)
        return nonsense(err, "bad fields, or no mail");
    if (keep)
        rc = draft_keep(s->draft, &path, err);
    field_put_str(&out->fields, buf_str(&path));
    buf_done(&path);
    draft_free(s->draft);
    s->draft = NULL;
    return rc;
}

/* --- the table ---------------------------------------------------------- */

static const struct {
    enum proto type;
    const char *name;
    unsigned commands;
    handler_fn *fn;
} handlers[] = {
    {CT_READER, "CT_READER", CMD_ALL, do_reader},
    {CT_KILL, "CT_KILL", CMD_ALL, do_kill},
    {CT_LEFT, "CT_LEFT", CMD_ALL, do_left},
    {CT_INPUT, "CT_INPUT", CMD_REDACT | CMD_DIAGNOSE, do_input},
    {CT_KEY, "CT_KEY", CMD_KEY, do_key},
    {CT_OUTPUT, "CT_OUTPUT", CMD_COLLECT | CMD_REDACT | CMD_REPORT, do_output},
    {CT_SPOOL, "CT_SPOOL", CMD_COLLECT | CMD_REDACT, do_spool},
    {CT_FINISH, "CT_FINISH", CMD_COLLECT | CMD_REDACT | CMD_REPORT, do_finish},
    {CT_BUNDLE, "CT_BUNDLE",
     CMD_COLLECT | CMD_INSPECT | CMD_VERIFY | CMD_REDACT | CMD_REPORT |
         CMD_DIAGNOSE | CMD_UPLOAD,
     do_bundle},
    {CT_SEND, "CT_SEND", CMD_COLLECT | CMD_UPLOAD, do_send},
    {CT_RECEIPT, "CT_RECEIPT", CMD_COLLECT | CMD_UPLOAD, do_receipt},
    {CT_DRAFT, "CT_DRAFT", CMD_COLLECT | CMD_UPLOAD, do_draft},
    {CT_SENDMAIL, "CT_SENDMAIL", CMD_COLLECT | CMD_UPLOAD, do_sendmail},
    {CT_KEEP, "CT_KEEP", CMD_COLLECT | CMD_UPLOAD, do_keep},
    {CT_OPEN, "CT_OPEN",
     CMD_COLLECT | CMD_INSPECT | CMD_VERIFY | CMD_REDACT | CMD_REPORT |
         CMD_DIAGNOSE,
     do_open},
};

static int reply(struct server *s, int rc, struct answer *a, struct err *e)
{
    if (rc) {
        buf_reset(&a->fields);
        field_put_u64(&a->fields, (uint64_t)-rc);
        field_put_str(&a->fields, e->text);
    }
    return frame_send(s->sock, rc ? CT_ERR : CT_OK, buf_str(&a->fields),
                      a->fields.len, rc ? -1 : a->fd);
}

int serve(struct server *s, const struct frame *f, struct err *err)
{
    struct answer a = {BUF_INIT, -1, false};
    struct err why = ERR_INIT;
    struct fields in;
    size_t i = 0;
    int rc;

    while (i < sizeof(handlers) / sizeof(handlers[0]) &&
           handlers[i].type != f->type)
        i++;
    if (i == sizeof(handlers) / sizeof(handlers[0]) || f->fd >= 0)
        return err_set(err, -EPROTO, "message 0x%x", f->type);
    if (!(handlers[i].commands & s->opt->command->bit))
        return err_set(err, -EPROTO, "%s, which %s does not need",
                       handlers[i].name, s->opt->command->name);
    fields_init(&in, f);
    rc = handlers[i].fn(s, &in, &a, &why);
    if (rc == -EPROTO)
        rc = err_set(err, rc, "%s (%s)", handlers[i].name, why.text);
    else
        rc = reply(s, rc, &a, &why);
    if (a.close_fd && a.fd >= 0)
        close(a.fd);
    buf_done(&a.fields);
    return rc;
}
