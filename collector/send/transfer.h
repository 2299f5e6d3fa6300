/* transfer.h: libcurl, set up as every transfer of ours needs it.
 *
 * TLS 1.2 or newer, verified; only the protocols that are named, on redirects
 * only https; nothing from the environment or from curl's own files; limits on
 * every wait; progress; and an end when the worker is gone. */
#ifndef XB_SEND_TRANSFER_H
#define XB_SEND_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/send/body.h"
#include "collector/send/job.h"

/* A URL taken apart; texts are never NULL, user is "" if there is none. */
struct target {
    char *host, *user, *path, *query;
    unsigned port; /* 0: the scheme's own */
};

/* Strips what stands before a "+" in the scheme ("bugzilla+https"). */
int target_parse(const char *url, struct target *out, struct err *err);
void target_done(struct target *t);

struct transfer;

/* protocols: "https", or "sftp", or "ftp,ftps".  One easy handle that can be
 * used for several tries, so that its connection is kept. */
struct transfer *transfer_new(struct job *job, const char *protocols);
void transfer_free(struct transfer *t);
CURL *transfer_curl(struct transfer *t);

/* What is sent: the bundle from where body is, size bytes from there, with
 * progress of the whole.  NULL: nothing. */
void transfer_set_body(struct transfer *t, struct body *body);
/* In its place; text must stay. */
void transfer_set_text(struct transfer *t, const char *text);
/* Where the last try began to read the body: what the server had already. */
uint64_t transfer_began_at(const struct transfer *t);

/* One try.  Whatever the server says goes to answer, up to max bytes; what is
 * more is dropped.  The result is about libcurl's error alone, err says
 * "cannot send to HOST: why"; for http the status is still to be judged. */
enum send_result transfer_perform(struct transfer *t, struct buf *answer,
                                  size_t max, CURLcode *code_out,
                                  struct err *err);
/* libcurl's own words on the last error. */
const char *transfer_error(const struct transfer *t);

#endif
