/* url.h: where a bundle can be sent, as the command line names it.
 *
 * Only what must be known before anything is done: whether the URL can be used
 * at all, and how it may be shown.  xen-bugtool-send takes it apart. */
#ifndef XB_URL_H
#define XB_URL_H

#include <stdbool.h>

#include "collector/base/core/err.h"

#define URL_MAX_BYTES 2000

/* -EINVAL with a line for the user: no scheme of ours, no host, bytes that no
 * URL has, or a password, which every user of the host could read in the list
 * of processes. */
int url_check(const char *url, struct err *err);

/* Of --proxy: one of libcurl's kinds of proxy, and no password either. */
int url_check_proxy(const char *url, struct err *err);

/* Without user and password, and without a query that may hold a signature or
 * key; to be freed. */
char *url_shown(const char *url);
/* Whether it leaves out such a query. */
bool url_hides(const char *url);

#endif
