/* MAC addresses and what is longer than one: EUI-64, WWN, DUID. */
#include <stdio.h>
#include <string.h>

#include "redact/pseudonym_find.h"

#define GROUPS_MAX 32

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'F';
}

struct groups {
    uint8_t value[GROUPS_MAX];
    uint8_t digits[GROUPS_MAX];
    size_t at[GROUPS_MAX];
    unsigned n, pairs; /* groups of two digits */
    bool letters;      /* there was one of a to f */
    bool upper;
    size_t end;
};

/* Groups of one or two digits with sep between them. */
static void read_groups(const struct view *v, size_t i, char sep,
                        struct groups *g)
{
    memset(g, 0, sizeof(*g));
    g->end = i;
    while (g->n < GROUPS_MAX) {
        unsigned n = 0, value = 0;

        while (n < 3 && is(v, i + n, C_HEX)) {
            int c = v->d[i + n++];

            value = value << 4 | find_hex_value(c);
            g->letters |= is(v, i + n - 1, C_ALPHA);
            g->upper |= is_upper((uint8_t)c);
        }
        if (!n || n > 2)
            return;
        g->at[g->n] = i;
        g->digits[g->n] = (uint8_t)n;
        g->value[g->n++] = (uint8_t)value;
        g->pairs += n == 2;
        i += n;
        g->end = i;
        if (at(v, i) != sep)
            return;
        i++;
    }
}

/* Whether a run of groups has begun before i. */
static bool goes_on(const struct view *v, size_t i, char sep)
{
    size_t k = i;

    if (!i || v->d[i - 1] != (uint8_t)sep)
        return false;
    k--;
    while (k && i - k < 5 && is(v, k - 1, C_HEX))
        k--;
    return k < i - 1 && i - k < 4 && !(k && is(v, k - 1, C_ALNUM));
}

/* Writes groups first..first+n-1 as they were written. */
static void put(const struct groups *g, unsigned first, unsigned n,
                const uint8_t *value, char sep, struct found *f)
{
    if (!f->n)
        f->start = g->at[first];
    for (unsigned i = 0; i < n; i++) {
        found_add(f, &sep, f->n > 0);
        found_add_number(f, value[i], 16, g->digits[first + i], g->upper);
    }
    f->end = g->at[first + n - 1] + g->digits[first + n - 1];
}

static void put_mac(const struct view *v, const struct groups *g,
                    unsigned first, char sep, struct found *f)
{
    uint8_t mac[6];

    memcpy(mac, g->value + first, 6);
    pseudonym_mac(v->keys, mac);
    put(g, first, 6, mac, sep, f);
}

/* n bytes, 20 at most, as a serial number. */
static void put_serial(const struct view *v, const struct groups *g,
                       unsigned first, unsigned n, char sep, struct found *f)
{
    uint8_t id[20];
    char text[2 * sizeof(id)];

    for (unsigned i = 0; i < 2 * n; i++)
        text[i] =
            "0123456789abcdef"[g->value[first + i / 2] >> (i % 2 ? 0 : 4) & 15];
    pseudonym_serial(v->keys, text, 2 * n, true);
    for (unsigned i = 0; i < n; i++)
        id[i] = (uint8_t)(find_hex_value((uint8_t)text[2 * i]) << 4 |
                          find_hex_value((uint8_t)text[2 * i + 1]));
    put(g, first, n, id, sep, f);
}

/* Eight bytes: a MAC with two in its middle, or a WWN. */
static void put_eight(const struct view *v, const struct groups *g,
                      unsigned first, char sep, struct found *f)
{
    uint8_t id[8], mac[6];

    memcpy(id, g->value + first, 8);
    if (id[3] != 0xff || (id[4] != 0xff && id[4] != 0xfe)) {
        put_serial(v, g, first, 8, sep, f);
        return;
    }
    memcpy(mac, id, 3);
    memcpy(mac + 3, id + 5, 3);
    pseudonym_mac(v->keys, mac);
    memcpy(id, mac, 3);
    memcpy(id + 5, mac + 3, 3);
    put(g, first, 8, id, sep, f);
}

/* Two MACs and the type of what they carry, as the kernel logs it. */
static bool is_ethernet(const struct groups *g)
{
    unsigned type = (unsigned)g->value[12] << 8 | g->value[13];

    return g->n == 14 && (type == 0x0800 || type == 0x86dd || type == 0x0806 ||
                          type == 0x8100);
}

/* dhclient writes identifiers without leading zeros: "client-id 1:0:1b:...". */
static bool is_identifier(const struct view *v, size_t i)
{
    static const char *const words[] = {"dhcp-client-identifier", "client-id",
                                        "server-id", "duid"};

    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        size_t n = strlen(words[k]) + 1;

        if (i >= n && find_is_word(v, i - n, words[k]))
            return true;
    }
    return false;
}

/* 2:fc:0:0:0:1: so few digits are a MAC if it is one of this host's. */
static bool is_learned(const struct view *v, const struct groups *g)
{
    const struct name *n;
    char text[13];

    for (unsigned i = 0; i < 6; i++)
        snprintf(text + 2 * i, 3, "%02x", g->value[i]);
    n = names_known_find(v->names, (const uint8_t *)text, 12);
    return n && n->len == 12 && n->kind == PSEUDONYM_MAC;
}

/* A DUID (RFC 8415, 11) that begins with group i. */
static bool put_duid(const struct view *v, const struct groups *g, unsigned i,
                     char sep, struct found *f)
{
    const uint8_t *id = g->value + i;
    unsigned n = g->n - i;

    if (g->n < i + 10 || id[0])
        return false;
    if (id[1] == 1 && n == 14 && !id[2] && id[3] == 1)
        put_mac(v, g, i + 8, sep, f); /* behind a time */
    else if (id[1] == 3 && n == 10 && !id[2] && id[3] == 1)
        put_mac(v, g, i + 4, sep, f);
    else if (id[1] == 2 && !id[2] && n <= 24)
        put_serial(v, g, i + 6, n - 6, sep, f); /* behind who gave it */
    else if (id[1] == 4 && n == 18)
        put_serial(v, g, i + 2, 16, sep, f); /* a UUID */
    else
        return false;
    return true;
}

static bool find_colons(const struct view *v, const struct groups *g,
                        struct found *f)
{
    if (g->n == 6 && (g->pairs >= 2 || is_learned(v, g)))
        put_mac(v, g, 0, ':', f);
    else if (g->pairs != g->n && !is_identifier(v, g->at[0]))
        return false;
    else if (g->n == 8)
        put_eight(v, g, 0, ':', f);
    else if (is_ethernet(g)) {
        put_mac(v, g, 0, ':', f);
        put_mac(v, g, 6, ':', f);
    } else if (g->n == 7 && g->value[0] == 1)
        put_mac(v, g, 1, ':', f); /* an identifier of DHCP */
    else if (g->n == 20 && g->value[4] == 0xfe && g->value[5] == 0x80)
        put_eight(v, g, 12, ':', f);
    else /* RFC 4361 puts a number of the interface before it */
        return put_duid(v, g, 0, ':', f) ||
               (g->value[0] == 0xff && put_duid(v, g, 5, ':', f));
    return true;
}

static bool find_dashes(const struct view *v, const struct groups *g,
                        struct found *f)
{
    bool xen =
        g->n >= 3 && !g->value[0] && g->value[1] == 0x16 && g->value[2] == 0x3e;

    if (g->pairs != g->n)
        return false;
    if (g->n == 6 && (g->letters || xen))
        put_mac(v, g, 0, '-', f);
    else if (g->n == 7 && g->value[0] == 1)
        put_mac(v, g, 1, '-', f); /* PXE: type of hardware before it */
    else if (g->n == 8 && g->letters)
        put_eight(v, g, 0, '-', f);
    else
        return put_duid(v, g, 0, '-', f);
    return true;
}

/* 0016.3e11.2233; with - or : only where the word before says what it is. */
static bool find_fours(const struct view *v, const struct word *w, char sep,
                       struct found *f)
{
    uint8_t mac[6];
    bool letters = false, upper = false;
    size_t i = w->i;

    if (w->end - w->i != 4 || (i && v->d[i - 1] == (uint8_t)sep))
        return false;
    for (unsigned n = 0; n < 3; n++, i += 5) {
        for (unsigned k = 0; k < 4; k++) {
            if (!is(v, i + k, C_HEX))
                return false;
            letters |= is(v, i + k, C_ALPHA);
            upper |= is_upper(v->d[i + k]);
        }
        if (n < 2 && at(v, i + 4) != sep)
            return false;
        mac[2 * n] = (uint8_t)(find_hex_value(v->d[i]) << 4 |
                               find_hex_value(v->d[i + 1]));
        mac[2 * n + 1] = (uint8_t)(find_hex_value(v->d[i + 2]) << 4 |
                                   find_hex_value(v->d[i + 3]));
    }
    i--;
    if (!letters || is(v, i, C_ALNUM) ||
        (at(v, i) == sep && (sep != '.' || is(v, i + 1, C_ALNUM))) ||
        (sep != '.' && !find_mac_told(v, w->i)))
        return false;
    pseudonym_mac(v->keys, mac);
    f->start = w->i;
    f->end = i;
    for (unsigned k = 0; k < 6; k++) {
        found_add(f, &sep, k == 2 || k == 4);
        found_add_number(f, mac[k], 16, 2, upper);
    }
    return true;
}

/* Eight bytes as four groups of four digits. */
static bool find_quads(const struct view *v, const struct word *w,
                       struct found *f)
{
    char text[20];
    size_t i = w->i, n = 0;

    if (w->i && (v->d[w->i - 1] == ':' || v->d[w->i - 1] == '_'))
        return false;
    for (unsigned k = 0; k < 4; k++, i += 5) {
        for (unsigned d = 0; d < 4; d++) {
            if (!is(v, i + d, C_HEX))
                return false;
            text[n++] = (char)v->d[i + d];
        }
        if (k < 3 && at(v, i + 4) != ':')
            return false;
    }
    i--;
    if (is(v, i, C_ALNUM) || at(v, i) == ':')
        return false;
    pseudonym_serial(v->keys, text, n, true);
    f->start = w->i;
    f->end = i;
    for (unsigned k = 0; k < 4; k++) {
        found_add(f, ":", k > 0);
        found_add(f, text + (size_t)4 * k, 4);
    }
    return true;
}

bool find_mac(const struct view *v, const struct word *w, struct found *f)
{
    char sep = (char)at(v, w->end);
    struct groups g;

    f->n = 0;
    if (sep == '.')
        return find_fours(v, w, sep, f);
    if (w->end - w->i == 4 && sep == ':')
        return find_quads(v, w, f) || find_fours(v, w, sep, f);
    if (w->end - w->i == 4 && sep == '-')
        return find_fours(v, w, sep, f);
    if (w->end - w->i > 2 || goes_on(v, w->i, sep))
        return false;
    read_groups(v, w->i, sep, &g);
    if (is(v, g.end, C_ALNUM) ||
        (at(v, g.end) == sep && is(v, g.end + 1, C_HEX)))
        return false;
    /* "::" makes it an address of IPv6. */
    if (sep == ':' && at(v, g.end) == ':' && at(v, g.end + 1) == ':')
        return false;
    return sep == ':' ? find_colons(v, &g, f) : find_dashes(v, &g, f);
}
