#include "collector/session/places.h"

#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define HTTPS "https://"
#define DIGITS "0123456789"

/* Appends KEY=VALUE out of a query, if it is there. */
static void add_part(struct buf *out, char mark, const char *query,
                     const char *key)
{
    size_t n = strlen(key);

    for (;;) {
        size_t len = strcspn(query, "&#;");

        if (len > n && !strncmp(query, key, n) && query[n] == '=') {
            buf_addc(out, mark);
            buf_add(out, query, len);
            return;
        }
        if (!query[len] || query[len] == '#')
            return;
        query += len + 1;
    }
}

/* "https://HOST/PATH/show_bug.cgi?id=42" and the like. */
static bool add_page(struct buf *out, const char *text)
{
    const char *query = strchr(text, '?');
    const char *page = query;

    if (!query)
        return false;
    while (page > text && page[-1] != '/')
        page--;
    buf_addf(out, "bugzilla+%.*s", (int)(page - text), text);
    if (str_starts(page, "show_bug.cgi?")) {
        struct buf id = BUF_INIT;

        add_part(&id, '&', query + 1, "id");
        buf_adds(out, id.len > 4 ? buf_str(&id) + 4 : "");
        buf_done(&id);
        return true;
    }
    if (str_starts(page, "enter_bug.cgi?")) {
        buf_adds(out, "new");
        add_part(out, '?', query + 1, "product");
        add_part(out, '&', query + 1, "component");
        return true;
    }
    return false;
}

/* "https://HOST/42": what some servers show for a bug. */
static bool is_short(const char *text)
{
    const char *last = strrchr(text, '/') + 1;

    return last > text + strlen(HTTPS) && *last && !last[strspn(last, DIGITS)];
}

char *place_of_bug(const char *text)
{
    struct buf out = BUF_INIT;

    if (str_starts(text, HTTPS) && !add_page(&out, text)) {
        buf_reset(&out);
        buf_addf(&out, "%s%s", is_short(text) ? "bugzilla+" : "", text);
    } else if (!out.len) {
        buf_adds(&out, text);
    }
    return buf_take(&out);
}

char *place_of_list(const char *text)
{
    bool address = strchr(text, '@') && !strchr(text, ':');

    return xasprintf("%s%s", address ? "mailto:" : "", text);
}
