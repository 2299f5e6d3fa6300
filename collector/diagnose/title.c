/* title.c: the title of a rule where nothing fills it in. */
#include <ctype.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/diagnose/rules.h"

char *diag_rule_title(const struct diag_rule *r)
{
    struct buf b = BUF_INIT;
    const char *end, *word;

    for (const char *p = r->title; *p; p = end + 1) {
        end = *p == '{' ? strchr(p, '}') : NULL;
        if (!end) {
            buf_addc(&b, *p);
            end = p;
            continue;
        }
        word = memchr(p, '|', (size_t)(end - p));
        if (word)
            buf_add(&b, word + 1, (size_t)(end - word - 1));
        else
            buf_adds(&b, "...");
    }
    if (b.len && *r->title == '{')
        b.data[0] = (char)toupper((unsigned char)b.data[0]);
    return buf_take(&b);
}
