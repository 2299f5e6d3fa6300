#include "redact/hunt.h"

#include <ctype.h>
#include <string.h>

#include "redact/cut.h"

#define WORD_MIN 40   /* base64 of a line, */
#define FIRST_MIN 16  /* of the first one of a text, which may be cut, */
#define PADDED_MIN 12 /* of the last one of a key with =, */
#define LAST_MIN 4    /* and of one right before END */
#define LINE_MIN 60   /* with text behind it */
#define TAG_MAX 24u   /* of an element of HTML */

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

/* What it is the begin of, up to the dashes; 0: of no private key. */
static size_t kind_len(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < n && (isupper(p[i]) || isdigit(p[i]) || p[i] == ' '))
        i++;
    return holds(p, i, "PRIVATE KEY") && n - i >= 5 &&
                   !memcmp(p + i, "-----", 5)
               ? i + 5
               : 0;
}

size_t hunt_begin_rest(const uint8_t *p, size_t n)
{
    return n && *p == ' ' ? kind_len(p, n < HUNT_BEGIN ? n : HUNT_BEGIN) : 0;
}

size_t hunt_begin(const uint8_t *p, size_t n, size_t *len)
{
    static const char begin[] = "-----BEGIN ";
    const uint8_t *at;
    size_t from, kind;

    if (n > HUNT_BEGIN)
        n = HUNT_BEGIN;
    at = memmem(p, n, begin, strlen(begin));
    *len = 0;
    if (!at)
        return 0;
    from = (size_t)(at - p);
    kind = kind_len(at + strlen(begin), n - from - strlen(begin));
    *len = kind ? strlen(begin) + kind : 0;
    return from;
}

/* Without what closes a string or an element behind it. */
static size_t trimmed(const uint8_t *p, size_t end)
{
    const uint8_t *tag;

    while (end) {
        if (strchr(" \t\r\"'$\\,;`)}]|", p[end - 1])) {
            end--;
        } else if (end > 1 && p[end - 1] == 'n' && p[end - 2] == '\\') {
            end -= 2;
        } else if (p[end - 1] == '>') {
            tag = memrchr(p, '<', end - 1);
            if (!tag || (size_t)(p + end - tag) > TAG_MAX)
                break;
            end = (size_t)(tag - p);
        } else {
            break;
        }
    }
    return end;
}

/* Where the word begins that ends there. */
static size_t word_start(const uint8_t *p, size_t end)
{
    while (end && p[end - 1] == '=')
        end--;
    while (end && is_base64(p[end - 1]) && p[end - 1] != '=')
        end--;
    return end;
}

/* A path has more slashes than a key. */
static bool is_path(const uint8_t *p, size_t n)
{
    size_t slashes = 0;

    for (size_t i = 0; i < n; i++)
        slashes += p[i] == '/';
    return slashes * 8 > n;
}

/* Text stands behind it, so it is as long as the line of a key, no less. */
static bool hunt_within(const uint8_t *p, size_t len, size_t *from)
{
    size_t size;

    for (size_t end = len; end >= LINE_MIN; end = *from) {
        while (end && !is_base64(p[end - 1]))
            end--;
        *from = word_start(p, end);
        size = end - *from;
        if (size >= LINE_MIN && !is_path(p + *from, size) &&
            is_mixed(p + *from, size))
            return true;
    }
    return false;
}

bool hunt_line(const uint8_t *p, size_t n, bool first, size_t *from)
{
    size_t len = line_len(p, n), end, next, size, least;

    if (len == HUNT_LINE || hunt_ends(p, n))
        return false;
    end = trimmed(p, len);
    *from = word_start(p, end);
    size = end - *from;
    if (!size)
        return hunt_within(p, len, from);
    least = p[end - 1] == '=' ? PADDED_MIN : first ? FIRST_MIN : WORD_MIN;
    next = len < n ? len + 1 : n;
    if (size < least &&
        (size < LAST_MIN ||
         !holds(p + next, line_len(p + next, n - next), "-----END ")))
        return hunt_within(p, len, from);
    if (size < WORD_MIN && p[end - 1] == '=')
        return true;
    return (!is_path(p + *from, size) && is_mixed(p + *from, size)) ||
           hunt_within(p, len, from);
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
