/* mailto.h: a mailto: URL (RFC 6068). */
#ifndef XB_MAIL_MAILTO_H
#define XB_MAIL_MAILTO_H

#include "collector/base/core/err.h"

#define MAILTO_MAX 16 /* addresses, in to and cc each */

/* Value struct; mailto_done() in any case after mailto_parse(). */
struct mailto {
    char *to[MAILTO_MAX + 1]; /* NULL-terminated, each checked */
    char *cc[MAILTO_MAX + 1];
    char *subject;     /* NULL: none */
    char *in_reply_to; /* "<id>", checked; NULL: none */
};

/* "mailto:a@b,c@d?cc=e@f&subject=TEXT&in-reply-to=%3Cid%3E".  Any other field
 * is refused by its name.  -EINVAL. */
int mailto_parse(const char *url, struct mailto *out, struct err *err);
void mailto_done(struct mailto *m);

/* One address as the user gave it, for --from: "a@b".  -EINVAL. */
int mailto_check_address(const char *what, const char *s, struct err *err);
/* A message's id with or without its angle brackets, to be freed; NULL if it
 * is none. */
char *mailto_message_id(const char *s, struct err *err);

#endif
