/* select.h: what a person answers to a numbered list of things that are on or
 * off.
 *
 *   (nothing)     go on
 *   3  1,3-5 net  switches these: by number, range, or name (whole, or a part
 *                 that only one name has)
 *   all none      as it says; words count in order: "none 3" is only the third
 *   o 3, open net opens it
 *   l  ?  q       the list again; help; leave */
#ifndef XB_SELECT_H
#define XB_SELECT_H

#include <stddef.h>

#include "collector/base/core/err.h"

enum select_state { SELECT_OFF, SELECT_ON, SELECT_PART };

enum select_answer {
    SELECT_GO_ON,
    SELECT_SWITCHED, /* states are changed */
    SELECT_OPEN,     /* *index_out is the one */
    SELECT_LIST,
    SELECT_HELP,
    SELECT_QUIT,
    SELECT_WRONG, /* err says why; nothing is changed */
};

/* One of them by number or name; -EINVAL. */
int select_find(const char *word, const char *const *names, size_t n,
                size_t *index_out, struct err *err);
enum select_answer select_parse(const char *text, const char *const *names,
                                size_t n, enum select_state *states,
                                size_t *index_out, struct err *err);

#endif
