/* pseudonym_names.h: the learned names, found at the begin of a word. */
#ifndef XB_PSEUDONYM_NAMES_H
#define XB_PSEUDONYM_NAMES_H

#include "redact/pseudonym.h"
#include "redact/pseudonym_map.h"

#define NAME_LONGEST 253
/* The least byte that a letter of UTF-8 beyond ASCII begins with. */
#define NAMES_LEAD_BYTE 0xc0

struct name {
    char *text; /* in small letters */
    size_t len;
    enum pseudonym_kind kind;
    char stands[PSEUDONYM_NAME_MAX + 1]; /* for it; "" where it is made anew */
    /* How many bytes follow, of which the last is a '+': of a user's name ps
     * writes the first 7, whatever they are; 0: it is whole. */
    unsigned cut;
    const char *dash; /* how each of its dashes is written; NULL: as "-" */
};

struct names_known;

struct names_known *names_known_new(const struct pseudonym_keys *keys);
void names_known_free(struct names_known *k);
bool names_known_add(struct names_known *k, enum pseudonym_kind kind,
                     const char *text, size_t len);
/* Another spelling of n, which is a copy or not of k's, with the same
 * pseudonym; dash: how its dashes are written, or NULL. */
void names_known_also(struct names_known *k, const struct name *n,
                      const char *text, size_t len, const char *dash);
/* A spelling of a known address, and what stands for it. */
void names_known_spell(struct names_known *k, const char *text,
                       const char *stands);
/* No more can be added. */
bool names_known_full(const struct names_known *k);
size_t names_known_count(const struct names_known *k);
const struct name *names_known_at(const struct names_known *k, size_t i);

/* What could begin with these three bytes: a name, a word to be hinted at. */
enum { NAMES_LEARNED = 1, NAMES_HINT = 2 };
void names_known_hint(struct names_known *k, const char *word, uint8_t i);
/* The least i of those words that begin with the letter c. */
uint8_t names_known_first(const struct names_known *k, uint8_t c);
const uint8_t *names_known_flags(const struct names_known *k);

/* Few, so that they stay in the processor's nearest cache. */
#define NAMES_PREFIX_BITS 15
#define NAMES_FLAGS_SIZE ((1u << NAMES_PREFIX_BITS) / 4)

/* Of three bytes; letters of both cases alike. */
static inline unsigned names_prefix(const uint8_t *p)
{
    uint32_t x = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;

    return ((x | 0x202020) * 0x9e3779b1u) >> (32 - NAMES_PREFIX_BITS);
}

static inline unsigned names_known_maybe(const uint8_t *flags, const uint8_t *p)
{
    unsigned i = names_prefix(p);

    return flags[i / 4] >> 2 * (i % 4) & 3;
}

/* The longest name that begins at p and ends before n at the end of a word, or
 * NULL. */
const struct name *names_known_find(const struct names_known *k,
                                    const uint8_t *p, size_t n);

/* A word that names nobody in particular; any case. */
bool names_common(const char *text, size_t len);
/* What a machine says that has no serial number. */
bool names_placeholder(const char *text, size_t len);
/* Length of a pseudonym like host-0123abcd at text, 0 if there is none. */
size_t names_pseudonym_len(const char *text, size_t len);

#endif
