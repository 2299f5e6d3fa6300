/* Goes back from the END line over what looks like key. */
#include "redact/cut.h"

#include <ctype.h>
#include <string.h>

#define LINE_MIN                                                               \
    32 /* but for the first line of the text and the last of it                \
        */

static bool holds(const uint8_t *p, size_t n, const char *text)
{
    return memmem(p, n, text, strlen(text)) != NULL;
}

/* A text of plain lines is looked through for its dashes alone. */
static bool may_end(const uint8_t *p, size_t n)
{
    const uint8_t *end = p + n, *at = p;

    for (; (at = memchr(at, '-', (size_t)(end - at))); at++) {
        if ((end - at >= 9 && !memcmp(at, "-----END ", 9)) ||
            (at - p >= 7 && !memcmp(at - 7, "Private", 7)))
            return true;
    }
    return false;
}

static size_t line_len(const uint8_t *p, size_t n)
{
    const uint8_t *nl = memchr(p, '\n', n);

    return nl ? (size_t)(nl - p) : n;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* How much base64 the line is, 0 if it is anything else. */
static size_t base64_len(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (n && is_blank(p[n - 1]))
        n--;
    while (i < n && is_blank(p[i]))
        i++;
    p += i;
    n -= i;
    for (i = 0; i < n; i++)
        if (p[i] >= 128 || !(isalnum(p[i]) || strchr("+/=", p[i])) || !p[i])
            return 0;
    return n;
}

/* PEM and PGP have END; PuTTY's files go on with a sum. */
static bool is_end(const uint8_t *p, size_t n)
{
    while (n && is_blank(*p)) {
        p++;
        n--;
    }
    return (n > 9 && !memcmp(p, "-----END ", 9) &&
            holds(p, n, "PRIVATE KEY")) ||
           (n > 12 && !memcmp(p, "Private-MAC:", 12)) ||
           (n > 13 && !memcmp(p, "Private-Hash:", 13));
}

bool cut_key_find(const uint8_t *p, size_t n, size_t *from, size_t *to)
{
    size_t len, k, next, start = 0;
    bool within = false; /* the lines from start on look like key */

    if (n > CUT_LOOK)
        n = CUT_LOOK;
    if (!may_end(p, n))
        return false;
    for (size_t i = 0; i < n; i += len + 1) {
        len = line_len(p + i, n - i);
        if (is_end(p + i, len)) {
            *from = start;
            *to = i;
            return within;
        }
        k = base64_len(p + i, len);
        if (k && !within)
            start = i;
        /* A short line is the last one, or the one that was cut. */
        next = i + len < n ? i + len + 1 : n;
        within = k >= LINE_MIN ||
                 (k && ((!i && !is_blank(*p)) ||
                        is_end(p + next, line_len(p + next, n - next))));
    }
    return false;
}
