#include "collector/gather/control.h"

#include "collector/base/core/frame.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct control {
    pthread_mutex_t lock;
    int sock;
    struct frame answer;
};

struct control *control_new(int fd)
{
    struct control *c = xcalloc(1, sizeof(*c));

    pthread_mutex_init(&c->lock, NULL);
    c->sock = fd;
    c->answer.fd = -1;
    return c;
}

void control_free(struct control *c)
{
    if (!c)
        return;
    close(c->sock);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

bool control_is_root(const struct control *c)
{
    struct ucred peer;
    socklen_t n = sizeof(peer);

    /* Who made the socket: the master, before we gave up what it has. */
    return !getsockopt(c->sock, SOL_SOCKET, SO_PEERCRED, &peer, &n) &&
           peer.uid == 0;
}

static int lost(struct err *err, int r)
{
    return err_set(err, r < 0 ? r : -EPIPE,
                   "the master process does not answer (was it killed?)");
}

/* Asks under the lock, which stays held on success: the answer lives in c until
 * done().  The master always answers, so no deadline is set here. */
static int ask(struct control *c, enum proto type, const struct buf *question,
               struct fields *f, struct err *err)
{
    int r;

    pthread_mutex_lock(&c->lock);
    r = frame_send(c->sock, type, question ? question->data : NULL,
                   question ? question->len : 0, -1);
    if (r < 0)
        goto fail;
    r = frame_recv(c->sock, &c->answer, -1, -1);
    if (r <= 0)
        goto fail;
    fields_init(f, &c->answer);
    if (c->answer.type == CT_OK)
        return 0;
    if (c->answer.type == CT_ERR) {
        int code = -(int)field_u64(f);

        err_set(err, code < 0 ? code : -EIO, "%s", field_str(f));
        r = code < 0 ? code : -EIO;
        goto out;
    }
    r = -EPROTO;
fail:
    r = lost(err, r);
out:
    pthread_mutex_unlock(&c->lock);
    return r;
}

/* Ends what ask began; checks the answer's form and that it has a descriptor
 * exactly if the caller takes one. */
static int done(struct control *c, struct fields *f, int *fd_out,
                struct err *err)
{
    int r = 0, fd = c->answer.fd;

    c->answer.fd = -1;
    if (!fields_end(f) || (fd >= 0) != (fd_out != NULL))
        r = err_set(err, -EPROTO, "the master process answers nonsense");
    if (!r && fd_out)
        *fd_out = fd;
    else if (fd >= 0)
        close(fd);
    pthread_mutex_unlock(&c->lock);
    return r;
}

int control_reader(struct control *c, uint64_t *id_out, int *sock_out,
                   struct err *err)
{
    struct fields f;
    int r = ask(c, CT_READER, NULL, &f, err);

    if (r)
        return r;
    *id_out = field_u64(&f);
    return done(c, &f, sock_out, err);
}

int control_kill(struct control *c, uint64_t id, bool *left_out, char **where,
                 struct err *err)
{
    struct buf q = BUF_INIT;
    struct fields f;
    int r;

    field_put_u64(&q, id);
    r = ask(c, CT_KILL, &q, &f, err);
    buf_done(&q);
    if (r)
        return r;
    *left_out = field_u64(&f) != 0;
    *where = xstrdup(field_str(&f));
    r = done(c, &f, NULL, err);
    if (r) {
        free(*where);
        *where = NULL;
    }
    return r;
}

int control_output(struct control *c, const char *stem, const char *folder,
                   const char *format, int *fd_out, struct err *err)
{
    struct buf q = BUF_INIT;
    struct fields f;
    int r;

    field_put_str(&q, stem);
    field_put_str(&q, folder);
    field_put_str(&q, format);
    r = ask(c, CT_OUTPUT, &q, &f, err);
    buf_done(&q);
    return r ? r : done(c, &f, fd_out, err);
}

int control_spool(struct control *c, int *fd_out, struct err *err)
{
    struct fields f;
    int r = ask(c, CT_SPOOL, NULL, &f, err);

    return r ? r : done(c, &f, fd_out, err);
}

int control_bundle(struct control *c, int *fd_out, bool *is_dir_out,
                   struct err *err)
{
    struct fields f;
    int r = ask(c, CT_BUNDLE, NULL, &f, err);

    if (r)
        return r;
    *is_dir_out = field_u64(&f) != 0;
    return done(c, &f, fd_out, err);
}

int control_open(struct control *c, const char *rel, struct err *err)
{
    struct buf q = BUF_INIT;
    struct fields f;
    int r, fd = -1;

    field_put_str(&q, rel);
    r = ask(c, CT_OPEN, &q, &f, err);
    buf_done(&q);
    if (!r)
        r = done(c, &f, &fd, err);
    return r ? r : fd;
}

int control_finish(struct control *c, bool keep, char **path_out,
                   char **note_out, struct err *err)
{
    struct buf q = BUF_INIT;
    struct fields f;
    const char *path;
    int r;

    field_put_u64(&q, keep);
    r = ask(c, CT_FINISH, &q, &f, err);
    buf_done(&q);
    if (r)
        return r;
    path = field_str(&f);
    *path_out = *path ? xstrdup(path) : NULL;
    *note_out = xstrdup(field_str(&f));
    r = done(c, &f, NULL, err);
    if (r) {
        free(*path_out);
        free(*note_out);
        *path_out = *note_out = NULL;
    }
    return r;
}

static int ask_input(struct control *c, const char *rel, size_t which,
                     enum input_kind *kind_out, int *fd_out, char **why_out,
                     struct err *err)
{
    struct buf q = BUF_INIT;
    struct fields f;
    uint64_t kind;
    int r;

    *fd_out = -1;
    field_put_str(&q, rel);
    field_put_u64(&q, which);
    r = ask(c, CT_INPUT, &q, &f, err);
    buf_done(&q);
    if (r)
        return r;
    kind = field_u64(&f);
    *kind_out = kind <= INPUT_REFUSED ? (enum input_kind)kind : INPUT_SPECIAL;
    *why_out = xstrdup(field_str(&f));
    r = done(c, &f, kind <= INPUT_FOLDER ? fd_out : NULL, err);
    if (r) {
        free(*why_out);
        *why_out = NULL;
    }
    return r;
}

int control_input(struct control *c, const char *rel, enum input_kind *kind_out,
                  int *fd_out, char **why_out, struct err *err)
{
    return ask_input(c, rel, 0, kind_out, fd_out, why_out, err);
}

int control_operand(struct control *c, size_t which, enum input_kind *kind_out,
                    int *fd_out, char **why_out, struct err *err)
{
    return ask_input(c, "", which, kind_out, fd_out, why_out, err);
}

int control_key(struct control *c, struct err *err)
{
    struct fields f;
    int r = ask(c, CT_KEY, NULL, &f, err);

    return r ? r : done(c, &f, NULL, err);
}

int control_send(struct control *c, int *sock_out, struct err *err)
{
    struct fields f;
    int r = ask(c, CT_SEND, NULL, &f, err);

    return r ? r : done(c, &f, sock_out, err);
}

int control_receipt(struct control *c, int *fd_out, struct err *err)
{
    struct fields f;
    int r = ask(c, CT_RECEIPT, NULL, &f, err);

    return r ? r : done(c, &f, fd_out, err);
}

int control_left(struct control *c, char **text_out, struct err *err)
{
    struct fields f;
    int r = ask(c, CT_LEFT, NULL, &f, err);

    if (r)
        return r;
    *text_out = xstrdup(field_str(&f));
    r = done(c, &f, NULL, err);
    if (r) {
        free(*text_out);
        *text_out = NULL;
    }
    return r;
}

int control_draft(struct control *c, int *fd_out, struct err *err)
{
    struct fields f;
    int r = ask(c, CT_DRAFT, NULL, &f, err);

    return r ? r : done(c, &f, fd_out, err);
}

static uint64_t count(const char *const *list)
{
    uint64_t n = 0;

    while (list[n])
        n++;
    return n;
}

int control_sendmail(struct control *c, const char *const *to,
                     const char *const *cc, int *sock_out, struct err *err)
{
    struct buf q = BUF_INIT;
    struct fields f;
    int r;

    field_put_u64(&q, count(to) + count(cc));
    for (; *to; to++)
        field_put_str(&q, *to);
    for (; *cc; cc++)
        field_put_str(&q, *cc);
    r = ask(c, CT_SENDMAIL, &q, &f, err);
    buf_done(&q);
    return r ? r : done(c, &f, sock_out, err);
}

int control_keep(struct control *c, char **path_out, struct err *err)
{
    struct buf q = BUF_INIT;
    struct fields f;
    char *path;
    int r;

    field_put_u64(&q, path_out != NULL);
    r = ask(c, CT_KEEP, &q, &f, err);
    buf_done(&q);
    if (r)
        return r;
    path = xstrdup(field_str(&f));
    r = done(c, &f, NULL, err);
    if (!r && path_out)
        *path_out = path;
    else
        free(path);
    return r;
}
