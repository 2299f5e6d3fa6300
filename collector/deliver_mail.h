/* deliver_mail.h: what a mail needs beside xen-bugtool-send: a file of the
 * master's, which stays as a draft or goes to the local sendmail. */
#ifndef XB_DELIVER_MAIL_H
#define XB_DELIVER_MAIL_H

#include <stdbool.h>

#include "collector/base/core/err.h"
#include "collector/base/core/options.h"
#include "collector/gather/control.h"

/* Whether the mail of that URL is written to a file. */
bool deliver_mail_is(const struct options *opt, const char *url);
/* Has the file made, and hands it to xen-bugtool-send. */
int deliver_mail_give(struct control *ctl, int sock, struct err *err);
/* Once it is written: *sock_out is where sendmail's end will come, or -1 and
 * *path_out, to be freed, is where the draft lies. */
int deliver_mail_finish(const struct options *opt, struct control *ctl,
                        const char *url, int *sock_out, char **path_out,
                        struct err *err);
/* The file is not needed any more. */
void deliver_mail_drop(struct control *ctl);

/* The version of Debian's packages of Xen, out of the bytes of the member that
 * lists packages; Debian's tracker asks for it. */
struct package_scan {
    char line[200];
    size_t len;
    char version[100]; /* "" until found */
};
#define PACKAGE_MEMBER "commands/sys_pkgs/dpkg.txt"
void package_scan_feed(struct package_scan *s, const char *data, size_t n);

#endif
