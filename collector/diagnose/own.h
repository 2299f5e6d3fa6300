/* own.h: what one member has of each condition, until it is committed. */
#ifndef XB_DIAGNOSE_OWN_H
#define XB_DIAGNOSE_OWN_H

#include "collector/diagnose/finds.h"
#include "collector/diagnose/near.h"
#include "collector/diagnose/rules.h"

#define OWN_STAMP_MAX 128u /* of a line, what its time stamp may take */

struct own_finds {
    size_t key; /* of rule and condition */
    struct finds finds;
    /* The last line that was counted alone; 0: there is none. */
    uint64_t last_line;
    char last_text[OWN_STAMP_MAX];
    size_t last_len;
};

struct own {
    struct own_finds *of;
    size_t n;
};

/* Made when it is first asked for; valid until another is. */
struct own_finds *own_finds(struct own *own, size_t key);
/* One more, of which only the time is kept. */
void own_count(struct own_finds *of, uint64_t number, const char *line,
               size_t len);
/* What the lines around a find add to it: a reason of that kind, or, if its
 * rule has none, the block of lines that it stands in.  told: numbers of lines
 * that findings tell. */
void own_tell(struct own_finds *of, const struct near_window *w,
              enum diag_reason reason, const uint64_t *told, size_t n_told);
/* Adds what they have to all[key]; member: its name. */
void own_merge(struct own *own, char *member, uint64_t order,
               struct finds *all);
void own_done(struct own *own);

#endif
