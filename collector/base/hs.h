/* hs.h: whether libhs may be used at all on this machine. */
#ifndef XB_HS_H
#define XB_HS_H

#include <stdbool.h>

/* libhs runs instructions that an old CPU does not have, so nothing else of it
 * is called before this.  False in a build without it. */
bool hs_usable(void);

#endif
