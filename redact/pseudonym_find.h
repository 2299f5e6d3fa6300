/* pseudonym_find.h: what goes, found at one place of a text.
 *
 * Each finder looks at a word that begins at i and says what is to be replaced,
 * there or shortly before or behind.  It looks no further than FIND_BACK bytes
 * back and FIND_AHEAD bytes ahead, so that it decides the same wherever a
 * window was cut. */
#ifndef XB_PSEUDONYM_FIND_H
#define XB_PSEUDONYM_FIND_H

#include "redact/pseudonym_map.h"
#include "redact/pseudonym_names.h"

#define FIND_BACK 320
#define FIND_AHEAD 640
#define FOUND_MAX 1024

enum {
    C_ALNUM = 1,
    C_HEX = 2,
    C_DIGIT = 4,
    C_BLANK = 8,  /* and line ends */
    C_LABEL = 16, /* of a host or domain: letters, digits, - */
    C_LOCAL = 32, /* of a mail address, before its @ */
    C_ALPHA = 64,
};

extern const uint8_t find_class[256];

struct view {
    const uint8_t *d;
    size_t len;
    size_t least; /* what stands before it has been decided */
    struct pseudonym_map *map;
    const struct pseudonym_keys *keys;
    const struct names_known *names;
    const uint8_t *flags; /* of the names */
};

/* A word: i..end-1 are letters and digits, nothing else is around them. */
struct word {
    size_t i, end;
    uint8_t all; /* classes that all of its bytes have */
};

struct found {
    size_t start, end; /* what is replaced */
    char text[FOUND_MAX];
    size_t n;
};

static inline uint8_t find_lower(uint8_t c)
{
    return find_class[c] & C_ALPHA ? c | 0x20 : c;
}

/* Of a hexadecimal digit. */
static inline uint8_t find_hex_value(uint8_t c)
{
    return (uint8_t)(find_class[c] & C_ALPHA ? (c | 0x20) - 'a' + 10 : c - '0');
}

static inline bool is(const struct view *v, size_t i, unsigned classes)
{
    return i < v->len && find_class[v->d[i]] & classes;
}

static inline int at(const struct view *v, size_t i)
{
    return i < v->len ? v->d[i] : -1;
}

/* Appends to the text of f, which is never overrun: what no longer fits is left
 * out.  A number is written with at least width digits. */
void found_add(struct found *f, const void *text, size_t n);
void found_add_number(struct found *f, unsigned value, unsigned base,
                      unsigned width, bool upper);

/* Whether word, in small letters, stands at i, in any case. */
bool find_is_word(const struct view *v, size_t i, const char *word);
/* The last run of letters before i, over at most gap of the bytes in between;
 * in small letters.  Returns its length, 0 if there is none. */
size_t find_word_before(const struct view *v, size_t i, size_t gap,
                        char out[24]);
/* Whether it is one of the words, which ends with NULL. */
bool find_in_list(const char *word, const char *const *list);
/* Bytes of a name as what stands for it: of kind, if it was not learned as
 * another; "" and 0 if it stays. */
size_t find_stand_in(const struct view *v, enum pseudonym_kind kind, size_t i,
                     size_t n, char out[FOUND_MAX]);

bool find_ip4(const struct view *v, const struct word *w, struct found *f);
bool find_ip4_dashed(const struct view *v, const struct word *w,
                     struct found *f);
bool find_arpa(const struct view *v, const struct word *w, struct found *f);
/* Addresses as /proc/net has them. */
bool find_proc_net(const struct view *v, const struct word *w, struct found *f);
/* i: of the first digit, or of the first colon of "::". */
bool find_ip6(const struct view *v, size_t i, struct found *f);
bool find_mac(const struct view *v, const struct word *w, struct found *f);
bool find_bare(const struct view *v, const struct word *w, struct found *f);
#define MAC_DIGITS 12
/* Whether the word before i says that a MAC stands there. */
bool find_mac_told(const struct view *v, size_t i);
/* The digits at i. */
void find_bare_mac(const struct view *v, size_t i, struct found *f);
/* The same in parts, with one byte between, in the len bytes at i. */
void find_mac_parts(const struct view *v, size_t i, size_t len,
                    struct found *f);

/* By what stands before: serial numbers and the like, users. */
bool find_hinted(const struct view *v, size_t i, struct found *f);
void find_hints(struct names_known *names);
/* at: of the @. */
bool find_mail(const struct view *v, size_t at, struct found *f);
/* A learned name at i, with the labels before a domain. */
bool find_name(const struct view *v, size_t i, struct found *f);
/* The host of a line of syslog, a person of a line of passwd; i: where the line
 * begins. */
bool find_line(const struct view *v, size_t i, struct found *f);

/* Of JSON with a line for each key: whether this is one, or of one, or a number
 * or word that is no string. */
bool find_is_key(const struct view *v, size_t start, size_t end);

/* Replaces letters and digits of a serial number; hexadecimal where it looks
 * like that. */
void find_serial_stand_in(const struct view *v, size_t start, size_t end,
                          struct found *f);
/* The same of one whose dashes are written as dash; NULL: as they are. */
void find_serial_spelled(const struct view *v, size_t start, size_t end,
                         const char *dash, struct found *f);

#endif
