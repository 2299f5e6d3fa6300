#include "redact/binary.h"

#include <string.h>

#include "collector/base/core/opaque.h"
#include "collector/base/core/packed.h"
#include "redact/wide.h"

/* Its header is digits of 16 or 8, and 76 bytes at least. */
static bool is_cpio(const uint8_t *p, size_t n)
{
    if (n < 76 || memcmp(p, "0707", 4) != 0)
        return false;
    for (size_t i = 0; i < 76; i++)
        if (!memchr("0123456789abcdefABCDEF", p[i], 22))
            return false;
    return true;
}

bool redact_is_format(const uint8_t *p, size_t n)
{
    static const struct {
        const char *bytes;
        size_t at, len;
    } magic[] = {
        {"\177ELF", 0, 4},
        {"!<arch>\n", 0, 8}, /* ar, and so Debian's packages */
        {"ustar", 257, 5},
        {"\211PNG", 0, 4},
        {"\377\330\377", 0, 3}, /* JPEG */
    };

    if (opaque_format(p, n) || packed_format(p, n) || is_cpio(p, n))
        return true;
    for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
        if (n >= magic[i].at + magic[i].len &&
            !memcmp(p + magic[i].at, magic[i].bytes, magic[i].len))
            return true;
    return false;
}

/* Length of the UTF-8 sequence at p, 0 if there is none; one that is cut off by
 * the end counts as whole. */
static size_t utf8_len(const uint8_t *p, size_t n)
{
    size_t len = *p >= 0xf0 && *p < 0xf5   ? 4
                 : *p >= 0xe0 && *p < 0xf0 ? 3
                 : *p >= 0xc2 && *p < 0xe0 ? 2
                                           : 0;

    for (size_t i = 1; i < len && i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len > n ? n : len;
}

bool redact_is_odd(uint8_t c)
{
    return (c < 0x20 && !memchr("\a\b\t\n\v\f\r\033", c, 8)) || c == 0x7f;
}

bool redact_is_binary(const uint8_t *head, size_t n)
{
    size_t nul = 0, holes = 0, odd = 0, high = 0, others, len;

    if (n > REDACT_HEAD)
        n = REDACT_HEAD;
    if (redact_is_format(head, n))
        return true;
    if (wide_order_of(head, n) > WIDE_NONE)
        return false;
    for (size_t i = 0; i < n; i += len) {
        len = 1;
        if (!head[i]) {
            nul++;
            holes += i && !head[i - 1];
        } else if (redact_is_odd(head[i])) {
            odd++;
        } else if (head[i] >= 0x80) {
            len = utf8_len(head + i, n - i);
            high += !len;
            len += !len;
        }
    }
    others = n - nul;
    /* Every second byte NUL: like UTF-16, which it is not.  A hole is no part
     * of that, and lists have longer parts. */
    if (n >= 16 && (nul - holes) * 5 > others * 4)
        return true;
    /* A few stray controls are no reason, whatever the length. */
    return (odd > 2 && odd * 50 > others) || (high > 2 && high * 5 > others);
}
