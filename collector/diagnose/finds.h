/* finds.h: the lines that were found for one condition of one rule: those that
 * stand first are kept, whatever the order in which they come. */
#ifndef XB_DIAGNOSE_FINDS_H
#define XB_DIAGNOSE_FINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MATCH_KEPT 5u      /* finds kept of one condition */
#define MATCH_SUBJECTS 16u /* different values of a title kept */

struct find {
    uint64_t order, line;
    char *member;
    char *text;  /* the line (of a long one, from near the match on), or a
                  * block of lines */
    char *found; /* what the pattern matched of it */
    char *title; /* the rule's, with the groups of this match filled in */
    char *time;  /* the line's time stamp (stamp.h); or NULL */
    int score;   /* the higher stands first (reason.h); of most rules all 0 */
    uint64_t shown; /* the number of text's first line; 0: line */
    /* What says why; or NULL */
    char *reason;         /* a line near it, or a place */
    uint64_t reason_line; /* its number; 0: it is a place */
    char *reason_text;    /* the line with those that belong to it */
    uint64_t reason_from; /* the number of the first of these */
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

/* Counts f and keeps a copy of it, if it stands among the first, is the last or
 * the first of its title. */
void finds_keep(struct finds *fs, const struct find *f);
/* The same of all that more has. */
void finds_merge(struct finds *fs, const struct finds *more);
/* Whether keeping it would change nothing but the count; by score and line. */
bool finds_is_late(const struct finds *fs, const struct find *f);
/* Of what is kept of this line of the member that is read: the block that it
 * stands in, or NULL; a reason, or NULL.  Copies are made. */
void finds_tell(struct finds *fs, const struct find *more);
/* Of f it is looked only whether it is the last. */
void finds_keep_last(struct finds *fs, const struct find *f);
/* Free what they hold, not themselves. */
void find_done(struct find *f);
void finds_done(struct finds *f);

#endif
