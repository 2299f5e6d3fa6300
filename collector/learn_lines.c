#include "collector/learn_lines.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

/* As many as a manifest should tell. */
#define MAX_MISSED 64u

void learn_miss(struct learn *l, const char *what, const char *why)
{
    char ***list = l->missed;
    size_t n = 0;
    char *text;

    if (!list)
        return;
    while (*list && (*list)[n])
        n++;
    text = n < MAX_MISSED ? xasprintf("%s: %s", what, why)
                          : xstrdup("more, which are not told");
    n = 0;
    while (*list && (*list)[n] && strcmp((*list)[n], text))
        n++;
    if (*list && (*list)[n]) {
        free(text);
        return;
    }
    *list = xreallocarray(*list, n + 2, sizeof(**list));
    (*list)[n] = text;
    (*list)[n + 1] = NULL;
}

void learn_take(struct learn *l, enum pseudonym_kind kind, const char *text,
                size_t n)
{
    static const char dom0[] = "Domain-0";

    if (pseudonyms_learn(l->p, kind, text, n) || kind != PSEUDONYM_GUEST || !n)
        return;
    if (n == strlen(dom0) && !memcmp(text, dom0, n))
        return;
    /* Not which: this stands in the bundle. */
    learn_miss(l, "a guest",
               "its name is too short, or a word that half of all hosts have");
}

/* ---- names of hosts ------------------------------------------------------ */

static bool one_label(const char *s, size_t n)
{
    return !memchr(s, '.', n);
}

static bool has_letter(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isalpha((unsigned char)s[i]))
            return true;
    return false;
}

/* "co.uk" and its like, which are nobody's own. */
static bool is_registry(const char *s, size_t n)
{
    static const char *const second[] = {
        "ac",  "asn",  "biz", "co",   "com", "ed",  "edu", "gob", "gouv",
        "gov", "govt", "id",  "info", "ltd", "me",  "mil", "ne",  "net",
        "nhs", "nom",  "or",  "org",  "plc", "sch", "web"};
    const char *dot = memchr(s, '.', n);
    size_t k = (size_t)(dot - s);

    if (n - k != 3)
        return false;
    for (size_t i = 0; i < sizeof(second) / sizeof(second[0]); i++)
        if (strlen(second[i]) == k && !strncasecmp(second[i], s, k))
            return true;
    return false;
}

/* A domain of one label, such as "lan" or "net", is a word of its own right.
 * Of dc1.example.org also what is above it: the same people's. */
static void take_domain(struct learn *l, const char *s, size_t n)
{
    bool above = false;

    while (n && s[n - 1] == '.')
        n--;
    for (const char *dot; (dot = memchr(s, '.', n)); above = true) {
        size_t k = (size_t)(dot + 1 - s);

        if (!above || memchr(dot + 1, '.', n - k) || !is_registry(s, n))
            learn_take(l, PSEUDONYM_DOMAIN, s, n);
        s += k;
        n -= k;
    }
}

void learn_host_name(struct learn *l, const char *s, size_t n)
{
    const char *dot = memchr(s, '.', n);

    if (!has_letter(s, n) || memchr(s, ':', n)) /* an address */
        return;
    learn_take(l, PSEUDONYM_HOST, s, dot ? (size_t)(dot - s) : n);
    if (dot)
        take_domain(l, dot + 1, n - (size_t)(dot + 1 - s));
}

/* ---- words and lines ----------------------------------------------------- */

static size_t word(const char **s, const char *end)
{
    const char *p = *s;

    while (p < end && isspace((unsigned char)*p))
        p++;
    *s = p;
    while (p < end && !isspace((unsigned char)*p))
        p++;
    return (size_t)(p - *s);
}

bool learn_word(struct span *rest, struct span *out)
{
    size_t n;

    out->p = rest->p;
    n = word(&out->p, rest->end);
    out->end = rest->p = out->p + n;
    return n > 0;
}

void learn_line_hostname(struct learn *l, const char *p, const char *end)
{
    size_t n = word(&p, end);

    if (n && *p != '#')
        learn_host_name(l, p, n);
}

/* A list of hosts that must not be reached names none of ours. */
void learn_line_hosts(struct learn *l, const char *p, const char *end)
{
    const char *hash = memchr(p, '#', (size_t)(end - p));
    size_t n;

    end = hash ? hash : end;
    n = word(&p, end);
    if (!n || (n == 7 && !memcmp(p, "0.0.0.0", 7)))
        return;
    learn_own_address(l, p, n);
    for (p += n; (n = word(&p, end)); p += n)
        learn_host_name(l, p, n);
}

void learn_line_resolv(struct learn *l, const char *p, const char *end)
{
    size_t n = word(&p, end);

    if (!(n == 6 && (!memcmp(p, "search", 6) || !memcmp(p, "domain", 6))))
        return;
    for (p += n; (n = word(&p, end)); p += n) {
        if (one_label(p, n))
            learn_take(l, PSEUDONYM_DOMAIN, p, n);
        take_domain(l, p, n);
    }
}

void learn_line_domain(struct learn *l, const char *p, const char *end)
{
    take_domain(l, p, word(&p, end));
}

/* "alpha,10.0.0.5 ssh-ed25519 ...", "[alpha]:2222 ..."; |1|...: hashed. */
void learn_line_known_hosts(struct learn *l, const char *p, const char *end)
{
    size_t n = word(&p, end);

    if (n && *p == '@') {
        p += n;
        n = word(&p, end);
    }
    end = p + n;
    if (!n || *p == '#' || *p == '|')
        return;
    while (p < end) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end, *next = stop + 1;
        const char *close = memchr(p, ']', (size_t)(stop - p));

        if (*p == '[' && close) {
            p++;
            stop = close;
        }
        learn_host_name(l, p, (size_t)(stop - p));
        p = next;
    }
}

/* ---- certificates -------------------------------------------------------- */

/* A name as hosts have them: labels with dots between. */
static bool is_host_name(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)s[i]) && s[i] != '-' && s[i] != '_' &&
            (s[i] != '.' || !i || s[i - 1] == '.'))
            return false;
    return n > 0;
}

void learn_cert_name(void *arg, const char *name, size_t len, bool ca)
{
    struct learn *l = arg;

    if (len > 2 && !memcmp(name, "*.", 2)) {
        if (is_host_name(name + 2, len - 2))
            take_domain(l, name + 2, len - 2);
        return;
    }
    learn_own_address(l, name, len);
    /* An authority's is more often a title than a host. */
    if (is_host_name(name, len) && !(ca && one_label(name, len)))
        learn_host_name(l, name, len);
}

/* openssl x509 -text: "Subject: O = Example, CN = alpha", "DNS:alpha, DNS:..."
 */
void learn_line_x509(struct learn *l, const char *p, const char *end)
{
    static const char *const keys[] = {"CN = ", "CN=", "DNS:", "IP Address:"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t k = strlen(keys[i]);
        const char *v = p, *stop;

        while ((v = memmem(v, (size_t)(end - v), keys[i], k))) {
            for (stop = v += k; stop < end && !strchr(",/ \r", *stop);)
                stop++;
            learn_cert_name(l, v, (size_t)(stop - v), false);
        }
    }
}

/* ---- people -------------------------------------------------------------- */

/* NAME:x:UID:GID:WHO,...: people have numbers from 1000 on. */
void learn_line_passwd(struct learn *l, const char *p, const char *end)
{
    const char *field[5];
    size_t len[5];

    for (unsigned i = 0; i < 5; i++) {
        const char *colon = memchr(p, ':', (size_t)(end - p));

        if (!colon)
            return;
        field[i] = p;
        len[i] = (size_t)(colon - p);
        p = colon + 1;
    }
    unsigned long uid = strtoul(field[2], NULL, 10);
    const char *comma = memchr(field[4], ',', len[4]);

    if (uid < 1000 || (uid >= 65533 && uid <= 65535))
        return;
    learn_take(l, PSEUDONYM_USER, field[0], len[0]);
    if (comma)
        len[4] = (size_t)(comma - field[4]);
    /* One word may be anything. */
    if (memchr(field[4], ' ', len[4]))
        learn_take(l, PSEUDONYM_USER, field[4], len[4]);
}

/* "CORP\alice" of Active Directory: alice is called so by herself, too. */
static void take_user(struct learn *l, const char *s, size_t n)
{
    const char *slash = memrchr(s, '\\', n);

    if (slash) {
        n -= (size_t)(slash + 1 - s);
        s = slash + 1;
    }
    learn_take(l, PSEUDONYM_USER, s, n);
}

static bool is_day(const char *p)
{
    static const char days[] = "SunMonTueWedThuFriSat";

    for (size_t i = 0; days[i]; i += 3)
        if (!memcmp(p, days + i, 3))
            return true;
    return false;
}

/* "alice    pts/0    tower.example.org    Mon Nov ..." */
void learn_line_last(struct learn *l, const char *p, const char *end)
{
    size_t n = word(&p, end);
    const char *tty = p + n;
    size_t k = word(&tty, end);

    if (!n || k <= 3 || (memcmp(tty, "pts", 3) && memcmp(tty, "tty", 3)))
        return;
    take_user(l, p, n);
    /* From where, or at once the day. */
    p = tty + k;
    n = word(&p, end);
    if (n != 3 || !is_day(p))
        learn_host_name(l, p, n);
}

/* ---- machines ------------------------------------------------------------ */

static void trim(const char **p, const char **end)
{
    while (*p < *end && isspace((unsigned char)**p))
        ++*p;
    while (*end > *p && isspace((unsigned char)(*end)[-1]))
        --*end;
    if (*end - *p > 2 && !memcmp(*p, "0x", 2))
        *p += 2;
}

void learn_line_serial(struct learn *l, const char *p, const char *end)
{
    trim(&p, &end);
    /* "naa.5000c500a1b2c3d4", "t10.ATA     MODEL    SERIAL" */
    if (end - p > 4 && (!memcmp(p, "naa.", 4) || !memcmp(p, "eui.", 4) ||
                        !memcmp(p, "t10.", 4)))
        p += 4;
    for (const char *q; (q = memrchr(p, ' ', (size_t)(end - p)));)
        p = q + 1;
    if (end == p)
        return;
    learn_take(l, PSEUDONYM_SERIAL, p, (size_t)(end - p));
    learn_own_id(l, p, (size_t)(end - p));
}

/* Of a UUID the other order of its first bytes, which older programs read
 * SMBIOS in. */
static void take_swapped(struct learn *l, const char *s, size_t n)
{
    static const uint8_t from[] = {6,  7, 4,  5,  2,  3,  0,  1,  8, 11,
                                   12, 9, 10, 13, 16, 17, 14, 15, 18};
    char text[36];

    if (n != sizeof(text) || s[8] != '-' || s[13] != '-' || s[18] != '-')
        return;
    memcpy(text, s, n);
    for (size_t i = 0; i < sizeof(from); i++)
        text[i] = s[from[i]];
    learn_take(l, PSEUDONYM_SERIAL, text, n);
}

/* One of a guest of VMware is its UUID behind the name. */
void learn_line_dmi(struct learn *l, const char *p, const char *end)
{
    static const char vmware[] = "VMware-";
    size_t n = sizeof(vmware) - 1;

    trim(&p, &end);
    if ((size_t)(end - p) > n && !memcmp(p, vmware, n))
        p += n;
    learn_take(l, PSEUDONYM_SERIAL, p, (size_t)(end - p));
    take_swapped(l, p, (size_t)(end - p));
    learn_own_id(l, p, (size_t)(end - p));
}

void learn_line_dmidecode(struct learn *l, const char *p, const char *end)
{
    static const char *const keys[] = {
        "\tSerial Number: ", "\tUUID: ", "\tAsset Tag: "};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t n = strlen(keys[i]);

        if ((size_t)(end - p) > n && !memcmp(p, keys[i], n)) {
            learn_line_dmi(l, p + n, end);
            return;
        }
    }
}

/* "[140 v1] Device Serial Number 00-1b-21-ff-ff-aa-bb-cc", "Serial number: X"
 * of the vital product data */
void learn_line_lspci(struct learn *l, const char *p, const char *end)
{
    static const char *const keys[] = {"Device Serial Number ",
                                       "Serial number: "};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *v = memmem(p, (size_t)(end - p), keys[i], strlen(keys[i]));
        size_t n;

        if (!v)
            continue;
        v += strlen(keys[i]);
        n = word(&v, end);
        learn_take(l, PSEUDONYM_SERIAL, v, n);
    }
}

/* NAME="sda" ... SERIAL="X" WWN="0x..." */
void learn_line_lsblk(struct learn *l, const char *p, const char *end)
{
    static const char *const keys[] = {" SERIAL=\"", " WWN=\""};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *v = memmem(p, (size_t)(end - p), keys[i], strlen(keys[i]));
        const char *q;

        if (!v)
            continue;
        v += strlen(keys[i]);
        q = memchr(v, '"', (size_t)(end - v));
        if (q)
            learn_line_serial(l, v, q);
    }
}

void learn_line_mac(struct learn *l, const char *p, const char *end)
{
    char bare[12];
    size_t n = 0;

    for (const char *q = p; q < end && n < sizeof(bare); q++)
        if (isxdigit((unsigned char)*q))
            bare[n++] = *q;
    if (n != sizeof(bare) || !memcmp(bare, "feffffffffff", 12) ||
        !memcmp(bare, "000000000000", 12))
        return;
    learn_take(l, PSEUDONYM_MAC, bare, n);
    learn_own_mac(l, bare);
}

/* ---- logs ---------------------------------------------------------------- */

/* "sudo:    alice : TTY=", "sudo[7]:  alice : user NOT in sudoers ; TTY=" */
static void take_sudo(struct learn *l, const char *p, const char *end)
{
    const char *colon = memchr(p, ':', (size_t)(end - p));
    size_t n;

    if (!colon || (colon > p && *p != '['))
        return;
    p = colon + 1;
    n = word(&p, end);
    if (end - p > (ptrdiff_t)n + 2 && !memcmp(p + n, " : ", 3))
        take_user(l, p, n);
}

void learn_line_log(struct learn *l, const char *p, const char *end)
{
    size_t n;
    const char *host = pseudonyms_log_host(p, (size_t)(end - p), &n);

    if (!host)
        return;
    learn_host_name(l, host, n);
    /* Elsewhere in the line anybody may have written it. */
    p = host + n;
    if (end - p > 5 && !memcmp(p, " sudo", 5))
        take_sudo(l, p + 5, end);
}

/* ---- addresses of this host ---------------------------------------------- */

/* "    inet 10.0.0.5/24 brd ..." of ip addr. */
void learn_line_addr(struct learn *l, const char *p, const char *end)
{
    size_t n;

    learn_line_net(l, p, end);
    for (; (n = word(&p, end)); p += n) {
        const char *slash;

        if (!(n == 4 && !memcmp(p, "inet", 4)) &&
            !(n == 5 && !memcmp(p, "inet6", 5)))
            continue;
        p += n;
        n = word(&p, end);
        slash = memchr(p, '/', n);
        if (slash)
            n = (size_t)(slash - p);
        learn_own_address(l, p, n);
        return;
    }
}
