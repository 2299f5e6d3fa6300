#include "collector/send/login.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/send/ask.h"
#include "collector/send/credentials.h"
#include "collector/send/transfer.h"

#define MAX_ANSWER 256

static char *copy(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

static void find_identity(struct job *job, struct login *l)
{
    struct buf key = BUF_INIT;

    if (job_read_file(job, "identity", &key)) {
        free(l->private_key);
        l->private_key = buf_take(&key);
    }
    buf_done(&key);
}

enum send_result login_find(struct job *job, struct login *out, struct err *err)
{
    char question[400], answer[MAX_ANSWER];
    const struct credential *c;
    struct target to;

    memset(out, 0, sizeof(*out));
    if (target_parse(job->url, &to, err))
        return SEND_USAGE;
    c = credentials_find(job->credentials, to.host, to.port,
                         *to.user ? to.user : NULL);
    out->host = xstrdup(to.host);
    out->user = *to.user ? xstrdup(to.user) : c ? copy(c->user) : NULL;
    if (c) {
        out->password = copy(c->password);
        out->private_key = copy(c->private_key);
        out->passphrase = copy(c->passphrase);
    }
    target_done(&to);
    find_identity(job, out);
    if (out->user)
        return SEND_DONE;
    snprintf(question, sizeof(question), "User at %.200s: ", out->host);
    if (ask_line(job, question, false, answer, sizeof(answer)) && *answer) {
        out->user = xstrdup(answer);
        return SEND_DONE;
    }
    err_set(err, -EINVAL,
            "%.160s: expected a user, in the URL (USER@HOST) or in the "
            "credentials, see xen-bugtool-credentials(5)",
            job->shown);
    return SEND_USAGE;
}

bool login_ask(struct job *job, struct login *l)
{
    char question[600], answer[MAX_ANSWER];

    snprintf(question, sizeof(question),
             "Password of %.200s at %.200s: ", l->user, l->host);
    if (!ask_line(job, question, true, answer, sizeof(answer)) || !*answer)
        return false;
    free(l->password);
    l->password = xstrdup(answer);
    explicit_bzero(answer, sizeof(answer));
    return true;
}

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void login_done(struct login *l)
{
    free(l->host);
    free(l->user);
    wipe(l->password);
    wipe(l->passphrase);
    wipe(l->private_key);
    memset(l, 0, sizeof(*l));
}
