/* IPv4 addresses as text, and names of addresses in the reverse tree of DNS. */
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
    "pkg",     "spec",    "table",    "appendix",  "part",    "api",
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

/* "-rc1", "-pre". */
static bool is_stage(const struct view *v, size_t i)
{
    static const char *const stages[] = {"rc", "pre", "beta", "alpha", "git"};

    for (size_t k = 0; k < sizeof(stages) / sizeof(stages[0]); k++) {
        size_t n = strlen(stages[k]);

        if (i + n <= v->len && !memcmp(v->d + i, stages[k], n) &&
            !is(v, i + n, C_ALPHA))
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
    if (c == '-' && is_stage(v, q->end + 1))
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

/* "usb 1-1.2.3.4", "usb-0000:00:14.0-1.2.3.4": a bus, and the ports of the hubs
 * behind it. */
static bool is_usb_path(const struct view *v, size_t i, const struct quad *q)
{
    size_t k = i - 1;

    if (!i || v->d[k] != '-')
        return false;
    for (unsigned n = 0; n < 4; n++)
        if (!q->octet[n] || q->octet[n] > 31)
            return false;
    if (i > 3 && is(v, i - 2, C_DIGIT) && v->d[i - 3] == '.') /* 00:14.0-1.2 */
        return true;
    while (k && i - k < 4 && is(v, k - 1, C_DIGIT))
        k--;
    return k < i - 1 && (!k || strchr(" \t/:[(\n", v->d[k - 1]));
}

/* Clouds name hosts by their addresses: ip-10-0-0-5. */
static const char *const dashed_words[] = {
    "ip",   "ec",     "host", "node", "static",  "dhcp",   "dyn", "dynamic",
    "pool", "client", "vm",   "srv",  "server",  "pc",     "cpe", "addr",
    "ipv",  "guest",  "domu", "xen",  "compute", "worker", NULL};

/* Small numbers, as programs count themselves: of the addresses of the world
 * one in 250 looks so. */
static bool counts_small(const struct quad *q)
{
    const uint8_t *o = q->octet;

    if (o[1] == o[2] && o[2] == o[3]) /* Dell's 2.65.65.65 */
        return o[0] < 10 && o[0] != o[1];
    return o[0] && o[0] <= 30 &&
           ((o[1] <= 31 && o[2] <= 31) || (o[1] < 100 && o[2] < 10));
}

/* What an address follows, though no program is called so. */
static const char *const address_words[] = {
    "a",         "address",   "addr",       "addresses",   "allow",
    "and",       "at",        "ban",        "banned",      "between",
    "bind",      "blocked",   "by",         "client",      "clients",
    "connect",   "connected", "connecting", "deny",        "dest",
    "dev",       "dns",       "dst",        "default",     "destination",
    "for",       "forwarder", "forwarders", "found",       "from",
    "gateway",   "get",       "gw",         "has",         "hop",
    "host",      "hosts",     "in",         "inet",        "interface",
    "ip",        "ips",       "is",         "lease",       "listen",
    "listening", "local",     "login",      "master",      "monitor",
    "mx",        "name",      "nameserver", "nameservers", "net",
    "network",   "nexthop",   "nfs",        "node",        "nodes",
    "ns",        "ntp",       "of",         "offer",       "on",
    "or",        "peer",      "peers",      "ping",        "pool",
    "portal",    "primary",   "proxy",      "range",       "reached",
    "received",  "relay",     "remote",     "restrict",    "reverse",
    "rhost",     "route",     "router",     "secondary",   "server",
    "servers",   "slave",     "source",     "src",         "subnet",
    "target",    "targets",   "that",       "the",         "through",
    "to",        "trying",    "unban",      "upstream",    "using",
    "via",       "was",       "with",       NULL};

/* Parts of words that a line has which tells of versions; behind the first even
 * "from" is followed by one. */
static const char *const changes[] = {"pgrad", "owngrad", NULL};
static const char *const versions[] = {"ersion",    "irmware",  "installed",
                                       "npacking ", "\xc2\xa7", NULL};

/* Whether the line before i, as far as it is looked at, has one of them. */
static bool line_tells(const struct view *v, size_t i, const char *const *words)
{
    size_t from = i;

    while (from && i - from < 96 && v->d[from - 1] != '\n')
        from--;
    for (; *words; words++)
        if (memmem(v->d + from, i - from, *words, strlen(*words)))
            return true;
    return false;
}

/* "libxl 4.13.0.9", "zfs-2.1.11.1", "dkms/drbd/9.2.5.1": a name, and at once
 * small numbers; none of a network that is known, no port, no length. */
static bool is_program(const struct view *v, const struct word *w,
                       const struct quad *q)
{
    int before = v->d[w->i - 1], behind = at(v, q->end);
    char word[24];
    size_t n;

    if (behind == ':' || behind == '>' ||
        (behind == '/' && is(v, q->end + 1, C_DIGIT)) || !counts_small(q) ||
        pseudonym_keys_on_network(v->keys, q->ip))
        return false;
    if (line_tells(v, w->i, changes))
        return true;
    n = find_word_before(v, strchr("-_/", before) ? w->i - 1 : w->i, 1, word);
    if (find_in_list(word, address_words) || find_in_list(word, dashed_words))
        return false;
    if (before == '[' && behind == ']') /* a section of a standard */
        return !n && q->octet[3] < 10 && q->octet[0] > 10 &&
               at(v, q->end + 1) != ':';
    return (n > 1 && strchr(" -_/", before)) || line_tells(v, w->i, versions);
}

/* The internet's, those of certificates, and of curves. */
static bool is_oid(uint32_t ip)
{
    return ip >> 8 == 0x010306 || ip >> 8 == 0x020504 || ip >> 8 == 0x02051d ||
           ip >> 8 == 0x010365;
}

/* "1.9.2-214.0.150.0": a release before the dash at i, no address. */
static bool release_before(const struct view *v, size_t i)
{
    size_t from = i;
    unsigned dots = 0;

    for (; from && i - from < 20; from--) {
        if (v->d[from - 1] == '.')
            dots++;
        else if (!is(v, from - 1, C_DIGIT))
            break;
    }
    return i - from > 2 && (dots == 1 || dots == 2) && v->d[from] != '.' &&
           v->d[i - 1] != '.' &&
           (!from || strchr(" \t\n:=\"'(v", v->d[from - 1]));
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
    if (is_oid(q->ip) ||
        (w->i > 1 && v->d[w->i - 1] == '+' && is(v, w->i - 2, C_DIGIT)))
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
    if (is_private(q->ip))
        return false;
    /* No host has this address, and no network is without its length. */
    if (!(q->ip & 0xffffff) && at(v, q->end) != '/')
        return true;
    if (!w->i)
        return false;
    if (v->d[w->i - 1] == '-' && release_before(v, w->i - 1))
        return true;
    if ((v->d[w->i - 1] == '/' && product_before(v, w->i)) ||
        is_program(v, w, q))
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

static size_t skip_blanks(const struct view *v, size_t i)
{
    size_t k = i;

    while (k - i < 32 && (at(v, k) == ' ' || at(v, k) == '\t'))
        k++;
    return k;
}

/* The netmask at i; 0: none is there. */
static uint32_t read_mask(const struct view *v, size_t i, size_t *end)
{
    uint32_t rest;
    struct quad q;

    read_quad(v, i, '.', &q);
    *end = q.end;
    rest = ~q.ip;
    return q.n == 4 && !(rest & (rest + 1)) && !is(v, q.end, C_ALNUM) &&
                   at(v, q.end) != '.'
               ? q.ip
               : 0;
}

/* "10.0.0.0/255.0.0.0", "10.0.0.0 netmask 255.0.0.0"; of route -n behind the
 * gateway. */
static uint32_t mask_behind(const struct view *v, size_t i)
{
    size_t k = skip_blanks(v, i);
    uint32_t mask;

    if (at(v, i) == '/')
        return read_mask(v, i + 1, &k);
    if (k == i)
        return 0;
    if (find_is_word(v, k, "netmask"))
        k = skip_blanks(v, k + 7);
    else if (find_is_word(v, k, "mask"))
        k = skip_blanks(v, k + 4);
    mask = read_mask(v, k, &i);
    if (mask || i == k)
        return mask;
    k = skip_blanks(v, i);
    return k == i ? 0 : read_mask(v, k, &i);
}

/* "10.0.0.0/8" stays the first address of its network. */
static uint32_t keep_host_bits(const struct view *v, const struct quad *q,
                               uint32_t ip)
{
    unsigned len;
    uint32_t mask;

    if (q->ip & 1)
        return ip;
    if (at(v, q->end) != '/' || at(v, q->end + 3) == '.' ||
        at(v, q->end + 4) == '.') {
        mask = mask_behind(v, q->end);
        return !mask || q->ip & ~mask ? ip : ip & mask;
    }
    if (!is(v, q->end + 1, C_DIGIT))
        return ip;
    len = v->d[q->end + 1] - '0';
    if (is(v, q->end + 2, C_DIGIT))
        len = 10 * len + (v->d[q->end + 2] - '0');
    if (!len || len > 31)
        return ip;
    mask = ~0u >> len;
    return q->ip & mask ? ip : ip & ~mask;
}

/* "web.10.0.0.5.nip.io", "static.33.12.4.46.clients.isp.net" */
static bool is_in_name(const struct view *v, size_t i, const struct quad *q)
{
    char word[24];

    return at(v, q->end) == '.' && is(v, q->end + 1, C_ALPHA) &&
           find_word_before(v, i - 1, 0, word) &&
           (is_private(q->ip) || find_in_list(word, dashed_words));
}

bool find_ip4(const struct view *v, const struct word *w, struct found *f)
{
    int before = w->i ? at(v, w->i - 1) : -1;
    struct quad q;

    read_quad(v, w->i, '.', &q);
    if (q.n < 4 || is(v, q.end, C_ALNUM))
        return false;
    if (before == '.' && (w->i < 2 || v->d[w->i - 2] != '.') &&
        !is_in_name(v, w->i, &q))
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

/* True: four octets are read, and no more follow. */
static bool read_dashed(const struct view *v, size_t i, struct quad *q)
{
    read_quad(v, i, '-', q);
    return q->n == 4 && !is(v, q->end, C_ALNUM) &&
           !(at(v, q->end) == '-' && is(v, q->end + 1, C_DIGIT));
}

static bool has_long_octet(const struct quad *q)
{
    return q->digits[0] == 3 || q->digits[1] == 3 || q->digits[2] == 3 ||
           q->digits[3] == 3;
}

static bool put_dashed(const struct view *v, size_t i, const struct quad *q,
                       struct found *f)
{
    f->start = i;
    f->end = q->end;
    f->n = 0;
    write_quad(q, pseudonym_ip4(v->map, q->ip), '-', f);
    return true;
}

/* "host203-0-113-77": i is behind its first dash, as its first octet begins no
 * word. */
static bool find_ip4_glued(const struct view *v, size_t i, struct found *f)
{
    size_t k = i - 1;
    char word[24];
    struct quad q;

    while (k && i - k < 5 && is(v, k - 1, C_DIGIT))
        k--;
    return k >= v->least && find_word_before(v, k, 0, word) &&
           find_in_list(word, dashed_words) && read_dashed(v, k, &q) &&
           (is_private(q.ip) || has_long_octet(&q)) && put_dashed(v, k, &q, f);
}

bool find_ip4_dashed(const struct view *v, const struct word *w,
                     struct found *f)
{
    bool named = w->i && v->d[w->i - 1] == '-';
    char word[24];
    struct quad q;

    if (named && find_ip4_glued(v, w->i, f))
        return true;
    if (!read_dashed(v, w->i, &q))
        return false;
    /* "ec2-10-0-0-5", but not "1-10-0-0-5". */
    if (named) {
        size_t k = w->i - 1;

        while (k && w->i - k < 8 && is(v, k - 1, C_DIGIT))
            k--;
        if (!find_word_before(v, k, 0, word) && k < w->i - 1)
            return false;
    }
    if (!(is_private(q.ip) && has_long_octet(&q)) &&
        !(named && (is_private(q.ip) || find_in_list(word, dashed_words))) &&
        !(at(v, q.end) == '.' && is(v, q.end + 1, C_ALPHA)))
        return false;
    return put_dashed(v, w->i, &q, f);
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
