/* Strings in XML: "xml-quoted" is a string that was escaped as a whole, so that
 * its quotes are &apos; and &quot; (a configuration in an attribute, JSON in an
 * element); "xapi" is a string of the xapi database, where a blank is written
 * %. and a % is %%.
 *
 * Entities are decoded down to the last level of escaping, and a backslash
 * before a quote or a backslash goes, so that one secret has one token. */
#include "redact/value.h"

#include <string.h>

#include "redact/redact.h"
#include "redact/token.h"

#define LOOK 64 /* no decision needs more bytes */
#define SLASHES 7

/* One entity: &apos; or &amp;apos; or &#39; ... */
struct entity {
    size_t len;     /* 0: there is none */
    unsigned depth; /* how many amp; before its name */
    unsigned long c;
};

static bool starts(const uint8_t *p, size_t n, const char *text)
{
    size_t k = strlen(text);

    return n >= k && !memcmp(p, text, k);
}

/* The name or number behind the &, with its semicolon. */
static size_t entity_name(const uint8_t *p, size_t n, unsigned long *c)
{
    static const struct {
        const char *text;
        char c;
    } names[] = {{"amp;", '&'},
                 {"lt;", '<'},
                 {"gt;", '>'},
                 {"quot;", '"'},
                 {"apos;", '\''}};
    size_t k, skip;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (starts(p, n, names[i].text)) {
            *c = (unsigned char)names[i].c;
            return strlen(names[i].text);
        }
    }
    if (n < 3 || p[0] != '#')
        return 0;
    skip = (p[1] | 32) == 'x' ? 2 : 1;
    k = value_number(p + skip, n - skip, skip == 2 ? 16 : 10, 7, c);
    return k && skip + k < n && p[skip + k] == ';' ? skip + k + 1 : 0;
}

static struct entity entity_at(const uint8_t *p, size_t n)
{
    struct entity e = {0};
    unsigned long c;
    size_t i = 1, k;

    if (!n || p[0] != '&')
        return e;
    while (e.depth < 4 && starts(p + i, n - i, "amp;") &&
           entity_name(p + i + 4, n - i - 4, &c)) {
        e.depth++;
        i += 4;
    }
    k = entity_name(p + i, n - i, &e.c);
    e.len = k ? i + k : 0;
    return e;
}

size_t value_entity(struct value *v, const uint8_t *p, size_t n)
{
    struct entity e = entity_at(p, n);

    if (!e.len) {
        value_hash(v, p[0]);
        return 1;
    }
    value_hash_utf8(v, e.c);
    return e.len;
}

/* A quote, bare or as an entity; depth 0 is a bare one. */
static size_t quote_at(const uint8_t *p, size_t n, uint8_t *quote,
                       unsigned *depth)
{
    struct entity e;

    *depth = 0;
    if (n && (p[0] == '"' || p[0] == '\'')) {
        *quote = p[0];
        return 1;
    }
    e = entity_at(p, n);
    if (!e.len || (e.c != '"' && e.c != '\''))
        return 0;
    *quote = (uint8_t)e.c;
    *depth = e.depth + 1;
    return e.len;
}

/* xapi's way to keep blanks in attributes (xapi_xml_spaces). */
static size_t percent(struct value *v, const uint8_t *p, size_t n)
{
    static const char names[] = ". %%n\nt\tr\r";

    for (const char *q = names; n > 1 && *q; q += 2) {
        if (p[1] == (uint8_t)*q) {
            value_hash(v, (uint8_t)q[1]);
            return 2;
        }
    }
    value_hash(v, '%');
    return 1;
}

/* Takes what is at p; 0: the value ends here. */
static size_t one(struct value *v, const uint8_t *p, size_t n)
{
    unsigned unit = 2 * (v->slashes + 1), r = 0, depth;
    uint8_t quote;
    size_t k;

    if (p[0] == '\n' || p[0] == '\r' || !p[0])
        return 0;
    while (r < unit && r < n && p[r] == '\\')
        r++;
    if (r == unit) {
        value_hash(v, '\\');
        return unit;
    }
    k = r < n ? quote_at(p + r, n - r, &quote, &depth) : 0;
    if (k && r == v->slashes && quote == (uint8_t)v->quote && depth == v->depth)
        return 0;
    if (k && r && (v->form == FORM_XAPI || quote == (uint8_t)v->quote)) {
        value_hash(v, quote);
        return r + k;
    }
    if (r) {
        value_hash(v, '\\');
        return 1;
    }
    if (p[0] == '%' && v->form == FORM_XAPI)
        return percent(v, p, n);
    if (p[0] == '&')
        return value_entity(v, p, n);
    value_hash(v, p[0]);
    return 1;
}

/* The token must end where a value can: as one() sees it. */
static bool is_token(const struct value *v, const uint8_t *p, size_t n)
{
    size_t t =
        v->context.keep_tokens ? redact_token_len((const char *)p, n) : 0;
    size_t r = 0;
    uint8_t quote;
    unsigned depth;

    if (!t || t == n || p[t] == '\n' || p[t] == '\r' || !p[t])
        return t > 0;
    p += t;
    n -= t;
    while (r < v->slashes && r < n && p[r] == '\\')
        r++;
    return r == v->slashes && quote_at(p + r, n - r, &quote, &depth) &&
           quote == (uint8_t)v->quote && depth == v->depth;
}

int value_xml_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                   size_t *raw, size_t *gone)
{
    size_t i = 0, k;
    uint8_t quote;

    if (!v->opened) {
        if (n < 2 * LOOK + TOKEN_MAX && !eof)
            return VALUE_MORE;
        v->opened = true;
        while (i < SLASHES && i < n && p[i] == '\\')
            i++;
        v->slashes = (unsigned)i;
        k = quote_at(p + i, n - i, &quote, &v->depth);
        if (!k)
            return VALUE_DONE;
        i = *raw = i + k;
        v->quote = (char)quote;
        if (is_token(v, p + i, n - i))
            return VALUE_DONE;
    }
    while (i < n && (n - i >= LOOK || eof)) {
        k = one(v, p + i, n - i);
        if (!k) {
            *gone = i - *raw;
            return VALUE_DONE;
        }
        i += k;
    }
    *gone = i - *raw;
    return eof ? VALUE_DONE : VALUE_MORE;
}
