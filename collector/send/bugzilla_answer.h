/* bugzilla_answer.h: what a Bugzilla answers over REST.
 *
 * Answers are hostile: their size, depth and the length of what is taken from
 * them are bounded, and all text is made fit to be shown. */
#ifndef XB_SEND_BUGZILLA_ANSWER_H
#define XB_SEND_BUGZILLA_ANSWER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/err.h"

#define BUGZILLA_ANSWER_MAX (1u << 20)
#define BUGZILLA_TEXT 400
#define BUGZILLA_ID 24

/* Codes that we act on (Bugzilla/WebService/Constants.pm). */
enum {
    BUGZILLA_ACCESS_DENIED = 102, /* the bug is not for everybody */
    BUGZILLA_LOGIN_REQUIRED = 410,
    BUGZILLA_NO_RESOURCE = 32614 /* an older one, which cannot be asked that */
};

struct bugzilla_bug {
    uint64_t id;
    char product[BUGZILLA_TEXT], component[BUGZILLA_TEXT];
    char summary[BUGZILLA_TEXT], status[BUGZILLA_TEXT];
};

/* One JSON object, to be given to json_object_put.  -EBADMSG: it is none. */
int bugzilla_parse(const char *text, size_t len, struct json_object **out,
                   struct err *err);
/* Whether it is an error; then its number (0: none given) and words. */
bool bugzilla_error(struct json_object *o, int *code_out,
                    char message[BUGZILLA_TEXT]);

/* Each takes what one kind of answer holds.  -EBADMSG: it does not. */
int bugzilla_take_version(struct json_object *o, char out[BUGZILLA_TEXT],
                          struct err *err);
int bugzilla_take_bug(struct json_object *o, struct bugzilla_bug *out,
                      struct err *err);
/* The number of a new bug ("id") or attachment ("ids", the first). */
int bugzilla_take_id(struct json_object *o, char out[BUGZILLA_ID],
                     struct err *err);
/* The largest attachment in bytes; 0: it does not say. */
uint64_t bugzilla_take_limit(struct json_object *o);
/* The number of the attachment of that name and size, of the list of all of a
 * bug's; false: there is none. */
bool bugzilla_take_attachment(struct json_object *o, const char *file_name,
                              uint64_t size, char out[BUGZILLA_ID]);

#endif
