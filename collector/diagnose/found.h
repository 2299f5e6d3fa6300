/* found.h: what is kept of a line that a pattern matched. */
#ifndef XB_DIAGNOSE_FOUND_H
#define XB_DIAGNOSE_FOUND_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stddef.h>

#include "collector/diagnose/finds.h"

/* The title with {NAME} from the groups of the match, to be freed; what is no
 * group stays for the facts to fill in. */
char *found_title(pcre2_match_data *md, const pcre2_code *code,
                  const char *title, const char *line);
/* The title up to its first {NAME}, and in place of it what the line says
 * (reason.h). */
char *found_said(const char *title, const char *line, size_t len);
/* Sets f's text, of a long line a part with the match in it, and found. */
void found_text(pcre2_match_data *md, const char *line, size_t len,
                struct find *f);

#endif
