/* utf16.h: from units of UTF-16 to UTF-8 and back, character by character.
 *
 * A surrogate without its other half is written like a character, so that all
 * units come back as they were. */
#ifndef XB_REDACT_UTF16_H
#define XB_REDACT_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct utf16_reader {
    unsigned high; /* a high surrogate that waits for the low one, or 0 */
};

/* At most UTF16_READ bytes go to out; returns how many. */
#define UTF16_READ 8u
size_t utf16_read(struct utf16_reader *r, unsigned unit, uint8_t *out);
/* There will be no more. */
size_t utf16_read_end(struct utf16_reader *r, uint8_t *out);

struct utf16_writer {
    bool big;
    uint8_t pend[4]; /* of a character */
    size_t n_pend;
};

/* A byte of UTF-8; at most UTF16_WRITTEN bytes go to out.  What is no
 * character becomes a unit a byte. */
#define UTF16_WRITTEN 12u
size_t utf16_write(struct utf16_writer *w, uint8_t c, uint8_t *out);
size_t utf16_write_end(struct utf16_writer *w, uint8_t *out);

#endif
