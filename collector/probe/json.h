/* json.h: writes one JSON document, readable by people too.
 *
 * Output is plain ASCII whatever the strings hold: they are bytes that others
 * chose.  A control, a quote, a backslash, and what is no UTF-8 becomes \u00XX
 * byte by byte, a character of UTF-8 \uXXXX.  A key of NULL is for elements of
 * a list.  The caller keeps open and close in balance. */
#ifndef XB_PROBE_JSON_H
#define XB_PROBE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/probe/out.h"

#define JSON_DEPTH 8

struct json {
    struct out *out;
    unsigned depth;
    char closer[JSON_DEPTH];
    bool used[JSON_DEPTH]; /* this level has a member already */
};

void json_init(struct json *j, struct out *out);
/* kind is '{' or '['. */
void json_open(struct json *j, const char *key, char kind);
/* Closing the outermost level ends the line. */
void json_close(struct json *j);
/* s ends at its NUL or after max bytes; NULL writes null. */
void json_str(struct json *j, const char *key, const char *s, size_t max);
void json_u64(struct json *j, const char *key, uint64_t v);
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);
/* The bytes as a string of lower-case hexadecimal digits. */
void json_hex(struct json *j, const char *key, const void *data, size_t n);

#endif
