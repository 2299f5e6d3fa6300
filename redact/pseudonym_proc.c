/* IP addresses as /proc/net has them: hexadecimal, some in the processor's
 * order. */
#include <string.h>

#include "redact/pseudonym_find.h"

static void read_hex(const struct view *v, size_t i, size_t bytes, uint8_t *out)
{
    for (size_t k = 0; k < bytes; k++)
        out[k] = (uint8_t)(find_hex_value(v->d[i + 2 * k]) << 4 |
                           find_hex_value(v->d[i + 2 * k + 1]));
}

static void write_hex(const uint8_t *p, size_t bytes, bool upper,
                      struct found *f)
{
    f->n = 0;
    for (size_t k = 0; k < bytes; k++)
        found_add_number(f, p[k], 16, 2, upper);
}

/* Digits of hexadecimal alone, n of them, between these two bytes. */
static bool is_field(const struct view *v, size_t i, size_t n, char before,
                     char behind)
{
    if (!i || v->d[i - 1] != (uint8_t)before)
        return false;
    for (size_t k = 0; k < n; k++)
        if (!is(v, i + k, C_HEX))
            return false;
    return at(v, i + n) == behind;
}

/* "   0: 0100007F:0016 0200000A:1F90 0A": the words of an address in the
 * processor's order, which is little-endian wherever Xen runs. */
static bool is_socket(const struct view *v, const struct word *w)
{
    size_t n = w->end - w->i;

    if (!is_field(v, w->end + 1, 4, ':', ' ') || !w->i)
        return false;
    if (w->i > 1 && v->d[w->i - 1] == ' ' && v->d[w->i - 2] == ':')
        return true;
    return w->i > n + 6 && is_field(v, w->i - n - 6, n, ' ', ':') &&
           is_field(v, w->i - 5, 4, ':', ' ');
}

/* "eth0\t00000000\t0101A8C0\t0003\t": destination and gateway. */
static bool is_route(const struct view *v, const struct word *w)
{
    size_t i = w->i;

    if (is_field(v, w->i, 8, '\t', '\t') &&
        is_field(v, w->end + 1, 8, '\t', '\t') &&
        is_field(v, w->end + 10, 4, '\t', '\t'))
        return true;
    return i > 9 && is_field(v, i, 8, '\t', '\t') &&
           is_field(v, i - 9, 8, '\t', '\t') &&
           is_field(v, w->end + 1, 4, '\t', '\t');
}

/* Of a route its netmask, if w is its destination; else all ones. */
static uint32_t route_mask(const struct view *v, const struct word *w)
{
    size_t i = w->end;
    uint8_t m[4];

    if (!is_field(v, w->end + 1, 8, '\t', '\t') ||
        !is_field(v, w->end + 10, 4, '\t', '\t'))
        return ~0u;
    for (unsigned tabs = 0; i < v->len && i - w->end < 100; i++)
        if (v->d[i] == '\t' && ++tabs == 6)
            break;
    if (at(v, i) != '\t' || !is_field(v, i + 1, 8, '\t', '\t'))
        return ~0u;
    read_hex(v, i + 1, 4, m);
    return (uint32_t)m[3] << 24 | (uint32_t)m[2] << 16 | (uint32_t)m[1] << 8 |
           m[0];
}

/* if_inet6: "fe80... 02 40 20 80 eth0"; ipv6_route: three with lengths. */
static bool is_inet6(const struct view *v, const struct word *w)
{
    bool first = !w->i || v->d[w->i - 1] == '\n';

    return at(v, w->end) == ' ' &&
           (first ? is_field(v, w->end + 1, 2, ' ', ' ')
                  : w->i > 3 && v->d[w->i - 1] == ' ' &&
                        is_field(v, w->i - 3, 2, ' ', ' ') &&
                        (is_field(v, w->end + 1, 2, ' ', ' ') ||
                         is_field(v, w->end + 1, 8, ' ', ' ')));
}

/* igmp6: "2    eth0            ff0200000000000000000001ff123456     1 0000":
 * the group that is asked for who has an address (RFC 4291, 2.7.1). */
static bool is_group6(const struct view *v, const struct word *w)
{
    static const char begin[] = "ff0200000000000000000001ff";

    return w->end - w->i == 32 && !memcmp(v->d + w->i, begin, 26);
}

/* ip_vs: "TCP  C0A80001:0050 wlc", "  -> C0A80002:0050 Masq", in network order.
 */
static bool is_virtual(const struct view *v, const struct word *w)
{
    static const char *const before[] = {"TCP  ", "UDP  ", "  -> "};

    if (w->end - w->i != 8 || w->i < 5 || !is_field(v, w->end + 1, 4, ':', ' '))
        return false;
    for (size_t k = 0; k < sizeof(before) / sizeof(before[0]); k++)
        if (!memcmp(v->d + w->i - 5, before[k], 5))
            return true;
    return false;
}

static bool line_begins(const struct view *v, size_t i, const char *with)
{
    size_t from = i, n = strlen(with);

    while (from && i - from < 64 && v->d[from - 1] != '\n')
        from--;
    return i - from >= n && i - from < 64 && !memcmp(v->d + from, with, n);
}

/* "50505300 (PPS)": the text in brackets is that of the bytes. */
static bool is_clock(const struct view *v, const struct word *w)
{
    uint8_t id[5] = {0};
    size_t n;

    read_hex(v, w->i, 4, id);
    n = strlen((char *)id);
    return n && at(v, w->end) == ' ' && at(v, w->end + 1) == '(' &&
           w->end + 2 + n < v->len && !memcmp(v->d + w->end + 2, id, n) &&
           v->d[w->end + 2 + n] == ')';
}

/* chronyc tracking and ntpdata: "Local address   : 192.0.2.7 (C0000207)", in
 * network order; "Reference ID    : 50505300 (PPS)" is that of a clock. */
static bool is_chrony(const struct view *v, const struct word *w)
{
    if (w->end - w->i != 8 || !w->i)
        return false;
    if (line_begins(v, w->i, "Reference ID "))
        return !is_clock(v, w);
    return v->d[w->i - 1] == '(' && at(v, w->end) == ')' &&
           (line_begins(v, w->i, "Remote address ") ||
            line_begins(v, w->i, "Local address "));
}

static void swap_words(uint8_t *p, size_t n)
{
    for (size_t i = 0; i + 4 <= n; i += 4) {
        uint8_t t[4] = {p[i + 3], p[i + 2], p[i + 1], p[i]};

        memcpy(p + i, t, 4);
    }
}

bool find_proc_net(const struct view *v, const struct word *w, struct found *f)
{
    size_t n = w->end - w->i;
    bool swap = (n == 8 || n == 32) && is_socket(v, w), upper, whole;
    uint8_t ip[16];
    uint32_t v4, mask;

    swap |= n == 8 && is_route(v, w);
    upper = swap || is_virtual(v, w) || is_chrony(v, w);
    if (!upper && !(n == 32 && (is_inet6(v, w) || is_group6(v, w))))
        return false;
    read_hex(v, w->i, n / 2, ip);
    if (swap)
        swap_words(ip, n / 2);
    if (n == 8) {
        v4 = (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 |
             (uint32_t)ip[2] << 8 | ip[3];
        mask = swap ? route_mask(v, w) : ~0u;
        whole = !(v4 & ~mask); /* the network, not a host of it */
        v4 = pseudonym_ip4(v->map, v4);
        v4 &= whole ? mask : ~0u;
        for (unsigned k = 0; k < 4; k++)
            ip[k] = (uint8_t)(v4 >> (24 - 8 * k));
    } else {
        pseudonym_ip6(v->map, ip);
    }
    if (swap)
        swap_words(ip, n / 2);
    f->start = w->i;
    f->end = w->end;
    write_hex(ip, n / 2, upper, f);
    return true;
}
