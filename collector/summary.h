/* summary.h: summary.txt, the page that a person reads first: at most 60 lines
 * of 72 columns, fit for a mail. */
#ifndef XB_SUMMARY_H
#define XB_SUMMARY_H

#include <json-c/json.h>

#include "collector/conductor.h"

/* diagnosis is a diagnosis.json or the facts of one; NULL: there is none. */
void summary_write(const struct manifest_head *head, const struct tally *tally,
                   struct json_object *diagnosis, const char *bundle_name,
                   struct buf *out);

#endif
