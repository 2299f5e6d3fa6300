#include "collector/difference.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"
/* "major minor name" of diskstats is the longest label. */
#define LABEL_WORDS 3u

static size_t word_len(const char *s)
{
    return strcspn(s, BLANKS "\n");
}

static const char *skip(const char *s)
{
    return s + strspn(s, BLANKS);
}

static bool is_number(const char *s, size_t n)
{
    return n && n < 20 && strspn(s, "0123456789") >= n;
}

/* A line of nothing but eight hexadecimal digits each. */
static bool is_hex_line(const char *s)
{
    unsigned words = 0;

    for (s = skip(s); *s && *s != '\n'; s = skip(s + word_len(s)), words++) {
        if (word_len(s) != 8 || strspn(s, "0123456789abcdef") < 8)
            return false;
    }
    return words > 1;
}

/* How long the label at the start of a line is: through the first word, of the
 * first few, that is no number. */
static size_t label_len(const char *line)
{
    const char *s = skip(line);

    for (unsigned i = 0; i < LABEL_WORDS && word_len(s); i++) {
        size_t n = word_len(s);

        if (!is_number(s, n))
            return (size_t)(s + n - line);
        s = skip(s + n);
    }
    return 0;
}

static const char *next_line(const char *s)
{
    s += strcspn(s, "\n");
    return *s ? s + 1 : s;
}

/* The line of first that belongs to line, or NULL.  *from is where looking
 * begins: the order is mostly the same. */
static const char *partner(const char *first, const char **from,
                           const char *line, size_t label)
{
    const char *s = *from;

    if (!label) {
        *from = next_line(s);
        return *s ? s : NULL;
    }
    for (int round = 0; round < 2; round++) {
        for (; *s; s = next_line(s)) {
            if (!strncmp(s, line, label) && strspn(s + label, BLANKS "\n")) {
                *from = next_line(s);
                return s;
            }
        }
        s = first;
        if (*from == first)
            break;
    }
    return NULL;
}

static uint64_t number(const char *s, int base)
{
    return strtoull(s, NULL, base);
}

static bool add_line(const char *was, const char *now, size_t label, int base,
                     struct buf *out)
{
    const char *end = now + strcspn(now, "\n");
    const char *a = was + label, *b = now + label;
    bool changed = false;

    buf_add(out, now, label);
    for (;;) {
        const char *p = skip(a), *q = skip(b);
        size_t n = word_len(p), m = word_len(q);
        uint64_t x, y;

        if (base == 10 && (!is_number(p, n) || !is_number(q, m)))
            break;
        if (!n || !m)
            break;
        x = number(p, base);
        y = number(q, base);
        buf_add(out, b, (size_t)(q - b));
        if (y >= x)
            buf_addf(out, "%" PRIu64, y - x);
        else
            buf_addf(out, "-%" PRIu64, x - y);
        changed |= x != y;
        a = p + n;
        b = q + m;
    }
    if (b < end)
        buf_add(out, b, (size_t)(end - b));
    buf_addc(out, '\n');
    return changed;
}

void difference_add(const char *first, const char *second, struct buf *out)
{
    const char *from = first;

    for (const char *now = second; *now; now = next_line(now)) {
        bool hex = is_hex_line(now);
        size_t label = hex ? 0 : label_len(now), start = out->len;
        const char *was = partner(first, &from, now, label);

        if (was && !add_line(was, now, label, hex ? 16 : 10, out)) {
            out->len = start;
            if (out->data)
                out->data[start] = '\0';
        }
    }
}
