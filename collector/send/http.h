/* http.h: requests over https, for every uploader that makes some. */
#ifndef XB_SEND_HTTP_H
#define XB_SEND_HTTP_H

#include "collector/send/credentials.h"
#include "collector/send/transfer.h"

struct http_answer {
    long status;
    struct buf body; /* bounded; for JSON give room enough */
    size_t max_body;
    uint64_t retry_after_ms; /* 0: the server asks for nothing */
};

/* User and password, or an API key as bearer.  c may be NULL. */
void http_set_auth(struct transfer *t, const struct credential *c);

/* One try of a request that the caller has set up on transfer_curl.  SEND_DONE
 * with any status below 400; else err says what the server says, by status:
 * "HOST refuses the bundle (413 Payload Too Large): ..." with what to do. */
enum send_result http_perform(struct job *job, struct transfer *t,
                              struct http_answer *a, struct err *err);

/* A server's words, without the tags of an error page. */
void http_plain_text(const char *text, size_t len, struct buf *out);

/* The judgement by itself: SEND_DONE, SEND_PASSING for what may pass, or
 * SEND_FAILED. */
enum send_result http_judge(long status);

#endif
