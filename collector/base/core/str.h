/* str.h: small text work: sizes, times, lists, escaping. */
#ifndef XB_STR_H
#define XB_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/buf.h"

/* "512", "10K", "1.5M", "2GiB": K M G are powers of 1024, any case, with an
 * optional B or iB. 0, or -EINVAL. */
int str_parse_size(const char *s, uint64_t *out);
/* "5s", "250ms", "2m", "1h", "1d"; a bare number is refused (-EINVAL), so that
 * nobody gets milliseconds where seconds were meant. */
int str_parse_time_ms(const char *s, uint64_t *out);
/* A whole number in decimal between min and max. 0, -EINVAL or -ERANGE. */
int str_parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);
/* "1.4 MiB", "812 B". Returns out. */
char *str_size(uint64_t bytes, char out[24]);
/* "0.4 s", "2 min 5 s". Returns out. */
char *str_duration(uint64_t ms, char out[32]);

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* Splits at commas; blanks round an element and empty elements are dropped.
 * The array is NULL-terminated; free with str_list_free. */
char **str_split(const char *s, size_t *n_out);
void str_list_free(char **list);
/* An empty list for NULL. */
char **str_list_copy(char *const *list);

/* One word for a shell: as it is if that is plain, else in single quotes. */
void str_add_word(struct buf *out, const char *word);

/* The length of the well-formed UTF-8 sequence of two bytes or more at s that
 * is no control and turns no line around, else 0 (RFC 3629). */
size_t str_utf8_len(const char *s);
/* The character that it is; 0, and *len 0, where there is none. */
uint32_t str_utf8_char(const char *s, size_t *len);
/* A character as UTF-8; returns its bytes.  A surrogate is written like any. */
size_t str_utf8_put(uint32_t c, uint8_t out[4]);
/* What a line of ASCII has: no control but tab, CR and LF. */
static inline bool str_is_text(uint8_t c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
}
/* Appends s as JSON spells it in plain ASCII, without the quotes: what is
 * beyond it as \uXXXX (RFC 8259 section 7), byte by byte what is no UTF-8. */
void str_add_json(struct buf *out, const char *s);

/* Control bytes, DEL, invalid UTF-8 and the C1 range as \xNN, tab as a blank;
 * the rest as it is.  Cuts at size.  Returns out. */
char *str_visible(const char *s, char *out, size_t size);

/* How many bytes of s, whole characters of UTF-8, fit into width columns. */
size_t str_fitting(const char *s, size_t width);
/* Where a line of at most width columns ends: before a blank, if there is one
 * in its second half. */
size_t str_line_end(const char *s, size_t width);

/* Appends s as one part of a member name: bytes other than
 * [A-Za-z0-9._+,:@=-] are percent-encoded; "/" too, unless
 * keep_slash, where "." and ".." components are encoded and doubled slashes
 * joined, so that the result never leaves its folder, and a slash
 * is not the first byte of b. */
void str_add_member_name(struct buf *b, const char *s, bool keep_slash);
/* Decodes %XX in place, but for %00. */
void str_percent_decode(char *s);

#endif
