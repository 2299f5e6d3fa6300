/* filter_page.h: our own web page on its way through the redactor.
 *
 * Its policy knows its style and its script by their sums, so these stay as
 * they are, even where a word of them is somebody's name; all else is redacted.
 */
#ifndef XB_FILTER_PAGE_H
#define XB_FILTER_PAGE_H

#include "collector/base/sink.h"
#include "redact/redact.h"

/* A new sink to where the page goes. */
typedef struct sink *filter_page_to_fn(void *arg);
/* Told of each redactor when it has ended; there are some, one after another.
 */
typedef void filter_page_ended_fn(void *arg, struct redactor *r);

struct sink *filter_page_new(const struct redact_rules *rules,
                             filter_page_to_fn *to, filter_page_ended_fn *ended,
                             void *arg);

#endif
