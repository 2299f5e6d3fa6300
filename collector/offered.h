/* offered.h: the plan as groups that a person can switch, and back. */
#ifndef XB_OFFERED_H
#define XB_OFFERED_H

#include <stddef.h>

#include "collector/plan.h"
#include "collector/session/session.h"
#include "collector/settings.h"

struct offered {
    struct session_group *groups; /* those that the plan has items of */
    size_t n;
};

/* plugins is NULL-terminated, in the order that they are shown in. */
void offered_init(struct offered *o, const struct plan *plan,
                  const struct plugin *const *plugins,
                  const struct settings *cfg);
void offered_done(struct offered *o);

/* What is off, as --skip would name it; to be freed with str_list_free. */
char **offered_skip(const struct offered *o);

#endif
