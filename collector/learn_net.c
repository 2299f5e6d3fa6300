/* The networks that this host is on, from the kernel's table of routes and from
 * what configures them: for gateways that are to stay the first address. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/learn_lines.h"

static bool separates(char c)
{
    return isspace((unsigned char)c) || strchr("=\"'[](),;", c);
}

/* The next word of a line; its length, 0 at the end. */
static size_t next_word(const char **p, const char *end)
{
    const char *q;

    while (*p < end && separates(**p))
        ++*p;
    for (q = *p; q < end && !separates(*q);)
        q++;
    return (size_t)(q - *p);
}

static unsigned mask_bits(uint32_t mask)
{
    unsigned n = 0;

    while (n < 32 && mask & 0x80000000u >> n)
        n++;
    return n < 32 && mask << n ? 0 : n;
}

static void take(struct learn *l, const char *ip, unsigned bits)
{
    char text[INET6_ADDRSTRLEN + 8];
    int n = snprintf(text, sizeof(text), "%s/%u", ip, bits);

    if (n > 0 && (size_t)n < sizeof(text))
        pseudonyms_learn_network(l->p, text, (size_t)n);
}

/* "Iface\tDestination\tGateway\tFlags\t...\tMask\t": hexadecimal numbers as the
 * processor has them, which is the order of an in_addr. */
void learn_line_route(struct learn *l, const char *p, const char *end)
{
    char *field[8], line[256], *save = NULL, ip[INET_ADDRSTRLEN];
    size_t n = (size_t)(end - p);
    struct in_addr to;
    unsigned i = 0;

    if (n >= sizeof(line))
        return;
    memcpy(line, p, n);
    line[n] = '\0';
    for (char *f = strtok_r(line, "\t ", &save); f && i < 8;
         f = strtok_r(NULL, "\t ", &save))
        field[i++] = f;
    if (i < 8 || strlen(field[1]) != 8 || strlen(field[7]) != 8)
        return;
    to.s_addr = (uint32_t)strtoul(field[1], NULL, 16);
    if (inet_ntop(AF_INET, &to, ip, sizeof(ip)))
        take(l, ip, mask_bits(ntohl((uint32_t)strtoul(field[7], NULL, 16))));
}

static bool begins(const char *word, size_t n, const char *with)
{
    size_t k = strlen(with);

    return n >= k && !strncasecmp(word, with, k);
}

/* What stands behind NETMASK=, PREFIX=: a mask or a length. */
static unsigned read_bits(const char *word, size_t n)
{
    char text[INET_ADDRSTRLEN];
    struct in_addr mask;

    if (n >= sizeof(text))
        return 0;
    memcpy(text, word, n);
    text[n] = '\0';
    if (inet_pton(AF_INET, text, &mask) == 1)
        return mask_bits(ntohl(mask.s_addr));
    return (unsigned)strtoul(text, NULL, 10);
}

/* "address 10.1.0.5/22", "IPADDR=10.1.0.5" and "NETMASK=255.255.252.0" on two
 * lines in any order, "- 10.1.0.5/22": of ifupdown, ifcfg files, netplan,
 * networkd, NetworkManager, and what "ip addr" prints. */
void learn_line_net(struct learn *l, const char *p, const char *end)
{
    size_t n = next_word(&p, end);
    const char *word = p;
    bool address = begins(p, n, "address") || begins(p, n, "ipaddr");
    bool length = begins(p, n, "netmask") || begins(p, n, "prefix");

    if (!n || *p == '#')
        return;
    if (begins(p, n, "iface"))
        memset(&l->net, 0, sizeof(l->net));
    for (; n; p += n, n = next_word(&p, end)) {
        bool known = pseudonyms_learn_network(l->p, p, n);

        if (p == word || known || n >= sizeof(l->net.ip))
            continue;
        if (address) {
            memcpy(l->net.ip, p, n);
            l->net.ip[n] = '\0';
        } else if (length) {
            l->net.bits = read_bits(p, n);
        }
    }
    if (*l->net.ip && l->net.bits) {
        take(l, l->net.ip, l->net.bits);
        memset(&l->net, 0, sizeof(l->net));
    }
}
