/* sending.h: in a session, where the bundle is to go, and what came of it. */
#ifndef XB_SENDING_H
#define XB_SENDING_H

#include <stdbool.h>

#include "collector/base/core/options.h"
#include "collector/base/stop.h"
#include "collector/gather/control.h"
#include "collector/session/term.h"

struct sending;

/* As they are offered. */
#define SENDING_BUG_TEXT "attach it to a bug in a Bugzilla"
#define SENDING_LIST_TEXT "write to a mailing list"
#define SENDING_UPLOAD_TEXT "upload it to a server"

enum sending_to { SENDING_BUG, SENDING_LIST, SENDING_UPLOAD };

/* All of them must outlive it; stop is t's, and is cleared where it has ended
 * no more than a delivery.  path: where the bundle lies. */
struct sending *sending_new(const struct options *opt, struct control *ctl,
                            struct term *t, struct stop *stop,
                            const char *path);
void sending_free(struct sending *s);

/* Asks where to, looks the bundle through when it is the first time, and sends
 * it; url NULL, or what the command line says already.  Whatever happens is
 * told. */
void sending_do(struct sending *s, enum sending_to to, const char *url);

/* Asks what for, until the user has enough. */
void sending_offer(struct sending *s);

/* True unless the last delivery that was tried has failed. */
bool sending_went_well(const struct sending *s);

#endif
