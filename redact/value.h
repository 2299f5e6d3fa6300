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

struct value {
    enum value_form form;
    bool keep_tokens; /* a value that is a token of ours is none */
    struct sha256 *hash;
    /* private */
    bool opened, quoted;
    char quote;
    unsigned slashes;     /* backslashes before the quote */
    uint64_t taken;       /* bytes gone so far */
    bool base64, midline; /* block: see value_block.c */
    size_t n_pend;
    uint8_t pend[256]; /* decoded, not hashed yet */
};

/* hash must be fresh; the caller keeps it. */
void value_begin(struct value *v, enum value_form form, bool keep_tokens,
                 struct sha256 *hash);
int value_step(struct value *v, const uint8_t *p, size_t n, bool eof,
               size_t *raw, size_t *gone);
/* Bytes that went; 0: the value was empty, there is no token to make. */
uint64_t value_taken(const struct value *v);

/* Of value_block.c and for it. */
int value_block_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                     size_t *raw, size_t *gone);
void value_hash(struct value *v, uint8_t c);
/* Of value_word.c. */
int value_word_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                    size_t *gone);

/* "quoted" and so on; NULL, or FORM_COUNT, for none. */
const char *value_form_name(enum value_form form);
enum value_form value_form_find(const char *name);

#endif
