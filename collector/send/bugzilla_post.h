/* bugzilla_post.h: the JSON of an attachment as a stream: its fields, and the
 * bundle in base64, which is never held whole. */
#ifndef XB_SEND_BUGZILLA_POST_H
#define XB_SEND_BUGZILLA_POST_H

#include <json-c/json.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/send/body.h"

struct bugzilla_post;

/* fields: an object that lacks only "data", which becomes the last one; not
 * kept.  size: of what body gives. */
struct bugzilla_post *bugzilla_post_new(struct json_object *fields,
                                        struct body *body, uint64_t size);
void bugzilla_post_free(struct bugzilla_post *p);
/* Bytes of it all. */
uint64_t bugzilla_post_size(const struct bugzilla_post *p);
/* 0 at the end; negative: the body cannot be read. */
ssize_t bugzilla_post_read(struct bugzilla_post *p, char *out, size_t n);
/* Reading starts from the beginning again. */
void bugzilla_post_rewind(struct bugzilla_post *p);

#endif
