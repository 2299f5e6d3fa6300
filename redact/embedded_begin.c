#include "redact/embedded_begin.h"

#include <string.h>

#include "collector/base/core/packed.h"
#include "collector/base/core/str.h"

/* Looked through at once; see is_plain. */
#define BLOCK 1024u
/* Bytes of one that the text ends with. */
#define ZLIB_LEAST 16u
/* Characters of UTF-32. */
#define UTF32_LEAST 8u

/* A byte of the begin counts under its mask.  Each has one that is rare in text
 * (is_plain), or "&S"; so have those of more_than_bytes. */
static const struct begin {
    size_t len;
    const char *bytes, *mask; /* NULL: all of them */
} begins[] = {
    /* gzip: no flag that is unused; RFC 1952 */
    {4, "\37\213\10\0", "\377\377\377\340"},
    {10, "BZh01AY&SY", "\377\377\377\360\377\377\377\377\377\377"},
    {6, "\3757zXZ\0", NULL},
    /* zstd: an unused bit; lz4: its version */
    {5, "\50\265\57\375\0", "\377\377\377\377\10"},
    {5, "\4\42\115\30\100", "\377\377\377\377\302"},
    {5, "\2\41\114\30\0", NULL},
    /* zip: a version below 6.4 that is needed */
    {6, "PK\3\4\0\0", "\377\377\377\377\300\340"},
    {6, "7z\274\257\47\34", NULL},
    {6, "Rar!\32\7", NULL},
    {9, "\211LZO\0\r\n\32\n", NULL},
    {16, "SQLite format 3\0", NULL},
};

/* ---- what more than some bytes tells --------------------------------------
 */

static bool is_rare(uint8_t c)
{
    return c < 9 || (c >= 0x0e && c < 0x20 && c != 0x1b) || c >= 0xf8;
}

/* zlib's first byte: deflate, and a window of 256 bytes to 32 KiB. */
static bool is_method(uint8_t c)
{
    return (c & 0x8f) == 8;
}

static bool is_zlib(const uint8_t *p, size_t n)
{
    size_t i = 2;

    while (i < n && i < EMBEDDED_BEGIN && !is_rare(p[i]))
        i++;
    return n >= ZLIB_LEAST && i < n && i < EMBEDDED_BEGIN && opaque_zlib(p, n);
}

/* As packed_format tells; and, since tables of numbers look so, a dictionary
 * that encoders choose, and code that begins with a literal and is not nearly
 * all zeros. */
static bool is_lzma(const uint8_t *p, size_t n)
{
    const char *format = n < 18 ? NULL : packed_format(p, n);

    return format && !strcmp(format, "lzma") && !p[1] && !p[2] &&
           (p[3] || p[4]) && p[4] <= 0x40 && p[14] < 0x80 &&
           !p[14] + !p[15] + !p[16] + !p[17] < 2;
}

/* compress(1), as it has written since 1986: the table can be begun anew.  Of
 * the codes, nine bits each, the k-th is one of k + 256. */
static bool is_lzw(const uint8_t *p, size_t n)
{
    const char *format = n < 8 ? NULL : packed_format(p, n);

    if (!format || strcmp(format, "compress") != 0 || !(p[2] & 0x80))
        return false;
    for (unsigned k = 0; k < 8 && 3 + (9 * k + 8) / 8 < n; k++) {
        size_t at = 3 + 9 * k / 8;
        unsigned code = (p[at] | (unsigned)p[at + 1] << 8) >> 9 * k % 8 & 0x1ff;

        if (code > 256 + k || (!k && code > 255))
            return false;
    }
    return true;
}

/* Letters for the most part, and not one after the other as in a table.  The
 * NULs of a little-endian character belong to the next one here. */
static size_t utf32(const uint8_t *p, size_t n, bool ended)
{
    unsigned letters = 0, up = 0, down = 0;

    for (size_t i = 0; i < n && i < 4 * UTF32_LEAST; i++)
        if (i % 4 == 3 ? !str_is_text(p[i]) : p[i] != 0)
            return 0;
    if (n < 4 * UTF32_LEAST)
        return ended ? 0 : 4 * UTF32_LEAST;
    for (size_t i = 3; i < 4 * UTF32_LEAST; i += 4) {
        letters += (p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z';
        up += i > 3 && p[i] > p[i - 4];
        down += i > 3 && p[i] < p[i - 4];
    }
    return letters >= UTF32_LEAST - 3 && up < UTF32_LEAST - 2 &&
                   down < UTF32_LEAST - 2
               ? 4 * UTF32_LEAST
               : 0;
}

/* The bytes that are enough to rule out most. */
static bool may_be(const uint8_t *p, size_t n)
{
    if (n < 2)
        return true;
    return is_method(*p) ? opaque_zlib_head(p[0], p[1])
           : *p == ']'   ? !p[1] && (n < 3 || !p[2])
                         : p[1] == 0x9d;
}

static size_t more_than_bytes(const uint8_t *p, size_t n, bool ended)
{
    if (!*p)
        return utf32(p, n, ended);
    if ((!is_method(*p) && *p != ']' && *p != 0x1f) || !may_be(p, n))
        return 0;
    if (n < EMBEDDED_BEGIN && !ended)
        return n + 1;
    return is_method(*p) ? 2 * is_zlib(p, n)
           : *p == ']'   ? 14 * is_lzma(p, n)
                         : 3 * is_lzw(p, n);
}

size_t embedded_begin(const uint8_t *p, size_t n, bool ended)
{
    for (size_t i = 0; n && i < sizeof(begins) / sizeof(begins[0]); i++) {
        const struct begin *b = &begins[i];
        size_t k = 0;

        while (k < b->len && k < n &&
               !((p[k] ^ (uint8_t)b->bytes[k]) &
                 (b->mask ? (uint8_t)b->mask[k] : 0xff)))
            k++;
        if (k == b->len || (k == n && !ended))
            return b->len;
    }
    return n ? more_than_bytes(p, n, ended) : 0;
}

/* ---- where it is ----------------------------------------------------------
 */

/* The second byte of begins with this first one; they are tried only then. */
static bool is_second(uint8_t first, uint8_t c)
{
    switch (first) {
    case 'B':
        return c == 'Z';
    case 'P':
        return c == 'K';
    case '7':
        return c == 'z';
    case 'R':
        return c == 'a';
    case 'S':
        return c == 'Q';
    case '(': /* zstd's, or zlib's */
        return c == 0xb5 || opaque_zlib_head(first, c);
    case ']':
        return !c;
    default:
        return !is_method(first) || opaque_zlib_head(first, c);
    }
}

static bool is_first(uint8_t c)
{
    switch (c) {
    case 0:
    case 0x1f:
    case 'B':
    case 0xfd:
    case 4:
    case 2:
    case 'P':
    case '7':
    case 'R':
    case 0x89:
    case 'S':
    case ']':
        return true;
    default:
        return is_method(c); /* zstd's is one of them */
    }
}

/* n bytes, a multiple of 16, and one byte behind them, without what each begin
 * has and text has rarely; so none that is whole is in them. */
static bool is_plain(const uint8_t *p, size_t n)
{
    typedef uint8_t bytes __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));
    bytes rare = {0}, c, next;
    halves any;

    for (size_t i = 0; i < n; i += sizeof(c)) {
        memcpy(&c, p + i, sizeof(c));
        memcpy(&next, p + i + 1, sizeof(next));
        rare |= (bytes)(c < 9) | (bytes)(c - 0x0e < 13) |
                (bytes)(c - 0x1c < 4) | (bytes)(c >= 0xf8) |
                ((bytes)(c == '&') & (next == 'S'));
    }
    any = (halves)rare;
    return !(any[0] | any[1]);
}

/* How many bytes to look through at once, of n and with one behind them; 0:
 * too few for that. */
static size_t block_len(size_t n)
{
    size_t len = n > BLOCK ? BLOCK : (n - 1) / 16 * 16;

    return len > EMBEDDED_BEGIN ? len : 0;
}

size_t embedded_find(const uint8_t *p, size_t n, bool ended)
{
    size_t at = 0, end, block;

    while (at < n) {
        block = block_len(n - at);
        end = block ? at + block - EMBEDDED_BEGIN : n;
        if (block && is_plain(p + at, block))
            at = end;
        for (; at < end; at++)
            if (is_first(p[at]) &&
                (at + 1 == n || is_second(p[at], p[at + 1])) &&
                embedded_begin(p + at, n - at, ended))
                return at;
    }
    return n;
}
