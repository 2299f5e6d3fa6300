#include "redact/hunt.h"

#include <ctype.h>
#include <string.h>

#include "redact/cut.h"

#define WORD_MIN 40   /* base64 of a line, */
#define FIRST_MIN 16  /* of the first one of a text, which may be cut, */
#define PADDED_MIN 12 /* of the last one of a key with =, */
#define LAST_MIN 4    /* and of one right before END */

static size_t line_len(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < n && i < HUNT_LINE && p[i] != '\n' && p[i])
        i++;
    return i;
}

static bool is_base64(uint8_t c)
{
    return c < 128 && (isalnum(c) || c == '+' || c == '/' || c == '=');
}

/* Letters of both kinds and digits: no sum in hexadecimal, no word. */
static bool is_mixed(const uint8_t *p, size_t n)
{
    bool upper = false, lower = false, digit = false;

    for (size_t i = 0; i < n; i++) {
        upper = upper || isupper(p[i]);
        lower = lower || islower(p[i]);
        digit = digit || isdigit(p[i]);
    }
    return upper && lower && digit;
}

static bool holds(const uint8_t *p, size_t n, const char *text)
{
    return memmem(p, n, text, strlen(text)) != NULL;
}

bool hunt_ends(const uint8_t *p, size_t n)
{
    size_t len = line_len(p, n);

    return holds(p, len, "-----END ") || holds(p, len, "-----BEGIN ");
}

bool hunt_line(const uint8_t *p, size_t n, bool first, size_t *from)
{
    size_t len = line_len(p, n), end = len, start, next, size, least;

    if (len == HUNT_LINE || hunt_ends(p, n))
        return false;
    while (end &&
           (p[end - 1] == ' ' || p[end - 1] == '\t' || p[end - 1] == '\r'))
        end--;
    for (start = end; start && is_base64(p[start - 1]);)
        start--;
    size = end - start;
    if (!size || (start && p[start - 1] != ' ' && p[start - 1] != '\t'))
        return false;
    least = first ? FIRST_MIN : p[end - 1] == '=' ? PADDED_MIN : WORD_MIN;
    next = len < n ? len + 1 : n;
    if (size < least &&
        (size < LAST_MIN ||
         !holds(p + next, line_len(p + next, n - next), "-----END ")))
        return false;
    *from = start;
    return (size < WORD_MIN && p[end - 1] == '=') || is_mixed(p + start, size);
}

bool hunt_find(const uint8_t *p, size_t n, size_t *end)
{
    const uint8_t *at;

    if (n > CUT_LOOK)
        n = CUT_LOOK;
    at = memmem(p, n, "-----END ", 9);
    if (!at)
        return false;
    *end = (size_t)(at - p);
    return holds(at, line_len(at, n - *end), "PRIVATE KEY") &&
           !holds(p, *end, "-----BEGIN ");
}
