/* MAC addresses and what is longer than one: EUI-64, WWN, DUID. */
#include <string.h>

#include "redact/pseudonym_find.h"

#define GROUPS_MAX 24

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

/* Eight bytes: a MAC with two in its middle, or a WWN. */
static void put_eight(const struct view *v, const struct groups *g,
                      unsigned first, char sep, struct found *f)
{
    uint8_t id[8];
    char text[16];

    memcpy(id, g->value + first, 8);
    if (id[3] == 0xff && (id[4] == 0xff || id[4] == 0xfe)) {
        uint8_t mac[6] = {id[0], id[1], id[2], id[5], id[6], id[7]};

        pseudonym_mac(v->keys, mac);
        memcpy(id, mac, 3);
        memcpy(id + 5, mac + 3, 3);
    } else {
        for (unsigned i = 0; i < 16; i++)
            text[i] = "0123456789abcdef"[id[i / 2] >> (i % 2 ? 0 : 4) & 15];
        pseudonym_serial(v->keys, text, 16, true);
        for (unsigned i = 0; i < 8; i++)
            id[i] = (uint8_t)(find_hex_value((uint8_t)text[2 * i]) << 4 |
                              find_hex_value((uint8_t)text[2 * i + 1]));
    }
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

static bool find_colons(const struct view *v, const struct groups *g,
                        struct found *f)
{
    static const uint8_t llt[] = {0, 1, 0, 1}, ll[] = {0, 3, 0, 1};

    if (g->n == 6 && g->pairs >= 2)
        put_mac(v, g, 0, ':', f);
    else if (g->pairs != g->n && !is_identifier(v, g->at[0]))
        return false;
    else if (g->n == 8)
        put_eight(v, g, 0, ':', f);
    else if (is_ethernet(g)) {
        put_mac(v, g, 0, ':', f);
        put_mac(v, g, 6, ':', f);
    } else if (g->n == 14 && !memcmp(g->value, llt, 4))
        put_mac(v, g, 8, ':', f);
    else if (g->n == 7 && g->value[0] == 1)
        put_mac(v, g, 1, ':', f); /* an identifier of DHCP */
    else if (g->n == 10 && !memcmp(g->value, ll, 4))
        put_mac(v, g, 4, ':', f);
    else if (g->n == 20 && g->value[4] == 0xfe && g->value[5] == 0x80)
        put_eight(v, g, 12, ':', f);
    else
        return false;
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
        return false;
    return true;
}

/* 0016.3e11.2233 */
static bool find_dots(const struct view *v, const struct word *w,
                      struct found *f)
{
    uint8_t mac[6];
    bool letters = false, upper = false;
    size_t i = w->i;

    if (w->end - w->i != 4 || (i && v->d[i - 1] == '.'))
        return false;
    for (unsigned n = 0; n < 3; n++, i += 5) {
        for (unsigned k = 0; k < 4; k++) {
            if (!is(v, i + k, C_HEX))
                return false;
            letters |= is(v, i + k, C_ALPHA);
            upper |= is_upper(v->d[i + k]);
        }
        if (n < 2 && at(v, i + 4) != '.')
            return false;
        mac[2 * n] = (uint8_t)(find_hex_value(v->d[i]) << 4 |
                               find_hex_value(v->d[i + 1]));
        mac[2 * n + 1] = (uint8_t)(find_hex_value(v->d[i + 2]) << 4 |
                                   find_hex_value(v->d[i + 3]));
    }
    i--;
    if (!letters || is(v, i, C_ALNUM) ||
        (at(v, i) == '.' && is(v, i + 1, C_ALNUM)))
        return false;
    pseudonym_mac(v->keys, mac);
    f->start = w->i;
    f->end = i;
    for (unsigned k = 0; k < 6; k++) {
        found_add(f, ".", k == 2 || k == 4);
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
        return find_dots(v, w, f);
    if (w->end - w->i == 4 && sep == ':')
        return find_quads(v, w, f);
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

/* ---- without anything between the digits --------------------------------- */

void find_bare_mac(const struct view *v, size_t i, struct found *f)
{
    uint8_t mac[6];
    bool upper = false;

    for (unsigned k = 0; k < 6; k++)
        mac[k] = (uint8_t)(find_hex_value(v->d[i + 2 * k]) << 4 |
                           find_hex_value(v->d[i + 2 * k + 1]));
    for (unsigned k = 0; k < 12; k++)
        upper |= is_upper(v->d[i + k]);
    pseudonym_mac(v->keys, mac);
    f->start = i;
    f->end = i + 12;
    f->n = 0;
    for (unsigned k = 0; k < 6; k++)
        found_add_number(f, mac[k], 16, 2, upper);
}

static void put_hex(const struct view *v, size_t i, size_t end, struct found *f)
{
    f->start = i;
    f->end = end;
    f->n = end - i;
    memcpy(f->text, v->d + i, f->n);
    pseudonym_serial(v->keys, f->text, f->n, true);
}

static bool all_hex(const struct view *v, size_t i, size_t end)
{
    while (i < end && is(v, i, C_HEX))
        i++;
    return i == end;
}

static const char *const mac_words[] = {
    "mac",    "hwaddr",    "ether", "lladdr",     "macaddr", "macaddress",
    "chaddr", "hwaddress", "bssid", "hwaddrlist", "station", NULL};

static const char *const wwn_words[] = {
    "wwn",   "wwpn",    "wwnn", "wwid",   "guid", "naa",
    "name",  "eui",     "port", "target", "node", "initiator",
    "fibre", "fibreex", "sas",  "sasex",  NULL};

/* 8000.001b21aabbcc: a priority and the bridge's MAC. */
static bool is_bridge_id(const struct view *v, size_t i)
{
    return i >= 5 && v->d[i - 1] == '.' && all_hex(v, i - 5, i - 1) &&
           v->d[i - 2] == '0' && (i == 5 || !is(v, i - 6, C_ALNUM));
}

/* Of a WWN: "ffff888004c0a000" is where something lies in memory, as are small
 * numbers; 5000000000000000 names nothing. */
static bool names_something(const struct view *v, size_t i)
{
    unsigned zeros = 0;

    for (size_t k = 0; k < 16; k++)
        zeros += v->d[i + k] == '0';
    return zeros < 12 && memcmp(v->d + i, "0000", 4) != 0 &&
           strncasecmp((const char *)v->d + i, "ffff", 4) != 0;
}

/* 12, 16, 17, 32 or 33 digits, perhaps behind "0x", "enx" or "3". */
bool find_bare(const struct view *v, const struct word *w, struct found *f)
{
    size_t i = w->i, n;
    bool hex = at(v, i) == '0' && (at(v, i + 1) | 0x20) == 'x', named;
    char word[24];

    if (hex)
        i += 2;
    else if (w->end - i == 15 && v->d[i + 2] == 'x' &&
             (v->d[i] == 'e' || v->d[i] == 'w')) {
        i += 3; /* enx, wlx: a name of an interface */
        if (all_hex(v, i, w->end)) {
            find_bare_mac(v, i, f);
            return true;
        }
    }
    n = w->end - i;
    if ((n != 12 && n != 16 && n != 17 && n != 32 && n != 33) ||
        !all_hex(v, i, w->end))
        return false;
    named =
        find_word_before(v, w->i, 4, word) || v->d[w->i ? w->i - 1 : 0] == '_';
    if (n == 12 &&
        (is_bridge_id(v, i) || (named && find_in_list(word, mac_words)) ||
         !memcmp(v->d + i, "3333ff", 6) || /* dev_mcast */
         !memcmp(v->d + i, "00163e", 6) || !memcmp(v->d + i, "00163E", 6)))
        find_bare_mac(v, i, f);
    else if (n == 16 && names_something(v, i) &&
             ((named && find_in_list(word, wwn_words)) ||
              (v->d[i] == '5' && (hex || (named && !strcmp(word, "address"))))))
        put_hex(v, i, w->end, f);
    else if (n == 32 && hex && v->d[i] == '6') /* of a volume: NAA 6 */
        put_hex(v, i, w->end, f);
    else if ((n == 17 && !memcmp(v->d + i, "35", 2)) ||
             (n == 33 && !memcmp(v->d + i, "36", 2)))
        put_hex(v, i + 1, w->end, f); /* of SCSI: a type, then the WWN */
    else
        return false;
    return true;
}
