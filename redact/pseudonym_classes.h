/* pseudonym_classes.h: where words begin in a block of bytes; for the stage. */
#ifndef XB_PSEUDONYM_CLASSES_H
#define XB_PSEUDONYM_CLASSES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "redact/pseudonym_names.h"

#define BLOCK 64 /* bytes, one bit each */

/* As the processor compares them at once. */
typedef uint8_t bytes __attribute__((vector_size(16)));

/* One bit for each byte of v, which are 0 or 255. */
static inline uint64_t to_bits(bytes v)
{
#ifdef __SSE2__
    return (unsigned)_mm_movemask_epi8((__m128i)v);
#else
    uint64_t half[2];

    v &= 1;
    memcpy(half, &v, sizeof(half));
    return le64toh(half[0]) * 0x0102040810204080u >> 56 |
           le64toh(half[1]) * 0x0102040810204080u >> 56 << 8;
#endif
}

/* What the bytes are: letters and digits, hexadecimal digits, and others that
 * something begins with. */
struct classes {
    uint64_t words, hex, marks;
    uint64_t escapes; /* what an escape may begin before */
};

/* This looks at every byte there is. */
static inline struct classes classify(const uint8_t *d, size_t n)
{
    struct classes found = {0};
    uint8_t last[BLOCK] = {0};
    uint64_t colons = 0;

    if (n < BLOCK) {
        memcpy(last, d, n);
        d = last;
    }
    for (unsigned k = 0; k < BLOCK; k += sizeof(bytes)) {
        bytes c, letter, digit, mark, escape;

        memcpy(&c, d + k, sizeof(c));
        letter = (c | 0x20) - 'a';
        digit = (bytes)(c - '0' < 10);
        mark = (bytes)(c == '[') | (bytes)(c == '@') | (bytes)(c == '\n') |
               (bytes)(c >= NAMES_LEAD_BYTE);
        escape = (bytes)(c == '\\') | (bytes)(c == '%') | (bytes)(c == '[') |
                 (bytes)(c == ';');
        found.escapes |= to_bits(escape) << k;
        colons |= to_bits((bytes)(c == ':')) << k;
        found.words |= to_bits((bytes)(letter < 26) | digit) << k;
        found.hex |= to_bits((bytes)(letter < 6) | digit) << k;
        found.marks |= to_bits(mark) << k;
    }
    /* Of colons two at once, or one whose next is none of these n bytes. */
    found.marks |= colons & (colons >> 1 | 1ull << (n - 1));
    return found;
}

#endif
