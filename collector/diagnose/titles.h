/* titles.h: the titles of rules, and what the finds of a condition give them.
 */
#ifndef XB_DIAGNOSE_TITLES_H
#define XB_DIAGNOSE_TITLES_H

#include <json-c/json.h>
#include <stdbool.h>

#include "collector/diagnose/finds.h"
#include "collector/diagnose/rules.h"

/* The title with {a.fact} and {.field} filled in, to be freed.  What is not
 * known is WORD of {a.fact|WORD}, else unknown.  It begins with a capital
 * letter, but for names that a log gave. */
char *titles_fill(const char *title, struct json_object *facts,
                  struct json_object *element, const char *unknown);
/* Where nothing is known: {NAME} is "...".  To be freed. */
char *titles_plain(const struct diag_rule *r);

/* Whether the pattern has no such group, or its line did not tell it. */
bool titles_left_open(const char *title);
/* The first title that says all, or NULL. */
const char *titles_whole(const struct finds *f);
/* What is to stand behind that title, to be freed: a line that says why, or the
 * place; NULL: nothing, or the title says it.  *of_out: the find that it is
 * of. */
char *titles_reason(const struct finds *f, const char *title,
                    const struct find **of_out);
/* The time stamp of the find that stands first in its log; or NULL. */
const char *titles_first_time(const struct finds *f);

#endif
