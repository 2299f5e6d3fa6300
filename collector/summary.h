/* summary.h: summary.txt, the page that a person reads first: at most 60 lines
 * of 72 columns, fit for a mail. */
#ifndef XB_SUMMARY_H
#define XB_SUMMARY_H

#include <json-c/json.h>

#include "collector/conductor.h"

/* The members that the page is made from; a new list each time, ends with
 * member NULL; free with summary_captures_free. */
struct capture *summary_captures_new(void);
void summary_captures_free(struct capture *c);

/* diagnosis is a whole diagnosis.json, or NULL: there is none. */
void summary_write(const struct manifest_head *head, const struct tally *tally,
                   const struct capture *captures,
                   struct json_object *diagnosis, const char *bundle_name,
                   struct buf *out);

#endif
