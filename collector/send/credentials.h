/* credentials.h: who we are to a server.
 *
 * Looked for in this order: the credentials file, netrc, the terminal.  Secrets
 * never leave this process but to the server they are for. */
#ifndef XB_SEND_CREDENTIALS_H
#define XB_SEND_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/core/err.h"
#include "collector/send/job.h"

/* How an API key or password is shown to a web server. */
enum credential_auth {
    AUTH_DEFAULT, /* what the uploader thinks best */
    AUTH_BASIC,
    AUTH_BEARER,
    AUTH_HEADER, /* a header of its own: Bugzilla */
    AUTH_QUERY,  /* in the query: Bugzilla 5.0 */
};

/* All texts may be NULL. */
struct credential {
    char *host; /* "host" or "host:port" */
    char *user, *password, *api_key;
    char *private_key, *passphrase; /* sftp */
    enum credential_auth auth;
};

struct credentials;

/* Reads the files that the job has.  -EINVAL names file and line. */
int credentials_load(const struct job *job, struct credentials **out,
                     struct err *err);
void credentials_free(struct credentials *c);

/* For a host (user: the one that the URL names, or NULL); NULL if there is
 * none.  It lives as long as c. */
const struct credential *credentials_find(const struct credentials *c,
                                          const char *host, unsigned port,
                                          const char *user);

#endif
