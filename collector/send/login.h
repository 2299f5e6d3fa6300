/* login.h: the user and the secret for one server, from the URL, the
 * credentials, the --identity and the terminal. */
#ifndef XB_SEND_LOGIN_H
#define XB_SEND_LOGIN_H

#include "collector/send/job.h"

struct login {
    char *host, *user;           /* never NULL after login_find */
    char *password, *passphrase; /* NULL: none */
    char *private_key;           /* its text; NULL: none */
};

/* SEND_DONE; SEND_USAGE: there is no user and nobody to ask for one.
 * login_done in any case. */
enum send_result login_find(struct job *job, struct login *out,
                            struct err *err);
/* Asks for the password.  False if there is none. */
bool login_ask(struct job *job, struct login *l);
void login_done(struct login *l);

#endif
