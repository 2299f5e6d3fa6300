/* MACs and WWNs with nothing between their digits. */
#include <stdio.h>
#include <string.h>

#include "redact/pseudonym_find.h"

void find_bare_mac(const struct view *v, size_t i, struct found *f)
{
    uint8_t mac[6];
    bool upper = false;

    for (unsigned k = 0; k < 6; k++)
        mac[k] = (uint8_t)(find_hex_value(v->d[i + 2 * k]) << 4 |
                           find_hex_value(v->d[i + 2 * k + 1]));
    for (unsigned k = 0; k < 12; k++)
        upper |= v->d[i + k] >= 'A' && v->d[i + k] <= 'F';
    pseudonym_mac(v->keys, mac);
    f->start = i;
    f->end = i + 12;
    f->n = 0;
    for (unsigned k = 0; k < 6; k++)
        found_add_number(f, mac[k], 16, 2, upper);
}

/* "d4 3d 7e 0a 0b 61", "d43d-7e0a-0b61": a learned one in parts, in the len
 * bytes at i; what stands between its digits stays. */
void find_mac_parts(const struct view *v, size_t i, size_t len, struct found *f)
{
    uint8_t bare[12], n = 0;
    struct view w = *v;
    char out[12];

    for (size_t k = i; k < i + len && n < sizeof(bare); k++)
        if (is(v, k, C_HEX))
            bare[n++] = v->d[k];
    w.d = bare;
    find_bare_mac(&w, 0, f);
    memcpy(out, f->text, sizeof(out));
    f->start = i;
    f->end = i + len;
    f->n = 0;
    n = 0;
    for (size_t k = i; k < f->end; k++)
        found_add(f, is(v, k, C_HEX) ? &out[n++] : (const char *)v->d + k, 1);
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
    "mac",        "hwaddr",   "ether",     "lladdr", "macaddr",
    "macaddress", "chaddr",   "hwaddress", "bssid",  "hwaddrlist",
    "station",    "permaddr", NULL};

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

/* The 12 digits at i are a MAC that was learned. */
static bool is_learned_mac(const struct view *v, size_t i)
{
    const struct name *n = names_known_find(v->names, v->d + i, 12);

    return n && n->len == 12 && n->kind == PSEUDONYM_MAC;
}

/* Whether the words before i, in small letters, have this one. */
static bool tells(const struct view *v, size_t i, const char *word)
{
    char text[33];
    size_t n = 0;

    for (size_t k = i > 32 ? i - 32 : 0; k < i; k++) {
        if (v->d[k] == '\n')
            n = 0;
        else
            text[n++] = (char)find_lower(v->d[k]);
    }
    text[n] = '\0';
    return strstr(text, word) != NULL;
}

/* "datapath ID 0000001b21aabbcc", "dpid:0000001b21aabbcc" of Open vSwitch: the
 * bridge's MAC behind a number of 16 bits; CLIENTID=01001b21aabbcc of DHCP:
 * behind the type of hardware. */
static bool find_numbered_mac(const struct view *v, size_t i, size_t n,
                              struct found *f)
{
    if (!(n == 16 && !memcmp(v->d + i, "0000", 4) &&
          (is_learned_mac(v, i + 4) || tells(v, i, "dpid") ||
           tells(v, i, "datapath"))) &&
        !(n == 14 && !memcmp(v->d + i, "01", 2) &&
          (is_learned_mac(v, i + 2) || tells(v, i, "client"))))
        return false;
    find_bare_mac(v, i + n - 12, f);
    return true;
}

/* A line with nothing else in it, as files below /sys are. */
static bool is_alone(const struct view *v, const struct word *w)
{
    int behind = at(v, w->end);

    return (!w->i || v->d[w->i - 1] == '\n') &&
           (behind == '\n' || behind == -1);
}

static bool is_wwn(const struct view *v, const struct word *w, size_t i,
                   const char *word, bool hex)
{
    if (!names_something(v, i))
        return false;
    if (find_in_list(word, wwn_words))
        return true;
    return v->d[i] == '5' ? hex || !strcmp(word, "address")
                          : hex && is_alone(v, w) && strchr("126", v->d[i]);
}

/* A number of SCSI's has its type before it: 3 for NAA (of which 5 and 6, and
 * the older 1 and 2), 2 for EUI-64. */
static bool is_scsi_id(const struct view *v, size_t i, size_t n)
{
    const struct name *known = names_known_find(v->names, v->d + i + 1, n - 1);
    bool letters = false;

    if ((known && known->len == n - 1 && known->kind == PSEUDONYM_SERIAL) ||
        !memcmp(v->d + i, n == 17 ? "35" : "36", 2))
        return true;
    for (size_t k = i; k < i + n; k++)
        letters |= is(v, k, C_ALPHA);
    return n == 17 && (letters || (i && strchr("(/-", v->d[i - 1]))) &&
           (!memcmp(v->d + i, "200", 3) || !memcmp(v->d + i, "31", 2) ||
            !memcmp(v->d + i, "32", 2)) &&
           names_something(v, i + 1);
}

/* "MAC address: 001b21aabbcc", "mac_address"; "physical address" may be one of
 * memory. */
static bool is_mac_address(const struct view *v, size_t i, const char *word)
{
    static const char *const kinds[] = {"mac",      "hardware", "hw",
                                        "ethernet", "ether",    "link"};
    char text[24];

    if (strcmp(word, "address") != 0)
        return false;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        for (const char *sep = " _-"; *sep; sep++) {
            snprintf(text, sizeof(text), "%s%caddress", kinds[k], *sep);
            if (tells(v, i, text))
                return true;
        }
    return false;
}

static bool is_mac(const struct view *v, size_t i, const char *word)
{
    return is_bridge_id(v, i) || find_in_list(word, mac_words) ||
           is_mac_address(v, i, word) ||
           !memcmp(v->d + i, "3333ff", 6) || /* dev_mcast */
           !memcmp(v->d + i, "00163e", 6) || !memcmp(v->d + i, "00163E", 6);
}

bool find_mac_told(const struct view *v, size_t i)
{
    char word[24];

    return find_word_before(v, i, 4, word) && is_mac(v, i, word);
}

/* 12, 14, 16, 17, 32 or 33 digits, perhaps behind "0x" or "enx". */
bool find_bare(const struct view *v, const struct word *w, struct found *f)
{
    size_t i = w->i, n;
    bool hex = at(v, i) == '0' && (at(v, i + 1) | 0x20) == 'x';
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
    if ((n != 12 && n != 14 && n != 16 && n != 17 && n != 32 && n != 33) ||
        !all_hex(v, i, w->end))
        return false;
    if ((n == 14 || n == 16) && find_numbered_mac(v, i, n, f))
        return true;
    find_word_before(v, w->i, 4, word);
    if (n == 12 && is_mac(v, i, word))
        find_bare_mac(v, i, f);
    else if (n == 16 && is_wwn(v, w, i, word, hex))
        put_hex(v, i, w->end, f);
    else if (n == 32 && hex && v->d[i] == '6') /* of a volume: NAA 6 */
        put_hex(v, i, w->end, f);
    else if ((n == 17 || n == 33) && is_scsi_id(v, i, n))
        put_hex(v, i + 1, w->end, f);
    else
        return false;
    return true;
}
