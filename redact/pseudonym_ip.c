/* IP addresses, in the spellings that logs and the kernel have. */
#include <stdlib.h>
#include <string.h>

#include "redact/pseudonym_find.h"

/* ---- IPv4 ---------------------------------------------------------------- */

struct quad {
    uint32_t ip;
    uint8_t octet[4], digits[4];
    unsigned n; /* octets that were read */
    size_t end;
};

/* Up to four octets in decimal with sep between them. */
static void read_quad(const struct view *v, size_t i, char sep, struct quad *q)
{
    memset(q, 0, sizeof(*q));
    q->end = i;
    while (q->n < 4) {
        unsigned value = 0, digits = 0;

        while (is(v, i, C_DIGIT) && digits < 4) {
            value = 10 * value + (unsigned)(v->d[i++] - '0');
            digits++;
        }
        if (!digits || digits > 3 || value > 255)
            return;
        q->octet[q->n] = (uint8_t)value;
        q->digits[q->n++] = (uint8_t)digits;
        q->ip = q->ip << 8 | value;
        q->end = i;
        if (at(v, i) != sep)
            return;
        i++;
    }
}

/* 192.168.001.005 stays as wide as it was. */
static void write_quad(const struct quad *q, uint32_t ip, char sep,
                       struct found *f)
{
    bool padded = false;

    for (unsigned i = 0; i < 4; i++)
        padded |= q->digits[i] == 3 && q->octet[i] < 100;
    for (unsigned i = 0; i < 4; i++) {
        found_add_number(f, ip >> (24 - 8 * i) & 255, 10,
                         padded ? q->digits[i] : 1, false);
        if (i < 3)
            found_add(f, &sep, 1);
    }
}

static bool is_private(uint32_t ip)
{
    return ip >> 24 == 10 || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8 ||
           ip >> 16 == 0xa9fe;
}

/* Blanks and signs between the name of a field and its value. */
#define FIELD_GAP 32

/* Words that a version follows, and endings of such words. */
static const char *const version_words[] = {
    "ver",     "vers",    "v",        "rel",       "rev",     "fw",
    "bios",    "build",   "driver",   "ucode",     "oid",     "microcode",
    "drivers", "package", "packages", "stepping",  "debian",  "tools",
    "qemu",    "xen",     "linux",    "openssl",   "glibc",   "kernel",
    "mib",     "xapi",    "xcp",      "xenserver", "xcpng",   "libvirt",
    "seabios", "ovmf",    "ipxe",     "grub",      "systemd", "python",
    "openssh", "lvm",     "drbd",     "java",      "perl",    "gcc",
    "section", "chapter", "clause",   "paragraph", "figure",  "lis",
    "idrac",   "ilo",     "nvidia",   "vmware",    "chipset", "winpv",
    NULL};

static bool says_version(const char *word)
{
    static const char *const endings[] = {"version", "versions", "revision",
                                          "release", "firmware", "upgraded"};
    size_t n = strlen(word), k;

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        k = strlen(endings[i]);
        if (n >= k && !strcmp(word + n - k, endings[i]))
            return true;
    }
    return find_in_list(word, version_words);
}

/* ".xcpng8.2", ".el9_4": for which distribution a package was built. */
static bool is_dist(const struct view *v, size_t i)
{
    static const char *const dists[] = {"xcpng", "el",  "fc",   "amzn",
                                        "ol",    "mga", "suse", "xs"};

    for (size_t k = 0; k < sizeof(dists) / sizeof(dists[0]); k++) {
        size_t n = strlen(dists[k]);

        if (i + n < v->len && !memcmp(v->d + i, dists[k], n) &&
            is(v, i + n, C_DIGIT))
            return true;
    }
    return false;
}

/* "-1~deb12u1", "_amd64.deb", "+git": what follows a version, no address. */
static bool follows_version(const struct view *v, const struct quad *q)
{
    struct quad other;
    int c = at(v, q->end);

    if (c == '~' || (c == '+' && is(v, q->end + 1, C_ALNUM)))
        return true;
    if (c == '-' && is(v, q->end + 1, C_DIGIT)) {
        read_quad(v, q->end + 1, '.', &other);
        return other.n < 4 && !is_private(q->ip);
    }
    if (c == '.' && is_dist(v, q->end + 1))
        return true;
    if (c == '.' || c == '_' || c == '-') {
        static const char *const kinds[] = {
            "tar", "deb", "rpm", "iso",   "zip", "xz",    "gz",
            "exe", "so",  "ko",  "amd64", "all", "arm64", "noarch",
            "el7", "el8", "el9", "jar",   "tgz"};

        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
            if (find_is_word(v, q->end + 1, kinds[i]))
                return true;
    }
    return false;
}

/* Chrome/99.0.0.0: one word, a slash. */
static bool product_before(const struct view *v, size_t i)
{
    size_t k = i - 1, n = 0;

    while (k && n < 32 && is(v, k - 1, C_ALPHA)) {
        k--;
        n++;
    }
    return n > 1 && n < 32 && (!k || strchr(" \t\"'(\n", v->d[k - 1]));
}

static bool line_begins(const struct view *v, size_t i, const char *with)
{
    size_t n = 0, k = strlen(with);

    while (i && v->d[i - 1] != '\n' && n < FIND_BACK - 64) {
        i--;
        n++;
    }
    return n < FIND_BACK - 64 && i + k < v->len && !memcmp(v->d + i, with, k);
}

/* "usb 1-1.2.3.4": a bus, and the ports of the hubs behind it. */
static bool is_usb_path(const struct view *v, size_t i, const struct quad *q)
{
    size_t k = i - 1;

    if (!i || v->d[k] != '-')
        return false;
    for (unsigned n = 0; n < 4; n++)
        if (!q->octet[n] || q->octet[n] > 31)
            return false;
    while (k && i - k < 4 && is(v, k - 1, C_DIGIT))
        k--;
    return k < i - 1 && (!k || strchr(" \t/:[(\n", v->d[k - 1]));
}

/* Four numbers with dots between them are more often a version or an OID. */
static bool is_version(const struct view *v, const struct word *w,
                       const struct quad *q)
{
    char word[24];
    size_t n;

    /* "5.10.30.00": nobody writes an address so. */
    for (unsigned i = 0; i < 4; i++)
        if (q->digits[i] == 2 && q->octet[i] < 10)
            return true;
    if ((q->ip >> 8 == 0x010306) || (q->ip >> 8 == 0x02051d)) /* OIDs */
        return true;
    if (follows_version(v, q) || is_usb_path(v, w->i, q))
        return true;
    /* "xen_version            : 4.8.5.68" */
    n = find_word_before(
        v, w->i, w->i > 1 && v->d[w->i - 2] == ':' ? FIELD_GAP : 4, word);
    if (n && says_version(word)) {
        /* "xen 10.0.0.5": a host may be named like a program. */
        return !is_private(q->ip) || !find_in_list(word, version_words);
    }
    if (is_private(q->ip) || !w->i)
        return false;
    if (v->d[w->i - 1] == '/' && product_before(v, w->i))
        return true;
    if (v->d[w->i - 1] == '-' || v->d[w->i - 1] == '_') {
        n = find_word_before(v, w->i - 1, 0, word);
        if (n && says_version(word))
            return true;
    }
    return line_begins(v, w->i, "ii  ") || line_begins(v, w->i, "rc  ");
}

/* tcpdump puts a port behind the address: "IP 10.0.0.5.443 > 10.0.0.9.80:". */
static bool is_port(const struct view *v, const struct word *w, size_t end)
{
    size_t i = end + 1;
    bool before = w->i >= 3 && (!memcmp(v->d + w->i - 3, "IP ", 3) ||
                                !memcmp(v->d + w->i - 3, " > ", 3));

    while (is(v, i, C_DIGIT) && i - end < 7)
        i++;
    return before && (at(v, i) == ' ' || at(v, i) == ':');
}

/* "10.0.0.0/8" stays the first address of its network. */
static uint32_t keep_host_bits(const struct view *v, const struct quad *q,
                               uint32_t ip)
{
    unsigned len;
    uint32_t mask;

    if (at(v, q->end) != '/' || !is(v, q->end + 1, C_DIGIT))
        return ip;
    len = v->d[q->end + 1] - '0';
    if (is(v, q->end + 2, C_DIGIT))
        len = 10 * len + (v->d[q->end + 2] - '0');
    if (!len || len > 31)
        return ip;
    mask = ~0u >> len;
    return q->ip & mask ? ip : ip & ~mask;
}

bool find_ip4(const struct view *v, const struct word *w, struct found *f)
{
    int before = w->i ? at(v, w->i - 1) : -1;
    struct quad q;

    read_quad(v, w->i, '.', &q);
    if (q.n < 4 || is(v, q.end, C_ALNUM))
        return false;
    /* "web.10.0.0.5.nip.io" is a name of an address. */
    if (before == '.' && (w->i < 2 || v->d[w->i - 2] != '.') &&
        !(w->i > 1 && is(v, w->i - 2, C_ALPHA) && is_private(q.ip) &&
          at(v, q.end) == '.' && is(v, q.end + 1, C_ALPHA)))
        return false;
    if (at(v, q.end) == '.' && is(v, q.end + 1, C_DIGIT) &&
        !is_port(v, w, q.end))
        return false;
    if (find_is_word(v, q.end, ".in-addr") || is_version(v, w, &q))
        return false;
    f->start = w->i;
    f->end = q.end;
    f->n = 0;
    write_quad(&q, keep_host_bits(v, &q, pseudonym_ip4(v->map, q.ip)), '.', f);
    return true;
}

/* Clouds name hosts by their addresses: ip-10-0-0-5. */
static const char *const dashed_words[] = {
    "ip",   "ec",     "host", "node", "static",  "dhcp",   "dyn", "dynamic",
    "pool", "client", "vm",   "srv",  "server",  "pc",     "cpe", "addr",
    "ipv",  "guest",  "domu", "xen",  "compute", "worker", NULL};

bool find_ip4_dashed(const struct view *v, const struct word *w,
                     struct found *f)
{
    bool named = w->i > 1 && v->d[w->i - 1] == '-', long_octet = false;
    char word[24];
    struct quad q;

    read_quad(v, w->i, '-', &q);
    if (q.n < 4 || is(v, q.end, C_ALNUM) ||
        (at(v, q.end) == '-' && is(v, q.end + 1, C_DIGIT)))
        return false;
    /* "ec2-10-0-0-5", but not "1-10-0-0-5". */
    if (named) {
        size_t k = w->i - 1;

        while (k && w->i - k < 8 && is(v, k - 1, C_DIGIT))
            k--;
        if (!find_word_before(v, k, 0, word) && k < w->i - 1)
            return false;
    }
    for (unsigned i = 0; i < 4; i++)
        long_octet |= q.digits[i] == 3;
    if (!(is_private(q.ip) && long_octet) &&
        !(named && (is_private(q.ip) || find_in_list(word, dashed_words))) &&
        !(at(v, q.end) == '.' && is(v, q.end + 1, C_ALPHA)))
        return false;
    f->start = w->i;
    f->end = q.end;
    f->n = 0;
    write_quad(&q, pseudonym_ip4(v->map, q.ip), '-', f);
    return true;
}

/* ---- names of the reverse tree of DNS ------------------------------------ */

static bool find_arpa4(const struct view *v, const struct word *w,
                       struct found *f)
{
    uint32_t ip = 0;
    struct quad q;

    read_quad(v, w->i, '.', &q);
    if (!q.n || !find_is_word(v, q.end, ".in-addr.arpa"))
        return false;
    for (unsigned i = 0; i < q.n; i++)
        ip |= (uint32_t)q.octet[q.n - 1 - i] << (24 - 8 * i);
    if (q.n < 4)
        ip |= 2; /* no netmask, which would stay */
    ip = pseudonym_ip4(v->map, ip);
    f->start = w->i;
    f->end = q.end;
    f->n = 0;
    for (unsigned i = 0; i < q.n; i++) {
        found_add(f, ".", i > 0);
        found_add_number(f, ip >> (24 - 8 * (q.n - 1 - i)) & 255, 10, 1, false);
    }
    return true;
}

static bool find_arpa6(const struct view *v, const struct word *w,
                       struct found *f)
{
    uint8_t nibble[32], ip[16] = {0};
    size_t i = w->i;
    unsigned n = 0;

    while (n < 32 && is(v, i, C_HEX) && at(v, i + 1) == '.') {
        nibble[n++] = find_hex_value(v->d[i]);
        i += 2;
    }
    if (!n || !find_is_word(v, i, "ip6.arpa"))
        return false;
    for (unsigned k = 0; k < n; k++)
        ip[k / 2] |= (uint8_t)(nibble[n - 1 - k] << (k % 2 ? 0 : 4));
    pseudonym_ip6(v->map, ip);
    f->start = w->i;
    f->end = i - 1;
    f->n = 0;
    for (unsigned k = n; k-- > 0;) {
        found_add_number(f, ip[k / 2] >> (k % 2 ? 0 : 4) & 15, 16, 1, false);
        found_add(f, ".", k > 0);
    }
    return true;
}

bool find_arpa(const struct view *v, const struct word *w, struct found *f)
{
    if (w->i && (v->d[w->i - 1] == '.' || v->d[w->i - 1] == '-'))
        return false;
    return (w->all & C_DIGIT && find_arpa4(v, w, f)) ||
           (w->end - w->i == 1 && find_arpa6(v, w, f));
}

/* ---- /proc/net ----------------------------------------------------------- */

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
    if (w->i > 2 && v->d[w->i - 1] == ' ' && v->d[w->i - 2] == ':')
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
    bool swap = (n == 8 || n == 32) && is_socket(v, w), upper;
    uint8_t ip[16];
    uint32_t v4;

    swap |= n == 8 && is_route(v, w);
    upper = swap || is_virtual(v, w);
    if (!upper && !(n == 32 && (is_inet6(v, w) || is_group6(v, w))))
        return false;
    read_hex(v, w->i, n / 2, ip);
    if (swap)
        swap_words(ip, n / 2);
    if (n == 8) {
        v4 = (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 |
             (uint32_t)ip[2] << 8 | ip[3];
        v4 = pseudonym_ip4(v->map, v4);
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
