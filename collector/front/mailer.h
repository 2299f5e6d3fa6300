/* mailer.h: hands a mail to the local sendmail.
 *
 * It runs as who called xen-bugtool, not as the worker: sendmail programs are
 * setuid or setgid, which no_new_privs would take from them. */
#ifndef XB_FRONT_MAILER_H
#define XB_FRONT_MAILER_H

#include "collector/base/core/err.h"

#define MAILER_ADDRESSES 32

/* Whether s is an address that no sendmail takes for anything else: of letters,
 * digits and . _ + = - round one @, beginning with a letter or digit. */
int mailer_check_address(const char *s, struct err *err);

/* Starts "PROGRAM -i -- ADDRESS..." with message, read from its beginning, as
 * stdin.  SD_END comes on the socket when it has ended; closing the socket ends
 * it. */
int mailer_start(const char *program, int message, const char *const *to,
                 int *sock_out, struct err *err);

#endif
