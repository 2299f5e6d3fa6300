/* value_special.h: between value.c, which runs over the plain bytes of a value,
 * and the files that know what the others mean in each form. */
#ifndef XB_REDACT_VALUE_SPECIAL_H
#define XB_REDACT_VALUE_SPECIAL_H

#include "redact/value.h"

#define VALUE_NEAR 320   /* no decision needs more bytes than this */
#define VALUE_BLANKS 256 /* a longer run of blanks is part of the value */

enum {
    C_EOL = 1,
    C_BLANK = 2,
    C_QUOTE = 4,
    C_SLASH = 8,
    C_COMMA = 16,
    C_PAREN = 32,
    C_SEMI = 64,
    C_ANGLE = 128,
    C_AMP = 256,
    C_AT = 512,
    C_PERCENT = 1024,
    C_BRACKET = 2048,
    C_HASH = 4096,
};

extern const uint16_t value_class[256];

static inline bool value_is(uint8_t c, unsigned classes)
{
    return value_class[c] & classes;
}

/* The byte at i; the end of the text is as good as the end of a line. */
static inline uint8_t value_at(const uint8_t *p, size_t n, size_t i)
{
    return i < n ? p[i] : '\n';
}

/* Called at a byte that may end the value or needs decoding.  Hashes what it
 * takes and returns how much; 0: the value ends here. */
typedef size_t value_special_fn(struct value *v, const uint8_t *p, size_t n);

/* value_quoted.c */
value_special_fn value_quoted, value_cdata;
/* Whether the quote before p[i] can be the end of the value. */
bool value_closes(const struct value *v, const uint8_t *p, size_t n, size_t i,
                  uint8_t quote);
/* Finds the opening quote, if there is one: its length with backslashes. */
size_t value_open_quote(struct value *v, const uint8_t *p, size_t n);
size_t value_open_cdata(struct value *v, const uint8_t *p, size_t n);

/* value_plain.c */
value_special_fn value_word, value_line, value_escaped_line, value_sexpr,
    value_yaml_plain, value_flow, value_xml, value_userinfo, value_dsn,
    value_query;

/* value_yaml.c: the line ends and the indentation where a scalar of YAML goes
 * on in the next line; 0: it does not. */
size_t value_fold(const struct value *v, const uint8_t *p, size_t n);

/* value.c: hashes n bytes as they are, and returns n. */
size_t value_take(struct value *v, const uint8_t *p, size_t n);

#endif
