/* deliver.h: sends a finished bundle; first does all that verify --deep does.
 *
 * The bundle is the one of control_bundle: the operand of upload, or what
 * collect has made.  It is looked through once and can then be sent to several
 * places.  Every attempt is noted in the receipt beside the bundle. */
#ifndef XB_DELIVER_H
#define XB_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/core/options.h"
#include "collector/base/core/proto.h"
#include "collector/base/stop.h"
#include "collector/gather/control.h"

struct delivery;

/* Nothing is opened yet. path is where the bundle lies, for messages; stop may
 * be NULL. */
struct delivery *delivery_new(const struct options *opt, struct control *ctl,
                              struct stop *stop, const char *path);
void delivery_free(struct delivery *d);

/* Looks it through.  0: it may be sent; -EPERM: it must not be (what was found
 * is on stderr, err sums it up); -EINVAL: the user's rules are wrong; else it
 * cannot be read.  What an uploader is to know (SD_TEXT) is kept. */
int delivery_check(struct delivery *d, struct err *err);

/* Said to the next uploaders by itself: "link", where the bundle can be had
 * since it was sent there.
 *
 * After delivery_check.  What an uploader is told by that name, "" if nothing;
 * "privacy" is as the manifest says. */
const char *delivery_text(const struct delivery *d, const char *name);
const struct options *delivery_options(const struct delivery *d);
const char *delivery_path(const struct delivery *d);
uint64_t delivery_size(const struct delivery *d);
const char *delivery_sha256(const struct delivery *d);
/* Says more to the next uploader; a second value of one name replaces it.
 * typed: the user has just written it, so delivery_send looks for secrets. */
void delivery_tell(struct delivery *d, const char *name, const char *value);
void delivery_tell_typed(struct delivery *d, const char *name,
                         const char *value);

struct delivered {
    enum send_result result;
    char *text;   /* what went wrong; "" if nothing */
    char *answer; /* the server's words, safe to show; "" if none */
    char *where;  /* what it can be found by; "" if nothing */
    uint64_t tries;
    uint64_t room; /* SEND_LARGE: bytes that a bundle may have there */
    bool draft;    /* nothing was sent: where is the file of a mail */
};

/* Sends it to url.  0 with *out filled, however it went; negative if nothing
 * could be tried, -EPERM: what goes along with the bundle, as it was typed,
 * must not leave.  delivered_done in any case. */
int delivery_send(struct delivery *d, const char *url, struct delivered *out,
                  struct err *err);
void delivered_done(struct delivered *d);

/* The line of the receipt for what was not sent but queued; -EPERM as above. */
int delivery_queue(struct delivery *d, const char *url, struct err *err);

/* The command that sends path to url with the same options; to be freed.
 * shown: without the part of url that may be a secret, see url_shown. */
char *delivery_command(const struct delivery *d, const char *path,
                       const char *url, bool shown);

/* The command that makes a bundle of it that has room bytes at most; to be
 * freed. */
char *delivery_smaller(const struct delivery *d, uint64_t room);

/* Says on stderr that the bundle is kept, and that command. */
void delivery_print_again(const struct delivery *d, const char *url);

/* Prints what came of it on out, as text or JSON, and what failed on stderr,
 * with the command that tries again. True if it was delivered. */
bool delivered_print(const struct delivery *delivery, const struct delivered *d,
                     const char *url);

/* The URL that the command line names, or NULL. */
const char *delivery_url(const struct options *opt);

#endif
