/* place.h: where a kernel or Xen was when it crashed, hung or complained. */
#ifndef XB_DIAGNOSE_PLACE_H
#define XB_DIAGNOSE_PLACE_H

#include "collector/diagnose/reason.h"

/* "FUNCTION [MODULE], called by A, B, C (process NAME)", as far as the text
 * from the find's line on tells it, to be freed; NULL: it names no function. */
char *place_near(const struct reason_text *t);

#endif
