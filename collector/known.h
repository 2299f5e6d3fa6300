/* known.h: the problems that are known on this host: the built-in rules and
 * those of SYSCONFDIR's rules.d. */
#ifndef XB_KNOWN_H
#define XB_KNOWN_H

#include "collector/diagnose/rules.h"
#include "collector/gather/gather.h"

/* Ready to use.  A file of rules.d that cannot be used is named in a warning
 * and left out.  Negative: the gather is lost. */
int known_load(struct gather *g, struct diag_rules **out, struct err *err);

#endif
