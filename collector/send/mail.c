/* mail.c: a report to a mailing list or a tracker that reads mail.
 *
 * Without --smtp the message is only written, to the file that the master has
 * made for it beside the bundle: there it stays as a draft, or is handed to the
 * local sendmail. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/mail/form.h"
#include "collector/mail/header.h"
#include "collector/mail/mailto.h"
#include "collector/mail/message.h"
#include "collector/send/ask.h"
#include "collector/send/body.h"
#include "collector/send/credentials.h"
#include "collector/send/smtp.h"
#include "collector/send/uploader.h"

#define DEFAULT_MAX_MAIL (200u * 1024u)
#define DEBIAN_PACKAGE "src:xen"

struct mail {
    struct job *job;
    struct mailto to;
    char *from; /* NULL: nobody */
    char *in_reply_to;
    const char *link;
    bool draft;
    struct buf subject;
    char unique[2 * 16 + 1];
    struct message *message;
};

/* ---- who, and whether it may --------------------------------------------- */

static enum send_result check_privacy(const struct job *job, struct err *err)
{
    const char *level = job_text(job, "privacy");

    if (!strcmp(level, "public") || *job_text(job, "private-ok") ||
        options_has(job->opt, OPT_PRIVATE_OK))
        return SEND_DONE;
    err_set(err, -EPERM,
            "%.160s: a list is public, but the bundle's privacy level is "
            "\"%.20s\": it names hosts, guests and addresses as they are; make "
            "one with collect --privacy public, or insist with --private-ok",
            job->shown, level);
    return SEND_FAILED;
}

static int take_arguments(struct mail *m, struct err *err)
{
    const struct options *opt = m->job->opt;
    const char *from = options_last(opt, OPT_FROM);
    const char *reply = options_last(opt, OPT_IN_REPLY_TO);
    int rc = mailto_parse(m->job->url, &m->to, err);

    m->link = options_last(opt, OPT_LINK);
    if (!rc && m->link)
        rc = form_check_link(m->link, err);
    if (!rc && from)
        rc = mailto_check_address("--from", from, err);
    if (!rc && from)
        m->from = xstrdup(from);
    if (!rc && (reply || m->to.in_reply_to)) {
        m->in_reply_to =
            mailto_message_id(reply ? reply : m->to.in_reply_to, err);
        rc = m->in_reply_to ? 0 : -EINVAL;
    }
    return rc;
}

/* SMTP wants to know who sends; a draft or sendmail need not be told. */
static enum send_result find_sender(struct mail *m, struct err *err)
{
    char line[300];

    if (m->from || !options_last(m->job->opt, OPT_SMTP))
        return SEND_DONE;
    if (!ask_line(m->job, "Your address, for the answers: ", false, line,
                  sizeof(line)) ||
        !*line) {
        err_set(err, -EINVAL,
                "SMTP needs the address of who sends: --from "
                "name@host");
        return SEND_USAGE;
    }
    if (mailto_check_address("From", line, err))
        return SEND_USAGE;
    m->from = xstrdup(line);
    return SEND_DONE;
}

/* ---- what it says -------------------------------------------------------- */

static const char *text_or_null(const struct job *job, const char *name)
{
    const char *s = job_text(job, name);

    return *s ? s : NULL;
}

static void fill_form(const struct mail *m, bool attached, struct form *f)
{
    const struct job *job = m->job;
    const char *expected = options_last(job->opt, OPT_EXPECTED);
    const char *tried = options_last(job->opt, OPT_TRIED);
    bool debbugs = options_has(job->opt, OPT_DEBBUGS);

    *f = (struct form){
        .what = job_note(job),
        .expected = expected ? expected : text_or_null(job, "expected"),
        .tried = tried ? tried : text_or_null(job, "tried"),
        .blanks = m->draft,
        .package = debbugs ? DEBIAN_PACKAGE : NULL,
        .package_version = text_or_null(job, "xen-package"),
        .xen = text_or_null(job, "xen"),
        .kernel = text_or_null(job, "kernel"),
        .machine = text_or_null(job, "machine"),
        .tool = text_or_null(job, "tool"),
        .summary = job_text(job, "summary"),
        .bundle = job->name,
        .bundle_size = job->size,
        .bundle_sha256 = job->sha256,
        .attached = attached,
        .link = m->link,
        .names_hidden = !strcmp(job_text(job, "privacy"), "public"),
    };
}

static struct message *compose(struct mail *m, bool attached)
{
    struct buf text = BUF_INIT;
    struct message *message;
    struct form form;

    fill_form(m, attached, &form);
    form_write(&form, &text);
    buf_reset(&m->subject);
    if (m->to.subject)
        buf_adds(&m->subject, m->to.subject);
    else
        form_subject(&form, &m->subject);
    message = message_new(&(const struct message_spec){
        .to = (const char *const *)m->to.to,
        .cc = (const char *const *)m->to.cc,
        .from = m->from,
        .subject = buf_str(&m->subject),
        .in_reply_to = m->in_reply_to,
        .date_ms = clock_real_ms(),
        .unique = m->unique,
        .draft = m->draft,
        .text = buf_str(&text),
        .attach_name = attached ? m->job->name : NULL,
        .attach_type = job_content_type(m->job),
        .attach_size = m->job->size,
    });
    buf_done(&text);
    return message;
}

static uint64_t max_mail(const struct job *job)
{
    const char *text = options_last(job->opt, OPT_MAX_MAIL);
    uint64_t max;

    return text && !str_parse_size(text, &max) ? max : DEFAULT_MAX_MAIL;
}

/* With the bundle if it may be that large; else with a link to it. */
static enum send_result compose_fitting(struct mail *m, struct err *err)
{
    uint64_t max = max_mail(m->job), with;
    char is[24], may[24];

    if (m->link) {
        m->message = compose(m, false);
        return SEND_DONE;
    }
    m->message = compose(m, true);
    with = message_size(m->message);
    if (with <= max)
        return SEND_DONE;
    m->link = text_or_null(m->job, "link");
    if (m->link) {
        message_free(m->message);
        m->message = compose(m, false);
        return SEND_DONE;
    }
    str_size(with, is);
    str_size(max, may);
    if (!m->draft) {
        /* Base64 adds a third, and there is the text. */
        m->job->room = max > 32768 ? (max - 16384) / 4 * 3 : 1024;
        err_set(err, -EFBIG,
                "%.120s: with the bundle the mail would have %s, more than "
                "--max-mail %s",
                m->job->shown, is, may);
        return SEND_LARGE;
    }
    log_msg(LOG_WARN,
            "with the bundle the mail would have %s, more than --max-mail %s, "
            "so it is not attached: upload it and put the link into the draft",
            is, may);
    message_free(m->message);
    m->message = compose(m, false);
    return SEND_DONE;
}

/* ---- all of it ----------------------------------------------------------- */

static int draft_fd(const struct job *job)
{
    for (size_t i = 0; i < job->n_files; i++)
        if (!strcmp(job->files[i].role, "draft"))
            return job->files[i].fd;
    return -1;
}

static enum send_result write_draft(struct mail *m, struct err *err)
{
    int fd = draft_fd(m->job);

    if (fd < 0) {
        err_set(err, -EPROTO, "there is no file to write the mail to");
        return SEND_FAILED;
    }
    return message_write(m->message, m->job->bundle, fd, err) ? SEND_FAILED
                                                              : SEND_DONE;
}

static enum send_result send_by_smtp(struct mail *m, const char *server,
                                     struct err *err)
{
    const struct smtp_spec spec = {
        .server = server,
        .from = m->from,
        .to = (const char *const *)m->to.to,
        .cc = (const char *const *)m->to.cc,
        .message = m->message,
    };

    return smtp_send(m->job, &spec, err);
}

static enum send_result deliver(struct mail *m, struct err *err)
{
    const char *server = options_last(m->job->opt, OPT_SMTP);
    struct body *body;
    enum send_result r = check_privacy(m->job, err);

    if (r == SEND_DONE)
        r = find_sender(m, err);
    if (r == SEND_DONE)
        r = compose_fitting(m, err);
    if (r == SEND_DONE)
        r = server ? send_by_smtp(m, server, err) : write_draft(m, err);
    if (r != SEND_DONE)
        return r;
    body = body_new(m->job);
    if (body_check(body, err))
        r = SEND_FAILED;
    body_free(body);
    return r;
}

static enum send_result mail_send(struct job *job, struct err *err)
{
    struct mail m = {.job = job};
    enum send_result r = SEND_USAGE;
    uint8_t unique[16];

    random_bytes(unique, sizeof(unique));
    hex_encode(unique, sizeof(unique), m.unique);
    m.draft = !options_last(job->opt, OPT_SMTP) &&
              !options_last(job->opt, OPT_SENDMAIL);
    if (!take_arguments(&m, err))
        r = deliver(&m, err);
    message_free(m.message);
    buf_done(&m.subject);
    free(m.from);
    free(m.in_reply_to);
    mailto_done(&m.to);
    return r;
}

const struct uploader uploader_mail = {mail_send};
