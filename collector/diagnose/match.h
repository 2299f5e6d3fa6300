/* match.h: the lines of a bundle's members against all patterns at once.
 *
 * Members are fed from several threads; what is found does not depend on their
 * timing: each find has a place (order of the member, line), and of each
 * condition those that stand first are kept. */
#ifndef XB_DIAGNOSE_MATCH_H
#define XB_DIAGNOSE_MATCH_H

#include "collector/diagnose/finds.h"
#include "collector/diagnose/rules.h"

#define MATCH_TEXT 600u   /* bytes kept of a line */
#define MATCH_FOUND 120u  /* bytes kept of what the pattern matched */
#define MATCH_BLOCK 8192u /* bytes kept of a block of lines */
#define MATCH_BRACE '\1'  /* in a title: a '{' that the line had */
#define MATCH_HOLE '\2'   /* in a title: what the line did not tell */

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
