/* hunt.h: lines of a private key that stand apart: other programs wrote between
 * them, or each has a time before it and the BEGIN line is lost. */
#ifndef XB_REDACT_HUNT_H
#define XB_REDACT_HUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer line is none of a key. */
#define HUNT_LINE 512u
/* So far behind a BEGIN line such lines are looked for. */
#define HUNT_MAX 65536u
/* And so far where none came right behind it. */
#define HUNT_NEAR 8192u

/* So much of a text tells whether it is a BEGIN line. */
#define HUNT_BEGIN 128u

/* Where in so much of p the BEGIN line of a private key begins, and its length;
 * 0: there is none. */
size_t hunt_begin(const uint8_t *p, size_t n, size_t *len);
/* How much of such a line is at p, which is behind its first word; 0: none. */
size_t hunt_begin_rest(const uint8_t *p, size_t n);
/* The n bytes at p begin with a line.  True: its last word looks like a line of
 * a key, and begins there. */
bool hunt_line(const uint8_t *p, size_t n, bool first, size_t *from);
/* Whether the line begins or ends a block of any kind. */
bool hunt_ends(const uint8_t *p, size_t n);
/* Whether the n bytes at p, a text from its begin, hold the END line of a
 * private key and no BEGIN line before it: where. */
bool hunt_find(const uint8_t *p, size_t n, size_t *end);

#endif
