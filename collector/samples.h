/* samples.h: counters that make sense as rates only, read twice.
 *
 * All items of the task are read, then one wait, then all are read again.  Each
 * becomes a gather that gives the text: both readings and their difference. */
#ifndef XB_SAMPLES_H
#define XB_SAMPLES_H

#include "collector/take.h"

/* out: room for n gathers, to be asked once each for items[i]; those of settled
 * items stay NULL.  The caller frees them, in any case.  Stops early when the
 * run is to stop: of what was read once that is given, as partial.  Negative
 * only if the backend is lost. */
int samples_read(struct taker *tk, const struct planned *items, size_t n,
                 struct gather **out, struct err *err);

#endif
