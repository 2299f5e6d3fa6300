#include "redact/parts.h"

#include <errno.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* The length of {name} at p; 0: it is something else. */
static size_t reference(const char *p)
{
    size_t n;

    if (p[0] != '{' || p[1] < 'a' || p[1] > 'z')
        return 0;
    n = 1 + strspn(p + 1, LETTERS);
    return p[n] == '}' ? n + 1 : 0;
}

/* The length of an escape, a class or a single byte at p: in none of them is a
 * brace a reference. */
static size_t plain(const char *p)
{
    size_t n = 1;

    if (p[0] == '\\' && p[1])
        return 2;
    if (p[0] != '[')
        return 1;
    n += p[n] == '^';
    n += p[n] == ']'; /* the first one is a member */
    while (p[n] && p[n] != ']')
        n += p[n] == '\\' && p[n + 1] ? 2 : 1;
    return p[n] ? n + 1 : n;
}

static const char *find(const struct part *parts, size_t n, const char *name,
                        size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(parts[i].name) == len && !memcmp(parts[i].name, name, len))
            return parts[i].text;
    return NULL;
}

int parts_expand(const struct part *parts, size_t n, const char *anchor,
                 size_t max, struct buf *out, struct err *err)
{
    const char *p = anchor, *text;
    size_t k;

    while (*p && out->len <= max) {
        k = reference(p);
        if (!k) {
            k = plain(p);
            buf_add(out, p, k);
            p += k;
            continue;
        }
        text = find(parts, n, p + 1, k - 2);
        if (!text)
            return err_set(err, -EINVAL, "there is no part %.*s before it",
                           (int)(k - 2 < 40 ? k - 2 : 40), p + 1);
        buf_adds(out, "(?:");
        buf_adds(out, text);
        buf_addc(out, ')');
        p += k;
    }
    if (out->len > max)
        return err_set(err, -EINVAL, "written out it has more than %zu bytes",
                       max);
    return 0;
}
