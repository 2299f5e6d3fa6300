/* verify.h: whether a bundle is what its manifest says.
 *
 * Every member is read once and its size and sum kept; the manifest comes last
 * and is held against them item by item.  What is not so, and every secret that
 * was left, is a problem: one line of text, safe to show. */
#ifndef XB_VERIFY_H
#define XB_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/deep.h"
#include "collector/pack/manifest.h"
#include "collector/pack/unpack.h"
#include "collector/review.h"

#define VERIFY_MAX_SHOWN 1000 /* problems; more are only counted */

/* Is given every byte of every member, the manifest among them. */
struct verify_reader {
    void (*begin)(void *arg, const char *name);
    void (*feed)(void *arg, const char *data, size_t n);
    void (*end)(void *arg);
    void *arg;
};

struct verify_spec {
    void (*problem)(void *arg, const char *text);
    /* These may be NULL.  member is given every byte of every member. */
    void (*head)(void *arg, const struct manifest_head *head);
    void (*member)(void *arg, const char *name, const char *data, size_t n);
    void *arg;
    struct deep *deep;                  /* NULL: no look for secrets */
    struct review *review;              /* NULL: none */
    const struct verify_reader *reader; /* NULL: none */
    bool apart; /* people took it apart: what is missing or was changed is no
                 * problem, what cannot be read is */
};

struct verify_counts {
    uint64_t problems, members, bytes;
    uint64_t left; /* of the problems: secrets, which redact would hide */
};

struct verify;

struct verify *verify_new(const struct verify_spec *spec);
void verify_free(struct verify *v);
/* What deep_new is to be given, with the verify as its argument. */
void verify_secret(void *verify, const char *member, uint64_t line,
                   const char *rule);
/* Both belong to the caller. */
void verify_look_for(struct verify *v, struct deep *deep,
                     struct review *review);

/* Reads the bundle to its end.  Negative: it could not be read. */
int verify_read(struct verify *v, struct unpack *u, bool folder,
                struct err *err);
bool verify_has_manifest(const struct verify *v);
/* The same, but a corrupt one is a problem. */
int verify_run(struct verify *v, struct unpack *u, bool folder,
               struct verify_counts *out, struct err *err);

#endif
