/* value.h: the forms of a value, as automata that stream.
 *
 * After value_begin, value_step is fed what follows the anchor.  Of the n bytes
 * at p it passes raw (an opening quote) and then takes gone (the secret, which
 * it hashes in decoded form).  VALUE_MORE: call again with the rest and more
 * behind it; it takes at least one byte if n >= VALUE_LOOK.  VALUE_DONE: the
 * value has ended before p + raw + gone; value_taken says if there was one.
 * What it decides depends on the bytes alone, never on n. */
#ifndef XB_REDACT_VALUE_H
#define XB_REDACT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/digest.h"
#include "redact/rule.h"

#define VALUE_LOOK 5120

enum { VALUE_DONE, VALUE_MORE };

/* What must be known besides the bytes that follow the anchor. */
struct value_context {
    bool keep_tokens; /* a value that is a token of ours is none */
    bool nul;         /* an argument or variable that NUL ends, as it is */
    unsigned column;  /* of the anchor's match in its line, */
    unsigned column_escaped; /* and since the last line end written \n, or 0 */
    unsigned indent;  /* of the first key on the line where the value begins, */
    unsigned escaped; /* and since the last line end that is written \n */
};

struct value {
    enum value_form form;
    struct value_context context;
    struct sha256 *hash;
    /* private */
    bool opened, quoted;
    bool empty; /* nothing between the quotes */
    char quote;
    unsigned slashes;     /* backslashes before the quote */
    uint64_t taken;       /* bytes gone so far */
    bool base64, midline; /* block: see value_block.c */
    unsigned depth;       /* xml-quoted: of the quote; yaml-block: indent */
    unsigned n_lines;     /* yaml: lines that it went on in */
    size_t n_pend;
    uint8_t pend[256]; /* decoded, not hashed yet */
};

/* hash must be fresh; the caller keeps it.  NULL: only the length is asked. */
void value_begin(struct value *v, enum value_form form,
                 const struct value_context *context, struct sha256 *hash);
int value_step(struct value *v, const uint8_t *p, size_t n, bool eof,
               size_t *raw, size_t *gone);
/* Bytes that went; 0: the value was empty, there is no token to make. */
uint64_t value_taken(const struct value *v);

/* Of value_block.c and for it. */
int value_block_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                     size_t *raw, size_t *gone);
/* Of value_xml.c: one entity, at whatever depth of escaping, or a lone &. */
size_t value_entity(struct value *v, const uint8_t *p, size_t n);
int value_xml_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                   size_t *raw, size_t *gone);
/* Of value_yaml.c. */
int value_yaml_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                    size_t *raw, size_t *gone);
/* Of value_rows.c. */
int value_rows_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                    size_t *gone);
/* Of value.c for them. */
void value_hash(struct value *v, uint8_t c);
void value_hash_utf8(struct value *v, unsigned long c);
/* Up to max digits of the base; the number, and how many there were. */
size_t value_number(const uint8_t *p, size_t n, int base, size_t max,
                    unsigned long *out);
/* Of value_word.c. */
int value_word_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                    size_t *gone);

/* "quoted" and so on; NULL, or FORM_COUNT, for none. */
const char *value_form_name(enum value_form form);
enum value_form value_form_find(const char *name);

#endif
