#include "redact/pseudonym_spell.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define SPELLING_MAX 33

/* ---- addresses ----------------------------------------------------------- */

typedef void spelling_fn(const uint8_t *ip, char out[SPELLING_MAX]);

static void dots(const uint8_t *ip, char out[SPELLING_MAX])
{
    snprintf(out, SPELLING_MAX, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

static void dashes(const uint8_t *ip, char out[SPELLING_MAX])
{
    snprintf(out, SPELLING_MAX, "%u-%u-%u-%u", ip[0], ip[1], ip[2], ip[3]);
}

static void digits(const uint8_t *ip, size_t n, char out[SPELLING_MAX])
{
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", ip[i]);
}

static void digits4(const uint8_t *ip, char out[SPELLING_MAX])
{
    digits(ip, 4, out);
}

static void digits6(const uint8_t *ip, char out[SPELLING_MAX])
{
    digits(ip, 16, out);
}

/* Each word of 32 bits from its last byte on, as /proc/net has it. */
static void words(const uint8_t *ip, size_t n, char out[SPELLING_MAX])
{
    uint8_t swapped[16];

    for (size_t i = 0; i < n; i++)
        swapped[i] = ip[i ^ 3];
    digits(swapped, n, out);
}

static void words4(const uint8_t *ip, char out[SPELLING_MAX])
{
    words(ip, 4, out);
}

static void words6(const uint8_t *ip, char out[SPELLING_MAX])
{
    words(ip, 16, out);
}

void pseudonym_spell(const struct pseudonym_keys *keys,
                     struct names_known *names, const uint8_t *ip, size_t n)
{
    static spelling_fn *const four[] = {dots, dashes, digits4, words4};
    static spelling_fn *const six[] = {digits6, words6};
    size_t n_forms =
        n == 4 ? sizeof(four) / sizeof(four[0]) : sizeof(six) / sizeof(six[0]);
    struct pseudonym_map *map = pseudonym_map_new(keys);
    uint8_t stands[16];

    memcpy(stands, ip, n);
    if (n == 4) {
        uint32_t x =
            pseudonym_ip4(map, (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 |
                                   (uint32_t)ip[2] << 8 | ip[3]);

        for (unsigned i = 0; i < 4; i++)
            stands[i] = (uint8_t)(x >> (24 - 8 * i));
    } else {
        pseudonym_ip6(map, stands);
    }
    for (size_t i = 0; i < n_forms; i++) {
        char from[SPELLING_MAX], to[SPELLING_MAX];

        (n == 4 ? four : six)[i](ip, from);
        (n == 4 ? four : six)[i](stands, to);
        names_known_spell(names, from, to);
    }
    pseudonym_map_free(map);
}

/* ---- names --------------------------------------------------------------- */

/* A name's dashes as device-mapper and systemd write them, and both in turn;
 * those with backslashes also in JSON; as smartd has those of serial numbers.
 */
static void add_escaped(struct names_known *k, const struct name *n)
{
    static const char *const dashes[] = {
        "--", "\\x2d", "\\x2d\\x2d", "\\\\x2d", "\\\\x2d\\\\x2d", "_",
    };
    size_t n_dashes =
        sizeof(dashes) / sizeof(dashes[0]) - (n->kind != PSEUDONYM_SERIAL);
    char text[NAME_LONGEST];

    for (size_t d = 0; d < n_dashes; d++) {
        size_t i = 0, len = 0, width = strlen(dashes[d]);

        for (; i < n->len && len + width <= sizeof(text); i++) {
            bool dash = n->text[i] == '-';

            memcpy(text + len, dash ? dashes[d] : n->text + i,
                   dash ? width : 1);
            len += dash ? width : 1;
        }
        if (i == n->len)
            names_known_also(k, n, text, len, dashes[d]);
    }
}

/* A UUID without its dashes; 32 digits, as machine-id has them, with them. */
static void add_uuid(struct names_known *k, const struct name *n)
{
    char text[36];
    size_t len = 0, digits = 0;

    for (size_t i = 0; i < n->len; i++) {
        if (isxdigit((unsigned char)n->text[i]))
            digits++;
        else if (n->text[i] != '-')
            return;
    }
    if (digits != 32 || (n->len != 32 && n->len != 36))
        return;
    for (size_t i = 0; i < n->len; i++) {
        if (n->text[i] == '-')
            continue;
        if (n->len == 32 && (i == 8 || i == 12 || i == 16 || i == 20))
            text[len++] = '-';
        text[len++] = n->text[i];
    }
    names_known_also(k, n, text, len, NULL);
}

/* A MAC's 12 digits in parts: with a blank behind every two or four, as in a
 * dump of bytes, and with a mark behind four or six, as some switches print it.
 */
static void add_parts(struct names_known *k, const struct name *n)
{
    static const struct {
        unsigned width;
        char between;
    } forms[] = {{2, ' '}, {4, ' '}, {4, '-'}, {4, ':'},
                 {6, '-'}, {6, '.'}, {6, ':'}};

    for (size_t f = 0; n->len == 12 && f < sizeof(forms) / sizeof(forms[0]);
         f++) {
        char text[17];
        size_t len = 0;

        for (size_t i = 0; i < n->len; i++) {
            if (i && i % forms[f].width == 0)
                text[len++] = forms[f].between;
            text[len++] = n->text[i];
        }
        names_known_also(k, n, text, len, NULL);
    }
}

/* The labels of a domain with what stands before the first and the others. */
static void add_labels(struct names_known *k, const struct name *n, bool back,
                       const char *first, const char *other)
{
    struct buf b = BUF_INIT;
    const char *end = n->text + n->len, *p = back ? end : n->text, *q;

    do {
        buf_adds(&b, b.len ? other : first);
        if (back) {
            for (q = p; q > n->text && q[-1] != '.';)
                q--;
            buf_add(&b, q, (size_t)(p - q));
            p = q > n->text ? q - 1 : NULL;
        } else {
            q = memchr(p, '.', (size_t)(end - p));
            buf_add(&b, p, (size_t)((q ? q : end) - p));
            p = q ? q + 1 : NULL;
        }
    } while (p);
    names_known_also(k, n, buf_str(&b), b.len, NULL);
    buf_done(&b);
}

/* A domain as LDAP names it (RFC 2247), in its URLs, and as certificates do. */
static void add_ldap(struct names_known *k, const struct name *n)
{
    add_labels(k, n, false, "dc=", ",dc=");
    add_labels(k, n, false, "dc=", ", dc=");
    add_labels(k, n, false, "dc%3d", "%2cdc%3d");
    add_labels(k, n, true, "dc = ", ", dc = ");
    add_labels(k, n, true, "dc=", "/dc=");
}

enum number { AS_IT_IS, OCTAL, DECIMAL, HEXADECIMAL, NUMBERS };

/* With a backslash before what C puts one before, as xenstore-ls and libxl's
 * JSON have it; bytes beyond ASCII as numbers, as C, OCaml and Python do. */
static void add_slashed(struct buf *b, const char *text, enum number number)
{
    for (; *text; text++) {
        uint8_t c = (uint8_t)*text;

        if (c == '"' || c == '\\')
            buf_addc(b, '\\');
        if (number == OCTAL && c >= 0x80)
            buf_addf(b, "\\%03o", c);
        else if (number == DECIMAL && c >= 0x80)
            buf_addf(b, "\\%03u", c);
        else if (number == HEXADECIMAL && c >= 0x80)
            buf_addf(b, "\\x%02x", c);
        else
            buf_addc(b, *text);
    }
}

/* xapi: as its database escapes a value besides, "web%.1". */
static void add_xml(struct buf *b, const char *text, bool xapi)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            buf_adds(b, "&amp;");
            break;
        case '<':
            buf_adds(b, "&lt;");
            break;
        case '>':
            buf_adds(b, "&gt;");
            break;
        case '"':
            buf_adds(b, "&quot;");
            break;
        case '\'':
            buf_adds(b, "&apos;");
            break;
        case ' ':
            buf_adds(b, xapi ? "%." : " ");
            break;
        case '%':
            buf_adds(b, xapi ? "%%" : "%");
            break;
        default:
            buf_addc(b, *text);
        }
}

/* A guest's name as what is called after it spells all of it. */
static void add_member(struct names_known *k, const struct name *n,
                       const char *text, size_t len)
{
    char *whole = xstrndup(text, len);
    struct buf b = BUF_INIT;

    str_add_member_name(&b, whole, false);
    names_known_also(k, n, buf_str(&b), b.len, NULL);
    buf_done(&b);
    free(whole);
}

/* A guest's name, which may hold any byte, as JSON, XML, the database of xapi
 * and xenstore's tools spell it. */
static void add_spelled(struct names_known *k, const struct name *n)
{
    struct buf b = BUF_INIT;

    str_add_json(&b, n->text);
    names_known_also(k, n, buf_str(&b), b.len, NULL);
    for (int i = 0; i < NUMBERS; i++) {
        buf_reset(&b);
        add_slashed(&b, n->text, (enum number)i);
        names_known_also(k, n, buf_str(&b), b.len, NULL);
    }
    for (int i = 0; i < 2; i++) {
        buf_reset(&b);
        add_xml(&b, n->text, i);
        names_known_also(k, n, buf_str(&b), b.len, NULL);
    }
    buf_done(&b);
}

void pseudonym_spell_name(struct names_known *k, size_t i, const char *text,
                          size_t len)
{
    struct name n = *names_known_at(k, i); /* which moves while others come */
    enum pseudonym_kind kind = n.kind;
    size_t end;

    if (kind == PSEUDONYM_SERIAL)
        add_uuid(k, &n);
    if (kind == PSEUDONYM_MAC)
        add_parts(k, &n);
    if (kind == PSEUDONYM_DOMAIN && memchr(n.text, '.', n.len))
        add_ldap(k, &n);
    if (kind == PSEUDONYM_GUEST) {
        add_member(k, &n, text, len);
        add_spelled(k, &n);
    }
    /* Of a guest's name in other spellings nobody makes a volume. */
    end = kind == PSEUDONYM_GUEST ? i + 1 : names_known_count(k);
    for (; i < end; i++) {
        n = *names_known_at(k, i);
        if (kind != PSEUDONYM_MAC && memchr(n.text, '-', n.len))
            add_escaped(k, &n);
    }
}
