/* send.h: the root side of a delivery: what xen-bugtool-send is given to see.
 */
#ifndef XB_FRONT_SEND_H
#define XB_FRONT_SEND_H

#include <sys/stat.h>

#include "collector/base/core/err.h"
#include "collector/base/core/options.h"
#include "collector/front/launch.h"

/* Starts it and hands it the bundle (path is for messages) and the files that
 * the command line and the defaults name: credentials, CA, known hosts.  sock
 * is the other end of its socket, for the worker, who never sees them. */
int send_start(const struct launch *program, const struct options *opt,
               int bundle, const char *path, int *sock_out, struct err *err);

/* PATH.receipt, open for appending, made where it is missing.  path is absolute
 * and must still be the file that the descriptor bundle is. */
int send_receipt(int bundle, const char *path, int *fd_out, struct err *err);

#endif
