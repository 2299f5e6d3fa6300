/* pseudonym_serial.h: a permutation of what looks like a serial number, by an
 * unbalanced Feistel network over the alphabet of each character. */
#ifndef XB_PSEUDONYM_SERIAL_H
#define XB_PSEUDONYM_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In place: digits become digits, letters letters of the same case, all else
 * stays.  hex: digits and a-f are one alphabet. */
void pseudonym_serial_permute(const uint8_t key[32], char *text, size_t len,
                              bool hex);

#endif
