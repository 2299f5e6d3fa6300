/* netrc.h: users and passwords in the form of ftp(1)'s .netrc: machine, login,
 * password, default; account and macdef are let pass. */
#ifndef XB_SEND_NETRC_H
#define XB_SEND_NETRC_H

#include "collector/base/core/err.h"
#include "collector/send/credentials.h"

struct netrc;

/* -EINVAL: "PATH:LINE: ..." */
int netrc_load(const char *path, const char *text, struct netrc **out,
               struct err *err);
void netrc_free(struct netrc *n);

/* The first entry of that host (and user, unless NULL), else the default one,
 * else NULL. */
const struct credential *netrc_find(const struct netrc *n, const char *host,
                                    const char *user);

#endif
