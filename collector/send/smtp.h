/* smtp.h: hands a message to a mail server. */
#ifndef XB_SEND_SMTP_H
#define XB_SEND_SMTP_H

#include "collector/mail/message.h"
#include "collector/send/job.h"

struct smtp_spec {
    const char *server; /* smtp://HOST[:PORT] or smtps://... */
    const char *from;
    const char *const *to, *const *cc; /* NULL-terminated; cc may be NULL */
    struct message *message;
};

/* "smtp://HOST": with STARTTLS, but to this host itself without credentials.
 * Tries again what may pass. */
enum send_result smtp_send(struct job *job, const struct smtp_spec *spec,
                           struct err *err);

#endif
