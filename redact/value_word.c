/* The forms of a secret that shows what it is, so that its value begins with
 * it: "word" takes letters, digits, - and _, and . or ~ if more of them follow
 * (a dot that ends a sentence stays); "base64" takes also + / = as they are, as
 * %XX, and as JSON writers escape them (\/ and \u003d); "hash" takes what
 * crypt(3) and its kin print, but not the colon that ends a field.
 *
 * A decision looks at most AHEAD bytes ahead, and nothing is decided before
 * these bytes are there; so where the text is cut cannot matter. */
#include "redact/value.h"

#include <string.h>

#define SLASHES 7
#define AHEAD (SLASHES + 5) /* \\\\u003d */

static bool in_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static int hex(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The n hex digits at p; -1 if they are not n. */
static int hex_number(const uint8_t *p, size_t have, size_t n)
{
    int c = 0;

    if (have < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (hex(p[i]) < 0)
            return -1;
        c = c << 4 | hex(p[i]);
    }
    return c;
}

static size_t escaped(const uint8_t *p, size_t n, uint8_t *out)
{
    size_t r = 0;
    int c;

    if (p[0] == '%') {
        c = hex_number(p + 1, n - 1, 2);
        *out = (uint8_t)c;
        return c > ' ' && c < 127 ? 3 : 0;
    }
    while (r < n && r < SLASHES && p[r] == '\\')
        r++;
    if (!r || r == n)
        return 0;
    *out = '/';
    if (p[r] == '/')
        return r + 1;
    c = p[r] == 'u' ? hex_number(p + r + 1, n - r - 1, 4) : -1;
    *out = (uint8_t)c;
    return c == '+' || c == '/' || c == '=' ? r + 5 : 0;
}

/* A comma stands only between the parameters of argon2 and the like. */
static size_t in_hash(const uint8_t *p, size_t n)
{
    if (p[0] == ',')
        return n > 2 && in_word(p[1]) && p[2] == '=';
    return p[0] && strchr("./+=$", p[0]) != NULL;
}

/* What of the value is at p: its length, 0 if it has ended. */
static size_t one(const struct value *v, const uint8_t *p, size_t n,
                  uint8_t *out)
{
    *out = p[0];
    if (in_word(p[0]))
        return 1;
    if (v->form == FORM_HASH)
        return in_hash(p, n);
    if (p[0] == '.' || p[0] == '~')
        return n > 1 && in_word(p[1]);
    if (v->form == FORM_WORD)
        return 0;
    if (p[0] == '+' || p[0] == '/' || p[0] == '=')
        return 1;
    return escaped(p, n, out);
}

int value_word_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                    size_t *gone)
{
    size_t i = 0, k;
    uint8_t c;

    while (i < n && (n - i >= AHEAD || eof)) {
        k = one(v, p + i, n - i, &c);
        if (!k) {
            *gone = i;
            return VALUE_DONE;
        }
        value_hash(v, c);
        i += k;
    }
    *gone = i;
    return eof ? VALUE_DONE : VALUE_MORE;
}
