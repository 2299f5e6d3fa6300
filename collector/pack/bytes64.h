/* bytes64.h: eight bytes at a time, for those who look for runs. */
#ifndef XB_BYTES64_H
#define XB_BYTES64_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* The byte at p is the lowest. */
static inline uint64_t bytes_load64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return le64toh(v);
}

static inline void bytes_store64(uint8_t *p, uint64_t v)
{
    v = htole64(v);
    memcpy(p, &v, sizeof(v));
}

/* 0x80 in each byte of the result whose byte in z is zero, exactly. */
static inline uint64_t bytes_zero64(uint64_t z)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7full;

    return ~(((z & low) + low) | z | low);
}

#endif
