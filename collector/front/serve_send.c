/* serve_send.c: starts what sends a bundle, and writes what lies beside it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/draft.h"
#include "collector/front/mailer.h"
#include "collector/front/send.h"
#include "collector/front/serve_parts.h"

#define MAX_SENDS 64 /* of one session */

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

int serve_send(struct server *s, struct fields *in, struct answer *out,
               struct err *err)
{
    int fd, rc;
    char *path = sent_bundle(s, &fd);

    if (!fields_end(in) || !path || s->n_sends++ >= MAX_SENDS)
        rc = serve_nonsense(err, "bad fields, no bundle, or asked too often");
    else
        rc = send_start(&s->send, s->opt, fd, path, &out->fd, err);
    out->close_fd = true;
    free(path);
    return rc;
}

int serve_receipt(struct server *s, struct fields *in, struct answer *out,
                  struct err *err)
{
    int fd, rc;
    char *path = sent_bundle(s, &fd);

    if (!fields_end(in) || !path)
        rc = serve_nonsense(err, "bad fields, or no bundle");
    else
        rc = send_receipt(fd, path, &out->fd, err);
    out->close_fd = true;
    free(path);
    return rc;
}

/* --- mail ---------------------------------------------------------------- */

int serve_draft(struct server *s, struct fields *in, struct answer *out,
                struct err *err)
{
    int fd, rc;
    char *path = sent_bundle(s, &fd);

    if (!fields_end(in) || !path || s->n_sends++ >= MAX_SENDS) {
        rc = serve_nonsense(err, "bad fields, no bundle, or asked too often");
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

int serve_sendmail(struct server *s, struct fields *in, struct answer *out,
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
        return serve_nonsense(err, "bad fields, no mail, or no --sendmail");
    for (size_t i = 0; to[i]; i++)
        if (!may_get_mail(s->opt, to[i]))
            return serve_nonsense(err, "nobody asked for mail to there");
    fd = draft_rewind(s->draft, err);
    out->close_fd = true;
    return fd < 0 ? fd : mailer_start(program, fd, to, &out->fd, err);
}

int serve_keep(struct server *s, struct fields *in, struct answer *out,
               struct err *err)
{
    bool keep = field_u64(in) != 0;
    struct buf path = BUF_INIT;
    int rc = 0;

    if (!fields_end(in) || !s->draft)
        return serve_nonsense(err, "bad fields, or no mail");
    if (keep)
        rc = draft_keep(s->draft, &path, err);
    field_put_str(&out->fields, buf_str(&path));
    buf_done(&path);
    draft_free(s->draft);
    s->draft = NULL;
    return rc;
}
