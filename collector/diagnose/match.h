/* match.h: the lines of a bundle's members against all patterns at once.
 *
 * Members are fed from several threads; what is found does not depend on their
 * timing: each find has a place (order of the member, line), and of each
 * condition those that stand first are kept. */
#ifndef XB_DIAGNOSE_MATCH_H
#define XB_DIAGNOSE_MATCH_H

#include "collector/base/core/buf.h"
#include "collector/diagnose/rules.h"

#define MATCH_KEPT 5u      /* finds kept of one condition */
#define MATCH_SUBJECTS 16u /* different values of a title kept */
#define MATCH_TEXT 600u    /* bytes kept of a line */
#define MATCH_FOUND 120u   /* bytes kept of what the pattern matched */
#define MATCH_BLOCK 8192u  /* bytes kept of a block of lines */
#define MATCH_BRACE '\1'   /* in a title: a '{' that the line had */

struct find {
    uint64_t order, line;
    char *member;
    char *text;  /* the line (of a long one, from near the match on), or a
                  * block of lines */
    char *found; /* what the pattern matched of it */
    char *title; /* the rule's, with the groups of this match filled in */
    char *time;  /* the line's time stamp (stamp.h); or NULL */
};

/* What was found for one condition of one rule. */
struct finds {
    uint64_t count;
    struct find first[MATCH_KEPT];
    size_t n;
    struct find last; /* member NULL: there is none */
    struct find title[MATCH_SUBJECTS];
    size_t n_titles;
};

struct match;
struct match_stream;

struct match *match_new(const struct diag_rules *rules);
void match_free(struct match *m);

/* A member, by its name; order: its place among all.  NULL: no rule asks for
 * it (the other functions take NULL). */
struct match_stream *match_begin(struct match *m, const char *member,
                                 uint32_t classes, uint64_t order);
void match_feed(struct match_stream *s, const void *data, size_t n);
/* No more will come. */
void match_end(struct match_stream *s);
/* Its finds count, or do not; either frees s. */
void match_commit(struct match_stream *s);
void match_drop(struct match_stream *s);

/* When all members are committed. */
const struct finds *match_finds(const struct match *m, size_t rule,
                                unsigned condition);
/* The classes of the members that were committed. */
uint32_t match_classes(const struct match *m);

#endif
