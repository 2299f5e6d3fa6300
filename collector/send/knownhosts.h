/* knownhosts.h: what ssh's known_hosts files say, for libssh2. */
#ifndef XB_SEND_KNOWNHOSTS_H
#define XB_SEND_KNOWNHOSTS_H

#include "collector/base/core/buf.h"

/* Appends the lines of text that libssh2 can read: at the first that it cannot
 * it would stop.  Comments, markers (@cert-authority, @revoked) and keys of
 * kinds that it does not know are left out. */
void knownhosts_filter(const char *text, struct buf *out);

/* "SHA256:..." as ssh-keygen -l prints it; to be freed. */
char *knownhosts_fingerprint(const void *key, size_t len);

#endif
