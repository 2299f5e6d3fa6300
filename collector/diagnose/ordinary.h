/* ordinary.h: what sound machines say at each boot, in words of a failure. */
#ifndef XB_DIAGNOSE_ORDINARY_H
#define XB_DIAGNOSE_ORDINARY_H

#include <stdbool.h>

/* said: what a line says, in small letters. */
bool ordinary(const char *said);

#endif
