/* key.h: makes the host's pseudonym key, SYSCONFDIR/xen-bugtool/key. */
#ifndef XB_FRONT_KEY_H
#define XB_FRONT_KEY_H

#include "collector/base/core/err.h"

/* 32 random bytes as one line of hexadecimal digits, mode 0600.  The file gets
 * its name only when it is whole and synced.  -EEXIST: there is a key, which is
 * never replaced, since tokens of older bundles depend on it. */
int key_make(struct err *err);

#endif
