/* message.h: a whole message with one attachment, as a file (RFC 5322, MIME).
 *
 * Lines end with LF and none begins with a dot or "From ", so that it can be
 * handed to a mail program, to sendmail, or (with CR added) to SMTP as it is.
 * The attachment is encoded piece by piece, whatever its size. */
#ifndef XB_MAIL_MESSAGE_H
#define XB_MAIL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"

struct message_spec {
    const char *const *to, *const *cc; /* checked; NULL-terminated */
    const char *from;                  /* checked; NULL: left to others */
    const char *subject;
    const char *in_reply_to; /* checked; NULL: none */
    int64_t date_ms;
    /* Of 32 hex digits at least, another one for another message: what the
     * boundary and the message's id are made of. */
    const char *unique;
    bool draft; /* to be opened and sent by a mail program */
    const char *text;
    const char *attach_name; /* NULL: no attachment */
    const char *attach_type;
    uint64_t attach_size;
};

struct message;

struct message *message_new(const struct message_spec *spec);
void message_free(struct message *m);
/* Bytes of it all, encoded, with a CR at each line's end. */
uint64_t message_size(const struct message *m);
/* The next bytes of it, at most n, in order; attach: where exactly attach_size
 * bytes are read from (pread), -1 if there is no attachment.  0 at the end, or
 * negative. */
ssize_t message_read(struct message *m, int attach, char *out, size_t n,
                     struct err *err);
/* Reading starts from the beginning again. */
void message_rewind(struct message *m);
/* Writes it to out, from the beginning on. */
int message_write(struct message *m, int attach, int out, struct err *err);

#endif
