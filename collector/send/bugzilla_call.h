/* bugzilla_call.h: one request to a Bugzilla at a time, tried again where that
 * may help.
 *
 * A try whose answer was lost may have done its work.  An attachment is
 * therefore looked for before it is sent again; what can be told by nothing
 * (a new bug, a comment) is not sent again. */
#ifndef XB_SEND_BUGZILLA_CALL_H
#define XB_SEND_BUGZILLA_CALL_H

#include <stdbool.h>

#include "collector/send/bugzilla_answer.h"
#include "collector/send/bugzilla_post.h"
#include "collector/send/bugzilla_url.h"
#include "collector/send/http.h"

/* One delivery; filled in by bugzilla.c. */
struct bugzilla {
    struct job *job;
    struct bugzilla_url url;
    struct target to;
    struct transfer *t;
    struct body *body;
    struct http_answer answer;
    char *key; /* NULL: none */
    enum credential_auth way;
    const char *link;              /* in place of the bundle; NULL: attach it */
    char file_name[BUGZILLA_TEXT]; /* JSON takes UTF-8 alone */
    char bug[BUGZILLA_TEXT];       /* number or alias */
};

/* One request and what came of it. */
struct bugzilla_call {
    struct bugzilla *b;
    bool with_key;
    const char *path;           /* below rest/, with its query */
    struct json_object *fields; /* POST; NULL: GET */
    struct bugzilla_post *post; /* with the bundle; NULL: fields alone */
    const char *once; /* what may have been made and must not be twice */
    bool unsure;      /* a try may have done it */
    struct json_object *object; /* the answer */
    int code;                   /* of Bugzilla's error; 0: none */
};

/* SEND_DONE with c->object, which the caller puts in any case; else err says
 * what is wrong, in Bugzilla's own words where it has some, and c->code is its
 * number. */
enum send_result bugzilla_call(struct bugzilla_call *c, struct err *err);

#endif
