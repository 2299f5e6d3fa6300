#include "collector/front/serve.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/front/key.h"
#include "collector/front/serve_parts.h"

#define MAX_SPOOLS 4
#define FINISH_NOTE 1024

int serve_nonsense(struct err *err, const char *why)
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
        return serve_nonsense(err, "bad fields");
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
        return serve_nonsense(err, "bad fields");
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
        return serve_nonsense(err, "bad fields, or asked twice");
    s->asked_output = true;
    return output_open(s->output, stem, folder, format, &out->fd, err);
}

static int do_spool(struct server *s, struct fields *in, struct answer *out,
                    struct err *err)
{
    if (!fields_end(in) || s->n_spools++ >= MAX_SPOOLS)
        return serve_nonsense(err, "bad fields, or asked too often");
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
        return serve_nonsense(err, "bad fields");
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
        return serve_nonsense(err, "bad fields");
    readers_left(s->readers, &text);
    field_put_str(&out->fields, buf_str(&text));
    buf_done(&text);
    return 0;
}

/* --- the key ------------------------------------------------------------ */

static int do_key(struct server *s, struct fields *in, struct answer *out,
                  struct err *err)
{
    (void)out;
    if (!fields_end(in) || !options_has(s->opt, OPT_INIT))
        return serve_nonsense(err, "bad fields, or no key was asked for");
    return key_make(err);
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
    {CT_INPUT, "CT_INPUT", CMD_REDACT | CMD_DIAGNOSE, serve_input},
    {CT_KEY, "CT_KEY", CMD_KEY, do_key},
    {CT_OUTPUT, "CT_OUTPUT", CMD_COLLECT | CMD_REDACT | CMD_REPORT, do_output},
    {CT_SPOOL, "CT_SPOOL", CMD_COLLECT | CMD_REDACT, do_spool},
    {CT_FINISH, "CT_FINISH", CMD_COLLECT | CMD_REDACT | CMD_REPORT, do_finish},
    {CT_BUNDLE, "CT_BUNDLE",
     CMD_COLLECT | CMD_INSPECT | CMD_VERIFY | CMD_REDACT | CMD_REPORT |
         CMD_DIAGNOSE | CMD_UPLOAD,
     serve_bundle},
    {CT_SEND, "CT_SEND", CMD_COLLECT | CMD_UPLOAD, serve_send},
    {CT_RECEIPT, "CT_RECEIPT", CMD_COLLECT | CMD_UPLOAD, serve_receipt},
    {CT_DRAFT, "CT_DRAFT", CMD_COLLECT | CMD_UPLOAD, serve_draft},
    {CT_SENDMAIL, "CT_SENDMAIL", CMD_COLLECT | CMD_UPLOAD, serve_sendmail},
    {CT_KEEP, "CT_KEEP", CMD_COLLECT | CMD_UPLOAD, serve_keep},
    {CT_OPEN, "CT_OPEN",
     CMD_COLLECT | CMD_INSPECT | CMD_VERIFY | CMD_REDACT | CMD_REPORT |
         CMD_DIAGNOSE,
     serve_open},
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
