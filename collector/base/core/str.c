#include "collector/base/core/str.h"

#include "collector/base/core/xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The number in front of a unit: digits with an optional fraction. */
static int leading_number(const char *s, double *out, const char **rest)
{
    char *end;

    if (!isdigit((unsigned char)s[0]))
        return -EINVAL;
    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
        return -EINVAL;
    errno = 0;
    *out = strtod(s, &end);
    if (errno || *out > 1e15)
        return -EINVAL;
    *rest = end;
    return 0;
}

int str_parse_size(const char *s, uint64_t *out)
{
    static const char units[] = "KMGT";
    const char *rest, *unit;
    double v;

    if (leading_number(s, &v, &rest))
        return -EINVAL;
    if (*rest && (unit = strchr(units, toupper((unsigned char)*rest)))) {
        v *= (double)(1ull << (10 * (unit - units + 1)));
        rest++;
        if (!strcasecmp(rest, "B") || !strcasecmp(rest, "iB") || !*rest)
            rest = "";
    } else if (!strcmp(rest, "B")) {
        rest = "";
    }
    if (*rest || v > 9e18)
        return -EINVAL;
    *out = (uint64_t)v;
    return 0;
}

int str_parse_time_ms(const char *s, uint64_t *out)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1},    {"s", 1e3},    {"sec", 1e3},  {"m", 6e4},
                 {"min", 6e4}, {"h", 3600e3}, {"d", 86400e3}};
    const char *rest;
    double v;

    if (leading_number(s, &v, &rest))
        return -EINVAL;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!strcmp(rest, units[i].unit)) {
            v *= units[i].ms;
            if (v > 9e18)
                return -EINVAL;
            *out = (uint64_t)v;
            return 0;
        }
    }
    return -EINVAL;
}

int str_parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
    unsigned long long v;
    char *end;

    if (!isdigit((unsigned char)s[0]))
        return -EINVAL;
    errno = 0;
    v = strtoull(s, &end, 10);
    if (*end)
        return -EINVAL;
    if (errno || v < min || v > max)
        return -ERANGE;
    *out = v;
    return 0;
}

char *str_size(uint64_t bytes, char out[24])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    double v = (double)bytes / 1024;
    int u = 0;

    if (bytes < 1024) {
        snprintf(out, 24, "%u B", (unsigned)bytes);
        return out;
    }
    while (v >= 1024 && u < 4) {
        v /= 1024;
        u++;
    }
    snprintf(out, 24, "%.1f %s", v, units[u]);
    return out;
}

char *str_duration(uint64_t ms, char out[32])
{
    if (ms < 60000)
        snprintf(out, 32, "%u.%u s", (unsigned)(ms / 1000),
                 (unsigned)(ms % 1000 / 100));
    else
        snprintf(out, 32, "%u min %u s", (unsigned)(ms / 60000),
                 (unsigned)(ms / 1000 % 60));
    return out;
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

char **str_split(const char *s, size_t *n_out)
{
    char **list = xcalloc(1, sizeof(*list));
    size_t n = 0;

    while (*s) {
        const char *end = strchrnul(s, ','), *last = end;

        while (s < last && isspace((unsigned char)*s))
            s++;
        while (last > s && isspace((unsigned char)last[-1]))
            last--;
        if (last > s) {
            list = xreallocarray(list, n + 2, sizeof(*list));
            list[n++] = xstrndup(s, (size_t)(last - s));
            list[n] = NULL;
        }
        s = *end ? end + 1 : end;
    }
    if (n_out)
        *n_out = n;
    return list;
}

void str_add_word(struct buf *out, const char *word)
{
    size_t plain = strspn(word, "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./:@%+=,-");

    if (*word && !word[plain]) {
        buf_adds(out, word);
        return;
    }
    buf_addc(out, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            buf_adds(out, "'\\''");
        else
            buf_addc(out, *word);
    }
    buf_addc(out, '\'');
}

void str_list_free(char **list)
{
    if (!list)
        return;
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}

char **str_list_copy(char *const *list)
{
    size_t n = 0;
    char **out;

    while (list && list[n])
        n++;
    out = xcalloc(n + 1, sizeof(*out));
    for (size_t i = 0; i < n; i++)
        out[i] = xstrdup(list[i]);
    return out;
}

size_t str_utf8_len(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    if (s[0] >= 0xc2 && s[0] <= 0xdf && (s[1] & 0xc0) == 0x80)
        return s[0] == 0xc2 && s[1] < 0xa0 ? 0 : 2;
    if (s[0] >= 0xe0 && s[0] <= 0xef && (s[1] & 0xc0) == 0x80 &&
        (s[2] & 0xc0) == 0x80) {
        if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
            return 0;
        /* Bidirectional controls can make a line lie. */
        if (s[0] == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) ||
                             (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9)))
            return 0;
        return 3;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4 && (s[1] & 0xc0) == 0x80 &&
        (s[2] & 0xc0) == 0x80 && (s[3] & 0xc0) == 0x80) {
        if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
            return 0;
        return 4;
    }
    return 0;
}

size_t str_utf8_put(uint32_t c, uint8_t out[4])
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (c & 63));
    return 4;
}

uint32_t str_utf8_char(const char *s, size_t *len)
{
    static const uint8_t first[] = {0, 0, 0x1f, 0x0f, 0x07};
    uint32_t c;

    *len = (uint8_t)*s >= 0x80 ? str_utf8_len(s) : 0;
    if (!*len)
        return 0;
    c = (uint8_t)*s & first[*len];
    for (size_t i = 1; i < *len; i++)
        c = c << 6 | ((uint8_t)s[i] & 0x3f);
    return c;
}

static void add_json_char(struct buf *out, uint32_t c)
{
    if (c > 0xffff)
        buf_addf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                 0xdc00 + ((c - 0x10000) & 0x3ff));
    else
        buf_addf(out, "\\u%04x", c);
}

void str_add_json(struct buf *out, const char *s)
{
    for (size_t len; *s; s += len) {
        uint32_t c = str_utf8_char(s, &len);

        if (!len) {
            len = 1;
            c = (uint8_t)*s;
            if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
                buf_addc(out, *s);
                continue;
            }
        }
        add_json_char(out, c);
    }
}

char *str_visible(const char *s, char *out, size_t size)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = 0;

    while (*p) {
        size_t len = *p >= 0x80 ? str_utf8_len((const char *)p) : 1;

        if (n + 5 > size)
            break;
        if (*p == '\t') {
            out[n++] = ' ';
            p++;
        } else if (!len || *p < 0x20 || *p == 0x7f) {
            n += (size_t)snprintf(out + n, size - n, "\\x%02x", *p++);
        } else {
            memcpy(out + n, p, len);
            n += len;
            p += len;
        }
    }
    out[n] = '\0';
    return out;
}

static bool plain_byte(unsigned char c)
{
    return isalnum(c) || strchr("._+,:@=-", c);
}

void str_add_member_name(struct buf *b, const char *s, bool keep_slash)
{
    bool start = true;

    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '/' && keep_slash) {
            if (b->len && b->data[b->len - 1] != '/')
                buf_addc(b, '/');
            start = true;
            continue;
        }
        if (!plain_byte(c) || c >= 0x80)
            buf_addf(b, "%%%02X", c);
        else if (c == '.' && start &&
                 (s[1] == '\0' || s[1] == '/' ||
                  (s[1] == '.' && (s[2] == '\0' || s[2] == '/'))))
            buf_adds(b, "%2E");
        else
            buf_addc(b, (char)c);
        start = false;
    }
}

void str_percent_decode(char *s)
{
    char *to = s;

    for (const char *p = s; *p; p++) {
        char hex[3] = {p[0] == '%' ? p[1] : 0, 0, 0};

        if (hex[0])
            hex[1] = p[2];
        if (isxdigit((unsigned char)hex[0]) &&
            isxdigit((unsigned char)hex[1]) && strcmp(hex, "00")) {
            *to++ = (char)strtoul(hex, NULL, 16);
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
}

size_t str_fitting(const char *s, size_t width)
{
    size_t n = 0;

    for (; s[n]; n++)
        if (((unsigned char)s[n] & 0xc0) != 0x80 && !width--)
            break;
    return n;
}

size_t str_line_end(const char *s, size_t width)
{
    size_t all = str_fitting(s, width), n = all;

    if (!s[all])
        return all;
    while (n > all / 2 && s[n] != ' ')
        n--;
    return s[n] == ' ' ? n : all;
}
