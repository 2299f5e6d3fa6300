/* review.h: what was redacted in a bundle, for whoever must agree to send it.
 *
 * Tokens are looked for, not secrets: nothing that is shown was ever hidden.
 * Bounded: so many lines a member, so much of a line, so much in all. */
#ifndef XB_REVIEW_H
#define XB_REVIEW_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdio.h>

struct review;

struct review *review_new(void);
void review_free(struct review *r);

/* One member at a time. */
void review_begin(struct review *r, const char *member);
void review_feed(struct review *r, const void *data, size_t n);
void review_end(struct review *r);

/* All members with their counts, then their lines. */
void review_print(FILE *f, const struct review *r);
/* The same; owned by the caller. */
struct json_object *review_json(const struct review *r);

#endif
