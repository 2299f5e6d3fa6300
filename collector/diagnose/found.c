#include "collector/diagnose/found.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/diagnose/match.h"
#include "collector/diagnose/reason.h"

#define LEAD 200u /* of a long line, what is kept before the match */

/* A brace of a log's line must not name a fact when those are filled in. */
static void add_value(struct buf *b, const char *value)
{
    for (; *value; value++)
        buf_addc(b, *value == '{' ? MATCH_BRACE : *value);
}

/* The rule's title with {NAME} from the groups of the match; what is no group
 * stays for the facts to fill in. */
char *found_title(pcre2_match_data *md, const pcre2_code *code,
                  const char *title, const char *line)
{
    const PCRE2_SIZE *ov = pcre2_get_ovector_pointer(md);
    struct buf b = BUF_INIT;
    char name[32], value[120], shown[200];
    const char *end;
    int group;

    for (; *title; title++) {
        end = *title == '{' ? strchr(title, '}') : NULL;
        group = -1;
        if (end && (size_t)(end - title) < sizeof(name)) {
            memcpy(name, title + 1, (size_t)(end - title - 1));
            name[end - title - 1] = '\0';
            group = pcre2_substring_number_from_name(code, (PCRE2_SPTR)name);
        }
        if (group <= 0) {
            buf_addc(&b, *title);
            continue;
        }
        if ((uint32_t)group < pcre2_get_ovector_count(md) &&
            ov[2 * group] != PCRE2_UNSET) {
            size_t n = ov[2 * group + 1] - ov[2 * group];

            n = n < sizeof(value) - 1 ? n : sizeof(value) - 1;
            memcpy(value, line + ov[2 * group], n);
            value[n] = '\0';
            add_value(&b, str_visible(value, shown, sizeof(shown)));
        } else {
            buf_addc(&b, MATCH_HOLE);
        }
        title = end;
    }
    return buf_take(&b);
}

char *found_said(const char *title, const char *line, size_t len)
{
    char *said = reason_said(line, len), shown[400];
    struct buf b = BUF_INIT;

    buf_add(&b, title, strcspn(title, "{"));
    add_value(&b, str_visible(said, shown, sizeof(shown)));
    free(said);
    return buf_take(&b);
}

/* What is kept of the line: of a long one the match must not be cut off. */
void found_text(pcre2_match_data *md, const char *line, size_t len,
                struct find *f)
{
    const PCRE2_SIZE *ov = pcre2_get_ovector_pointer(md);
    size_t from = 0, n = ov[1] > ov[0] ? ov[1] - ov[0] : 0;
    struct buf b = BUF_INIT;

    f->found = xstrndup(line + ov[0], n < MATCH_FOUND ? n : MATCH_FOUND);
    if (len > MATCH_TEXT && ov[0] > LEAD) {
        from = ov[0] - LEAD;
        while (from < ov[0] && line[from] != ' ')
            from++;
        buf_adds(&b, "...");
    }
    len -= from;
    buf_add(&b, line + from, len < MATCH_TEXT ? len : MATCH_TEXT);
    f->text = buf_take(&b);
}
