#include "collector/base/core/packed.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The begin of its first block, or of its end if there is none. */
static bool bzip2(const uint8_t *p, size_t n)
{
    size_t k = n < 10 ? n : 10;

    return n >= 4 && p[3] >= '1' && p[3] <= '9' &&
           (!memcmp(p + 4, "1AY&SY", k - 4) ||
            !memcmp(p + 4, "\27rE8P\220", k - 4));
}

/* compress(1): the most bits of a code, two that are unused, and whether its
 * table is begun anew. */
static bool compress(const uint8_t *p, size_t n)
{
    return n >= 3 && !(p[2] & 0x60) && (p[2] & 0x1f) >= 9 &&
           (p[2] & 0x1f) <= 16;
}

/* lz4_Frame_format.md: the version, and a bit that is unused. */
static bool lz4(const uint8_t *p, size_t n)
{
    return n >= 5 && (p[4] & 0xc2) == 0x40;
}

/* lzma-file-format.txt, which has no magic: properties, the size of the
 * dictionary as all encoders choose it, that of the content if it is known, and
 * a zero that begins the code.  Numbers of a table that happen to look so are
 * kept out by what nearly all have: properties of 0x5d, or no size. */
static bool lzma(const uint8_t *p, size_t n)
{
    uint32_t dict = 0;
    bool streamed;

    if (n < 14 || *p >= 225 || p[13])
        return false;
    for (unsigned i = 0; i < 4; i++)
        dict |= (uint32_t)p[1 + i] << (8 * i);
    streamed = !memcmp(p + 5, "\377\377\377\377\377\377\377\377", 8);
    if (!streamed && (*p != 0x5d || p[9] > 0x3f || p[10] || p[11] || p[12]))
        return false;
    /* 2^n or 2^n + 2^(n-1), or the most there is. */
    if (dict == UINT32_MAX)
        return true;
    dict >>= dict ? __builtin_ctz(dict) : 0;
    return dict == 1 || dict == 3;
}

const char *packed_format(const void *data, size_t n)
{
    static const struct {
        const char *name, *magic;
        size_t len;
        bool (*more)(const uint8_t *p, size_t n);
    } formats[] = {
        {"gzip", "\x1f\x8b\x08", 3, NULL}, /* RFC 1952 */
        {"bzip2", "BZh", 3, bzip2},
        {"xz",
         "\xfd"
         "7zXZ\0",
         6, NULL},                             /* xz-file-format 2.1.1.1 */
        {"zstd", "\x28\xb5\x2f\xfd", 4, NULL}, /* RFC 8878 3.1.1 */
        {"compress", "\x1f\x9d", 2, compress},
        {"lz4", "\x04\x22\x4d\x18", 4, lz4},
        {"lz4", "\x02\x21\x4c\x18", 4, NULL}, /* of before 2014 */
        {"lzma", "", 0, lzma},
    };

    for (size_t i = 0; n && i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (n >= formats[i].len &&
            !memcmp(data, formats[i].magic, formats[i].len) &&
            (!formats[i].more || formats[i].more(data, n)))
            return formats[i].name;
    }
    return NULL;
}

const char *packed_ending(const char *name)
{
    static const char *const suffixes[] = {".gz", ".bz2",  ".xz", ".zst",
                                           ".Z",  ".lzma", ".lz4"};
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        size_t len = strlen(suffixes[i]);

        if (n > len && !strcmp(name + n - len, suffixes[i]))
            return name + n - len;
    }
    return NULL;
}
