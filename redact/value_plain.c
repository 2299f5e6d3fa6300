/* Values without quotes, and those in XML and URLs: what ends each form. */
#include <ctype.h>
#include <string.h>

#include "redact/value_special.h"

#define SEMI_LOOK 64

/* In running text a comma ends a word if a list goes on behind it. */
static bool comma_ends(const uint8_t *p, size_t n)
{
    size_t i = 1;
    uint8_t c = value_at(p, n, i);

    if (value_is(c, C_EOL | C_BLANK | C_QUOTE) || c == '}' || c == ']')
        return true;
    for (; i < 34; i++) {
        c = value_at(p, n, i);
        if ((c | 32) >= 'a' && (c | 32) <= 'z')
            continue;
        if (!((c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'))
            break;
    }
    return i > 1 && (c == '=' || c == ':');
}

/* The quote of a string that the whole option stands in. */
static size_t outer_quote(struct value *v, const uint8_t *p, size_t n)
{
    size_t r = 0;

    while (r < 32 && value_at(p, n, r) == '\\')
        r++;
    if (value_is(value_at(p, n, r), C_QUOTE) &&
        value_closes(v, p, n, r + 1, value_at(p, n, r)))
        return 0;
    return value_take(v, p, r ? r : 1);
}

/* In a connection string a blank is part of the value if KEY= follows behind
 * the next semicolon. */
static bool semi_follows(const uint8_t *p, size_t n)
{
    size_t i = 1, k;

    while (i < SEMI_LOOK &&
           !value_is(value_at(p, n, i), C_EOL | C_QUOTE | C_SEMI))
        i++;
    if (value_at(p, n, i) != ';')
        return false;
    for (k = ++i; i - k < SEMI_LOOK && value_at(p, n, i) != '='; i++)
        if (value_is(value_at(p, n, i), C_EOL | C_QUOTE | C_SEMI | C_ANGLE))
            return false;
    return value_at(p, n, i) == '=';
}

size_t value_word(struct value *v, const uint8_t *p, size_t n)
{
    switch (value_class[p[0]]) {
    case C_BLANK:
        return v->form == FORM_SEMI && semi_follows(p, n) ? value_take(v, p, 1)
                                                          : 0;
    case C_SLASH:
        if (value_is(value_at(p, n, 1), C_BLANK)) { /* a shell's */
            value_hash(v, p[1]);
            return 2;
        }
        return outer_quote(v, p, n);
    case C_QUOTE:
        return outer_quote(v, p, n);
    case C_COMMA:
        if (v->form == FORM_AUTO)
            return comma_ends(p, n) ? 0 : value_take(v, p, 1);
        if (value_at(p, n, 1) != ',')
            return 0;
        value_hash(v, ',');
        return 2;
    case C_SEMI:
        if (v->form == FORM_SEMI)
            return 0;
        return value_is(value_at(p, n, 1), C_EOL | C_BLANK)
                   ? 0
                   : value_take(v, p, 1);
    default:
        return 0;
    }
}

/* Blanks at the end of a line are no part of the value. */
static size_t blanks(struct value *v, const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < VALUE_BLANKS && value_is(value_at(p, n, i), C_BLANK))
        i++;
    return value_is(value_at(p, n, i), C_EOL) ? 0 : value_take(v, p, i);
}

size_t value_line(struct value *v, const uint8_t *p, size_t n)
{
    return value_is(p[0], C_EOL) ? 0 : blanks(v, p, n);
}

size_t value_yaml_plain(struct value *v, const uint8_t *p, size_t n)
{
    size_t k = value_fold(v, p, n);

    if (!k)
        return value_line(v, p, n);
    v->n_lines++;
    value_hash(v, ' ');
    return k;
}

/* A line of a text that is a string itself: its end may be written \n. */
size_t value_escaped_line(struct value *v, const uint8_t *p, size_t n)
{
    size_t r = 0;

    if (value_is(p[0], C_EOL | C_BLANK))
        return value_line(v, p, n);
    while (r < 8 && value_at(p, n, r) == '\\')
        r++;
    if (r && (value_at(p, n, r) == 'n' || value_at(p, n, r) == 'r'))
        return 0;
    return outer_quote(v, p, n);
}

size_t value_sexpr(struct value *v, const uint8_t *p, size_t n)
{
    if (p[0] != '\\' || value_is(value_at(p, n, 1), C_EOL))
        return 0;
    value_hash(v, p[1]);
    return 2;
}

size_t value_flow(struct value *v, const uint8_t *p, size_t n)
{
    (void)n;
    return p[0] == '[' ? value_take(v, p, 1) : 0;
}

/* ---- XML and URLs ---- */

size_t value_xml(struct value *v, const uint8_t *p, size_t n)
{
    if (p[0] == '&')
        return value_entity(v, p, n);
    if (value_is(p[0], C_BLANK))
        return blanks(v, p, n);
    if (p[0] == ']' && value_at(p, n, 1) == ']' && value_at(p, n, 2) == '>')
        return 0;
    if (value_is(p[0], C_BRACKET) || p[0] == '>' ||
        (value_is(p[0], C_QUOTE) && p[0] != (uint8_t)v->quote))
        return value_take(v, p, 1);
    return 0;
}

/* The host follows the last @ before the end of the authority. */
static bool host_follows(const uint8_t *p, size_t n)
{
    for (size_t i = 1; i < VALUE_NEAR; i++) {
        uint8_t c = value_at(p, n, i);

        if (c == '@')
            return false;
        if (value_is(c, C_EOL | C_BLANK | C_QUOTE | C_ANGLE) ||
            strchr("/?#", c))
            return true;
    }
    return false;
}

static size_t percent(struct value *v, const uint8_t *p, size_t n)
{
    unsigned long c;

    if (n < 3 || value_number(p + 1, n - 1, 16, 2, &c) != 2)
        return value_take(v, p, 1);
    value_hash(v, (uint8_t)c);
    return 3;
}

size_t value_userinfo(struct value *v, const uint8_t *p, size_t n)
{
    if (p[0] == '@')
        return host_follows(p, n) ? 0 : value_take(v, p, 1);
    if (p[0] == '%')
        return percent(v, p, n);
    return p[0] == '\'' ? value_take(v, p, 1) : 0;
}

size_t value_query(struct value *v, const uint8_t *p, size_t n)
{
    return p[0] == '%' ? percent(v, p, n) : 0;
}

/* Go's drivers: a protocol and a bracket follow the @. */
size_t value_dsn(struct value *v, const uint8_t *p, size_t n)
{
    size_t i = 1;

    if (p[0] != '@')
        return 0;
    while (i < 12 && isalnum(value_at(p, n, i)))
        i++;
    return value_at(p, n, i) == '(' ? 0 : value_take(v, p, 1);
}
