/* samples.h: counters that make sense as rates only, read twice.
 *
 * All items of the task are read, then one wait, then all are read again.  Each
 * becomes a gather that gives the text: both readings and their difference. */
#ifndef XB_SAMPLES_H
#define XB_SAMPLES_H

#include "collector/take.h"

/* *out: n gathers, to be asked once each for items[i] (NULL for those that are
 * settled); samples_free in any case, which takes NULL.  Stops early when the
 * run is to stop.  Negative only if the backend is lost. */
int samples_read(struct taker *tk, const struct planned *items, size_t n,
                 struct gather ***out, struct err *err);
void samples_free(struct gather **samples, size_t n);

#endif
