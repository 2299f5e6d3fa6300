/* manifest_fields.h: the manifest's fields as tables, for its writer, its
 * reader and verify.  docs/manifest.schema.json says the same; a test holds the
 * two against each other. */
#ifndef XB_MANIFEST_FIELDS_H
#define XB_MANIFEST_FIELDS_H

#include <stddef.h>

enum field_type {
    FT_VERSION,   /* MANIFEST_VERSION itself; not stored */
    FT_CONST,     /* the one string in words; not stored */
    FT_STRING,    /* const char * */
    FT_NULLABLE,  /* const char *, NULL is written as null */
    FT_WORD,      /* const char *, one of words */
    FT_ENUM,      /* enum, the index of the word in words plus base */
    FT_BOOL,      /* bool */
    FT_COUNT,     /* uint64_t up to FIELD_COUNT_MAX */
    FT_SECONDS,   /* int64_t, +-FIELD_COUNT_MAX */
    FT_SMALL,     /* int, 0 to 65535; base is what stands for none */
    FT_TIME,      /* int64_t, ms since 1970; text RFC 3339 */
    FT_LIST,      /* char *const * */
    FT_SHA256,    /* char[SHA256_HEX] */
    FT_MEMBER,    /* const char *, a member's name (member.h) */
    FT_REDACTION, /* const struct redaction_count * and size_t, see below */
    FT_ERROUT,    /* struct manifest_member, by manifest_errout_fields */
};

/* When a field is there. */
enum field_when {
    FW_ALWAYS,
    FW_SET,    /* it says something: not NULL, 0, none or empty */
    FW_MEMBER, /* exactly with the field before it of type FT_MEMBER */
    FW_RUN,    /* where "started" is, or it is not 0 */
};

struct field {
    const char *group; /* head: the object it is in, "" for none */
    const char *key;
    enum field_type type;
    enum field_when when;
    size_t offset;
    const char *words; /* "a|b|c" */
    int base;
};

/* Counts are exact in every reader that keeps numbers as doubles. */
#define FIELD_COUNT_MAX 9007199254740991ull
#define FIELD_LIST_MAX 65536u
/* 9999-12-31T23:59:59.999Z: the last that RFC 3339 can say. */
#define FIELD_TIME_MAX 253402300799999ll

/* Each ends with key NULL. */
extern const struct field manifest_head_fields[];
extern const struct field manifest_item_fields[];
extern const struct field manifest_errout_fields[];

/* Word i of words, and its length; NULL behind the last. */
const char *field_word(const char *words, unsigned i, size_t *len_out);
/* The index of text in words, or -1. */
int field_find_word(const char *words, const char *text);

#endif
