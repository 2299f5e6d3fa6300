/* binary.h: tells what is no text, in which rules find nothing and a token
 * would be damage. */
#ifndef XB_REDACT_BINARY_H
#define XB_REDACT_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of its begin that tell. */
#define REDACT_HEAD 8192u

/* Whether it is of a known format: a program, an archive, a database, an
 * image.  head is the begin of a file, or all of it. */
bool redact_is_format(const uint8_t *head, size_t n);

/* The same, or by the look of it.  Text are also lists separated by
 * NUL (/proc/PID/environ), logs with holes of NULs (after a power cut), Latin-1
 * and colours of terminals; and UTF-16 as wide.h knows it. */
bool redact_is_binary(const uint8_t *head, size_t n);

/* Control characters that no text has. */
bool redact_is_odd(uint8_t c);

#endif
