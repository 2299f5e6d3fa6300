#include "redact/expr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "redact/anchor.h"

enum why {
    WHY_HEX = 1,
    WHY_ESCAPE,
    WHY_CLASS_END,
    WHY_POSIX,
    WHY_RANGE,
    WHY_NUMBER,
    WHY_NO_BOUND,
    WHY_REPEAT_END,
    WHY_BOUNDS,
};

const char *expr_why(int rc)
{
    static const char *const why[] = {
        [WHY_HEX] = "\\x needs two hex digits",
        [WHY_ESCAPE] = "this escape is not allowed",
        [WHY_CLASS_END] = "the class has no end",
        [WHY_POSIX] = "[: :] is not allowed, write the bytes",
        [WHY_RANGE] = "the range is the wrong way round",
        [WHY_NUMBER] = "{ must be followed by a number, or written \\{",
        [WHY_NO_BOUND] = "a repeat without an upper bound is not allowed",
        [WHY_REPEAT_END] = "the repeat has no end",
        [WHY_BOUNDS] = "the bounds of the repeat are not allowed",
    };

    return why[-rc];
}

static void set_range(struct byteset *s, unsigned lo, unsigned hi)
{
    for (unsigned c = lo; c <= hi; c++)
        s->has[c] = 1;
}

/* \w and the like, as PCRE2 and libhs have them without Unicode. */
static bool set_shorthand(struct byteset *s, char c)
{
    struct byteset t = {{0}};

    switch (tolower((unsigned char)c)) {
    case 'd':
        set_range(&t, '0', '9');
        break;
    case 'w':
        set_range(&t, '0', '9');
        set_range(&t, 'A', 'Z');
        set_range(&t, 'a', 'z');
        t.has['_'] = 1;
        break;
    case 's':
        set_range(&t, '\t', '\r');
        t.has[' '] = 1;
        break;
    default:
        return false;
    }
    for (unsigned i = 0; i < 256; i++)
        if (t.has[i] != (isupper((unsigned char)c) != 0))
            s->has[i] = 1;
    return true;
}

/* The byte that an escape stands for; *p is behind the backslash. */
static int escaped_byte(const char **p)
{
    static const char names[] = "t\tn\nr\rf\f";
    const char *q;
    char hex[3];

    if (**p == 'x') {
        if (!isxdigit((unsigned char)(*p)[1]) ||
            !isxdigit((unsigned char)(*p)[2]))
            return -WHY_HEX;
        memcpy(hex, *p + 1, 2);
        hex[2] = '\0';
        *p += 3;
        return (int)strtoul(hex, NULL, 16);
    }
    if (ispunct((unsigned char)**p))
        return (unsigned char)*(*p)++;
    for (q = names; *q; q += 2) {
        if (**p == *q) {
            ++*p;
            return (unsigned char)q[1];
        }
    }
    return -WHY_ESCAPE;
}

static int class_byte(const char **p)
{
    if (**p == '\\') {
        ++*p;
        return escaped_byte(p);
    }
    return (unsigned char)*(*p)++;
}

/* A byte of a class, or a range. */
static int class_part(const char **p, struct byteset *s)
{
    int lo, hi;

    if (**p == '[' && ((*p)[1] == ':' || (*p)[1] == '.'))
        return -WHY_POSIX;
    if (**p == '\\' && set_shorthand(s, (*p)[1])) {
        *p += 2;
        return 0;
    }
    if ((lo = class_byte(p)) < 0)
        return lo;
    hi = lo;
    if ((*p)[0] == '-' && (*p)[1] && (*p)[1] != ']') {
        ++*p;
        if ((hi = class_byte(p)) < 0)
            return hi;
        if (hi < lo)
            return -WHY_RANGE;
    }
    set_range(s, (unsigned)lo, (unsigned)hi);
    return 0;
}

int expr_class(const char **p, struct byteset *out)
{
    bool negated = false;
    const char *first;
    int rc;

    memset(out, 0, sizeof(*out));
    if (*++*p == '^') {
        negated = true;
        ++*p;
    }
    for (first = *p; **p != ']' || *p == first;) {
        if (!**p)
            return -WHY_CLASS_END;
        rc = class_part(p, out);
        if (rc)
            return rc;
    }
    ++*p;
    if (negated)
        for (unsigned i = 0; i < 256; i++)
            out->has[i] = !out->has[i];
    return 0;
}

bool expr_is_edge(const char *p)
{
    return p[0] == '\\' && (p[1] == 'b' || p[1] == 'B');
}

int expr_escape(const char **p, struct byteset *out)
{
    int c;

    memset(out, 0, sizeof(*out));
    ++*p;
    if (set_shorthand(out, **p)) {
        ++*p;
        return 0;
    }
    if ((c = escaped_byte(p)) < 0)
        return c;
    out->has[c] = 1;
    return 0;
}

int expr_bounds(const char **p, unsigned *lo, unsigned *hi)
{
    char *end;

    if (!isdigit((unsigned char)(*p)[1]))
        return -WHY_NUMBER;
    *lo = *hi = (unsigned)strtoul(*p + 1, &end, 10);
    if (*end == ',') {
        if (!isdigit((unsigned char)end[1])) {
            *p = end;
            return -WHY_NO_BOUND;
        }
        *hi = (unsigned)strtoul(end + 1, &end, 10);
    }
    if (*end != '}')
        return -WHY_REPEAT_END;
    if (*hi < *lo || *hi == 0 || *hi > ANCHOR_REPEAT)
        return -WHY_BOUNDS;
    *p = end + 1;
    return 0;
}
