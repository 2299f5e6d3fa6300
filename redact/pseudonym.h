/* pseudonym.h: a stage that puts pseudonyms in place of what names a host and
 * its people: addresses, names, serial numbers.
 *
 * struct pseudonyms is the key and the names that were learned: filled before
 * the first stream begins, never changed then, shared by all threads.  What is
 * found by its form or by what stands before it needs no learning.  A stage
 * gives identical bytes however its input is cut, in bounded memory.
 *
 * docs/SECURITY.md tells what goes and what stays. */
#ifndef XB_PSEUDONYM_H
#define XB_PSEUDONYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/sink.h"

#define PSEUDONYM_KEY_SIZE 32
#define PSEUDONYM_LEAST 3 /* letters of a name */

/* What is learned: suffix of the enum, what its pseudonym begins with (NULL: it
 * looks like the original). */
#define PSEUDONYM_KINDS(X)                                                     \
    X(HOST, "host")                                                            \
    X(DOMAIN, "domain")                                                        \
    X(USER, "user")                                                            \
    X(GUEST, "guest")                                                          \
    X(KEYWORD, "keyword")                                                      \
    X(SERIAL, NULL)       /* of machines and parts; UUID, WWN, machine-id */   \
    X(MAC, NULL)          /* 12 digits with nothing between them */            \
    X(ADDRESS, "address") /* as text, to be looked for by verify */

enum pseudonym_kind {
#define X(id, prefix) PSEUDONYM_##id,
    PSEUDONYM_KINDS(X)
#undef X
        PSEUDONYM_KINDS_N
};

struct pseudonyms;

/* public: all of it; else only keywords are replaced. */
struct pseudonyms *pseudonyms_new(const uint8_t key[PSEUDONYM_KEY_SIZE],
                                  bool public);
void pseudonyms_free(struct pseudonyms *p);
bool pseudonyms_public(const struct pseudonyms *p);

/* False if it is not taken: too short or too long, a pseudonym itself, a word
 * that names nobody ("localhost", "admin", "Not Specified"). */
bool pseudonyms_learn(struct pseudonyms *p, enum pseudonym_kind kind,
                      const char *text, size_t len);
/* No more names are taken. */
bool pseudonyms_full(const struct pseudonyms *p);
/* "10.1.0.0/16" or another address of it: a network that hosts are on, whose
 * first and last addresses stay those.  False if it is none, or not taken. */
bool pseudonyms_learn_network(struct pseudonyms *p, const char *text,
                              size_t len);
/* An address of 4 or 16 bytes which goes whatever stands around it, and also in
 * spellings that nothing tells from numbers: 10-0-0-5, 0A000005, 32 digits.
 * When all networks were learned. */
void pseudonyms_spell(struct pseudonyms *p, const uint8_t *ip, size_t n);
/* An address of 4, 6 (a MAC) or 16 bytes that is looked for in every spelling;
 * from the first on, for one thread. */
void pseudonyms_watch(struct pseudonyms *p, const uint8_t *id, size_t n);
/* How often one of them was found. */
uint64_t pseudonyms_seen(const struct pseudonyms *p);
/* How many names it knows, and the i-th with its kind; for verify, which looks
 * for them.  NULL: one that is cut off, which who learns the whole one has. */
size_t pseudonyms_count(const struct pseudonyms *p);
const char *pseudonyms_name(const struct pseudonyms *p, size_t i,
                            enum pseudonym_kind *kind);
/* Which one it is, in any case of letters; SIZE_MAX: none. */
size_t pseudonyms_find(const struct pseudonyms *p, const char *text,
                       size_t len);

/* The host of a line of syslog; NULL if it is none.  Its length in *len. */
const char *pseudonyms_log_host(const char *line, size_t line_len, size_t *len);

struct pseudonymizer;

/* A stage in front of next; see sink.h. */
struct pseudonymizer *pseudonymizer_new(const struct pseudonyms *p,
                                        struct sink *next);
struct sink *pseudonymizer_sink(struct pseudonymizer *s);
/* Before the first write: it is JSON with a line for each key, which stays, as
 * do numbers; see collector/made.h. */
void pseudonymizer_keep_keys(struct pseudonymizer *s);
/* Before the first write: fn is told the line of each original, from 1 on. */
typedef void pseudonymizer_fn(void *arg, uint64_t line);
void pseudonymizer_tell(struct pseudonymizer *s, pseudonymizer_fn *fn,
                        void *arg);
/* Passes on all it has: what comes next is another text. */
int pseudonymizer_part(struct pseudonymizer *s, struct err *err);
/* How many pseudonyms it has put in; what became itself is none. */
uint64_t pseudonymizer_count(const struct pseudonymizer *s);

#endif
