/* version.h: the build's own names. */
#ifndef XB_VERSION_H
#define XB_VERSION_H

#include "config.h"

#define VERSION_TEXT VERSION
/* Our own configuration: config.yaml, key, plugins.d, ... */
#define SYSCONFDIR_TEXT SYSCONFDIR "/xen-bugtool"

#endif
