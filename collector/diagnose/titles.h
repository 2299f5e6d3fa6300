/* titles.h: what the finds of a condition give a finding's title. */
#ifndef XB_DIAGNOSE_TITLES_H
#define XB_DIAGNOSE_TITLES_H

#include <stdbool.h>

#include "collector/diagnose/finds.h"

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
