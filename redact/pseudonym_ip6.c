/* IPv6 addresses as text. */
#include <string.h>

#include "redact/pseudonym_find.h"

struct six {
    uint16_t group[8];
    unsigned n, gap; /* groups; where "::" stood, or 9 */
    bool ip4;        /* the last two were written as an IPv4 address */
    bool upper, padded;
    bool pairs;       /* all groups had two digits */
    bool word;        /* no group had a decimal digit or four letters */
    bool short_first; /* the first had one or two digits */
    size_t end;
};

static bool read_tail(const struct view *v, size_t i, struct six *s)
{
    unsigned octet[4];
    size_t k = i;

    for (unsigned n = 0; n < 4; n++) {
        unsigned digits = 0;

        octet[n] = 0;
        while (is(v, k, C_DIGIT) && digits++ < 4)
            octet[n] = 10 * octet[n] + (unsigned)(v->d[k++] - '0');
        if (!digits || digits > 3 || octet[n] > 255)
            return false;
        if (n < 3 && at(v, k++) != '.')
            return false;
    }
    s->group[s->n++] = (uint16_t)(octet[0] << 8 | octet[1]);
    s->group[s->n++] = (uint16_t)(octet[2] << 8 | octet[3]);
    s->end = k;
    s->ip4 = true;
    return true;
}

/* One group of up to four digits; its length. */
static unsigned read_group(const struct view *v, size_t i, struct six *s)
{
    unsigned n = 0, value = 0;

    while (is(v, i + n, C_HEX) && n < 5) {
        int c = v->d[i + n++];

        s->upper |= c >= 'A' && c <= 'F';
        s->word &= (find_class[c] & C_ALPHA) != 0;
        value = value << 4 | find_hex_value((uint8_t)c);
    }
    if (!n || n > 4)
        return 0;
    s->pairs &= n == 2;
    s->padded &= n == 4;
    s->word &= n < 4;
    s->group[s->n] = (uint16_t)value;
    return n;
}

static bool read_six(const struct view *v, size_t i, struct six *s)
{
    unsigned n;

    memset(s, 0, sizeof(*s));
    s->gap = 9;
    s->pairs = s->padded = s->word = true;
    if (at(v, i) == ':') {
        s->gap = 0;
        i += 2;
    }
    s->end = i;
    while (s->n < 8) {
        if (s->n <= 6 && read_tail(v, i, s))
            break;
        n = read_group(v, i, s);
        if (!n)
            break;
        s->short_first |= !s->n && n < 3;
        s->n++;
        i += n;
        s->end = i;
        if (at(v, i) != ':')
            break;
        if (at(v, i + 1) == ':' && s->gap == 9 && s->n < 8) {
            s->gap = s->n;
            i += 2;
            s->end = i;
        } else if (is(v, i + 1, C_HEX)) {
            i++;
        } else {
            break;
        }
    }
    return s->gap == 9 ? s->n == 8 : s->n < 8;
}

static void to_bytes(const struct six *s, uint8_t ip[16])
{
    unsigned zeros = s->gap == 9 ? 0 : 8 - s->n, k = 0;

    memset(ip, 0, 16);
    for (unsigned i = 0; i < s->n; i++) {
        if (i == s->gap)
            k += zeros;
        ip[2 * k] = (uint8_t)(s->group[i] >> 8);
        ip[2 * k + 1] = (uint8_t)s->group[i];
        k++;
    }
}

/* The longest run of two or more groups of zeros among the first n. */
static void longest_zeros(const uint8_t ip[16], unsigned n, unsigned *from,
                          unsigned *len)
{
    *from = *len = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = i;

        while (k < n && !ip[2 * k] && !ip[2 * k + 1])
            k++;
        if (k - i > *len) {
            *from = i;
            *len = k - i;
        }
        if (k > i)
            i = k - 1;
    }
}

/* As RFC 5952 has it; "::" only where the original had one. */
static void write_six(const struct six *s, const uint8_t ip[16],
                      struct found *f)
{
    unsigned n = s->ip4 ? 6 : 8, from = 0, len = 0;
    bool padded = s->padded && s->gap == 9;

    if (s->gap != 9)
        longest_zeros(ip, n, &from, &len);
    if (len < 2)
        len = 0;
    f->n = 0;
    for (unsigned i = 0; i < n; i++) {
        if (len && i == from) {
            found_add(f, "::", i ? 1 : 2);
            i += len - 1;
            continue;
        }
        found_add_number(f, (unsigned)ip[2 * i] << 8 | ip[2 * i + 1], 16,
                         padded ? 4 : 1, s->upper);
        found_add(f, ":", i + 1 < 8);
    }
    for (unsigned i = 12; s->ip4 && i < 16; i++) {
        found_add_number(f, ip[i], 10, 1, false);
        found_add(f, ".", i < 15);
    }
}

/* "2001:db8::/32" stays the first address of its network. */
static void keep_host_bits(const struct view *v, size_t end,
                           const uint8_t was[16], uint8_t ip[16])
{
    unsigned len = 0, n = 0;

    if (at(v, end) != '/')
        return;
    while (is(v, end + 1 + n, C_DIGIT) && n < 3)
        len = 10 * len + (unsigned)(v->d[end + 1 + n++] - '0');
    if (!n || len > 127)
        return;
    for (unsigned i = len; i < 128; i++)
        if (was[i / 8] & 0x80 >> i % 8)
            return;
    for (unsigned i = len; i < 128; i++)
        ip[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

/* Whether what stands before belongs to the same run of groups, or to a number:
 * "3.6::". */
static bool goes_on(const struct view *v, size_t i)
{
    size_t k = i;

    if (i > 1 && v->d[i - 1] == '.' && is(v, i - 2, C_DIGIT))
        return true;
    if (!i || v->d[i - 1] != ':')
        return i && v->d[i] == ':' && is(v, i - 1, C_ALNUM);
    k--;
    if (k && v->d[k - 1] == ':')
        return true;
    while (k && i - k < 6 && is(v, k - 1, C_HEX))
        k--;
    return k < i - 1 && i - k < 6 && !(k && is(v, k - 1, C_ALNUM));
}

/* Of passwd: "xen:x:998:998::/:/bin/false", numbers and no name. */
static bool is_account(const struct view *v, const struct six *s)
{
    return s->n == 2 && s->gap == 2 && at(v, s->end) == '/' &&
           !is(v, s->end + 1, C_DIGIT);
}

/* What programs have between "::": names of letters ("a::b"), and numbers
 * ("x[1::2]"). */
static bool is_program(const struct view *v, size_t i, const struct six *s)
{
    return s->n <= 2 && s->gap &&
           (s->short_first || (s->word && (at(v, i) | 0x20) != 'f'));
}

/* netstat puts a port behind the address: five digits, or a ninth group. */
static bool is_port(const struct view *v, size_t colon, const struct six *s)
{
    size_t n = 0;

    while (is(v, colon + 1 + n, C_DIGIT) && n < 6)
        n++;
    return (n == 5 || (n && n < 5 && s->n == 8)) &&
           !is(v, colon + 1 + n, C_ALNUM) && at(v, colon + 1 + n) != ':';
}

bool find_ip6(const struct view *v, size_t i, struct found *f)
{
    uint8_t ip[16], was[16];
    struct six s;

    if (goes_on(v, i) || !read_six(v, i, &s) || is(v, s.end, C_ALNUM) ||
        (s.pairs && s.gap == 9))
        return false;
    if (is_program(v, i, &s) || is_account(v, &s) ||
        (i && v->d[i - 1] == '_' && s.n < 3))
        return false;
    if (at(v, s.end) == ':' && is(v, s.end + 1, C_HEX) &&
        !is_port(v, s.end, &s))
        return false;
    to_bytes(&s, ip);
    memcpy(was, ip, sizeof(was));
    pseudonym_ip6(v->map, ip);
    if (!memcmp(was, ip, sizeof(ip)))
        return false;
    keep_host_bits(v, s.end, was, ip);
    f->start = i;
    f->end = s.end;
    write_six(&s, ip, f);
    return true;
}
