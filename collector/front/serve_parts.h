/* serve_parts.h: the handlers that serve.c's table names, for it alone. */
#ifndef XB_SERVE_PARTS_H
#define XB_SERVE_PARTS_H

#include <stdbool.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/proto.h"
#include "collector/front/serve.h"

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

/* -EPROTO: such a message has no sense here. */
int serve_nonsense(struct err *err, const char *why);

/* serve_bundle.c */
handler_fn serve_bundle, serve_open, serve_input;
/* serve_send.c */
handler_fn serve_send, serve_receipt, serve_draft, serve_sendmail, serve_keep;

#endif
