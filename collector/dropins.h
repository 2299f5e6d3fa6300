/* dropins.h: the list of plugins: built-ins and SYSCONFDIR's plugins.d. */
#ifndef XB_DROPINS_H
#define XB_DROPINS_H

#include "collector/base/core/err.h"

struct collect;

/* Fills c->plugins and c->dropins.  A bad file is named on stderr, skipped, and
 * stands in the list as an item that says so.  Negative: the gather is lost. */
int dropins_load(struct collect *c, struct err *err);
void dropins_free(struct collect *c);

#endif
