/* Values in quotes: where they begin, what their escapes stand for, which quote
 * ends them. */
#include <string.h>

#include "redact/value_special.h"

#define LIST_BLANKS 64

/* A quote ends a value only if what follows can follow a value; so it's and
 * a"b stay whole.  p[i] is the byte behind the quote. */
bool value_closes(const struct value *v, const uint8_t *p, size_t n, size_t i,
                  uint8_t quote)
{
    static const char loose[] = ",;)]}>\\", strict[] = ",;#)]}>(\\";
    const char *after = loose;
    size_t end, k;
    uint8_t c;

    if (v->form == FORM_LINE || v->form == FORM_YAML) {
        for (end = i + VALUE_BLANKS;
             i < end && value_is(value_at(p, n, i), C_BLANK);)
            i++;
        /* xenstore-ls -p pads with dots before the permissions. */
        for (k = i;
             k < end && strchr(" .", value_at(p, n, k)) && value_at(p, n, k);)
            k++;
        i = value_at(p, n, k) == '(' ? k : i;
        after = strict;
    }
    c = value_at(p, n, i);
    if (value_is(c, C_EOL) || (value_is(c, C_BLANK) && after == loose))
        return true;
    if (c == '/' && value_at(p, n, i + 1) == '>')
        return true;
    if (value_is(c, C_QUOTE) && c != quote)
        return true;
    return strchr(after, c) != NULL;
}

/* p is at the letter of an escape that r backslashes begin. */
static size_t unescape(struct value *v, const uint8_t *p, size_t n, unsigned r)
{
    static const char names[] = "n\nt\tr\rb\bf\fa\av\v";
    unsigned long c, low;
    size_t k;

    for (const char *q = names; *q; q += 2) {
        if (p[0] == (uint8_t)*q) {
            value_hash(v, (uint8_t)q[1]);
            return 1;
        }
    }
    if (p[0] == 'u' && value_number(p + 1, n - 1, 16, 4, &c) == 4) {
        k = 5;
        if (c >= 0xd800 && c < 0xdc00 && n > k + r + 5 && p[k] == '\\' &&
            p[k + r] == 'u' &&
            value_number(p + k + r + 1, n - k - r - 1, 16, 4, &low) == 4 &&
            low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
            k += r + 5;
        }
        value_hash_utf8(v, c);
        return k;
    }
    if (p[0] == 'x' && (k = value_number(p + 1, n - 1, 16, 2, &c)) > 0) {
        value_hash(v, (uint8_t)c);
        return k + 1;
    }
    if ((k = value_number(p, n, 8, 3, &c)) > 0) {
        value_hash(v, (uint8_t)c);
        return k;
    }
    value_hash(v, p[0]);
    return 1;
}

/* How shells write a quote inside of quotes: '\\'' and '"'"'. */
static size_t shell_quote(const struct value *v, const uint8_t *p, size_t n)
{
    if (p[0] == '\'' && v->quote == '\'') {
        if (n >= 4 && !memcmp(p, "'\\''", 4))
            return 4;
        if (n >= 5 && !memcmp(p, "'\"'\"'", 5))
            return 5;
    }
    return 0;
}

/* In a list, where the next string begins behind the quote before p[i]: the
 * length up to it, 0 if there is none. */
static size_t next_string(const struct value *v, const uint8_t *p, size_t n,
                          size_t i)
{
    size_t end = i + LIST_BLANKS, r = 0;

    while (i < end && value_is(value_at(p, n, i), C_BLANK | C_EOL) && i < n)
        i++;
    if (value_at(p, n, i) != ',' && value_at(p, n, i) != ':')
        return 0;
    end = ++i + LIST_BLANKS;
    while (i < end && value_is(value_at(p, n, i), C_BLANK | C_EOL) && i < n)
        i++;
    while (r < v->slashes && value_at(p, n, i + r) == '\\')
        r++;
    if (r < v->slashes || value_at(p, n, i + r) != (uint8_t)v->quote)
        return 0;
    return i + r + 1;
}

/* What a quote of the value's own kind means, behind r backslashes. */
static size_t own_quote(struct value *v, const uint8_t *p, size_t n, size_t r)
{
    uint8_t c = (uint8_t)v->quote;
    size_t k = v->form == FORM_LIST ? next_string(v, p, n, r + 1) : 0;

    if (k) {
        value_hash(v, ',');
        return k;
    }
    if (r == 0 && value_at(p, n, 1) == c) { /* YAML's '' */
        value_hash(v, c);
        return 2;
    }
    return value_closes(v, p, n, r + 1, c) ? 0 : value_take(v, p, r + 1);
}

/* A string of YAML goes on in the next line. */
static size_t at_line_end(struct value *v, const uint8_t *p, size_t n)
{
    size_t k = v->form == FORM_YAML ? value_fold(v, p, n) : 0;

    if (k) {
        v->n_lines++;
        value_hash(v, ' ');
    }
    return k;
}

/* A string inside a string inside ...: where the quotes have s backslashes, a
 * backslash of the value is written with 2(s + 1), and a quote of the value has
 * 2s + 1. */
size_t value_quoted(struct value *v, const uint8_t *p, size_t n)
{
    unsigned unit = 2 * (v->slashes + 1), r = 0;
    size_t shell = v->slashes ? 0 : shell_quote(v, p, n);
    uint8_t c;

    if (value_is(p[0], C_EOL))
        return at_line_end(v, p, n);
    if (shell) {
        value_hash(v, p[0]);
        return shell;
    }
    while (r < unit && value_at(p, n, r) == '\\')
        r++;
    if (r == unit) {
        value_hash(v, '\\');
        return unit;
    }
    c = value_at(p, n, r);
    if (c == (uint8_t)v->quote && r <= v->slashes)
        return own_quote(v, p, n, r);
    if (value_is(c, C_QUOTE)) {
        value_hash(v, c);
        return r + 1;
    }
    if (value_is(c, C_EOL) || r == 0)
        return value_take(v, p, r ? r : 1);
    return r + unescape(v, p + r, n - r, r);
}

/* Is this the second of two quotes, with no other one of that kind on the line?
 * Then what follows is no part of the value. */
static bool is_empty(const uint8_t *p, size_t n, size_t i, uint8_t quote)
{
    if (value_at(p, n, i) != quote || !value_is(value_at(p, n, i + 1), C_BLANK))
        return false;
    for (i++; i < VALUE_BLANKS; i++) {
        if (value_is(value_at(p, n, i), C_EOL))
            return true;
        if (value_at(p, n, i) == quote)
            return false;
    }
    return false;
}

size_t value_open_quote(struct value *v, const uint8_t *p, size_t n)
{
    unsigned r = 0;
    uint8_t c;

    while (r < 7 && value_at(p, n, r) == '\\')
        r++;
    c = value_at(p, n, r);
    if (!value_is(c, C_QUOTE))
        return 0;
    /* The end of the list that the item stands in, not the begin of one. */
    if (v->form == FORM_ITEM && value_closes(v, p, n, r + 1, c))
        return 0;
    v->empty = (v->form == FORM_LINE || v->form == FORM_YAML) &&
               is_empty(p, n, r + 1, c);
    v->quoted = true;
    v->quote = (char)c;
    v->slashes = r;
    return r + 1;
}

size_t value_open_cdata(struct value *v, const uint8_t *p, size_t n)
{
    static const char begin[] = "<![CDATA[";
    size_t len = sizeof(begin) - 1;

    v->quoted = n >= len && !memcmp(p, begin, len);
    return v->quoted ? len : 0;
}

size_t value_cdata(struct value *v, const uint8_t *p, size_t n)
{
    if (value_is(p[0], C_EOL))
        return 0;
    if (p[0] == ']' && value_at(p, n, 1) == ']' && value_at(p, n, 2) == '>')
        return 0;
    return value_take(v, p, 1);
}
